"""The journal: `GET requests`."""

from itertools import islice
from typing import Any

from starlette.responses import Response

from mockserver.control.desk import PAGE, PAGE_AT_MOST, ControlError, Desk, iso, page
from mockserver.core.journal import Exchange, redacted, redacted_key


def shown(number: int, exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON, its keys redacted; bodies are the first 4 KiB as text."""
    return {
        "number": number,
        "at": iso(exchange.at),
        "method": exchange.method,
        "path": exchange.path,
        "query": exchange.query.decode("latin-1"),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "key": None if exchange.key is None else redacted_key(exchange.key),
        "client": exchange.client,
        "job": exchange.job,
        "status": exchange.status,
        "clause": exchange.clause,
        "request": {"headers": dict(redacted(exchange.headers)), "body": _text(exchange.body)},
        "response": {"headers": dict(redacted(exchange.answer_headers)), "body": _text(exchange.answer)},
    }


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return (
        text if text.isprintable() or text.count("\ufffd") * 10 <= len(text) else f"({len(body)} bytes or more, binary)"
    )


async def list_requests(desk: Desk) -> Response:
    """List exchanges, the newest first.

    `provider`, `operation`, `status` and `job` narrow the list, `before` (a number) pages.
    """
    limit = desk.number("limit", PAGE, PAGE_AT_MOST)
    before = desk.number("before", 2**30, 2**30)
    known = {"provider", "operation", "status", "job", "limit", "before"}
    for name in desk.query:
        if name not in known:
            raise ControlError(
                400, "bad_query", f"There is no filter '{name[:80]}'.", f"There are: {', '.join(sorted(known))}"
            )
    if "status" in desk.query:
        desk.number("status", 200, 599)
    wanted = {name: desk.query[name] for name in ("provider", "operation", "status", "job") if name in desk.query}
    found = (
        (number, exchange)
        for number, exchange in desk.sandbox.journal.newest()
        if number < before and all(str(getattr(exchange, name)) == value for name, value in wanted.items())
    )
    chosen = list(islice(found, limit + 1))
    return page([shown(*one) for one in chosen[:limit]], str(chosen[limit - 1][0]) if len(chosen) > limit else None)
