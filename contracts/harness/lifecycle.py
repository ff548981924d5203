"""A plain model of jobs, money and limits, and the laws that hold for every provider.

The model knows what the documents promise (`Graph`, `Fate`) and what was seen (`Life`, `Book`, `Window`), and nothing
of any server. Whoever drives a server tells it what was sent and answered; it raises LawBrokenError where an answer
cannot be reconciled with a promise. Between two looks a job may have moved on unseen, so an end is known as a span of
time: what depends on it is judged where both ends of the span agree, and left open in between.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

State = Literal["waiting", "working", "done", "failed", "cancelled"]
Terms = Literal["at_submission", "when_done"]

NOTHING = timedelta(0)
ALWAYS = timedelta(days=365 * 1000)
"""How long a result is kept that no document takes away."""


class LawBrokenError(AssertionError):
    """What was answered breaks a law; the message names the job or account, the law, and the instant."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The documented words of a status: what each means, and which may come next (what ends has no next)."""

    means: Mapping[str, State]
    next: Mapping[str, tuple[str, ...]]

    def leads(self, earlier: str, later: str) -> bool:
        """Whether a job that was `earlier` may be `later` now, having passed through any number of words unseen."""
        reached, ahead = {earlier}, [earlier]
        while ahead:
            found = set(self.next.get(ahead.pop(), ())) - reached
            reached |= found
            ahead.extend(found)
        return later in reached

    def ends(self, word: str) -> bool:
        """Whether nothing comes after it."""
        return not self.next.get(word)


@dataclass(frozen=True, slots=True)
class Fate:
    """What is promised of one job when it is taken.

    It ends `least` after its submission at the earliest and `most` at the latest (None: never), with one of the words
    in `ends`. If that is a success, its result can be had for `kept` from then on (None: there is none to be had).
    """

    least: timedelta
    most: timedelta | None
    ends: frozenset[str]
    kept: timedelta | None = ALWAYS


@dataclass(slots=True)
class Life:
    """One job, or one piece of it, as it was seen at one address; `name` is for messages."""

    name: str
    graph: Graph
    fate: Fate
    began: datetime
    word: str | None = None
    ended_after: datetime | None = None
    ended_by: datetime | None = None
    told: object = None

    @property
    def over(self) -> bool:
        """Whether it is known to have ended."""
        return self.ended_by is not None

    @property
    def state(self) -> State:
        """What the last word means; a life that nobody looked at yet waits."""
        return "waiting" if self.word is None else self.graph.means[self.word]

    def saw(self, now: datetime, word: str, told: object = None) -> None:
        """Note what was answered: the word, and whatever else must never change any more once it has ended.

        Raises LawBrokenError for a word that no document knows, one that cannot follow, an end that comes too early,
        too late or wrong, and for an end that is told in two ways.
        """
        if word not in self.graph.means:
            raise self._broken(now, f"no document knows {word!r}")
        if self.word is not None and not self.graph.leads(self.word, word):
            raise self._broken(now, f"{word!r} came after {self.word!r}: statuses only move forward")
        self._check_age(now, word)
        if self.graph.ends(word):
            if self.word == word and told != self.told:
                raise self._broken(now, f"its end was told as {self.told!r}, and now as {told!r}: an end is for good")
            self.told = told
            self.ended_by = self.ended_by or now
        else:
            self.ended_after = now
        self.word = word

    def _check_age(self, now: datetime, word: str) -> None:
        age, fate = now - self.began, self.fate
        if not self.graph.ends(word):
            if fate.most is not None and age >= fate.most:
                raise self._broken(now, f"it is still {word!r} after {age}, and was to end within {fate.most}")
            return
        if age < fate.least:
            raise self._broken(now, f"it is {word!r} after {age}, and was to take {fate.least} at least")
        if word not in fate.ends:
            raise self._broken(now, f"it ended as {word!r}, and was to end as {' or '.join(sorted(fate.ends))}")

    def called_off(self, now: datetime, fate: Fate) -> None:
        """Note that it was brought to an end by hand, now; `fate` says with which word and for how long it is kept."""
        if not self.over:
            self.fate = replace(fate, least=NOTHING, most=now - self.began)
            self.ended_after = self.ended_by = now

    def delivers(self, now: datetime) -> bool | None:
        """Whether its result can be had now: from completion until it expires. None where that cannot be known."""
        if self.ended_by is None or self.state != "done" or self.fate.kept is None:
            return False
        if now < (self.ended_after or self.began) + self.fate.kept:
            return True
        return None if now < self.ended_by + self.fate.kept else False

    def check_result(self, now: datetime, given: bool) -> None:
        """Raise LawBrokenError if the result was given when it should not be, or refused when it should be given."""
        if self.delivers(now) is not None and given != self.delivers(now):
            raise self._broken(now, f"the result was {'given' if given else 'refused'} while it was {self.word!r}")

    def _broken(self, now: datetime, what: str) -> LawBrokenError:
        return LawBrokenError(f"{self.name}, at {now.isoformat()}: {what}")


@dataclass(slots=True)
class Bill:
    """A price, and the life (of a job, or a piece of it) that decides who gets it; `at` is when it was ordered."""

    price: Decimal
    life: Life
    at: datetime


@dataclass(slots=True)
class Book:
    """One account's money by our own reckoning: what it began with, less what its jobs cost as they were last seen.

    With a `cycle` the account begins anew each time one has passed since `opened`, and a bill stays with its cycle.
    """

    name: str
    opening: Decimal
    terms: Terms
    opened: datetime
    cycle: timedelta | None = None
    bills: list[Bill] = field(default_factory=list)

    def left(self, now: datetime) -> Decimal:
        """What can be spent."""
        return self.opening - self.spent(now) - self.held(now)

    def spent(self, now: datetime) -> Decimal:
        """What has been taken, and not given back."""
        states = {"done"} if self.terms == "when_done" else {"waiting", "working", "done"}
        return self._sum(now, states)

    def held(self, now: datetime) -> Decimal:
        """What is set aside for jobs that go on."""
        return self._sum(now, {"waiting", "working"} if self.terms == "when_done" else set())

    def _sum(self, now: datetime, states: set[str]) -> Decimal:
        meant = self._number(now)
        return sum(
            (bill.price for bill in self.bills if self._number(bill.at) == meant and bill.life.state in states),
            Decimal(0),
        )

    def _number(self, at: datetime) -> int:
        return 0 if self.cycle is None else (at - self.opened) // self.cycle

    def check(self, now: datetime, **told: Decimal) -> None:
        """Raise LawBrokenError unless what was `told` (of left, spent, held) is what our own sums say, to the cent."""
        for name, sum_told in told.items():
            ours: Decimal = getattr(self, name)(now)
            if sum_told != ours:
                raise LawBrokenError(f"{self.name}, at {now.isoformat()}: {name} is {sum_told}, and should be {ours}")


@dataclass(slots=True)
class Window:
    """A limit: so many requests in any span of this length; refused ones do not count."""

    requests: int
    per: timedelta
    passed: deque[datetime] = field(default_factory=deque)

    def admits(self, now: datetime) -> bool:
        """Whether one more is welcome now."""
        while self.passed and now - self.passed[0] >= self.per:
            self.passed.popleft()
        return len(self.passed) < self.requests

    def note(self, now: datetime) -> None:
        """Count one that was let through."""
        self.passed.append(now)

    def lifts(self, now: datetime) -> datetime:
        """When the next one is welcome: now, or when enough of them have left the span."""
        return now if self.admits(now) else self.passed[len(self.passed) - self.requests] + self.per
