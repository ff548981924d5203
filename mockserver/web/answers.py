"""Answers: one small response class for the hot paths, and the mock's own voice for what is not a provider's matter."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

RawHeaders = Sequence[tuple[bytes, bytes]]

encode = msgspec.json.Encoder(decimal_format="number").encode
_JSON = b"application/json"
_JSON_TYPE = (b"content-type", _JSON)


@lru_cache(maxsize=4096)
def _length(size: int) -> tuple[bytes, bytes]:
    """The header that states a length; the journal keeps many of them, and few lengths."""
    return b"content-length", b"%d" % size


class Reply(Response):
    """A finished answer: status, raw headers and body, sent as they are; `clause` is the rule that decided it."""

    def __init__(
        self,
        body: bytes,
        status: int = 200,
        headers: RawHeaders = (),
        content_type: bytes = _JSON,
        clause: str | None = None,
    ) -> None:
        self.status_code = status
        self.body = body
        kind = _JSON_TYPE if content_type is _JSON else (b"content-type", content_type)
        self.raw_headers = [_length(len(body)), kind, *headers]
        self.background = None
        self.clause = clause

    def sent(self, scope: Scope) -> bool:
        """Send it the short way, if this request has one (see `mockserver.cycle`)."""
        cycle = scope.get("fauxreel")
        return cycle is not None and cycle.answer(self.status_code, self.raw_headers, self.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own signature
        """Send it."""
        if not self.sent(scope):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body})


def json_reply(value: Any, status: int = 200, headers: RawHeaders = (), clause: str | None = None) -> Reply:  # noqa: ANN401 - any JSON
    """Answer with a value as JSON; decimals become numbers, instants ISO 8601."""
    return Reply(encode(value), status, headers, _JSON, clause)


def mock_error(status: int, code: str, message: str, hint: str | None = None) -> Reply:
    """Say no in the mock's own voice: `{"error": {"code", "message", "hint"}}`."""
    return json_reply({"error": {"code": code, "message": message, "hint": hint}}, status)
