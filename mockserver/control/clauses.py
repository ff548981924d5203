"""Explained answers: `GET clauses[/{id}]`: what the id in `X-Mock-Clause` means, and where it stands."""

from collections.abc import Sequence
from itertools import dropwhile, islice
from typing import Any

from starlette.responses import Response

from mockserver.control import rules
from mockserver.control.desk import PAGE_AT_MOST, ControlError, Desk, answer, page
from mockserver.control.rules import Rule


def shown(rule: Rule) -> dict[str, Any]:
    """A clause or a gap as JSON."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "provider": rule.provider,
        "rule": rule.rule,
        "provenance": rule.provenance,
        "sources": [
            {"document": place.document, "title": place.title, "address": place.address, "lines": place.lines}
            for place in rule.places
        ],
        "reason": rule.reason,
        "proven_by": rule.tests,
    }


async def list_clauses(desk: Desk) -> Response:
    """List clauses and gaps; `provider`, `provenance`, `document`, `kind` narrow the list, `limit`, `after` page."""
    limit = desk.number("limit", PAGE_AT_MOST, PAGE_AT_MOST)
    found = rules.chosen(
        _one_of(desk, "provider", rules.providers()),
        _one_of(desk, "provenance", rules.PROVENANCES),
        _one_of(desk, "document", rules.documents()),
        _one_of(desk, "kind", rules.KINDS),
    )
    if after := desk.query.get("after"):
        found = islice(dropwhile(lambda rule: rule.id != after, found), 1, None)
    some = list(islice(found, limit + 1))
    return page([shown(rule) for rule in some[:limit]], some[limit - 1].id if len(some) > limit else None)


def _one_of(desk: Desk, name: str, known: Sequence[str]) -> str | None:
    value = desk.query.get(name)
    if value is not None and value not in known:
        raise ControlError(400, "bad_query", f"'{name}': there is no {value[:80]!r}.", f"There are: {', '.join(known)}")
    return value


async def get_clause(desk: Desk) -> Response:
    """Say what a clause promises, where it stands, and why if it stands nowhere."""
    name = desk.path["id"]
    rule = rules.rules().get(name)
    if rule is None:
        near = rules.near(name)
        hint = f"The nearest are: {', '.join(near)}" if near else "GET /_mock/clauses lists them."
        raise ControlError(404, "unknown_clause", f"There is no clause {name[:80]!r}.", hint)
    return answer(shown(rule))
