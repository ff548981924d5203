"""The store in memory, and a file that has all of it before anybody is answered.

Reading costs what it costs in memory. What is changed is gathered, and written by one thread in one transaction for all
requests that wait for it, synced to the disk: an answer goes out when the changes behind it are there (`saved`). After
a crash the next server finds what was acknowledged, and nothing half done.
"""

import asyncio
import heapq
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from mockserver.core.limits import Bucket, Limit
from mockserver.core.store import Change, StoreUnavailableError, T
from mockserver.stores.codec import Codec
from mockserver.stores.file import Raw, Redo, StateFile
from mockserver.stores.memory import MemoryStore

log = logging.getLogger("mockserver")

Waiter = asyncio.Future[None]


class SqliteStore(MemoryStore):
    """Shelves, queues and buckets in memory, and in an SQLite file; one process at a time has the file.

    `packages` are those whose classes may be stored values besides this project's (providers of somebody's own).
    Raises StateError for a file that cannot be used: foreign, newer, damaged, or in use.
    """

    def __init__(self, path: Path, packages: Iterable[str] = ()) -> None:
        super().__init__()
        self._codec = Codec(packages)
        self._file = StateFile(path, self._codec)
        self._redo: list[Redo] = []
        self._waiters: list[Waiter] = []
        self._writing: list[Waiter] | None = None
        self._ailing: Exception | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fauxreel-state")
        self._restore()

    def _restore(self) -> None:
        self._shelves = self._file.shelves()
        self._queues, last = self._file.queues()
        self._order = count(last + 1)
        self._buckets = {name: Bucket(deque(passed)) for name, passed in self._file.passes().items()}

    # Reading: what was not looked at since the start is still as the file has it ----------------------------------

    def get(self, shelf: str, key: str) -> Any:  # noqa: ANN401 - see core.store
        """The value under `key`, or None."""
        values = self._shelves.get(shelf)
        found = None if values is None else values.get(key)
        if type(found) is Raw and values is not None:
            found = values[key] = self._read(found)
        return found

    def _read(self, value: Any) -> Any:  # noqa: ANN401 - see core.store
        return self._codec.unpacked(value) if type(value) is Raw else value

    def newest(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf, the last added first."""
        for key, value in super().newest(shelf):
            yield key, self._read(value)

    # Writing ------------------------------------------------------------------------------------------------------

    def update(self, shelf: str, key: str, change: Change) -> Any:  # noqa: ANN401 - see core.store
        """Replace the value under `key` by `change(value)` and answer the new one."""
        self.get(shelf, key)
        new = super().update(shelf, key, change)
        self._redo.append(("put", shelf, key, new) if new is not None else ("drop", shelf, key))
        return new

    def put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - see core.store
        """Let `value` be under `key`, whatever was there."""
        super().put(shelf, key, value)
        self._redo.append(("put", shelf, key, value))

    def number(self, shelf: str, key: str) -> int:
        """Count one more under `key`, and answer how many there are by now."""
        self.get(shelf, key)
        number = super().number(shelf, key)
        self._redo.append(("put", shelf, key, number))
        return number

    def schedule(self, queue: str, at: datetime, item: Any) -> None:  # noqa: ANN401 - see core.store
        """Put `item` into a queue, due at `at`; items of one instant keep their order."""
        number = next(self._order)
        heapq.heappush(self._queues.setdefault(queue, []), (at, number, item))
        if self._undo is not None:
            self._undo.append((self.withdraw, queue, lambda other: other is item))
        self._redo.append(("plan", queue, at, number, item))

    def due(self, queue: str, now: datetime) -> list[Any]:
        """Take all items out of a queue that are due at `now`, earliest first."""
        heap = self._queues.get(queue)
        found: list[Any] = []
        while heap and heap[0][0] <= now:
            timed = heapq.heappop(heap)
            found.append(self._read(timed[2]))
            self._redo.append(("done", timed[1]))
            if self._undo is not None:
                self._undo.append((heapq.heappush, heap, timed))
        return found

    def withdraw(self, queue: str, unwanted: Callable[[Any], bool]) -> None:
        """Take the unwanted items out of a queue."""
        before = self._queues.get(queue, [])
        read = [(at, number, self._read(item)) for at, number, item in before]
        gone = {number for _, number, item in read if unwanted(item)}
        kept = [timed for timed in read if timed[1] not in gone]
        heapq.heapify(kept)
        self._queues[queue] = kept
        if self._undo is not None:
            self._undo.append((self._queues.__setitem__, queue, before))
        self._redo.extend(("done", number) for number in gone)

    def admit(self, bucket: str, limit: Limit, now: datetime) -> timedelta | None:
        """Let one request into a bucket, or answer how long until one is welcome."""
        wait = super().admit(bucket, limit, now)
        if wait is None:
            self._redo.append(("pass", bucket, now, now + limit.per))
        return wait

    def atomically(self, work: Callable[[], T]) -> T:
        """Do work, and undo what it wrote if it raises, here and in what will be written."""
        mark = len(self._redo)
        try:
            return super().atomically(work)
        except BaseException:
            del self._redo[mark:]
            raise

    def copy(self, source: str, target: str) -> None:
        """Forget all whose names begin with `target`, and have all that begin with `source` there too."""
        super().copy(source, target)  # it clears the target first, and that is among the changes by now
        self._redo.append(("copy", source, target))
        for queue, heap in self._queues.items():
            if queue.startswith(target):
                self._redo.extend(("plan", queue, at, number, item) for at, number, item in heap)

    def clear(self, prefix: str) -> None:
        """Forget all shelves, queues and buckets whose names begin with `prefix`."""
        super().clear(prefix)
        self._redo.append(("forget", prefix))

    # To the disk --------------------------------------------------------------------------------------------------

    waits: bool = True

    @property
    def unsaved(self) -> bool:  # type: ignore[override]  # nobody sets it
        """Whether something was changed that is not in the file yet."""
        return bool(self._redo) or self._writing is not None

    @property
    def ailing(self) -> bool:  # type: ignore[override]  # nobody sets it
        """Whether the last writing failed."""
        return self._ailing is not None

    async def saved(self) -> None:
        """Wait until all that was changed so far is on the disk.

        Raises StoreUnavailableError when it cannot be written; it stays in memory, and is tried again at the next call.
        """
        if not self.unsaved:
            return
        loop = asyncio.get_running_loop()
        waiter: Waiter = loop.create_future()
        if self._redo:
            self._waiters.append(waiter)
            if self._writing is None and len(self._waiters) == 1:
                loop.call_soon(self._begin)  # who else is answered in this turn of the loop comes along
        elif self._writing is not None:
            self._writing.append(waiter)
        await waiter

    def _begin(self) -> None:
        """Have the thread write what was gathered."""
        if self._writing is not None or not self._redo:
            return
        batch, self._redo = self._redo, []
        self._writing, self._waiters = self._waiters, []
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._file.write, batch)
        written.add_done_callback(partial(self._written, batch))

    def _written(self, batch: list[Redo], written: "asyncio.Future[None]") -> None:
        waiting, self._writing = self._writing or [], None
        error = written.exception()
        if error is not None:
            log.error("fauxreel cannot write its state, and answers 503 until it can: %s", error)
            self._redo[:0] = batch
            self._ailing = StoreUnavailableError(f"the state cannot be written: {error}")
        else:
            self._ailing = None
        for waiter in waiting:
            if waiter.done():
                continue  # its client went away
            if self._ailing is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(self._ailing)
        if self._waiters:
            self._begin()

    def flush(self) -> None:
        """Write what was gathered, here and now; for whoever has no event loop."""
        batch, self._redo = self._redo, []
        self._thread.submit(self._file.write, batch).result()

    def close(self) -> None:
        """Write what was gathered, and let go of the file."""
        try:
            self.flush()
        finally:
            self._thread.shutdown()
            self._file.close()
