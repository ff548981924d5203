"""The JSON that Artnex answers with, and what a job's video looks like."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mockserver.core.jobs import Job
from mockserver.core.timeline import Moment
from mockserver.media.clip import Clip, frame_size

from .catalogue import MODELS, Order
from .options import Options
from .timeline import CONTENT_POLICY, ERROR, GENERATION_FAILED, PENDING

MESSAGES = {
    GENERATION_FAILED: "The video could not be generated.",
    CONTENT_POLICY: "The video was withheld because of its content.",
    "cancelled": "The video was cancelled.",
}


def accepted(job: Job) -> dict[str, Any]:
    """The answer to a submission."""
    return _going_well(job, PENDING)


def status(job: Job, moment: Moment, link: str | None) -> dict[str, Any]:
    """The answer to a poll; `link` is where the video lies, once there is one."""
    stage = moment.stage
    if stage.word == ERROR:
        return _ended_badly(job, stage.because or "cancelled")
    answer = _going_well(job, stage.word)
    if link is not None:
        answer["video_url"] = link
    return answer


def _going_well(job: Job, word: str) -> dict[str, Any]:
    return {"success": True, "request_id": job.id, "status": word, "credits_used": job.price}


def _ended_badly(job: Job, code: str) -> dict[str, Any]:
    facts = {"request_id": job.id, "status": ERROR, "credits_used": 0}
    return {"success": False, "error": code, "message": MESSAGES[code], **facts}


def path(job: Job) -> str | None:
    """Where a job's video lies on this server; None if it never has one."""
    return None if job.scenario == "empty_result" else f"/media/artnex/video/{job.id}.mp4"


def expires_at(job: Job, options: Options) -> datetime | None:
    """When a job's video is no longer given; None if it never ends."""
    ends_at = job.ends_at
    if ends_at is None:
        return None
    lives = timedelta(seconds=1) if job.scenario == "expires_early" else timedelta(hours=options.result_hours)
    return ends_at + lives


def clip(job: Job) -> Clip:
    """What a job's video looks like."""
    order = job.order
    if not isinstance(order, Order):
        raise TypeError("a job of another house")
    return _clip(job.id, job.seed, order)


@lru_cache(maxsize=512)
def _clip(job_id: str, seed: int, order: Order) -> Clip:
    width, height = frame_size("720p", order.ratio)
    return Clip(
        width=width,
        height=height,
        seconds=Decimal(order.seconds),
        caption=("Artnex", job_id, order.prompt),
        seed=seed,
        sound=MODELS[order.model].sound,
        comment=job_id,
    )
