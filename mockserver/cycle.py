"""Cycle: one request on a connection and its answer, with shorter ways than messages for what is complete."""

import asyncio
from collections.abc import Callable, Iterable
from logging import Logger
from operator import attrgetter
from typing import Any, Protocol

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle
from uvicorn.server import ServerState

from mockserver.corked import GATHERED_AT_MOST, Corked
from mockserver.heads import Head
from mockserver.lines import lines


class Connection(Protocol):
    """What a request asks of its connection (`mockserver.wire`)."""

    transport: asyncio.Transport
    flow: FlowControl
    server_state: ServerState
    access_log: bool
    corked: Corked
    stopping: bool

    def on_response_complete(self) -> None:
        """Hear that the answer is complete."""
        ...

    def default_lines(self) -> bytes:
        """Give the headers that all answers have, as lines."""
        ...


class Cycle(RequestResponseCycle):
    """A request and its answer. `web` finds it in the scope, with shorter ways than messages for what is complete."""

    # What few requests ever look at is the class's, or the connection's; uvicorn's own has it on each.
    chunked_encoding = None
    expected_content_length = 0
    on_stop: Callable[[], None] | None = None
    arrived = 0  # bytes of the body that came after the request began
    transport: asyncio.Transport = property(attrgetter("wire.transport"))  # type: ignore[assignment]
    flow: FlowControl = property(attrgetter("wire.flow"))  # type: ignore[assignment]
    logger: Logger = property(attrgetter("wire.logger"))  # type: ignore[assignment]
    access_logger: Logger = property(attrgetter("wire.access_logger"))  # type: ignore[assignment]
    access_log: bool = property(attrgetter("wire.access_log"))  # type: ignore[assignment]
    default_headers: list[tuple[bytes, bytes]] = property(  # type: ignore[assignment]
        attrgetter("wire.server_state.default_headers")
    )

    def __init__(self, wire: Connection, scope: Any, *, keep_alive: bool) -> None:  # noqa: ANN401 - uvicorn's own type
        self.wire = wire
        self.scope = scope
        self.keep_alive = keep_alive
        # Python finds what is an object's own many times faster than its class's.
        self.disconnected = self.response_started = self.response_complete = False
        self.more_body, self.waiting_for_100_continue = True, False
        self.body: bytes | bytearray = b""  # type: ignore[assignment]  # bytes while it is one piece
        self.head: Head | None = None  # if it is known
        self._event: asyncio.Event | None = None

    def on_response(self) -> None:
        """Let the connection know that the answer is complete."""
        self.wire.on_response_complete()

    @property
    def message_event(self) -> asyncio.Event:  # type: ignore[override]  # made when somebody waits for a message
        """What `receive` waits for."""
        event = self._event
        if event is None:
            event = self._event = asyncio.Event()
            if self.body or not self.more_body or self.response_complete or self.disconnected:
                event.set()
        return event

    def wake(self) -> None:
        """Wake who waits for a message, if anybody does."""
        if self._event is not None:
            self._event.set()

    def whole_body(self) -> bytes | None:
        """Give the request's body if all of it is there; it is given once. None: ask uvicorn for its messages."""
        if self.more_body or self.waiting_for_100_continue or self.disconnected:
            return None
        found, self.body = bytes(self.body), b""
        return found

    def answer(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send a whole answer, which says itself how long its body is; False: it has to go the long way."""
        wire = self.wire
        if wire.access_log or self.disconnected or self.response_started or wire.flow.write_paused:
            return False
        try:
            head = lines(headers)
        except ValueError:
            return False  # uvicorn refuses it
        if not self.keep_alive:
            head.append(b"connection: close\r\n")
        if self.scope["method"] == "HEAD":
            body = b""
        transport = wire.transport
        if len(body) < GATHERED_AT_MOST:
            transport.write(b"".join((STATUS_LINE[status], wire.default_lines(), *head, b"\r\n", body)))
        else:  # not copied
            transport.write(b"".join((STATUS_LINE[status], wire.default_lines(), *head, b"\r\n")))
            transport.write(body)
        # Scope and cycle point at each other: without this, each request would be left to the garbage collector.
        self.scope.pop("fauxreel", None)  # type: ignore[typeddict-item]  # an extension of ours
        self.response_started = self.response_complete = True
        if self._event is not None:
            self._event.set()
        if not self.keep_alive:
            transport.close()
        wire.on_response_complete()
        return True

    @property
    def gone(self) -> bool:
        """Whether nobody waits for an answer any more: the client has left, or the server is about to stop."""
        return self.disconnected or self.wire.stopping

    def drop(self, *, hard: bool) -> None:
        """Close the connection without a word more: with a reset (`hard`), or after what was written so far."""
        self.scope.pop("fauxreel", None)  # type: ignore[typeddict-item]  # as in answer
        self.disconnected = True  # nothing that is sent from now on goes out, and uvicorn does not complain
        if hard:
            self.wire.corked.reset()
        else:
            self.transport.close()
