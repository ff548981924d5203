"""Lines of HTTP as uvicorn writes and reads them, remembered: headers of answers, and targets of requests."""

from functools import lru_cache
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE

REFUSED = bytes(byte for byte in range(256) if HEADER_VALUE_RE.search(bytes([byte])))
"""What no header's value may have in it."""

SHORT = 256
"""Bytes of a request target that is remembered: clients ask for the same few again and again."""


@lru_cache(maxsize=1024)
def line(header: tuple[bytes, bytes]) -> bytes:
    """Write a header as uvicorn does; raises ValueError for what uvicorn refuses."""
    name, value = header
    if len(value.translate(None, REFUSED)) != len(value):
        raise ValueError("a header has a character that no header can have")
    return b"%b: %b\r\n" % (_name(name), value)


@lru_cache(maxsize=256)
def _name(name: bytes) -> bytes:
    if HEADER_RE.search(name):
        raise ValueError("a header's name has a character that none can have")
    return name.lower()


def target(root: str, url: bytes) -> tuple[str, bytes, bytes]:
    """Read a request target as uvicorn does: the path decoded, the path as it came, and the query."""
    return _remembered(root, url) if len(url) <= SHORT else _target(root, url)


def _target(root: str, url: bytes) -> tuple[str, bytes, bytes]:
    parsed = httptools.parse_url(url)
    raw_path: bytes = parsed.path
    path = raw_path.decode("ascii")
    return root + (unquote(path) if "%" in path else path), root.encode("ascii") + raw_path, parsed.query or b""


_remembered = lru_cache(maxsize=4096)(_target)
