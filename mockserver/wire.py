"""The wire: uvicorn's fastest protocol, made shorter for requests that are complete and answers that are.

Five things are different. A request that is there whole is answered at once, in the event loop's same turn, without a
task (see `eager`). One whose head is the same as one before is not parsed again (see `heads`). What is written in that
turn is gathered and sent in one piece: uvicorn sends an answer's head and its body with a system call each, and each of
them may wake a client that waits. A head is bounded. And no client is waited for without an end (see `patience`). All
else is uvicorn's: what is not complete goes its way.
"""

import asyncio
from math import inf
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver import patience
from mockserver.corked import Corked, Outbox
from mockserver.cycle import Cycle
from mockserver.eager import Eager
from mockserver.heads import END, Head, Heads
from mockserver.heads import LONGEST as LONGEST_HEAD
from mockserver.lines import lines, target
from mockserver.patience import TIMED_OUT, Patience

HEAD_AT_MOST = 2**17
"""Bytes of a request line and headers, beyond the first piece that is read, after which a connection is cut."""

REST_AT_MOST = 2**26
"""Bytes that are read, and thrown away, of a body that was refused before it came: many read no answer before that."""

SHORT = 2**14
"""Bytes that may come in one piece for a head in it to be looked up."""

TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, which answers at once what is there whole. It speaks no web sockets (`ws="none"`)."""

    __slots__ = (
        "_asgi", "_between", "_counted", "_default_lines", "_defaults", "_eager", "_frame", "_head", "_heads",
        "_idle_since", "_is_closing", "_known", "_outbox", "_patience", "_unstarted", "corked",
    )  # fmt: skip

    cycle: Cycle
    stopping = False

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as uvicorn has it
        eager: Eager,
        heads: Heads,
        outbox: Outbox,
        **more: Any,  # noqa: ANN401 - as uvicorn has it
    ) -> None:
        super().__init__(*args, **more)
        self._eager = eager
        self._outbox = outbox
        self._heads = heads
        self._known = heads.known
        self._between = True  # the parser waits for a request to begin
        self._head = 0
        self._counted: object = None
        self._unstarted: Cycle | None = None
        self._idle_since: float | None = None
        self._defaults: object = None
        self._default_lines = b""
        self._asgi = {"version": self.asgi_version, "spec_version": "2.3"}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection."""
        self.corked = Corked(transport, self._outbox, self.loop)
        self._is_closing = transport.is_closing
        super().connection_made(self.corked)  # type: ignore[arg-type]  # a transport in all but its class
        self._frame = {  # of the scope of each request
            "type": "http",
            "asgi": self._asgi,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
        }
        self._patience = Patience(("head", None), self.loop.time())
        self._look_after(patience.LOOK)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection, and of the next look at what it waits for."""
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Hear that the server stops."""
        self.stopping = True
        cycle: Cycle | None = self.cycle  # None until a first request comes, whatever uvicorn's annotation says
        if cycle is not None and cycle.on_stop is not None:
            cycle.on_stop()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Answer what came whole, let what did not begin as a task, and count what comes before a head is complete."""
        cut = 0
        before: Cycle | None = self.cycle  # None until a first request comes, whatever its annotation says
        if self._between and len(data) <= SHORT:
            cut = data.find(END) + len(END)
            known = self._known.get(data[:cut])
            if (
                known is not None
                and len(data) - cut == known.body
                and (before is None or before.response_complete)
                and not self._is_closing()
            ):
                self._take_known(known, data[cut:])
                return
        super().data_received(data)
        came = self.cycle is not before  # empty lines alone are no request
        if came and cut > len(END) and self._between and cut <= LONGEST_HEAD and self.cycle.keep_alive:
            self._heads.came(data[:cut], self.scope, len(data) - cut)
        cycle, self._unstarted = self._unstarted, None
        if cycle is not None and not self.corked.is_closing():
            self._start_asgi_task(_told_to_go_on(cycle), self._app())
        if self._head or not self._between:
            self._count(len(data))

    def _take_known(self, known: Head, body: bytes) -> None:
        """Begin a request that is there whole, and whose head needs no parsing."""
        self._idle_since = None
        scope: Any = {**self._frame, **known.scope, "state": self.app_state.copy()}
        self.scope, self.headers = scope, scope["headers"]
        self.cycle = cycle = Cycle(self, scope, keep_alive=True)
        cycle.head, cycle.body, cycle.more_body = known, body, False
        scope["fauxreel"] = cycle
        self._begin(cycle)

    def _count(self, size: int) -> None:
        """Count what comes of one head, or of the rest of one body that was refused; cut what is too long."""
        cycle: Cycle | None = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        in_head = self._in_head()
        if not in_head and (cycle is None or not (cycle.response_complete and cycle.more_body)):
            self._head = 0
            return
        if self.headers is not self._counted:  # it began somewhere in this piece: it is counted from the next one on
            self._counted, self._head = self.headers, 1
            return
        self._head += size
        if self._head > (HEAD_AT_MOST if in_head else REST_AT_MOST):
            if in_head:
                self.transport.write(TOO_LARGE)
            self.transport.close()

    def _in_head(self) -> bool:
        """Tell whether a head has begun to come and is not complete: its headers are in no request yet."""
        cycle: Cycle | None = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        return hasattr(self, "url") and (cycle is None or cycle.scope["headers"] is not self.headers)

    # What the parser finds --------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._between = False
        self._idle_since = None  # this may have come in one piece with a request that is answered by now
        self.url = b""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take a request on. It begins when it is complete, or when what has come of it is read (`data_received`)."""
        parser = self.parser
        before: Cycle | None = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        version = parser.get_http_version()
        path, raw_path, query = target(self.root_path, self.url)
        scope: Any = {
            **self._frame,
            "http_version": version,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": parser.get_method().decode("ascii"),
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
        }
        self.scope = scope
        self.cycle = cycle = Cycle(self, scope, keep_alive=version != "1.0" and parser.should_keep_alive())
        scope["fauxreel"] = cycle
        if before is None or before.response_complete:
            self._unstarted = cycle
        else:  # pipelined: it waits for its turn
            self.flow.pause_reading()
            self.pipeline.appendleft((_told_to_go_on(cycle), self._app()))

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; most bodies are one."""
        cycle = self.cycle
        if cycle.response_complete:
            return
        if cycle.body:
            cycle.body = cycle.body if isinstance(cycle.body, bytearray) else bytearray(cycle.body)
            cycle.body += body
        else:
            cycle.body = body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        if cycle is not self._unstarted:
            cycle.arrived += len(body)
            cycle.wake()

    def on_message_complete(self) -> None:
        """Begin a request that is there whole, at once."""
        self._between = True
        cycle = self.cycle
        cycle.more_body = False
        if cycle.response_complete:  # it was refused before it was whole, and the rest has come
            self._idle_since = self.loop.time()
            return
        if self.transport.is_closing():
            return
        if cycle is not self._unstarted:
            cycle.wake()
            return
        self._unstarted = None
        self._begin(cycle)

    def _begin(self, cycle: Cycle) -> None:
        app = self.app if self.limit_concurrency is None else self._app()
        task = self._eager.begin(self.loop, cycle.run_asgi(app))
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _app(self) -> Any:  # noqa: ANN401 - an ASGI app
        """Give the app, or the one that refuses where a server has as much to do as it may have."""
        most = self.limit_concurrency
        if most is None or (len(self.connections) < most and len(self.tasks) < most):
            return self.app
        self.logger.warning("Exceeded concurrency limit.")
        return service_unavailable

    # Between requests -------------------------------------------------------------------------------------------

    def on_response_complete(self) -> None:
        """Begin with the next request that waits, or watch whether one comes."""
        self.server_state.total_requests += 1
        if self._is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()

    def _unset_keepalive_if_required(self) -> None:
        """Know that the connection is in use; its timer goes on, since timers cost more than looking twice."""
        self._idle_since = None

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Look at what the connection waits for: close one that waits too long, else look again later."""
        now = self.loop.time()
        idle = self._idle_since
        if idle is not None and not self.transport.get_write_buffer_size():
            left = idle + self.timeout_keep_alive - now
            if left <= 0:
                self.timeout_keep_alive_task = None
                super().timeout_keep_alive_handler()
                return
            self._look_after(min(left, patience.LOOK))
            return
        self._look_after(patience.LOOK)  # goes on while a connection is being closed, until it is
        what, within = self._waits_for()
        if self._patience.is_over(what, within, now):
            self._give_up(what)

    def _waits_for(self) -> tuple[tuple[str, object], float]:
        """Say what the client is to do, in two words that change when it does some of it, and in how many seconds."""
        cycle: Cycle | None = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            return ("take", unsent), patience.TAKEN_WITHIN
        if cycle is None or cycle.response_complete:
            return ("head", cycle), patience.HEAD_WITHIN
        if cycle.more_body and not self.flow.read_paused:
            return ("body", cycle), patience.BODY_WITHIN + cycle.arrived / patience.BODY_RATE
        return ("wait", None), inf  # the client waits for us

    def _give_up(self, what: tuple[str, object]) -> None:
        """Part with a client that was waited for long enough, and tell it why where it can hear that."""
        cycle: Cycle | None = self.cycle  # None until a first head is complete, whatever uvicorn's annotation says
        if what[0] == "take":
            self.corked.reset()  # so that the system keeps nothing of it either
            return
        if cycle is not None and what[0] == "body":
            heard = not cycle.response_started
            cycle.disconnected = True
            cycle.wake()
        else:  # nobody listens who never said a word, or goes on with a body that was refused
            heard = self._in_head()
        if heard and not self.transport.is_closing():
            self.transport.write(TIMED_OUT)
        self.transport.close()

    def default_lines(self) -> bytes:
        """Give the headers that all answers have, as lines; uvicorn makes a new list each second."""
        headers = self.server_state.default_headers
        if headers is not self._defaults:
            self._defaults, self._default_lines = headers, b"".join(lines(headers))
        return self._default_lines


def _told_to_go_on(cycle: Cycle) -> Cycle:
    """Mark a request whose client waits to be told to send the body; one whose body is there is not asked."""
    expected = (b"expect", b"100-continue")
    cycle.waiting_for_100_continue = any((name, value.lower()) == expected for name, value in cycle.scope["headers"])
    return cycle
