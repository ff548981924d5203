"""What is checked of ViddyScribe: document 001, with a video of one second."""

from collections.abc import AsyncIterator
from decimal import ROUND_UP, Decimal
from functools import cache
from pathlib import Path

from contracts.harness.check.checks import Manner, Needs, Probe, trial
from contracts.harness.check.common import a_file, is_a_file
from contracts.harness.check.differences import ABSENT, value_at
from contracts.harness.check.exchanges import Answer, Ask, Upload, Who
from contracts.harness.check.grounds import Ground
from contracts.harness.check.visits import Visit

PACE = 5
"""Seconds between two polls; the pages name no figure."""
POLLS = 240
"""How often to poll before giving up: twenty minutes."""
API = "/enterprise/api"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
RATES = {"text": Decimal("0.5"), "audio": Decimal("0.75"), "video": Decimal(1)}
"""Credits for a minute of source video (`viddyscribe.money.rates`)."""
RESULTS, STATUS, UPLOAD = f"{API}/get_results", f"{API}/get_upload_status", f"{API}/upload_media"
NO_KEY = {"$.error": "unauthorized", "$.message": "Invalid or missing API key"}
SOURCE = "https://example.com/contracts-check.mp4"
WORDS = ("queued", "processing", "done", "failed")
"""The graph of a job, in order; the last two are ends."""
NOT_AN_ORDER = {"media_id": UNKNOWN}
"""An order for media that nobody has: whatever else is in it, nothing can be made of it."""
ENVELOPE = "viddyscribe.errors.envelope"


GROUNDS = (
    Ground(f"POST {API}/generate_ad_[a-z]+", "200", {
        "status": "viddyscribe.submit.status-200", "$": "viddyscribe.submit.accepted",
    }),
    Ground(f"POST {UPLOAD}", "200", {"status": "viddyscribe.submit.status-200", "$": "viddyscribe.upload.response"}),
    Ground(f"GET {RESULTS}", "200", {
        "$.error": "viddyscribe.status.failed", "$.status": "viddyscribe.status.order",
        "$.output": "viddyscribe.content.vtt", "$": "viddyscribe.status.fields",
    }),
    Ground(".*", "401", {"$.error": "viddyscribe.auth.unauthorized-body",
                         "$.message": "viddyscribe.auth.unauthorized-body"}),
    Ground(".*", "404", {"$.error": "viddyscribe.errors.not-found-slug"}),
    Ground(f"POST {API}/.*", "409", {"$": "viddyscribe.errors.upload-not-ready-body"}),
    Ground(".*", "429", {"$.retry_after": "viddyscribe.limits.retry-after"}),
    Ground(".*", "405", {"header allow": "viddyscribe.errors.method-not-allowed"}),
    Ground(".*", "[45]..", {"$": ENVELOPE}),
)  # fmt: skip
"""What answers rest on, place by place; what a check asks for besides has its own clause."""


@cache
def second() -> Upload:
    """A video of one second, 64 by 48 pixels, without sound."""
    return Upload("second.mp4", (Path(__file__).parent / "second.mp4").read_bytes(), "video/mp4")


def text_order(**more: object) -> Ask:
    """An order for the text of media that is not there, with more in it."""
    return Ask("POST", f"{API}/generate_ad_text", {**NOT_AN_ORDER, **more})


def invalid(name: str, clause: str, ask: Ask) -> Probe:
    """A probe of a refusal for what the request holds."""
    clauses = (clause, "viddyscribe.errors.invalid-request", ENVELOPE)
    return Probe(name, clauses, ask, 400, {"$.error": "invalid_request"},
                 on={"$.error": "viddyscribe.errors.invalid-request"})  # fmt: skip


def lost(name: str, clause: str, ask: Ask) -> Probe:
    """A probe of what is not there."""
    clauses = (clause, "viddyscribe.errors.not-found-slug", ENVELOPE)
    return Probe(name, clauses, ask, 404, {"$.error": "not_found"})


PROBES = (
    Probe("a poll without a key is refused", ("viddyscribe.auth.key-header", "viddyscribe.auth.unauthorized-body"),
          Ask("GET", f"{RESULTS}?job_id=task_1", who=Who.NOBODY), 401, NO_KEY, without=("retry-after",)),
    Probe("an order without a key is refused", ("viddyscribe.auth.key-header", "viddyscribe.auth.unauthorized-body"),
          Ask("POST", f"{API}/generate_ad_video", NOT_AN_ORDER, Who.NOBODY), 401, NO_KEY),
    Probe("a key in another header is none", ("viddyscribe.auth.key-header-alone",),
          Ask("GET", f"{RESULTS}?job_id=task_1", who=Who.NOBODY, headers={"Authorization": "Bearer vsk_check"}), 401,
          NO_KEY),
    Probe("a key of another form is refused", ("viddyscribe.auth.key-prefix",),
          Ask("GET", f"{RESULTS}?job_id=task_1", who=Who.NOBODY, headers={"X-API-Key": "sk-check"}), 401, NO_KEY),
    Probe("a key that nobody has is refused", ("viddyscribe.auth.dead-keys",),
          Ask("GET", f"{RESULTS}?job_id=task_1", who=Who.STRANGER), 401, NO_KEY),
    invalid("a poll without an id is refused", "viddyscribe.status.job-id-missing", Ask("GET", RESULTS)),
    lost("a poll of an unknown job is refused", "viddyscribe.errors.job-not-found",
         Ask("GET", f"{RESULTS}?job_id=task_nobodyhasthisone")),
    lost("an unknown upload is not there", "viddyscribe.errors.media-not-found",
         Ask("GET", f"{STATUS}?media_id={UNKNOWN}")),
    lost("an order for unknown media is refused", "viddyscribe.errors.media-not-found", text_order()),
    invalid("an order without media is refused", "viddyscribe.submit.requires-media-id",
            Ask("POST", f"{API}/generate_ad_text", {"language": "en-US"})),
    invalid("a body that is no JSON is refused", "viddyscribe.errors.broken-json",
            Ask("POST", f"{API}/generate_ad_text", b"{")),
    invalid("an unknown language is refused", "viddyscribe.values.unknown-language", text_order(language="xx-XX")),
    invalid("an unknown format is refused", "viddyscribe.values.formats", text_order(format="srt")),
    invalid("an unknown category is refused", "viddyscribe.values.categories", text_order(video_category="Westerns")),
    invalid("an unknown kind of description is refused", "viddyscribe.values.ad-type", text_order(ad_type="loud_ad")),
    invalid("a wrong type is refused", "viddyscribe.submit.wrong-types", text_order(auto_fit="yes")),
    lost("the last language is no reason to refuse", "viddyscribe.values.languages", text_order(language="vi-VN")),
    invalid("an unknown voice is refused", "viddyscribe.values.voices",
            Ask("POST", f"{API}/generate_ad_audio", {**NOT_AN_ORDER, "voice": "Nobody"})),
    invalid("a volume above the range is refused", "viddyscribe.values.volume",
            Ask("POST", f"{API}/generate_ad_audio", {**NOT_AN_ORDER, "volume_option": "max", "volume_level_db": 0.5})),
    invalid("a volume below the range is refused", "viddyscribe.values.volume",
            Ask("POST", f"{API}/generate_ad_audio", {**NOT_AN_ORDER, "volume_option": "max",
                                                     "volume_level_db": -10.5})),
    lost("the lowest volume is no reason to refuse", "viddyscribe.values.volume",
         Ask("POST", f"{API}/generate_ad_audio", {**NOT_AN_ORDER, "volume_option": "max", "volume_level_db": -10})),
    Probe("a text is no video", ("viddyscribe.upload.not-a-video", "viddyscribe.upload.bytes-decide", ENVELOPE),
          Ask("POST", UPLOAD, files={"file": Upload("video.mp4", b"not a video", "video/mp4")}), 415,
          {"$.error": "no_video_stream"}),
    Probe("a wrong method is refused", ("viddyscribe.errors.method-not-allowed", ENVELOPE),
          Ask("DELETE", f"{API}/generate_ad_text"), 405, headers={"allow": "POST"}),
)  # fmt: skip


async def uploaded(visit: Visit, who: Who = Who.US) -> tuple[str, Decimal]:
    """Upload a second of video; its media_id, and how long the server says that it is."""
    ask = Ask("POST", UPLOAD, who=who, files={"file": second()})
    answer = await visit.ask(ask, 200, "viddyscribe.upload.file")
    seconds = visit.number(answer, "$.duration_seconds", "viddyscribe.upload.response")
    visit.must(seconds == 1, "viddyscribe.upload.measured", "$.duration_seconds", 1, seconds)
    return visit.text(answer, "$.media_id", "viddyscribe.upload.response"), seconds


async def named(visit: Visit) -> tuple[str, Decimal]:
    """Name a video's URL; its media_id and length. A mock makes up a longer one, of which more can be watched."""
    body = {"input": {"type": "url", "url": SOURCE}}
    answer = await visit.ask(Ask("POST", UPLOAD, body), 200, "viddyscribe.upload.from-url")
    seconds = visit.number(answer, "$.duration_seconds", "viddyscribe.upload.response")
    return visit.text(answer, "$.media_id", "viddyscribe.upload.response"), seconds


def priced(kind: str, seconds: Decimal) -> Decimal:
    """What an order costs at most, in credits."""
    return (RATES[kind] * seconds / 60).quantize(Decimal("0.000001"), ROUND_UP)


async def ordered(visit: Visit, media: tuple[str, Decimal], kind: str = "text", **options: object) -> str:
    """Order a description of media, and give the job's id."""
    media_id, seconds = media
    answer = await visit.order(
        Ask("POST", f"{API}/generate_ad_{kind}", {"media_id": media_id, **options}), priced(kind, seconds), 200,
        "viddyscribe.submit.by-media-id",
        body={"$.status": "queued", "$.media_id": media_id},
    )  # fmt: skip
    return visit.text(answer, "$.job_id", "viddyscribe.submit.accepted")


async def poll(visit: Visit, job: str, label: str = "a poll") -> Answer:
    """Ask how a job goes."""
    return await visit.ask(
        Ask("GET", f"{RESULTS}?job_id={job}"), 200, "viddyscribe.status.poll",
        body={"$.job_id": job}, label=label,
    )  # fmt: skip


async def watched(visit: Visit, job: str) -> AsyncIterator[tuple[str, Answer]]:
    """Poll until the job has ended: each status and its answer."""
    furthest = 0
    for _ in range(POLLS):
        answer = await poll(visit, job)
        word = visit.text(answer, "$.status", "viddyscribe.status.fields")
        yield word, answer
        if word not in WORDS:
            visit.fail("viddyscribe.status.order", "$.status", f"one of {', '.join(WORDS)}", word)
        at = WORDS.index(word)
        visit.must(at >= furthest, "viddyscribe.status.order", "$.status", f"{WORDS[furthest]} or later", word)
        furthest = max(at, furthest)
        if word in WORDS[2:]:
            return
        await visit.sleep(PACE)
    visit.fail("viddyscribe.status.half-the-length", "$.status", "an end within twenty minutes", WORDS[furthest])


async def ended(visit: Visit, job: str, wanted: str, clause: str) -> Answer:
    """Wait until a job has ended, as `wanted`; asked twice at one moment, an unfinished one answers the same."""
    last = ""
    answer = await poll(visit, job)
    async for last, found in watched(visit, job):
        if visit.bench.control is not None and last not in WORDS[2:]:
            twin = await poll(visit, job)
            visit.must(twin.json == found.json, "viddyscribe.status.order", "$", found.json, twin.json)
        answer = found
    visit.must(last == wanted, clause, "$.status", wanted, last)
    again = value_at((await poll(visit, job, "a poll after the end")).json, "$.status")
    visit.must(again == last, "viddyscribe.status.order", "$.status", last, again)
    return answer


@trial("a video is uploaded, described and delivered",
       "viddyscribe.upload.file", "viddyscribe.upload.response", "viddyscribe.upload.measured",
       "viddyscribe.upload.existing", "viddyscribe.submit.accepted", "viddyscribe.status.order",
       "viddyscribe.status.fields", "viddyscribe.content.vtt", "viddyscribe.content.text-has-no-link",
       "viddyscribe.content.audio", "viddyscribe.content.link-needs-no-key",
       needs=Needs.KEY | Needs.SPEND, orders="text and audio of one second, 0.021 credits")  # fmt: skip
async def delivered(visit: Visit) -> None:
    """From the upload to the text and to the sound."""
    media = await uploaded(visit)
    again = await visit.ask(Ask("POST", UPLOAD, files={"file": second()}), 200, "viddyscribe.upload.existing",
                            body={"$.status": "existing", "$.media_id": media[0]}, label="the same again")  # fmt: skip
    visit.must(again.status == 200, "viddyscribe.upload.existing", "status", 200, again.status)
    text = await ended(visit, await ordered(visit, media, format="vtt"), "done", "viddyscribe.status.poll")
    content = visit.text(text, "$.output.content", "viddyscribe.content.vtt")
    visit.must(content.startswith("WEBVTT"), "viddyscribe.content.vtt", "$.output.content", "WEBVTT…", content[:40])
    for name in ("video_signed_url", "audio_signed_url"):
        link = value_at(text.json, f"$.{name}")
        visit.must(link is ABSENT, "viddyscribe.content.text-has-no-link", f"$.{name}", "absent", link)
    audio = await ended(visit, await ordered(visit, media, "audio"), "done", "viddyscribe.status.poll")
    link = visit.text(audio, "$.audio_signed_url", "viddyscribe.content.audio")
    await a_file(visit, link, "viddyscribe.content.link-needs-no-key", "audio/wav")


@trial("a job goes forward, to a video", "viddyscribe.status.order", "viddyscribe.status.fields",
       "viddyscribe.content.video", "viddyscribe.content.ranges", "viddyscribe.upload.from-url",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="the video of a clip of at most a minute")  # fmt: skip
async def filmed(visit: Visit) -> None:
    """Half a minute is long enough to be watched."""
    job = await ordered(visit, await named(visit), "video", ad_type="standard_ad")
    done = await ended(visit, job, "done", "viddyscribe.status.poll")
    link = visit.text(done, "$.video_signed_url", "viddyscribe.content.video")
    await is_a_file(visit, link, "viddyscribe.content.video", "viddyscribe.content.ranges")


@trial("a link lives for a quarter of an hour, and is signed anew", "viddyscribe.content.link-15-minutes",
       "viddyscribe.content.expired-link", "viddyscribe.content.fresh-link",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="the audio of one second")  # fmt: skip
async def expiring(visit: Visit) -> None:
    """The file is there shortly before, not after, and again by a fresh link."""
    job = await ordered(visit, await uploaded(visit), "audio")
    done = await ended(visit, job, "done", "viddyscribe.status.poll")
    link = visit.text(done, "$.audio_signed_url", "viddyscribe.content.audio")
    await visit.sleep(15 * 60 - 2 * PACE)
    await a_file(visit, link, "viddyscribe.content.link-15-minutes", "audio/wav")
    await visit.sleep(3 * PACE)
    await visit.ask(Ask("GET", link, who=Who.NOBODY), 403, "viddyscribe.content.expired-link", label="after 15 minutes")
    later = await poll(visit, job, "a poll after 15 minutes")
    fresh = visit.text(later, "$.audio_signed_url", "viddyscribe.content.fresh-link")
    await a_file(visit, fresh, "viddyscribe.content.fresh-link", "audio/wav")


@trial("nobody sees another team's job or media", "viddyscribe.errors.job-not-found",
       "viddyscribe.errors.media-not-found",
       needs=Needs.KEY | Needs.OTHER_KEY | Needs.SPEND, orders="the text of one second")  # fmt: skip
async def foreign(visit: Visit) -> None:
    """Another team asks for our job, and for our upload."""
    media = await uploaded(visit)
    job = await ordered(visit, media)
    for path, clause in (
        (f"{RESULTS}?job_id={job}", "viddyscribe.errors.job-not-found"),
        (f"{STATUS}?media_id={media[0]}", "viddyscribe.errors.media-not-found"),
    ):
        await visit.ask(Ask("GET", path, who=Who.OTHER), 404, clause, body={"$.error": "not_found"})


@trial("what fails costs nothing", "viddyscribe.status.failed", "viddyscribe.money.held-then-charged",
       "viddyscribe.money.plan-limit",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="the text of one second, three times")  # fmt: skip
async def failing(visit: Visit) -> None:
    """A team that can pay one: what it holds comes back when the job fails."""
    media = await uploaded(visit)
    await visit.account(available="0.0084")
    await visit.queue("fails")
    job = await ordered(visit, media)
    again = Ask("POST", f"{API}/generate_ad_text", {"media_id": media[0]})
    await visit.order(again, priced("text", media[1]), 429, "viddyscribe.money.plan-limit",
                      on={"status 2xx": "viddyscribe.money.held-then-charged"},
                      body={"$.error": "plan_limit_exceeded"})  # fmt: skip
    failed = await ended(visit, job, "failed", "viddyscribe.status.failed")
    visit.text(failed, "$.error", "viddyscribe.status.failed")
    await visit.order(again, priced("text", media[1]), 200, "viddyscribe.money.held-then-charged")


@trial("the queue has room for so many and not one more", "viddyscribe.limits.queue",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="the text of a clip, four times")  # fmt: skip
async def queued(visit: Visit) -> None:
    """A queue of two: the third is refused until one has left it."""
    media = await named(visit)
    await visit.account(limits={"queued_jobs": 2})
    for _ in range(2):
        await ordered(visit, media)
    again = Ask("POST", f"{API}/generate_ad_text", {"media_id": media[0]})
    await visit.order(again, priced("text", media[1]), 429, "viddyscribe.limits.queue",
                      body={"$.error": "queue_limit_exceeded"})  # fmt: skip
    await visit.sleep(60)
    await visit.order(again, priced("text", media[1]), 200, "viddyscribe.limits.queue")


@trial("sixty requests a minute, and not one more", "viddyscribe.limits.requests-per-minute",
       "viddyscribe.limits.rate-limit", "viddyscribe.limits.retry-after", "viddyscribe.limits.no-header",
       needs=Needs.KEY | Needs.CONTROL)  # fmt: skip
async def hasty(visit: Visit) -> None:
    """The sixty-first within a minute is refused, and welcome when it was told."""
    ask = Ask("GET", f"{STATUS}?media_id={UNKNOWN}")
    for _ in range(60):
        await visit.ask(ask, 404, "viddyscribe.limits.requests-per-minute")
    over = await visit.ask(ask, 429, "viddyscribe.limits.requests-per-minute",
                           on={"$.error": "viddyscribe.limits.rate-limit"},
                           body={"$.error": "rate_limit_exceeded"})  # fmt: skip
    visit.must("retry-after" not in over.headers, "viddyscribe.limits.no-header", "header retry-after", "absent",
               over.headers.get("retry-after"))  # fmt: skip
    wait = visit.number(over, "$.retry_after", "viddyscribe.limits.retry-after")
    await visit.sleep(float(wait))
    await visit.ask(ask, 404, "viddyscribe.limits.retry-after")


@trial("media in verification is not ready", "viddyscribe.upload.signed", "viddyscribe.errors.upload-not-ready",
       "viddyscribe.upload.notify-without-bytes",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="the text of one second, which is refused")  # fmt: skip
async def early(visit: Visit) -> None:
    """A signed upload of which no bytes have come."""
    body = {"input": {"type": "signed_url", "filename": "second.mp4", "content_type": "video/mp4"}}
    promise = await visit.ask(Ask("POST", UPLOAD, body), 200, "viddyscribe.upload.signed",
                              body={"$.status": "pending_upload"})  # fmt: skip
    media = visit.text(promise, "$.media_id", "viddyscribe.upload.signed")
    notice = Ask("POST", f"{API}/notify_upload_complete", {"media_id": media})
    await visit.ask(notice, 409, "viddyscribe.upload.notify-without-bytes", body={"$.code": "upload_not_ready"})
    order = Ask("POST", f"{API}/generate_ad_text", {"media_id": media})
    await visit.order(order, priced("text", Decimal(1)), 409, "viddyscribe.errors.upload-not-ready",
                      on={"$.error": "viddyscribe.errors.upload-not-ready-body"},
                      body={"$.code": "upload_not_ready",
                            "$.error": "Upload is still in progress. Please retry shortly."})  # fmt: skip


MANNER = Manner(
    name="viddyscribe",
    auth=lambda key: ("X-API-Key", key),
    stranger="vsk_revoked_contracts_check",
    billable=tuple(f"{API}/generate_ad_{kind}{way}" for kind in RATES for way in ("", "_from_url", "_from_file")),
    unit="credits",
    probes=PROBES,
    trials=(delivered, filmed, expiring, foreign, failing, queued, hasty, early),
    grounds=GROUNDS,
    door=Ask("GET", f"{STATUS}?media_id={UNKNOWN}"),
    prefix="vsk_",
)
