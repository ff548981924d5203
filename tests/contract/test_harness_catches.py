"""The known-bad servers: each does one thing wrong, and the harness says which clause it breaks."""

import json
from itertools import count

import pytest

from contracts.harness.check.reports import text
from tests.contract.judging import KEYS, judged, mock, named, provider_of

BAD = {}
"""Each known-bad server: what it does wrong, the clause that it breaks, and how."""


def bad(clause, what):
    """Tell of a server that does one thing wrong; the function makes its `spoil`, which may remember things."""

    def told(make):
        BAD[f"{provider_of(clause)}: {what}"] = (clause, make)
        return make

    return told


def changes(clause, what, route, status, /, **values):
    """A server whose JSON has other values; DROP takes one away."""

    def spoil(passing):
        if passing.on(route) and passing.status == status:
            body = passing.json
            for name, value in values.items():
                place, last = body, name.split("__")
                for step in last[:-1]:
                    place = place[int(step) if step.isdigit() else step]
                if value is DROP:
                    place.pop(last[-1], None)
                else:
                    place[last[-1]] = value
            passing.json = body

    BAD[f"{provider_of(clause)}: {what}"] = (clause, lambda: spoil)


def answers(clause, what, route, status, /, new=None, content=None, **headers):
    """A server that answers with another status, body or header; a header that is None is left out."""

    def spoil(passing):
        if passing.on(route) and passing.status == status:
            passing.status = new or status
            passing.content = passing.content if content is None else content
            for name, value in headers.items():
                passing.told.pop(name.replace("_", "-"), None)
                if value is not None:
                    passing.told[name.replace("_", "-")] = value

    BAD[f"{provider_of(clause)}: {what}"] = (clause, lambda: spoil)


DROP = object()
NANO, NANO_POLL, NANO_BALANCE = "POST /api/generate-video", "GET /api/video/status", "POST /api/check-balance"
NANO_FILE = "GET /media/nanogpt/*/*"
NOUVEL, NOUVEL_POLL, PROJECTS = "POST /api/v1/generate", "GET /api/v1/jobs/*", "GET /api/v1/projects"
VIDDY = "/enterprise/api"
VIDDY_POLL, VIDDY_UPLOAD = f"GET {VIDDY}/get_results", f"POST {VIDDY}/upload_media"
VIDDY_STATUS = f"GET {VIDDY}/get_upload_status"
ARTNEX, ARTNEX_POLL = "POST /v1/video", "GET /v1/video/*"

changes("nanogpt.submit.answer-fields", "no remainingBalance", NANO, 202, remainingBalance=DROP)
changes("nanogpt.submit.answer-fields", "one field too many", NANO, 202, queuePosition=3)
changes("nanogpt.submit.id-is-run-id", "id is another one", NANO, 202, id="vid_another")
changes("nanogpt.submit.status-pending", "a new first status", NANO, 202, status="queued")
changes("nanogpt.money.price-by-resolution", "another price", NANO, 202, cost=0.1)
changes("nanogpt.auth.missing-key", "another text of the 401", NANO_BALANCE, 401, error="Unauthorized")
changes("nanogpt.errors.two-keys", "a status in the body that is not the HTTP one", NANO_BALANCE, 401, status=403)
changes("nanogpt.status.missing-id", "the missing parameter by another name", NANO_POLL, 400, error="Missing runId")
changes("nanogpt.catalogue.envelope", "a list that miscounts itself", "GET /api/v1/video-models", 200, meta__count=1)
changes("nanogpt.recover.entries", "an entry without its conversation", "GET /api/generate-video/recover", 200, data={})
answers("nanogpt.submit.accepted", "200 for an accepted order", NANO, 202, new=200)
answers("nanogpt.submit.accepted", "an order that is no JSON", NANO, 202, content_type="text/plain")
answers("nanogpt.auth.job-of-another-key", "404 for another key's job", NANO_POLL, 403, new=404)
answers("nanogpt.status.unknown-id", "an HTML page for an unknown id", NANO_POLL, 404, content=b"<h1>Not found</h1>",
        content_type="text/html")  # fmt: skip
answers("nanogpt.submit.model-required", "500 for a bad order", NANO, 400, new=500)
answers(
    "nanogpt.errors.method-not-allowed", "the wrong methods in Allow", "DELETE /api/generate-video", 405, allow="GET"
)
answers("nanogpt.errors.method-not-allowed", "no Allow at all", "DELETE /api/generate-video", 405, allow=None)
answers("nanogpt.cors.any-origin", "no word to pages of other origins", NANO_BALANCE, 401,
        access_control_allow_origin=None)  # fmt: skip
answers("nanogpt.limits.no-retry-after", "Retry-After with the minute's limit", NANO, 429, retry_after="60")
answers("nanogpt.money.balance-header", "no balance in the headers", NANO, 202, x_remaining_balance=None)
answers("nanogpt.results.seven-days", "a link that never expires", NANO_FILE, 403, new=200, content=b"film",
        content_type="video/mp4", accept_ranges="bytes", etag='"a"')  # fmt: skip
answers("nanogpt.results.ranges", "ranges are not heeded", NANO_FILE, 206, new=200, accept_ranges="bytes")
answers("nanogpt.results.is-a-video", "a video that is called something else", NANO_FILE, 200,
        content_type="application/octet-stream")  # fmt: skip


@bad("nanogpt.status.in-order", "a status that goes backwards")
def _():
    polls = count()

    def spoil(passing):
        if passing.on(NANO_POLL) and passing.status == 200:
            body = passing.json
            if body["data"]["status"] == "IN_PROGRESS" and next(polls) % 7 > 4:
                body["data"] = {"status": "IN_QUEUE", "requestId": body["requestId"]}
                passing.json = body

    return spoil


@bad("nanogpt.status.in-progress", "a status that no document knows")
def _():
    def spoil(passing):
        if passing.on(NANO_POLL) and passing.status == 200 and passing.json["data"]["status"] == "IN_PROGRESS":
            passing.json = passing.json | {"data": passing.json["data"] | {"status": "REVIEWING"}}

    return spoil


@bad("nanogpt.status.completed", "a result before completion")
def _():
    def spoil(passing):
        if passing.on(NANO_POLL) and passing.status == 200 and passing.json["data"]["status"] == "IN_PROGRESS":
            early = {"output": {"video": {"url": "https://storage.example.com/video.mp4"}}}
            passing.json = passing.json | {"data": passing.json["data"] | early}

    return spoil


@bad("nanogpt.status.end-is-for-good", "an end that does not last")
def _():
    done = set()

    def spoil(passing):
        if passing.on(NANO_POLL) and passing.status == 200 and passing.json["data"]["status"] == "COMPLETED":
            run_id = passing.json["requestId"]
            if run_id in done:
                data = {"status": "IN_PROGRESS", "requestId": run_id, "details": "Video is being generated"}
                passing.json = passing.json | {"data": data}
            done.add(run_id)

    return spoil


@bad("nanogpt.money.refund-on-failure", "no refund")
def _():
    lost = {"sum": 0.0}

    def spoil(passing):
        if passing.on(NANO_POLL) and passing.status == 200 and passing.json["data"]["status"] == "FAILED":
            lost["sum"] = 0.08007
        if passing.on(NANO_BALANCE) and passing.status == 200:
            passing.json = passing.json | {"usd_balance": str(float(passing.json["usd_balance"]) - lost["sum"])}

    return spoil


@bad("nanogpt.limits.polls-are-free", "polls that cost money")
def _():
    polls = count()

    def spoil(passing):
        if passing.on(NANO_POLL):
            next(polls)
        if passing.on(NANO_BALANCE) and passing.status == 200 and (spent := int(str(polls)[6:-1])):
            passing.json = passing.json | {"usd_balance": str(float(passing.json["usd_balance"]) - spent / 1000)}

    return spoil


@bad("nanogpt.limits.fifty-submissions-a-minute", "one order too many in a minute")
def _():
    last = []

    def spoil(passing):
        if passing.on(NANO) and passing.status == 202:
            last[:] = [dict(passing.told), passing.content]
        if passing.on(NANO) and passing.status == 429:
            passing.status, passing.told, passing.content = 202, *last

    return spoil


@bad("nanogpt.limits.fifty-submissions-a-minute", "one order too few in a minute")
def _():
    orders = {}

    def spoil(passing):
        if passing.on(NANO) and passing.status == 202:
            here = orders.setdefault(passing.headers.get("x-mock-sandbox"), count(1))
            if next(here) == 50:
                passing.status = 429
                passing.json = {
                    "error": "Rate limit exceeded. Please wait before generating another video.", "status": 429,
                }  # fmt: skip

    return spoil


changes("nouvel.submit.total-projects", "variants that are not counted", NOUVEL, 200, totalProjects=1)
changes("nouvel.submit.status-running", "a job that begins as pending", NOUVEL, 200, status="pending")
changes("nouvel.auth.refusal-text", "another text of the 401", NOUVEL, 401, error="Unauthorized")
changes("nouvel.money.quota-refusal", "a quota's refusal without usage", NOUVEL, 402, usage=DROP)
changes("nouvel.limits.refusal", "a wait that is not that of the header", PROJECTS, 429, retryAfter=7)
changes("nouvel.status.shape", "a renamed field", NOUVEL_POLL, 200, overallProgress=DROP, progress=10)
changes("nouvel.projects.pages", "smaller pages", PROJECTS, 200, pagination__limit=10)
answers("nouvel.limits.sixty-a-minute", "another limit", NOUVEL_POLL, 404, x_ratelimit_limit="30")
answers("nouvel.limits.headers-need-a-key", "rate headers for nobody", NOUVEL, 401, x_ratelimit_limit="60")
answers("nouvel.limits.headers", "no rate headers", NOUVEL_POLL, 404, x_ratelimit_remaining=None)
answers("nouvel.projects.bad-parameters", "a page of any length", PROJECTS, 400, new=200)
answers("nouvel.product.not-a-product", "400 for a page that is no product", NOUVEL, 422, new=400)


@bad("nouvel.lifecycle.bands", "progress that falls")
def _():
    def spoil(passing):
        if passing.on(NOUVEL_POLL) and passing.status == 200 and passing.json["overallProgress"] % 10 == 7:
            passing.json = passing.json | {"overallProgress": 3}

    return spoil


@bad("nouvel.lifecycle.at-most-99-while-running", "a running job that is at 100")
def _():
    def spoil(passing):
        if passing.on(NOUVEL_POLL) and passing.status == 200 and passing.json["overallProgress"] > 90:
            passing.json = passing.json | {"overallProgress": 100}

    return spoil


@bad("nouvel.status.foreign-job", "everybody's jobs are told to everybody")
def _():
    def spoil(passing):
        if passing.on(NOUVEL_POLL) and passing.status == 404 and passing.headers["authorization"].endswith("-2"):
            return told(passing)
        return None

    async def told(passing):
        other = await passing.again(f"GET {passing.path}", authorization=f"Bearer {KEYS['nouvel']}")
        passing.status, passing.told, passing.content = other.status, other.told, other.content

    return spoil


@bad("nouvel.results.failed-entries", "a failed video that has a link")
def _():
    def spoil(passing):
        if passing.on(NOUVEL_POLL) and passing.status == 200 and passing.json["status"] == "failed":
            body = passing.json
            body["completedDetails"][0]["finalOutputUrl"] = "https://cdn.example.com/video.mp4"
            passing.json = body

    return spoil


changes("viddyscribe.auth.unauthorized-body", "a 401 without a message", VIDDY_POLL, 401, message=DROP)
changes("viddyscribe.upload.existing", "known bytes that are created again", VIDDY_UPLOAD, 200, status="created")
changes("viddyscribe.upload.measured", "a length that is not measured", VIDDY_UPLOAD, 200, duration_seconds=2.0)
changes("viddyscribe.status.fields", "no media_id in a status", VIDDY_POLL, 200, media_id=DROP)
changes("viddyscribe.limits.retry-after", "no word of how long to wait", VIDDY_STATUS, 429, retry_after=DROP)
changes("viddyscribe.errors.upload-not-ready-body", "another text of the 409", f"POST {VIDDY}/generate_ad_text", 409,
        error="Not ready")  # fmt: skip
answers("viddyscribe.limits.no-header", "Retry-After in the headers", VIDDY_STATUS, 429, retry_after="9")
answers("viddyscribe.content.expired-link", "a signed link that never ends", "GET /enterprise/results/*", 403, new=200,
        content=b"sound", content_type="audio/wav")  # fmt: skip
answers("viddyscribe.errors.job-not-found", "400 for an unknown job", VIDDY_POLL, 404, new=400)
answers("viddyscribe.upload.not-a-video", "400 for what is no video", VIDDY_UPLOAD, 415, new=400)


@bad("viddyscribe.content.fresh-link", "a link that is signed once and never again")
def _():
    first = {}

    def spoil(passing):
        if passing.on(VIDDY_POLL) and passing.status == 200 and "audio_signed_url" in passing.json:
            body = passing.json
            job = passing.headers.get("x-mock-sandbox"), body["job_id"]
            passing.json = body | {"audio_signed_url": first.setdefault(job, body["audio_signed_url"])}

    return spoil


@bad("viddyscribe.status.failed", "an error in a job that is done")
def _():
    def spoil(passing):
        if passing.on(VIDDY_POLL) and passing.status == 200 and passing.json["status"] == "done":
            passing.json = passing.json | {"error": "none"}

    return spoil


@bad("viddyscribe.content.vtt", "a text job without its text")
def _():
    def spoil(passing):
        if passing.on(VIDDY_POLL) and passing.status == 200 and "output" in passing.json:
            passing.json = {name: value for name, value in passing.json.items() if name != "output"}

    return spoil


@bad("viddyscribe.status.order", "a job that is queued once more")
def _():
    polls = count()

    def spoil(passing):
        if (
            passing.on(VIDDY_POLL)
            and passing.status == 200
            and passing.json["status"] == "processing"
            and next(polls) == 3
        ):
            passing.json = passing.json | {"status": "queued"}

    return spoil


changes("artnex.submit.starts-pending", "a first status of its own", ARTNEX, 200, status="queued")
changes("artnex.submit.no-video-url-yet", "a link before there is a video", ARTNEX, 200,
        video_url="https://cdn.example.com/video/req_a.mp4")  # fmt: skip
changes("artnex.catalogue.text-models", "another price", ARTNEX, 200, credits_used=2000)
changes("artnex.errors.envelope", "a refusal without success", ARTNEX, 400, success=DROP)
changes("artnex.money.insufficient-credits", "another code of the 402", ARTNEX, 402, error="no_credits")
changes("artnex.auth.refusal-body", "another sentence of the 401", ARTNEX, 401, message="No.")
answers("artnex.status.other-keys-job", "403 for another key's job", ARTNEX_POLL, 404, new=403)
answers("artnex.results.gone-afterwards", "a link that never expires", "GET /media/artnex/video/*", 404, new=200,
        content=b"film", content_type="video/mp4")  # fmt: skip
answers("artnex.status.aliases", "only one address tells a status", "GET /v1/video/status/*", 200, new=404)
answers("artnex.limits.no-retry-after", "Retry-After with the quota", ARTNEX, 429, retry_after="3600")


@bad("artnex.status.error-body", "a failed video that is charged")
def _():
    def spoil(passing):
        if passing.on(ARTNEX_POLL) and passing.status == 200 and passing.json["status"] == "error":
            passing.json = passing.json | {"credits_used": 1500}

    return spoil


@bad("artnex.limits.daily-quota", "one video too few in a day")
def _():
    orders = {}

    def spoil(passing):
        if passing.on(ARTNEX) and passing.status == 200:
            here = orders.setdefault(passing.headers.get("x-mock-sandbox"), count(1))
            if next(here) == 3:
                passing.status = 429
                passing.json = {"success": False, "error": "rate_limit_exceeded", "message": "Too many."}

    return spoil


MANY = {
    "nanogpt: 500 for a bad order": 7,  # each of the seven refusals is a promise of its own
    "nanogpt: no refund": 4,  # from then on no sum on the account is right
    "nanogpt: polls that cost money": 6,
}
"""How many findings there may be where one wrong thing breaks more than three promises."""


@pytest.mark.parametrize("name", BAD)
async def test_a_known_bad_server_is_caught_and_its_clause_named_in_few_findings(name):
    clause, make = BAD[name]

    report = await judged(provider_of(clause), mock(make()))

    assert clause in named(report)
    assert len(report.causes) <= MANY.get(name, 3)


def replaced(route, status, old, new):
    """Spoil an answer by other words, wherever they are in its body."""

    def spoil(passing):
        if passing.on(route) and passing.status == status:
            passing.content = passing.content.replace(old, new)

    return spoil


def every_401(passing):
    if passing.status == 401:
        passing.json = passing.json | {"error": "Unauthorized"}


def accepted_with_200(passing):
    if passing.on(NANO) and passing.status == 202:
        passing.status = 200


def no_origin(passing):
    passing.told.pop("access-control-allow-origin", None)


DISTORTIONS = {
    "a status by another name": ("nanogpt.status.in-progress", replaced(NANO_POLL, 200, b"IN_PROGRESS", b"RUNNING")),
    "200 in place of 202": ("nanogpt.submit.accepted", accepted_with_200),
    "a field by another name": ("nanogpt.submit.answer-fields",
                                replaced(NANO, 202, b"remainingBalance", b"balanceLeft")),
    "another text of each 401": ("nanogpt.auth.missing-key", every_401),
    "no origin may read anything": ("nanogpt.cors.any-origin", no_origin),
}  # fmt: skip
"""What a proxy in front of a good server may change: one thing each, which breaks one clause."""


@pytest.mark.parametrize("what", DISTORTIONS)
async def test_one_distortion_is_one_finding_that_names_the_broken_clause_alone(what):
    clause, spoil = DISTORTIONS[what]

    report = await judged("nanogpt", mock(spoil))

    assert named(report) == {clause}
    assert len(report.causes) == 1


async def test_a_text_of_the_401_does_not_fail_what_is_about_its_headers():
    report = await judged("nanogpt", mock(every_401))

    assert not any(clause.startswith("nanogpt.cors.") for clause in named(report))
    (requests,) = report.causes
    assert len({finding.exchange.ask.path for finding in requests}) > 3
    told = text([report])
    assert told.count("FAILED ") == 1
    assert f"  the same in {len(requests) - 1} more:\n    GET /api/video/status?requestId=" in told


@pytest.mark.parametrize(
    ("clause", "field", "taken"),
    [
        ("artnex.values.prompt-too-long", "prompt", lambda text: text[:4000]),
        ("artnex.values.model-unknown", "model", lambda name: "veo3.1" if name == "no-such-model" else name),
        ("viddyscribe.values.unknown-language", "language", lambda name: "en-US" if name == "xx-XX" else name),
        ("viddyscribe.values.volume", "volume_level_db", lambda level: min(max(level, -10), 0)),
        ("nanogpt.submit.unknown-model", "model", lambda name: "veo2-video" if name == "no-such-model" else name),
        ("nouvel.submit.instructions-limit", "userInstructions", lambda text: text[:2000]),
        ("nouvel.submit.variant-count", "variantCount", lambda number: min(number, 3)),
    ],
)
async def test_a_server_that_takes_what_it_should_refuse_is_caught(clause, field, taken):
    def ask(passing):
        try:
            body = json.loads(passing.asked)
        except ValueError:
            return
        if isinstance(body, dict) and field in body:
            passing.asked = json.dumps(body | {field: taken(body[field])}).encode()

    report = await judged(provider_of(clause), mock(ask=ask))

    assert clause in named(report)


def test_there_are_enough_of_them_at_each_provider():
    owners = [provider_of(clause) for clause, _ in BAD.values()]

    assert len(BAD) >= 25
    assert all(owners.count(provider) >= 10 for provider in KEYS)
