"""Nouvel's operations, and the table of them."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import ceil
from sys import intern
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from mockserver.core.accounts import Account
from mockserver.core.clock import EPOCH, MINUTE, SECOND
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.refusals import Gone, Moderated, NotFound, NotReady, Unaffordable
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import Timeline
from mockserver.web.answers import Reply
from mockserver.web.bodies import body_as
from mockserver.web.call import Call
from mockserver.web.files import file_reply
from mockserver.web.provider import on

from . import inputs, outputs, timeline
from .catalogue import OVERAGE, Order
from .inputs import NewJob, Wanted
from .options import Options

# Submitting -----------------------------------------------------------------------------------------------------


async def generate(call: Call) -> Response:
    """`POST /api/v1/generate`: take an order for up to nine videos."""
    wanted = await call.reading(_read)
    account = call.account
    overdraft = _overdraft(call, account, wanted)
    if wanted.stray is not None:
        raise Moderated(wanted.stray)
    scenario = call.scenario()
    if scenario.name == "moderated":
        raise Moderated(inputs.host(wanted.order.urls[0]))
    job = _job(call, account, wanted, scenario)
    call.job_id = job.id
    call.house.add(job, account, call.now, overdraft)
    _remember(call, account, job, wanted)
    return Reply(outputs.accepted(job))


def _read(raw: bytes, options: Options) -> Wanted:
    return inputs.wanted(body_as(raw, NewJob), options)


def _overdraft(call: Call, account: Account, wanted: Wanted) -> Decimal:
    """How far the account may go below its quota; raises Unaffordable if that is not far enough for what is wanted."""
    house, now = call.house, call.now
    available = house.balance(account, now).available
    if wanted.price <= available:
        return outputs.ZERO
    paid = max(outputs.credits_left(house, account, now), outputs.ZERO) // OVERAGE
    room = max(available, outputs.ZERO) + paid
    if wanted.price > room:
        used, limit = outputs.usage(house, account, now)
        raise Unaffordable(wanted.videos, int(room), used, limit)
    return room - available


def _job(call: Call, account: Account, wanted: Wanted, scenario: Scenario) -> Job:
    now, videos = call.now, wanted.videos
    draw = call.house.draw("job")
    job_id, seed = outputs.uuid(draw), draw.number()
    if videos == 1 and scenario.name == "succeeds":  # most jobs: what is done below, in fewer steps
        ids: tuple[str, ...] = (outputs.uuid(draw),)
        whole = timeline.success(draw)
        parts: tuple[Timeline, ...] = (whole,)
    else:
        ids = tuple([outputs.uuid(draw) for _ in range(videos)])
        parts = timeline.lives(scenario, _doomed(call, account, wanted.order, scenario), videos, draw)
        whole = timeline.whole(parts, scenario)
    order = replace(wanted.order, ids=ids)
    # By position: names would double the time that it takes to make a job. All jobs of a cycle share its fund's text.
    return Job(
        job_id, "nouvel", account.purse, now, whole, wanted.price, "when_done", order, seed, scenario.name,
        parts, None, intern(account.fund(now)),
    )  # fmt: skip


def _doomed(call: Call, account: Account, order: Order, scenario: Scenario) -> Collection[int]:
    """Which videos fail; with `fails_once` those of URLs that this account tries for the first time [000:88]."""
    if scenario.name != "fails_once":
        return timeline.doomed(scenario, order.videos)
    shelf = f"tried/{account.purse}"
    fresh = {url for url in order.urls if call.house.record(shelf, url) is None}
    for url in fresh:
        call.house.update_record(shelf, url, lambda _: True)
    return {index for index in range(order.videos) if order.url(index) in fresh}


def _remember(call: Call, account: Account, job: Job, wanted: Wanted) -> None:
    """Lay down what makes projects, cycles and announcements be found."""
    house = call.house
    outputs.take_note(house, account, job.paid_from, call.now)
    shelf = _shelf(account)
    for project_id in outputs.order_of(job).ids:
        house.put_record(shelf, project_id, job.id)
    if wanted.webhook_url is not None:
        call.announce(job, wanted.webhook_url)


def _shelf(account: Account) -> str:
    return f"projects/{account.purse}"


# Asking how it goes ---------------------------------------------------------------------------------------------


async def get_job(call: Call) -> Response:
    """`GET /api/v1/jobs/{jobId}`: how far a job is."""
    job = call.job(call.params["jobId"])
    answer = outputs.status(job, call.now, call.url)
    call.polled(job)
    return Reply(answer)


async def list_projects(call: Call) -> Response:
    """`GET /api/v1/projects`: the account's videos, the newest first."""
    page = inputs.page(call.query)
    shelf = _shelf(call.account)
    found = call.house.records(shelf)
    if page.status is None:
        total = call.house.count_records(shelf)
        chosen = list(islice(found, page.first, page.first + page.limit)) if page.first < total else []
    else:
        wanted = [each for each in found if _word(call, *each) == page.status]
        total, chosen = len(wanted), wanted[page.first : page.first + page.limit]
    projects = [_item(call, *each) for each in chosen]
    pages = ceil(total / page.limit)
    return call.json(
        {
            "projects": projects,
            "pagination": {
                "page": page.number,
                "limit": page.limit,
                "total": total,
                "totalPages": pages,
                "hasMore": page.number < pages,
            },
        }
    )


def _item(call: Call, project_id: str, job_id: str) -> dict[str, Any]:
    job = _known(call, job_id)
    return outputs.item(job, _index(job, project_id), call.now, call.base)


def _word(call: Call, project_id: str, job_id: str) -> str:
    job = _known(call, job_id)
    return timeline.project_word(job.part_at(job.parts[_index(job, project_id)], call.now))


def _known(call: Call, job_id: str) -> Job:
    job = call.house.job(job_id)
    if job is None:
        raise NotFound("job", job_id)
    return job


def _index(job: Job, project_id: str) -> int:
    """Which of its job's videos a project is."""
    return outputs.order_of(job).ids.index(project_id)


async def get_project(call: Call) -> Response:
    """`GET /api/v1/projects/{projectId}`: one video with its scenes."""
    project_id = call.params["projectId"]
    job_id: str | None = call.house.record(_shelf(call.account), project_id)
    if job_id is None:
        raise NotFound("project", project_id)
    job = call.job(job_id)
    answer = outputs.one(job, _index(job, project_id), call.now, call.base)
    call.polled(job)
    return call.json(answer)


# Files ----------------------------------------------------------------------------------------------------------


async def media(call: Call) -> Response:
    """`GET /media/nouvel/{job_id}/{name}`: where the links lead; no key is needed, and none is refused."""
    job, name = call.house.job(call.params["job_id"]), call.params["name"]
    found = None if job is None else outputs.file_of(job, name)
    if job is None or found is None:
        raise NotFound("file", name)
    call.job_id = job.id
    index, scene = found
    _check_given(call, job, index, scene)
    clip = outputs.clip_of(job, index, scene)
    return file_reply(call, await call.clips.get(clip), "video/mp4", clip.key)


def _check_given(call: Call, job: Job, index: int, scene: int | None) -> None:
    """Refuse a file that is not there yet, never will be, or is there no longer."""
    moment = job.part_at(job.parts[index], call.now)
    if scene is not None:
        if outputs.scene_word(job, index, scene, moment) != "completed":
            raise NotReady("file", moment.stage.word)
        return
    if moment.stage.state != "done" or job.scenario == "empty_result":
        raise NotReady("file", moment.stage.word)
    ends_at = job.ends_at
    if job.scenario == "expires_early" and ends_at is not None and call.now >= ends_at + SECOND:
        raise Gone("file")


# Limits and the table -------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _per_minute(requests: int) -> Limit:
    return Limit("minute", requests, MINUTE)


def requests(call: Call) -> tuple[Limit, str] | None:
    """Requests in a minute, by key [000:73]."""
    account = call.account
    most = call.options.requests_per_minute
    if account.limits:
        most = account.limits.get("requests_per_minute", most)
    return None if most is None else (_per_minute(most), account.key)


def stamp(call: Call, response: Response) -> None:
    """Put the rate headers on an answer to a key that is known [nouvel:rate-limits]."""
    account = call.known_account
    if account is None or (found := call.limited or requests(call)) is None:
        return
    limit, key = found
    used, resets_at = call.house.window(limit, key, call.now)
    if account.flags and "limited" in account.flags:
        used, resets_at = limit.requests, call.now + MINUTE
    left = limit.requests - used
    response.raw_headers += (
        _limit_header(limit.requests),
        (b"x-ratelimit-remaining", b"%d" % left if left > 0 else b"0"),
        _reset_header(resets_at),
    )


# The two headers that stay the same from one answer to the next are written once; the journal keeps them once, too.


@lru_cache(maxsize=64)
def _limit_header(requests: int) -> tuple[bytes, bytes]:
    return b"x-ratelimit-limit", b"%d" % requests


@lru_cache(maxsize=256)
def _reset_header(at: datetime) -> tuple[bytes, bytes]:
    """Say when, in seconds since 1970, a part of one counted whole."""
    since = at - EPOCH
    return b"x-ratelimit-reset", b"%d" % (since.days * 86_400 + since.seconds + (since.microseconds > 0))


ROUTES = (
    on("POST /api/v1/generate", generate, limit=requests, permission="generate"),
    on("GET /api/v1/jobs/{jobId}", get_job, limit=requests, permission="projects:read"),
    on("GET /api/v1/projects", list_projects, limit=requests, permission="projects:read"),
    on("GET /api/v1/projects/{projectId}", get_project, limit=requests, permission="projects:read"),
    on("GET /media/nouvel/{job_id}/{name}", media, key="none"),
)
