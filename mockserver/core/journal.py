"""What was asked and answered: bounded, and as it was; `core.redaction` takes the keys out of what is shown."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

Headers = Sequence[tuple[bytes, bytes]]

BODY_KEPT = 16 * 1024
"""How many bytes of a body are kept."""


class Exchange(NamedTuple):
    """One request and its answer: bodies are the first BODY_KEPT bytes, `at` is mock time, `key` is not redacted.

    `status` is 0 where there was nothing to answer. Where a `fault` struck, the answer is as it was before it did.
    """

    at: datetime
    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    client: str
    provider: str | None
    operation: str | None
    key: str | None
    status: int
    answer_headers: Headers
    answer: bytes
    job: str | None = None
    clause: str | None = None
    fault: str | None = None


class Journal:
    """The last exchanges of a sandbox, numbered from 1 in the order of their answers.

    `bell` is rung when one is added, if somebody listens.
    """

    def __init__(self, limit: int) -> None:
        self._kept: deque[tuple[Any, ...]] = deque(maxlen=limit)
        self._count = 0
        self.bell: Callable[[], None] | None = None

    def add(self, exchange: tuple[Any, ...]) -> None:
        """Keep one exchange, all the facts of an `Exchange` in order; the oldest makes room."""
        self._kept.append(exchange)
        self._count += 1
        if self.bell is not None:
            self.bell()

    @property
    def count(self) -> int:
        """How many exchanges there ever were."""
        return self._count

    @property
    def complete(self) -> bool:
        """Whether all that there ever were are still kept."""
        return self._count == len(self._kept)

    def newest(self) -> Iterator[tuple[int, Exchange]]:
        """Number and exchange, the last one first."""
        return zip(range(self._count, 0, -1), map(Exchange._make, reversed(self._kept)), strict=False)

    def forget(self) -> None:
        """Begin again, at number 1."""
        self._kept.clear()
        self._count = 0


def redacted_key(key: str) -> str:
    """Show enough of a key to know it by, and no more."""
    return f"{key[:3]}…{key[-2:]}" if len(key) > 8 else "…"
