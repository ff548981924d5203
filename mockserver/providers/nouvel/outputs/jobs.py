"""What Nouvel says of a job: accepted, how far it is, what came of it; and what it announces when it ends."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.post import Delivery
from mockserver.core.timeline import Moment, Timeline
from mockserver.providers.nouvel import timeline

from .files import order_of, video_path
from .words import description, script, title

ATTEMPTS = 3

_encode = msgspec.json.Encoder().encode

Url = Callable[[str], str]
"""Makes a path on this server an address."""


class Accepted(msgspec.Struct, rename="camel", gc=False):
    """The answer to a submission."""

    job_id: str
    total_projects: int
    status: str


class Project(msgspec.Struct, rename="camel", gc=False):
    """What a poll says of one video."""

    id: str
    title: str
    status: str
    progress: int


class Status(msgspec.Struct, rename="camel", gc=False):
    """The answer to a poll."""

    job_id: str
    status: str
    overall_progress: int
    stage: str
    total_projects: int
    completed_projects: int
    failed_projects: int
    projects: list[Project]
    completed_details: list[dict[str, Any]]


def accepted(job: Job) -> bytes:
    """The answer to a submission; a new job is always running [000:21-22]."""
    return _encode(Accepted(job.id, len(job.parts), timeline.RUNNING))


def status(job: Job, now: datetime, url: Url) -> bytes:
    """The answer to a poll; `url` makes a path an address under which the client sees this server."""
    told = _told.get(job.id)
    if told is not None and told[0] is job.parts and job.cut is None and told[1] <= now <= told[2]:
        return told[3]
    if job.parts[0] is job.timeline:
        moment = job.at(now)
        if moment.stage.word in timeline.BANDS:
            return _running_alone(job, now, moment)
    return _encode(in_full(job, now, url))


_told: dict[str, tuple[tuple[Timeline, ...], datetime, datetime, bytes]] = {}
"""By a job's id: its `parts`, and the answer to polls of it from one instant on up to another.

Nothing in a job ever changes but for a cut. `parts` are laid out for each job anew: a job that has no cut and the very
same ones is the same job, while another sandbox's job of the same id has others. Time that goes back (a snapshot does
that) leaves the stretch for which the answer holds.
"""
TOLD_AT_MOST = 4096
"""Of how many jobs."""
SHORT = 1024
"""Bytes of an answer that is kept; a longer one has a very long title in it."""


def _running_alone(job: Job, now: datetime, moment: Moment) -> bytes:
    """What `in_full` says of a single video that is being made, which is what most polls ask about.

    The job is where its video is: both have the same stage and percentage (below 100, as those of all bands are), and
    nothing has ended yet. So nothing changes before that stage or percentage does, and until then it is told again.
    """
    order, word = order_of(job), moment.stage.word
    progress = timeline.progress(moment)
    project = Project(order.ids[0], title(order, 0), timeline.PROJECT_WORDS.get(word, word), progress)
    body = _encode(Status(job.id, timeline.RUNNING, progress, word, 1, 0, 0, [project], []))
    if job.cut is None and len(body) <= SHORT:
        _keep(job, now, moment, body)
    return body


def _keep(job: Job, now: datetime, moment: Moment, body: bytes) -> None:
    """Keep an answer: for this instant, and, where it was given before, for as long as it stays the same.

    To find that out takes longer than to make an answer; who polls as seldom as the document asks does not pay for it.
    """
    before = _told.get(job.id)
    until = now + timeline.steady(moment) if before is not None and before[3] == body else now
    if len(_told) >= TOLD_AT_MOST:
        _told.clear()
    _told[job.id] = job.parts, now, until, body


def in_full(job: Job, now: datetime, url: Url) -> Status:
    """The answer to a poll of any job, put together from where each of its videos is."""
    found = timeline.moments(job, now)
    moment = found[0] if job.parts[0] is job.timeline else job.at(now)
    ended = moment.stage.ends
    order = order_of(job)
    each = [timeline.progress(of) for of in found]
    delivered, failed = ends(found)
    return Status(
        job_id=job.id,
        status=timeline.status(moment, found),
        overall_progress=timeline.overall(each, ended=ended),
        stage=timeline.stage_name(moment),
        total_projects=len(found),
        completed_projects=delivered,
        failed_projects=failed,
        projects=[
            Project(order.ids[index], title(order, index), timeline.project_word(of), each[index])
            for index, of in enumerate(found)
        ],
        completed_details=details(job, found, url) if ended else [],
    )


def ends(found: Sequence[Moment]) -> tuple[int, int]:
    """How many videos are finished, and how many have failed."""
    delivered = failed = 0
    for moment in found:
        if moment.stage.state == "done":
            delivered += 1
        elif moment.stage.ends:
            failed += 1
    return delivered, failed


def details(job: Job, found: Sequence[Moment], url: Url) -> list[dict[str, Any]]:
    """All that is known of the videos of a job that has ended, those that failed too [nouvel:jobs]."""
    return [_detail(job, index, moment, url) for index, moment in enumerate(found)]


def _detail(job: Job, index: int, moment: Moment, url: Url) -> dict[str, Any]:
    order = order_of(job)
    delivered = moment.stage.state == "done"
    path = video_path(job, index)
    return {
        "projectId": order.ids[index],
        "title": title(order, index),
        "url": order.url(index),
        "finalOutputUrl": url(path) if delivered and path else None,
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
            "projects": details(job, found, lambda path: delivery.base + path),
        }
    )
    secret = str(house.known(delivery.key, at).extra["webhook_secret"])
    return body, {
        "Content-Type": "application/json",
        "X-Nouvel-Signature": hmac.new(secret.encode(), body, sha256).hexdigest(),
        "X-Nouvel-Attempt": str(min(attempt, ATTEMPTS)),
    }
