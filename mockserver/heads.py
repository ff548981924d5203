"""Heads of requests, remembered: one that came before, to the letter, is not parsed again.

Clients poll, and send the same few heads over and over on connections that stay open. What is remembered of one is
shared by all connections of a server. A head is remembered when it comes for the second time, so that a client which
asks for something else each time costs no memory.
"""

from collections.abc import Mapping, Sequence
from typing import Any

LONGEST = 1024
"""Bytes of a head that is remembered."""

MOST = 1024
"""How many are remembered; one more, and all begin again."""

SEEN_AT_MOST = 8192
"""Of how many it is known that they came once."""

END = b"\r\n\r\n"

UNUSUAL = frozenset({b"transfer-encoding", b"expect", b"upgrade"})
"""Headers which make that more than the head says where a request ends, or what becomes of the connection."""


class Head:
    """What a head says: its part of an ASGI scope, and how many bytes of body follow it.

    `told` is what the app found in it, and nowhere else, should it want to remember that.
    """

    __slots__ = ("body", "scope", "told")

    def __init__(self, scope: Mapping[str, Any], body: int) -> None:
        self.scope = scope
        self.body = body
        self.told: Any = None


class Heads:
    """The heads that a server was sent more than once."""

    def __init__(self) -> None:
        self.known: dict[bytes, Head] = {}
        self._seen: set[int] = set()

    def came(self, raw: bytes, scope: Mapping[str, Any], body: int) -> None:
        """Hear what a head was read as, and how many bytes came behind it; together they were one request."""
        mark = hash(raw)
        if mark not in self._seen:
            if len(self._seen) >= SEEN_AT_MOST:
                self._seen.clear()
            self._seen.add(mark)
        elif len(raw) <= LONGEST and _is_plain(raw, scope, body):
            if len(self.known) >= MOST:
                self.known.clear()
            names = ("http_version", "method", "path", "raw_path", "query_string", "headers")
            self.known[raw] = Head({name: scope[name] for name in names}, body)


def _is_plain(raw: bytes, scope: Mapping[str, Any], body: int) -> bool:
    """Tell whether all requests with these very bytes up to the empty line have their head there, and this body."""
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    lengths = [value for name, value in headers if name == b"content-length"] or [b"0"]
    return (
        raw.find(b"\n\r\n") == len(raw) - 3  # no line ends otherwise than with both
        and b"\n\n" not in raw
        and lengths == [b"%d" % body]
        and UNUSUAL.isdisjoint(name for name, _ in headers)
        and scope["method"] != "CONNECT"  # whatever it says, no body follows it
    )
