"""What is checked of Artnex: document 004, at the prices of its tables."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal

from contracts.harness.check.checks import NO_PATTERNS, Manner, Needs, Probe, trial
from contracts.harness.check.common import a_file, is_a_file
from contracts.harness.check.differences import value_at
from contracts.harness.check.exchanges import NOTHING, Answer, Ask, Who
from contracts.harness.check.grounds import Ground
from contracts.harness.check.visits import Visit

PACE = 5
"""Seconds between two polls, at least [004:25]."""
POLLS = 60
"""How often to poll before giving up [004:26]."""
MODEL = "kling-v2.5-turbo-pro"
PRICE = Decimal(1500)
"""What the cheapest model costs [004:35]."""
UNKNOWN = "req_nobodyhasthisone"
SUBMIT = "/v1/video"
ORDER = {"prompt": "A fox in snow", "model": MODEL, "duration": 5}


GROUNDS = (
    Ground(f"POST {SUBMIT}", "200", {
        "status": "artnex.submit.answers-200", "$.status": "artnex.submit.starts-pending",
        "$.success": "artnex.submit.success-true", "$.video_url": "artnex.submit.no-video-url-yet",
        "$.credits_used": "artnex.submit.names-the-price", "$.request_id": "artnex.submit.request-id-form",
        "$.request_id required": "artnex.submit.returns-a-request-id", "$": "artnex.submit.returns-a-request-id",
    }),
    Ground(f"GET {SUBMIT}/.*", "200", {
        "$.status": "artnex.lifecycle.pending-all-along", "$.video_url": "artnex.status.completed-brings-the-url",
        "$.credits_used 0": "artnex.status.error-body", "$.credits_used": "artnex.submit.names-the-price",
        "$.error": "artnex.status.error-body", "$.message": "artnex.status.error-body",
        "$.success": "artnex.submit.success-true", "$.success false": "artnex.status.error-body",
        "$": "artnex.status.at-the-request-id",
    }),
    Ground(".*", "401", {"$.message": "artnex.auth.refusal-body"}),
    Ground(".*", "405", {"header allow": "artnex.errors.wrong-method"}),
    Ground(".*", "[45]..", {"$.success": "artnex.errors.envelope", "$.message": "artnex.errors.envelope",
                            "$": "artnex.errors.envelope"}),
)  # fmt: skip
"""What answers rest on, place by place; what a check asks for besides has its own clause."""


def refused(
    name: str,
    *clauses: str,
    ask: Ask,
    status: int,
    code: str,
    headers: Mapping[str, str] = NO_PATTERNS,
    price: Decimal | None = None,
) -> Probe:
    """A probe of a refusal: the envelope with its code."""
    body = {"$.success": False, "$.error": code}
    return Probe(name, (*clauses, "artnex.errors.envelope"), ask, status, body, headers, price=price)


def submit(body: object, who: Who = Who.US, headers: Mapping[str, str] = NOTHING) -> Ask:
    """A submission."""
    return Ask("POST", SUBMIT, body, who, headers)


PROBES = (
    refused("a submission without a key is refused", "artnex.auth.missing-or-malformed-key",
            ask=submit(ORDER, who=Who.NOBODY), status=401, code="invalid_api_key"),
    refused("a key without the word Bearer is refused", "artnex.auth.missing-or-malformed-key",
            ask=submit(ORDER, who=Who.NOBODY, headers={"Authorization": "Token artnex-check"}), status=401,
            code="invalid_api_key"),
    refused("a key that nobody has is refused", "artnex.auth.revoked-key",
            ask=submit(ORDER, who=Who.STRANGER), status=401, code="invalid_api_key"),
    Probe("the refusal of a key is the vendor's own", ("artnex.auth.refusal-body",), submit(ORDER, who=Who.NOBODY), 401,
          {"$.message": "The API key provided is not valid."}),
    refused("a poll without a key is refused", "artnex.auth.polls-need-the-key",
            ask=Ask("GET", f"{SUBMIT}/{UNKNOWN}", who=Who.NOBODY), status=401, code="invalid_api_key"),
    refused("a poll of an unknown id is refused", "artnex.status.unknown-id", "artnex.status.at-the-request-id",
            ask=Ask("GET", f"{SUBMIT}/{UNKNOWN}"), status=404, code="not_found"),
    refused("the address that says status answers the same", "artnex.status.aliases", "artnex.status.unknown-id",
            ask=Ask("GET", f"{SUBMIT}/status/{UNKNOWN}"), status=404, code="not_found"),
    refused("the address with a query answers the same", "artnex.status.aliases", "artnex.status.unknown-id",
            ask=Ask("GET", f"{SUBMIT}/status?request_id={UNKNOWN}"), status=404, code="not_found"),
    refused("a poll without an id is refused", "artnex.status.request-id-missing",
            ask=Ask("GET", f"{SUBMIT}/status"), status=400, code="missing_request_id"),
    refused("a submission without a prompt is refused", "artnex.values.prompt-missing",
            ask=submit({"model": MODEL}), status=400, code="missing_prompt"),
    refused("an empty prompt is refused", "artnex.values.prompt-missing",
            ask=submit({"prompt": "", "model": MODEL}), status=400, code="missing_prompt"),
    refused("a model that does not exist is refused", "artnex.values.model-unknown",
            ask=submit({"prompt": "A fox", "model": "no-such-model"}), status=400, code="invalid_model"),
    refused("a submission without a model is refused", "artnex.values.model-missing",
            ask=submit({"prompt": "A fox"}), status=400, code="invalid_model"),
    refused("a prompt of 4,000 characters is no reason to refuse", "artnex.values.prompt-limit",
            ask=submit({"prompt": "x" * 4000, "model": "no-such-model"}), status=400, code="invalid_model"),
    refused("a prompt of 4,001 characters is refused", "artnex.values.prompt-too-long",
            ask=submit({"prompt": "x" * 4001, "model": "no-such-model"}), status=400, code="prompt_too_long"),
    refused("an image model without an image is refused", "artnex.values.image-missing",
            ask=submit({"prompt": "A fox", "model": "wan-2.5-i2v", "mode": "image-to-video"}), status=400,
            code="missing_image"),
    refused("a body that is no object is refused", "artnex.values.body-not-an-object",
            ask=submit(["prompt"]), status=400, code="invalid_request"),
    refused("a body that is not declared as JSON is refused", "artnex.submit.content-type-is-json",
            ask=submit(b"{}", headers={"Content-Type": "text/plain"}), status=400, code="invalid_request"),
    refused("a wrong method is refused", "artnex.errors.wrong-method",
            ask=Ask("DELETE", SUBMIT), status=405, code="method_not_allowed", headers={"allow": "POST"}),
    refused("another mode is refused", "artnex.values.mode-invalid",
            ask=submit({**ORDER, "mode": "sound-to-video"}), status=400, code="invalid_mode", price=PRICE),
    refused("a length that the model does not have is refused", "artnex.values.duration-invalid",
            ask=submit({**ORDER, "duration": 7}), status=400, code="invalid_duration", price=PRICE),
)  # fmt: skip


async def ordered(visit: Visit, on: Mapping[str, str] = NO_PATTERNS) -> str:
    """Order the cheapest video, which must be taken; give its id. `on` names other clauses for some places."""
    answer = await visit.order(
        submit(ORDER), PRICE, 200, "artnex.submit.answers-200", on=on,
        body={"$.success": True, "$.status": "pending"}, cost="$.credits_used",
    )  # fmt: skip
    cost = visit.number(answer, "$.credits_used", "artnex.submit.names-the-price")
    visit.must(cost == PRICE, "artnex.catalogue.text-models", "$.credits_used", PRICE, cost)
    return visit.text(answer, "$.request_id", "artnex.submit.returns-a-request-id")


async def poll(visit: Visit, job: str, clause: str = "artnex.status.at-the-request-id") -> Answer:
    """Ask how a job goes."""
    return await visit.ask(Ask("GET", f"{SUBMIT}/{job}"), 200, clause, body={"$.request_id": job})


async def watched(visit: Visit, job: str) -> AsyncIterator[tuple[str, Answer]]:
    """Poll at the documented pace until the job has ended: each status and its answer."""
    for _ in range(POLLS + 1):
        answer = await poll(visit, job)
        status = visit.text(answer, "$.status", "artnex.lifecycle.pending-all-along")
        yield status, answer
        if status in {"completed", "error"}:
            return
        visit.must(status == "pending", "artnex.lifecycle.pending-all-along", "$.status", "pending", status)
        await visit.sleep(PACE)
    visit.fail("artnex.lifecycle.within-five-minutes", "$.status", "completed within 60 polls", "still pending")


async def ended(visit: Visit, job: str, status: str, clause: str) -> Answer:
    """Wait until a job has ended, as `status`."""
    last = ""
    answer = await poll(visit, job)
    async for found in watched(visit, job):
        last, answer = found
    visit.must(last == status, clause, "$.status", status, last)
    return answer


@trial("a video is ordered, made and delivered",
       "artnex.submit.returns-a-request-id", "artnex.submit.names-the-price", "artnex.catalogue.text-models",
       "artnex.lifecycle.pending-all-along", "artnex.lifecycle.within-five-minutes", "artnex.status.ends",
       "artnex.status.completed-brings-the-url", "artnex.status.aliases", "artnex.results.direct-link",
       "artnex.results.byte-ranges", "artnex.results.link-form",
       needs=Needs.KEY | Needs.SPEND, orders=f"one video of {PRICE} credits")  # fmt: skip
async def delivered(visit: Visit) -> None:
    """From the order to the file."""
    job = await ordered(visit)
    done = await ended(visit, job, "completed", "artnex.lifecycle.within-five-minutes")
    again = await poll(visit, job, "artnex.status.ends")
    visit.must(again.json == done.json, "artnex.status.ends", "$", done.json, again.json)
    for path in (f"{SUBMIT}/status/{job}", f"{SUBMIT}/status?request_id={job}"):
        other = await visit.ask(Ask("GET", path), 200, "artnex.status.aliases", label=f"alias {path.count('/')}")
        visit.must(other.json == done.json, "artnex.status.aliases", "$", done.json, other.json)
    link = visit.text(done, "$.video_url", "artnex.status.completed-brings-the-url")
    visit.must(link.endswith(f"video/{job}.mp4"), "artnex.results.link-form", "$.video_url", f"…video/{job}.mp4", link)
    await is_a_file(visit, link, "artnex.results.direct-link", "artnex.results.byte-ranges")


@trial("nobody sees another key's job", "artnex.status.other-keys-job",
       needs=Needs.KEY | Needs.OTHER_KEY | Needs.SPEND, orders=f"one video of {PRICE} credits")  # fmt: skip
async def foreign(visit: Visit) -> None:
    """Another key asks for our job."""
    job = await ordered(visit)
    ask = Ask("GET", f"{SUBMIT}/{job}", who=Who.OTHER)
    await visit.ask(ask, 404, "artnex.status.other-keys-job", body={"$.error": "not_found"})


@trial("a failed video costs nothing", "artnex.status.error-body", "artnex.money.errors-are-free",
       "artnex.money.held-until-then", "artnex.money.insufficient-credits",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="three videos")  # fmt: skip
async def failing(visit: Visit) -> None:
    """An account that can pay one video: what it holds comes back when the video fails."""
    await visit.account(available=str(PRICE))
    await visit.queue("fails")
    job = await ordered(visit)
    await visit.order(submit(ORDER), PRICE, 402, "artnex.money.insufficient-credits",
                      on={"status 2xx": "artnex.money.held-until-then"},
                      body={"$.success": False, "$.error": "insufficient_credits"})  # fmt: skip
    failed = await ended(visit, job, "error", "artnex.status.error-body")
    for place, wanted in (("$.success", False), ("$.credits_used", 0)):
        got = value_at(failed.json, place)
        visit.must(got == wanted, "artnex.status.error-body", place, wanted, got)
    await visit.order(submit(ORDER), PRICE, 200, "artnex.money.errors-are-free")


@trial("a link lives for a day", "artnex.results.one-day", "artnex.results.gone-afterwards",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"one video of {PRICE} credits")  # fmt: skip
async def expiring(visit: Visit) -> None:
    """The file is there shortly before its day is over, and not after it."""
    done = await ended(visit, await ordered(visit), "completed", "artnex.lifecycle.within-five-minutes")
    link = visit.text(done, "$.video_url", "artnex.status.completed-brings-the-url")
    await visit.sleep(24 * 3600 - 2 * PACE)
    await a_file(visit, link, "artnex.results.one-day")
    await visit.sleep(2 * PACE)
    await visit.ask(Ask("GET", link, who=Who.NOBODY), 404, "artnex.results.gone-afterwards", label="after a day")


@trial("the quota of a day bites at one more", "artnex.limits.daily-quota", "artnex.limits.rolling-day",
       "artnex.limits.polls-are-free", "artnex.limits.no-retry-after",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="five videos")  # fmt: skip
async def quota(visit: Visit) -> None:
    """Three a day: the fourth is refused, and taken a day after the first."""
    await visit.account(limits={"requests_per_day": 3})
    for _ in range(3):
        job = await ordered(visit, {"status 429": "artnex.limits.daily-quota"})
    over = await visit.order(submit(ORDER), PRICE, 429, "artnex.limits.daily-quota",
                             body={"$.success": False, "$.error": "rate_limit_exceeded"})  # fmt: skip
    visit.must("retry-after" not in over.headers, "artnex.limits.no-retry-after", "header retry-after", "absent",
               over.headers.get("retry-after"))  # fmt: skip
    await poll(visit, job, "artnex.limits.polls-are-free")
    await visit.sleep(24 * 3600)
    await visit.order(submit(ORDER), PRICE, 200, "artnex.limits.rolling-day")


@trial("what is moderated is refused, or ends badly", "artnex.lifecycle.moderated",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="two videos")  # fmt: skip
async def moderated(visit: Visit) -> None:
    """At once, and late."""
    await visit.queue("moderated")
    await visit.order(submit(ORDER), PRICE, 422, "artnex.lifecycle.moderated",
                      body={"$.error": "content_policy_violation"})  # fmt: skip
    await visit.queue("moderated_late")
    failed = await ended(visit, await ordered(visit), "error", "artnex.lifecycle.moderated")
    code = visit.text(failed, "$.error", "artnex.status.error-body")
    visit.must(code == "content_policy_violation", "artnex.lifecycle.moderated", "$.error", "content_policy_violation",
               code)  # fmt: skip


MANNER = Manner(
    name="artnex",
    auth=lambda key: ("Authorization", f"Bearer {key}"),
    stranger="artnex-revoked-contracts-check",
    billable=(SUBMIT,),
    unit="credits",
    probes=PROBES,
    trials=(delivered, foreign, failing, expiring, quota, moderated),
    grounds=GROUNDS,
    door=Ask("GET", f"{SUBMIT}/{UNKNOWN}"),
)
