"""`make bench`: fauxreel beside bare uvicorn, in one go on one machine; prints ratios, and whether each is reached.

Needs wrk. Each figure is the median of short runs, taken in turns with the baseline's, so that a busy machine slows
both. Everything is on in fauxreel: keys, limits (lifted to fit the load), ledger and journal.
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pace
from load import (
    BARE,
    BARE_COMMAND,
    FAUX,
    FAUX_COMMAND,
    PLAIN_COMMAND,
    ask,
    duration,
    ready_after,
    resident,
    running,
    told,
    wrk,
)

ORDER = {"model": "veo2-video", "prompt": "A majestic eagle at sunset", "duration": "5s", "aspect_ratio": "16:9"}


@dataclass(frozen=True)
class House:
    """How one provider is loaded: its key, an order, and where the job of an order is polled."""

    name: str
    key: Mapping[str, str]
    submit: str
    order: Callable[[], object]
    job_id: str
    poll: str

    def submitted(self, order: object = None, sandbox: str = "") -> str:
        """Submit one job and give its id."""
        return str(told("POST", sandbox + self.submit, order or self.order(), self.key)[self.job_id])


STILL = "/@still"
"""A sandbox in which time stands, so that jobs stay unfinished."""


def described() -> dict[str, str]:
    """Give ViddyScribe a video to describe, and order its description."""
    source = {"input": {"type": "url", "url": "https://videos.example/clip.mp4"}}
    media = told("POST", f"{STILL}/enterprise/api/upload_media", source, {"x-api-key": "vsk_bench"})
    return {"media_id": media["media_id"], "language": "en-US"}


NANOGPT = House(
    "nanogpt",
    {"x-api-key": "sk-nano-bench"},
    "/api/generate-video",
    lambda: ORDER,
    "runId",
    "/api/video/status?requestId=",
)
OTHERS = (
    House(
        "nouvel",
        {"authorization": "Bearer nvl_bench"},
        "/api/v1/generate",
        lambda: {"urls": ["https://shop.example/products/shoe"]},
        "jobId",
        "/api/v1/jobs/",
    ),
    House(
        "viddyscribe",
        {"x-api-key": "vsk_bench"},
        "/enterprise/api/generate_ad_text",
        described,
        "job_id",
        "/enterprise/api/get_results?job_id=",
    ),
    House(
        "artnex",
        {"authorization": "Bearer artnex-bench"},
        "/v1/video",
        lambda: {"prompt": "A drone over misty mountains", "model": "veo3.1"},
        "request_id",
        "/v1/video/",
    ),
)


class Bench:
    """Collects ratios and the aims that they have."""

    def __init__(self, seconds: int, rounds: int) -> None:
        self.seconds, self.rounds = seconds, rounds
        self.rows: list[tuple[str, float, str, bool]] = []

    def least(self, name: str, value: float, aim: float) -> None:
        """Note a figure that should be at least so much."""
        self.rows.append((name, value, f">= {aim}", value >= aim))

    def most(self, name: str, value: float, aim: float) -> None:
        """Note a figure that should be at most so much."""
        self.rows.append((name, value, f"<= {aim}", value <= aim))

    def rates(
        self, path: str, order: object = None, key: Mapping[str, str] | None = None, *, fresh: bool = False
    ) -> float:
        """Give the ratio to bare uvicorn; with `fresh`, each run begins without jobs."""
        body = None if order is None else json.dumps(order)
        ratios = []
        for _ in range(self.rounds):
            if fresh:
                told("POST", "/_mock/reset")
            bare = wrk(BARE, "/", self.seconds, body)
            ratios.append(wrk(FAUX, path, self.seconds, body, key) / bare)
        return statistics.median(ratios)

    def measure(self, pid: int, stored: int) -> None:
        """Measure NanoGPT with few and with many stored jobs, refusals and a download, then the other houses."""
        poll = NANOGPT.poll + NANOGPT.submitted()
        self.least("poll / bare, no stored jobs", self.rates(poll, key=NANOGPT.key), 0.65)
        submits = self.rates(NANOGPT.submit, ORDER, NANOGPT.key, fresh=True)
        self.least("submit / bare, no stored jobs", submits, 0.5)
        expect(401, "GET", poll, None, {})
        self.least("refusal (no key) / bare", self.rates(poll), 0.6)
        broke = {"x-api-key": "broke"}
        expect(402, "POST", NANOGPT.submit, ORDER, broke)
        self.least("refusal (no money) / bare", self.rates(NANOGPT.submit, ORDER, broke), 0.6)
        self.slowest()
        self.many(pid, stored)
        self.download()
        self.houses()

    def slowest(self) -> None:
        """Measure the 99th percentile of polls at half of their maximal rate, beside bare uvicorn's at that rate."""
        told("PUT", f"{STILL}/_mock/clock", {"mode": "frozen"})
        poll = STILL + NANOGPT.poll + NANOGPT.submitted(sandbox=STILL)
        ratios = []
        for _ in range(self.rounds):
            half = wrk(FAUX, poll, self.seconds, None, NANOGPT.key) / 2
            ours = pace.p99(FAUX, pace.get(poll, NANOGPT.key), half, self.seconds)
            ratios.append(ours / pace.p99(BARE, pace.get("/"), half, self.seconds))
        self.most("p99 of polls at half load / bare's at that rate", statistics.median(ratios), 3)

    def many(self, pid: int, stored: int) -> None:
        """Measure a sandbox with many stored jobs beside one with few, and what a job takes of memory."""
        for _ in range(2000):  # what the journal and the caches keep is there before the memory is looked at
            NANOGPT.submitted(sandbox="/@many")
        before, jobs_before = resident(pid), jobs("many")
        while jobs("many") < stored:
            wrk(FAUX, f"/@many{NANOGPT.submit}", 1, json.dumps(ORDER), NANOGPT.key)
        self.most("memory, KB a stored job", (resident(pid) - before) / (jobs("many") - jobs_before) / 1024, 1)
        poll = "/@many" + NANOGPT.poll + NANOGPT.submitted(sandbox="/@many")
        self.least(f"poll / bare, {stored} jobs", self.rates(poll, key=NANOGPT.key), 0.55)
        submit = f"/@many{NANOGPT.submit}"
        self.least(f"submit / bare, {stored} jobs", self.rates(submit, ORDER, NANOGPT.key), 0.45)
        self.least(f"poll at {stored} jobs / at none", self.many_beside_few(order=False), 0.9)
        self.least(f"submit at {stored} jobs / at none", self.many_beside_few(order=True), 0.9)

    def many_beside_few(self, *, order: bool) -> float:
        """Give the ratio of the rates with many stored jobs and with few, in turns; the few are forgotten each time."""
        body = json.dumps(ORDER) if order else None
        ratios = []
        for _ in range(self.rounds + 2):
            rates = {}
            for name in ("few", "many"):
                if name == "few":
                    told("POST", "/@few/_mock/reset")
                path = NANOGPT.submit if order else NANOGPT.poll + NANOGPT.submitted(sandbox=f"/@{name}")
                rates[name] = wrk(FAUX, f"/@{name}{path}", self.seconds, body, NANOGPT.key)
            ratios.append(rates["many"] / rates["few"])
        return statistics.median(ratios)

    def download(self) -> None:
        """Measure the download of a clip of about 300 KB that is kept in memory."""
        run_id = NANOGPT.submitted(ORDER | {"duration": "13s"})
        told("POST", f"/_mock/jobs/{run_id}/end", {"as": "done"})
        link = told("GET", NANOGPT.poll + run_id, None, NANOGPT.key)["data"]["output"]["video"]["url"]
        path = "/" + link.split("/", 3)[3]
        _, video = ask("GET", path)
        self.least(f"download of {len(video) // 1000} KB / bare hello", self.rates(path), 0.25)

    def houses(self) -> None:
        """Measure polls of unfinished jobs and submissions of the other houses beside NanoGPT's, in turns."""
        told("PUT", f"{STILL}/_mock/clock", {"mode": "frozen"})
        for house in OTHERS:
            order = house.order()
            self.least(f"{house.name}: poll / nanogpt's", self.beside(house, order, submit=False), 0.8)
            self.least(f"{house.name}: submit / nanogpt's", self.beside(house, order, submit=True), 0.8)

    def beside(self, house: House, order: object, *, submit: bool) -> float:
        """Give the ratio of a house's rate to NanoGPT's: of submissions, or of polls."""
        ours, theirs = [], []
        for _ in range(self.rounds):
            for one, rates in ((NANOGPT, ours), (house, theirs)):
                wanted = order if one is house else ORDER
                if submit:
                    rates.append(wrk(FAUX, STILL + one.submit, self.seconds, json.dumps(wanted), one.key))
                else:
                    path = STILL + one.poll + one.submitted(wanted, STILL)
                    rates.append(wrk(FAUX, path, self.seconds, None, one.key))
        return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))

    def start_up(self) -> None:
        """Measure how long after the command the first answer comes."""
        bare = statistics.median(ready_after(BARE_COMMAND, BARE) for _ in range(7))
        ready = statistics.median(ready_after(PLAIN_COMMAND, FAUX) for _ in range(7))
        first = statistics.median(ready_after(PLAIN_COMMAND, FAUX, "/api/video/status") for _ in range(7))
        self.most("start until ready / bare uvicorn's", ready / bare, 1.5)
        self.rows.append(("start until a provider answers / bare", first / bare, "(no aim)", True))
        python = statistics.median(duration([sys.executable, "-c", ""]) for _ in range(15))
        told_help = statistics.median(duration([sys.executable, "-m", "mockserver", "--help"]) for _ in range(15))
        self.rows.append(("--help / Python's own start", told_help / python, "(no aim)", True))
        self.most("--help, milliseconds", told_help * 1000, 150)

    def report(self, *, strict: bool) -> int:
        """Print the table."""
        width = max(len(name) for name, *_ in self.rows)
        for name, value, aim, reached in self.rows:
            print(
                f"{name:<{width}}  {value:6.2f}  {aim:<8} {'' if aim == '(no aim)' else 'ok' if reached else 'MISSED'}"
            )
        return 1 if strict and not all(reached for *_, reached in self.rows) else 0


def expect(status: int, method: str, path: str, body: object, headers: Mapping[str, str]) -> None:
    """See that what is going to be measured is what it is called."""
    found, content = ask(method, path, body, headers)
    if found != status:
        sys.exit(f"bench: {method} {path} answered {found}, not {status}: {content[:300]!r}")


def jobs(sandbox: str) -> int:
    """How many jobs NanoGPT holds in a sandbox."""
    return int(told("GET", f"/_mock/sandboxes/{sandbox}")["jobs"]["nanogpt"])


def main() -> int:
    """Run all, print the table, and exit with 1 when an aim is missed and --strict is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of one run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind; the median counts")
    parser.add_argument("--stored", type=int, default=100_000, help="jobs for the second half")
    parser.add_argument("--strict", action="store_true", help="fail when an aim is missed")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing (on Debian: apt-get install wrk); nothing was measured", file=sys.stderr)
        return 1
    bench = Bench(options.seconds, options.rounds)
    with running(BARE_COMMAND, BARE), running(FAUX_COMMAND, FAUX) as process:
        bench.measure(process.pid, options.stored)
    bench.start_up()
    return bench.report(strict=options.strict)


if __name__ == "__main__":
    sys.exit(main())
