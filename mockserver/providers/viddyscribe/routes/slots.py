"""What a team may have going on at once: uploads on their way or in verification, and queued jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from mockserver.core.clock import HOUR, SECOND
from mockserver.core.jobs import Job
from mockserver.core.refusals import OverLimit
from mockserver.core.timeline import FOREVER
from mockserver.web.call import Call

UPLOADS, JOBS = "concurrent_uploads", "queued_jobs"
"""The kinds of places, by the names of their limits."""

RECEIVING = HOUR  # after which an upload that never said that it ended is forgotten


def limit_of(call: Call, name: str, usual: int | None) -> int | None:
    """A limit of the asking account: its own, if it was given one."""
    limits = call.account.limits
    return limits.get(name, usual) if limits else usual


@contextmanager
def receiving(call: Call, team: str, most: int | None) -> Iterator[None]:
    """Hold one of the team's places for uploads while one is received; raises OverLimit when all `most` are taken."""
    _check(call, UPLOADS, team, most)
    token = call.house.draw("upload").token(16)
    call.house.places.take(UPLOADS, team, token, call.now + RECEIVING)
    try:
        yield
    finally:
        call.house.places.give_back(UPLOADS, team, token.__eq__)


def verifying(call: Call, team: str, media_id: str, until: datetime | None) -> None:
    """Hold one of the team's places for uploads until one is verified (None: for good)."""
    until = call.now + FOREVER if until is None else until
    if until > call.now:
        call.house.places.take(UPLOADS, team, media_id, until)


def check_queue(call: Call, most: int | None) -> None:
    """Raise OverLimit when the team has `most` jobs queued; those that were ended by hand do not count."""
    team = call.account.purse
    if most is not None and call.house.places.taken(JOBS, team, call.now) >= most:
        call.house.places.give_back(JOBS, team, lambda job_id: not _is_queued(call, job_id))
        _check(call, JOBS, team, most)


def queue(call: Call, job: Job) -> None:
    """Remember that a job is queued."""
    call.house.places.take(JOBS, job.key, job.id, job.submitted_at + job.timeline.stages[0].lasts)


def _is_queued(call: Call, job_id: str) -> bool:
    job = call.house.job(job_id)
    return job is not None and job.at(call.now).stage.state == "waiting"


def _check(call: Call, kind: str, team: str, most: int | None) -> None:
    if most is not None and call.house.places.taken(kind, team, call.now) >= most:
        free = call.house.places.next_free(kind, team) or call.now + SECOND
        raise OverLimit(kind, free - call.now, most)
