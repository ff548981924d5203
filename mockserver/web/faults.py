"""Faults as they are seen on the wire: which one meets a request, and what it does to the answer."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mockserver.core.faults import DRIP_SECONDS, Fault, UnknownNameError, fault_of, parsed
from mockserver.core.house import SandboxFullError
from mockserver.core.refusals import Refused
from mockserver.web.answers import Reply, mock_error
from mockserver.web.call import Call, Struck

HEADER = b"x-mock-fault"
READ_AT_MOST = 2**20
"""Bytes of a body that is read to see whether it says something itself."""
PIECES = 20
BLINK = 0.1
"""Seconds after which a wait looks whether the client is still there."""


PAGE = b"""<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""


class DroppedError(ConnectionResetError):
    """A fault drops the connection: at once and with a reset (`hard`), or after what was sent.

    Over a socket nobody sees it. It comes out of the application where there is no socket to close: in-process, and
    under another server than fauxreel's own.
    """

    def __init__(self, message: str, *, hard: bool = False) -> None:
        super().__init__(message)
        self.hard = hard


# Which fault ----------------------------------------------------------------------------------------------------


async def foresee(call: Call) -> None:
    """Let a request meet the fault that its header asks for, or one that is laid down for it.

    Raises Struck, and UnknownFaultError for a header that names none.
    """
    if call.fault:  # the request is carried out once more
        return
    asked = call.headers.get(HEADER)
    if asked is not None and not call.pure:
        call.meet(parsed(asked.decode("latin-1")))
    elif call.sandbox.is_troubled():
        await _meet_laid(call)


async def _meet_laid(call: Call) -> None:
    key = call.key or ""
    asked = call.asked(key)
    if not call.sandbox.trouble.concerns(asked, call.now):
        return
    if call.sandbox.terms.magic and not call.pure:
        # A directive and a key are stronger than what is laid down, which then does not count this request.
        if _is_short(call):
            await call.raw_body(READ_AT_MOST)
        if call.fault or fault_of(key):
            return
    fault = call.sandbox.meet(asked, call.now)
    if fault is not None:
        call.meet(fault)


def _is_short(call: Call) -> bool:
    length = call.headers.get(b"content-length", b"")
    return length.isdigit() and 0 < int(length[:20]) <= READ_AT_MOST


# Faults before anything happens ---------------------------------------------------------------------------------


async def swallow(call: Call) -> None:
    """Read what there is of a short body: a connection that is closed over unread bytes is reset."""
    with suppress(Refused, Struck, UnknownNameError, ClientDisconnect):
        await call.raw_body(READ_AT_MOST)


class Silence(Response):
    """No answer: the connection is closed."""

    def __init__(self) -> None:
        self.status_code = 0
        self.raw_headers = []
        self.body = b""
        self.background = None


def unworded(what: Struck | UnknownNameError | SandboxFullError) -> Response:
    """Answer what no provider words: a gateway's page, nothing at all, an unknown fault or scenario, a full sandbox."""
    if isinstance(what, SandboxFullError):
        return mock_error(507, "sandbox_full", f"{what}.", "Reset the sandbox, or raise the setting 'jobs'.")
    if isinstance(what, UnknownNameError):
        return mock_error(400, what.code, str(what))
    if what.fault.name == "html":
        return Reply(PAGE, HTTPStatus.BAD_GATEWAY, content_type=b"text/html")
    return Silence()


# Faults of an answer --------------------------------------------------------------------------------------------


class Disturbed(Response):
    """An answer on which a fault acts while it is sent."""

    def __init__(self, inner: Response, fault: Fault) -> None:
        self._inner = inner
        self._fault = fault
        self.status_code = inner.status_code
        self.raw_headers = inner.raw_headers
        self.body = getattr(inner, "body", b"")
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or what the fault leaves of it."""
        shortcut = scope.get("fauxreel")  # see mockserver.cycle
        try:
            await self._play(scope, receive, send)
        except DroppedError as dropped:
            if shortcut is None:
                raise
            shortcut.drop(hard=dropped.hard)

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault, inner = self._fault, self._inner
        piecemeal = {name: value for name, value in scope.items() if name != "fauxreel"}
        match fault.name:
            case "reset":
                raise DroppedError("the fault 'reset' dropped the connection; the request was carried out", hard=True)
            case "refuse":
                raise DroppedError("the fault 'refuse' dropped the connection; nothing was done")
            case "delay":
                await _wait(scope, fault.argument or 0)
                await inner(scope, receive, send)
            case "truncated":
                await inner(piecemeal, receive, _Cut(send))
                raise DroppedError("the fault 'truncated' cut the answer off")  # to HEAD there is no body to cut
            case "malformed":
                await inner(piecemeal, receive, _Damage(send))
            case "drip":
                await inner(piecemeal, receive, _Drip(scope, send, fault))
            case _:
                await inner(scope, receive, send)


async def _wait(scope: Scope, seconds: float) -> None:
    """Let real time pass; raises DroppedError when the client has left, or the server is to stop."""
    shortcut = scope.get("fauxreel")  # see mockserver.cycle
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while (left := until - loop.time()) > 0:
        if shortcut is not None and shortcut.gone:
            raise DroppedError("the client has left")
        await asyncio.sleep(min(left, BLINK))


def _length(headers: Any) -> int:  # noqa: ANN401 - ASGI's headers
    found = dict(headers).get(b"content-length", b"0")
    return int(found) if found.isdigit() else 0


class _Cut:
    """Sends on the first half of a body, and then no more."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._left = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._left = _length(message["headers"]) // 2
            await self._send(message)
            return
        part = message.get("body", b"")[: self._left]
        self._left -= len(part)
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if not self._left:
            raise DroppedError("the fault 'truncated' cut the answer off")


class _Drip:
    """Sends a body on in pieces, and waits before each."""

    def __init__(self, scope: Scope, send: Send, fault: Fault) -> None:
        self._scope = scope
        self._send = send
        seconds = DRIP_SECONDS if fault.argument is None else fault.argument
        self._pause = seconds / PIECES
        self._size = 1

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._size = max(-(-_length(message["headers"]) // PIECES), 1)
            await self._send(message)
            return
        body = message.get("body", b"")
        for at in range(0, len(body), self._size):
            await _wait(self._scope, self._pause)
            piece = body[at : at + self._size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if not message.get("more_body"):
            await self._send({"type": "http.response.body", "body": b""})


class _Damage:
    """Sends JSON on that breaks off in the middle, and says that this is all; of a file, the beginning is damaged."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        body = message.get("body", b"")
        start, self._start = self._start, None
        if start is not None:
            headers = dict(start["headers"])
            if b"json" in headers.get(b"content-type", b""):
                body = body[: len(body) // 2]
                length = (b"content-length", b"%d" % len(body))
                start = {
                    **start,
                    "headers": [length if name == length[0] else (name, value) for name, value in start["headers"]],
                }
            else:
                body = bytes(min(len(body), 64)) + body[64:]
            await self._send(start)
        await self._send({**message, "body": body})
