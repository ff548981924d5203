"""Findings as a person reads them, and as GitHub shows them beside a change."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

WIDTH = 110
NUMBERS_AT_MOST = 8


def told(answer: Mapping[str, Any]) -> str:
    """Tell what `GET /_mock/conduct` answered: a paragraph for each finding, and how much was looked at."""
    return "\n\n".join([*(_paragraph(one) for one in answer["items"]), _end(answer)])


def _paragraph(finding: Mapping[str, Any]) -> str:
    numbers = [str(request["number"]) for request in finding["requests"]]
    more = ", …" if len(numbers) > NUMBERS_AT_MOST else ""
    return "\n".join(
        [
            f"{finding['id']}  {finding['provider']}  {finding['clause']}",
            fill(finding["message"], WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False),
            f"  since {finding['first_at']}, requests {', '.join(numbers[:NUMBERS_AT_MOST])}{more}",
        ]
    )


def _end(answer: Mapping[str, Any]) -> str:
    total, requests = answer["total"], answer["requests"]
    found = {0: "No findings", 1: "1 finding"}.get(total, f"{total} findings")
    forgotten = f"; {requests['forgotten']} more are no longer in the journal" if requests["forgotten"] else ""
    counted = "1 request" if requests["judged"] == 1 else f"{requests['judged']} requests"
    return f"{found} in {counted}{forgotten}."


def annotations(answer: Mapping[str, Any]) -> str:
    """Write a warning for each finding as GitHub's workflows read them."""
    found: Sequence[Mapping[str, Any]] = answer["items"]
    return "\n".join(
        f"::warning title={finding['provider']}%3A {finding['title']}::{_escaped(finding['message'])}"
        for finding in found
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
