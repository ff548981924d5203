"""NanoGPT's operations, and the table of them."""

from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from mockserver.core.chance import Draw, base36
from mockserver.core.clock import EPOCH, MINUTE
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.refusals import BadValue, Gone, MissingField, Moderated, NotForThis, NotFound, NotReady
from mockserver.core.timeline import Moment
from mockserver.media.makers import measured
from mockserver.web.bodies import body_as
from mockserver.web.call import Call
from mockserver.web.files import file_reply
from mockserver.web.provider import KeyNeed, on

from . import outputs, timeline
from .catalogue import Order, listing
from .catalogue import models as all_models
from .inputs import ExtendVideo, NewVideo, order, source_file
from .options import Options

PICTURES = {"thumbnail.jpg": "thumbnail", "spritesheet.jpg": "spritesheet"}
MIDJOURNEY = "midjourney-video"

# Submitting -----------------------------------------------------------------------------------------------------


async def generate_video(call: Call) -> Response:
    """`POST /api/generate-video`: take an order, charge it, answer 202."""
    body, wanted = await call.reading(_read)
    if wanted is None:
        file = source_file(body, call.options.max_media_bytes)
        wanted = order(body, call.options, None if file is None else await _length(call, file))
    return _accept(call, wanted, None)


def _read(raw: bytes, options: Options) -> tuple[NewVideo, Order | None]:
    """Read an order; one whose source video came along is not settled before that is measured."""
    body = body_as(raw, NewVideo)
    return body, None if source_file(body, options.max_media_bytes) is not None else order(body, options)


async def _length(call: Call, file: bytes) -> Decimal | None:
    """Seconds of a source video that came along whole; None for a file that is no video."""
    with call.files.spool() as spool:
        spool.write(file)
        found = await call.files.read(measured, spool.complete())
    return None if found is None or found.duration is None else Decimal(round(found.duration * 1000)) / 1000


async def extend_video(call: Call) -> Response:
    """`POST /api/generate-video/extend`: lengthen one of the four videos of a Midjourney job by five seconds."""
    body = await call.body(ExtendVideo)
    run_id, index = body.checked()
    original = call.job(run_id)
    before = outputs.order_of(original)
    if before.model != MIDJOURNEY:
        raise NotForThis(MIDJOURNEY)
    moment = original.at(call.now)
    if moment.stage.state != "done":
        raise NotReady("original", moment.stage.word)
    return _accept(call, before.longer(Decimal(5)), index)


def _accept(call: Call, order: Order, index: int | None) -> Response:
    """Make a job of an order, or refuse it for its content or the money; `index` is the video that is extended."""
    house, options, account, now = call.house, call.options, call.account, call.now
    scenario = call.scenario()
    if scenario.name == "moderated":
        raise Moderated
    house.afford(account, order.cost, now)
    draw = house.draw("job")
    job_id = _new_id(options, call, draw)
    model = all_models()[order.model]
    if order.project_id is None and "script" in model.inputs:  # LongStories' orders have a project
        order = replace(order, project_id=f"proj_{draw.token(12)}")
    call.job_id = job_id
    life = timeline.life(scenario, model.pace, float(order.choice.seconds), draw)
    plan, seed = timeline.planned(scenario, life), draw.number()
    # By position: names would double the time that it takes to make a job.
    job = Job(job_id, "nanogpt", account.purse, now, plan, order.cost, "at_submission", order, seed, scenario.name)
    left = outputs.plain(house.add(job, account, now).available)
    answer = outputs.accepted(job, order, left, options)
    if index is not None:
        answer = outputs.extended(answer, job, index, life.seconds)
    return call.json(answer, 202, [(b"x-remaining-balance", format(left, "f").encode())])


def _new_id(options: Options, call: Call, draw: Draw) -> str:
    if options.profile == "2025":
        return f"fal-request-{draw.token(12)}"
    # Seen live: eight digits of base 36 that are the milliseconds of submission, then nine that are not.
    since = call.now - EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return f"vid_{base36(milliseconds, 8)}{draw.token(9)}"


# Asking how it goes ---------------------------------------------------------------------------------------------


async def video_status(call: Call) -> Response:
    """`GET /api/video/status`: the unified status, by `requestId` or `runId`."""
    run_id = call.query.get("requestId") or call.query.get("runId")
    if not run_id:
        raise MissingField("requestId", clause="nanogpt.status.missing-id")
    job = call.job(run_id)
    moment = job.at(call.now)
    answer = outputs.unified(job, moment, _links(call, job, moment), call.options, call.now)
    call.polled(job)
    return call.json(answer)


async def legacy_status(call: Call) -> Response:
    """`GET /api/generate-video/status`: the older status, by `runId`; a model may be named and is not compared."""
    run_id = call.query.get("runId")
    if not run_id:
        raise MissingField("runId", clause="nanogpt.legacy.missing-run-id")
    job = call.job(run_id)
    moment = job.at(call.now)
    answer = outputs.legacy(job, moment, _links(call, job, moment), call.options)
    call.polled(job)
    return call.json(answer)


async def story_status(call: Call) -> Response:
    """`GET /api/v1/video/status`: the status of a LongStories job, by `runId` and `projectId`."""
    for name in ("runId", "projectId"):
        if not call.query.get(name):
            raise MissingField(name, clause="nanogpt.stories.missing-parameter")
    job = call.job(call.query["runId"])
    if outputs.order_of(job).project_id != call.query["projectId"]:
        raise NotFound("job", job.id)
    moment = job.at(call.now)
    answer = outputs.story(moment, _links(call, job, moment))
    call.polled(job)
    return call.json(answer)


def _links(call: Call, job: Job, moment: Moment) -> list[str]:
    """The addresses of a finished job's videos, as the client is to see them."""
    if moment.stage.state != "done":
        return []
    found = outputs.paths(job)
    model = outputs.model_of(job)
    if found and all_models()[model].relative_result:
        return [f"{call.prefix}/api/generate-video/content?model={model}&runId={job.id}&variant=video"]
    return [call.url(path) for path in found]


async def recover(call: Call) -> Response:
    """`GET /api/generate-video/recover`: the account's jobs, the newest first."""
    query = call.query
    limit = _page_size(query.get("limit", "10"))
    model, thread = query.get("model"), query.get("conversationUUID")
    mine = (job for job in call.house.jobs() if job.key == call.account.purse)
    wanted = (
        job
        for job in mine
        if (not model or outputs.model_of(job) == model)
        and (not thread or outputs.order_of(job).conversation_uuid == thread)
    )
    return call.json({"data": [outputs.entry(job, call.now) for job in islice(wanted, limit)]})


def _page_size(text: str) -> int:
    size = int(text) if len(text) <= 9 and text.isascii() and text.isdigit() else 0
    if not 1 <= size <= 50:
        raise BadValue("limit", text, clause="nanogpt.recover.limit-out-of-range")
    return size


# Files ----------------------------------------------------------------------------------------------------------


async def content(call: Call) -> Response:
    """`GET /api/generate-video/content`: a finished job's video, or a picture of it."""
    for name in ("runId", "model"):
        if not call.query.get(name):
            raise MissingField(name, clause="nanogpt.content.parameters-required")
    variant = call.query.get("variant", "video")
    if variant not in {"video", "thumbnail", "spritesheet"}:
        raise BadValue("variant", variant, clause="nanogpt.content.unknown-variant")
    job = call.house.job(call.query["runId"])
    if job is None:
        raise NotReady("content", "unknown")
    call.job(job.id)
    if not _given(call, job):
        raise NotReady("content", job.at(call.now).stage.word)
    return await _file(call, job, variant, 0)


async def media(call: Call) -> Response:
    """`GET /media/nanogpt/{run_id}/{name}`: where the links lead; no key is needed, and none is refused."""
    job = call.house.job(call.params["run_id"])
    name = call.params["name"]
    if job is None:
        raise NotFound("file", name)
    call.job_id = job.id
    names = [path.rpartition("/")[2] for path in outputs.paths(job)]
    if (name not in names and name not in PICTURES) or not _given(call, job):
        raise NotFound("file", name)
    return await _file(call, job, PICTURES.get(name, "video"), names.index(name) if name in names else 0)


def _given(call: Call, job: Job) -> bool:
    """Tell whether a job has a video to give; one whose days are over raises Gone."""
    if job.at(call.now).stage.state != "done" or not outputs.paths(job):
        return False
    expires_at = outputs.expires_at(job, call.options)
    if expires_at is not None and call.now >= expires_at:
        raise Gone("video")
    return True


async def _file(call: Call, job: Job, kind: str, index: int) -> Response:
    clip = outputs.clip(job, index)
    if kind == "video":
        return file_reply(call, await call.clips.get(clip), "video/mp4", clip.key)
    picture = await call.clips.get(clip, "thumbnail" if kind == "thumbnail" else "spritesheet")
    return file_reply(call, picture, "image/jpeg", f"{clip.key}-{kind}")


# Catalogue and balance ------------------------------------------------------------------------------------------


async def video_models(call: Call) -> Response:
    """`GET /api/v1/video-models`: the catalogue, detailed unless asked otherwise."""
    data = _catalogue(call, detailed=True)
    meta = {"count": len(data), "generated_at": outputs.timestamp(call.now)}
    return call.json({"object": "list", "data": data, "meta": meta})


async def models(call: Call) -> Response:
    """`GET /api/v1/models`: the same entries, brief unless `detailed=true` (where document 003 looks)."""
    return call.json({"object": "list", "data": _catalogue(call, detailed=False)})


def _catalogue(call: Call, *, detailed: bool) -> list[dict[str, Any]]:
    asked = call.query.get("detailed")
    if asked is not None and asked.lower() not in {"true", "false"}:
        raise BadValue("detailed", asked, clause="nanogpt.catalogue.detailed-is-true-or-false")
    detailed = detailed if asked is None else asked.lower() == "true"
    return [listing(model, detailed=detailed) for model in all_models().values() if model.listed]


async def check_balance(call: Call) -> Response:
    """`POST /api/check-balance`: what the account has, as texts; a body is not read."""
    return call.json(outputs.balance(call.house.balance(call.account, call.now).available))


# Limits and the table -------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _per_minute(name: str, requests: int) -> Limit:
    return Limit(name, requests, MINUTE)


def _limited(call: Call, name: str, requests: int | None) -> tuple[Limit, str] | None:
    account = call.known_account
    if account is not None:
        requests = account.limits.get("requests_per_minute", requests) if account.limits else requests
        if account.key in call.options.internal_auth:
            return None
    return None if requests is None else (_per_minute(name, requests), call.client)


def submits(call: Call) -> tuple[Limit, str] | None:
    """Submissions a minute, by client address [002:526-531]."""
    return _limited(call, "submit", call.options.submits_per_minute)


def extends(call: Call) -> tuple[Limit, str] | None:
    """Extensions a minute, by client address."""
    return _limited(call, "extend", call.options.extends_per_minute)


def recovers(call: Call) -> tuple[Limit, str] | None:
    """Requests to recover a minute, by client address."""
    return _limited(call, "recover", call.options.recovers_per_minute)


def polls(options: Options) -> KeyNeed:
    """Whether polling needs a key; the browser samples of document 002 send none."""
    return options.status_auth


ROUTES = (
    on("POST /api/generate-video", generate_video, limit=submits),
    on("GET /api/video/status", video_status, key=polls),
    on("GET /api/generate-video/status", legacy_status, key=polls),
    on("GET /api/v1/video/status", story_status, key=polls),
    on("GET /api/generate-video/recover", recover, limit=recovers),
    on("POST /api/generate-video/extend", extend_video, limit=extends),
    on("GET /api/generate-video/content", content),
    on("GET /api/v1/video-models", video_models, key="none"),
    on("GET /api/v1/models", models, key="none"),
    on("POST /api/check-balance", check_balance),
    on("GET /media/nanogpt/{run_id}/{name}", media, key="none"),
)
