"""How long after the command the first answer comes, and how long --help takes."""

import statistics
import sys

from bench.load import BARE, BARE_COMMAND, FAUX, PLAIN_COMMAND, duration, ready_after
from bench.turns import Bench


def measure(bench: Bench) -> None:
    """Measure starts, in turns. The servers of the other groups have stopped."""
    note, times = bench.table.note, 2 * bench.rounds + 1
    bare, ready, first = [], [], []
    for _ in range(times):
        bare.append(ready_after(BARE_COMMAND, BARE))
        ready.append(ready_after(PLAIN_COMMAND, FAUX))
        first.append(ready_after(PLAIN_COMMAND, FAUX, "/api/video/status"))
    note("start until ready / bare uvicorn's", statistics.median(ready) / statistics.median(bare))
    note("start until a provider answers / bare uvicorn's", statistics.median(first) / statistics.median(bare))
    python, told_help = [], []
    for _ in range(2 * times):
        python.append(duration([sys.executable, "-c", ""]))
        told_help.append(duration([sys.executable, "-m", "mockserver", "--help"]))
    note("--help / Python's own start", statistics.median(told_help) / statistics.median(python))
    note("--help, milliseconds", statistics.median(told_help) * 1000)
