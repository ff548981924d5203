"""Post: announcements of ended jobs, to addresses that clients named. When each is due follows from the facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from mockserver.core.jobs import Job
from mockserver.core.store import Store
from mockserver.core.timeline import State

MEANT_FOR_ANOTHER_MACHINE = "not sent: deliveries go to this machine alone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at the mock instant `at`: the receiver's status code, or None and a `note` that says why there is none.

    `by_hand` tries are extra: they do not count among those that the provider makes.
    """

    at: datetime
    status: int | None
    note: str | None = None
    by_hand: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of one announcement: whose job it is about, where it goes, and what was tried so far.

    `base` is the address under which the client saw the server when it ordered the job.
    """

    id: str
    provider: str
    job: str
    key: str
    url: str
    base: str
    attempts: tuple[Attempt, ...] = ()

    @property
    def delivered(self) -> bool:
        """Whether one attempt came through."""
        return any(attempt.delivered for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a provider tries: `waits` before each attempt, the first counted from the job's end.

    Jobs that end in another of `states` are not announced.
    """

    waits: Sequence[timedelta]
    states: frozenset[State] = frozenset({"done", "failed"})

    def next_at(self, delivery: Delivery, job: Job) -> datetime | None:
        """When the next attempt is due; None when none is made any more, or the job never ends."""
        tried = [attempt for attempt in delivery.attempts if not attempt.by_hand]
        if delivery.delivered or len(tried) >= len(self.waits) or (tried and not is_local(delivery.url)):
            return None
        if tried:
            return tried[-1].at + self.waits[len(tried)]
        ends_at = job.ends_at
        return None if ends_at is None or job.at(ends_at).stage.state not in self.states else ends_at + self.waits[0]


class Post:
    """The deliveries of one sandbox, the newest first, and which to look at when: `queue` has these."""

    def __init__(self, store: Store, sandbox: str) -> None:
        self._store = store
        self._shelf = f"{sandbox}/post"
        self.queue = f"{sandbox}/post/due"

    def add(self, delivery: Delivery, due_at: datetime | None) -> None:
        """Take a delivery on; `due_at` is when to look at it (None: when its job is ended by hand)."""
        self._store.put(self._shelf, delivery.id, delivery)
        if due_at is not None:
            self.expect(delivery.id, due_at)

    def expect(self, delivery_id: str, at: datetime) -> None:
        """Look at a delivery at `at`, if there is one of this id."""
        if self.get(delivery_id) is not None:
            self._store.schedule(self.queue, at, delivery_id)

    def begin_again(self, expected: Iterable[tuple[str, datetime]]) -> None:
        """Expect these deliveries at these instants, and no others."""
        self._store.withdraw(self.queue, lambda _: True)
        for delivery_id, at in expected:
            self._store.schedule(self.queue, at, delivery_id)

    def due(self, now: datetime) -> list[str]:
        """Take out the ids of what should be looked at by `now`; nobody else gets them."""
        return list(dict.fromkeys(self._store.due(self.queue, now)))

    def next_due(self) -> datetime | None:
        """When something should next be looked at."""
        return self._store.next_due(self.queue)

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery of this id."""
        found: Delivery | None = self._store.get(self._shelf, delivery_id)
        return found

    def record(self, delivery_id: str, attempt: Attempt) -> Delivery | None:
        """Write down what was tried; None if the delivery was forgotten meanwhile."""
        found: Delivery | None = self._store.update(
            self._shelf, delivery_id, lambda old: old and replace(old, attempts=(*old.attempts, attempt))
        )
        return found

    def readdress(self, delivery_id: str, base: str) -> None:
        """Let the links of an announcement lead to another address of this server."""
        self._store.update(self._shelf, delivery_id, lambda old: old and replace(old, base=base))

    def newest(self) -> Iterator[Delivery]:
        """All deliveries, the newest first."""
        return (delivery for _, delivery in self._store.newest(self._shelf))


def is_local(url: str) -> bool:
    """Tell whether a URL points at this machine."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def is_loopback(name: str) -> bool:
    """Tell whether a host's name or address is this machine's."""
    name = name.lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
