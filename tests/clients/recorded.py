"""What the TypeScript clients sent and got under Node, as JSON lines, judged as what the Python clients do is."""

import base64
import json
from collections import Counter

import httpx

from tests.clients.guard import PREFIX, Court, Taken
from tests.clients.judging import BOOK, BROKEN, KEPT, NONE, Exchange, Judge, excuse
from tests.clients.kit import astray

WAY = "node"


def judged(provider, lines, book=BOOK):
    """Judge all tests of a record; gives the complaints, and how many exchanges there were and what became of them."""
    before = Counter(book.outcomes)
    complaints = []
    sent = 0
    for line in lines:
        test = json.loads(line)
        sent += len(test["exchanges"])
        complaints += of_test(provider, test, book)
    book.sent[WAY] += sent
    return complaints, sent, Counter(book.outcomes) - before


def of_test(provider, test, book):
    excuses = [excuse(*one) for one in test["excused"]] + astray(provider, *test["scenarios"])
    judge = Judge(provider, test["settings"], excuses, book)
    court = Court([judge], [tuple(fault) for fault in test["faults"]])
    for record in test["exchanges"]:
        exchange = exchange_of(record, test["homes"])
        court.take(Taken(judge, WAY, exchange, musts(record, exchange)), later=True)
    journal = [{**each, "path": PREFIX.sub("", each["path"])} for each in test["journal"]]
    return court.settle(journal) + judge.idle()


def exchange_of(record, homes):
    url = httpx.URL(record["url"])
    sent = {name.lower(): value for name, value in record["headers"].items()}
    return Exchange(
        record["method"],
        PREFIX.sub("", url.raw_path.decode()),
        tuple((name, sent[name]) for name in KEPT if name in sent),
        record["body"].encode(),
        record.get("status"),
        base64.b64decode(record.get("answer", "")),
        record.get("wrong"),
        sent,
        record.get("received", {}),
        None if url.netloc in {httpx.URL(home).netloc for home in homes} else url.host,
        "off" in record or record.get("wrong") == "connect",
    )


def musts(record, exchange):
    """What was done to an exchange on purpose: by a script, or by the client itself, which hung up."""
    if "off" in record:
        return (excuse("a scripted answer", "", *(f"answer {flaw}" for flaw in record["off"])),)
    if exchange.wrong == "AbortError":
        return (excuse("a client that hung up", "", NONE if exchange.status is None else BROKEN),)
    return ()
