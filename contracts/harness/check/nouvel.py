"""What is checked of Nouvel: document 000; a plan's videos are what is spent."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus

from contracts.harness.check.checks import NO_PATTERNS, Manner, Needs, Probe, trial
from contracts.harness.check.common import is_a_file
from contracts.harness.check.differences import Difference, value_at
from contracts.harness.check.exchanges import Answer, Ask, Who
from contracts.harness.check.grounds import Ground
from contracts.harness.check.visits import Visit, decimal

PACE = 10
"""Seconds between two polls [000:29]."""
POLLS = 180
"""How often to poll before giving up: half an hour; the slowest of the documents' figures is 20 minutes."""
SUBMIT, JOBS, PROJECTS = "/api/v1/generate", "/api/v1/jobs", "/api/v1/projects"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SHOE = "https://shop.example/products/trail-shoe"
JACKET = "https://shop.example/products/jacket"
ONE = Decimal(1)
STAGES = ("preparing", "video", "audio", "lip_sync", "stitching")
ENDS = ("completed", "partial", "failed", "cancelled")
NO_KEY = "Unable to resolve user from API key"
URLS = "urls must be an array of 1-3 URLs"
RATE = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": r"\d+", "x-ratelimit-reset": r"\d+"}
"""The headers of a request whose key was recognised; 60 is the documented limit [000:73]."""
GROUNDS = (
    Ground(f"POST {SUBMIT}", "200", {
        "status": "nouvel.submit.answers-200", "$.status": "nouvel.submit.status-running",
        "$.totalProjects": "nouvel.submit.total-projects", "$.jobId": "nouvel.submit.job-id-is-uuid",
        "$.jobId required": "nouvel.submit.accepted", "$": "nouvel.submit.accepted",
    }),
    Ground(f"GET {JOBS}/[^/]+", "200", {
        "$.status": "nouvel.status.words", "$.stage": "nouvel.lifecycle.stages",
        "$.overallProgress minimum 0": "nouvel.lifecycle.progress-range",
        "$.overallProgress maximum 100": "nouvel.lifecycle.progress-range",
        "$.completedDetails[]": "nouvel.results.details", "$.projects[]": "nouvel.status.projects",
        "$": "nouvel.status.shape",
    }),
    Ground(f"GET {PROJECTS}", "200", {
        "$.pagination": "nouvel.projects.pages", "$.projects[]": "nouvel.projects.items", "$": "nouvel.projects.list",
    }),
    Ground(f"GET {PROJECTS}/[^/]+", "200", {"$.scenes": "nouvel.projects.scenes", "$": "nouvel.projects.one"}),
    Ground(".*", "401", {"$.error": "nouvel.auth.refusal-text"}),
    Ground(".*", "429", {"$": "nouvel.limits.refusal", "header retry-after": "nouvel.limits.refusal"}),
    Ground(".*", "405", {"header allow": "nouvel.errors.wrong-method"}),
    Ground(".*", ".*", {
        "header x-ratelimit-limit required": "nouvel.limits.headers",
        "header x-ratelimit-limit": "nouvel.limits.sixty-a-minute",
        "header x-ratelimit-remaining": "nouvel.limits.headers", "header x-ratelimit-reset": "nouvel.limits.headers",
    }),
)  # fmt: skip
"""What answers rest on, place by place; what a check asks for besides has its own clause."""
LIMITS = ("nouvel.limits.headers", "nouvel.limits.sixty-a-minute")


def known(name: str, *clauses: str, ask: Ask, status: int, error: str | None = None) -> Probe:
    """A probe with a good key: its text, if a page prints one, and the headers of the rate limit."""
    body = {} if error is None else {"$.error": error}
    on = {"$.error": "nouvel.status.not-found-text"} if status == HTTPStatus.NOT_FOUND else NO_PATTERNS
    return Probe(name, (*clauses, *LIMITS), ask, status, body, RATE, on=on)


def no_key(name: str, clause: str, ask: Ask) -> Probe:
    """A probe without a good key."""
    return Probe(name, (clause, "nouvel.auth.refusal-text", "nouvel.limits.headers-need-a-key"), ask, 401,
                 {"$.error": NO_KEY}, without=("x-ratelimit-limit",),
                 on={"header x-ratelimit-limit": "nouvel.limits.headers-need-a-key"})  # fmt: skip


def submit(body: object, who: Who = Who.US) -> Ask:
    """A submission."""
    return Ask("POST", SUBMIT, body, who)


def bad(name: str, clause: str, body: object, error: str | None = None, price: Decimal | None = None) -> Probe:
    """A probe of a submission that is refused for its values; a lenient server would make a video of some."""
    return replace(known(name, clause, "nouvel.submit.bad-values-are-400", ask=submit(body), status=400, error=error),
                   price=price, on={"status 4xx": "nouvel.submit.bad-values-are-400",
                                    "status 5xx": "nouvel.submit.bad-values-are-400"})  # fmt: skip


def past_the_end(answer: Answer) -> Iterator[Difference]:
    """A page past the end is an empty list."""
    for place, wanted in (("$.projects", []), ("$.pagination.hasMore", False)):
        if value_at(answer.json, place) != wanted:
            yield Difference(place, str(wanted), str(value_at(answer.json, place)))


PROBES = (
    no_key("a submission without a key is refused", "nouvel.auth.missing-or-unknown-key",
           submit({"urls": [SHOE]}, Who.NOBODY)),
    no_key("a key that nobody has is refused", "nouvel.auth.missing-or-unknown-key",
           submit({"urls": [SHOE]}, Who.STRANGER)),
    no_key("a key of another form is refused", "nouvel.auth.prefix",
           Ask("GET", f"{JOBS}/{UNKNOWN}", who=Who.NOBODY, headers={"Authorization": "Bearer sk-1234"})),
    no_key("a key in another header is none", "nouvel.auth.bearer",
           Ask("GET", f"{JOBS}/{UNKNOWN}", who=Who.NOBODY, headers={"X-API-Key": "nvl_contracts"})),
    no_key("the projects are not listed without a key", "nouvel.auth.missing-or-unknown-key",
           Ask("GET", PROJECTS, who=Who.NOBODY)),
    known("a poll of an unknown job is refused", "nouvel.status.unknown-job", "nouvel.status.not-found-text",
          ask=Ask("GET", f"{JOBS}/{UNKNOWN}"), status=404, error="Job not found"),
    known("an unknown project is not there", "nouvel.projects.unknown", "nouvel.status.not-found-text",
          ask=Ask("GET", f"{PROJECTS}/{UNKNOWN}"), status=404, error="Project not found"),
    known("the projects are listed", "nouvel.projects.list", "nouvel.projects.pages",
          ask=Ask("GET", PROJECTS), status=200),
    Probe("a page holds twenty unless more are wanted", ("nouvel.projects.pages",), Ask("GET", PROJECTS), 200,
          {"$.pagination.limit": 20, "$.pagination.page": 1}),
    Probe("a page may hold a hundred", ("nouvel.projects.pages",), Ask("GET", f"{PROJECTS}?limit=100"), 200,
          {"$.pagination.limit": 100}),
    Probe("a page past the end is empty", ("nouvel.projects.page-past-the-end",), Ask("GET", f"{PROJECTS}?page=100000"),
          200, also=past_the_end),
    *(known(f"the projects' list refuses {query}", "nouvel.projects.bad-parameters",
            ask=Ask("GET", f"{PROJECTS}?{query}"), status=400)
      for query in ("page=0", "limit=101", "limit=0", "status=bogus")),
    bad("a submission without products is refused", "nouvel.submit.urls-required", {}, URLS),
    bad("no products are too few", "nouvel.submit.one-to-three-urls", {"urls": []}, URLS),
    bad("a product that is no text is refused", "nouvel.submit.urls-are-http", {"urls": ["ftp://shop.example/a"]}),
    bad("a body that is no JSON is refused", "nouvel.submit.broken-json", b"{"),
    Probe("a wrong method is refused", ("nouvel.errors.wrong-method",), Ask("DELETE", SUBMIT), 405,
          headers={"allow": "POST"}),
    bad("four products are too many", "nouvel.submit.one-to-three-urls", {"urls": [f"{SHOE}-{n}" for n in range(4)]},
        URLS, price=ONE * 4),
    bad("four variants are too many", "nouvel.submit.variant-count", {"urls": [SHOE], "variantCount": 4},
        price=ONE * 4),
    bad("2001 characters of instructions are too many", "nouvel.submit.instructions-limit",
        {"urls": [SHOE], "userInstructions": "x" * 2001}, price=ONE),
    Probe("a home page is no product", ("nouvel.product.not-a-product", "nouvel.product.refusal-text", *LIMITS),
          submit({"urls": ["https://shop.example/"]}), 422, {"$.error": "not_a_product"}, RATE, price=ONE,
          on={"$.error": "nouvel.product.refusal-text"}),
)  # fmt: skip


async def ordered(visit: Visit, body: object = None, videos: int = 1, who: Who = Who.US) -> str:
    """Submit a job of so many videos, and give its id."""
    answer = await visit.order(
        submit(body or {"urls": [SHOE]}, who), ONE * videos, 200, "nouvel.submit.accepted",
        body={"$.status": "running", "$.totalProjects": videos},
    )  # fmt: skip
    return visit.text(answer, "$.jobId", "nouvel.submit.accepted")


async def poll(visit: Visit, job: str, label: str = "a poll") -> Answer:
    """Ask how a job goes."""
    return await visit.ask(
        Ask("GET", f"{JOBS}/{job}"), 200, "nouvel.status.shape", body={"$.jobId": job},
        headers=RATE, label=label,
    )  # fmt: skip


def progress(visit: Visit, answer: Answer, furthest: tuple[Decimal, int]) -> tuple[Decimal, int]:
    """Hold progress and stage against what has been seen, and give how far they are."""
    percent = visit.number(answer, "$.overallProgress", "nouvel.lifecycle.progress-range")
    word = visit.text(answer, "$.stage", "nouvel.lifecycle.stages")
    stage = STAGES.index(word) if word in STAGES else -1
    visit.must(percent >= furthest[0], "nouvel.lifecycle.bands", "$.overallProgress", f"{furthest[0]} or more", percent)
    visit.must(stage >= furthest[1], "nouvel.lifecycle.stages", "$.stage", f"{STAGES[furthest[1]]} or later", word)
    return max(percent, furthest[0]), max(stage, furthest[1])


async def watched(visit: Visit, job: str) -> AsyncIterator[tuple[str, Answer]]:
    """Poll at the documented pace until the job has ended: each status and its answer."""
    furthest = (Decimal(0), 0)
    for _ in range(POLLS):
        answer = await poll(visit, job)
        status = visit.text(answer, "$.status", "nouvel.status.words")
        yield status, answer
        if status in ENDS:
            return
        visit.must(status == "running", "nouvel.status.words", "$.status", "running", status)
        furthest = progress(visit, answer, furthest)
        visit.must(furthest[0] <= 99, "nouvel.lifecycle.at-most-99-while-running", "$.overallProgress", "at most 99",
                   furthest[0])  # fmt: skip
        details = value_at(answer.json, "$.completedDetails")
        visit.must(details == [], "nouvel.status.details-empty-before", "$.completedDetails", [], details)
        await visit.sleep(PACE)
    visit.fail("nouvel.lifecycle.fifteen-to-twenty-minutes", "$.status", "an end within half an hour", "running")


async def ended(visit: Visit, job: str, wanted: str, clause: str) -> Answer:
    """Wait until a job has ended, as `wanted`; asked twice at one moment, it answers the same."""
    last = ""
    answer = await poll(visit, job)
    async for last, found in watched(visit, job):
        if visit.bench.control is not None and last not in ENDS:
            twin = await poll(visit, job)
            visit.must(
                twin.json == found.json, "nouvel.lifecycle.polling-does-not-speed-up", "$", found.json, twin.json
            )
        answer = found
    visit.must(last == wanted, clause, "$.status", wanted, last)
    percent = value_at(answer.json, "$.overallProgress")
    visit.must(percent == 100, "nouvel.lifecycle.at-most-99-while-running", "$.overallProgress", 100, percent)
    again = await poll(visit, job, "a poll after the end")
    visit.must(again.json == answer.json, "nouvel.status.words", "$", answer.json, again.json)
    return answer


@trial("an ad is ordered, made and delivered",
       "nouvel.submit.accepted", "nouvel.status.shape", "nouvel.status.words", "nouvel.lifecycle.stages",
       "nouvel.lifecycle.bands", "nouvel.lifecycle.at-most-99-while-running", "nouvel.status.details-empty-before",
       "nouvel.results.details", "nouvel.results.final-output", "nouvel.results.byte-ranges",
       "nouvel.projects.newest-first",
       "nouvel.projects.one",
       needs=Needs.KEY | Needs.SPEND, orders="one video")  # fmt: skip
async def delivered(visit: Visit) -> None:
    """From the submission to the file, and the project that it has become."""
    job = await ordered(visit)
    done = await ended(visit, job, "completed", "nouvel.lifecycle.completed")
    failed = value_at(done.json, "$.failedProjects")
    visit.must(failed == 0, "nouvel.lifecycle.completed", "$.failedProjects", 0, failed)
    product = value_at(done.json, "$.completedDetails[0].url")
    visit.must(product == SHOE, "nouvel.results.details", "$.completedDetails[0].url", SHOE, product)
    link = visit.text(done, "$.completedDetails[0].finalOutputUrl", "nouvel.results.final-output")
    project = visit.text(done, "$.completedDetails[0].projectId", "nouvel.results.details")
    await visit.ask(Ask("GET", PROJECTS), 200, "nouvel.projects.newest-first",
                    body={"$.projects[0].id": project, "$.projects[0].final_output_url": link})  # fmt: skip
    await visit.ask(Ask("GET", f"{PROJECTS}/{project}"), 200, "nouvel.projects.one",
                    on={"$.scenes[].scene_order": "nouvel.projects.scenes"},
                    body={"$.project.id": project, "$.project.status": "completed",
                          "$.scenes[0].scene_order": 0})  # fmt: skip
    await is_a_file(visit, link, "nouvel.results.final-output", "nouvel.results.byte-ranges")


@trial("each variant of each product is a video", "nouvel.submit.total-projects", "nouvel.status.projects",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="four videos")  # fmt: skip
async def several(visit: Visit) -> None:
    """Two products in two variants are four projects."""
    job = await ordered(visit, {"urls": [SHOE, JACKET], "variantCount": 2}, 4)
    listed = value_at((await poll(visit, job)).json, "$.projects")
    count = len(listed) if isinstance(listed, list) else 0
    visit.must(count == 4, "nouvel.status.projects", "$.projects", "four of them", count)


@trial("nobody sees another key's job", "nouvel.status.foreign-job",
       needs=Needs.KEY | Needs.OTHER_KEY | Needs.SPEND, orders="one video")  # fmt: skip
async def foreign(visit: Visit) -> None:
    """Another key asks for our job."""
    job = await ordered(visit)
    await visit.ask(Ask("GET", f"{JOBS}/{job}", who=Who.OTHER), 404, "nouvel.status.foreign-job",
                    body={"$.error": "Job not found"})  # fmt: skip


@trial("a plan's videos are counted, and given back where one fails", "nouvel.money.quota",
       "nouvel.money.quota-refusal",
       "nouvel.money.all-or-nothing", "nouvel.money.failed-is-free",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="six videos")  # fmt: skip
async def counted(visit: Visit) -> None:
    """One video is left: two are refused, one is taken; it fails, and another is taken."""
    await visit.account(available="1")
    two = submit({"urls": [SHOE], "variantCount": 2})
    over = await visit.order(two, ONE * 2, 402, "nouvel.money.all-or-nothing",
                             on={"$.error": "nouvel.money.quota-refusal"},
                             body={"$.error": "quota_exceeded"})  # fmt: skip
    visit.number(over, "$.usage.limit", "nouvel.money.quota-refusal")
    await visit.queue("fails")
    job = await ordered(visit)
    await visit.order(submit({"urls": [SHOE]}), ONE, 402, "nouvel.money.quota", body={"$.error": "quota_exceeded"})
    failed = await ended(visit, job, "failed", "nouvel.lifecycle.failed")
    link = value_at(failed.json, "$.completedDetails[0].finalOutputUrl")
    visit.must(link is None, "nouvel.results.failed-entries", "$.completedDetails[0].finalOutputUrl", None, link)
    await visit.order(submit({"urls": [SHOE]}), ONE, 200, "nouvel.money.failed-is-free")


@trial("a job of which some fail is partial", "nouvel.lifecycle.partial",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="three videos")  # fmt: skip
async def partial(visit: Visit) -> None:
    """Three variants, of which not all are made."""
    await visit.queue("partial")
    job = await ordered(visit, {"urls": [SHOE], "variantCount": 3}, 3)
    last = await ended(visit, job, "partial", "nouvel.lifecycle.partial")
    made, lost = (value_at(last.json, f"$.{name}Projects") for name in ("completed", "failed"))
    visit.must(isinstance(made, int) and isinstance(lost, int) and made > 0 < lost and made + lost == 3,
               "nouvel.lifecycle.partial", "$.completedProjects", "some of three, and failedProjects the rest",
               f"{made} and {lost}")  # fmt: skip


@trial("sixty requests a minute, and not one more", "nouvel.limits.sixty-a-minute", "nouvel.limits.polls-count",
       "nouvel.limits.refusal", "nouvel.limits.headers", "nouvel.limits.refused-does-not-count",
       needs=Needs.KEY | Needs.CONTROL)  # fmt: skip
async def hasty(visit: Visit) -> None:
    """The sixty-first within a minute is refused, and welcome when it was told."""
    ask = Ask("GET", PROJECTS)
    for left in range(59, -1, -1):
        await visit.ask(ask, 200, "nouvel.limits.sixty-a-minute",
                        on={"header x-ratelimit-remaining": "nouvel.limits.polls-count"},
                        headers={"x-ratelimit-remaining": str(left)})  # fmt: skip
    over = await visit.ask(ask, 429, "nouvel.limits.sixty-a-minute", on={"$.error": "nouvel.limits.refusal"},
                           body={"$.error": "Rate limit exceeded"}, headers=RATE)  # fmt: skip
    wait = visit.number(over, "$.retryAfter", "nouvel.limits.refusal")
    header = decimal(over.headers.get("retry-after"))
    visit.must(header == wait, "nouvel.limits.refusal", "header retry-after", wait, header)
    await visit.sleep(float(wait))
    await visit.ask(ask, 200, "nouvel.limits.sliding-window")


@trial("a key may do what it is permitted", "nouvel.auth.permissions", "nouvel.auth.missing-permission",
       needs=Needs.KEY | Needs.SPEND | Needs.CONTROL, orders="one video")  # fmt: skip
async def permitted(visit: Visit) -> None:
    """A key that may read and not submit, and one that may submit and not read."""
    await visit.account(permissions=["projects:read"])
    sentence = "This API key does not have the '{}' permission"
    await visit.order(submit({"urls": [SHOE]}), ONE, 403, "nouvel.auth.missing-permission",
                      body={"$.error": sentence.format("generate")})  # fmt: skip
    await visit.ask(Ask("GET", PROJECTS), 200, "nouvel.auth.permissions")
    await visit.account(permissions=["generate"])
    await visit.ask(Ask("GET", PROJECTS), 403, "nouvel.auth.missing-permission",
                    body={"$.error": sentence.format("projects:read")})  # fmt: skip


MANNER = Manner(
    name="nouvel",
    auth=lambda key: ("Authorization", f"Bearer {key}"),
    stranger="nvl_revoked_contracts_check",
    billable=(SUBMIT,),
    unit="videos",
    probes=PROBES,
    trials=(delivered, several, foreign, counted, partial, hasty, permitted),
    grounds=GROUNDS,
    door=Ask("GET", f"{JOBS}/{UNKNOWN}"),
    prefix="nvl_",
)
