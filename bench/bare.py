"""The baseline: what uvicorn does when an app does nothing but answer a small JSON."""

from typing import Any

HEADERS = [(b"content-length", b"17"), (b"content-type", b"application/json")]
BODY = b'{"hello":"world"}'


async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001, ANN401 - raw ASGI
    """Answer."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
