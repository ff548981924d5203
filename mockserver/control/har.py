"""The journal as HAR 1.2, which the network panels of browsers open.

Instants are those of mock time. How long an exchange took is not known: its timings are 0, and -1 for what HAR calls
not applicable. Names that begin with `_` are our own.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec

from mockserver import __version__
from mockserver.control.desk import iso
from mockserver.control.exchanges import request_text, response_text
from mockserver.core.journal import Exchange, redacted_key
from mockserver.core.redaction import GONE, redacted, secrets_of, without_secrets

UNKNOWN = -1
TIMINGS = {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 0, "receive": 0}
IN_PATHS = "/@:!$&'()*+,;=-._~"


def log(exchanges: Iterable[tuple[int, Exchange]]) -> dict[str, Any]:
    """A whole HAR file."""
    creator = {"name": "fauxreel", "version": __version__}
    entries = [entry(number, exchange) for number, exchange in exchanges]
    comment = "Instants are in mock time; timings are not measured."
    return {"log": {"version": "1.2", "creator": creator, "entries": entries, "comment": comment}}


def entry(number: int, exchange: Exchange) -> dict[str, Any]:
    """One exchange."""
    return {
        "startedDateTime": iso(exchange.at),
        "time": 0,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": dict(TIMINGS),
        "_number": number,
        "_provider": exchange.provider,
        "_operation": exchange.operation,
        "_job": exchange.job,
        "_key": None if exchange.key is None else redacted_key(exchange.key),
        "_clause": exchange.clause,
        "_fault": exchange.fault,
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    secrets = secrets_of(exchange.key, exchange.headers)
    headers = redacted(exchange.headers, secrets)
    named = {name.lower(): value for name, value in headers}
    query = without_secrets(exchange.query.decode("latin-1"), secrets)
    path = quote(without_secrets(exchange.path, secrets), safe=IN_PATHS, errors="replace")
    body = request_text(exchange)
    made: dict[str, Any] = {
        "method": exchange.method,
        "url": f"http://{named.get('host', 'localhost')}{path}" + (f"?{query}" if query else ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True, max_num_fields=None)),
        "headersSize": UNKNOWN,
        "bodySize": _size(named, exchange.body),
    }
    if body:
        media_type = named.get("content-type", "")
        params = _params(exchange.body) if media_type.lower().startswith("multipart/form-data") else []
        made["postData"] = {"mimeType": media_type, **({"params": params} if params else {"text": body})}
    return made


def _response(exchange: Exchange) -> dict[str, Any]:
    headers = redacted(exchange.answer_headers, secrets_of(exchange.key, exchange.headers))
    named = {name.lower(): value for name, value in headers}
    size = max(_size(named, exchange.answer), 0)
    return {
        "status": exchange.status,
        "statusText": _phrase(exchange.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": {"size": size, "mimeType": named.get("content-type", ""), "text": response_text(exchange)},
        "redirectURL": named.get("location", ""),
        "headersSize": UNKNOWN,
        "bodySize": 0 if exchange.method == "HEAD" else size,
    }


def _pairs(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in found]


def _size(headers: dict[str, str], kept: bytes) -> int:
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else len(kept) or 0


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _params(summary: bytes) -> list[dict[str, str]]:
    """The parts of a form, from what the journal has of it: texts by their values, a file by its name and type."""
    try:
        parts = msgspec.json.decode(summary, type=list[dict[str, str | int]])
    except msgspec.DecodeError:
        return []
    names = {"name": "name", "value": "value", "filename": "fileName", "type": "contentType"}
    params = [{names[name]: str(value) for name, value in part.items() if name in names} for part in parts]
    for param in params:
        if without_secrets(f"{param['name']}=x", ()) != f"{param['name']}=x":
            param["value"] = GONE
    return params
