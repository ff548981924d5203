"""Exchanges as the control API shows them, without their secrets, and the filters that choose among them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from mockserver.control.desk import ControlError, Desk, iso
from mockserver.control.paths import check_operation, check_path, has_path, names_of
from mockserver.core.journal import Exchange, redacted_key
from mockserver.core.redaction import redacted, secrets_of, without_media, without_secrets
from mockserver.web.near import near_misses
from mockserver.web.street import split_sandbox

PLAIN = ("provider", "operation", "job", "method", "clause")
FILTERS = (*PLAIN, "fault", "status", "path", "key", "since", "text", "unmatched")
STATUS = re.compile(r"(?P<number>[0-5]?[0-9]{1,2})|(?P<class>[1-5])[xX][xX]", re.ASCII)
HAVE_BODIES = ("POST", "PUT", "PATCH")

Test = Callable[[int, Exchange], bool]


def shown(desk: Desk, number: int, exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON, its secrets redacted; bodies are the first 16 KiB as text."""
    secrets = secrets_of(exchange.key, exchange.headers)
    return {
        "number": number,
        "at": iso(exchange.at),
        "method": exchange.method,
        "path": without_secrets(exchange.path, secrets),
        "query": without_secrets(exchange.query.decode("latin-1"), secrets),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "key": None if exchange.key is None else redacted_key(exchange.key),
        "client": exchange.client,
        "job": exchange.job,
        "status": exchange.status,
        "clause": exchange.clause,
        "fault": exchange.fault,
        "request": {"headers": dict(redacted(exchange.headers, secrets)), "body": request_text(exchange)},
        "response": {"headers": dict(redacted(exchange.answer_headers, secrets)), "body": response_text(exchange)},
        "near_misses": _near(desk, exchange) if unmatched(exchange) else [],
    }


def unmatched(exchange: Exchange) -> bool:
    """Tell whether a request met no operation: an unknown path, or a method that is not served there."""
    return exchange.operation is None and exchange.status in {404, 405}


def _near(desk: Desk, exchange: Exchange) -> list[dict[str, Any]]:
    return near_misses(exchange.method, split_sandbox(exchange.path)[1], desk.providers)


def request_text(exchange: Exchange) -> str:
    """The request's body as far as it is kept; of what was not read, how long it was and what."""
    size = _header(exchange.headers, b"content-length")
    if not exchange.body and exchange.method in HAVE_BODIES and size not in {"", "0"}:
        return f"({size} bytes of {_header(exchange.headers, b'content-type') or 'something'}, not kept)"
    return _text(exchange.body, exchange)


def response_text(exchange: Exchange) -> str:
    """The answer's body as far as it is kept."""
    size = _header(exchange.answer_headers, b"content-length")
    if not exchange.answer and exchange.method != "HEAD" and size not in {"", "0"}:
        return f"({size} bytes of {_header(exchange.answer_headers, b'content-type')}, not kept)"
    return _text(exchange.answer, exchange)


def _text(body: bytes, exchange: Exchange) -> str:
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") * 10 > len(text):
        return f"({len(body)} bytes or more, binary)"
    return without_media(without_secrets(text, secrets_of(exchange.key, exchange.headers)))


def _header(headers: Any, name: bytes) -> str:  # noqa: ANN401 - as the exchange has them
    return next((value.decode("latin-1") for its, value in headers if its.lower() == name), "")


# Choosing -------------------------------------------------------------------------------------------------------


def chosen(
    desk: Desk, wanted: Mapping[str, str], body: Mapping[str, Any] | None = None
) -> Iterator[tuple[int, Exchange]]:
    """The exchanges that pass all filters, with their numbers, the newest first; ControlError 400 for a bad filter.

    `body` is JSON that the request's body has to contain: fields by their values, whatever else there is.
    """
    tests = [_test(desk, name, value) for name, value in wanted.items()]
    for number, exchange in desk.sandbox.journal.newest():
        if all(test(number, exchange) for test in tests) and (body is None or _contains(exchange.body, body)):
            yield number, exchange


def _test(desk: Desk, name: str, value: str) -> Test:
    match name:
        case "status" | "since" | "unmatched" | "fault":
            return CHECKED[name](value)
        case "path" | "provider" | "operation":
            return CHOSEN[name](desk, value)
        case "key":
            return lambda _, one: one.key is not None and value in {one.key, redacted_key(one.key)}
        case "text":
            return lambda _, one: value.casefold() in _words(one)
        case "method":
            return lambda _, one: one.method == value.upper()
        case _:
            return lambda _, one: getattr(one, name) == value


def _path(desk: Desk, value: str) -> Test:
    """A path by any of its names; ControlError for one that nobody asked for and that nearly is a route's.

    Whoever counts on the absence of a misspelt path would learn nothing.
    """
    meant = has_path(value, desk.providers)
    inside = names_of(value, desk.providers)[-1]
    if not any(meant(one) for _, one in desk.sandbox.journal.newest()) and near_misses("", inside, desk.providers):
        check_path(inside, desk.providers, code="bad_query")
    return lambda _, one: meant(one)


def _provider(desk: Desk, value: str) -> Test:
    if value not in desk.providers:
        served = f"Served are: {', '.join(desk.providers)}"
        raise ControlError(400, "bad_query", f"'provider': {value[:80]!r} is not served here.", served)
    return lambda _, one: one.provider == value


def _operation(desk: Desk, value: str) -> Test:
    check_operation(value, desk.providers, code="bad_query")
    return lambda _, one: one.operation == value


def _status(value: str) -> Test:
    found = STATUS.fullmatch(value)
    if found is None:
        what = "a number such as 404, or a class such as 4xx"
        raise ControlError(400, "bad_query", f"'status' is {what}, not {value[:80]!r}.")
    if found["class"]:
        return lambda _, one: one.status // 100 == int(found["class"])
    return lambda _, one: one.status == int(found["number"])


def _since(value: str) -> Test:
    if value.isascii() and value.isdigit() and len(value) < 16:
        return lambda number, _: number > int(value)
    what = "an exchange's number, or an instant with a zone such as 2026-01-01T00:00:00Z"
    try:
        at = msgspec.convert(value, datetime)
    except msgspec.ValidationError as error:
        raise ControlError(400, "bad_query", f"'since' is {what}, not {value[:80]!r}.") from error
    if at.tzinfo is None:
        raise ControlError(400, "bad_query", f"'since' is {what}, not {value[:80]!r}.")
    return lambda _, one: one.at >= at


def _unmatched(value: str) -> Test:
    if value not in {"true", "false"}:
        raise ControlError(400, "bad_query", f"'unmatched' is true or false, not {value[:80]!r}.")
    return lambda _, one: unmatched(one) == (value == "true")


def _fault(value: str) -> Test:
    return lambda _, one: one.fault is not None and value in {one.fault, one.fault.partition("(")[0]}


CHECKED = {"status": _status, "since": _since, "unmatched": _unmatched, "fault": _fault}
CHOSEN = {"path": _path, "provider": _provider, "operation": _operation}


def _words(exchange: Exchange) -> str:
    """All text of an exchange that can be searched: what is shown of its address and its bodies."""
    secrets = secrets_of(exchange.key, exchange.headers)
    address = without_secrets(f"{exchange.path}?{exchange.query.decode('latin-1')}", secrets)
    return f"{address}\n{request_text(exchange)}\n{response_text(exchange)}".casefold()


def _contains(raw: bytes, wanted: Mapping[str, Any]) -> bool:
    try:
        return _within(wanted, json.loads(raw))
    except (ValueError, RecursionError):
        return False


def _within(wanted: Any, found: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a JSON value has all that another has; lists and plain values have to be the same."""
    if isinstance(wanted, Mapping):
        return isinstance(found, dict) and all(
            name in found and _within(value, found[name]) for name, value in wanted.items()
        )
    return type(wanted) is type(found) and bool(wanted == found)
