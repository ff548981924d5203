"""The page of performance has the rows that the benchmark knows, and no others, with their aims and verdicts."""

import re

import pytest

from bench.page import HEADLINES, filled, rows_of
from bench.rows import GROUPS, Table, shown
from bench.run import MEASURES
from tests.docs.pages import page

PERFORMANCE, README = page("docs/reference/performance.md"), page("README.md")
REGION = r"<!-- measured: (\w+) -->\n(.*?)<!-- end -->"
TABLES = [(one.name, *found) for one in (PERFORMANCE, README) for found in re.findall(REGION, one.text, re.DOTALL)]
HOW = "Measured on a Monday."
ROUNDED = 0.005
"""How far what is shown may be from what was measured, where it matters."""

each_table = pytest.mark.parametrize(
    ("group", "table"), [found[1:] for found in TABLES], ids=[f"{name}:{group}" for name, group, _ in TABLES]
)


def cells(table):
    """The cells of a table's rows, without its head."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| |")][1:]


@pytest.fixture
def table():
    return Table()


def blank(*groups):
    return "".join(f"# {group}\n\n<!-- measured: {group} -->\n<!-- end -->\n" for group in groups)


def test_each_group_that_is_measured_has_its_table_on_the_page_and_the_readme_has_the_headlines():
    assert [(name, group) for name, group, _ in TABLES] == [
        *(
            (PERFORMANCE.name, group)
            for group in ("hot", "houses", "many", "state", "media", "connections", "start", "peers")
        ),
        (README.name, HEADLINES),
    ]
    assert set(GROUPS) == set(MEASURES)


@each_table
def test_a_table_has_the_rows_that_the_benchmark_knows_with_their_aims(group, table):
    assert [(row[0], row[1]) for row in cells(table)] == [(row.name, row.aim) for row in rows_of(group)]


@each_table
def test_no_figure_is_called_better_than_it_is(group, table):
    for row, (_, _, measured, verdict) in zip(rows_of(group), cells(table), strict=True):
        if measured:
            value = float(measured.replace(",", ""))
            assert verdict in {row.verdict(value - ROUNDED), row.verdict(value + ROUNDED)}
        else:
            assert verdict.startswith(("skipped: ", "not measured"))


def test_a_run_writes_its_figures_and_how_it_was_made(table):
    table.note("poll / bare", 0.701)
    table.note("submit / bare", 0.4)

    text = filled(blank("hot"), table, HOW)

    assert (
        "| poll / bare | at least 0.65 | 0.70 | reached |\n| submit / bare | at least 0.5 | 0.40 | missed |\n" in text
    )
    assert "| refusal (no key) / bare | at least 0.6 |  | not measured |" in text
    assert f"\n\n{HOW}\n<!-- end -->" in text


def test_a_run_leaves_alone_what_it_did_not_measure(table):
    table.note("poll / bare", 0.7)
    before = filled(blank("hot", "start"), table, HOW)
    later = Table()
    later.note("submit / bare", 0.6)

    text = filled(before, later, "Measured on a Tuesday.")

    assert (
        "| poll / bare | at least 0.65 | 0.70 | reached |\n| submit / bare | at least 0.5 | 0.60 | reached |\n" in text
    )
    assert HOW not in text
    assert text.endswith(blank("start"))


def test_a_row_that_could_not_be_measured_says_why(table):
    table.skip(["poll / Prism's", "submit / Prism's"], "node is not installed")

    assert "| poll / Prism's | at least 3 |  | skipped: node is not installed |" in filled(blank("peers"), table, HOW)


def test_what_has_neither_a_figure_nor_a_reason_is_told(table):
    for row in GROUPS["hot"][1:]:
        table.note(row.name, 1)

    assert list(table.absent(["hot"])) == ["poll / bare"]


def test_an_aim_is_missed_from_either_side(table):
    table.note("poll / bare", 0.64)
    table.note("submit / bare", 0.5)
    table.note("--help, milliseconds", 151)
    table.note("memory, KB a stored job", 1)
    table.note("--help / Python's own start", 9)

    assert list(table.missed()) == ["poll / bare", "--help, milliseconds"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123, "0.0123"), (0.674, "0.67"), (12.34, "12.34"), (1234.5, "1,234"), (0, "0.00"), (2.996, "3.00")],
)
def test_figures_are_told_with_the_digits_that_say_something(value, text):
    assert shown(value) == text
