"""What is checked of NanoGPT: documents 002 and 003, at the prices of the server's own catalogue."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

from contracts.harness.check.checks import Manner, Needs, Probe, trial
from contracts.harness.check.common import a_file, is_a_file
from contracts.harness.check.differences import Difference, value_at
from contracts.harness.check.exchanges import Answer, Ask, Who
from contracts.harness.check.nanogpt_grounds import GROUNDS
from contracts.harness.check.visits import Visit, decimal

PACE = 5
"""Seconds between two polls [002:157]."""
POLLS = 120
"""How often to poll before giving up [002:156]."""
MODEL, SIZE = "seedance-lite-video", "480p"
LISTED = Decimal("0.08007")
"""What the price list of the contract says that the cheapest order costs (`nanogpt.money.price-by-resolution`)."""
SUBMIT, STATUS, LEGACY = "/api/generate-video", "/api/video/status", "/api/generate-video/status"
STORY, CONTENT, RECOVER = "/api/v1/video/status", "/api/generate-video/content", "/api/generate-video/recover"
EXTEND, MODELS, BALANCE = "/api/generate-video/extend", "/api/v1/video-models", "/api/check-balance"
UNKNOWN = "vid_nobodyhasthisone1"
NOT_THERE = "Video generation request not found"
ORDER = {"model": MODEL, "prompt": "A fox in snow", "duration": "5", "resolution": SIZE, "aspect_ratio": "16:9"}
WORDS = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED")
"""The graph of a job, in order; the last three are ends."""
ENDS = WORDS[2:]
NAMED = frozenset({"veo2-video", "kling-video-v2", "kling-v21-standard", "hunyuan-video", "seedance-video", MODEL})


TYPED = "nanogpt.results.is-a-video"
KEYLESS = {"status 401": "nanogpt.catalogue.needs-no-key"}


def refused(name: str, clause: str, ask: Ask, status: int, error: str | None = None, more: str = "") -> Probe:
    """A probe of a refusal of two keys, with its text where a page prints it."""
    body = {"$.status": status} if error is None else {"$.error": error, "$.status": status}
    return Probe(name, tuple(filter(None, (clause, more, "nanogpt.errors.two-keys"))), ask, status, body)


def order(body: object, who: Who = Who.US) -> Ask:
    """An order for a video."""
    return Ask("POST", SUBMIT, body, who)


def no_key(name: str, clause: str, method: str, path: str, body: object = None) -> Probe:
    """A probe without a key."""
    ask = Ask(method, path, body, Who.NOBODY)
    return refused(name, clause, ask, 401, "Invalid session", "nanogpt.auth.missing-key")


def whole_list(answer: Answer) -> Iterator[Difference]:
    """The catalogue counts itself, and has the models that the documents name."""
    models, counted = value_at(answer.json, "$.data"), value_at(answer.json, "$.meta.count")
    there = models if isinstance(models, list) else []
    if counted != len(there):
        yield Difference("$.meta.count", f"{len(there)}, the length of data", str(counted))
    ids = {model.get("id") for model in there if isinstance(model, dict)}
    for name in sorted(NAMED - ids):
        yield Difference("$.data", f"has {name}", "it is not there")


CORS = {"access-control-allow-origin": r"\*", "access-control-expose-headers": r"\*"}
PROBES = (
    no_key("an order without a key is refused", "nanogpt.auth.key-before-body", "POST", SUBMIT, ORDER),
    no_key("a poll without a key is refused", "nanogpt.auth.polls-need-a-key", "GET", f"{STATUS}?requestId={UNKNOWN}"),
    no_key("a legacy poll without a key is refused", "nanogpt.auth.polls-need-a-key", "GET",
           f"{LEGACY}?runId={UNKNOWN}"),
    no_key("a story's poll without a key is refused", "nanogpt.auth.polls-need-a-key", "GET",
           f"{STORY}?runId={UNKNOWN}&projectId=x"),
    no_key("the balance is not told without a key", "nanogpt.balance.needs-a-key", "POST", BALANCE),
    no_key("content is not given without a key", "nanogpt.content.needs-a-key", "GET",
           f"{CONTENT}?runId={UNKNOWN}&model={MODEL}"),
    refused("a key that nobody has is refused", "nanogpt.auth.refused-key", order(ORDER, Who.STRANGER), 401,
            "Invalid session"),
    Probe("pages of any origin may read a refusal", ("nanogpt.cors.any-origin", "nanogpt.cors.headers-exposed"),
          Ask("POST", BALANCE, who=Who.NOBODY), 401, headers=CORS),
    Probe("the catalogue is there without a key",
          ("nanogpt.catalogue.envelope", "nanogpt.catalogue.entry", "nanogpt.catalogue.needs-no-key",
           "nanogpt.catalogue.models-of-the-documents"),
          Ask("GET", MODELS, who=Who.NOBODY), 200, {"$.object": "list"}, also=whole_list,
          on=KEYLESS),
    Probe("the catalogue is there in brief", ("nanogpt.catalogue.brief",),
          Ask("GET", f"{MODELS}?detailed=false", who=Who.NOBODY), 200, {"$.object": "list"}, on=KEYLESS),
    Probe("the models' list has the video models",
          ("nanogpt.catalogue.video-models-in-models", "nanogpt.catalogue.needs-no-key"),
          Ask("GET", "/api/v1/models?detailed=true", who=Who.NOBODY), 200, {"$.object": "list"}, on=KEYLESS),
    refused("a switch that is none is refused", "nanogpt.catalogue.detailed-is-true-or-false",
            Ask("GET", f"{MODELS}?detailed=perhaps", who=Who.NOBODY), 400),
    Probe("the balance is three texts", ("nanogpt.balance.three-texts", "nanogpt.auth.x-api-key"),
          Ask("POST", BALANCE), 200, on={"status 401": "nanogpt.auth.x-api-key"}),
    refused("a poll without an id is refused", "nanogpt.status.missing-id", Ask("GET", STATUS), 400,
            "Missing requestId"),
    refused("a poll of an unknown id is refused", "nanogpt.status.unknown-id",
            Ask("GET", f"{STATUS}?requestId={UNKNOWN}"), 404, NOT_THERE),
    refused("a legacy poll without an id is refused", "nanogpt.legacy.missing-run-id", Ask("GET", LEGACY), 400,
            "Missing runId"),
    refused("a legacy poll of an unknown id is refused", "nanogpt.legacy.unknown-run-id",
            Ask("GET", f"{LEGACY}?runId={UNKNOWN}"), 404, NOT_THERE),
    refused("a story's poll without its project is refused", "nanogpt.stories.missing-parameter",
            Ask("GET", f"{STORY}?runId={UNKNOWN}"), 400),
    Probe("the latest jobs are listed", ("nanogpt.recover.entries", "nanogpt.recover.created-at"), Ask("GET",
                                                                                                       RECOVER), 200),
    Probe("fifty jobs may be asked for", ("nanogpt.recover.limit",), Ask("GET", f"{RECOVER}?limit=50"), 200),
    refused("fifty-one jobs are too many", "nanogpt.recover.limit-out-of-range", Ask("GET", f"{RECOVER}?limit=51"),
            400),
    refused("no jobs are too few", "nanogpt.recover.limit-out-of-range", Ask("GET", f"{RECOVER}?limit=0"), 400),
    refused("content without a model is refused", "nanogpt.content.parameters-required",
            Ask("GET", f"{CONTENT}?runId={UNKNOWN}"), 400),
    refused("content of an unknown job is not there", "nanogpt.content.not-yet",
            Ask("GET", f"{CONTENT}?runId={UNKNOWN}&model={MODEL}"), 404),
    refused("a body that is no JSON is refused", "nanogpt.submit.not-json", order(b"{"), 400, "Invalid JSON body"),
    refused("an order without a model is refused", "nanogpt.submit.model-required", order({}), 400,
            "Model is required"),
    refused("an order for a model that does not exist is refused", "nanogpt.submit.unknown-model",
            order({"model": "no-such-model", "prompt": "A fox"}), 400, "Model not found: no-such-model"),
    refused("an order without a prompt is refused", "nanogpt.submit.prompt-required", order({"model": MODEL}), 400,
            "Prompt is required"),
    refused("Kling without an image is refused", "nanogpt.media.kling-needs-an-image",
            order({"model": "kling-v21-standard", "prompt": "A fox"}), 400,
            "Kling 2.1 Standard requires an input image. Please select an image to generate a video."),
    refused("an extension of nothing is refused", "nanogpt.extend.unknown-job", Ask("POST", EXTEND, {"index": 0}), 400,
            "Missing runId"),
    refused("an extension of an unknown job is refused", "nanogpt.extend.unknown-job",
            Ask("POST", EXTEND, {"runId": UNKNOWN, "index": 0}), 404, NOT_THERE),
    Probe("a wrong method is refused", ("nanogpt.errors.method-not-allowed",), Ask("DELETE", SUBMIT), 405,
          {"$.error": "Method not allowed", "$.status": 405}, {"allow": ".*POST.*"}),
    Probe("a status is not for POST", ("nanogpt.errors.method-not-allowed",), Ask("POST", STATUS, {}), 405,
          {"$.status": 405}, {"allow": ".*GET.*"}),
    Probe("an absurd length is refused", ("nanogpt.values.absurd-duration",), order({**ORDER, "duration": 999}), 400,
          {"$.status": 400}, price=LISTED * 200),
)  # fmt: skip


async def price(visit: Visit) -> Decimal | None:
    """What our order costs, as the server's catalogue says in this run; None where it does not say."""
    known = visit.bench.prices
    if MODEL not in known:
        answer = await visit.ask(Ask("GET", MODELS, who=Who.NOBODY), 200, "nanogpt.catalogue.envelope", label="prices")
        models = value_at(answer.json, "$.data")
        ours = (each for each in (models if isinstance(models, list) else ()) if value_at(each, "$.id") == MODEL)
        listed = decimal(value_at(next(ours, None), f"$.pricing.base_prices_by_resolution.{SIZE}"))
        if listed is None:
            return None
        known[MODEL] = listed
    return known[MODEL]


async def balance(visit: Visit) -> Decimal:
    """What is left, as the server says."""
    answer = await visit.ask(Ask("POST", BALANCE), 200, "nanogpt.balance.three-texts")
    return visit.number(answer, "$.usd_balance", "nanogpt.balance.three-texts")


async def ordered(visit: Visit) -> str:
    """Order the cheapest video, see that it is paid for, and give its id."""
    costs = await price(visit)
    before = await balance(visit)
    answer = await visit.order(
        order(ORDER), costs, 202, "nanogpt.submit.accepted",
        body={"$.status": "pending", "$.model": MODEL}, cost="$.cost",
    )  # fmt: skip
    cost = visit.number(answer, "$.cost", "nanogpt.submit.answer-fields")
    left = visit.number(answer, "$.remainingBalance", "nanogpt.submit.answer-fields")
    visit.must(cost == costs, "nanogpt.money.price-by-resolution", "$.cost", costs, cost)
    visit.must(left == before - cost, "nanogpt.money.charged-at-submission", "$.remainingBalance", before - cost, left)
    header = decimal(answer.headers.get("x-remaining-balance"))
    visit.must(header == left, "nanogpt.money.balance-header", "header x-remaining-balance", left, header)
    now = await balance(visit)
    visit.must(now == left, "nanogpt.balance.is-the-ledger", "$.usd_balance", left, now)
    run_id = visit.text(answer, "$.runId", "nanogpt.submit.answer-fields")
    visit.must(value_at(answer.json, "$.id") == run_id, "nanogpt.submit.id-is-run-id", "$.id", run_id,
               value_at(answer.json, "$.id"))  # fmt: skip
    return run_id


async def poll(visit: Visit, run_id: str, label: str = "a poll") -> Answer:
    """Ask how a job goes."""
    return await visit.ask(
        Ask("GET", f"{STATUS}?requestId={run_id}"), 200, "nanogpt.status.nested",
        body={"$.requestId": run_id, "$.data.requestId": run_id}, label=label,
    )  # fmt: skip


async def watched(visit: Visit, run_id: str) -> AsyncIterator[tuple[str, Answer]]:
    """Poll at the documented pace until the job has ended: each status and its answer."""
    furthest = 0
    for _ in range(POLLS + 1):
        answer = await poll(visit, run_id)
        word = visit.text(answer, "$.data.status", "nanogpt.status.nested")
        yield word, answer
        if word not in WORDS:
            clause = "nanogpt.status.in-progress" if furthest else "nanogpt.status.in-queue"
            visit.fail(clause, "$.data.status", f"one of {', '.join(WORDS)}", word)
        at = WORDS.index(word)
        visit.must(at >= furthest, "nanogpt.status.in-order", "$.data.status", f"{WORDS[furthest]} or later", word)
        furthest = max(at, furthest)
        if word in ENDS:
            return
        await visit.sleep(PACE)
    visit.fail("nanogpt.lifecycle.within-ten-minutes", "$.data.status", "an end within 120 polls", WORDS[furthest])


async def ended(visit: Visit, run_id: str, wanted: str, clause: str) -> Answer:
    """Wait until a job has ended, as `wanted`; asked twice at one moment, it answers the same, and takes no money."""
    last = ""
    answer = await poll(visit, run_id)
    async for last, found in watched(visit, run_id):
        if visit.bench.control is not None and last not in ENDS:
            twin = await poll(visit, run_id)
            visit.must(twin.json == found.json, "nanogpt.status.in-order", "$", found.json, twin.json)
        answer = found
    visit.must(last == wanted, clause, "$.data.status", wanted, last)
    again = await poll(visit, run_id, "a poll after the end")
    visit.must(again.json == answer.json, "nanogpt.status.end-is-for-good", "$", answer.json, again.json)
    return answer


def link_of(visit: Visit, done: Answer) -> str:
    """The link of a finished video."""
    return visit.text(done, "$.data.output.video.url", "nanogpt.status.completed")


@trial("a video is ordered, paid, made and delivered",
       "nanogpt.submit.accepted", "nanogpt.submit.answer-fields", "nanogpt.money.charged-at-submission",
       "nanogpt.money.balance-header", "nanogpt.balance.is-the-ledger", "nanogpt.status.in-order",
       "nanogpt.status.end-is-for-good", "nanogpt.status.cost-when-completed", "nanogpt.lifecycle.within-ten-minutes",
       "nanogpt.legacy.shape", "nanogpt.recover.newest-first", "nanogpt.content.video", "nanogpt.results.ranges",
       "nanogpt.results.no-key-needed", "nanogpt.results.is-a-video", "nanogpt.results.link-is-absolute",
       needs=Needs.KEY | Needs.SPEND, orders=f"one video of {MODEL} at {SIZE}")  # fmt: skip
async def delivered(visit: Visit) -> None:
    """From the order to the file, at each address that tells of it."""
    run_id = await ordered(visit)
    before = await balance(visit)
    done = await ended(visit, run_id, "COMPLETED", "nanogpt.lifecycle.within-ten-minutes")
    paid, cost = await price(visit), decimal(value_at(done.json, "$.data.cost"))
    visit.must(cost == paid, "nanogpt.status.cost-when-completed", "$.data.cost", paid, cost)
    after = await balance(visit)
    visit.must(after == before, "nanogpt.limits.polls-are-free", "$.usd_balance", before, after)
    await visit.ask(
        Ask("GET", f"{LEGACY}?runId={run_id}&modelSlug={MODEL}"), 200, "nanogpt.legacy.shape",
        body={"$.data.status": "COMPLETED", "$.data.request_id": run_id},
    )  # fmt: skip
    await visit.ask(Ask("GET", RECOVER), 200, "nanogpt.recover.newest-first",
                    on={"$.data[].status": "nanogpt.recover.words"},
                    body={"$.data[0].runId": run_id, "$.data[0].status": "completed"})  # fmt: skip
    link = link_of(visit, done)
    visit.must(link.startswith("http"), "nanogpt.results.link-is-absolute", "$.data.output.video.url", "http…", link)
    await is_a_file(visit, link, "nanogpt.results.is-a-video", "nanogpt.results.ranges")
    content = Ask("GET", f"{CONTENT}?runId={run_id}&model={MODEL}")
    same = await visit.ask(content, 200, "nanogpt.content.video")
    visit.must(same.content == (await a_file(visit, link, "nanogpt.results.no-key-needed", typed=TYPED)).content,
               "nanogpt.content.video", "the body", "the bytes of the link", "other bytes")  # fmt: skip


@trial("nobody sees another key's job", "nanogpt.auth.job-of-another-key", "nanogpt.recover.own-jobs-only",
       "nanogpt.content.needs-a-key",
       needs=Needs.KEY | Needs.OTHER_KEY | Needs.SPEND, orders=f"one video of {MODEL} at {SIZE}")  # fmt: skip
async def foreign(visit: Visit) -> None:
    """Another key asks for our job."""
    run_id = await ordered(visit)
    for path, clause in (
        (f"{STATUS}?requestId={run_id}", "nanogpt.auth.job-of-another-key"),
        (f"{LEGACY}?runId={run_id}", "nanogpt.auth.job-of-another-key"),
        (f"{CONTENT}?runId={run_id}&model={MODEL}", "nanogpt.content.needs-a-key"),
    ):
        await visit.ask(Ask("GET", path, who=Who.OTHER), 403, clause, body={"$.error": "Forbidden", "$.status": 403})
    listed = await visit.ask(Ask("GET", RECOVER, who=Who.OTHER), 200, "nanogpt.recover.own-jobs-only")
    visit.must(run_id not in str(listed.json), "nanogpt.recover.own-jobs-only", "$.data", "no job of ours", run_id)


async def given_back(visit: Visit, scenario: str, word: str, clause: str, refund: str) -> Answer:
    """Order a video that ends badly; its money comes back."""
    before = await balance(visit)
    await visit.queue(scenario)
    last = await ended(visit, await ordered(visit), word, clause)
    after = await balance(visit)
    visit.must(after == before, refund, "$.usd_balance", before, after)
    return last


@trial("what ends badly is refunded", "nanogpt.money.refund-on-failure", "nanogpt.money.refund-on-cancel",
       "nanogpt.status.failed", "nanogpt.status.canceled", "nanogpt.lifecycle.moderated-late",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"three videos of {MODEL}")  # fmt: skip
async def refunded(visit: Visit) -> None:
    """A failure, a cancellation, and a failure for the content."""
    failed = await given_back(visit, "fails", "FAILED", "nanogpt.status.failed", "nanogpt.money.refund-on-failure")
    nsfw = value_at(failed.json, "$.data.isNSFWError")
    visit.must(nsfw is False, "nanogpt.status.failed-otherwise", "$.data.isNSFWError", False, nsfw)
    await given_back(visit, "cancelled", "CANCELED", "nanogpt.status.canceled", "nanogpt.money.refund-on-cancel")
    blocked = await given_back(visit, "moderated_late", "FAILED", "nanogpt.lifecycle.moderated-late",
                               "nanogpt.money.refund-on-failure")  # fmt: skip
    nsfw = value_at(blocked.json, "$.data.isNSFWError")
    visit.must(nsfw is True, "nanogpt.status.failed-for-content", "$.data.isNSFWError", True, nsfw)


@trial("a prompt that is blocked is refused and free", "nanogpt.submit.content-policy",
       "nanogpt.submit.refusal-is-free",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"one video of {MODEL}")  # fmt: skip
async def moderated(visit: Visit) -> None:
    """The typed body of document 002."""
    before = await balance(visit)
    await visit.queue("moderated")
    await visit.order(order(ORDER), await price(visit), 400, "nanogpt.submit.content-policy",
                      body={"$.error.type": "CONTENT_POLICY_VIOLATION", "$.status": 400})  # fmt: skip
    after = await balance(visit)
    visit.must(after == before, "nanogpt.submit.refusal-is-free", "$.usd_balance", before, after)


@trial("without money there is no video", "nanogpt.submit.insufficient-balance",
       "nanogpt.money.whole-balance-may-be-spent",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"two videos of {MODEL}")  # fmt: skip
async def broke(visit: Visit) -> None:
    """A balance that suffices for exactly one."""
    await visit.account(available=str(await price(visit)))
    await ordered(visit)
    await visit.order(order(ORDER), await price(visit), 402, "nanogpt.submit.insufficient-balance",
                      body={"$.error": "Insufficient balance", "$.status": 402})  # fmt: skip


@trial("a link lives for seven days", "nanogpt.results.seven-days", "nanogpt.results.status-outlives-the-file",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"one video of {MODEL}")  # fmt: skip
async def expiring(visit: Visit) -> None:
    """The file is there shortly before its week is over, and not after it; the status still tells of it."""
    run_id = await ordered(visit)
    link = link_of(visit, await ended(visit, run_id, "COMPLETED", "nanogpt.lifecycle.within-ten-minutes"))
    await visit.sleep(7 * 24 * 3600 - 2 * PACE)
    await a_file(visit, link, "nanogpt.results.seven-days", typed=TYPED)
    await visit.sleep(2 * PACE)
    await visit.ask(Ask("GET", link, who=Who.NOBODY), 403, "nanogpt.results.seven-days", label="after a week")
    late = await poll(visit, run_id, "a poll after a week")
    visit.must(link_of(visit, late) == link, "nanogpt.results.status-outlives-the-file", "$.data.output.video.url",
               link,
               "another")  # fmt: skip


@trial("fifty orders a minute, and not one more", "nanogpt.limits.fifty-submissions-a-minute",
       "nanogpt.limits.window-slides", "nanogpt.limits.no-retry-after", "nanogpt.limits.polls-are-free",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders=f"52 videos of {MODEL}")  # fmt: skip
async def hasty(visit: Visit) -> None:
    """The fifty-first within a minute is refused, and welcome a minute later."""
    costs = await price(visit)
    for number in range(50):
        taken = await visit.order(order(ORDER), costs, 202, "nanogpt.limits.fifty-submissions-a-minute")
        run_id = visit.text(taken, "$.runId", "nanogpt.submit.answer-fields")
        await visit.sleep(1 if number else 0)
    over = await visit.order(
        order(ORDER), costs, 429, "nanogpt.limits.fifty-submissions-a-minute",
        body={"$.error": "Rate limit exceeded. Please wait before generating another video.", "$.status": 429},
    )  # fmt: skip
    visit.must("retry-after" not in over.headers, "nanogpt.limits.no-retry-after", "header retry-after", "absent",
               over.headers.get("retry-after"))  # fmt: skip
    await poll(visit, run_id)
    await visit.sleep(60)
    await visit.order(order(ORDER), costs, 202, "nanogpt.limits.window-slides")


@trial("twenty recoveries a minute, and not one more", "nanogpt.limits.twenty-a-minute",
       needs=Needs.KEY | Needs.CONTROL)  # fmt: skip
async def recovering(visit: Visit) -> None:
    """The twenty-first within a minute is refused."""
    for _ in range(20):
        await visit.ask(Ask("GET", RECOVER), 200, "nanogpt.limits.twenty-a-minute")
    await visit.ask(Ask("GET", RECOVER), 429, "nanogpt.limits.twenty-a-minute", body={"$.status": 429})


MANNER = Manner(
    name="nanogpt",
    auth=lambda key: ("x-api-key", key),
    stranger="sk-nano-revoked-contracts-check",
    billable=(SUBMIT, EXTEND),
    unit="USD",
    probes=PROBES,
    trials=(delivered, foreign, refunded, moderated, broke, expiring, hasty, recovering),
    grounds=GROUNDS,
    door=Ask("POST", BALANCE),
)
