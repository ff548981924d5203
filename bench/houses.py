"""How each provider is loaded, and the other houses beside NanoGPT's."""

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.load import FAUX, told, wrk
from bench.turns import Bench

STILL = "/@still"
"""A sandbox in which time stands, so that jobs stay unfinished."""

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

    def submitted(self, order: object = None, sandbox: str = "", port: int = FAUX) -> str:
        """Submit one job and give its id."""
        return str(told("POST", sandbox + self.submit, order or self.order(), self.key, port)[self.job_id])


def stand_still(port: int = FAUX) -> None:
    """Stop the time in the sandbox where it stands."""
    told("PUT", f"{STILL}/_mock/clock", {"mode": "frozen"}, port=port)


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


def measure(bench: Bench) -> None:
    """Measure polls of unfinished jobs and submissions of the other houses beside NanoGPT's, in turns."""
    stand_still()
    for house in OTHERS:
        order = house.order()
        bench.table.note(f"{house.name}: poll / nanogpt's", _beside(bench, house, order, submit=False))
        bench.table.note(f"{house.name}: submit / nanogpt's", _beside(bench, house, order, submit=True))


def _beside(bench: Bench, house: House, order: object, *, submit: bool) -> float:
    """Give the ratio of a house's rate to NanoGPT's: of submissions, or of polls."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(bench.rounds):
        for one, rates in ((NANOGPT, ours), (house, theirs)):
            wanted = order if one is house else ORDER
            if submit:
                rates.append(wrk(FAUX, STILL + one.submit, bench.seconds, json.dumps(wanted), one.key))
            else:
                path = STILL + one.poll + one.submitted(wanted, STILL)
                rates.append(wrk(FAUX, path, bench.seconds, None, one.key))
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))
