"""What is recorded of the TypeScript clients is judged, and the judgement can fail."""

import base64
import json

import pytest

from tests.clients.judging import CAUGHT, JUDGED, Book
from tests.clients.recorded import WAY, judged

HOME = "http://127.0.0.1:4747/@box"
BALANCE = {"usd_balance": "50", "nano_balance": "0", "nanoDepositAddress": f"nano_1{'3' * 59}"}
ENTRY = {"method": "POST", "path": "/@box/api/check-balance", "status": 200, "fault": None}
OPERATION = "POST /api/check-balance"


def exchange(body=BALANCE, **changes):
    """A good exchange, or one that is otherwise in some respect."""
    return {
        "url": f"{HOME}/api/check-balance", "method": "POST", "headers": {"x-api-key": "sk-1"}, "body": "",
        "status": 200, "received": {"content-type": "application/json"},
        "answer": base64.b64encode(json.dumps(body).encode()).decode(),
    } | changes  # fmt: skip


def unanswered(wrong):
    return {
        name: value for name, value in exchange(wrong=wrong).items() if name not in {"status", "received", "answer"}
    }


def told(*exchanges, journal=(ENTRY,), **arranged):
    """What is said of a test with these exchanges, and what became of them."""
    test = {"homes": [HOME], "settings": {}, "excused": [], "scenarios": [], "faults": [], "journal": journal}
    book = Book()
    complaints, sent, outcomes = judged("nanogpt", [json.dumps(test | {"exchanges": exchanges} | arranged)], book)
    assert (book.sent[WAY], outcomes.total()) == (sent, sent) == (len(exchanges),) * 2
    lines = [line.strip() for complaint in complaints for line in complaint.splitlines()]
    return lines, {kind: number for (_, kind), number in outcomes.items()}


def test_a_good_exchange_is_judged_whole():
    assert told(exchange()) == ([], {JUDGED: 1})


@pytest.mark.parametrize(
    ("wrong", "flaw"),
    [
        (exchange(headers={}), "request key: there is no key in any of the ways that are described"),
        (exchange(body=BALANCE | {"usd_balance": 50}), "answer $.usd_balance: of type string, and there is 50"),
        (exchange(wrong="terminated"), "answer broken: the answer broke off after 133 bytes: terminated"),
        (unanswered("ECONNRESET"), "answer none: no answer came: ECONNRESET"),
        (
            exchange(off=["$.usd_balance"]),
            "excused for nothing: a scripted answer: any operation: answer $.usd_balance",
        ),
    ],
)
def test_what_is_wrong_is_told(wrong, flaw):
    lines, outcomes = told(wrong, journal=[] if "off" in wrong else [ENTRY])

    assert (lines[1:], outcomes) == ([flaw], {CAUGHT: 1})


@pytest.mark.parametrize(
    ("record", "arranged", "kind"),
    [
        (exchange(headers={}), {"excused": [["a wrong request", OPERATION, "request key"]]}, "a wrong request"),
        (exchange({}, off=[f"$.{name}" for name in BALANCE]), {"journal": []}, "a scripted answer"),
        (unanswered("ECONNRESET"), {"journal": [ENTRY | {"fault": "reset"}], "faults": [["reset", "POST", "*"]]},
         "the fault reset"),
        (unanswered("AbortError"), {}, "a client that hung up"),
        (unanswered("connect"), {"journal": [], "excused": [["no connection", OPERATION, "answer none"]]},
         "no connection"),
    ],
)  # fmt: skip
def test_what_is_wrong_on_purpose_is_excused(record, arranged, kind):
    assert told(record, **arranged) == ([], {kind: 1})


def test_excuses_have_to_be_needed():
    excused = [["a wrong request", OPERATION, "request key"]]

    lines, _ = told(exchange(), excused=excused, scenarios=["unknown_status"])

    assert [line.partition(":")[0] for line in lines] == ["an excuse that nobody needed"] * 2


def test_what_was_not_recorded_and_what_never_arrived_is_told():
    assert told(exchange(), journal=[ENTRY, ENTRY])[0] == ["nobody took down POST /api/check-balance 200"]
    assert told(exchange(), journal=[])[0] == ["POST /api/check-balance is not in the server's journal"]
