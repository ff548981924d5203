"""What happens, while it happens: `GET events`, as server-sent events."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import anyio
import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.control.desk import ControlError, Desk, iso, money
from mockserver.core.watch import KINDS, Event, Watch
from mockserver.core.world import Sandbox, World

LISTENERS_AT_MOST = 100
HEARTBEAT = 15.0
"""Real seconds after which a silent stream says that it is still there."""
LONGEST = 86_400
SOONEST = 0.005
"""Real seconds that are waited at the least, however fast the clock runs."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def listen(desk: Desk) -> Response:
    """Send requests, changes of jobs, money, webhooks and moves of the clock as they happen, as server-sent events."""
    for name in desk.query:
        if name not in {"kind", "seconds", "after"}:
            raise ControlError(
                400, "bad_query", f"There is no filter '{name[:80]}'.", "There are: after, kind, seconds"
            )
    kinds = frozenset(desk.query.get("kind", ",".join(KINDS)).split(","))
    if unknown := sorted(kinds - set(KINDS)):
        raise ControlError(
            400, "bad_query", f"'kind': there is no {unknown[0][:80]!r}.", f"There are: {', '.join(KINDS)}"
        )
    seconds = None if "seconds" not in desk.query else desk.number("seconds", 0, LONGEST, least=0)
    after = _after(desk)
    if desk.world.listeners >= LISTENERS_AT_MOST:
        text = f"There are {LISTENERS_AT_MOST} listeners already."
        raise ControlError(503, "too_many_listeners", text, "Close one of them.")
    sandbox = desk.sandbox
    if sandbox.watch is None:
        sandbox.watch = Watch(sandbox)
    return Stream(desk.world, sandbox, sandbox.watch, after, kinds, seconds)


def _after(desk: Desk) -> int | None:
    """The event after which to begin: what a client that comes back says in Last-Event-ID, or what the query says."""
    text = desk.query.get("after")
    if text is None:
        text = desk.request.headers.get("last-event-id", "")  # of whatever server it was; what is no number is not ours
        return int(text) if _is_number(text) else None
    if not _is_number(text):
        raise ControlError(400, "bad_query", f"'after' is the number of an event, not {text[:80]!r}.")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


class Stream(Response):
    """Events until the client leaves, the server stops, the sandbox is gone, or `seconds` of real time are over."""

    def __init__(
        self,
        world: World,
        sandbox: Sandbox,
        watch: Watch,
        after: int | None,
        kinds: frozenset[str],
        seconds: int | None,
    ) -> None:
        super().__init__()
        self._world, self._sandbox, self._watch, self._kinds = world, sandbox, watch, kinds
        watch.look()
        self._told = watch.count if after is None else min(after, watch.count)
        self._until = None if seconds is None else anyio.current_time() + seconds
        self._stopped = self._left = False
        self._woken = anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        cycle = scope.get("fauxreel")  # see mockserver.cycle
        if cycle is not None:
            cycle.on_stop = self._stop
        self._world.listeners += 1
        self._watch.listen(self._wake)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._until_gone, receive, group.cancel_scope.cancel)
                await self._send_all(send)
                group.cancel_scope.cancel()
        finally:
            self._watch.leave(self._wake)
            self._world.listeners -= 1
        if not self._left:
            await send({"type": "http.response.body", "body": b""})

    async def _until_gone(self, receive: Receive, cancel: Callable[[], None]) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left = True
        cancel()

    async def _send_all(self, send: Send) -> None:
        text = f"retry: 1000\nid: {self._told}\n\n"
        while True:
            text += self._news()
            if text:
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
            if self._stopped or self._watch.over or (self._until is not None and anyio.current_time() >= self._until):
                return
            text = "" if await self._waited() else ": still here\n\n"

    def _news(self) -> str:
        """What has not been sent yet, of the kinds that are wanted."""
        self._watch.look()
        events = self._watch.after(self._told)
        if events:
            self._told = events[-1].number
        return "".join(_frame(event) for event in events if event.kind in self._kinds or event.kind == "missed")

    async def _waited(self) -> bool:
        """Wait until there may be something new; False: it has been silent for long."""
        seconds, silent = HEARTBEAT, True
        clock, due = self._sandbox.clock, self._watch.next_due()
        if due is not None and clock.rate:
            until_due = max((due - clock.now()).total_seconds() / clock.rate, SOONEST)
            seconds, silent = min((seconds, silent), (until_due, False))
        if self._until is not None:
            seconds, silent = min((seconds, silent), (max(self._until - anyio.current_time(), 0), False))
        with suppress(TimeoutError), anyio.fail_after(seconds):
            await self._woken.wait()
            silent = False
        self._woken = anyio.Event()
        return not silent

    def _wake(self) -> None:
        self._woken.set()

    def _stop(self) -> None:
        """The server is about to stop."""
        self._stopped = True
        self._wake()


def _frame(event: Event) -> str:
    data = msgspec.json.encode({"at": iso(event.at), **_plain(event.facts)}).decode()
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON; sums are decimal strings."""
    return {name: money(value) if isinstance(value, Decimal) else value for name, value in facts.items()}
