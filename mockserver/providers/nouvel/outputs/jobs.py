"""What Nouvel says of a job: accepted, how far it is, what came of it; and what it announces when it ends."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.post import Delivery
from mockserver.core.timeline import Moment
from mockserver.providers.nouvel import timeline

from .files import order_of, video_path
from .words import description, script, title

ATTEMPTS = 3


def accepted(job: Job) -> dict[str, Any]:
    """The answer to a submission; a new job is always running [000:21-22]."""
    return {"jobId": job.id, "totalProjects": len(job.parts), "status": timeline.RUNNING}


def status(job: Job, now: datetime, base: str) -> dict[str, Any]:
    """The answer to a poll; `base` is the address under which the client sees this server."""
    found = timeline.moments(job, now)
    moment = found[0] if job.parts[0] is job.timeline else job.at(now)
    ended = moment.stage.ends
    order = order_of(job)
    ids = order.ids
    each = [timeline.progress(of) for of in found]
    projects = [
        {
            "id": ids[index],
            "title": title(order, index),
            "status": timeline.project_word(of),
            "progress": each[index],
        }
        for index, of in enumerate(found)
    ]
    delivered, failed = ends(found)
    return {
        "jobId": job.id,
        "status": timeline.status(moment, found),
        "overallProgress": timeline.overall(each, ended=ended),
        "stage": timeline.stage_name(moment),
        "totalProjects": len(found),
        "completedProjects": delivered,
        "failedProjects": failed,
        "projects": projects,
        "completedDetails": details(job, found, base) if ended else [],
    }


def ends(found: Sequence[Moment]) -> tuple[int, int]:
    """How many videos are finished, and how many have failed."""
    delivered = failed = 0
    for moment in found:
        if moment.stage.state == "done":
            delivered += 1
        elif moment.stage.ends:
            failed += 1
    return delivered, failed


def details(job: Job, found: Sequence[Moment], base: str) -> list[dict[str, Any]]:
    """All that is known of the videos of a job that has ended, those that failed too [nouvel:jobs]."""
    return [_detail(job, index, moment, base) for index, moment in enumerate(found)]


def _detail(job: Job, index: int, moment: Moment, base: str) -> dict[str, Any]:
    order = order_of(job)
    delivered = moment.stage.state == "done"
    path = video_path(job, index)
    return {
        "projectId": order.ids[index],
        "title": title(order, index),
        "url": order.url(index),
        "finalOutputUrl": base + path if delivered and path else None,
        "description": description(order, index) if delivered else None,
        "status": timeline.project_word(moment),
        "aspectRatio": order.ratio,
        "durationSeconds": order.seconds if delivered else None,
        "sceneCount": order.scenes,
        "script": script(order, index) if delivered else None,
    }


def announcement(house: House, job: Job, delivery: Delivery, attempt: int) -> tuple[bytes, Mapping[str, str]]:
    """Compose the webhook of a job that has ended: body, signature and attempt [nouvel:webhooks]."""
    at = job.ends_at or job.submitted_at
    found = timeline.moments(job, at)
    delivered, failed = ends(found)
    body = msgspec.json.encode(
        {
            "event": "job.completed",
            "jobId": job.id,
            "status": timeline.status(job.at(at), found),
            "totalProjects": len(found),
            "completedProjects": delivered,
            "failedProjects": failed,
            "projects": details(job, found, delivery.base),
        }
    )
    secret = str(house.known(delivery.key, at).extra["webhook_secret"])
    return body, {
        "Content-Type": "application/json",
        "X-Nouvel-Signature": hmac.new(secret.encode(), body, sha256).hexdigest(),
        "X-Nouvel-Attempt": str(min(attempt, ATTEMPTS)),
    }
