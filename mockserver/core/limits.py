"""Rate limits, as functions of (bucket, now): windows that slide, and refused requests that do not count."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` within any `per`; `name` tells which of the provider's limits it is."""

    name: str
    requests: int
    per: timedelta


class Bucket:
    """The instants at which requests of one client were let through, as far back as one window reaches."""

    __slots__ = ("_passed",)

    def __init__(self, passed: "deque[datetime] | None" = None) -> None:
        self._passed = deque() if passed is None else passed

    def admit(self, limit: Limit, now: datetime) -> timedelta | None:
        """Let one request through and answer None, or answer how long until the next one is welcome."""
        passed = self._passed
        since = now - limit.per
        while passed and passed[0] <= since:
            passed.popleft()
        if len(passed) < limit.requests:
            passed.append(now)
            return None
        if limit.requests <= 0:
            return limit.per
        # After a limit was lowered, more than one old request may have to leave the window.
        return passed[len(passed) - limit.requests] - since

    def window(self, limit: Limit, now: datetime) -> tuple[int, datetime]:
        """Count the requests that the window holds, and say when the oldest of them leaves it; now, if it is empty."""
        self._forget(now - limit.per)
        passed = self._passed
        return len(passed), passed[0] + limit.per if passed else now

    def used(self, limit: Limit, now: datetime) -> int:
        """Count the requests that the window holds at `now`."""
        self._forget(now - limit.per)
        return len(self._passed)

    def resets_at(self, limit: Limit, now: datetime) -> datetime:
        """Say when the oldest request of the window leaves it; now, if it is empty."""
        self._forget(now - limit.per)
        return self._passed[0] + limit.per if self._passed else now

    def _forget(self, until: datetime) -> None:
        """Drop what no window reaches any more."""
        while self._passed and self._passed[0] <= until:
            self._passed.popleft()

    def copy(self) -> "Bucket":
        """Give a bucket of its own with the same past."""
        return Bucket(self._passed.copy())
