"""Minutes of everything at once, worth a week of mock time, and a look at what grew: `make soak`.

A server of its own, with faults on, is driven by a few clients and watched from outside. Then it is stopped, and must
leave nothing. What grew, went wrong or was left is printed; exit code 1 if there is any. Linux alone: it reads /proc.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.load import LIFTED, resident
from bench.soak_load import FILMS, Worker
from tests.receiver import Receiver

WEEK = 7 * 24 * 3600
MIB = 2**20
JOURNAL, CLIP_CACHE_MB = 200, 8
MEMORY_PERCENT, MEMORY_AT_LEAST = 5, 8 * MIB
"""How much higher than in the second quarter memory's low-water mark may be in the last: percent of it, or bytes."""

LONG = 240
"""Seconds of a run whose quarters all see memory at its lowest; in a shorter one it may rise by six times as much."""

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Sample:
    """What a server holds at one moment: bytes, descriptors, threads, temporary files, half-done ones, its state."""

    at: float
    memory: int
    descriptors: int
    threads: int
    files: int
    passing: int
    state: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak a server, and say what became of it."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="how long (300)")
    parser.add_argument("--workers", type=int, default=4, help="clients at the same time (4)")
    parser.add_argument("--seed", type=int, default=1, help="of the load and of the server (1)")
    parser.add_argument("--state", type=Path, help="keep the state in this file, which must not be there yet")
    options = parser.parse_args(arguments)
    if options.state is not None and options.state.exists():
        parser.error(f"{options.state} is there already")
    with tempfile.TemporaryDirectory(prefix="fauxreel-soak-") as folder, Receiver() as receiver:
        problems = soaked(options, Path(folder), receiver)
    print(*(f"  {problem}" for problem in problems), sep="\n") if problems else print("nothing grew, nothing was left")
    return 1 if problems else 0


def soaked(options: argparse.Namespace, folder: Path, receiver: Receiver) -> list[str]:
    """Run the server and its load, print the figures, and give what is wrong."""
    temporary, errors = folder / "tmp", folder / "errors"
    temporary.mkdir()
    with started(options, temporary, errors) as (process, url):
        stop = threading.Event()
        workers = [Worker(number, url, receiver.url, options.seed, stop) for number in range(options.workers)]
        look = partial_look(process.pid, temporary, options.state)
        idle = look()
        for worker in workers:
            worker.start()
        samples = list(watched(look, options.seconds, process))
        stop.set()
        for worker in workers:
            worker.join(60)
        problems = [*rested(look, idle, url), *done(workers, receiver)]
        problems += grown(samples, len(workers))
        pid = process.pid
    printed(samples, workers, receiver)
    return problems + left(pid, process.returncode, temporary, errors, url)


@contextmanager
def started(
    options: argparse.Namespace, temporary: Path, errors: Path
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start a server whose temporary files are in a folder of their own; stop it as Ctrl+C does."""
    settings = LIFTED | {
        "speed": str(min(WEEK / options.seconds, 1_000_000)), "seed": str(options.seed),
        "journal": str(JOURNAL), "clip_cache_mb": str(CLIP_CACHE_MB),
    }  # fmt: skip
    if options.state is not None:
        settings["state"] = str(options.state)
    command = [sys.executable, "-m", "mockserver", "serve", "-q", "-p", "0"]
    command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with (
        errors.open("w") as told,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=told, text=True, start_new_session=True
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - for the type checker
        url = process.stdout.readline().strip().removeprefix("FAUXREEL_URL=")
        if not url:
            sys.exit(f"soak: the server did not start: {errors.read_text()}")
        try:
            httpx.get(f"{url}/_mock/health").raise_for_status()
            yield process, url
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


# Watching ---------------------------------------------------------------------------------------------------------


def partial_look(pid: int, temporary: Path, state: Path | None) -> Callable[[], Sample]:
    """Give what looks at a server from outside."""
    began = time.monotonic()

    def look() -> Sample:
        proc = Path(f"/proc/{pid}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
        files = [path for path in temporary.rglob("*") if path.is_file()]
        beside = [] if state is None else [*state.parent.glob(f"{state.name}*")]
        return Sample(
            at=time.monotonic() - began,
            memory=resident(pid),
            descriptors=len(list((proc / "fd").iterdir())),
            threads=int(status["Threads"]),
            files=len(files),
            passing=sum(path.name.startswith("passing-") for path in files),
            state=sum(path.stat().st_size for path in beside if path.is_file()),
        )

    return look


def watched(look: Callable[[], Sample], seconds: float, process: "subprocess.Popen[str]") -> Iterator[Sample]:
    """Look twice a second for so long, or until the server ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        yield look()
        time.sleep(0.5)  # noqa: TID251 - it watches a process in real time


# Judging ----------------------------------------------------------------------------------------------------------


def grown(samples: list[Sample], workers: int) -> list[str]:
    """Say what grew in the last quarter beside the second: memory by its lowest, the rest by its highest.

    Memory breathes, since garbage in circles waits for the collector: what it cannot go below is what is held.
    """
    quarter = len(samples) // 4
    problems = []
    first, last = floor(samples[quarter : 2 * quarter]), floor(samples[-quarter:])
    least = MEMORY_AT_LEAST * (1 if samples[-1].at >= LONG else 6)
    if last - first > max(first * MEMORY_PERCENT / 100, least):
        problems.append(f"memory: {last / MIB:.1f} MiB at least in the last quarter, {first / MIB:.1f} in the second")
    for name, more, per in (("descriptors", 4 * workers, 0.0), ("threads", 4, 0.0), ("state", 4 * MIB, 0.5)):
        before = max(getattr(one, name) for one in samples[quarter : 2 * quarter])
        after = max(getattr(one, name) for one in samples[-quarter:])
        if after > before * (1 + per) + more:
            problems.append(f"{name}: {after} at the most in the last quarter, {before} in the second")
    most = max(one.passing for one in samples)
    if most > 2 * workers:
        problems.append(f"{most} half-done files at once")
    return problems


def floor(samples: list[Sample]) -> int:
    """The least memory of some samples."""
    return min(one.memory for one in samples)


def rested(look: Callable[[], Sample], idle: Sample, url: str) -> list[str]:
    """Wait until connections that nobody uses are closed; then no more may be open, or kept, than is known to be."""
    problems = []
    for _ in range(40):
        now = look()
        if now.descriptors <= idle.descriptors + 3 and not now.passing:
            break
        time.sleep(0.5)  # noqa: TID251 - it watches a process in real time
    else:
        open_now = f"{now.descriptors} descriptors are open, {idle.descriptors} in the beginning"
        problems.append(f"at rest {open_now}; {now.passing} half-done files")
    for box in httpx.get(f"{url}/_mock/sandboxes").json()["items"]:
        kept = httpx.post(f"{url}/@{box['name']}/_mock/requests/count", json={}).json()["count"]
        if kept > JOURNAL or "fork" in box["name"]:
            problems.append(f"sandbox {box['name']} is left, with {kept} exchanges")
    return problems


def done(workers: list[Worker], receiver: Receiver) -> list[str]:
    """Say what went wrong in the load, and what was never done."""
    problems = [f"worker {number}: {wrong}" for number, worker in enumerate(workers) for wrong in worker.wrong[:5]]
    problems += [f"worker {number} never ended" for number, worker in enumerate(workers) if worker.is_alive()]
    if not receiver.got:
        problems.append("no webhook arrived")
    return problems


def left(pid: int, code: int, temporary: Path, errors: Path, url: str) -> list[str]:
    """Say what a server that was stopped left behind: files, processes of its session, a port, complaints."""
    problems = [] if code == 0 else [f"the server's exit code is {code}"]
    problems += [f"left on the disk: {path.relative_to(temporary)}" for path in list(temporary.rglob("*"))[:10]]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[3]) == pid:
                problems.append(f"left running: process {stat.parent.name}")
    with suppress(httpx.ConnectError):
        httpx.get(url)
        problems.append("somebody still listens")
    complaints = errors.read_text()
    # What was no HTTP is told in a line each; all else is a surprise.
    surprising = [line for line in complaints.splitlines() if "Invalid HTTP request received" not in line]
    return problems + [f"it complained: {line}" for line in surprising[:20]]


def printed(samples: list[Sample], workers: list[Worker], receiver: Receiver) -> None:
    """Print the figures of a run."""
    steps: Counter[str] = sum((worker.done for worker in workers), Counter())
    statuses: Counter[int] = sum((worker.statuses for worker in workers), Counter())
    lost = sum(worker.disturbed for worker in workers)
    answers = f"{sum(statuses.values())} answers, {lost} connections lost to faults, {len(receiver.got)} webhooks"
    print(f"{samples[-1].at:.0f} s, {answers}")
    print("steps:   ", ", ".join(f"{name} {count}" for name, count in sorted(steps.items())))
    print("statuses:", ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    quarter = len(samples) // 4
    floors = [floor(samples[start : start + quarter]) / MIB for start in range(0, 4 * quarter, quarter)]
    print("lowest memory of each quarter, MiB:", ", ".join(f"{each:.1f}" for each in floors))
    print("   seconds  memory MiB  descriptors  threads  files  half-done  state MiB")
    for one in samples[:: max(len(samples) // 12, 1)]:
        held = f"{one.memory / MIB:11.1f} {one.descriptors:12} {one.threads:8} {one.files:6} {one.passing:10}"
        print(f"{one.at:10.0f} {held} {one.state / MIB:10.1f}")
    print(f"uploads of {len(FILMS)} films are kept once each; other files were made of them, 4 GiB at the most")


if __name__ == "__main__":
    sys.exit(main())
