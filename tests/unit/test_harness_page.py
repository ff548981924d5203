"""The whole ledger as text, JSON and Markdown, from the contracts and what is written down of proofs."""

import json

import pytest

from contracts.__main__ import main
from contracts.harness import page
from contracts.harness.load import Citation, Clause, Contract, ContractError, Gap
from tests.ledger_plugin import proofs_of

READY = Clause("acme.video.ready", "It is | ready.", "documented", (Citation("900", ((3, 5),)),), None)
KEPT = Clause("acme.video.kept", "It is kept.", "inferred", (), "Nobody says.")
GREEN = Gap("acme.gap.green", "It is green.", "Ours is blue.", (Citation("900", ((7, 7),)),))
PROOFS = {"acme.video.ready": ["tests/unit/test_b.py::test_two", "tests/unit/test_a.py::test_one"]}


@pytest.fixture(autouse=True)
def acme(monkeypatch):
    monkeypatch.setattr(page, "contracts", lambda: [Contract("acme", (READY, KEPT), (GREEN,), {})])


def test_the_text_counts_and_names_what_nothing_proves():
    assert page.text(PROOFS).splitlines() == [
        "provider  documented  vendor  inferred  clauses  proven  tests  gaps",
        "acme               1       0         1        2       1      2     1",
        "together           1       0         1        2       1      2     1",
        "unproven  acme.video.kept",
    ]


def test_the_page_shows_each_clause_and_each_gap():
    lines = page.markdown(PROOFS).splitlines()

    assert "| acme | 1 | 0 | 1 | 2 | 1 | 2 | 1 |" in lines
    assert ("| `acme.video.ready` | It is \\| ready. | documented: 900, lines 3-5 "
            "| `unit/test_a.py::test_one`<br>`unit/test_b.py::test_two` |") in lines  # fmt: skip
    assert "| `acme.video.kept` | It is kept. | inferred: Nobody says. | **nothing** |" in lines
    assert "| `acme.gap.green` | It is green. (900, lines 7) | Ours is blue. |" in lines


def test_the_json_has_all_of_it():
    (told,) = page.as_json(PROOFS)["providers"]

    assert (told["documented"], told["inferred"], told["proven"]) == (1, 1, 1)
    assert told["clauses"][0]["proven_by"] == sorted(PROOFS["acme.video.ready"])
    assert told["clauses"][1]["reason"] == "Nobody says."
    assert told["gaps"][0]["sources"] == ["900, lines 7"]


def test_proofs_are_written_a_line_for_each_clause_and_read_again(tmp_path):
    file = tmp_path / "proofs.json"
    file.write_text(page.written(PROOFS | {"acme.a": ["t"]}))

    assert file.read_text().splitlines()[1] == '"acme.a": ["t"],'
    assert page.proofs(file)["acme.video.ready"] == sorted(PROOFS["acme.video.ready"])


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_proofs_that_cannot_be_read_are_a_broken_contract(tmp_path, content):
    file = tmp_path / "proofs.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ContractError, match="run make ledger"):
        page.proofs(file)


def test_a_test_with_parameters_is_one_test():
    marks = [("a", "t.py::test_x[1]"), ("a", "t.py::test_x[2::3]"), ("b", "t.py::test_y")]

    assert proofs_of(marks) == {"a": ["t.py::test_x"], "b": ["t.py::test_y"]}


@pytest.mark.parametrize(
    ("kind", "shows"), [("text", "unproven  acme"), ("markdown", "**nothing**"), ("json", '"acme"')]
)
def test_the_command_shows_the_ledger_and_exits_1_where_nothing_proves_a_clause(monkeypatch, capsys, kind, shows):
    monkeypatch.setattr(page, "proofs", lambda: PROOFS)

    assert main(["ledger", "--format", kind]) == 1
    told = capsys.readouterr().out
    assert shows in told
    if kind == "json":
        assert json.loads(told)["providers"][0]["provider"] == "acme"


def test_the_command_writes_the_page(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "proofs", lambda: {name: ["t"] for name in ("acme.video.ready", "acme.video.kept")})
    monkeypatch.setattr(page, "PAGE", tmp_path / "ledger.md")

    assert main(["ledger", "--write"]) == 0
    assert (tmp_path / "ledger.md").read_text() == page.markdown(page.proofs())
