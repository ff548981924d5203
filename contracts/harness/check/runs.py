"""A run: all checks of a provider at one server, and what came of each."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import count

import httpx

from contracts.harness.check.checks import Manner, Needs, Probe, Trial
from contracts.harness.check.differences import Difference, against_mock, between
from contracts.harness.check.exchanges import Exchange, Who
from contracts.harness.check.purse import NotSentError
from contracts.harness.check.servers import UnreachableError
from contracts.harness.check.visits import Bench, Finding, OverError, Visit
from contracts.harness.load import load

_SAID = 200
"""How many characters of a refusal are told."""
WHAT_IS_MISSING = {
    Needs.KEY: "needs --key",
    Needs.OTHER_KEY: "needs --other-key",
    Needs.SPEND: "needs --spend",
    Needs.CONTROL: "needs --control",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one check: its findings, or why it was not made; how long it took, in seconds."""

    name: str
    clauses: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    skipped: str | None = None
    seconds: float = 0.0
    steps: Mapping[str, Exchange] = field(default_factory=dict, repr=False)
    mains: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def state(self) -> str:
        """`failed`, `skipped` or `passed`."""
        return "failed" if self.findings else "skipped" if self.skipped else "passed"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run: of which provider, at which address, what it spent, and which keys were refused."""

    provider: str
    base_url: str
    outcomes: tuple[Outcome, ...]
    spent: str
    refused: tuple[str, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        """All of them, in the order of the checks."""
        return [finding for outcome in self.outcomes for finding in outcome.findings]

    @property
    def causes(self) -> list[list[Finding]]:
        """The findings by what is behind them: those that break the same clause in the same way are together."""
        together: dict[object, list[Finding]] = {}
        for finding in self.findings:
            kinds = frozenset(each.place if finding.told else _kind(each) for each in finding.differences)
            together.setdefault((finding.clauses, kinds), []).append(finding)
        return list(together.values())


def _kind(difference: Difference) -> tuple[str, str, str]:
    """What makes a difference the same as another one; what is in a place that should not be there does not."""
    live = "" if difference.contract == "not described" else difference.live
    return difference.place, difference.contract, live


def checks(manner: Manner, provenances: Collection[str] = ()) -> list[Probe | Trial]:
    """All checks of a provider: free ones first, last the orders that should be refused and have a price.

    With `provenances`, those that rest on a clause of such a one.
    """
    free, priced = ([probe for probe in manner.probes if (probe.price is None) == free] for free in (True, False))
    chosen: list[Probe | Trial] = [*free, *manner.trials, *priced]
    if not provenances:
        return chosen
    kept = {clause.id for clause in load(manner.name).clauses if clause.provenance in provenances}
    return [check for check in chosen if kept & set(check.clauses)]


def needs(check: Probe | Trial) -> Needs:
    """What a check cannot do without."""
    if isinstance(check, Trial):
        return check.needs
    key = Needs.KEY if check.ask.who is Who.US else Needs.NOTHING
    return key if check.price is None else key | Needs.SPEND


def missing(bench: Bench, check: Probe | Trial) -> str | None:
    """Why a check cannot be made here; None: it can."""
    wanted = needs(check)
    there = {
        Needs.KEY: Who.US in bench.keys,
        Needs.OTHER_KEY: Who.OTHER in bench.keys,
        Needs.SPEND: bench.purse.most is not None,
        Needs.CONTROL: bench.control is not None,
    }
    for need, who in ((Needs.KEY, Who.US), (Needs.OTHER_KEY, Who.OTHER)):
        if need in wanted and who in bench.unfit:
            return bench.unfit[who]
    absent = [WHAT_IS_MISSING[need] for need in Needs if need in wanted and not there[need]]
    return ", ".join(absent) or None


async def run(bench: Bench, chosen: Collection[Probe | Trial]) -> Report:
    """Make the checks one after the other; raises UnreachableError when there is no server at all."""
    refused = tuple([reason async for reason in _refused_keys(bench)]) if chosen else ()
    numbers = count(1)
    outcomes = [await _outcome(bench, check, f"contracts-check-{next(numbers)}") for check in chosen]
    purse = bench.purse
    return Report(bench.manner.name, bench.server.base_url, tuple(outcomes), f"{purse.spent} {purse.unit}", refused)


async def _refused_keys(bench: Bench) -> AsyncIterator[str]:
    """Why the server does not want the keys that we were given; no check is made with those."""
    for who, whose in ((Who.US, "your key"), (Who.OTHER, "your other key")):
        if who not in bench.keys or who in bench.unfit:
            continue
        try:
            async with _sandbox(bench, "contracts-check-key") as own:
                answer = (await bench.send(replace(bench.manner.door, who=who), own)).answer
        except httpx.ConnectError as error:
            raise UnreachableError(f"{bench.server.base_url} cannot be reached: {error}") from error
        except httpx.HTTPError:
            return
        if answer.status == HTTPStatus.UNAUTHORIZED:
            bench.unfit[who] = f"{whose} is refused ({answer.status})"
            said = answer.content.decode(errors="replace")[:_SAID].replace(bench.keys[who], f"${who}")
            yield f"{bench.unfit[who]}: {' '.join(said.split()) or 'without a word'}"


async def _outcome(bench: Bench, check: Probe | Trial, sandbox: str) -> Outcome:
    reason = missing(bench, check)
    if reason is not None:
        return Outcome(check.name, check.clauses, skipped=reason)
    begun = bench.pace.now()
    async with _sandbox(bench, sandbox) as own:
        visit = Visit(bench, check, own)
        skipped = await _made(visit, check)
    seconds = bench.pace.now() - begun
    return Outcome(check.name, check.clauses, tuple(visit.findings), skipped, seconds, visit.steps, visit.mains)


async def _made(visit: Visit, check: Probe | Trial) -> str | None:
    """Make a check; give why it could not be made after all."""
    try:
        await (visit.probe(check) if isinstance(check, Probe) else check.run(visit))
    except OverError:
        return None
    except NotSentError as reason:
        return str(reason)
    except httpx.ConnectError as error:
        raise UnreachableError(f"{visit.bench.server.base_url} cannot be reached: {error}") from error
    except httpx.HTTPError as error:
        wrong = Difference("the answer", "an answer", f"none: {type(error).__name__} {error}".strip())
        visit.findings.append(Finding(check.name, check.clauses[:1], "an answer", (wrong,)))
    return None


@asynccontextmanager
async def _sandbox(bench: Bench, name: str) -> AsyncIterator[str | None]:
    if bench.control is None:
        yield None
        return
    await bench.control.open(name)
    try:
        yield name
    finally:
        await bench.control.close(name)


def resting_on(report: Report, provenances: Collection[str]) -> Report:
    """The same report with those findings alone that break a clause of such a provenance; where no answer came, too."""
    kept = {clause.id for clause in load(report.provider).clauses if clause.provenance in provenances}
    outcomes = (
        replace(each, findings=tuple(f for f in each.findings if f.exchange is None or kept & set(f.clauses)))
        for each in report.outcomes
    )
    return replace(report, outcomes=tuple(outcomes))


def compared(report: Report, mock: Report) -> Report:
    """The same report with the mock's side: in each finding, and as findings of their own where the two differ."""
    steps = {outcome.name: outcome.steps for outcome in mock.outcomes}
    return replace(report, outcomes=tuple(_compared(each, steps.get(each.name, {})) for each in report.outcomes))


def _compared(outcome: Outcome, mock: Mapping[str, Exchange]) -> Outcome:
    sided = [
        replace(finding, differences=tuple(against_mock(finding.differences, mock[finding.step].answer)))
        if finding.step in mock
        else finding
        for finding in outcome.findings
    ]
    known = [difference for finding in sided for difference in finding.differences]
    drift = [
        Finding(outcome.name, (outcome.mains[name],), "what the mock answers", tuple(found), step, name)
        for name, step in outcome.steps.items()
        if name in mock
        and not any(each.step == name for each in sided)
        and (found := between(step.answer, mock[name].answer, known=known))
    ]
    return replace(outcome, findings=(*sided, *drift))
