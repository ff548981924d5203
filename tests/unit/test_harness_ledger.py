"""The ledger sorts clauses by what the tests said, and counts them."""

import pytest

from contracts.harness.ledger import Count, Outcome, balance, count, counts_markdown, counts_text, unknown
from contracts.harness.load import Clause, Contract, Gap

PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


def contract(provider="acme", **provenances):
    clauses = tuple(Clause(f"{provider}.a.{name}", "R.", kind, (), None) for name, kind in provenances.items())
    return Contract(provider, clauses, (Gap(f"{provider}.gap.g", "F.", "W.", ()),), {})


ONE = contract(b="documented")


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], "unproven"),
        ([SKIPPED], "unproven"),
        ([PASSED], "proven"),
        ([PASSED, SKIPPED], "proven"),
        ([FAILED], "failing"),
        ([PASSED, FAILED, PASSED], "failing"),
    ],
)
def test_a_clause_is_in_one_state(outcomes, state):
    ledger = balance([ONE], {"acme.a.b": outcomes})

    assert {name: len(getattr(ledger, name)) for name in ("proven", "failing", "unproven")} == {
        "proven": 0, "failing": 0, "unproven": 0, state: 1,
    }  # fmt: skip
    assert ledger.balanced == (state == "proven")


def test_an_id_that_is_no_clause_unbalances_the_ledger():
    ledger = balance([ONE], {"acme.a.b": [PASSED], "acme.a.c": [PASSED]})

    assert ledger.unknown == ("acme.a.c",)
    assert not ledger.balanced


def test_ids_of_contracts_that_are_not_asked_for_are_left_aside():
    assert balance([ONE], {"acme.a.b": [PASSED], "other.a.b": [FAILED]}).balanced


def test_a_gap_is_no_clause():
    assert unknown(["acme.a.b", "acme.gap.g"], [ONE]) == ["acme.gap.g"]


def test_the_text_names_what_is_not_proven():
    ledger = balance([contract(b="vendor", c="vendor", d="vendor")], {"acme.a.b": [PASSED], "acme.a.c": [FAILED]})

    assert ledger.text() == "1 proven, 1 failing, 1 unproven, 0 unknown\nfailing   acme.a.c\nunproven  acme.a.d"


def test_the_markdown_lists_all_clauses():
    ledger = balance([contract(b="vendor", c="inferred")], {"acme.a.b": [PASSED], "acme.a.x": [PASSED]})

    assert ledger.markdown().splitlines() == [
        "| Clause | Provenance | State |",
        "| --- | --- | --- |",
        "| acme.a.c | inferred | unproven |",
        "| acme.a.b | vendor | proven |",
        "",
        "Unknown: acme.a.x",
    ]


def test_clauses_are_counted_by_provenance():
    subject = contract(b="documented", c="documented", d="vendor", e="inferred")

    assert count(subject) == Count("acme", documented=2, vendor=1, inferred=1, gaps=1)
    assert count(subject).clauses == 4


def test_counts_are_shown_with_their_sums():
    counts = [Count("acme", 20, 1, 1, 3), Count("other", 1, 0, 0, 0)]

    assert counts_text(counts).splitlines() == [
        "provider  documented  vendor  inferred  clauses  gaps",
        "acme              20       1         1       22     3",
        "other              1       0         0        1     0",
        "together          21       1         1       23     3",
    ]
    assert counts_markdown(counts).splitlines()[2] == "| acme | 20 | 1 | 1 | 22 | 3 |"
