"""Visits: reading what this server itself hands out, for a client that names one of its URLs; no socket is opened."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from starlette.types import Message

from mockserver.web.call import Call, host


def is_own(call: Call, url: str) -> bool:
    """Tell whether a URL points at this server: at the host that the client used, or at its port on this machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    if parts.netloc.lower() == host(call.scope, call.headers).lower():
        return True
    server = call.scope.get("server")
    return server is not None and port == server[1] and _is_loopback(parts)


def _is_loopback(parts: SplitResult) -> bool:
    name = parts.hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


async def visit(call: Call, url: str, take: Callable[[bytes], None]) -> int:
    """GET one of this server's own URLs and hand on what comes; answers the status, and takes nothing unless it is 200.

    What `take` raises ends the visit.
    """
    parts = urlsplit(url)
    scope: dict[str, Any] = {
        **{name: value for name, value in call.scope.items() if name != "fauxreel"},
        "method": "GET",
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode("ascii", "replace"),
        "query_string": parts.query.encode("ascii", "replace"),
        "headers": [(b"host", parts.netloc.encode("ascii", "replace"))],
    }
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif status == 200:
            take(message.get("body", b""))

    await call.street(scope, receive, send)
    return status
