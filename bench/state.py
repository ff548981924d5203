"""State in a file and in Redis, beside state in memory."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.houses import NANOGPT, ORDER, STILL, stand_still
from bench.load import FAUX, HERE, NotStartedError, faux_command, freed, running, told, wrk_in_turn
from bench.turns import Bench

REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
KEYS = [{"x-api-key": f"sk-nano-bench-{number}"} for number in range(100)]
"""As many clients: two workers that change the same account at once have to agree on it."""
WITHOUT = "no redis-server or valkey-server is installed"


@dataclass(frozen=True)
class Kept:
    """A fauxreel that keeps its state somewhere."""

    where: str
    port: int

    @property
    def names(self) -> tuple[str, str]:
        """Its two rows."""
        return f"poll on {self.where} / in memory", f"submit on {self.where} / in memory"


def measure(bench: Bench) -> None:
    """Measure polls and submissions of each, in turns with memory's."""
    with ExitStack() as stack:
        # Beside this file, since temporary folders are often in memory, where a synced write costs nothing.
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=".bench-", dir=HERE)))
        kept = [stack.enter_context(_serving("SQLite", str(folder / "state.db")))]
        names = ("Redis, one worker", "Redis, two workers")
        if REDIS is None:
            bench.table.skip([row for name in names for row in Kept(name, 0).names], WITHOUT)
        else:
            address = stack.enter_context(_redis())
            kept += [stack.enter_context(_serving(name, address, number)) for number, name in enumerate(names, 1)]
        _turns(bench, kept)


def _turns(bench: Bench, kept: list[Kept]) -> None:
    memory = Kept("memory", FAUX)
    rates: dict[str, list[float]] = {}
    polls = {one: _ready(one) for one in (memory, *kept)}
    submits: list[tuple[str, Mapping[str, str]]] = [(NANOGPT.submit, headers) for headers in KEYS]
    for _ in range(bench.rounds):
        for one, poll in polls.items():
            polled, submitted = one.names
            rates.setdefault(polled, []).append(wrk_in_turn(one.port, poll, bench.seconds, None))
            rate = wrk_in_turn(one.port, submits, bench.seconds, json.dumps(ORDER))
            rates.setdefault(submitted, []).append(rate)
    for one in kept:
        for ours, memorys in zip(one.names, memory.names, strict=True):
            ratios = [a / b for a, b in zip(rates[ours], rates[memorys], strict=True)]
            bench.table.note(ours, statistics.median(ratios))


def _ready(one: Kept) -> list[tuple[str, Mapping[str, str]]]:
    """Have all workers ready, and give the paths where a job of each key is polled."""
    stand_still(one.port)
    polls: list[tuple[str, Mapping[str, str]]] = []
    for headers in KEYS:  # a new connection each, so that every worker has loaded its providers
        job = told("POST", STILL + NANOGPT.submit, ORDER, headers, one.port)[NANOGPT.job_id]
        polls.append((f"{STILL}{NANOGPT.poll}{job}", headers))
    wrk_in_turn(one.port, polls, 1, None)
    return polls


@contextmanager
def _serving(where: str, state: str, workers: int = 1) -> Iterator[Kept]:
    port = freed()
    more = ["--state", state, "--workers", str(workers), "--set", f"state_prefix=bench-{workers}"]
    with running([*faux_command(port), *more], port):
        yield Kept(where, port)


@contextmanager
def _redis() -> Iterator[str]:
    """Run a Redis on a socket file, which keeps nothing on the disk; give its address."""
    with TemporaryDirectory(prefix="fauxreel-bench-") as folder:
        socket = f"{folder}/redis.sock"
        command = [
            REDIS or "",
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            if not any("eady to accept connections" in line for line in process.stdout or ()):
                raise NotStartedError("redis-server did not start")
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.communicate(timeout=10)
