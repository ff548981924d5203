"""What the core asks of a store: records on shelves, changed whole; queues by time; buckets of rate limits.

Shelves hold immutable values under text keys, in the order in which the keys were first put there. There is a
single way to change a value: `update` with a pure `change`, which a store may call again if somebody else was faster.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from mockserver.core.limits import Limit

T = TypeVar("T")

Change = Callable[[Any], Any]
"""From the value of now (None: there is none) to the next one (None: take it away). Raises to leave all as it is."""


class StateError(ValueError):
    """State that cannot be used: a file that is foreign, newer, damaged or in use; the message says what to do."""


class StoreUnavailableError(RuntimeError):
    """The store cannot keep what it was told, or cannot be asked, for now; nobody may be told that it is done."""


class Store(Protocol):
    """The narrow door between the core and whatever keeps its state.

    `unsaved` tells whether a change is not where it outlives this process yet: nobody is answered before `saved` has
    come back. `ailing` tells whether the last attempt failed.
    """

    @property
    def shared(self) -> bool:
        """Whether other processes may change what is in it."""
        ...

    @property
    def waits(self) -> bool:
        """Whether answers ever have to wait for it; where they never do, the next two need not be asked."""
        ...

    @property
    def unsaved(self) -> bool:
        """Whether something still has to be saved."""
        ...

    @property
    def ailing(self) -> bool:
        """Whether the last saving failed; it is tried again by `saved`, before anything else is changed."""
        ...

    async def saved(self) -> None:
        """Wait until all that was changed so far outlives this process; raises StoreUnavailableError."""
        ...

    def close(self) -> None:
        """Let go of whatever keeps the state; nothing is asked of the store afterwards."""
        ...

    def get(self, shelf: str, key: str) -> Any:  # noqa: ANN401 - each shelf has its own type of value
        """The value under `key`, or None."""
        ...

    def update(self, shelf: str, key: str, change: Change) -> Any:  # noqa: ANN401 - as get
        """Replace the value under `key` by `change(value)`, indivisibly, and answer the new one."""
        ...

    def put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - as get
        """Let `value` be under `key`, whatever was there; it is not None."""
        ...

    def number(self, shelf: str, key: str) -> int:
        """Count one more under `key`, indivisibly, and answer how many there are by now."""
        ...

    def newest(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf, the last added first; nothing may be written before it is left."""
        ...

    def count(self, shelf: str) -> int:
        """How many keys the shelf holds."""
        ...

    def schedule(self, queue: str, at: datetime, item: Any) -> None:  # noqa: ANN401 - each queue has its own
        """Put `item` into a queue, due at `at`."""
        ...

    def due(self, queue: str, now: datetime) -> list[Any]:
        """Take all items out of a queue that are due at `now`, earliest first."""
        ...

    def next_due(self, queue: str) -> datetime | None:
        """When the earliest item of a queue is due; None for an empty queue."""
        ...

    def withdraw(self, queue: str, unwanted: Callable[[Any], bool]) -> None:
        """Take the unwanted items out of a queue, whenever they are due."""
        ...

    def admit(self, bucket: str, limit: Limit, now: datetime) -> timedelta | None:
        """Let one request into a bucket and answer None, or answer how long until one is welcome."""
        ...

    def window(self, bucket: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
        """How many requests a bucket's window holds, and when the oldest of them leaves it."""
        ...

    def atomically(self, work: Callable[[], T]) -> T:
        """Do work that reads and writes, and answer what it does: all of it happens together, or nothing if it raises.

        A store may do it again if somebody else was faster, so it has no other effects than those on the store.
        """
        ...

    def together(self, work: Callable[[], T]) -> T:
        """Do what `atomically` does, for less, with work that raises only before it has changed anything."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Forget all whose names begin with `target`, and have all that begin with `source` there too; indivisibly.

        The copy goes its own way afterwards. Neither prefix begins with the other.
        """
        ...

    def clear(self, prefix: str) -> None:
        """Forget all shelves, queues and buckets whose names begin with `prefix`."""
        ...
