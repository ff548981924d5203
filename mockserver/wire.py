"""The wire: uvicorn's fastest protocol, with a bound on a request's head, and writes that are gathered.

uvicorn sends an answer's head and its body with a system call each, and each of them may wake a client that
waits. Most answers here are small and complete at once: they are sent whole, at the end of the event loop's turn.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

HEAD_AT_MOST = 2**20
"""Bytes of a request line and headers after which a connection is cut."""

GATHERED_AT_MOST = 2**16
"""Bytes that are kept back at the most."""

TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Corked:
    """A transport that gathers what is written in one turn of the event loop, and sends it at the turn's end."""

    __slots__ = ("_loop", "_size", "_transport", "_waiting")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Gather; what is large goes out at once."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(data)
        self._size += len(data)
        if self._size > GATHERED_AT_MOST:
            self.flush()

    def flush(self) -> None:
        """Send what was gathered."""
        waiting = self._waiting
        if waiting:
            self._waiting = []
            if self._size > GATHERED_AT_MOST:
                self._transport.writelines(waiting)
            else:
                self._transport.write(b"".join(waiting))
            self._size = 0

    def is_closing(self) -> bool:
        """Whether the transport is closed, or about to be."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Send what was gathered, and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the transport has
        return getattr(self._transport, name)


class Shortcut:
    """A shorter way for complete answers and complete bodies than uvicorn's messages; `web` finds it in the scope."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    def body(self) -> bytes | None:
        """Give the request's body if all of it is there; it is given once. None: ask uvicorn for its messages."""
        cycle = self._cycle
        if cycle.more_body or cycle.waiting_for_100_continue or cycle.disconnected:
            return None
        found, cycle.body = bytes(cycle.body), bytearray()
        return found

    def answer(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send a whole answer, which says itself how long its body is; False: it has to go the long way."""
        cycle = self._cycle
        if cycle.access_log or cycle.disconnected or cycle.response_started or cycle.flow.write_paused:
            return False
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join((STATUS_LINE[status], *lines, b"\r\n"))
        if head.count(b"\n") != len(lines) + 2:
            return False  # a line break inside a header: uvicorn refuses it
        cycle.transport.write(head)
        if body and cycle.scope["method"] != "HEAD":
            cycle.transport.write(body)
        # Scope and shortcut point at each other: without this, each request would be left to the garbage collector.
        cycle.scope.pop("fauxreel", None)  # type: ignore[typeddict-item]  # an extension of ours
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True


class Wire(HttpToolsProtocol):
    """uvicorn's protocol over such a transport; connections whose head never ends are cut."""

    head = 0

    def on_headers_complete(self) -> None:
        """Begin a request, and put the shortcut into its scope."""
        before: Any = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.scope["fauxreel"] = Shortcut(self.cycle)  # type: ignore[typeddict-unknown-key]  # an extension of ours

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection."""
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]  # a transport in all but its class

    def data_received(self, data: bytes) -> None:
        """Count what arrives before a head is complete."""
        super().data_received(data)
        if len(data) > 1024 or self.head:
            self._count(len(data))

    def _count(self, size: int) -> None:
        cycle: Any = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        waiting = cycle is None or cycle.response_complete
        self.head = self.head + size if waiting else 0
        if self.head > HEAD_AT_MOST:
            self.transport.write(TOO_LARGE)
            self.transport.close()
