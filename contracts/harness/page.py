"""The ledger as a whole: each provider's clauses, where they stand, which tests prove them, and the gaps.

Which tests prove a clause is in `contracts/proofs.json`, which `make ledger` takes from the marks of all tests.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from contracts.harness.ledger import Count, count
from contracts.harness.load import ROOT, Citation, Clause, Contract, ContractError, Gap, Yaml, load, providers

PROOFS = ROOT / "proofs.json"
PAGE = ROOT.parent / "docs" / "reference" / "ledger.md"
REFRESH = "make ledger"
Proofs = Mapping[str, Sequence[str]]
"""Clauses and the tests that are marked with them, such as `tests/unit/test_a.py::test_b`."""


def proofs(file: Path = PROOFS) -> Proofs:
    """What was written down of proofs; raises ContractError when the file is missing or is none."""
    try:
        found: Yaml = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContractError(f"{file}: {error}; run {REFRESH}") from error
    if not isinstance(found, dict):
        raise ContractError(f"{file}: a mapping of clauses to tests is expected; run {REFRESH}")
    return found


def written(found: Proofs) -> str:
    """Proofs as they stand in their file: sorted, a line for each clause."""
    lines = [f"{json.dumps(name)}: {json.dumps(sorted(found[name]))}" for name in sorted(found)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def contracts() -> list[Contract]:
    """The contracts that have clauses; our own control API has none."""
    return [contract for contract in map(load, providers()) if contract.clauses]


def text(found: Proofs) -> str:
    """A table of all providers, and a line for each clause that nothing proves."""
    rows = [_row(contract, found) for contract in contracts()]
    header = ["provider", "documented", "vendor", "inferred", "clauses", "proven", "tests", "gaps"]
    sums = ["together", *(str(sum(int(row[column]) for row in rows)) for column in range(1, len(header)))]
    lines = [header, *rows, sums]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    aligned = [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
    return "\n".join([*aligned, *(f"unproven  {name}" for name in unproven(found))])


def unproven(found: Proofs) -> list[str]:
    """The clauses that no test is marked with."""
    return [clause.id for contract in contracts() for clause in contract.clauses if not found.get(clause.id)]


def as_json(found: Proofs) -> dict[str, object]:
    """The whole ledger as values for JSON."""
    return {"providers": [_contract(contract, found) for contract in contracts()]}


def markdown(found: Proofs) -> str:
    """The whole ledger as a page."""
    lines = [
        "# The ledger of clauses",
        "",
        f"Made by `{REFRESH}` from [`contracts/`](../../contracts) and the tests' marks; do not edit it. What it means",
        "is told in [the harness](harness.md); `python -m contracts ledger` has the same as text or JSON.",
        "",
        *_counts(found),
    ]
    for contract in contracts():
        lines += ["", f"## {contract.provider}", "", "| Clause | What is promised | Rests on | Proven by |"]
        lines += ["| --- | --- | --- | --- |", *(_line(clause, found) for clause in contract.clauses)]
        lines += ["", f"### Gaps of {contract.provider}", "", "| Gap | What the sources say | Why it is not imitated |"]
        lines += ["| --- | --- | --- |", *(_gap_line(gap) for gap in contract.gaps)]
    return "\n".join(lines) + "\n"


def _counts(found: Proofs) -> list[str]:
    header = ["Provider", "Documented", "Vendor", "Inferred", "Clauses", "Proven", "Tests", "Gaps"]
    rows = [header, ["---"] * len(header), *(_row(contract, found) for contract in contracts())]
    return ["| " + " | ".join(row) + " |" for row in rows]


def _row(contract: Contract, found: Proofs) -> list[str]:
    counted: Count = count(contract)
    proven = [clause.id for clause in contract.clauses if found.get(clause.id)]
    tests = {test for name in proven for test in found[name]}
    figures = (
        counted.documented,
        counted.vendor,
        counted.inferred,
        counted.clauses,
        len(proven),
        len(tests),
        counted.gaps,
    )
    return [contract.provider, *map(str, figures)]


def _line(clause: Clause, found: Proofs) -> str:
    rests = f"{clause.provenance}: {_cited(clause.citations) or clause.reason}"
    tests = (
        "<br>".join(f"`{test.removeprefix('tests/')}`" for test in sorted(found.get(clause.id, ()))) or "**nothing**"
    )
    return f"| `{clause.id}` | {_cell(clause.rule)} | {_cell(rests)} | {_cell(tests)} |"


def _gap_line(gap: Gap) -> str:
    cited = _cited(gap.citations)
    return f"| `{gap.id}` | {_cell(gap.fact)}{f' ({_cell(cited)})' if cited else ''} | {_cell(gap.why)} |"


def _cited(citations: Sequence[Citation]) -> str:
    return "; ".join(map(str, citations))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _contract(contract: Contract, found: Proofs) -> dict[str, object]:
    counted = count(contract)
    return {
        "provider": contract.provider,
        "documented": counted.documented,
        "vendor": counted.vendor,
        "inferred": counted.inferred,
        "proven": sum(1 for clause in contract.clauses if found.get(clause.id)),
        "clauses": [
            {
                "id": clause.id,
                "rule": clause.rule,
                "provenance": clause.provenance,
                "sources": [str(citation) for citation in clause.citations],
                "reason": clause.reason,
                "proven_by": sorted(found.get(clause.id, ())),
            }
            for clause in contract.clauses
        ],
        "gaps": [
            {"id": gap.id, "fact": gap.fact, "why": gap.why, "sources": [str(citation) for citation in gap.citations]}
            for gap in contract.gaps
        ],
    }
