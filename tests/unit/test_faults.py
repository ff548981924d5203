"""Which fault meets a request, and what it does: by header, directive and key, and laid down."""

from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

import tests.houses
from mockserver.app import create_app
from mockserver.core import faults
from mockserver.core.asked import Match
from mockserver.core.clock import EPOCH
from mockserver.core.faults import NO_TROUBLE, Fault, Laid, UnknownFaultError, named
from mockserver.core.scenarios import Plan, Rule, Scenario
from mockserver.settings import discover, load
from mockserver.stores.codec import Codec
from mockserver.web import files
from mockserver.web.faults import Disturbed, DroppedError

ORDER = {"prompt": "a cat"}


async def order(visitor, prompt="a cat", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await visitor.post("/v1/videos", json={"prompt": prompt}, headers=named)


async def lay(visitor, fault, **more):
    answer = await visitor.post("/_mock/faults", json={"fault": fault, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def jobs(visitor):
    return len((await visitor.get("/_mock/jobs")).json()["items"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reset", Fault("reset")),
        (" status(503) ", Fault("status", 503)),
        ("delay( 2.5 )", Fault("delay", 2.5)),
        ("drip", Fault("drip")),
        ("drip(60)", Fault("drip", 60)),
        ("html()", Fault("html")),
    ],
)
def test_how_a_fault_is_written(text, fault):
    assert faults.parsed(text) == fault


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rest", "did you mean 'reset'"),
        ("", "no fault"),
        ("status", "status\\(503\\)"),
        ("status(399)", "400 to 599"),
        ("status(600)", "400 to 599"),
        ("status(503.5)", "400 to 599"),
        ("delay", "delay\\(2\\)"),
        ("delay(61)", "60 seconds"),
        ("delay(-1)", "no fault"),
        ("drip(1e9)", "no fault"),
        ("reset(1)", "nothing in parentheses"),
        ("status(5", "no fault"),
        ("x" * 999, "no fault"),
    ],
)
def test_what_is_no_fault_is_said_so(text, complaint):
    with pytest.raises(UnknownFaultError, match=complaint):
        faults.parsed(text)


@pytest.mark.parametrize("text", ["reset", "status(503)", "delay(2.5)", "drip", "drip(0.001)"])
def test_a_fault_is_shown_as_it_is_written(text):
    assert str(faults.parsed(text)) == text


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("sk-fault-reset", "reset"),
        ("fault-status-503-key", "status(503)"),
        ("my-fault-delay-0.5", "delay(0.5)"),
        ("fault-reset-scenario-stuck", "reset"),
        ("default-reset", None),
        ("sk-faultless", None),
        ("fault-", None),
    ],
)
def test_the_fault_in_a_key(key, fault):
    assert faults.fault_of(key) == fault


async def test_a_status_comes_in_the_providers_voice_and_nothing_happens(visitor):
    known = await order(visitor, x_mock_fault="status(429)")
    unknown = await order(visitor, x_mock_fault="status(401)")

    assert (known.status_code, known.json()) == (429, {"acme": "slow down"})
    assert (unknown.status_code, unknown.json()) == (401, {"acme": "who are you?"})
    assert known.headers["x-mock-fault"] == "status"
    assert await jobs(visitor) == 0


async def test_in_process_a_dropped_connection_is_an_error_of_the_connection(visitor):
    with pytest.raises(DroppedError) as lost:
        await order(visitor, x_mock_fault="reset")
    with pytest.raises(DroppedError):
        await order(visitor, x_mock_fault="refuse")
    with pytest.raises(DroppedError):
        await order(visitor, x_mock_fault="truncated")

    assert isinstance(lost.value, ConnectionResetError)
    assert await jobs(visitor) == 2


async def test_a_directive_is_heeded_wherever_it_stands_beside_a_scenario(visitor):
    answer = await order(visitor, prompt="a cat [[mock: fails]] on a [[mock: status(429)]] mat")
    both = await order(visitor, prompt="a cat [[mock: duplicate]] on a [[mock: fails]] mat")

    assert answer.status_code == 429
    assert both.status_code == 202
    found = (await visitor.get("/_mock/jobs")).json()["items"]
    assert [job["scenario"] for job in found] == ["fails", "fails"]


async def test_a_key_disturbs_all_its_exchanges(visitor):
    key = {"authorization": "Bearer my-fault-status-429"}

    answers = [
        await visitor.post("/v1/videos", json=ORDER, headers=key),
        await visitor.get("/v1/videos/x", headers=key),
    ]

    assert [answer.status_code for answer in answers] == [429, 429]


async def test_the_strongest_counts_header_then_directive_then_key_then_what_is_laid_down(visitor):
    await lay(visitor, "status(404)")
    key = {"authorization": "Bearer my-fault-status-401"}
    directive = {"prompt": "[[mock: status(402)]]"}

    header = await visitor.post("/v1/videos", json=directive, headers=key | {"x-mock-fault": "status(429)"})
    laid = await visitor.post("/v1/videos", json=ORDER)
    text = await visitor.post("/v1/videos", json=directive, headers=key)
    magic = await visitor.post("/v1/videos", json=ORDER, headers=key)

    assert [one.status_code for one in (header, text, magic, laid)] == [429, 402, 401, 404]
    assert (await visitor.get("/_mock/faults")).json()["items"][0]["seen"] == 1


@pytest.mark.parametrize("way", ["header", "directive", "key"])
async def test_what_does_not_exist_is_answered_400_whichever_way_it_is_asked_for(visitor, way):
    headers = {"header": {"x-mock-fault": "rest"}, "key": {"authorization": "Bearer fault-rest"}}.get(way, {})
    prompt = "[[mock: rest]]" if way == "directive" else "a cat"

    answer = await visitor.post("/v1/videos", json={"prompt": prompt}, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"unknown_fault", "unknown_scenario"}
    assert "reset" in answer.json()["error"]["message"]


async def test_faults_are_laid_down_listed_counted_and_taken_away(visitor):
    first = await lay(visitor, "status(429)", times=1, match={"method": "POST"})
    second = await lay(visitor, "delay(0)", match={"operation": "get_video"})

    answers = [await order(visitor), await order(visitor), await visitor.get("/v1/videos/x")]
    counts = {one["id"]: (one["seen"], one["struck"]) for one in (await visitor.get("/_mock/faults")).json()["items"]}
    gone = await visitor.delete(f"/_mock/faults/{first['id']}")
    again = await visitor.delete(f"/_mock/faults/{first['id']}")
    all_gone = await visitor.delete("/_mock/faults")

    assert [answer.status_code for answer in answers] == [429, 202, 404]
    assert "x-mock-fault" not in answers[1].headers
    assert counts == {first["id"]: (1, 1), second["id"]: (1, 1)}
    assert (gone.status_code, again.status_code, all_gone.status_code) == (204, 404, 204)
    assert (await visitor.get("/_mock/faults")).json()["items"] == []


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"provider": "acme"}, True),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/v1/videos/{video_id}"}, True),
        ({"path": "/v1/videos/*"}, True),
        ({"path": "/v1/*7"}, True),
        ({"path": "/v1/videos/8"}, False),
        ({"path": "/v1/videos"}, False),
        ({"key": "key"}, True),
        ({"key": "k*"}, True),
        ({"key": "other"}, False),
        ({"operation": "get_video"}, True),
        ({"operation": "create_video"}, False),
        ({"method": "GET", "operation": "create_video"}, False),
    ],
)
@pytest.mark.parametrize("where", ["", "/acme", "/@here"])
async def test_which_requests_a_fault_is_for(visitor, match, fits, where):
    box = "" if where == "/acme" else where
    assert (await visitor.post(f"{box}/_mock/faults", json={"fault": "status(429)", "match": match})).status_code == 201

    answer = await visitor.get(f"{where}/v1/videos/7")

    assert answer.status_code == (429 if fits else 404)


async def test_a_fault_acts_within_its_window_of_mock_time(visitor):
    await lay(visitor, "status(429)", **{"from": "2026-01-01T00:00:10Z", "for": 10})

    seen = []
    for _ in range(5):
        seen.append((await visitor.get("/v1/videos/x")).status_code)
        await visitor.post("/_mock/clock/advance", json={"seconds": 5})

    assert seen == [404, 404, 429, 429, 404]


async def test_faults_belong_to_their_sandbox_and_go_with_a_reset(visitor):
    await visitor.post("/@one/_mock/faults", json={"fault": "status(429)"})

    inside, outside = await visitor.get("/@one/v1/videos/x"), await visitor.get("/@two/v1/videos/x")
    await visitor.post("/@one/_mock/reset")
    after = await visitor.get("/@one/v1/videos/x")

    assert [one.status_code for one in (inside, outside, after)] == [429, 404, 404]


async def test_a_sandbox_holds_a_hundred_faults_and_makes_room_where_one_is_spent(visitor):
    await lay(visitor, "status(429)", times=1)
    for _ in range(99):
        await lay(visitor, "status(401)", match={"path": "/nowhere*"})
    full = await visitor.post("/_mock/faults", json={"fault": "reset"})
    await visitor.get("/v1/videos/x")
    room = await visitor.post("/_mock/faults", json={"fault": "delay(0)"})

    assert (full.status_code, full.json()["error"]["code"]) == (409, "too_many_faults")
    assert (room.status_code, room.json()["id"]) == (201, "fault_101")
    assert len((await visitor.get("/_mock/faults")).json()["items"]) == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"fault": "rest"},
        {"fault": "reset", "times": 0},
        {"fault": "reset", "every": 0},
        {"fault": "reset", "after": -1},
        {"fault": "reset", "probability": 1.5},
        {"fault": "reset", "match": {"host": "x"}},
        {"fault": "reset", "match": {"path": ""}},
        {"fault": "reset", "match": {"path": "/v1/vidoes"}},
        {"fault": "reset", "match": {"path": "/@mine/v1/videos"}},
        {"fault": "reset", "match": {"operation": "creat_video"}},
        {"fault": "reset", "for": 0},
        {"fault": "reset", "for": 5, "until": "2026-01-02T00:00:00Z"},
        {"fault": "reset", "from": "2026-01-02T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
        {"fault": "reset", "from": "2026-01-02"},
    ],
)
async def test_what_cannot_be_laid_down_is_said_so(visitor, wrong):
    answer = await visitor.post("/_mock/faults", json=wrong)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


async def test_a_fault_for_a_provider_that_is_not_served_is_refused(visitor):
    answer = await visitor.post("/_mock/faults", json={"fault": "reset", "match": {"provider": "nobody"}})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_provider")


async def test_the_same_seed_draws_the_same_strikes(visitor):
    async def strikes(name, seed):
        await visitor.post("/_mock/sandboxes", json={"name": name, "seed": seed})
        await visitor.post(f"/@{name}/_mock/faults", json={"fault": "status(429)", "probability": 0.5})
        return [(await visitor.get(f"/@{name}/v1/videos/x")).status_code for _ in range(64)]

    one, same, other = await strikes("one", 7), await strikes("same", 7), await strikes("other", 8)

    assert one == same
    assert one != other
    assert 16 < one.count(429) < 48


async def test_a_pure_server_heeds_what_is_laid_down_alone_and_says_nothing_of_it():
    providers = discover(tests.houses)
    app = create_app(load({"clock": "frozen", "pure": True}, providers=providers), providers)
    transport, key = httpx.ASGITransport(app), {"authorization": "Bearer my-fault-reset"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=key) as visitor:
        header = await visitor.get("/v1/videos/x", headers={"x-mock-fault": "status(429)"})
        directive = await visitor.post("/v1/videos", json={"prompt": "[[mock: status(429)]]"})
        await lay(visitor, "status(401)")
        laid = await visitor.post("/v1/videos", json={"prompt": "[[mock: status(429)]]"})

    assert [one.status_code for one in (header, directive, laid)] == [404, 202, 401]
    assert not [name for name in laid.headers if name.startswith("x-mock")]


async def test_a_repeated_request_that_is_refused_is_refused_twice(visitor):
    for _ in range(4):
        await order(visitor)

    answer = await order(visitor, x_mock_fault="duplicate")

    assert answer.status_code == 429
    assert await jobs(visitor) == 3


async def test_the_journal_tells_which_fault_struck_and_finds_what_was_struck(visitor):
    await order(visitor, x_mock_fault="status(429)")
    await order(visitor)
    with pytest.raises(DroppedError):
        await order(visitor, x_mock_fault="reset")

    items = (await visitor.get("/_mock/requests")).json()["items"]
    by_name = (await visitor.get("/_mock/requests?fault=status")).json()["items"]
    counted = (await visitor.post("/_mock/requests/count", json={"fault": "status(429)"})).json()["count"]

    assert [(one["status"], one["fault"]) for one in items] == [(202, "reset"), (202, None), (429, "status(429)")]
    assert [one["number"] for one in by_name] == [1]
    assert counted == 1
    assert (await visitor.get("/_mock/requests?fault=html")).json()["items"] == []


async def test_faults_and_rules_are_kept_in_snapshots_and_forks_count_on_their_own(visitor):
    await visitor.post("/@first/_mock/faults", json={"fault": "status(429)", "times": 2})
    await visitor.put("/@first/_mock/scenarios", json={"rules": [{"match": {"text": "cat"}, "scenario": "fails"}]})
    await visitor.get("/@first/v1/videos/x")
    made = await visitor.post("/_mock/sandboxes", json={"name": "fork", "from": "first"})
    assert made.status_code == 201, made.text

    statuses = [(await visitor.get("/@fork/v1/videos/x")).status_code for _ in range(2)]
    there = [(await visitor.get("/@first/v1/videos/x")).status_code for _ in range(2)]

    assert (statuses, there) == ([429, 404], [429, 404])
    assert len((await visitor.get("/@fork/_mock/scenarios")).json()["rules"]) == 1


def test_what_is_laid_down_can_be_stored():
    trouble = faults.NO_TROUBLE.laying(Laid("", Fault("status", 503), Match(key="k*"), times=3, since=EPOCH))
    plan = Plan(rules=(Rule(Match(model="veo*"), Scenario("fails", 0.5), 2),))
    codec = Codec()

    assert codec.unpacked(codec.packed(trouble)) == trouble
    assert codec.unpacked(codec.packed(plan)) == plan


async def test_a_truncated_answer_to_head_ends_behind_its_head():
    """Found by soaking: the length of a file on disk is told without any of its bytes, so there was nothing to cut."""
    sent = []

    async def send(message):
        sent.append(message["type"])

    with pytest.raises(DroppedError):
        await Disturbed(files._Head(1000, 200, []), Fault("truncated"))({"type": "http", "method": "HEAD"}, None, send)

    assert sent[0] == "http.response.start"


@pytest.mark.parametrize("fault", ["status(503)", "refuse", "html", "reset"])
async def test_what_a_fault_struck_is_found_by_the_key_that_asked(visitor, fault):
    with suppress(DroppedError):
        await visitor.get("/v1/videos/x", headers={"authorization": "Bearer a-long-key", "x-mock-fault": fault})

    [exchange] = (await visitor.get("/_mock/requests?key=a-long-key")).json()["items"]
    assert (exchange["fault"], exchange["key"]) == (fault, "a-l…ey")


@pytest.mark.parametrize("match", [{"operation": "get_job"}, {"path": "/api/v1/jobs/{jobId}"}])
async def test_a_fault_for_what_another_provider_has_would_never_strike(match):
    app = create_app(load({"clock": "frozen"}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/_mock/") as control:
        own = await control.post("faults", json={"fault": "reset", "match": {"provider": "nouvel", **match}})
        other = await control.post("faults", json={"fault": "reset", "match": {"provider": "artnex", **match}})
    app.close()

    assert (own.status_code, other.status_code) == (201, 400)


def test_one_fault_is_lifted_or_all_and_numbers_go_on():
    trouble = NO_TROUBLE
    for name in ("reset", "refuse", "html"):
        trouble = trouble.laying(Laid(id="", fault=named(name)))

    one_less = trouble.lifting("fault_2")

    assert [one.id for one in one_less.laid] == ["fault_1", "fault_3"]
    assert one_less.lifting("fault_9") == one_less
    assert one_less.lifting(None).laid == ()
    assert one_less.lifting(None).laying(Laid(id="", fault=named("html"))).laid[0].id == "fault_4"


def test_there_is_an_end_to_faults_and_one_that_is_spent_makes_room():
    trouble = NO_TROUBLE
    for _ in range(100):
        trouble = trouble.laying(Laid(id="", fault=named("reset")))

    with pytest.raises(faults.TooManyFaultsError, match=r"^a sandbox holds 100 faults at the most: delete some first$"):
        trouble.laying(Laid(id="", fault=named("html")))
    spent = replace(trouble, laid=(trouble.laid[0], replace(trouble.laid[1], times=1, struck=1), *trouble.laid[2:]))
    after = spent.laying(Laid(id="", fault=named("html")))
    assert len(after.laid) == 100
    assert [one.id for one in after.laid[:3]] == ["fault_1", "fault_3", "fault_4"]
    assert (after.laid[-1].id, after.laid[-1].fault.name) == ("fault_101", "html")
