"""The wire: uvicorn's fastest protocol, with a bound on a request's head, and writes that are gathered.

uvicorn sends an answer's head and its body with a system call each, and each of them may wake a client that
waits. Most answers here are small and complete at once: they are sent whole, at the end of the event loop's turn.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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

    def close(self) -> None:
        """Send what was gathered, and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the transport has
        return getattr(self._transport, name)


class Wire(HttpToolsProtocol):
    """uvicorn's protocol over such a transport; connections whose head never ends are cut."""

    head = 0

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
