"""Lines of HTTP as uvicorn writes and reads them, remembered: headers of answers, and targets of requests."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE

REFUSED = bytes(byte for byte in range(256) if HEADER_VALUE_RE.search(bytes([byte])))
"""What no header's value may have in it."""

SHORT = 256
"""Bytes of a request target, or of a header's value, that is remembered: the same few come again and again."""

VALUES = 64
"""How many values of one header are remembered: one that has more is another each time, such as a balance."""

NAMES = 256
"""Of how many headers."""

_known: dict[tuple[bytes, bytes], bytes] = {}
_begun: dict[bytes, tuple[bytes, list[bytes]]] = {}
"""How a header's line begins, and which of its values are remembered."""


def lines(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Write headers as uvicorn does; raises ValueError for what uvicorn refuses."""
    return [_known.get(header) or _written(header) for header in headers]


def _written(header: tuple[bytes, bytes]) -> bytes:
    name, value = header
    begun = _begun.get(name)
    if begun is None:
        begun = _begin(name)
    if len(value.translate(None, REFUSED)) != len(value):
        raise ValueError("a header has a character that no header can have")
    start, values = begun
    found = start + value + b"\r\n"
    if len(values) < VALUES and len(value) <= SHORT:
        values.append(value)
        _known[header] = found
    return found


def _begin(name: bytes) -> tuple[bytes, list[bytes]]:
    if HEADER_RE.search(name):
        raise ValueError("a header's name has a character that none can have")
    if len(_begun) >= NAMES:
        _begun.clear()
        _known.clear()
    begun = _begun[name] = (b"%b: " % name.lower(), [])
    return begun


def target(root: str, url: bytes) -> tuple[str, bytes, bytes]:
    """Read a request target as uvicorn does: the path decoded, the path as it came, and the query."""
    return _remembered(root, url) if len(url) <= SHORT else _target(root, url)


def _target(root: str, url: bytes) -> tuple[str, bytes, bytes]:
    parsed = httptools.parse_url(url)
    raw_path: bytes = parsed.path
    path = raw_path.decode("ascii")
    return root + (unquote(path) if "%" in path else path), root.encode("ascii") + raw_path, parsed.query or b""


_remembered = lru_cache(maxsize=4096)(_target)
