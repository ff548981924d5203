"""Reports of a run: as text for people, as JSON and JUnit XML for machines. A key is in none of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.harness.check.checks import Needs, Probe, Trial
from contracts.harness.check.exchanges import Who, curl
from contracts.harness.check.runs import Outcome, Report, missing, needs
from contracts.harness.check.visits import Bench, Finding
from contracts.harness.conformance import sources_of
from contracts.harness.load import load


def text(reports: Sequence[Report], *, verbose: bool = False) -> str:
    """What came of the runs, failures last; with `verbose` each check that passed, too."""
    return "\n".join(line for report in reports for line in _report(report, verbose))


def plan(bench: Bench, chosen: Sequence[Probe | Trial]) -> str:
    """What would be sent, and what would not, and why."""
    lines = [f"{bench.manner.name} at {bench.server.base_url}: what is sent"]
    skipped: list[tuple[str, str]] = []
    for who in (Who.US, Who.OTHER):
        if who in bench.keys and who not in bench.unfit and any(missing(bench, check) is None for check in chosen):
            door = bench.manner.door
            lines.append(f"  whether ${who} is a key (free)")
            lines.append(f"    {curl(door, bench.server.url(door.path), _auth(bench, who))}")
    for check in chosen:
        reason = missing(bench, check)
        if reason is not None:
            skipped.append((reason, check.name))
        elif isinstance(check, Probe):
            cost = "free" if check.price is None else f"at most {check.price} {bench.manner.unit}, if it is taken"
            lines.append(f"  {check.name} ({cost})")
            lines.append(f"    {curl(check.ask, bench.server.url(check.ask.path), _auth(bench, check.ask.who))}")
        else:
            spends = Needs.SPEND in needs(check)
            lines.append(f"  {check.name} ({f'orders {check.orders}' if spends else 'free'})")
    for reason, names in groupby(sorted(skipped), key=lambda each: each[0]):
        lines.append(f"not sent, {reason}: {'; '.join(name for _, name in names)}")
    return "\n".join(lines)


def as_json(reports: Sequence[Report]) -> dict[str, object]:
    """The same as values for JSON."""
    return {
        "reports": [
            {
                "provider": report.provider,
                "base_url": report.base_url,
                "spent": report.spent,
                "refused": list(report.refused),
                "counts": {state: _count(report, state) for state in ("passed", "failed", "skipped")},
                "causes": [
                    {**_found(report.provider, found[0]), "requests": [_request(each) for each in found]}
                    for found in report.causes
                ],
                "checks": [_check(report.provider, outcome) for outcome in report.outcomes],
            }
            for report in reports
        ]
    }


def junit(reports: Sequence[Report]) -> str:
    """The same as JUnit XML: a suite for each provider, a case for each check."""
    suites = Element("testsuites")
    for report in reports:
        suite = SubElement(
            suites,
            "testsuite",
            name=f"contracts.{report.provider}",
            tests=str(len(report.outcomes)),
            failures=str(_count(report, "failed")),
            skipped=str(_count(report, "skipped")),
            errors="0",
            time=f"{sum(outcome.seconds for outcome in report.outcomes):.3f}",
        )
        for outcome in report.outcomes:
            _case(suite, report.provider, outcome)
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _case(suite: Element, provider: str, outcome: Outcome) -> None:
    case = SubElement(
        suite, "testcase", classname=f"contracts.{provider}", name=outcome.name, time=f"{outcome.seconds:.3f}"
    )
    for finding in outcome.findings:
        message = f"{', '.join(finding.clauses)}: {finding.differences[0]}"
        SubElement(case, "failure", message=_xml(message)).text = _xml("\n".join(_finding(provider, finding)))
    if outcome.skipped and not outcome.findings:
        SubElement(case, "skipped", message=outcome.skipped)


def _xml(text: str) -> str:
    """A text without the characters that XML does not allow."""
    return "".join(char if char >= " " or char in "\t\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _report(report: Report, verbose: bool) -> Iterator[str]:
    for outcome in report.outcomes:
        if verbose and outcome.state == "passed":
            yield f"passed   {outcome.name}"
    skipped = sorted((o.skipped or "", o.name) for o in report.outcomes if o.state == "skipped")
    for reason, names in groupby(skipped, key=lambda each: each[0]):
        yield f"skipped  {reason}: {'; '.join(name for _, name in names)}"
    for first, *others in report.causes:
        yield ""
        yield f"FAILED   {first.check}"
        yield from (f"  {line}" for line in _finding(report.provider, first))
        if others:
            yield f"  the same in {len(others)} more:"
            yield from (f"    {_asked(each)}{each.check}" for each in others)
    yield from (f"{report.provider}: {reason}" for reason in report.refused)
    counts = ", ".join(f"{_count(report, state)} {state}" for state in ("passed", "failed", "skipped"))
    if report.causes:
        counts += f"; {len(report.causes)} finding{'s' if len(report.causes) > 1 else ''}"
    yield f"{report.provider} at {report.base_url}: {counts}; at most {report.spent} spent"


def _asked(finding: Finding) -> str:
    """The request of a finding in short."""
    return "" if finding.exchange is None else f"{finding.exchange.ask.method} {finding.exchange.ask.path}, "


def _finding(provider: str, finding: Finding) -> Iterator[str]:
    """A finding in lines: the clauses with their sources, what is expected, the differences, and how to see it."""
    known = {clause.id: clause for clause in load(provider).clauses}
    for name in finding.clauses:
        clause = known[name]
        cited = "; ".join(map(str, clause.citations)) or clause.reason
        yield f"{name} ({clause.provenance}: {cited})"
        yield f"    {clause.rule}"
    if finding.exchange is not None:
        sources = sources_of(provider, finding.exchange.ask.method, finding.exchange.ask.documented)
        yield f"expected {finding.expected}{f' ({sources})' if sources else ''}"
    yield from (f"  {difference}" for difference in finding.differences)
    if finding.exchange is not None:
        yield finding.exchange.curl()


def _check(provider: str, outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.name,
        "state": outcome.state,
        "clauses": list(outcome.clauses),
        "skipped": outcome.skipped if outcome.state == "skipped" else None,
        "seconds": round(outcome.seconds, 3),
        "findings": [_found(provider, finding) for finding in outcome.findings],
    }


def _request(finding: Finding) -> dict[str, object]:
    return {"check": finding.check, "curl": None if finding.exchange is None else finding.exchange.curl()}


def _found(provider: str, finding: Finding) -> dict[str, object]:
    known = {clause.id: clause for clause in load(provider).clauses}
    return {
        "clauses": [
            {
                "id": name,
                "rule": known[name].rule,
                "provenance": known[name].provenance,
                "sources": [str(citation) for citation in known[name].citations],
            }
            for name in finding.clauses
        ],
        "expected": finding.expected,
        "differences": [
            {"place": each.place, "contract": each.contract, "live": each.live, "mock": each.mock}
            for each in finding.differences
        ],
        "curl": None if finding.exchange is None else finding.exchange.curl(),
        "status": None if finding.exchange is None else finding.exchange.answer.status,
    }


def _count(report: Report, state: str) -> int:
    return sum(1 for outcome in report.outcomes if outcome.state == state)


def _auth(bench: Bench, who: Who) -> str:
    if who is Who.NOBODY:
        return ""
    name, value = bench.manner.auth(f"${who}")
    return f"{name}: {value}"
