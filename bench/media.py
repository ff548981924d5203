"""A video that nobody has asked for before, and the same from memory."""

import statistics
from time import perf_counter

from bench.houses import NANOGPT, ORDER
from bench.load import FAUX, PLAIN_COMMAND, FailedError, ask, freed, running, told
from bench.turns import Bench


def measure(bench: Bench) -> None:
    """Measure first downloads of clips of 8 s in 1280 x 720, then downloads of one that is kept in memory."""
    port = freed()
    with running([*PLAIN_COMMAND[:-1], str(port)], port):
        NANOGPT.submitted(port=port)  # the providers are loaded, and nothing of what renders is
        first = _took(_finished("the first", port), port)
    took = []
    for number in range(max(bench.rounds, 3)):
        path = _finished(f"number {number}")
        took.append(_took(path))
    note = bench.table.note
    note("first download of a clip of 8 s in 720p, seconds", statistics.median(took))
    note("the same from a server that has rendered nothing yet, seconds", first)
    note("downloads of that clip from memory / bare", bench.beside_bare(path))
    note("downloads of a clip of 300 KB from memory / bare", bench.beside_bare(_finished("the long one", seconds=15)))


def _finished(name: str, port: int = FAUX, seconds: int = 8) -> str:
    """Order a video, end its job, and give the path of its file."""
    run_id = NANOGPT.submitted({**ORDER, "duration": f"{seconds}s", "prompt": f"A majestic eagle, {name}"}, port=port)
    told("POST", f"/_mock/jobs/{run_id}/end", {"as": "done"}, port=port)
    link = told("GET", NANOGPT.poll + run_id, None, NANOGPT.key, port)["data"]["output"]["video"]["url"]
    return "/" + str(link).split("/", 3)[3]


def _took(path: str, port: int = FAUX) -> float:
    """Seconds that a download takes."""
    begun = perf_counter()
    status, video = ask("GET", path, port=port)
    took = perf_counter() - begun
    if status != 200 or video[4:8] != b"ftyp":
        raise FailedError(f"GET {path} answered {status}, {video[:40]!r}")
    return took
