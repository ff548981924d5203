"""The clauses as one data file for the server, which ships without the contracts and explains its answers by it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.harness.load import ROOT, Citation, Contract, Source, load, providers, sources
from contracts.harness.page import proofs

FILE = ROOT.parent / "mockserver" / "control" / "clauses.json"
REFRESH = "python -m contracts export"


def exported(contracts: Iterable[Contract], known: Mapping[str, Source], proven: Mapping[str, Sequence[str]]) -> str:
    """Write clauses, gaps and the sources that they cite as JSON, an entry a line, so that two changes merge.

    A clause is `[id, rule, provenance, [[source, lines or null], …], reason or null, [test, …]]`; a gap has null for
    provenance, the fact for a rule, the why for a reason and no tests. A source is `[title, address]` under its key.
    """
    entries: list[list[Any]] = []
    cited: set[str] = set()
    for contract in contracts:
        for clause in contract.clauses:
            entries.append(
                [
                    clause.id,
                    clause.rule,
                    clause.provenance,
                    _cited(clause.citations),
                    clause.reason,
                    [*proven.get(clause.id, ())],
                ]
            )
            cited.update(citation.document for citation in clause.citations)
        for gap in contract.gaps:
            entries.append([gap.id, gap.fact, None, _cited(gap.citations), gap.why, []])
            cited.update(citation.document for citation in gap.citations)
    pages = {key: [known[key].title, known[key].address] for key in known if key in cited}
    lines = ",\n".join(_line(entry) for entry in entries)
    page_lines = ",\n".join(f"{_line(key)}: {_line(page)}" for key, page in pages.items())
    return f'{{"sources": {{\n{page_lines}\n}}, "clauses": [\n{lines}\n]}}\n'


def wanted() -> str:
    """What the file should hold, as the contracts stand."""
    return exported(map(load, providers()), sources(), proofs())


def fresh(file: Path = FILE) -> bool:
    """Whether the file holds what the contracts say."""
    return file.is_file() and file.read_text(encoding="utf-8") == wanted()


def _cited(citations: Iterable[Citation]) -> list[list[str | None]]:
    return [[one.document, str(one).partition(", lines ")[2] or None] for one in citations]


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
