"""The ledger of clauses: which are proven by tests, which are not, and how many there are of each kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.harness.load import Clause, Contract


class Outcome(StrEnum):
    """How a test ended that is marked with a clause."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The clauses of some contracts, sorted by what the tests said; `unknown` are marked ids that are no clause."""

    proven: tuple[Clause, ...]
    failing: tuple[Clause, ...]
    unproven: tuple[Clause, ...]
    unknown: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """Whether every clause is proven and every mark is a clause."""
        return not (self.failing or self.unproven or self.unknown)

    def text(self) -> str:
        """A summary in one line, and a line for each clause that is not proven."""
        states = ("proven", "failing", "unproven", "unknown")
        summary = ", ".join(f"{len(getattr(self, state))} {state}" for state in states)
        return "\n".join(
            [
                summary,
                *(f"failing   {clause.id}" for clause in self.failing),
                *(f"unproven  {clause.id}" for clause in self.unproven),
                *(f"unknown   {name}" for name in self.unknown),
            ]
        )

    def markdown(self) -> str:
        """A table of all clauses with their state, and the unknown ids below."""
        states = [("failing", self.failing), ("unproven", self.unproven), ("proven", self.proven)]
        rows = [[clause.id, clause.provenance, state] for state, clauses in states for clause in clauses]
        return "\n".join([_table(["Clause", "Provenance", "State"], rows), *(f"\nUnknown: {n}" for n in self.unknown)])


@dataclass(frozen=True, slots=True)
class Count:
    """How many clauses of each provenance a contract has, and how many gaps."""

    provider: str
    documented: int
    vendor: int
    inferred: int
    gaps: int

    @property
    def clauses(self) -> int:
        """All clauses together."""
        return self.documented + self.vendor + self.inferred


def balance(contracts: Iterable[Contract], outcomes: Mapping[str, Sequence[Outcome]]) -> Ledger:
    """The ledger of `contracts`, given the outcomes of the tests that are marked with each id.

    A clause is proven by one passing test, unless another fails. Ids of other contracts are left aside.
    """
    chosen = {contract.provider: contract for contract in contracts}
    clauses = [clause for contract in chosen.values() for clause in contract.clauses]
    failing = [clause for clause in clauses if Outcome.FAILED in outcomes.get(clause.id, ())]
    proven = [clause for clause in clauses if clause not in failing and Outcome.PASSED in outcomes.get(clause.id, ())]
    return Ledger(
        proven=tuple(proven),
        failing=tuple(failing),
        unproven=tuple(clause for clause in clauses if clause not in failing and clause not in proven),
        unknown=tuple(name for name in unknown(outcomes, chosen.values()) if name.split(".")[0] in chosen),
    )


def unknown(ids: Iterable[str], contracts: Iterable[Contract]) -> list[str]:
    """Those of `ids` that are no clause of `contracts`, sorted."""
    return sorted(set(ids) - {clause.id for contract in contracts for clause in contract.clauses})


def count(contract: Contract) -> Count:
    """How much `contract` holds."""
    kinds = [clause.provenance for clause in contract.clauses]
    documented, vendor, inferred = (kinds.count(kind) for kind in ("documented", "vendor", "inferred"))
    return Count(contract.provider, documented, vendor, inferred, len(contract.gaps))


def counts_text(counts: Sequence[Count]) -> str:
    """A table for the terminal, one line a provider and a line of sums."""
    lines = [_HEADER, *_rows(counts)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def counts_markdown(counts: Sequence[Count]) -> str:
    """The same table in Markdown."""
    return _table(_HEADER, _rows(counts))


_HEADER = ["provider", "documented", "vendor", "inferred", "clauses", "gaps"]


def _rows(counts: Sequence[Count]) -> list[list[str]]:
    rows = [[c.provider, *map(str, (c.documented, c.vendor, c.inferred, c.clauses, c.gaps))] for c in counts]
    sums = [str(sum(int(row[column]) for row in rows)) for column in range(1, len(_HEADER))]
    return [*rows, ["together", *sums]]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *rows])
