"""The courier: delivers announcements of ended jobs. The only thing that runs in the background, while a clock runs.

Where time stands, deliveries are made at the moment at which somebody moves it. What is due when, and what was
tried, is kept in `core.post`; the courier only carries.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import anyio

from mockserver.core.jobs import Job
from mockserver.core.post import MEANT_FOR_ANOTHER_MACHINE, Attempt, Delivery, is_local
from mockserver.core.world import Sandbox, World
from mockserver.web.provider import Provider

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("mockserver")

LONGEST_SLEEP = 3600.0
"""Seconds after which the courier looks again, whatever it expects."""


@dataclass(frozen=True, slots=True)
class Made:
    """One attempt that was made just now."""

    delivery: Delivery
    attempt: Attempt


class Courier:
    """Carries the announcements of one server's providers."""

    def __init__(self, world: World, providers: Sequence[Provider]) -> None:
        self._world = world
        self._ways = {one.name: one.announcements for one in providers if one.announcements is not None}
        self._under_way: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._round: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def after(self, sandbox: Sandbox) -> None:
        """Deliver what fell due because time was moved; where time runs, see to it that somebody watches."""
        due_at = sandbox.post.next_due()
        if due_at is None:
            return
        clock = sandbox.clock
        if clock.rate:
            self._watch()
        elif due_at <= clock.mock:
            await self.deliver(sandbox)

    async def deliver(self, sandbox: Sandbox) -> list[Made]:
        """Make all attempts that are due in a sandbox now, and say which they were, in order of time."""
        made: list[Made] = []
        while ids := sandbox.post.due(sandbox.now()):
            async with anyio.create_task_group() as group:
                for delivery_id in ids:
                    group.start_soon(self._carry, sandbox, delivery_id, made)
        return sorted(made, key=lambda one: (one.attempt.at, one.delivery.id))

    async def redeliver(self, sandbox: Sandbox, delivery: Delivery, job: Job) -> Delivery:
        """Make one more attempt now, whatever came of the others; it does not count among the provider's own."""
        attempt = await self._attempt(sandbox, delivery, job, sandbox.now())
        _tell(sandbox, delivery, attempt)
        return sandbox.post.record(delivery.id, replace(attempt, by_hand=True)) or delivery

    def next_at(self, sandbox: Sandbox, delivery: Delivery) -> datetime | None:
        """When the next attempt at a delivery is due; None when none is made any more."""
        way, job = self._ways.get(delivery.provider), self.job(sandbox, delivery)
        return None if way is None or job is None else way.rhythm.next_at(delivery, job)

    def resume(self) -> None:
        """Expect anew what an earlier process did not come to, what it had taken out and not carried too."""
        for sandbox in self._world.sandboxes():
            waiting = [(one, at) for one in sandbox.post.newest() if (at := self.next_at(sandbox, one)) is not None]
            sandbox.post.begin_again((one.id, at) for one, at in waiting)

    def job(self, sandbox: Sandbox, delivery: Delivery) -> Job | None:
        """The job that a delivery is about."""
        house = sandbox.houses.get(delivery.provider)
        return None if house is None else house.job(delivery.job)

    # Carrying -------------------------------------------------------------------------------------------------

    async def _carry(self, sandbox: Sandbox, delivery_id: str, made: list[Made]) -> None:
        """Make the attempts at one delivery that are due, each at the instant at which it was."""
        name = (sandbox.name, delivery_id)
        if name in self._under_way:
            return
        self._under_way.add(name)
        try:
            await self._try(sandbox, delivery_id, made)
            await self._world.store.saved()
        finally:
            self._under_way.discard(name)

    async def _try(self, sandbox: Sandbox, delivery_id: str, made: list[Made]) -> None:
        delivery = sandbox.post.get(delivery_id)
        while delivery is not None:
            job, at = self.job(sandbox, delivery), self.next_at(sandbox, delivery)
            if job is None or at is None:
                return
            if at > sandbox.now():
                sandbox.post.expect(delivery_id, at)
                if sandbox.clock.rate:
                    self._watch()
                return
            attempt = await self._attempt(sandbox, delivery, job, at)
            _tell(sandbox, delivery, attempt)
            delivery = sandbox.post.record(delivery_id, attempt)
            if delivery is not None:
                made.append(Made(delivery, attempt))

    async def _attempt(self, sandbox: Sandbox, delivery: Delivery, job: Job, at: datetime) -> Attempt:
        if not is_local(delivery.url):
            return Attempt(at, None, MEANT_FOR_ANOTHER_MACHINE)
        house = sandbox.houses[delivery.provider]
        way = self._ways[delivery.provider]
        body, headers = way.message(house, job, delivery, len(delivery.attempts) + 1)
        status, note = await send(delivery.url, body, headers, way.patience(house.options).total_seconds())
        return Attempt(at, status, note)

    # Watching while a clock runs ------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Have a round go on, and have it look at what it expects anew."""
        self._changed.set()
        if self._round is None or self._round.done():
            self._round = self._start(self._rounds())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)  # noqa: TID251 - the one exception that docs/architecture.md names
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("fauxreel's courier stumbled", exc_info=error)

    async def _rounds(self) -> None:
        """Sleep until something is due, start on it, and end when nothing is expected any more."""
        while (wait := self._seconds_to_wait()) is not None:
            self._changed.clear()
            with anyio.move_on_after(min(wait, LONGEST_SLEEP)):
                await self._changed.wait()
            for sandbox in self._running():
                for delivery_id in sandbox.post.due(sandbox.now()):
                    self._start(self._carry(sandbox, delivery_id, []))

    def _running(self) -> list[Sandbox]:
        return [sandbox for sandbox in self._world.sandboxes() if sandbox.clock.rate]

    def _seconds_to_wait(self) -> float | None:
        """How long until something is due in a sandbox whose clock runs, in real seconds; None if nothing will be."""
        waits = [
            (due_at - sandbox.now()).total_seconds() / sandbox.clock.rate
            for sandbox in self._running()
            if (due_at := sandbox.post.next_due()) is not None
        ]
        return max(min(waits), 0.0) if waits else None


async def send(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int | None, str | None]:
    """POST to an address of this machine: the status code, or None and why there is none after `seconds` at most."""
    import httpx  # noqa: PLC0415 - not needed by a server that announces nothing

    try:
        with anyio.fail_after(seconds):
            # Certificates of this machine are rarely signed by anybody, and no proxy stands in between.
            async with (
                httpx.AsyncClient(verify=False, trust_env=False, timeout=None) as client,  # noqa: S501, S113 - see above
                client.stream("POST", _here(httpx.URL(url)), content=body, headers=dict(headers)) as response,
            ):
                return response.status_code, None
    except TimeoutError:
        return None, f"no answer within {seconds:g} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"[:200]


def _here(url: "httpx.URL") -> "httpx.URL":
    """Give `app.localhost` the address of this machine: resolvers that do not know the name ask other machines."""
    return url.copy_with(host="localhost") if url.host.endswith(".localhost") else url


def _tell(sandbox: Sandbox, delivery: Delivery, attempt: Attempt) -> None:
    """Tell who listens of an attempt."""
    if sandbox.watch is not None:
        sandbox.watch.tried(delivery, attempt)
