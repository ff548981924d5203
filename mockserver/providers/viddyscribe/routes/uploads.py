"""Uploads: received, measured, known by their bytes, and verified in mock time."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from mockserver.core.chance import Draw
from mockserver.core.refusals import (
    BadValue,
    Gone,
    MediaTooLarge,
    MediaUnusable,
    MissingField,
    NotFound,
    NotReady,
)
from mockserver.core.scenarios import SUCCEEDS, Scenario
from mockserver.core.timeline import Timeline
from mockserver.media.files import Spool
from mockserver.media.makers import measured
from mockserver.media.probe import Probe
from mockserver.providers.viddyscribe import outputs, timeline
from mockserver.providers.viddyscribe.catalogue.orders import Footage, Media
from mockserver.providers.viddyscribe.inputs import Source, SourceType
from mockserver.web.answers import Reply
from mockserver.web.call import Call
from mockserver.web.visits import is_own, visit

from . import links
from .arrivals import Arrival, arriving, check_feature, check_length, largest_file, take_place
from .slots import receiving, verifying

STAND_IN_RATE = Fraction(30)
USUAL_RATE = Fraction(25)  # of a file that does not tell


# What it shows --------------------------------------------------------------------------------------------------


async def take(call: Call, arrival: Arrival, scenario: Scenario = SUCCEEDS) -> tuple[Media, bool]:
    """Make a media of what arrived; tell whether the team had it before.

    Raises MediaUnusable for what is no video, MediaTooLong and MediaTooLarge for more than the plan allows.
    """
    source = arrival.source
    if source.type == "url" and not is_own(call, source.url):
        footage = _stand_in(source.url)
    else:
        if source.type == "url":
            await _visit(call, source.url, arrival.spool)
        found = _footage(await call.files.read(measured, arrival.spool.complete()))
        if found is None:
            raise MediaUnusable("file", "no_video_stream")
        check_length(call, found)
        footage = replace(found, file=await call.files.keep(arrival.spool))
    check_length(call, footage)
    return _register(call, footage, scenario)


async def _visit(call: Call, url: str, spool: Spool) -> None:
    """Read a file that this server itself hands out."""
    largest = largest_file(call)

    def write(chunk: bytes) -> None:
        if spool.size + len(chunk) > largest:
            raise MediaTooLarge("url", largest)
        spool.write(chunk)

    if await visit(call, url, write) != 200:
        raise BadValue("url", url, "a URL that can be read")


def _footage(probe: Probe | None) -> Footage | None:
    if probe is None or probe.duration is None:
        return None
    return Footage(timedelta(microseconds=round(probe.duration * 10**6)), probe.frame_rate or USUAL_RATE)


def _stand_in(url: str) -> Footage:
    """What a URL stands for that is not fetched: 20 to 60 seconds, to the tenth."""
    tenths = 200 + Draw(0, "url", url).below(401)
    return Footage(timedelta(seconds=tenths / 10), STAND_IN_RATE, url=url)


def _register(call: Call, footage: Footage, scenario: Scenario) -> tuple[Media, bool]:
    """Find the team's media of this footage, or make one; one whose verification failed does not count."""
    known = known_media(call, footage)
    if known is not None:
        return known, True
    media = Media(
        id=_new_id(call),
        team=call.account.purse,
        verification=_verification(call, scenario),
        verified_from=call.now,
        footage=footage,
    )
    _keep(call, media)
    return media, False


def known_media(call: Call, footage: Footage) -> Media | None:
    """The media of the asking team with this footage, unless its verification failed."""
    media_id = call.house.record("known", f"{call.account.purse}/{footage.name}")
    media: Media | None = call.house.record("media", media_id) if media_id else None
    return None if media is None or media.status(call.now) == "failed" else media


def _keep(call: Call, media: Media) -> None:
    """Put a media on record, and under the name of its footage."""
    call.house.update_record("media", media.id, lambda _: media)
    if media.footage is not None and media.canonical is None:
        call.house.update_record("known", f"{media.team}/{media.footage.name}", lambda _: media.id)
    if media.verified_from is not None:
        verifying(call, media.team, media.id, media.verified_at)


def _new_id(call: Call) -> str:
    return str(UUID(call.house.draw("media").token(32, "0123456789abcdef"), version=4))


def _verification(call: Call, scenario: Scenario) -> Timeline:
    return timeline.verification(scenario, timedelta(seconds=call.options.verification_seconds))


def upload_scenario(call: Call) -> Scenario:
    """How an upload goes; scenarios that concern jobs are left to them."""
    found = call.scenario(timeline.UPLOAD_SCENARIOS)
    return found if found.name in timeline.UPLOAD_SCENARIOS else SUCCEEDS


def owned(call: Call, media_id: str) -> Media:
    """A media of the asking team; raises NotFound for any other."""
    media: Media | None = call.house.record("media", media_id)
    if media is None or media.team != call.account.purse:
        raise NotFound("media", media_id)
    return media


# Operations -----------------------------------------------------------------------------------------------------


async def upload_media(call: Call) -> Response:
    """`POST /enterprise/api/upload_media`: a file, a URL, or a link to send a file to."""
    return await _upload(call, ("file", "url", "signed_url"))


async def upload_media_from_url(call: Call) -> Response:
    """`POST /enterprise/api/upload_media_from_url`: a URL."""
    return await _upload(call, ("url",))


async def _upload(call: Call, among: tuple[SourceType, ...]) -> Response:
    async with arriving(call, among) as arrival:
        if arrival.source.type == "url":
            check_feature(call, "allow_url_input")
        if arrival.source.type == "signed_url":
            return call.json(_promise(call, arrival.source))
        media, existing = await take(call, arrival, upload_scenario(call))
    return call.json(outputs.uploaded(media, existing=existing))


def _promise(call: Call, source: Source) -> dict[str, object]:
    """Hand out a link to which a large file can be sent."""
    media_id = _new_id(call)
    media = Media(
        id=media_id,
        team=call.account.purse,
        verification=_verification(call, upload_scenario(call)),
        gcs_path=f"users/user_{media_id[:8]}/videos/{source.filename}",
        content_type=source.content_type,
        largest=largest_file(call),
    )
    _keep(call, media)
    return outputs.pending_upload(media, links.signed(call, f"/enterprise/uploads/{media_id}", call.now + links.LIFE))


async def put_upload(call: Call) -> Response:
    """`PUT /enterprise/uploads/{media_id}`: the bytes of a large file, by a signed link."""
    media_id = call.params["media_id"]
    links.check(call, f"/enterprise/uploads/{media_id}")
    media: Media | None = call.house.record("media", media_id)
    if media is None or media.verified_from is not None:
        raise Gone("link")
    with receiving(call, media.team, None), call.files.spool() as spool:
        async for chunk in call.chunks(media.largest):
            spool.write(chunk)
        received = await call.files.keep(spool)
    call.house.update_record("media", media_id, lambda _: replace(media, received=received))
    return Reply(b"", content_type=b"text/plain")


class Reference(Struct):
    """Which upload is meant."""

    media_id: str = ""
    gcs_path: str | UnsetType = UNSET


async def notify_upload_complete(call: Call) -> Response:
    """`POST /enterprise/api/notify_upload_complete`: all bytes have come; verify them."""
    asked = await call.body(Reference)
    media = _referred(call, asked.media_id, None if isinstance(asked.gcs_path, UnsetType) else asked.gcs_path)
    if media.verified_from is None:
        path = call.files.path(media.received) if media.received else None
        if path is None:
            raise NotReady("media", "pending")
        with ExitStack() as stack:
            take_place(call, stack)
            media = await _verified(call, media, path)
        _keep(call, media)
    return call.json(outputs.upload_status(media, call.now))


async def _verified(call: Call, media: Media, path: Path) -> Media:
    """Let the verification of a signed upload begin; that of bytes that are no video fails."""
    found = _footage(await call.files.read(measured, path))
    if found is None:
        fails = timeline.verification(Scenario("upload_fails"), media.verification.length)
        return replace(media, verified_from=call.now, verification=fails)
    footage = replace(found, file=media.received)
    known = known_media(call, footage)
    return replace(media, verified_from=call.now, footage=footage, canonical=known.id if known else None)


async def get_upload_status(call: Call) -> Response:
    """`GET /enterprise/api/get_upload_status`: how far the verification of an upload is."""
    media = _referred(call, call.query.get("media_id", ""), call.query.get("gcs_path"))
    answer = outputs.upload_status(media, call.now)
    call.polled(media)
    return call.json(answer)


def _referred(call: Call, media_id: str, gcs_path: str | None) -> Media:
    if not media_id:
        raise MissingField("media_id")
    media = owned(call, media_id)
    if gcs_path is not None and media.gcs_path is not None and gcs_path != media.gcs_path:
        raise NotFound("media", media_id)
    return media
