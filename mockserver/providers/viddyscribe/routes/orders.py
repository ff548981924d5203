"""Orders: what is to be made of a media, paid for and queued."""

from datetime import timedelta

from starlette.responses import Response

from mockserver.core.clock import NOTHING
from mockserver.core.jobs import Job
from mockserver.core.refusals import Moderated, NotReady
from mockserver.core.scenarios import Scenario
from mockserver.providers.viddyscribe import outputs, timeline
from mockserver.providers.viddyscribe.catalogue import Kind, price
from mockserver.providers.viddyscribe.catalogue.orders import Footage, Media, Order
from mockserver.providers.viddyscribe.inputs import READERS, Config, Source, SourceType, source_of
from mockserver.web.call import Call
from mockserver.web.provider import Handler

from . import uploads
from .arrivals import arriving, check_feature, check_length, may_name
from .slots import check_queue, limit_of, queue


def generating(kind: Kind, among: tuple[SourceType, ...]) -> Handler:
    """Give the handler of an operation that makes this kind of thing from one of these sources."""

    def read(raw: bytes, _: object) -> tuple[Source, Config | None]:
        source = source_of(raw, among)
        return source, READERS[kind](raw) if source.type == "media_id" else None

    async def generate(call: Call) -> Response:
        if may_name(call, among):
            source, named = await call.reading(read)
            if named is not None:
                _check_plan(call, source, named)
                return _ordered(call, kind, uploads.owned(call, source.media_id), named, source)
        async with arriving(call, among) as arrival:
            config = READERS[kind](arrival.body)
            _check_plan(call, arrival.source, config)
            if arrival.source.type == "media_id":
                media = uploads.owned(call, arrival.source.media_id)
            else:
                media, _ = await uploads.take(call, arrival)
        return _ordered(call, kind, media, config, arrival.source)

    generate.__name__ = f"generate_ad_{kind}" + ("" if len(among) > 1 else f"_from_{among[0]}")
    return generate


def _ordered(call: Call, kind: Kind, media: Media, config: Config, source: Source) -> Response:
    return call.json(outputs.accepted(_accept(call, kind, media, config, source)))


def _check_plan(call: Call, source: Source, config: Config) -> None:
    for feature in config.features:
        check_feature(call, feature)
    if source.type == "url":
        check_feature(call, "allow_url_input")


def _accept(call: Call, kind: Kind, media: Media, config: Config, source: Source) -> Job:
    """Make a job of an order.

    Raises NotReady for media that is not verified, OverLimit and Unaffordable where the team has no room or credits.
    """
    house, account, now = call.house, call.account, call.now
    wait = _until_verified(call, media, by_id=source.type == "media_id")
    footage = media.footage
    if footage is None:
        raise AssertionError("verified media has footage")
    check_length(call, footage)
    most = limit_of(call, "queued_jobs", call.options.queued_jobs)
    check_queue(call, most)
    cost = price(kind, footage.length, given_text=config.given is not None)
    house.afford(account, cost, now)
    scenario = call.scenario()
    _refuse_at_once(scenario)
    draw, life = house.draw("job"), timeline.planned(scenario, footage.length, wait)
    job_id, order = f"task_{draw.token(12)}", _order(kind, media.id, footage, config)
    # By position: names would double the time that it takes to make a job.
    job = Job(job_id, "viddyscribe", account.purse, now, life, cost, "when_done", order, draw.number(), scenario.name)
    house.add(job, account, now)
    queue(call, job)
    call.job_id = job.id
    return job


def _until_verified(call: Call, media: Media, *, by_id: bool) -> timedelta:
    """Say how long the media's verification still takes; one that is asked for by its id must be verified."""
    status = media.status(call.now)
    if status == "completed":
        return NOTHING
    ready_at = media.verified_at
    if by_id or status == "failed" or ready_at is None:
        call.polled(media)
        raise NotReady("media", status)
    return ready_at - call.now


def _refuse_at_once(scenario: Scenario) -> None:
    """Refuse what a scenario refuses before there is a job."""
    match scenario.name:
        case "moderated":
            raise Moderated
        case "never_ready":
            raise NotReady("media", "processing")
        case "upload_fails":
            raise NotReady("media", "failed")
        case _:
            return


def _order(kind: Kind, media_id: str, footage: Footage, config: Config) -> Order:
    return Order(
        kind=kind,
        media=media_id,
        footage=footage,
        format=config.format,
        language=config.language,
        category=config.category,
        ad_type=config.ad_type,
        voice=config.voice,
        loudness=config.loudness,
        mixed=config.mixed,
        given=config.given,
    )
