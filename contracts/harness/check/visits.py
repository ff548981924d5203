"""One check at work: it sends, holds each answer against the contract, and notes what is wrong."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from contracts.harness.check.checks import NO_PATTERNS, NO_VALUES, Manner, Probe, Trial
from contracts.harness.check.differences import ABSENT, Difference, from_contract, shown, value_at
from contracts.harness.check.exchanges import Answer, Ask, Exchange, Who
from contracts.harness.check.grounds import Claim
from contracts.harness.check.purse import NotSentError, Purse
from contracts.harness.check.servers import Control, Pace, Server


class OverError(Exception):
    """A trial that cannot go on; what was wrong has been noted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a server does otherwise: which clauses say so, what they expect, and where it differs.

    `told` is true of what a trial compares with what the server has said before: sums and ids, which are others in each
    trial although one thing is wrong.
    """

    check: str
    clauses: tuple[str, ...]
    expected: str
    differences: tuple[Difference, ...]
    exchange: Exchange | None = None
    step: str = ""
    told: bool = False


@dataclass(slots=True)
class Bench:
    """What all checks of one run work with.

    `closed` says why no more orders are sent, once there is a reason; `prices` are those that the server has told;
    `unfit` says of the given keys that are no good why not.
    """

    manner: Manner
    server: Server
    keys: Mapping[Who, str]
    purse: Purse
    control: Control | None = None
    pace: Pace = field(default_factory=Pace)
    announce: Callable[[str], None] = field(default=lambda _: None)
    closed: str | None = None
    prices: dict[str, Decimal] = field(default_factory=dict)
    unfit: dict[Who, str] = field(default_factory=dict)

    async def send(self, ask: Ask, sandbox: str | None) -> Exchange:
        """Send a request with the key that it asks for; raises httpx.HTTPError where no answer comes."""
        headers = {"x-mock-sandbox": sandbox} if sandbox else {}
        auth = ""
        if ask.who is not Who.NOBODY:
            name, value = self.manner.auth(self.keys[ask.who])
            headers[name] = value
            auth = f"{name}: {self.manner.auth(f'${ask.who}')[1]}"
        return Exchange(ask, self.server.url(ask.path), await self.server.send(ask, headers), auth)


class Visit:
    """What one check does at the server, in a sandbox of its own where there is a control API."""

    def __init__(self, bench: Bench, check: Probe | Trial, sandbox: str | None) -> None:
        self.bench = bench
        self.check = check
        self.sandbox = sandbox
        self.findings: list[Finding] = []
        self.steps: dict[str, Exchange] = {}
        self.mains: dict[str, str] = {}
        self._last: Exchange | None = None
        self._wrong_places: set[str] = set()
        self._step = ""

    async def probe(self, probe: Probe) -> None:
        """Send a probe's request, and note what is not as it must be."""
        if probe.price is not None:
            self.pay(probe.price, probe.ask)
        billable = probe.ask.path.partition("?")[0] in self.bench.manner.billable and probe.ask.method == "POST"
        if billable and self.bench.closed:
            raise NotSentError(self.bench.closed)
        answer = await self._send(probe.ask, probe.name)
        if billable and answer.status < 300 and self.bench.control is None:
            self.bench.closed = f"no more orders are sent: {probe.name!r} was taken, and perhaps paid for"
        places = frozenset((*probe.body, *(f"header {name}" for name in (*probe.headers, *probe.without))))
        claim = Claim(probe.ask, probe.status, probe.clauses[0], places, probe.on)
        found = self._wrong(probe.ask, answer, probe.status, probe.body, probe.headers)
        found += [Difference(f"header {name}", str(ABSENT), answer.headers[name]) for name in probe.without
                  if name in answer.headers]  # fmt: skip
        if probe.also is not None and answer.status == probe.status:
            found += probe.also(answer)
        self._blame(claim, f"{probe.status} {dict(probe.body) or ''}".strip(), found, answer, probe.name)

    async def ask(  # noqa: PLR0913 - each is one thing that an answer must have
        self,
        ask: Ask,
        status: int,
        clause: str,
        *,
        body: Mapping[str, object] = NO_VALUES,
        headers: Mapping[str, str] = NO_PATTERNS,
        on: Mapping[str, str] = NO_PATTERNS,
        label: str | None = None,
    ) -> Answer:
        """Send a request whose answer must have this status and these values, as `clause` says; else the trial ends.

        `on` names other clauses for some places.
        """
        label = label or f"{ask.method} {ask.path.partition('?')[0].rpartition('/')[2]} {status} {clause}"
        answer = await self._send(ask, label)
        found = self._wrong(ask, answer, status, body, headers)
        claim = Claim(ask, status, clause, frozenset((*body, *(f"header {name}" for name in headers))), on)
        self._blame(claim, f"{status} {dict(body) or ''}".strip(), found, answer, label)
        if answer.status != status:
            raise OverError
        return answer

    async def order(  # noqa: PLR0913 - each is one thing that an answer must have
        self,
        ask: Ask,
        price: Decimal | None,
        status: int,
        clause: str,
        *,
        body: Mapping[str, object] = NO_VALUES,
        on: Mapping[str, str] = NO_PATTERNS,
        cost: str | None = None,
    ) -> Answer:
        """Send an order that costs `price`, if the purse allows it; `cost` is where its answer says what it cost."""
        if self.bench.closed:
            raise NotSentError(self.bench.closed)
        known = self.pay(price, ask)
        answer = await self._send(ask, f"order {clause}")
        actual = decimal(value_at(answer.json, cost)) if cost else None
        self.bench.purse.charged(known, actual)
        found = self._wrong(ask, answer, status, body, NO_PATTERNS)
        claim = Claim(ask, status, clause, frozenset(body), on)
        self._blame(claim, f"{status} {dict(body) or ''}".strip(), found, answer, f"order {clause}")
        if answer.status != status:
            raise OverError
        return answer

    def pay(self, price: Decimal | None, ask: Ask) -> Decimal:
        """Set aside what an order costs, say so, and give it; raises NotSentError where it may not be sent."""
        purse = self.bench.purse
        purse.pay(price)
        self.bench.announce(
            f"order: {ask.method} {ask.path} {shown(ask.body) if ask.body else ''} costs {price} {purse.unit},"
            f" {purse.left} of {purse.most} are left"
        )
        return price or Decimal(0)

    def must(self, holds: bool, clause: str, place: str, expected: object, got: object) -> bool:
        """Note that `clause` is broken unless `holds`; give `holds`."""
        if not holds:
            wrong = Difference(place, _text(expected), _text(got))
            self._note(
                Finding(self.check.name, (clause,), _text(expected), (wrong,), self._last, self._step, told=True)
            )
        return holds

    def fail(self, clause: str, place: str, expected: object, got: object) -> NoReturn:
        """Note that `clause` is broken, and end the trial."""
        self.must(holds=False, clause=clause, place=place, expected=expected, got=got)
        raise OverError

    def text(self, answer: Answer, place: str, clause: str) -> str:
        """The text that an answer must have at a place; without it the trial ends."""
        value = value_at(answer.json, place)
        if not isinstance(value, str):
            self.fail(clause, place, "a text", value)
        return value

    def number(self, answer: Answer, place: str, clause: str) -> Decimal:
        """The number that an answer must have at a place, also as a text; without it the trial ends."""
        value = decimal(value_at(answer.json, place))
        if value is None:
            self.fail(clause, place, "a number", value_at(answer.json, place))
        return value

    async def sleep(self, seconds: float) -> None:
        """Let time pass: the sandbox's where there is one, else real time."""
        if self.bench.control is not None and self.sandbox is not None:
            await self.bench.control.advance(self.sandbox, seconds)
        else:
            await self.bench.pace.sleep(seconds)

    async def queue(self, scenario: str) -> None:
        """Say how the next job goes; for trials that need the control API."""
        control, sandbox = self._controlled()
        await control.queue(sandbox, scenario)

    async def account(self, who: Who = Who.US, **changes: object) -> None:
        """Lay down what an account is; for trials that need the control API."""
        control, sandbox = self._controlled()
        await control.account(sandbox, self.bench.manner.name, self.bench.keys[who], changes)

    def _controlled(self) -> tuple[Control, str]:
        if self.bench.control is None or self.sandbox is None:
            raise NotSentError("needs --control")
        return self.bench.control, self.sandbox

    async def _send(self, ask: Ask, label: str) -> Answer:
        self._last = await self.bench.send(ask, self.sandbox)
        self._wrong_places.clear()
        self._step = label
        self.steps.setdefault(label, self._last)
        return self._last.answer

    def _wrong(
        self, ask: Ask, answer: Answer, status: int, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> list[Difference]:
        if answer.status != status:
            return [Difference("status", str(status), str(answer.status))]
        found = from_contract(self.bench.manner.name, ask.method, ask.documented, answer)
        named = {each.place for each in found}
        for place, wanted in body.items():
            got = value_at(answer.json, place)
            if got != wanted and place not in named and "header content-type" not in named:
                found.append(Difference(place, shown(wanted), shown(got)))
        for name, pattern in headers.items():
            value = answer.headers.get(name, str(ABSENT))
            if not re.fullmatch(pattern, value) and f"header {name}" not in named:
                found.append(Difference(f"header {name}", pattern, value))
        return found

    def _blame(self, claim: Claim, expected: str, found: Iterable[Difference], answer: Answer, step: str) -> None:
        """Note each difference under the clause that it breaks."""
        self.mains.setdefault(step, claim.main)
        blamed: dict[str, list[Difference]] = {}
        for each in found:
            blamed.setdefault(claim.clause(self.bench.manner.grounds, each, answer.status), []).append(each)
        for clause, wrong in blamed.items():
            self._note(Finding(self.check.name, (clause,), expected, tuple(wrong), self._last, step))

    def _note(self, finding: Finding) -> None:
        """Note what is new: neither the same again, nor what follows from what is wrong with that answer already."""
        known = {(each.clauses, d.place, d.contract) for each in self.findings for d in each.differences}
        new = tuple(
            each for each in finding.differences
            if not self._follows(each.place) and (finding.clauses, each.place, each.contract) not in known
        )  # fmt: skip
        self._wrong_places.update(each.place for each in finding.differences)
        if new:
            self.findings.append(replace(finding, differences=new))

    def _follows(self, place: str) -> bool:
        """Whether a place, or what holds it, is known to be wrong in the last answer."""
        if place.startswith("$") and "header content-type" in self._wrong_places:
            return True
        return any(place == wrong or re.match(re.escape(wrong) + r"[.\[]", place) for wrong in self._wrong_places)


def _text(value: object) -> str:
    return value if isinstance(value, str) else shown(value)


def decimal(value: object) -> Decimal | None:
    """A number or a text of one, exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
