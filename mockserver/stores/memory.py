"""The store in this process's memory: plain dicts; nothing outlives the process."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from mockserver.core.limits import Bucket, Limit
from mockserver.core.store import Change, T

Undo = tuple[Any, ...]
"""A function that puts something back, and its arguments."""

Timed = tuple[datetime, int, Any]


class MemoryStore:
    """Shelves, queues and buckets as dicts. One event loop uses it; between two awaits nothing can interfere."""

    # What other stores have to find out.
    shared: bool = False
    waits: bool = False
    unsaved: bool = False
    ailing: bool = False

    def __init__(self) -> None:
        self._shelves: dict[str, dict[str, Any]] = {}
        self._queues: dict[str, list[Timed]] = {}
        self._buckets: dict[str, Bucket] = {}
        self._order = count()
        self._undo: list[Undo] | None = None

    def get(self, shelf: str, key: str) -> Any:  # noqa: ANN401 - see core.store
        """The value under `key`, or None."""
        values = self._shelves.get(shelf)
        return None if values is None else values.get(key)

    def update(self, shelf: str, key: str, change: Change) -> Any:  # noqa: ANN401 - see core.store
        """Replace the value under `key` by `change(value)` and answer the new one."""
        try:
            values = self._shelves[shelf]
        except KeyError:
            values = self._shelves[shelf] = {}
        old = values.get(key)
        new = change(old)
        if new is not None:
            values[key] = new
        else:
            values.pop(key, None)
        if self._undo is not None:
            self._undo.append((_place, values, key, old))
        return new

    def put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - see core.store
        """Let `value` be under `key`, whatever was there."""
        try:
            values = self._shelves[shelf]
        except KeyError:
            values = self._shelves[shelf] = {}
        if self._undo is not None:
            self._undo.append((_place, values, key, values.get(key)))
        values[key] = value

    def number(self, shelf: str, key: str) -> int:
        """Count one more under `key`, and answer how many there are by now."""
        values = self._shelves.setdefault(shelf, {})
        before: int | None = values.get(key)
        number = values[key] = 1 if before is None else before + 1
        if self._undo is not None:
            self._undo.append((_place, values, key, before))
        return number

    def newest(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf, the last added first."""
        return reversed(self._shelves.get(shelf, {}).items())

    def count(self, shelf: str) -> int:
        """How many keys the shelf holds."""
        return len(self._shelves.get(shelf, ()))

    def schedule(self, queue: str, at: datetime, item: Any) -> None:  # noqa: ANN401 - see core.store
        """Put `item` into a queue, due at `at`; items of one instant keep their order."""
        heapq.heappush(self._queues.setdefault(queue, []), (at, next(self._order), item))
        if self._undo is not None:
            self._undo.append((_withdraw, self, queue, item))

    def due(self, queue: str, now: datetime) -> list[Any]:
        """Take all items out of a queue that are due at `now`, earliest first."""
        heap = self._queues.get(queue)
        found: list[Any] = []
        while heap and heap[0][0] <= now:
            timed = heapq.heappop(heap)
            found.append(timed[2])
            if self._undo is not None:
                self._undo.append((heapq.heappush, heap, timed))
        return found

    def next_due(self, queue: str) -> datetime | None:
        """When the earliest item of a queue is due."""
        heap = self._queues.get(queue)
        return heap[0][0] if heap else None

    def withdraw(self, queue: str, unwanted: Callable[[Any], bool]) -> None:
        """Take the unwanted items out of a queue."""
        before = self._queues.get(queue, [])
        kept = [timed for timed in before if not unwanted(timed[2])]
        heapq.heapify(kept)
        self._queues[queue] = kept
        if self._undo is not None:
            self._undo.append((self._queues.__setitem__, queue, before))

    def admit(self, bucket: str, limit: Limit, now: datetime) -> timedelta | None:
        """Let one request into a bucket, or answer how long until one is welcome."""
        found = self._buckets.get(bucket)
        if found is None:
            found = self._buckets[bucket] = Bucket()
        return found.admit(limit, now)

    def window(self, bucket: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
        """How many requests a bucket's window holds, and when the oldest of them leaves it."""
        found = self._buckets.get(bucket) or Bucket()
        return found.window(limit, now)

    def atomically(self, work: Callable[[], T]) -> T:
        """Do work, and undo what it wrote if it raises."""
        if self._undo is not None:
            return work()
        undo: list[Undo] = []
        self._undo = undo
        try:
            return work()
        except BaseException:
            self._undo = None
            for put_back, *what in reversed(undo):
                put_back(*what)
            raise
        finally:
            self._undo = None

    def together(self, work: Callable[[], T]) -> T:
        """Do work that leaves nothing to undo."""
        return work()

    def close(self) -> None:
        """All is forgotten with the process."""

    async def saved(self) -> None:
        """Nothing is saved anywhere."""

    def copy(self, source: str, target: str) -> None:
        """Forget all whose names begin with `target`, and have all that begin with `source` there too."""
        self.clear(target)
        self._shelves |= {name: dict(values) for name, values in _renamed(self._shelves, source, target)}
        self._buckets |= {name: bucket.copy() for name, bucket in _renamed(self._buckets, source, target)}
        for name, heap in _renamed(self._queues, source, target):
            self._queues[name] = [(at, next(self._order), item) for at, _, item in sorted(heap, key=_when)]

    def clear(self, prefix: str) -> None:
        """Forget all shelves, queues and buckets whose names begin with `prefix`."""
        for names in (self._shelves, self._queues, self._buckets):
            for name in [name for name in names if name.startswith(prefix)]:
                del names[name]


def _renamed(found: dict[str, Any], source: str, target: str) -> list[tuple[str, Any]]:
    """What is under names that begin with `source`, with the names that a copy has."""
    return [(target + name[len(source) :], value) for name, value in found.items() if name.startswith(source)]


def _when(timed: Timed) -> tuple[datetime, int]:
    """When an item is due, and which comes first of those due together; items themselves have no order."""
    return timed[0], timed[1]


def _place(values: dict[str, Any], key: str, value: Any) -> None:  # noqa: ANN401 - see core.store
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _withdraw(store: MemoryStore, queue: str, item: object) -> None:
    store.withdraw(queue, lambda other: other is item)
