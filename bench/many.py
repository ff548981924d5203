"""A sandbox with a hundred thousand jobs, or a million, beside one with few; and what a job takes of memory."""

import json
import statistics
import sys

from bench.houses import NANOGPT, ORDER
from bench.load import FAUX, resident, told, wrk
from bench.turns import Bench

MANY, FEW = "/@many", "/@few"


def measure(bench: Bench) -> None:
    """Fill a sandbox over HTTP, and measure it beside bare uvicorn and beside one with few jobs."""
    note = bench.table.note
    for _ in range(2000):  # what the journal and the caches keep is there before the memory is looked at
        NANOGPT.submitted(sandbox=MANY)
    before, jobs_before = resident(bench.pid), _jobs("many")
    _fill(bench.stored)
    note("memory, KB a stored job", (resident(bench.pid) - before) / (_jobs("many") - jobs_before) / 1024)
    poll = MANY + NANOGPT.poll + NANOGPT.submitted(sandbox=MANY)
    note("poll with many stored jobs / bare", bench.beside_bare(poll, key=NANOGPT.key))
    note("submit with many stored jobs / bare", bench.beside_bare(MANY + NANOGPT.submit, ORDER, NANOGPT.key))
    note("poll with many stored jobs / with few", _beside_few(bench, submit=False))
    note("submit with many stored jobs / with few", _beside_few(bench, submit=True))
    told("DELETE", "/_mock/sandboxes/many")


def _fill(stored: int) -> None:
    rate = 1000.0
    while (left := stored - _jobs("many")) > 0:
        seconds = max(1, min(10, round(left / rate)))
        rate = wrk(FAUX, MANY + NANOGPT.submit, seconds, json.dumps(ORDER), NANOGPT.key)
        if stored >= 10 * rate:
            print(f"filling: {_jobs('many'):,} of {stored:,} jobs", file=sys.stderr, flush=True)


def _beside_few(bench: Bench, *, submit: bool) -> float:
    """Give the ratio of the rates with many stored jobs and with few, in turns; the few are forgotten each time.

    Whoever comes second may find a machine that is warm, or tired, so each is first in every other turn.
    """
    body = json.dumps(ORDER) if submit else None
    ratios = []
    for number in range(bench.rounds + 3):
        rates = {}
        for sandbox in (FEW, MANY) if number % 2 else (MANY, FEW):
            if sandbox == FEW:
                told("POST", f"{FEW}/_mock/reset")
            path = NANOGPT.submit if submit else NANOGPT.poll + NANOGPT.submitted(sandbox=sandbox)
            rates[sandbox] = wrk(FAUX, sandbox + path, bench.seconds, body, NANOGPT.key)
        ratios.append(rates[MANY] / rates[FEW])
    return statistics.median(ratios)


def _jobs(sandbox: str) -> int:
    """How many jobs NanoGPT holds in a sandbox."""
    return int(told("GET", f"/_mock/sandboxes/{sandbox}")["jobs"]["nanogpt"])
