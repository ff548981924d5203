"""Story: what is known of one provider's clients in one sandbox, and the questions that all rules ask of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from mockserver.core.clock import Tempo
from mockserver.core.conduct.advice import Advice, Counsel
from mockserver.core.jobs import Job
from mockserver.core.journal import BODY_KEPT, Exchange, Headers

TIMERS = 0.9
"""Which part of a documented wait has to be over: timers of clients, and networks, are not exact."""

PATH_AT_MOST = 200


class Event(NamedTuple):
    """An exchange and its number in the journal."""

    number: int
    exchange: Exchange

    @property
    def at(self) -> datetime:
        """When it was, in mock time."""
        return self.exchange.at


class Order(NamedTuple):
    """A submission that made a job."""

    event: Event
    job: Job


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a client did against the advice: `done` says what, `counsel` what is asked.

    `offences` are the requests that were wrong, `besides` those without which they cannot be understood. `about` tells
    findings of one kind apart: a job's id, a field's name.
    """

    id: str
    provider: str
    about: str
    done: str
    counsel: Counsel
    offences: tuple[Event, ...]
    besides: tuple[Event, ...] = ()
    job: str | None = None

    @property
    def message(self) -> str:
        """What was done, what the document says, and what to do instead."""
        return f"{self.done} {self.counsel.says} {self.counsel.instead}"

    @property
    def requests(self) -> tuple[Event, ...]:
        """All that it rests on, in order."""
        return tuple(sorted({event.number: event for event in (*self.besides, *self.offences)}.values()))


@dataclass(frozen=True, slots=True)
class Facts:
    """One provider's exchanges (the oldest first) and jobs in one sandbox at `now`, and how time went.

    `key_of` finds the key that a request carries where the provider looks for it, `announced` tells whether a job's
    end is announced to the client. `alone` says that no other server knows of exchanges in this sandbox.
    """

    provider: str
    events: Sequence[Event]
    now: datetime
    tempo: Tempo
    job: Callable[[str], Job | None]
    key_of: Callable[[Headers], str | None]
    announced: Callable[[str], bool]
    alone: bool = True


@dataclass(slots=True)
class Story:
    """The facts in the light of a provider's advice."""

    facts: Facts
    advice: Advice
    orders: list[Order] = field(default_factory=list)
    polls: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    downloads: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for event in self.facts.events:
            if event.exchange.job is not None:
                self._sort(event, event.exchange.job, event.exchange.operation or "")
        for polls in self.polls.values():
            polls.sort(key=lambda poll: poll.at)  # they are numbered in the order of their answers

    def _sort(self, event: Event, job: str, operation: str) -> None:
        """Put an exchange about a job where the rules look for it."""
        if operation in self.advice.submits:
            made = self.facts.job(job) if answered(event) or lost(event.exchange) else None
            if made is not None and made.submitted_at == event.at:
                self.orders.append(Order(event, made))
        elif operation in self.advice.polls:
            if event.exchange.status not in {401, 403, 404}:
                self.polls[job].append(event)
        elif operation in self.advice.downloads:
            self.downloads[job].append(event)

    # Time -----------------------------------------------------------------------------------------------------

    def ran(self, first: Event, last: Event) -> bool:
        """Tell whether mock time ran by itself from one exchange to another, without a jump."""
        return self.facts.tempo.ran(first.number, last.number)

    def ran_since(self, first: Event) -> bool:
        """Tell whether mock time has run by itself ever since an exchange."""
        return self.facts.tempo.ran(first.number, None)

    # Jobs -----------------------------------------------------------------------------------------------------

    def told_the_end(self, poll: Event) -> bool:
        """Tell whether this poll was answered that its job has ended."""
        job = self.facts.job(poll.exchange.job or "")
        return job is not None and answered(poll) and job.at(poll.at).stage.ends

    def same_orders(self) -> Iterator[list[Order]]:
        """The orders of one account that are the same to the byte, where there are several; in the order of time.

        Bodies that the journal does not hold whole are not compared.
        """
        found: dict[tuple[str, str | None, bytes, bytes], list[Order]] = defaultdict(list)
        for order in self.orders:
            exchange = order.event.exchange
            if whole(exchange):
                found[order.job.key, exchange.operation, exchange.query, exchange.body].append(order)
        return (orders for orders in found.values() if len(orders) > 1)

    def finding(
        self,
        kind: str,
        about: str,
        done: str,
        offences: Sequence[Event],
        *,
        besides: Sequence[Event] = (),
        job: str | None = None,
    ) -> Finding:
        """Compose a finding of this provider."""
        counsel = self.advice.counsel[kind]
        return Finding(kind, self.facts.provider, about, done, counsel, tuple(offences), tuple(besides), job)


def asked(exchange: Exchange) -> str:
    """What was asked, as a provider's documents write it: method and path, without the sandbox that leads it."""
    path = exchange.path
    if path.startswith("/@"):
        path = "/" + path[2:].partition("/")[2]
    return printable(f"{exchange.method} {path[:PATH_AT_MOST]}")


def printable(text: str) -> str:
    """A text that somebody sent, without what would act on a terminal, or is no character at all."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


def answered(event: Event) -> bool:
    """Tell whether a request got the answer that it asked for."""
    return 200 <= event.exchange.status < 300 and not lost(event.exchange)


def lost(exchange: Exchange) -> bool:
    """Tell whether the client never learnt what it was answered: the connection was dropped, or the body spoilt."""
    return _fault(exchange) in {"reset", "truncated", "malformed"}


def by_clients(exchanges: Iterable[tuple[int, Exchange]]) -> Iterator[Event]:
    """Leave out what clients did not send: of a request that a fault had carried out twice the first is left out.

    Takes the oldest exchanges first.
    """
    pending = set[tuple[str, bytes, bytes]]()
    for number, exchange in exchanges:
        asked = (exchange.path, exchange.query, exchange.body)
        if _fault(exchange) == "duplicate" and asked not in pending:
            pending.add(asked)
        else:
            pending.discard(asked)
            yield Event(number, exchange)


def _fault(exchange: Exchange) -> str:
    return (exchange.fault or "").partition("(")[0]


def whole(exchange: Exchange) -> bool:
    """Tell whether the journal holds all of a request's body."""
    return len(exchange.body) < BODY_KEPT


def times(count: int) -> str:
    """Say how often something was, where that is more than once."""
    return "" if count == 1 else f" That happened {count} times."


def span(length: timedelta) -> str:
    """Say how long something is, as in `0.5 seconds`, `10 minutes`, `7 days`."""
    seconds = length.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            return _counted(seconds / size, unit)
    return _counted(seconds, "second")


def _counted(number: float, unit: str) -> str:
    text = f"{number:.3g}" if number < 100 else f"{number:.0f}"
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"
