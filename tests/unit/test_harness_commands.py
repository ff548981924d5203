"""`python -m contracts`, and the plugin that keeps the ledger in a run of pytest."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from contracts.__main__ import main
from contracts.harness import citations, export
from contracts.harness.citations import Finding
from contracts.harness.load import Citation, Clause, Contract, ContractError, Gap, Source
from tests.ledger_plugin import Clerk

ROOT = Path(__file__).resolve().parents[2]
ACME = Contract("acme", (Clause("acme.a.b", "R.", "documented", (), None),), (), {})


def test_count_shows_each_provider(capsys):
    assert main(["count"]) == 0
    assert "\nnanogpt " in capsys.readouterr().out
    assert main(["count", "--markdown"]) == 0
    assert "\n| nanogpt |" in capsys.readouterr().out


def test_findings_are_printed_and_exit_1(monkeypatch, capsys):
    monkeypatch.setattr(citations, "check", lambda: [Finding("acme/clauses.yaml", "acme.a.b", "wrong")])

    assert main(["check-citations"]) == 1
    assert capsys.readouterr().out.startswith("acme/clauses.yaml: acme.a.b: wrong\n1 findings")


def test_no_findings_exit_0(monkeypatch):
    monkeypatch.setattr(citations, "check", list)

    assert main(["check-citations"]) == 0


def test_clauses_are_written_for_the_server_and_a_stale_file_is_told(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(export, "FILE", tmp_path / "clauses.json")
    monkeypatch.setattr(export, "wanted", lambda: "{}\n")
    monkeypatch.setattr(export, "fresh", lambda: export.FILE.is_file() and export.FILE.read_text() == "{}\n")

    assert main(["export", "--check"]) == 1
    assert "run python -m contracts export" in capsys.readouterr().out
    assert main(["export"]) == 0
    assert main(["export", "--check"]) == 0


def test_what_is_written_has_clauses_gaps_and_the_sources_that_they_cite():
    there = Citation("a:1", ((1, 2), (5, 5)))
    contract = Contract(
        "acme",
        (Clause("acme.a.b", "R.", "documented", (there, Citation("a:2")), None),),
        (Gap("acme.gap.c", "F.", "W.", ()),),
        {},
    )
    known = {key: Source(key, f"Page {key}", "https://x", "acme", None) for key in ("a:1", "a:2", "a:3")}

    assert json.loads(export.exported([contract], known, {"acme.a.b": ["tests/test_a.py::test_b"]})) == {
        "sources": {"a:1": ["Page a:1", "https://x"], "a:2": ["Page a:2", "https://x"]},
        "clauses": [
            ["acme.a.b", "R.", "documented", [["a:1", "1-2, 5"], ["a:2", None]], None, ["tests/test_a.py::test_b"]],
            ["acme.gap.c", "F.", None, [], "W.", []],
        ],
    }


def test_an_unreadable_contract_and_bad_usage_exit_2(monkeypatch, capsys):
    def broken():
        raise ContractError("acme/clauses.yaml: rule missing")

    monkeypatch.setattr(citations, "check", broken)

    assert main(["check-citations"]) == 2
    assert "rule missing" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["nothing"])


def report(outcome, when="call", name="acme.a.b"):
    passed, marks = outcome == "passed", [["clause", name]]
    return SimpleNamespace(when=when, outcome=outcome, passed=passed, user_properties=marks, nodeid="test_a.py::test_b")


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([report("passed", "setup"), report("passed")], 0),
        ([report("passed", "setup")], 1),
        ([report("skipped", "setup")], 1),
        ([report("passed"), report("failed")], 1),
        ([report("passed"), report("failed", "teardown")], 1),
        ([report("passed"), report("passed", name="other.a.b")], 0),
    ],
)
def test_the_session_fails_unless_each_clause_is_proven(reports, status):
    clerk, session = Clerk([ACME]), SimpleNamespace(exitstatus=pytest.ExitCode.OK)

    for each in reports:
        clerk.pytest_runtest_logreport(each)
    clerk.pytest_sessionfinish(session)

    assert session.exitstatus == status


def test_without_the_option_nothing_has_to_be_proven():
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)

    Clerk([]).pytest_sessionfinish(session)

    assert session.exitstatus == pytest.ExitCode.OK


MARKED = """
import pytest

@pytest.mark.clause({ids})
def test_something(): pass
"""


def run(folder, ids, *options):
    """A run of pytest of its own, over one test that is marked with `ids`."""
    (folder / "test_one.py").write_text(MARKED.format(ids=ids))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = clause(*ids)\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-p", "tests.ledger_plugin", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_lists_what_it_has_not_proven(tmp_path, workers):
    done = run(tmp_path, "'nanogpt.auth.bearer'", "--ledger=nanogpt", "-n", workers)

    assert done.returncode == 1
    assert "1 proven, 0 failing" in done.stdout
    assert "unproven  nanogpt.auth.x-api-key\n" in done.stdout
    assert "unproven  nanogpt.auth.bearer\n" not in done.stdout


@pytest.mark.parametrize(("workers", "code"), [("0", 4), ("1", 1)])
def test_an_unknown_id_always_fails_the_run(tmp_path, workers, code):
    done = run(tmp_path, "'nanogpt.auth.nonsense'", "-n", workers)

    assert done.returncode == code
    assert "marked with what is no clause: nanogpt.auth.nonsense" in done.stdout + done.stderr


def test_an_unknown_provider_is_refused(tmp_path):
    done = run(tmp_path, "'nanogpt.auth.bearer'", "--ledger=acme")

    assert done.returncode == 4
    assert "there is no contract of acme" in done.stderr
