"""Judges one exchange of a client by the OpenAPI descriptions, request and answer, and counts what became of each.

An exchange that leaves the contract needs an excuse, which is made for it alone: it names the operation and each place
that is wrong, the rest is judged all the same, and an excuse that nobody needed is a complaint too, as an expected
failure that passes.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.harness import conformance
from contracts.harness.check.differences import Difference, from_contract, in_request, of_head
from contracts.harness.check.exchanges import Answer

KEPT = ("x-api-key", "authorization", "content-type", "range", "if-range")
KEYS = {"x-api-key", "authorization"}
KEYLESS = ("/media/", "/enterprise/results/", "/enterprise/uploads/")
"""Where links lead that need no key, and must not get it."""
NONE, BROKEN = "answer none", "answer broken"


@dataclass(frozen=True)
class Exchange:
    """One exchange as both kinds of client must have it; `wrong` is what kept the answer from coming, or coming whole.

    `host` is where it went, if not to the provider; `stayed` says that no server saw it.
    """

    method: str
    address: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    answer: bytes = b""
    wrong: str | None = None
    sent: Mapping[str, str] = field(default_factory=dict, compare=False)
    received: Mapping[str, str] = field(default_factory=dict, compare=False)
    host: str | None = None
    stayed: bool = False

    @property
    def path(self):
        return self.address.partition("?")[0]


@dataclass(frozen=True)
class Excuse:
    """Why exchanges may be wrong in these places: `request $.prompt`, `answer status`, `answer none`, `host cdn.test`.

    `kind` is the word that they are counted under, and `operation` the only one that it is good for (`""` for any).
    """

    kind: str
    operation: str
    flaws: frozenset[str]

    def __str__(self):
        return f"{self.kind}: {self.operation or 'any operation'}: {', '.join(sorted(self.flaws)) or 'nothing'}"


def excuse(kind, operation, *flaws):
    """An excuse; `excuse("a wrong request", "POST /v1/video", "request $.prompt")`."""
    return Excuse(kind, operation, frozenset(flaws))


class GuardError(AssertionError):
    """An exchange that the contract does not allow, or an excuse for nothing."""


# What is wrong with an exchange ---------------------------------------------------------------------------------------


def operation_of(provider, exchange):
    """The operation as the description names it: `GET /v1/video/{id}`; with the path as it is, where there is none."""
    try:
        return f"{exchange.method} {conformance.template_at(provider, exchange.address)}"
    except conformance.ConformanceError:
        return f"{exchange.method} {exchange.path}"


def flaws_of(provider, exchange, settings):
    """Each place that is wrong, with what the contract says of it and what is there."""
    if exchange.host is not None:
        return {f"host {exchange.host}": "another host than the provider's", **_told_elsewhere(exchange)}
    try:
        errors = list(
            conformance.request_errors(provider, exchange.method, exchange.address, exchange.sent, exchange.body)
        )
    except conformance.ConformanceError as error:
        return {"request operation": str(error)}
    found = {f"request {one.place}": _said(one) for error in errors for one in in_request(error)}
    if exchange.path.startswith(KEYLESS) and KEYS & exchange.sent.keys():
        found["request key"] = "the key goes along, where none is needed"
    return found | _flaws_of_answer(provider, exchange, settings)


def _flaws_of_answer(provider, exchange, settings):
    if exchange.status is None:
        return {NONE: f"no answer came: {exchange.wrong}"}
    where = (provider, exchange.method, exchange.address)
    answer = Answer(exchange.status, exchange.received, exchange.answer, _json(exchange.answer))
    if exchange.wrong is None and not _is_short(exchange):
        return {f"answer {one.place}": _said(one) for one in from_contract(*where, answer, settings)}
    why = exchange.wrong or f"{exchange.received['content-length']} were promised"
    broken = {BROKEN: f"the answer broke off after {len(exchange.answer)} bytes: {why}"}
    return broken | {f"answer {one.place}": _said(one) for one in of_head(*where, answer)}


def _is_short(exchange):
    """Whether there are fewer bytes than promised, or more, though nothing broke."""
    promised = exchange.received.get("content-length", "")
    return promised.isdecimal() and exchange.method != "HEAD" and int(promised) != len(exchange.answer)


def _told_elsewhere(exchange):
    """What a client may not tell a host that is not the provider's."""
    wrong = {"request key": "the key goes to another host"} if KEYS & exchange.sent.keys() else {}
    if exchange.method != "GET" or exchange.body:
        wrong["request operation"] = "files are fetched there, and nothing else"
    return wrong


def _said(one: Difference):
    return f"{one.contract}, and there is {one.live}" if one.live else one.contract


def _json(content):
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def due_to(fault, provider, exchange):
    """The excuse for what a fault of the server's does to an exchange: what it leaves whole is judged as ever."""
    name, _, argument = fault.partition("(")
    flaws = set()
    if name in {"reset", "refuse"} or (name == "truncated" and exchange.status is None):
        flaws = {NONE}
    elif name == "truncated":
        flaws = {BROKEN}
    elif name == "html":
        flaws = {"answer status"}
    elif name == "status":
        flaws = _before_the_key(provider, exchange, int(argument.rstrip(")")))
    elif name == "malformed" and "json" in exchange.received.get("content-type", ""):
        flaws = {"answer header content-type"}
    return Excuse(f"the fault {name}", "", frozenset(flaws))


def _before_the_key(provider, exchange, status):
    """What is wrong with an answer of this status that a fault brought about: the status, unless it is described.

    It strikes before the key is looked at, and Nouvel's rate headers need one (nouvel.limits.headers-need-a-key).
    """
    described = conformance.described(provider, exchange.method, exchange.address, status)
    if not isinstance(described, str):
        return {"answer status"}
    missing = [name for name, _, _ in conformance.header_errors(provider, described, {})]
    return {f"answer header {name.lower()}" for name in missing if name.startswith("X-RateLimit-")}


# Who judges, and who counts -------------------------------------------------------------------------------------------


@dataclass
class Book:
    """How many exchanges were sent, and what became of them, by the way that they went."""

    sent: Counter = field(default_factory=Counter)
    outcomes: Counter = field(default_factory=Counter)

    def open(self):
        """How many of those sent have no outcome, by the way; exactly none, if all is well."""
        noted = Counter()
        for (way, _), number in self.outcomes.items():
            noted[way] += number
        return {way: self.sent[way] - noted[way] for way in self.sent | noted if self.sent[way] != noted[way]}


BOOK = Book()
JUDGED, CAUGHT = "judged", "caught"
SOCKET = "127.0.0.1"


def way_of(kind, url):
    """How an exchange goes: `sync` or `async`, over a `socket` or `here`."""
    return f"{kind}-{'socket' if url.host == SOCKET else 'here'}"


@dataclass
class Judge:
    """Judges the exchanges of one client, by its provider's description under `settings`.

    `excuses` are for exchanges that are wrong on purpose.
    """

    provider: str
    settings: Mapping[str, object] = field(default_factory=dict)
    excuses: Sequence[Excuse] = ()
    book: Book = field(default_factory=lambda: BOOK)
    used: set = field(default_factory=set)

    def judge(self, way, exchange, *musts):
        """What is wrong with an exchange besides what is excused, as a text; None where nothing is.

        `musts` are excuses for what was done to it: if their flaws are not there, that is wrong too.
        """
        operation = operation_of(self.provider, exchange)
        flaws = flaws_of(self.provider, exchange, self.settings)
        taken = [one for one in musts if one.flaws <= flaws.keys()]
        wrong = [f"excused for nothing: {one}" for one in musts if one not in taken]
        left = flaws.keys() - {flaw for one in taken for flaw in one.flaws}
        for one in self.excuses:
            if one.operation in {"", operation} and one.flaws <= left:
                taken.append(one)
                self.used.add(one)
                left -= one.flaws
        wrong += [f"{flaw}: {flaws[flaw]}" for flaw in flaws if flaw in left]
        kinds = [one.kind for one in taken if one.flaws]
        self.book.outcomes[way, CAUGHT if wrong else " and ".join(sorted(set(kinds))) or JUDGED] += 1
        return self._complaint(operation, exchange, wrong) if wrong else None

    def _complaint(self, operation, exchange, wrong):
        stands = conformance.sources_of(self.provider, exchange.method, exchange.address)
        clause = exchange.received.get("x-mock-clause")
        head = f"{self.provider}: {operation} {exchange.status or exchange.wrong} ({stands or 'not described'})"
        return "\n  ".join([head + (f", clause {clause}" if clause else "") + ":", *wrong])

    def idle(self):
        """The excuses that nobody needed."""
        return [f"an excuse that nobody needed: {one}" for one in self.excuses if one not in self.used]
