"""Mock time: a line from one real instant, at a rate; moved by hand, or by polls.

Real time is read in one function of the whole server, `wall_now`. Everything else asks a clock.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

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
        return min(LAST, now)

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
