"""Serving clips from memory: HEAD, byte ranges, conditional requests."""

import re

from mockserver.core.refusals import BadRange
from mockserver.web.answers import Reply
from mockserver.web.call import Call

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
        if not int(found[2]):
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
    tag = f'"{key}"'
    headers = [(b"accept-ranges", b"bytes"), (b"etag", tag.encode("latin-1"))]
    raw_type = content_type.encode("latin-1")
    unchanged = call.header("if-none-match")
    if unchanged is not None and (tag in unchanged or unchanged.strip() == "*"):
        return Reply(b"", 304, headers, raw_type)
    condition = call.header("if-range")
    asked = call.header("range") if condition is None or condition.strip() == tag else None
    span = byte_range(asked, len(content))
    if span is None:
        return Reply(content, 200, headers, raw_type)
    first, last = span
    headers.append((b"content-range", b"bytes %d-%d/%d" % (first, last, len(content))))
    return Reply(content[first : last + 1], 206, headers, raw_type)
