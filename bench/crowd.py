"""Ten thousand connections, kept open, each of which polls every few seconds: `make crowd`.

Prints how many of them held, how fast they were answered and what each costs the server; exit code 1 if one was lost or
not answered. Needs as many descriptors for each of both processes: `ulimit -n` is raised as far as it goes.
"""

import argparse
import asyncio
import os
import resource
import socket
import sys
from collections.abc import Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any

import uvloop

from bench.load import FAUX, FAUX_COMMAND, resident, running, told
from bench.pace import get

SPARE = 100
"""Descriptors that a process needs for itself."""

AT_ONCE = 100
"""Connections that are opened together."""

PAUSE = 3.0
"""Seconds between an answer and the next poll; an idle connection is closed after five."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Open connections, poll for a while, and say how it went."""
    parser = argparse.ArgumentParser(prog="make crowd", description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000, help="how many (10,000)")
    parser.add_argument("--seconds", type=float, default=20, help="how long they poll when all are open (20)")
    options = parser.parse_args(arguments)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < options.connections + SPARE:
        print(f"crowd: {hard} descriptors are allowed, {options.connections + SPARE} are needed; see `ulimit -n`")
        return 1
    with (
        running([*FAUX_COMMAND, "--clock", "frozen"], FAUX) as process,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        order = {"model": "veo2-video", "prompt": "a crowd", "duration": "5s"}
        job = told("POST", "/api/generate-video", order, {"x-api-key": "sk-nano-crowd"})["runId"]
        poll = get(f"/api/video/status?requestId={job}", {"x-api-key": "sk-nano-crowd"})
        return runner.run(crowd(process.pid, poll, options.connections, options.seconds))


async def crowd(pid: int, poll: bytes, count: int, seconds: float) -> int:
    """Let so many poll for so long; 0 if all was well."""
    loop = asyncio.get_running_loop()
    before, began = resident(pid), perf_counter()
    visitors: list[Visitor] = []
    for start in range(0, count, AT_ONCE):
        more = [Visitor(loop, poll) for _ in range(min(AT_ONCE, count - start))]
        await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", FAUX) for one in more))
        visitors += more
    opened = perf_counter() - began
    for visitor in visitors:
        visitor.took.clear()
    await asyncio.sleep(seconds)
    descriptors = sum(1 for _ in os.scandir(f"/proc/{pid}/fd"))
    memory = resident(pid) - before
    took = [one for visitor in visitors for one in visitor.took]
    lost = sum(visitor.lost for visitor in visitors)
    silent = sum(not visitor.took for visitor in visitors)
    wrong = sum(visitor.wrong for visitor in visitors)
    cuts = quantiles(took, n=100)
    print(f"{count - lost} of {count} connections held, the server has {descriptors} descriptors open")
    print(f"opened in {opened:.1f} s while those before polled; then {len(took) / seconds:,.0f} answers a second")
    half, most = cuts[49] * 1000, cuts[98] * 1000
    print(f"answered within {half:.0f} ms (half), {most:.0f} ms (99 of 100), {max(took):.1f} s (all)")
    print(f"{memory / count / 1024:.1f} KiB of memory for each; {silent} never answered, {wrong} answers wrong")
    return 1 if lost or silent or wrong else 0


class Visitor(asyncio.Protocol):
    """One connection that polls, pauses, and polls again; `took` has how long answers took, in seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop, poll: bytes) -> None:
        self._loop, self._poll = loop, poll
        self._asked = 0.0
        self.took: list[float] = []
        self.lost = False
        self.wrong = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's or uvloop's
        """Begin to poll."""
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ask()

    def _ask(self) -> None:
        if not self.lost:
            self._asked = perf_counter()
            self._transport.write(self._poll)

    def data_received(self, data: bytes) -> None:
        """Take an answer; those to a poll are one piece."""
        self.took.append(perf_counter() - self._asked)
        self.wrong += not (data.startswith(b"HTTP/1.1 200 ") and data.endswith(b"}"))
        self._loop.call_later(PAUSE, self._ask)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - as asyncio has it
        """Note that it did not hold."""
        self.lost = True


if __name__ == "__main__":
    sys.exit(main())
