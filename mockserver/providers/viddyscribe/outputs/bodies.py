"""The JSON that ViddyScribe answers with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from mockserver.core.jobs import Job
from mockserver.core.timeline import Moment, Stage
from mockserver.providers.viddyscribe.catalogue.orders import Footage, Media, Order
from mockserver.providers.viddyscribe.options import Options
from mockserver.providers.viddyscribe.timeline import BROKEN, CANCELLED, CONTENT

from . import edl, webvtt
from .descriptions import Description
from .results import descriptions_of, narration_of, order_of

FAILURES = {
    BROKEN: "Processing failed. Please try again.",
    CONTENT: "The video violates the content policy.",
    CANCELLED: "The job was cancelled.",
}


# Uploads --------------------------------------------------------------------------------------------------------


def uploaded(media: Media, *, existing: bool) -> dict[str, Any]:
    """The answer to an upload whose bytes are there."""
    return {"media_id": media.id, "status": "existing" if existing else "created", **_measured(media.footage)}


def pending_upload(media: Media, url: str) -> dict[str, Any]:
    """The answer to an upload whose bytes are still to come, to `url`."""
    return {
        "media_id": media.id,
        "upload_url": url,
        "gcs_path": media.gcs_path,
        "status": "pending_upload",
        "content_type": media.content_type,
    }


def upload_status(media: Media, now: datetime) -> dict[str, Any]:
    """The answer to a question after an upload's verification."""
    status = media.status(now)
    answer: dict[str, Any] = {"media_id": media.id, "upload_status": status}
    if media.gcs_path is not None:
        answer["gcs_path"] = media.gcs_path
    if status == "completed":
        answer |= {"canonical_media_id": media.canonical or media.id, **_measured(media.footage)}
    return answer


def _measured(footage: Footage | None) -> dict[str, float]:
    if footage is None:
        return {}
    return {"duration_seconds": seconds(footage.length), "frame_rate": _number(footage.rate)}


def seconds(length: timedelta) -> float:
    """A length in seconds, to the microsecond, as a whole number where it is one."""
    return _number(Fraction(length // timedelta(microseconds=1), 10**6), 6)


def _number(value: Fraction, places: int = 3) -> float:
    return int(value) if value.denominator == 1 else round(float(value), places)


# Jobs -----------------------------------------------------------------------------------------------------------


def accepted(job: Job) -> dict[str, str]:
    """The answer to an order."""
    return {"job_id": job.id, "status": "queued", "media_id": order_of(job).media}


def job_result(job: Job, moment: Moment, links: Mapping[str, str], now: datetime, options: Options) -> dict[str, Any]:
    """The answer of `get_results` at `now`, when the job is at `moment`; `links` are its files' addresses by name."""
    order, stage = order_of(job), moment.stage
    answer: dict[str, Any] = {
        "job_id": job.id,
        "status": stage.word,
        "media_id": order.media,
        "created_at": timestamp(job.submitted_at),
        "updated_at": timestamp(now - moment.into),
    }
    if stage.state == "done" and job.scenario != "empty_result":
        answer |= _earlier(order, links) if options.results == "earlier" else _later(order, links)
    elif stage.state == "failed":
        answer["error"] = _failure(stage)
    return answer


def _failure(stage: Stage) -> str:
    return FAILURES.get(stage.because or BROKEN, FAILURES[BROKEN])


def _later(order: Order, links: Mapping[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = {f"{kind}_signed_url": url for kind, url in links.items()}
    if order.format != "video":
        answer["output"] = _output(order)
    return answer


@lru_cache(maxsize=256)
def _output(order: Order) -> dict[str, Any]:
    """The descriptions, in the form that was asked for [doc 001, lines 46-48; viddyscribe:get-job-results]."""
    found = descriptions_of(order)
    if order.format == "json":
        return {"segments": _segments(found)}
    text = webvtt.write(found) if order.format == "vtt" else edl.write(found, order.footage.rate)
    return {"format": order.format, "content": text}


def _segments(found: Sequence[Description]) -> list[dict[str, Any]]:
    return [{"start": one.start / 1000, "end": one.end / 1000, "text": one.text} for one in found]


def _earlier(order: Order, links: Mapping[str, str]) -> dict[str, Any]:
    """What the first generations answered [viddyscribe:quickstart]."""
    if order.kind == "video":
        return {"result_url": links["video"]}
    if order.kind == "audio":
        return {"audio_signed_url": links["audio"]}
    found = descriptions_of(order)
    return {
        "output": {
            "language": order.language,
            "ad_type": order.ad_type,
            "items": _segments(found),
            "vtt": webvtt.write(found),
        }
    }


def made_files(order: Order) -> dict[str, str]:
    """The files that an order comes to: their endings by the kind of link that leads to them."""
    if order.kind == "video":
        return {"video": "mp4"} if order.extended else {"video": "mp4", "audio": "wav"}
    return {"audio": "wav"} if order.kind == "audio" else {}


def file_name(order: Order, ending: str) -> str:
    """A name for a file of an order: the same for the same content."""
    facts = repr((order.footage.name, narration_of(order), order.mixed, ending))
    return f"{blake2b(facts.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}.{ending}"


@lru_cache(maxsize=4096)
def timestamp(at: datetime) -> str:
    """An instant in UTC with a Z, with milliseconds where it has some."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")
