"""The mock plays the real provider, and has drifted from the documents: each drift is found, placed and named.

There is no control API on that side: time moves as the harness waits, and what may be spent is little.
"""

from decimal import Decimal

import httpx
import pytest

from contracts.harness.check.command import Wish, judge
from contracts.harness.check.reports import text
from mockserver.app import create_app
from mockserver.settings import load
from tests.contract.badly import Badly
from tests.contract.judging import HERE, KEYS, around, mock, named, provider_of

LITTLE = {"nanogpt": "1", "nouvel": "2", "viddyscribe": "0.1", "artnex": "3000"}


async def drifted(provider, spoil=None, ask=None, *, spend=None, waited=None, **settings):
    """The report of a run against a provider that has drifted, beside a mock that has not."""
    app = create_app(load({"clock": "frozen"} | {name.replace("__", "."): value for name, value in settings.items()}))

    async def sleep(seconds):
        (waited if waited is not None else []).append(seconds)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            await client.post("/_mock/clock/advance", json={"seconds": seconds})

    live = Badly(app, spoil, ask)
    keys = {"key": KEYS[provider], "other_key": f"{KEYS[provider]}-2"}
    wish = Wish(HERE, (provider,), **keys, spend=Decimal(spend or LITTLE[provider]), mock=HERE)
    (report,) = await judge(wish, around(live, mock(), sleep=sleep))
    return report


def differences(report):
    """All that differs, as it is told."""
    return {str(each) for finding in report.findings for each in finding.differences}


def told(route, status, change):
    """Spoil one kind of answer: `change` gets its JSON and gives another."""

    def spoil(passing):
        if passing.on(route) and passing.status == status:
            passing.json = change(passing.json)

    return spoil


@pytest.mark.parametrize("provider", sorted(KEYS))
async def test_a_provider_that_has_not_drifted_passes_for_little_money(provider):
    report = await drifted(provider)

    assert differences(report) == set()
    done = [outcome.name for outcome in report.outcomes if outcome.state == "passed"]
    assert any("delivered" in name for name in done)
    assert Decimal(report.spent.split()[0]) <= Decimal(LITTLE[provider])


async def test_polls_keep_the_documented_pace():
    waited = []

    await drifted("nouvel", waited=waited)

    assert len(waited) > 80
    assert set(waited) == {10}


def renamed(old, new):
    return lambda body: {new if name == old else name: value for name, value in body.items()}


DRIFTS = {
    "nanogpt: a renamed field": (
        "nanogpt.submit.answer-fields",
        told("POST /api/generate-video", 202, renamed("remainingBalance", "balanceLeft")),
        ["$.remainingBalance | contract: required | live: absent | mock: 49.91993",
         "$.balanceLeft | contract: not described | live: 49.91993 | mock: absent"],
    ),
    "nanogpt: a missing field": (
        "nanogpt.balance.three-texts",
        told("POST /api/check-balance", 200, lambda body: {"usd_balance": body["usd_balance"], "nano_balance": "0"}),
        ['$.nanoDepositAddress | contract: required | live: absent | mock: "nano_1'],
    ),
    "nanogpt: a new status": (
        "nanogpt.status.in-progress",
        told("GET /api/video/status", 200,
             lambda body: body | {"data": {**body["data"], "status": "RENDERING"}}
             if body["data"]["status"] == "IN_PROGRESS" else body),
        ['$.data.status | contract: "IN_PROGRESS" | live: "RENDERING" | mock: "IN_QUEUE"'],
    ),
    "nanogpt: a changed price": (
        "nanogpt.status.cost-when-completed",
        told("GET /api/video/status", 200,
             lambda body: body | {"data": body["data"] | {"cost": 0.09}} if "cost" in body["data"] else body),
        ["$.data.cost | contract: 0.08007 | live: 0.09 | mock: 0.08007"],
    ),
    "nouvel: a new status": (
        "nouvel.status.words",
        told("GET /api/v1/jobs/*", 200,
             lambda body: body | {"status": "stitching"} if body["status"] == "running" else body),
        ["$.status | contract: one of "],
    ),
    "nouvel: a renamed field": (
        "nouvel.submit.accepted",
        told("POST /api/v1/generate", 200, renamed("jobId", "id")),
        ["$.id | contract: not described"],
    ),
    "nouvel: a type that has changed": (
        "nouvel.status.shape",
        told("GET /api/v1/jobs/*", 200, lambda body: body | {"overallProgress": str(body["overallProgress"])}),
        ['$.overallProgress | contract: of type integer | live: "0" | mock: 0'],
    ),
    "viddyscribe: a renamed field": (
        "viddyscribe.submit.accepted",
        told("POST /enterprise/api/generate_ad_text", 200, renamed("job_id", "task_id")),
        ["$.job_id | contract: required | live: absent", "$.task_id | contract: not described"],
    ),
    "viddyscribe: a field more": (
        "viddyscribe.upload.response",
        told("POST /enterprise/api/upload_media", 200, lambda body: body | {"codec": "h264"}),
        ['$.codec | contract: not described | live: "h264" | mock: absent'],
    ),
    "artnex: a new status": (
        "artnex.lifecycle.pending-all-along",
        told("GET /v1/video/*", 200,
             lambda body: body | {"status": "processing"} if body["status"] == "pending" else body),
        ['$.status | contract: "pending" | live: "processing" | mock: "pending"'],
    ),
    "artnex: a missing field": (
        "artnex.status.completed-brings-the-url",
        told("GET /v1/video/*", 200, lambda body: {name: body[name] for name in body if name != "video_url"}),
        ["$.video_url | contract: required | live: absent"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRIFTS)
async def test_a_drift_of_the_answers_is_found_and_named(name):
    clause, spoil, expected = DRIFTS[name]

    report = await drifted(provider_of(clause), spoil)

    assert clause in named(report)
    found = differences(report)
    for line in expected:
        assert any(each.startswith(line) for each in found), found


async def test_a_changed_limit_is_found_in_the_headers():
    report = await drifted("nouvel", nouvel__requests_per_minute=600)

    assert "nouvel.limits.sixty-a-minute" in named(report)
    assert "header x-ratelimit-limit | contract: 60 | live: 600 | mock: 60" in differences(report)


async def test_a_changed_limit_is_found_by_what_is_taken():
    def ask(passing):
        if passing.query == "limit=51":
            passing.query = "limit=50"

    report = await drifted("nanogpt", ask=ask)

    assert "nanogpt.recover.limit-out-of-range" in named(report)
    assert "status | contract: 400 | live: 200 | mock: 400" in differences(report)


async def test_a_drift_that_the_contract_allows_is_told_beside_the_mock():
    def spoil(passing):
        if passing.on("GET /v1/video/status/*") and passing.status == 404:
            passing.told["content-type"] = "application/json; charset=utf-8"
        if passing.on("GET /api/v1/projects") and passing.status == 200:
            untold = [each | {"description": None} for each in passing.json["projects"]]
            passing.json = passing.json | {"projects": untold}

    assert differences(await drifted("artnex", spoil)) == set()
    assert '$.projects[0].description | contract: allows both | live: null | mock: "' in "\n".join(
        differences(await drifted("nouvel", spoil))
    )


async def test_an_order_that_should_have_been_refused_is_the_last_one():
    def ask(passing):
        if b"no-such-model" in passing.asked:
            passing.asked = passing.asked.replace(b"no-such-model", b"veo3.1")

    sent = []

    def spoil(passing):
        if passing.on("POST /v1/video"):
            sent.append(passing.status)

    report = await drifted("artnex", spoil, ask)

    assert "artnex.values.model-unknown" in named(report)
    assert sent.count(200) == 1
    skipped = {outcome.name: outcome.skipped for outcome in report.outcomes if outcome.skipped}
    assert "was taken, and perhaps paid for" in skipped["a video is ordered, made and delivered"]


async def test_the_text_shows_contract_live_and_mock_and_how_to_see_it():
    _, spoil, _ = DRIFTS["nanogpt: a renamed field"]

    told_ = text([await drifted("nanogpt", spoil)])

    assert "FAILED   a video is ordered, paid, made and delivered" in told_
    assert "nanogpt.submit.answer-fields (documented: 003, lines " in told_
    assert "$.remainingBalance | contract: required | live: absent | mock: 49.91993" in told_
    assert (
        f"curl -s -i -X POST {HERE}/api/generate-video -H \"x-api-key: $KEY\" -H 'Content-Type: application/json'"
        in told_
    )
    assert KEYS["nanogpt"] not in told_
