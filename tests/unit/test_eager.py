"""Coroutines that begin at once, and go on in a task only if they have to wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import anyio
import pytest
from anyio import to_thread

from mockserver.eager import Eager

Task = asyncio.Task[None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def begun(eager: Eager, *works: Coroutine[Any, Any, None]) -> list[Task | None]:
    """Begin coroutines as a protocol does: in a callback of the loop, outside of any task."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Task | None]] = loop.create_future()

    def begin() -> None:
        try:
            found.set_result([eager.begin(loop, work) for work in works])
        except BaseException as error:  # noqa: BLE001 - handed on
            found.set_exception(error)

    loop.call_soon(begin)
    return await found


async def ended(*tasks: Task | None) -> None:
    for task in tasks:
        assert task is not None
        await task


async def test_what_never_waits_is_done_at_once_and_has_no_task():
    seen = []

    async def work() -> None:
        seen.append("done")

    assert await begun(Eager(), work(), work()) == [None, None]
    assert seen == ["done", "done"]


async def test_what_waits_goes_on_in_the_task_that_it_saw_from_the_beginning():
    seen = []

    async def work() -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())
        await to_thread.run_sync(int)
        seen.append(asyncio.current_task())

    (task,) = await begun(Eager(), work())
    await ended(task)

    assert seen == [task, task, task]


async def test_two_that_wait_have_two_tasks_and_wait_for_each_other():
    said, heard = asyncio.Event(), asyncio.Event()

    async def listens() -> None:
        await said.wait()
        heard.set()

    async def speaks() -> None:
        said.set()
        await heard.wait()

    first, second = await begun(Eager(), listens(), speaks())
    await ended(first, second)

    assert first is not second
    assert heard.is_set()


async def test_two_may_wait_for_one_future():
    loop = asyncio.get_running_loop()
    found: asyncio.Future[int] = loop.create_future()
    seen = []

    async def work() -> None:
        seen.append(await found)

    tasks = await begun(Eager(), work(), work())
    found.set_result(7)
    await ended(*tasks)

    assert seen == [7, 7]


async def test_a_lock_a_timeout_and_a_cancel_scope_that_are_entered_at_once_hold_over_the_wait():
    lock = anyio.Lock()
    seen = []

    async def work() -> None:
        async with lock:
            with anyio.move_on_after(0):
                await anyio.sleep_forever()
            seen.append("moved on")
            try:
                async with asyncio.timeout(0):
                    await asyncio.get_running_loop().create_future()
            except TimeoutError:
                seen.append("timed out")

    tasks = await begun(Eager(), work(), work())
    await ended(*tasks)

    assert sorted(seen) == ["moved on", "moved on", "timed out", "timed out"]
    assert not lock.locked()


@pytest.mark.parametrize("already", [False, True], ids=["the first of all", "after another that waited"])
async def test_who_cancels_it_before_the_task_has_begun_cancels_the_coroutine(already):
    eager = Eager()
    seen = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            seen.append("ended")

    if already:
        await ended(*(await begun(eager, asyncio.sleep(0))))
    loop = asyncio.get_running_loop()
    both: asyncio.Future[Task | None] = loop.create_future()

    def begin_and_cancel() -> None:
        task = eager.begin(loop, work())
        assert task is not None
        task.cancel()
        both.set_result(task)

    loop.call_soon(begin_and_cancel)
    task = await both
    with pytest.raises(asyncio.CancelledError):
        await ended(task)

    assert seen == ["ended"]


async def test_errors_before_the_first_wait_are_raised_and_later_ones_are_the_tasks():
    eager = Eager()

    async def fails(*, later: bool) -> None:
        if later:
            await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        await begun(eager, fails(later=False))
    (task,) = await begun(eager, fails(later=True))
    with pytest.raises(LookupError):
        await ended(task)


async def test_inside_of_a_task_it_gets_a_task():
    seen = []

    async def work() -> None:
        seen.append(asyncio.current_task())

    task = Eager().begin(asyncio.get_running_loop(), work())

    assert seen == []
    await ended(task)
    assert seen == [task]


def test_the_next_loop_gets_a_task_of_its_own():
    eager = Eager()

    async def once() -> None:
        await ended(*(await begun(eager, asyncio.sleep(0))))
        await begun(eager, nothing())

    async def nothing() -> None:
        pass

    asyncio.run(once())
    asyncio.run(once())
