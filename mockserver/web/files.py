"""Serving clips from memory, and files from disk: HEAD, byte ranges, conditional requests."""

import re
from pathlib import Path

from anyio import open_file
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.core.refusals import BadRange
from mockserver.web.answers import Reply
from mockserver.web.call import Call

PIECE = 2**18  # bytes that are read at once

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


def byte_range(asked: str | None, size: int) -> tuple[int, int] | None:
    """Read a `Range` header for a file of `size` bytes: first and last byte; None: send the whole file.

    Several ranges at once, other units and nonsense are answered with the whole file, as RFC 9110 allows.
    Raises BadRange for a range that begins behind the end.
    """
    found = _RANGE.match(asked.strip()) if asked else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
        if not int(found[2]) or not size:
            raise BadRange(size)
        return first, last
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if first >= size:
        raise BadRange(size)
    return (first, last) if first <= last else None


def file_reply(call: Call, content: bytes, content_type: str, key: str) -> Reply:
    """Answer with a file, or the part of it that was asked for: 200, 206, 304; raises BadRange for 416.

    `key` names the content: the same key is the same bytes, and becomes the ETag.
    """
    status, first, last, headers = _asked(call, len(content), key)
    raw_type = content_type.encode("latin-1")
    if status == 304:
        return _NotModified(headers)
    return _File(content[first : last + 1], status, headers, raw_type)


def path_reply(call: Call, path: Path, content_type: str, key: str) -> Response:
    """Answer with a file on disk as `file_reply` does, without holding it in memory."""
    status, first, last, headers = _asked(call, path.stat().st_size, key)
    raw_type = content_type.encode("latin-1")
    if status == 304:
        return _NotModified(headers)
    if call.scope["method"] == "HEAD":
        return _Head(last + 1 - first, status, [(b"content-type", raw_type), *headers])
    return _FromDisk(path, first, last, status, [(b"content-type", raw_type), *headers])


def _asked(call: Call, size: int, key: str) -> tuple[int, int, int, list[tuple[bytes, bytes]]]:
    """Say what of a file was asked for: status, first and last byte, and the headers that say so."""
    tag = f'"{key}"'
    headers = [(b"accept-ranges", b"bytes"), (b"etag", tag.encode("latin-1"))]
    unchanged = call.header("if-none-match")
    if unchanged is not None and (tag in unchanged or unchanged.strip() == "*"):
        return 304, 0, -1, headers
    condition = call.header("if-range")
    asked = call.header("range") if condition is None or condition.strip() == tag else None
    span = byte_range(asked, size)
    if span is None:
        return 200, 0, size - 1, headers
    first, last = span
    headers.append((b"content-range", b"bytes %d-%d/%d" % (first, last, size)))
    return 206, first, last, headers


class _File(Reply):
    """A file, or a part of it: nobody writes that down."""


class _NotModified(Reply):
    """The file that the client has is still the right one; its length is not told, nor that of this answer."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__(b"", 304)
        self.raw_headers = headers


class _Head(Response):
    """The headers of a file of `size` bytes, and nothing of it."""

    def __init__(self, size: int, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.raw_headers = [(b"content-length", b"%d" % size), *headers]
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own signature
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b""})


class _FromDisk(_Head):
    """A part of a file, read piece by piece while it is sent."""

    def __init__(self, path: Path, first: int, last: int, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__(last + 1 - first, status, headers)
        self._path, self._first, self._left = path, first, last + 1 - first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as above
        """Send it."""
        async with await open_file(self._path, "rb") as file:
            await file.seek(self._first)
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = self._left
            while piece := await file.read(min(PIECE, left)):
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
