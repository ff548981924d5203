"""Jobs as the mock knows them: `GET jobs[/{id}]`, `POST jobs/{id}/end`."""

from itertools import islice
from typing import Any, Literal, get_args

import msgspec
from starlette.responses import Response

from mockserver.control.desk import PAGE, PAGE_AT_MOST, ControlError, Desk, answer, iso, money, page
from mockserver.core.jobs import Job
from mockserver.core.timeline import State

STATES = get_args(State)


class End(msgspec.Struct, forbid_unknown_fields=True):
    """How a job is to end."""

    how: Literal["done", "failed", "cancelled"] = msgspec.field(name="as")


def shown(desk: Desk, job: Job) -> dict[str, Any]:
    """A job as JSON."""
    now = desk.sandbox.now()
    stage = job.at(now).stage
    result_path = desk.providers[job.provider].result_path
    result = result_path(job) if result_path is not None and stage.state == "done" else None
    return {
        "provider": job.provider,
        "id": job.id,
        "key": job.key,
        "status": stage.word,
        "state": stage.state,
        "submitted_at": iso(job.submitted_at),
        "changes": [{"at": iso(at), "status": of.word} for at, of in job.changes()],
        "scenario": job.scenario,
        "price": money(job.price),
        "result": None if result is None else _base(desk) + result,
    }


def _base(desk: Desk) -> str:
    url = desk.request.url
    name = desk.sandbox.name
    return f"{url.scheme}://{url.netloc}" + ("" if name == "default" else f"/@{name}")


async def list_jobs(desk: Desk) -> Response:
    """List jobs, the newest first; `provider`, `state`, `limit` and `after` (an id) narrow the list."""
    limit = desk.number("limit", PAGE, PAGE_AT_MOST)
    wanted = desk.query.get("provider")
    houses = [desk.house(wanted)] if wanted is not None else list(desk.sandbox.houses.values())
    jobs = sorted((job for house in houses for job in house.jobs()), key=lambda job: job.submitted_at, reverse=True)
    found = iter(jobs)
    if after := desk.query.get("after"):
        for job in found:
            if job.id == after:
                break
    now, state = desk.sandbox.now(), desk.query.get("state")
    if state is not None and state not in STATES:
        raise ControlError(400, "bad_query", f"'state': {state[:80]!r} is none of {', '.join(STATES)}.")
    chosen = list(islice((job for job in found if state is None or job.at(now).stage.state == state), limit + 1))
    return page([shown(desk, job) for job in chosen[:limit]], chosen[limit - 1].id if len(chosen) > limit else None)


def find(desk: Desk) -> Job:
    """The job that the path names; ControlError 404 if there is none."""
    for house in desk.sandbox.houses.values():
        job = house.job(desk.path["id"])
        if job is not None:
            return job
    raise ControlError(
        404, "unknown_job", f"There is no job {desk.path['id'][:80]!r} in sandbox '{desk.sandbox.name}'."
    )


async def get_job(desk: Desk) -> Response:
    """Show one job."""
    return answer(shown(desk, find(desk)))


async def end_job(desk: Desk) -> Response:
    """Call a job to an end now, as the body says: done, failed or cancelled."""
    how = (await desk.body(End)).how
    job = find(desk)
    now = desk.sandbox.now()
    stage = desk.providers[job.provider].endings.get(how)
    if stage is None:
        raise ControlError(409, "no_such_end", f"A job of {job.provider} cannot end as '{how}'.")
    if job.at(now).stage.ends:
        raise ControlError(409, "already_ended", f"Job {job.id} has ended: {job.at(now).stage.word}.")
    ended = desk.sandbox.houses[job.provider].end(job, stage, now)
    await desk.courier.after(desk.sandbox)
    return answer(shown(desk, ended))
