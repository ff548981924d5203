"""What an app does all day: polls, submissions, refusals, and how long the slowest of a hundred polls takes."""

import statistics
from collections.abc import Mapping

from bench import pace
from bench.houses import NANOGPT, ORDER, STILL, stand_still
from bench.load import BARE, FAUX, FailedError, ask, wrk
from bench.turns import Bench


def measure(bench: Bench) -> None:
    """Measure NanoGPT's beside bare uvicorn."""
    note = bench.table.note
    poll = NANOGPT.poll + NANOGPT.submitted()
    note("poll / bare", bench.beside_bare(poll, key=NANOGPT.key))
    note("submit / bare", bench.beside_bare(NANOGPT.submit, ORDER, NANOGPT.key, fresh=True))
    poll = NANOGPT.poll + NANOGPT.submitted()
    note("poll, no request sent twice / bare", bench.beside_bare(poll, key=NANOGPT.key, new=True))
    prompted = {"prompt": ORDER["prompt"], **ORDER}
    fresh = bench.beside_bare(NANOGPT.submit, prompted, NANOGPT.key, fresh=True, new=True)
    note("submit, no request sent twice / bare", fresh)
    poll = NANOGPT.poll + NANOGPT.submitted()
    _expect(401, "GET", poll, None, {})
    note("refusal (no key) / bare", bench.beside_bare(poll, refused=True))
    broke = {"x-api-key": "broke"}
    _expect(402, "POST", NANOGPT.submit, ORDER, broke)
    note("refusal (no money) / bare", bench.beside_bare(NANOGPT.submit, ORDER, broke, refused=True))
    note("p99 of polls at half load / bare's at that rate", _slowest(bench))


def _slowest(bench: Bench) -> float:
    """Give the 99th percentile of polls at half of their maximal rate, beside bare uvicorn's at that rate."""
    stand_still()
    poll = STILL + NANOGPT.poll + NANOGPT.submitted(sandbox=STILL)
    ratios = []
    for _ in range(bench.rounds):
        half = wrk(FAUX, poll, bench.seconds, None, NANOGPT.key) / 2
        ours = pace.p99(FAUX, pace.get(poll, NANOGPT.key), half, bench.seconds)
        ratios.append(ours / pace.p99(BARE, pace.get("/"), half, bench.seconds))
    return statistics.median(ratios)


def _expect(status: int, method: str, path: str, body: object, headers: Mapping[str, str]) -> None:
    """See that what is going to be measured is what it is called."""
    found, content = ask(method, path, body, headers)
    if found != status:
        raise FailedError(f"{method} {path} answered {found}, not {status}: {content[:300]!r}")
