"""Artnex's operations, and the table of them."""

from functools import lru_cache

from starlette.responses import Response

from mockserver.core.clock import DAY, SECOND
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.refusals import BadBody, Gone, MissingField, Moderated, NotFound, NotReady
from mockserver.web.bodies import body_as
from mockserver.web.call import Call
from mockserver.web.files import file_reply
from mockserver.web.provider import on

from . import outputs, timeline
from .catalogue import MODELS, QUOTAS, Order
from .inputs import NewVideo, order
from .options import Options

ONE_POLL = Limit("polls", 1, 5 * SECOND)  # [004:25]

# Submitting -----------------------------------------------------------------------------------------------------


async def create_video(call: Call) -> Response:
    """`POST /v1/video`: take an order, hold its price, answer with the id to poll with."""
    if (call.header("content-type") or "").partition(";")[0].strip().lower() != "application/json":
        raise BadBody("content type")
    wanted = await call.reading(_read)
    model = MODELS[wanted.model]
    scenario = call.scenario()
    if scenario.name == "moderated":
        raise Moderated
    draw = call.house.draw("job")
    job = Job(
        id=f"req_{draw.token(12)}",
        provider="artnex",
        key=call.account.purse,
        submitted_at=call.now,
        timeline=timeline.planned(scenario, model.pace, wanted.seconds, draw),
        price=model.credits,
        terms="when_done",
        order=wanted,
        seed=draw.number(),
        scenario=scenario.name,
    )
    call.house.add(job, call.account, call.now)
    call.job_id = job.id
    return call.json(outputs.accepted(job))


def _read(raw: bytes, options: Options) -> Order:
    return order(body_as(raw, NewVideo), options)


# Asking how it goes ---------------------------------------------------------------------------------------------


async def get_video(call: Call) -> Response:
    """`GET /v1/video/{request_id}`, and `…/status/{request_id}`: how a job is going."""
    return _status(call, call.params["request_id"])


async def find_video(call: Call) -> Response:
    """`GET /v1/video/status?request_id=`: the same, asked by query."""
    request_id = call.query.get("request_id")
    if not request_id:
        raise MissingField("request_id")
    return _status(call, request_id)


def _status(call: Call, request_id: str) -> Response:
    job = call.job(request_id)
    if call.options.throttle_polls:
        call.house.admit(ONE_POLL, job.id, call.now)
    moment = job.at(call.now)
    path = outputs.path(job) if moment.stage.state == "done" else None
    answer = outputs.status(job, moment, None if path is None else call.url(path))
    call.polled(job)
    return call.json(answer)


# The video ------------------------------------------------------------------------------------------------------


async def media(call: Call) -> Response:
    """`GET /media/artnex/video/{name}`: where the links lead; no key is needed, and none is refused."""
    name = call.params["name"]
    job = call.house.job(name.removesuffix(".mp4")) if name.endswith(".mp4") else None
    if job is None or outputs.path(job) is None:
        raise NotFound("file", name)
    call.job_id = job.id
    _check_given(call, job)
    clip = outputs.clip(job)
    return file_reply(call, await call.clips.get(clip), "video/mp4", clip.key)


def _check_given(call: Call, job: Job) -> None:
    """Refuse a video that is not there yet, never will be, or is there no longer."""
    stage = job.at(call.now).stage
    if stage.state != "done":
        raise NotReady("file", stage.word)
    expires_at = outputs.expires_at(job, call.options)
    if expires_at is not None and call.now >= expires_at:
        raise Gone("file")


# Limits and the table -------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _a_day(requests: int) -> Limit:
    return Limit("day", requests, DAY)


def quota(call: Call) -> tuple[Limit, str] | None:
    """Requests in 24 hours, by the plan of the key [artnex:overview]."""
    account = call.account
    requests = QUOTAS.get(account.plan.lower())
    if account.limits:
        requests = account.limits.get("requests_per_day", requests)
    return None if requests is None else (_a_day(requests), account.key)


def polls(call: Call) -> tuple[Limit, str] | None:
    """The same quota, for polls, if they count."""
    return quota(call) if call.options.polls_count else None


ROUTES = (
    on("POST /v1/video", create_video, limit=quota),
    on("GET /v1/video/status", find_video, limit=polls),
    on("GET /v1/video/status/{request_id}", get_video, limit=polls),
    on("GET /v1/video/{request_id}", get_video, limit=polls),
    on("GET /media/artnex/video/{name}", media, key="none"),
)
