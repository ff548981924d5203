"""Mock time: a line from one real instant, at a rate; moved by hand, or by polls.

Real time is read in one function of the whole server, `wall_now`. Everything else asks a clock.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOTHING = timedelta(0)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
"""Where time begins when it stands still: the same in each run, so that answers can be compared."""

LAST = datetime(4000, 1, 1, tzinfo=UTC)
"""No clock goes past this instant: what is due after it still has room for its own lifetimes."""

Mode = Literal["scaled", "frozen", "auto"]


class ClockWentBackError(ValueError):
    """Somebody asked a clock to go back, or past the last instant it knows."""


def wall_now() -> datetime:
    """Real time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where real time is read


@dataclass(frozen=True, slots=True)
class Clock:
    """Mock time as a line: `mock` was the time when the real clock said `wall`; since then it runs at `rate`.

    A rate of 1 is real time, 60 a minute a second, 0 stands still. `auto` stands still too, and lets
    each status poll of an unfinished job move it to that job's next change.
    """

    wall: datetime
    mock: datetime
    rate: float
    auto: bool = False

    def __post_init__(self) -> None:
        if self.rate == int(self.rate):  # spans are multiplied by whole numbers in a third of the time
            object.__setattr__(self, "rate", int(self.rate))

    @classmethod
    def frozen(cls, at: datetime = START) -> "Clock":
        """Give a clock that stands still at `at`."""
        return cls(wall=EPOCH, mock=at, rate=0)

    @property
    def mode(self) -> Mode:
        """Its kind, in the words of the control API."""
        if self.auto:
            return "auto"
        return "scaled" if self.rate else "frozen"

    def now(self, wall: datetime | None = None) -> datetime:
        """Mock time at the real instant `wall` (left out: at this instant)."""
        if not self.rate:
            return self.mock
        elapsed = (wall or wall_now()) - self.wall
        if elapsed < NOTHING:
            return self.mock
        try:
            now = self.mock + elapsed * self.rate
        except OverflowError:
            return LAST
        return now if now < LAST else LAST  # noqa: FURB136 - in a quarter of the time that `min` takes

    def at_rate(self, rate: float, wall: datetime | None = None, *, auto: bool = False) -> "Clock":
        """Go on from the mock time of now at another rate."""
        wall = wall or wall_now()
        return Clock(wall=wall, mock=self.now(wall), rate=rate, auto=auto)

    def advanced(self, by: timedelta) -> "Clock":
        """Jump forward by `by`.

        Raises ClockWentBackError for a negative span, or one past the last instant.
        """
        if by < NOTHING or by > LAST - self.mock:
            raise ClockWentBackError(f"mock time cannot move by {by.total_seconds():g} seconds from here")
        return replace(self, mock=self.mock + by)

    def moved_to(self, at: datetime, wall: datetime | None = None) -> "Clock":
        """Jump forward to the mock instant `at`; an instant that has passed raises ClockWentBackError."""
        return self.advanced(at - self.now(wall))


class Spell(NamedTuple):
    """A stretch in which time went in one way: it began after so many exchanges; a rate of 0: it did not run."""

    after: int
    rate: float


class Tempo:
    """How time went, told by the numbers of a journal's exchanges: when it ran by itself, and where it was moved."""

    KEPT = 1000

    def __init__(self, clock: Clock) -> None:
        self._spells = deque([Spell(0, clock.rate)], maxlen=self.KEPT)
        self._clock = clock

    def begins(self, after: int, clock: Clock) -> None:
        """Note that time goes by this clock from the exchange after `after` on; a jump begins a new spell too."""
        if clock.rate or self._spells[-1].rate:
            self._spells.append(Spell(after, clock.rate))
        self._clock = clock

    def confirm(self, after: int, clock: Clock) -> None:
        """Compare with the clock of now: if somebody else has changed it, how time went until now is not known."""
        if clock != self._clock:
            self._spells.clear()
            self._spells.append(Spell(after, clock.rate))
            self._clock = clock

    def rate(self, number: int) -> float:
        """How fast time ran by itself at an exchange; 0 where it did not, and where that is forgotten."""
        place = self._place(number)
        return self._spells[place].rate if place >= 0 else 0

    def ran(self, first: int, last: int | None) -> bool:
        """Tell whether time ran by itself, without a jump, from one exchange to another (None: until now)."""
        place = self._place(first)
        end = len(self._spells) - 1 if last is None else self._place(last)
        return place == end >= 0 and self._spells[place].rate > 0

    def _place(self, number: int) -> int:
        """Which spell an exchange was in; -1: one that is forgotten."""
        return bisect_left(self._spells, number, key=lambda spell: spell.after) - 1
