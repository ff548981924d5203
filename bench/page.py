"""Writes the figures of a run into Markdown: into the tables between `<!-- measured: GROUP -->` and `<!-- end -->`."""

import re

from bench.rows import GROUPS, Row, Table, shown

REGION = re.compile(r"(<!-- measured: (?P<group>\w+) -->\n)(?P<old>.*?)(<!-- end -->)", re.DOTALL)
HEAD = "| | Aim | Measured | |\n| --- | --- | --- | --- |\n"
HEADLINES = "headlines"
"""The region that has a few rows of all groups."""


def rows_of(group: str) -> tuple[Row, ...]:
    """The rows of a group; KeyError where there is no such group."""
    if group == HEADLINES:
        return tuple(row for rows in GROUPS.values() for row in rows if row.headline)
    return GROUPS[group]


def filled(text: str, table: Table, how: str) -> str:
    """Give a page with this run's figures. Rows that it did not measure stay as they are; `how` says how it was run."""
    return REGION.sub(lambda found: found[1] + _region(found["group"], found["old"], table, how) + found[4], text)


def _region(group: str, old: str, table: Table, how: str) -> str:
    rows = rows_of(group)
    before = {line.split(" | ")[0].removeprefix("| "): line for line in old.splitlines() if line.startswith("| ")}
    lines = [
        _line(row, table) or before.get(row.name) or f"| {row.name} | {row.aim} |  | not measured |" for row in rows
    ]
    if not any(row.name in table.figures or row.name in table.skipped for row in rows):
        return old
    said = how if group != HEADLINES else ""
    return f"{HEAD}{''.join(line + chr(10) for line in lines)}" + (f"\n{said}\n" if said else "")


def _line(row: Row, table: Table) -> str | None:
    if row.name in table.skipped:
        return f"| {row.name} | {row.aim} |  | skipped: {table.skipped[row.name]} |"
    if row.name not in table.figures:
        return None
    value = table.figures[row.name]
    return f"| {row.name} | {row.aim} | {shown(value)} | {row.verdict(value)} |"
