"""The JSON that NanoGPT answers with, for both of its generations; and what a job's files look like."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mockserver.core.jobs import Job
from mockserver.core.timeline import Moment
from mockserver.media.clip import Clip

from .catalogue import Order
from .options import Options
from .timeline import CANCELED, COMPLETED, FAILED, NSFW, QUEUED, RUNNING

DETAILS = "Video is being generated"
NSFW_FAILURE = {
    "error": "Content policy violation",
    "isNSFWError": True,
    "userFriendlyError": "Content flagged as inappropriate. Please modify your prompt and try again.",
}
"""What document 002 prints for a job that failed because of its content [002:206-214]."""
BROKEN_FAILURE = {
    "error": "Video generation failed",
    "isNSFWError": False,
    "userFriendlyError": "Video generation failed. Please try again.",
}
CHARGED_FOR = "Video generation"
FLAT_WORDS = {
    QUEUED: "queued",
    RUNNING: "processing",
    COMPLETED: "completed",
    FAILED: "failed",
    CANCELED: "cancelled",
}
LIST_WORDS = FLAT_WORDS | {QUEUED: "pending"}
STORY_WORDS = {QUEUED: "PENDING", RUNNING: "PROCESSING", CANCELED: "FAILED"}
"""Other addresses' words for the same states; a state without one is called what the status calls it."""
NO_ADDRESS = "nano_" + "1" * 60
"""An address of the right form that belongs to nobody."""


def accepted(job: Job, order: Order, left: Decimal, options: Options) -> dict[str, Any]:
    """The 202 of a submission: document 002's six fields, and those that the newer documents add."""
    run_id = job.id
    answer: dict[str, Any] = {
        "runId": run_id,
        "id": run_id,
        "status": "pending",
        "model": order.model,
        "cost": job.price,
        "paymentSource": "USD",
        "remainingBalance": left,
        "prechargeLabel": CHARGED_FOR,
    }
    if options.profile == "2025":
        del answer["id"], answer["prechargeLabel"]
    if order.project_id is not None:
        answer["projectId"] = order.project_id
    return answer


def extended(answer: dict[str, Any], job: Job, index: int, eta: int) -> dict[str, Any]:
    """The 202 of a Midjourney extension, in either profile: a submission's fields, and its own."""
    return {
        "success": True,
        "id": job.id,
        "prechargeLabel": CHARGED_FOR,
        **answer,
        "taskId": job.id,
        "message": f"Extending video {index + 1} by 5 seconds...",
        "eta": eta,
    }


def state(job: Job, moment: Moment, links: list[str], options: Options) -> dict[str, Any]:
    """What both status addresses say of a job, without its id: status, and what goes with it."""
    word = moment.stage.word
    if word == COMPLETED:
        found: dict[str, Any] = {"status": word}
        if links:
            found["output"] = {"video": {"url": links[0]}}
            if len(links) > 1:
                found["output"] = {"video": {"url": links[0]}, "videos": [{"url": link} for link in links]}
        if options.profile == "2026":
            found["cost"] = job.price
        return found
    if word == FAILED:
        return {"status": word, **(NSFW_FAILURE if moment.stage.because == NSFW else BROKEN_FAILURE)}
    if word == RUNNING:
        return {"status": word, "details": DETAILS}
    return {"status": word}


def legacy(job: Job, moment: Moment, links: list[str], options: Options) -> dict[str, Any]:
    """The answer of `/api/generate-video/status`, as document 002 prints it."""
    data = state(job, moment, links, options)
    if data["status"] == CANCELED and options.profile == "2025":
        data["status"] = "CANCELLED"  # document 002 doubles the L, its successors do not [002:222]
    return {"data": {"status": data.pop("status"), "request_id": job.id, **data}}


def unified(job: Job, moment: Moment, links: list[str], options: Options, now: datetime) -> dict[str, Any]:
    """The answer of `/api/video/status`, in the shape that the settings ask for."""
    if options.status_shape == "flat":
        return flat(job, moment, links, now)
    data = state(job, moment, links, options)
    nested = {
        "requestId": job.id,
        "model": model_of(job),
        "data": {"status": data.pop("status"), "requestId": job.id, **data},
    }
    return nested if options.status_shape == "nested" else flat(job, moment, links, now) | nested


def flat(job: Job, moment: Moment, links: list[str], now: datetime) -> dict[str, Any]:
    """The unified status as the vendor's OpenAPI file has it: flat, in lower case, with timestamps."""
    stage = moment.stage
    ends_at = job.ends_at
    progress = 100 if stage.ends else min(int(moment.progress * 100), 99)
    return {
        "requestId": job.id,
        "status": FLAT_WORDS.get(stage.word, stage.word.lower()),
        "videoUrl": links[0] if links and stage.state == "done" else None,
        "error": (NSFW_FAILURE if stage.because == NSFW else BROKEN_FAILURE)["error"]
        if stage.state == "failed"
        else None,
        "createdAt": timestamp(job.submitted_at),
        "completedAt": timestamp(ends_at) if stage.ends and ends_at is not None else None,
        "progress": progress,
        "estimatedTimeRemaining": _remaining(job, now),
    }


def _remaining(job: Job, now: datetime) -> float | None:
    """Seconds until the end; None for a job that is stuck."""
    ends_at = job.ends_at
    return None if ends_at is None else max((ends_at - now).total_seconds(), 0.0)


def story(moment: Moment, links: list[str]) -> dict[str, Any]:
    """The answer of `/api/v1/video/status`, for LongStories."""
    stage = moment.stage
    data: dict[str, Any] = {"isCompleted": stage.ends, "isSuccess": stage.state == "done"}
    if links and stage.state == "done":
        data["output"] = {"url": links[0]}
    return {"status": STORY_WORDS.get(stage.word, stage.word), "data": data}


def entry(job: Job, now: datetime) -> dict[str, Any]:
    """One entry of the recover list."""
    order, word = order_of(job), job.at(now).stage.word
    return {
        "runId": job.id,
        "id": job.id,
        "model": order.model,
        "status": LIST_WORDS.get(word, word.lower()),
        "createdAt": timestamp(job.submitted_at),
        "conversationUUID": order.conversation_uuid,
    }


def balance(available: Decimal) -> dict[str, str]:
    """The answer of check-balance: three texts."""
    return {"usd_balance": format(plain(available), "f"), "nano_balance": "0", "nanoDepositAddress": NO_ADDRESS}


def plain(amount: Decimal) -> Decimal:
    """An amount of money without trailing zeros, as document 002 prints it: 47.5 [002:133]."""
    whole = amount.to_integral_value()
    return whole if whole == amount else amount.normalize()


def timestamp(at: datetime) -> str:
    """An instant in UTC with milliseconds and a Z, as in 2025-01-17T12:34:56.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Files ----------------------------------------------------------------------------------------------------------


def order_of(job: Job) -> Order:
    """The order that a job of this house keeps."""
    order = job.order
    if not isinstance(order, Order):
        raise TypeError("a job of another house")
    return order


def model_of(job: Job) -> str:
    """The model that was ordered."""
    return order_of(job).model


def paths(job: Job) -> list[str]:
    """Where a job's videos lie on this server, in order."""
    outputs = order_of(job).outputs
    if job.scenario == "empty_result":
        return []
    names = ["video.mp4"] if outputs == 1 else [f"video-{index}.mp4" for index in range(outputs)]
    return [f"/media/nanogpt/{job.id}/{name}" for name in names]


def expires_at(job: Job, options: Options) -> datetime | None:
    """When a job's files are no longer given; None if it never ends."""
    ends_at = job.ends_at
    if ends_at is None:
        return None
    return ends_at + (timedelta(seconds=1) if job.scenario == "expires_early" else timedelta(days=options.result_days))


def clip(job: Job, index: int = 0) -> Clip:
    """What one of a job's videos looks like."""
    return _clip(job.id, job.seed, order_of(job), index)


@lru_cache(maxsize=512)
def _clip(job_id: str, seed: int, order: Order, index: int) -> Clip:
    choice = order.choice
    return Clip(
        width=choice.width,
        height=choice.height,
        seconds=choice.seconds,
        frames_per_second=choice.fps or 24,
        caption=("NanoGPT", job_id if order.outputs == 1 else f"{job_id} {index + 1}/{order.outputs}", order.prompt),
        seed=seed + index,
        sound=choice.audio,
        comment=job_id,
    )
