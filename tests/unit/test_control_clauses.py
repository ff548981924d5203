"""Explained answers: the control API's clauses, and the command that prints them."""

import subprocess
import sys

import pytest

from mockserver.cli import main

FIFTY = "nanogpt.limits.fifty-submissions-a-minute"


@pytest.fixture
async def ask(visitor):
    async def asked(path, status=200):
        answer = await visitor.get(f"/_mock/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()

    return asked


async def test_a_clause_has_its_rule_and_the_lines_that_it_stands_in(ask):
    clause = await ask(f"clauses/{FIFTY}")

    assert (clause["id"], clause["kind"], clause["provider"]) == (FIFTY, "clause", "nanogpt")
    assert (clause["provenance"], clause["reason"]) == ("documented", None)
    fifty_first = "test_nanogpt_limits.py::test_the_fifty_first_submission_of_a_minute_is_refused"
    assert any(test.endswith(fifty_first) for test in clause["proven_by"])
    assert "50 times in a minute" in clause["rule"]
    assert clause["sources"][0] == {
        "document": "002",
        "title": "NanoGPT, video generation guide (as of November 2025)",
        "address": "https://docs.nano-gpt.com/api-reference/video-generation",
        "lines": "458-463",
    }


async def test_what_is_inferred_says_why(ask):
    assert (await ask("clauses/artnex.submit.answers-200"))["reason"].startswith("No page names the code of success")


async def test_a_gap_is_marked_as_one_and_says_why(ask):
    gap = await ask("clauses/artnex.gap.docs-index")

    assert (gap["kind"], gap["provenance"]) == ("gap", None)
    assert gap["rule"] == "There is an index of the documentation at llms.txt."
    assert gap["reason"] == "It is a page of the documentation, not of the API."


async def test_an_unknown_clause_is_404_and_names_its_neighbours(ask):
    error = (await ask("clauses/nanogpt.limits.fifty", 404))["error"]

    assert error["code"] == "unknown_clause"
    assert FIFTY in error["hint"]
    assert "lists them" in (await ask("clauses/%00%ff-", 404))["error"]["hint"]
    for name in ("nope", "fifty-submissions", "nanogpt.limits.fifty-submisions"):
        assert (await ask(f"clauses/{name}", 404))["error"]["hint"].startswith("The nearest are: ")


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("provider=artnex", lambda one: one["id"].startswith("artnex.")),
        ("provenance=vendor", lambda one: one["provenance"] == "vendor"),
        ("document=003", lambda one: "003" in [source["document"] for source in one["sources"]]),
        ("kind=gap", lambda one: one["kind"] == "gap"),
        ("kind=gap&provider=nouvel", lambda one: one["id"].startswith("nouvel.gap.")),
    ],
)
async def test_the_list_is_narrowed(ask, query, holds):
    all_of_them = (await ask("clauses"))["items"]
    found = (await ask(f"clauses?{query}"))["items"]

    assert found
    assert found == [one for one in all_of_them if holds(one)]
    assert len(found) < len(all_of_them)


async def test_the_list_has_pages(ask):
    whole = (await ask("clauses?provider=artnex&limit=1000"))["items"]
    first = await ask("clauses?provider=artnex&limit=50")
    rest = await ask(f"clauses?provider=artnex&limit=1000&after={first['next']}")

    assert len(first["items"]) == 50
    assert [*first["items"], *rest["items"]] == whole
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["provider=acme", "provenance=own", "document=999", "kind=x", "limit=0"])
async def test_a_filter_that_can_find_nothing_is_refused(ask, query):
    assert (await ask(f"clauses?{query}", 400))["error"]["code"] == "bad_query"


def test_the_command_explains_one_clause(capsys):
    assert main(["clauses", FIFTY]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == f"{FIFTY} (documented)"
    assert lines[1].startswith("  One client address may submit 50 times in a minute")
    assert lines[2].startswith(
        "  source: NanoGPT, video generation guide (as of November 2025), lines 458-463 [002] https"
    )
    assert main(["clauses", "artnex.gap.docs-index"]) == 0
    assert capsys.readouterr().out.startswith("artnex.gap.docs-index (a gap: not imitated)\n")


def test_the_command_lists_a_providers_clauses(capsys):
    assert main(["clauses", "--provider", "artnex"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert "artnex.submit.answers-200  A submission that is taken answers 200." in lines
    assert all(line.startswith("artnex.") for line in lines)


def test_the_command_says_what_it_does_not_know(capsys):
    assert main(["clauses", "nanogpt.limits.fifty"]) == 1
    assert FIFTY in capsys.readouterr().err
    assert main(["clauses", "--provider", "acme"]) == 2
    assert "nouvel" in capsys.readouterr().err


def test_a_server_that_starts_does_not_read_the_clauses():
    made = "from mockserver.app import create_app; create_app()"
    code = f"import sys; {made}; print('mockserver.control.rules' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "False\n"
