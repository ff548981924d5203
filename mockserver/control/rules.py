"""The rules that answers rest on: clauses and gaps of the contracts, from the one file that ships with the server.

`clauses.json` is written by `python -m contracts export`; it is read when somebody first asks.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, get_args

FILE = Path(__file__).parent / "clauses.json"

Provenance = Literal["documented", "vendor", "inferred"]
Kind = Literal["clause", "gap"]
PROVENANCES: Sequence[str] = get_args(Provenance)
KINDS: Sequence[str] = get_args(Kind)

SHORTEST = 3
ALIKE = 0.25
"""How much an id has to look like one that there is not, from 0 to 1: a poor hint is better than none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: the source's key, title and address, and for a document the lines, as in `12-15, 20`."""

    document: str
    title: str
    address: str
    lines: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause, or a gap: a fact of the sources that is not imitated, whose `reason` says why, without a provenance.

    `tests` are those of this project that prove a clause.
    """

    id: str
    rule: str
    provenance: Provenance | None
    places: tuple[Place, ...]
    reason: str | None
    tests: tuple[str, ...]

    @property
    def provider(self) -> str:
        """Whose rule it is."""
        return self.id.partition(".")[0]

    @property
    def kind(self) -> Kind:
        """Whether it is kept, or a gap."""
        return "gap" if self.provenance is None else "clause"


@cache
def rules() -> dict[str, Rule]:
    """All rules by their ids, in the order of the contracts."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    known: dict[str, tuple[str, str]] = read["sources"]
    return {
        name: Rule(name, rule, provenance, tuple(_place(known, *where) for where in cited), reason, tuple(tests))
        for name, rule, provenance, cited, reason, tests in read["clauses"]
    }


def _place(known: dict[str, tuple[str, str]], key: str, lines: str | None) -> Place:
    title, address = known[key]
    return Place(key, title, address, lines)


def providers() -> list[str]:
    """Whose rules there are, sorted."""
    return sorted({rule.provider for rule in rules().values()})


def documents() -> list[str]:
    """The keys of all sources that are cited, sorted."""
    return sorted({place.document for rule in rules().values() for place in rule.places})


def chosen(
    provider: str | None = None, provenance: str | None = None, document: str | None = None, kind: str | None = None
) -> Iterator[Rule]:
    """The rules of a provider, of a provenance, that cite a document, of a kind; what is None does not narrow."""
    for rule in rules().values():
        if (
            provider in {None, rule.provider}
            and provenance in {None, rule.provenance}
            and kind in {None, rule.kind}
            and (document is None or any(place.document == document for place in rule.places))
        ):
            yield rule


def near(name: str) -> list[str]:
    """The ids that look like one that there is not: those that begin with it, or have it in them, or are similar."""
    begun = [known for known in rules() if name and known.startswith(name)]
    within = begun or [known for known in rules() if len(name) >= SHORTEST and name in known]
    return within[:5] or get_close_matches(name[:200], rules(), n=3, cutoff=ALIKE)


def told(rule: Rule) -> str:
    """A rule as lines for a terminal."""
    of = "a gap: not imitated" if rule.provenance is None else rule.provenance
    lines = [f"{rule.id} ({of})", f"  {rule.rule}"]
    for place in rule.places:
        several = place.lines is not None and not place.lines.isdigit()
        where = f", line{'s' if several else ''} {place.lines}" if place.lines else ""
        lines.append(f"  source: {place.title}{where} [{place.document}] {place.address}")
    if rule.reason:
        lines.append(f"  why: {rule.reason}")
    lines.extend(f"  proven by: {test}" for test in rule.tests)
    return "\n".join(lines)
