"""What a team may have going on at once: uploads on their way or in verification, and queued jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from mockserver.core.clock import HOUR, SECOND
from mockserver.core.jobs import Job
from mockserver.core.refusals import OverLimit
from mockserver.core.timeline import FOREVER
from mockserver.web.call import Call

Held = tuple[tuple[str, datetime], ...]
"""Who holds a place, and until when at the latest."""

RECEIVING = HOUR  # after which an upload that never said that it ended is forgotten


def limit_of(call: Call, name: str, usual: int | None) -> int | None:
    """A limit of the asking account: its own, if it was given one."""
    return call.account.limits.get(name, usual) if call.account.limits else usual


@contextmanager
def receiving(call: Call, team: str, most: int | None) -> Iterator[None]:
    """Hold one of the team's places for uploads while one is received.

    Raises OverLimit when none is free.
    """
    token = f"{call.house.draw('upload').number():x}"
    until = call.now + RECEIVING
    call.house.update_record("validating", team, partial(_take, call.now, token, until, most))
    try:
        yield
    finally:
        call.house.update_record("validating", team, partial(_give, token))


def verifying(call: Call, team: str, media_id: str, until: datetime | None) -> None:
    """Hold one of the team's places for uploads until one is verified."""
    until = call.now + FOREVER if until is None else until
    if until > call.now:
        call.house.update_record("validating", team, partial(_take, call.now, media_id, until, None))


def _take(now: datetime, token: str, until: datetime, most: int | None, before: Held | None) -> Held:
    held = tuple(one for one in before or () if one[1] > now)
    if most is not None and len(held) >= most:
        raise OverLimit("concurrent_uploads", _wait(held, now), most)
    return (*held, (token, until))


def _give(token: str, before: Held | None) -> Held | None:
    return tuple(one for one in before or () if one[0] != token) or None


def _wait(held: Held, now: datetime) -> timedelta:
    return min((until for _, until in held), default=now + SECOND) - now


def check_queue(call: Call, most: int | None) -> None:
    """Raise OverLimit when the team has `most` jobs queued."""
    if most is None:
        return
    team = call.account.purse
    queued: Held = call.house.record("queued", team) or ()
    if len(queued) < most:
        return
    waiting = tuple(one for one in queued if one[1] > call.now and _is_queued(call, one[0]))
    call.house.update_record("queued", team, lambda _: waiting or None)
    if len(waiting) >= most:
        raise OverLimit("queued_jobs", _wait(waiting, call.now), most)


def _is_queued(call: Call, job_id: str) -> bool:
    job = call.house.job(job_id)
    return job is not None and job.at(call.now).stage.state == "waiting"


def queue(call: Call, job: Job, most: int | None) -> None:
    """Remember that a job is queued."""
    if most is not None:
        entry = (job.id, job.submitted_at + job.timeline.stages[0].lasts)
        call.house.update_record("queued", job.key, lambda before: (*(before or ()), entry))
