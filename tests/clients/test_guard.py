"""The guard of the client tests can fail: it tells what is wrong with an exchange, and which excuse nobody needed."""

import asyncio
import json
from collections import Counter
from contextlib import suppress

import httpx
import pytest

from clients.artnex import Artnex, AsyncArtnex
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from tests.clients.guard import Court, Guard
from tests.clients.guard_plugin import told
from tests.clients.judging import BOOK, CAUGHT, JUDGED, NONE, Book, GuardError, Judge, due_to, excuse
from tests.clients.kit import Scripted, astray, elsewhere, off, wrong_request
from tests.plugin_kit import run_pytest

BASE = "http://localhost/@here"
FOX = {"model": "veo3.1", "mode": "text-to-video", "prompt": "A fox", "duration": 8, "aspect_ratio": "16:9"}
KEY = {"authorization": "Bearer artnex-1"}
RECEIPT = {"success": True, "request_id": "req_a1", "status": "pending", "credits_used": 3000}
ORDER = "POST /v1/video"
STATUS = "GET /v1/video/{request_id}"


def asked(method="POST", path="/v1/video", headers=None, base=BASE, **body):
    return httpx.Request(method, base + path, headers=headers, **body)


def guarded(*acts, excuses=(), later=False, announced=()):
    """A guard on a provider of a script, with a book and a court of its own."""
    judge = Judge("artnex", excuses=excuses, book=Book())
    court = Court(announced=announced)
    return Guard(Scripted(*acts), judge, BASE, court, later=later)


def of(guard):
    """What became of its exchanges."""
    return {kind: number for (_, kind), number in guard.judge.book.outcomes.items()}


def complaint(guard, request):
    with pytest.raises(GuardError) as caught:
        guard.handle_request(request)
    return str(caught.value).splitlines()


def test_a_good_exchange_is_judged_whole_and_reaches_the_client_as_it_came():
    guard = guarded((200, RECEIPT, {"x-more": "kept"}))

    answer = guard.handle_request(asked(json=FOX, headers=KEY))

    assert (json.loads(answer.read()), answer.headers["x-more"]) == (RECEIPT, "kept")
    assert of(guard) == {JUDGED: 1}
    guard.court.close([])


def test_async_too():
    guard = guarded((200, RECEIPT))

    answer = asyncio.run(guard.handle_async_request(asked(json=FOX, headers=KEY)))

    assert (answer.status_code, of(guard)) == (200, {JUDGED: 1})


@pytest.mark.parametrize(
    ("request_", "flaw"),
    [
        (asked(json=FOX | {"prompt": ""}, headers=KEY), 'request $.prompt: minLength 1, and there is ""'),
        (asked(json=FOX | {"duration": 5}, headers=KEY), "request $.duration: one of 4, 6, 8, null, and there is 5"),
        (asked(json=FOX), "request key: there is no key in any of the ways that are described"),
        (asked(json=FOX, headers={"authorization": "artnex-1"}),
         "request key: there is no key in any of the ways that are described"),
        (asked(path="/v1/video?fast=1", json=FOX, headers=KEY),
         "request parameter fast: parameter fast is not described"),
        (asked(path="/v1/videos", json=FOX, headers=KEY), "request operation: artnex: /v1/videos is not described"),
        (asked("PATCH", json=FOX, headers=KEY), "request operation: artnex: PATCH /v1/video is not described"),
        (asked("GET", "/media/artnex/video/req_a1.mp4", headers=KEY),
         "request key: the key goes along, where none is needed"),
        (asked(base="https://cdn.test", json=FOX, headers=KEY), "request key: the key goes to another host"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told(request_, flaw):
    guard = guarded((200, RECEIPT))

    _, *flaws = complaint(guard, request_)

    assert f"  {flaw}" in flaws
    assert of(guard) == {CAUGHT: 1}


@pytest.mark.parametrize(
    ("act", "flaw"),
    [
        ((201, RECEIPT), "answer status: one of 200, 400, 401, 402, 405, 413, 422, 429, 500, and there is 201"),
        ((200, RECEIPT | {"status": "done"}), 'answer $.status: "pending", and there is "done"'),
        ((200, RECEIPT | {"more": 1}), "answer $.more: not described, and there is 1"),
        ((200, "<p>"), "answer header content-type: application/json, and there is absent"),
        ((405, {"success": False, "error": "method_not_allowed", "message": "No."}),
         "answer header allow: required, and there is absent"),
        ((200, RECEIPT, {"content-length": "999"}),
         "answer broken: the answer broke off after 84 bytes: 999 were promised"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_with_its_operation_and_source(act, flaw):
    guard = guarded(act)

    head, *flaws = complaint(guard, asked(json=FOX, headers=KEY))

    assert head == f"artnex: POST /v1/video {act[0]} (004, lines 9-18):"
    assert flaws == [f"  {flaw}"]


def test_the_clause_of_a_refusal_is_told_too():
    head, *_ = complaint(guarded((418, {}, {"x-mock-clause": "artnex.a.b"})), asked(json=FOX, headers=KEY))

    assert head == "artnex: POST /v1/video 418 (004, lines 9-18), clause artnex.a.b:"


def test_an_answer_that_does_not_come_needs_a_reason():
    class Dead(httpx.BaseTransport):
        def handle_request(self, request):
            raise httpx.ReadError("gone", request=request)

    guard = Guard(Dead(), Judge("artnex", book=Book()), BASE)

    assert complaint(guard, asked(json=FOX, headers=KEY)) == [
        "artnex: POST /v1/video ReadError (004, lines 9-18):",
        "  answer none: no answer came: ReadError",
    ]


# excuses


def test_an_excuse_is_good_for_its_operation_and_places_and_all_else_is_judged():
    guard = guarded(*[(200, RECEIPT)] * 3, excuses=wrong_request(ORDER, "$.prompt"))
    wrong = FOX | {"prompt": ""}

    guard.handle_request(asked(json=wrong, headers=KEY))
    _, *flaws = complaint(guard, asked(json=wrong | {"model": "none"}, headers=KEY))
    _, *keyless = complaint(guard, asked(json=wrong))

    assert [line.partition(":")[0] for line in (*flaws, *keyless)] == ["  request $.model", "  request key"]
    assert of(guard) == {"a wrong request": 1, CAUGHT: 2}


@pytest.mark.parametrize(
    "excuses",
    [wrong_request(ORDER, "$.prompt"), wrong_request("GET /v1/video", "$.prompt"), [elsewhere("cdn.test")],
     astray("artnex", "unknown_status")],
)  # fmt: skip
def test_an_excuse_that_nobody_needs_fails(excuses):
    guard = guarded((200, RECEIPT), excuses=excuses)
    guard.handle_request(asked(json=FOX, headers=KEY))

    with pytest.raises(GuardError, match="an excuse that nobody needed"):
        guard.court.close([])

    guard.court.close([], every_excuse=False)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (off((200, RECEIPT), "status"), ["excused for nothing: a scripted answer: any operation: answer status"]),
        (off((201, RECEIPT), "$.status"),
         ["excused for nothing: a scripted answer: any operation: answer $.status",
          "answer status: one of 200, 400, 401, 402, 405, 413, 422, 429, 500, and there is 201"]),
        (off((200, RECEIPT | {"more": 1, "status": "done"}), "$.more"),
         ['answer $.status: "pending", and there is "done"']),
    ],
)  # fmt: skip
def test_a_scripted_answer_is_wrong_exactly_where_its_script_says(act, told):
    _, *flaws = complaint(guarded(act), asked(json=FOX, headers=KEY))

    assert flaws == [f"  {line}" for line in told]


def test_a_scripted_answer_does_not_excuse_its_request():
    guard = guarded(off((500, {}), "$.success", "$.error", "$.message"))

    _, *flaws = complaint(guard, asked(json=FOX | {"prompt": ""}, headers=KEY))

    assert flaws == ['  request $.prompt: minLength 1, and there is ""']


# faults, and the server's journal


def entry(fault=None, status=200, method="POST", path="/v1/video"):
    return {"method": method, "path": path, "status": status, "fault": fault}


def settled(guard, *journal, request=None):
    """What the court says of one exchange and this journal."""
    with suppress(httpx.TransportError):
        guard.handle_request(request or asked(json=FOX, headers=KEY))
    return [line for each in guard.court.settle(list(journal)) for line in each.splitlines()]


class Plain(httpx.BaseTransport):
    """A server, as far as the guard can tell: an answer, or the trouble on its way."""

    def __init__(self, act):
        self.act = act

    def handle_request(self, _):
        if isinstance(self.act, Exception):
            raise self.act
        status, body, headers = self.act
        return httpx.Response(status, content=body, headers=headers)


JSON = {"content-type": "application/json"}
GOOD = httpx.Response(200, json=RECEIPT).content
RESET = httpx.ReadError("reset")


def struck(act, *announced):
    judge = Judge("artnex", book=Book())
    return Guard(Plain(act), judge, BASE, Court(announced=[(one, "POST", "/v1/*") for one in announced]), later=True)


@pytest.mark.parametrize(
    ("fault", "act", "kind"),
    [
        ("reset", RESET, "the fault reset"),
        ("refuse", RESET, "the fault refuse"),
        ("truncated", RESET, "the fault truncated"),
        ("truncated", (200, GOOD[:40], JSON | {"content-length": "82"}), "the fault truncated"),
        ("html", (502, b"<html>", {"content-type": "text/html"}), "the fault html"),
        ("malformed", (200, GOOD[:40], JSON), "the fault malformed"),
        ("status(503)", (503, b"{}", JSON), "the fault status"),
        ("status(429)", (429, b'{"success":false,"error":"rate_limit_exceeded","message":"Slow down."}', JSON), JUDGED),
        ("drip(0.05)", (200, GOOD, JSON), JUDGED),
    ],
)  # fmt: skip
def test_what_a_fault_damages_is_excused_and_the_rest_is_judged(fault, act, kind):
    guard = struck(act, fault)

    assert settled(guard, entry(fault)) == []
    assert of(guard) == {kind: 1}


@pytest.mark.parametrize(
    ("fault", "act", "told"),
    [
        ("reset", (200, GOOD, JSON), "excused for nothing: the fault reset: any operation: answer none"),
        ("html", (200, GOOD, JSON), "excused for nothing: the fault html: any operation: answer status"),
        ("status(429)", (429, b"{}", JSON), "answer $.success: required, and there is absent"),
        ("truncated", (200, GOOD[:40], {"content-type": "text/html", "content-length": "82"}),
         "answer header content-type: application/json, and there is text/html"),
        ("drip(0.05)", (200, b"{}", JSON), "answer $.request_id: required, and there is absent"),
        (None, RESET, "answer none: no answer came: ReadError"),
    ],
)  # fmt: skip
def test_a_fault_excuses_what_it_does_and_nothing_else(fault, act, told):
    assert f"  {told}" in settled(struck(act, fault), entry(fault))


def test_a_fault_does_not_excuse_the_request():
    wrong = asked(json=FOX | {"prompt": ""}, headers=KEY)

    told = settled(struck(RESET, "reset"), entry("reset"), request=wrong)

    assert told[1:] == ['  request $.prompt: minLength 1, and there is ""']


def test_a_fault_that_nobody_announced_is_told():
    assert settled(struck(RESET, "html"), entry("reset")) == ["POST /v1/video: the fault reset was not announced"]


@pytest.mark.parametrize(
    ("journal", "told"),
    [
        ([], "POST /v1/video is not in the server's journal"),
        ([entry(status=500)], "POST /v1/video 200 is 500 in the server's journal"),
        ([entry(), entry()], "nobody took down POST /v1/video 200"),
        ([entry(method="GET", path="/v1/video/a"), entry()], "nobody took down GET /v1/video/a 200"),
    ],
)
def test_each_exchange_is_in_the_servers_journal_and_none_besides(journal, told):
    assert settled(struck((200, GOOD, JSON)), *journal) == [told]


# the whole way


def test_a_client_that_asks_wrongly_is_caught_in_each_of_the_ways(stage):
    artnex = stage.client((Artnex, AsyncArtnex), "artnex-1", provider="artnex")

    with pytest.raises(GuardError, match=r"request \$\.duration"):
        artnex.create_video("A fox", "veo3.1", duration=5)

    with pytest.raises(GuardError, match=r"request \$\.duration"):
        stage.court.close(stage.journal())
    stage.court.complaints.clear()


def test_a_server_that_answers_wrongly_is_caught_in_each_of_the_ways(stage):
    stage.queue("unknown_status")
    artnex = stage.client((Artnex, AsyncArtnex), "artnex-1", provider="artnex")
    order = artnex.create_video("A fox", "veo3.1")

    with pytest.raises(GuardError, match=r"answer \$\.status"):
        artnex.wait(order.request_id)

    stage.court.complaints.clear()


def test_a_setting_that_is_not_told_is_caught(stage):
    nano = stage.client((NanoGPT, AsyncNanoGPT), "sk-1", provider="nanogpt")
    stage.begin(nanogpt__profile="2025")

    with pytest.raises(GuardError, match=r"answer \$\.runId"):
        nano.generate_video("veo2-video", prompt="A fox")

    stage.court.complaints.clear()


def test_an_exchange_around_the_guard_is_not_overlooked(stage):
    nano = stage.client((NanoGPT, AsyncNanoGPT), "sk-1", provider="nanogpt")
    nano.check_balance()
    around = InsideOut(stage)

    around.ask("/api/v1/models")

    assert stage.settle() == ["nobody took down GET /api/v1/models 200"]
    stage.court.complaints.clear()


class InsideOut:
    """Somebody who asks the server of a stage behind the guard's back, and behind the count of what clients send."""

    def __init__(self, stage):
        self.stage = stage

    def ask(self, path):
        transport = self.stage.transport("sync")
        transport.handle_request(httpx.Request("GET", self.stage.base + path)).read()
        transport.close()


def test_what_any_client_sends_is_counted_whatever_its_transport():
    before = dict(BOOK.open())

    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.get("http://127.0.0.1:1/v1/video/a")
        client.get("http://127.0.0.1:1/@b/_mock/clock")  # the control API is no provider

    assert BOOK.open() == before | {"sync-socket": before.get("sync-socket", 0) + 1}
    BOOK.sent["sync-socket"] -= 1  # it was nobody's


def test_a_session_that_let_an_exchange_go_by_fails(tmp_path):
    test = """
        import httpx
        import pytest

        def answer(request):
            return httpx.Response(200)

        @pytest.mark.usefixtures("counted")
        def test_it():
            httpx.Client(transport=httpx.MockTransport(answer)).get("http://localhost/")

        def test_one_more(nothing_goes_by):
            httpx.Client(transport=httpx.MockTransport(answer)).get("http://localhost/")
    """

    done = run_pytest(tmp_path, "-p", "tests.clients.guard_plugin", files={"test_some.py": test})
    first = run_pytest(tmp_path, "-p", "tests.clients.guard_plugin", "-k", "test_it")

    assert "exchanges went by without being judged, or were judged and never sent" in done.stdout
    assert first.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 passed" in first.stdout
    assert "sync-here: 1 exchanges sent, 0 judged whole, 0 in part" in first.stdout
    assert "1 exchanges went by without being judged" in first.stdout


def test_what_became_of_all_exchanges_is_told():
    sent = Counter({"sync-here": 5, "async-socket": 2})
    outcomes = Counter({("sync-here", JUDGED): 3, ("sync-here", "the fault reset"): 1, ("sync-here", CAUGHT): 1,
                        ("async-socket", "the fault reset"): 1})  # fmt: skip

    assert list(told(sent, outcomes)) == [
        "async-socket: 2 exchanges sent, 0 judged whole, 1 in part",
        "sync-here: 5 exchanges sent, 3 judged whole, 1 in part, 1 caught where a test meant them to be",
        "  2 the fault reset",
        "1 exchanges went by without being judged",
    ]


def test_the_excuse_for_a_fault_is_narrow():
    guard = guarded((200, RECEIPT))
    guard.handle_request(asked(json=FOX, headers=KEY))

    assert due_to("reset", "artnex", guard.exchanges[0]) == excuse("the fault reset", "", NONE)
    assert due_to("drip(5)", "artnex", guard.exchanges[0]).flaws == frozenset()
