"""Corked transports: what is written to them in one turn of the event loop goes out in one piece, at its end."""

import asyncio
import logging

from mockserver.plain import reset

log = logging.getLogger("mockserver")

GATHERED_AT_MOST = 2**16
"""Bytes that are kept back at the most."""


class Outbox:
    """The transports of one server that have something to send at the end of the event loop's turn."""

    def __init__(self) -> None:
        self._waiting: list[Corked] = []

    def add(self, corked: "Corked", loop: asyncio.AbstractEventLoop) -> None:
        """Have this one send, too, what it gathers in this turn."""
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append(corked)

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        for corked in waiting:
            try:
                corked.flush()
            except Exception:  # the others are sent all the same
                log.exception("fauxreel could not send an answer")


class Corked:
    """A transport that gathers what is written in one turn of the event loop, and sends it at the turn's end.

    Not sooner, even where an answer is complete: the first one that goes out wakes a client, which takes time from the
    answers of all other connections that are due in the same turn.
    """

    def __init__(self, transport: asyncio.Transport, outbox: Outbox, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._outbox = outbox
        self._loop = loop
        self._waiting: list[bytes] = []
        self._size = 0
        # What else is asked of a transport; found without a detour.
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.set_write_buffer_limits, self.abort = transport.set_write_buffer_limits, transport.abort
        self.get_write_buffer_size = transport.get_write_buffer_size

    def write(self, data: bytes) -> None:
        """Gather; what is large goes out at once."""
        if not self._waiting:
            self._outbox.add(self, self._loop)
        self._waiting.append(data)
        self._size += len(data)
        if self._size > GATHERED_AT_MOST:
            self.flush()

    def flush(self) -> None:
        """Send what was gathered, unless the connection is gone: a transport that is closed takes nothing."""
        waiting = self._waiting
        if waiting:
            self._waiting = []
            if self.is_closing():
                pass
            elif len(waiting) == 1:
                self._transport.write(waiting[0])
            elif self._size > GATHERED_AT_MOST:
                self._transport.writelines(waiting)
            else:
                self._transport.write(b"".join(waiting))
            self._size = 0

    def reset(self) -> None:
        """Close at once, so that the other side sees a reset (RST)."""
        self._waiting = []
        reset(self._transport)

    def close(self) -> None:
        """Send what was gathered, and close."""
        try:
            self.flush()
        finally:
            self._transport.close()
