"""Coroutines that begin at once: most requests are answered without a wait, and need no task of their own.

An asyncio task begins in the event loop's next turn, and costs more than many of our answers. `Eager.begin` runs a
coroutine up to its first wait; one that has to wait goes on in a task. What it runs in looks like that task from the
beginning, so that locks, timeouts and cancel scopes are what they always are.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

Work = Coroutine[Any, Any, None]


class Eager:
    """Begins coroutines on one event loop."""

    __slots__ = ("_loop", "_rest", "_task")

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rest: Rest | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, loop: asyncio.AbstractEventLoop, work: Work) -> "asyncio.Task[None] | None":
        """Run a coroutine up to its end (None) or its first wait: the task in which it goes on.

        Inside of a task nothing else can begin at once; it gets a task then.
        """
        rest, task = self._rest, self._task
        if rest is None or task is None or self._loop is not loop or task.done():
            rest, task = self._spare(loop)
        try:
            asyncio._enter_task(loop, task)  # noqa: SLF001 - documented for those who make tasks of their own
        except RuntimeError:  # a task is running
            return loop.create_task(work)
        try:
            waits_for = work.send(None)
        except StopIteration:
            return None
        finally:
            asyncio._leave_task(loop, task)  # noqa: SLF001 - as above
        rest.take_over(work, waits_for)
        self._rest = self._task = None
        return task

    def _spare(self, loop: asyncio.AbstractEventLoop) -> "tuple[Rest, asyncio.Task[None]]":
        """Make the task in which the next coroutine goes on that has to wait."""
        rest = Rest(loop)
        self._loop, self._rest, self._task = loop, rest, loop.create_task(rest)
        return rest, self._task


class Rest(Coroutine[Any, Any, None]):
    """What is left of a coroutine that has begun outside of its task: first the wait that it is in, then the rest."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._taken_over: asyncio.Future[None] = loop.create_future()
        self._work: Work | None = None
        self._waits_for: Any = None

    def take_over(self, work: Work, waits_for: Any) -> None:  # noqa: ANN401 - what a coroutine yields to its task
        """Go on with a coroutine that waits."""
        self._work, self._waits_for = work, _awaited(waits_for, False)
        self._taken_over.set_result(None)

    def send(self, value: None) -> Any:  # noqa: ANN401 - as above
        """Tell the task what is waited for: at first for work, then for what that waits for, then let it go on."""
        if self._work is None:
            return _awaited(self._taken_over, True)
        waits_for, self._waits_for = self._waits_for, None
        return self._work.send(value) if waits_for is None else _awaited(waits_for, True)

    def throw(self, *error: Any) -> Any:  # noqa: ANN401 - as a coroutine's own
        """Raise an error where the coroutine waits; before it has begun, here."""
        self._waits_for = None
        if self._work is None:
            raise error[0]
        return self._work.throw(*error)

    def close(self) -> None:
        """End the coroutine."""
        if self._work is not None:
            self._work.close()

    def __await__(self) -> Any:  # noqa: ANN401 - not awaited, but driven by its task
        """Refuse: a task drives it."""
        raise TypeError("what is left of a coroutine is a task's alone")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what else is asked of a coroutine
        """Look like the coroutine, for those who print or inspect a task."""
        return getattr(self._work, name)


def _awaited(waits_for: Any, mark: bool) -> Any:  # noqa: ANN401 - what a coroutine yields to its task
    """Set or take away the mark by which a task knows that a future is awaited: `await` sets it, the task takes it."""
    if asyncio.isfuture(waits_for):
        waits_for._asyncio_future_blocking = mark  # noqa: SLF001 - this is the protocol of futures
    return waits_for
