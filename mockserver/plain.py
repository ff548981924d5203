"""The plain wire: uvicorn's portable protocol, with connections that can be dropped, for where httptools is missing.

It knows no shorter ways; `wire` is the fast one.
"""

import os
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""To wait for nobody, as the system takes it."""


def reset(transport: Any) -> None:  # noqa: ANN401 - asyncio's or uvloop's
    """Close a connection at once, so that the other side sees a reset (RST)."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    transport.abort()


class Handle:
    """What `web` finds in the scope of a request: a way to drop its connection, and no shorter way to answer."""

    __slots__ = ("_cycle", "_wire")
    head = None  # each is parsed

    def __init__(self, wire: "PlainWire", cycle: RequestResponseCycle) -> None:
        self._wire = wire
        self._cycle = cycle

    def whole_body(self) -> None:
        """Give nothing: uvicorn has the messages."""

    def answer(self, *_: object) -> bool:
        """Send nothing: it goes the long way."""
        return False

    @property
    def gone(self) -> bool:
        """Whether nobody waits for an answer any more: the client has left, or the server is about to stop."""
        return self._cycle.disconnected or self._wire.stopping

    def drop(self, *, hard: bool) -> None:
        """Close the connection without a word more: with a reset (`hard`), or after what was written so far."""
        self._cycle.disconnected = True  # nothing that is sent from now on goes out, and uvicorn does not complain
        if hard:
            reset(self._cycle.transport)
        else:
            self._cycle.transport.close()


class PlainWire(H11Protocol):
    """uvicorn's protocol, with a handle in each request's scope."""

    stopping = False

    def handle_events(self) -> None:
        """Take requests on; they begin in the event loop's next turn."""
        super().handle_events()
        scope: Any = self.scope  # None until a first head is complete, whatever uvicorn's annotation says
        if scope is not None and "fauxreel" not in scope:
            scope["fauxreel"] = Handle(self, self.cycle)

    def shutdown(self) -> None:
        """Hear that the server stops."""
        self.stopping = True
        super().shutdown()
