"""Ten thousand open connections that poll every few seconds, at the rate of which 64 connections are the comparison."""

import asyncio
import resource
from statistics import quantiles

import uvloop

from bench import pace
from bench.crowd import AT_ONCE, PAUSE, SPARE, Visitor
from bench.houses import NANOGPT, STILL, stand_still
from bench.load import FAUX, resident
from bench.turns import Bench

TURNS = 4
"""How often each connection polls, about, once all are open."""


def measure(bench: Bench) -> None:
    """Open the connections, poll over all of them, and say how many were never closed and always answered."""
    stand_still()
    request = pace.get(STILL + NANOGPT.poll + NANOGPT.submitted(sandbox=STILL), NANOGPT.key)
    wanted = min(bench.connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE)
    if wanted < bench.connections:
        print(f"bench: no more than {wanted:,} connections may be open here; see `ulimit -n`", flush=True)
    before = resident(bench.pid)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        visitors, memory = runner.run(_visited(bench.pid, request, wanted))
    took = [one for visitor in visitors for one in visitor.took]
    held = sum(not visitor.lost and not visitor.wrong and bool(visitor.took) for visitor in visitors)
    few = pace.p99(FAUX, request, len(took) / (TURNS * PAUSE), TURNS * PAUSE)
    note = bench.table.note
    note("open connections: share that holds and is answered", held / bench.connections)
    note("open connections: p99 of polls / over 64 connections", quantiles(took, n=100)[98] / few)
    note("open connections: KB of memory each", (memory - before) / wanted / 1024)


async def _visited(pid: int, request: bytes, wanted: int) -> tuple[list[Visitor], int]:
    """Let all poll; give them, and the server's memory while they were there."""
    loop = asyncio.get_running_loop()
    visitors: list[Visitor] = []
    for start in range(0, wanted, AT_ONCE):
        more = [Visitor(loop, request) for _ in range(min(AT_ONCE, wanted - start))]
        await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", FAUX) for one in more))
        visitors += more
    for visitor in visitors:
        visitor.took.clear()  # of the crowd's arrival
    await asyncio.sleep(TURNS * PAUSE)
    return visitors, resident(pid)
