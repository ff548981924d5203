"""`make bench`: fauxreel beside bare uvicorn, in one go on one machine; prints ratios, and whether each is reached.

Needs wrk. Each figure is the median of short runs, taken in turns with what it is compared with, so that a busy machine
slows both. Everything is on in fauxreel: keys, limits (lifted to fit the load), ledger and journal. What is measured
stands in rows.py, and how in a module for each group.
"""

import argparse
import os
import platform
import resource
import shutil
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench import connections, hot, houses, many, media, page, peers, start, state
from bench.load import BARE, BARE_COMMAND, FAUX, FAUX_COMMAND, FailedError, running
from bench.rows import GROUPS
from bench.turns import Bench

MEASURES = {
    "hot": hot.measure,
    "houses": houses.measure,
    "many": many.measure,
    "state": state.measure,
    "media": media.measure,
    "connections": connections.measure,
    "peers": peers.measure,
    "start": start.measure,
}
OPTIONAL = {"peers"}
"""What is measured only when asked for: it installs other people's programs."""


def main() -> int:
    """Measure, print the table, write it where it should be; 1 when an aim is missed and --strict is given."""
    options = _options()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing (on Debian: apt-get install wrk); nothing was measured", file=sys.stderr)
        return 1
    bench = Bench(options.seconds, options.rounds, options.stored, options.connections)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for thousands of connections, here and in the servers
    busy = os.getloadavg()[0]
    _measure(bench, options.only)
    for path in options.markdown:
        path.write_text(page.filled(path.read_text("utf-8"), bench.table, _how(bench, busy)), "utf-8")
    absent = list(bench.table.absent(options.only))
    for name in absent:
        print(f"bench: no figure for {name!r}", file=sys.stderr)
    return 1 if absent or (options.strict and any(bench.table.missed())) else 0


def _measure(bench: Bench, groups: list[str]) -> None:
    together = [group for group in groups if group != "start"]
    if together:
        with running(BARE_COMMAND, BARE), running(FAUX_COMMAND, FAUX) as process:
            bench.pid = process.pid
            for group in together:
                _measure_one(bench, group)
    if "start" in groups:
        _measure_one(bench, "start")


def _measure_one(bench: Bench, group: str) -> None:
    """Measure a group; when something does not work, say so, and go on with the next."""
    try:
        MEASURES[group](bench)
    except (FailedError, OSError) as error:
        print(f"bench: {group}: {error}", file=sys.stderr, flush=True)


def _how(bench: Bench, busy: float) -> str:
    """Say how this run was made, for those who read its figures. `busy`: how many processes ran already."""
    today = date.today().isoformat()  # noqa: DTZ011 - the reader's calendar
    versions = f"Python {platform.python_version()}, uvicorn {version('uvicorn')}"
    return (
        f"Measured on {today}: {os.cpu_count()} cores, {versions}; "
        f"medians of {bench.rounds} runs of {bench.seconds} s; {bench.stored:,} stored jobs, "
        f"{bench.connections:,} open connections. Load of the machine before the run: {busy:.1f}."
    )


def _groups(text: str) -> list[str]:
    wanted = set(GROUPS) if text == "all" else set(text.split(","))
    if unknown := wanted - set(GROUPS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return [group for group in MEASURES if group in wanted]


def _options() -> argparse.Namespace:
    usual = ",".join(group for group in GROUPS if group not in OPTIONAL)
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of one run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind; the median counts")
    parser.add_argument("--stored", type=int, default=100_000, help="jobs that are many (default: 100,000)")
    parser.add_argument("--connections", type=int, default=10_000, help="that are open at once (default: 10,000)")
    parser.add_argument(
        "--only", type=_groups, default=usual, help=f"some of {','.join(GROUPS)}, or all; default: all but peers"
    )
    parser.add_argument(
        "--markdown", type=Path, action="append", default=[], help="a page whose tables take the figures"
    )
    parser.add_argument("--strict", action="store_true", help="fail when an aim is missed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
