"""Watch: what happens in a sandbox, one event after the other, for those who listen.

Nothing is noted while it happens: requests are read from the journal, and changes of jobs and their money follow from
the facts when somebody looks. What time does not bring about by itself (a job ended by hand, a grant, a delivery, a
clock that is moved) is told by whoever does it, if the sandbox has a watch at all.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mockserver.core import ledger
from mockserver.core.clock import Clock
from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.journal import Exchange, redacted_key
from mockserver.core.ledger import Entry
from mockserver.core.post import Attempt, Delivery
from mockserver.core.redaction import secrets_of, without_secrets

if TYPE_CHECKING:
    from mockserver.core.world import Sandbox

KEPT = 1000
"""How many events are kept for those who come back, and for those who are slow."""

Kind = Literal["request", "job", "money", "webhook", "clock", "reset", "missed"]
KINDS: tuple[Kind, ...] = ("request", "job", "money", "webhook", "clock", "reset", "missed")

RANKS: Mapping[Kind, int] = {"missed": 0, "clock": 0, "reset": 0, "request": 1, "job": 2, "money": 3, "webhook": 4}

Found = tuple[datetime, Kind, Mapping[str, Any]]


class Event(NamedTuple):
    """One thing that happened at a mock instant; numbered from 1 in a sandbox."""

    number: int
    at: datetime
    kind: Kind
    facts: Mapping[str, Any]


class Told(NamedTuple):
    """How much of a job was told: changes, the last one's word, and entries."""

    changes: int = 0
    word: str = ""
    entries: int = 0


class Watch:
    """The events of one sandbox since somebody first listened; `bells` are rung when there may be new ones."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._pushed: deque[Found] = deque(maxlen=KEPT)
        self._order = count()
        self.count = 0
        self.over = False
        self._bells: list[Callable[[], None]] = []
        self._begin()

    def _begin(self) -> None:
        """Take all that is there already for told."""
        self._requests = self._sandbox.journal.count
        self._seen = dict.fromkeys(self._sandbox.houses, 0)
        self._told: dict[tuple[str, str], Told] = {}
        self._due: list[tuple[datetime, int, str, str]] = []
        for _ in self._of_jobs(self._sandbox.now()):
            pass

    # Listening ----------------------------------------------------------------------------------------------------

    def listen(self, bell: Callable[[], None]) -> None:
        """Have a bell rung when there may be something new."""
        self._bells.append(bell)
        self._sandbox.journal.bell = self.ring

    def leave(self, bell: Callable[[], None]) -> None:
        """Have it rung no more."""
        self._bells.remove(bell)
        if not self._bells:
            self._sandbox.journal.bell = None

    def ring(self) -> None:
        """Say that there may be something new."""
        for bell in self._bells:
            bell()

    def end(self) -> None:
        """The sandbox is gone, and so is who listens."""
        self.over = True
        self.ring()

    def after(self, number: int) -> list[Event]:
        """All events after this number that are still kept; the first of them tells how many are not."""
        missed = self.count - len(self._events) - number
        found = [event for event in self._events if event.number > number]
        if missed > 0:
            at = found[0].at if found else self._sandbox.now()
            return [Event(number + missed, at, "missed", {"events": missed}), *found]
        return found

    def next_due(self) -> datetime | None:
        """When the next change of a job or its money is due."""
        return self._due[0][0] if self._due else None

    # Being told ---------------------------------------------------------------------------------------------------

    def touched(self, house: str, job: str) -> None:
        """A job was ended by hand."""
        heapq.heappush(self._due, (self._sandbox.now(), next(self._order), house, job))
        self.ring()

    def granted(self, house: str, key: str, entry: Entry) -> None:
        """Somebody was given money by hand."""
        self._push(entry.at, "money", _money(house, key, entry))

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """An announcement was delivered, or was to be."""
        facts = {"provider": delivery.provider, "id": delivery.job, "url": without_secrets(delivery.url, ())}
        self._push(
            attempt.at,
            "webhook",
            {**facts, "status": attempt.status, "delivered": attempt.delivered, "note": attempt.note},
        )

    def moved(self, clock: Clock) -> None:
        """Time was moved, or goes on in another way."""
        self._push(clock.now(), "clock", {"mode": clock.mode, "speed": clock.rate})

    def begun(self, why: str) -> None:
        """All is as it was at another time, at the beginning (`reset`) or at a snapshot (`restore`).

        What was before has been looked at.
        """
        self._begin()
        self._push(self._sandbox.now(), "reset", {"why": why})

    def _push(self, at: datetime, kind: Kind, facts: Mapping[str, Any]) -> None:
        self._pushed.append((at, kind, facts))
        self.ring()

    # Looking ------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Find out what has happened since the last look."""
        pushed = list(self._pushed)
        self._pushed.clear()
        found = [*self._of_journal(), *self._of_jobs(self._sandbox.now()), *pushed]
        for at, kind, facts in sorted(found, key=_when):
            self.count += 1
            self._events.append(Event(self.count, at, kind, facts))

    def _of_journal(self) -> Iterator[Found]:
        journal = self._sandbox.journal
        new: list[tuple[int, Exchange]] = []
        for number, exchange in journal.newest():
            if number <= self._requests:
                break
            new.append((number, exchange))
        missed = journal.count - self._requests - len(new)
        self._requests = journal.count
        if missed > 0:
            yield self._sandbox.now(), "missed", {"requests": missed}
        for number, exchange in reversed(new):
            yield exchange.at, "request", _request(number, exchange)

    def _of_jobs(self, now: datetime) -> Iterator[Found]:
        while self._due and self._due[0][0] <= now:
            _, _, name, job_id = heapq.heappop(self._due)
            found = self._sandbox.houses[name].job(job_id)
            if found is not None and (name, job_id) in self._told:  # else it was ended sooner than it was to
                yield from self._of_job(self._sandbox.houses[name], found, now)
        for name, house in self._sandbox.houses.items():
            there = house.count()
            for job in reversed(list(islice(house.jobs(), max(there - self._seen[name], 0)))):
                yield from self._of_job(house, job, now)
            self._seen[name] = there

    def _of_job(self, house: House, job: Job, now: datetime) -> Iterator[Found]:
        """Tell what has become of a job since it was last told of, and note when to look at it again."""
        name = (house.name, job.id)
        told = self._told.get(name, Told())
        changes, entries = job.changes(), ledger.entries(job)
        new = changes[told.changes :]
        if not new and changes[-1][1].word != told.word:
            new = changes[-1:]  # it was ended in the instant of its last change, and that one never was
        new = [change for change in new if change[0] <= now]
        for at, stage in new:
            yield at, "job", {"provider": house.name, "id": job.id, "status": stage.word, "state": stage.state}
        happened = [entry for entry in entries[told.entries :] if entry.at <= now]
        for entry in happened:
            yield entry.at, "money", _money(house.name, job.key, entry)
        told = Told(
            sum(1 for at, _ in changes if at <= now),
            new[-1][1].word if new else told.word,
            told.entries + len(happened),
        )
        later = [at for at, _ in changes if at > now] + [
            entry.at for entry in entries[told.entries :] if entry.at > now
        ]
        if later:
            heapq.heappush(self._due, (min(later), next(self._order), *name))
        if later or not job.at(now).stage.ends:
            self._told[name] = told
        else:
            self._told.pop(name, None)


def _when(found: Found) -> tuple[datetime, int]:
    """In the order of time; of one instant, what asks for something or changes all is before what comes of it."""
    return found[0], RANKS[found[1]]


def _request(number: int, exchange: Exchange) -> dict[str, Any]:
    secrets = secrets_of(exchange.key, exchange.headers)
    return {
        "number": number,
        "method": exchange.method,
        "path": without_secrets(exchange.path, secrets),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "key": None if exchange.key is None else redacted_key(exchange.key),
        "job": exchange.job,
        "status": exchange.status,
        "clause": exchange.clause,
        "fault": exchange.fault,
    }


def _money(house: str, key: str, entry: Entry) -> dict[str, Any]:
    return {"provider": house, "key": redacted_key(key), "job": entry.job, "kind": entry.kind, "amount": entry.amount}
