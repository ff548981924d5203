"""Places: what a team may have so many of at once, for example queued jobs or uploads on their way."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from mockserver.core.store import Store


class Places:
    """Who takes a place and until when, by kind and team; when its time is over, a place is free by itself."""

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._base = base

    def taken(self, kind: str, team: str, now: datetime) -> int:
        """How many places a team has taken at `now`."""
        free_at = self._store.next_due(f"{self._base}{kind}/{team}")
        if free_at is None or free_at > now:
            return self._store.get(self._base + kind, team) or 0
        return self._store.atomically(partial(self._taken, kind, team, now))

    def _taken(self, kind: str, team: str, now: datetime) -> int:
        over = len(self._store.due(f"{self._base}{kind}/{team}", now))
        if over:
            return self._count(kind, team, -over)
        return self._store.get(self._base + kind, team) or 0

    def take(self, kind: str, team: str, who: str, until: datetime) -> None:
        """Take one more place, until `until` at the latest."""
        self._store.together(partial(self._take, kind, team, who, until))

    def _take(self, kind: str, team: str, who: str, until: datetime) -> None:
        self._store.schedule(f"{self._base}{kind}/{team}", until, who)
        self._store.number(self._base + kind, team)

    def give_back(self, kind: str, team: str, gone: Callable[[str], bool]) -> None:
        """Free the places of those who are gone before their time."""
        self._store.atomically(partial(self._give_back, kind, team, gone))

    def _give_back(self, kind: str, team: str, gone: Callable[[str], bool]) -> None:
        answers: list[bool] = []

        def noted(who: str) -> bool:
            answers.append(gone(who))
            return answers[-1]

        self._store.withdraw(f"{self._base}{kind}/{team}", noted)
        if any(answers):
            self._count(kind, team, -sum(answers))

    def next_free(self, kind: str, team: str) -> datetime | None:
        """When the next place becomes free by itself; None if none is taken."""
        return self._store.next_due(f"{self._base}{kind}/{team}")

    def _count(self, kind: str, team: str, change: int) -> int:
        return self._store.update(self._base + kind, team, lambda before: (before or 0) + change or None) or 0
