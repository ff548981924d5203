"""What a sandbox tells of itself, as values: jobs, requests, entries of a ledger, webhooks, what became due."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

KINDS_SHOWN = 4
"""How many kinds of findings their `repr` names: pytest cuts longer ones."""


class Due(NamedTuple):
    """What became due while time was moved: a job's new status, or a `webhook` that was sent."""

    at: datetime
    what: str
    provider: str
    id: str


class Entry(NamedTuple):
    """One line of a ledger: `kind` is `grant`, `hold`, `charge`, `release` or `refund`."""

    at: datetime
    kind: str
    amount: Decimal
    job: str | None


class Change(NamedTuple):
    """One status of a job's life, and when it begins."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the mock knows it.

    `status` is the provider's word of now, `state` what it means: waiting, working, done, failed or cancelled.
    `changes` is its whole life, what is still to come included; `price` is in the account's unit; `result` is the
    address of its first file once it is done.
    """

    provider: str
    id: str
    key: str
    status: str
    state: str
    submitted_at: datetime
    changes: tuple[Change, ...]
    scenario: str
    price: Decimal
    result: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """An exchange with a provider, from the journal; keys are redacted.

    `at` is mock time, `clause` the rule that a refusal rests on, `fault` what disturbed it; `status` is 0 where there
    was no answer. `body` and `answer` are the first 16 KiB, as text.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    provider: str | None
    operation: str | None
    key: str | None
    job: str | None
    status: int
    clause: str | None
    fault: str | None
    headers: Mapping[str, str]
    body: str
    answer_headers: Mapping[str, str]
    answer: str

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body that was sent, as JSON; ValueError if it is none, or was longer than what is kept."""
        return json.loads(self.body)

    def answer_json(self) -> Any:  # noqa: ANN401 - any JSON
        """The answer, as JSON; ValueError if it is none, or was longer than what is kept."""
        return json.loads(self.answer)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a client did wrong: `id` is the kind, `requests` the numbers of those that it rests on in the journal."""

    id: str
    provider: str
    message: str
    clause: str
    job: str | None
    count: int
    requests: tuple[int, ...]


class Findings(list[Finding]):
    """Findings that can be read where an assertion shows them: `repr` says which, `str` what, a line each."""

    def __repr__(self) -> str:
        kinds = Counter(f"{one.provider} {one.id}" for one in self)
        shown = [f"{count} times {kind}" if count > 1 else kind for kind, count in kinds.items()]
        more = f" and {len(shown) - KINDS_SHOWN} more" if len(shown) > KINDS_SHOWN else ""
        what = "1 finding" if len(self) == 1 else f"{len(self)} findings"
        return f"<{what}: {', '.join(shown[:KINDS_SHOWN])}{more}>" if self else "<no findings>"

    def __str__(self) -> str:
        return self.told() or "no findings"

    def told(self, most: int | None = None) -> str:
        """A line for each finding, of `most` at the most; empty where there is none."""
        lines = [f"{one.provider} {one.id}: {one.message}" for one in self[:most]]
        if len(lines) < len(self):
            lines.append(f"… and {len(self) - len(lines)} more findings")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is laid down: `fault` as in `status(503)`, what it `match`es, how often it may and did strike."""

    id: str
    fault: str
    match: Mapping[str, str | None]
    times: int | None
    seen: int
    struck: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """One attempt to announce the end of a job; `at` and `status` are None while none was made."""

    id: str
    provider: str
    job: str
    url: str
    at: datetime | None
    attempt: int
    status: int | None
    delivered: bool
    next_at: datetime | None
    note: str | None


def instant(text: str) -> datetime:
    """Read an instant as the control API writes it."""
    return datetime.fromisoformat(text)


def _perhaps(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def job(told: Mapping[str, Any]) -> Job:
    """Read a job."""
    return Job(
        provider=told["provider"],
        id=told["id"],
        key=told["key"],
        status=told["status"],
        state=told["state"],
        submitted_at=instant(told["submitted_at"]),
        changes=tuple(Change(instant(change["at"]), change["status"]) for change in told["changes"]),
        scenario=told["scenario"],
        price=Decimal(told["price"]),
        result=told["result"],
    )


def request(told: Mapping[str, Any]) -> Request:
    """Read an exchange."""
    return Request(
        number=told["number"],
        at=instant(told["at"]),
        method=told["method"],
        path=told["path"],
        query=told["query"],
        provider=told["provider"],
        operation=told["operation"],
        key=told["key"],
        job=told["job"],
        status=told["status"],
        clause=told["clause"],
        fault=told["fault"],
        headers=told["request"]["headers"],
        body=told["request"]["body"],
        answer_headers=told["response"]["headers"],
        answer=told["response"]["body"],
    )


def entry(told: Mapping[str, Any]) -> Entry:
    """Read a line of a ledger."""
    return Entry(instant(told["at"]), told["kind"], Decimal(told["amount"]), told["job"])


def due(told: Mapping[str, Any]) -> Due:
    """Read what became due."""
    return Due(instant(told["at"]), told["what"], told["provider"], told["id"])


def finding(told: Mapping[str, Any]) -> Finding:
    """Read what a client did wrong."""
    return Finding(
        id=told["id"],
        provider=told["provider"],
        message=told["message"],
        clause=told["clause"],
        job=told["job"],
        count=told["count"],
        requests=tuple(request["number"] for request in told["requests"]),
    )


def fault(told: Mapping[str, Any]) -> Fault:
    """Read a fault that is laid down."""
    return Fault(told["id"], told["fault"], told["match"], told["times"], told["seen"], told["struck"])


def webhook(told: Mapping[str, Any]) -> Webhook:
    """Read an attempt at a webhook."""
    return Webhook(
        id=told["id"],
        provider=told["provider"],
        job=told["job"],
        url=told["url"],
        at=_perhaps(told["at"]),
        attempt=told["attempt"],
        status=told["status"],
        delivered=told["delivered"],
        next_at=_perhaps(told["next_at"]),
        note=told["note"],
    )
