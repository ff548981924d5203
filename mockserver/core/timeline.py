"""A job's life, laid out in advance: a tuple of stages, and where a job is at an instant of it.

    Timeline.of(
        waiting("IN_QUEUE", lasts=4 * SECOND),
        working("IN_PROGRESS", lasts=3 * MINUTE),
        done("COMPLETED"),
    )

The string is the provider's word; the function says what it means, which is all that ledger, journal
and harness need to know.
"""

from datetime import timedelta
from typing import Literal, NamedTuple

from mockserver.core.clock import NOTHING

State = Literal["waiting", "working", "done", "failed", "cancelled"]

ENDS: frozenset[State] = frozenset({"done", "failed", "cancelled"})
FOREVER = timedelta(days=365 * 5000)
"""How long a stuck stage lasts; short enough to be added to any mock instant."""


class Stage(NamedTuple):
    """One stretch of a job's life: the provider's word for it, its meaning, its length, and why it came to that."""

    word: str
    state: State
    lasts: timedelta = NOTHING
    because: str | None = None

    @property
    def ends(self) -> bool:
        """Whether nothing comes after it."""
        return self.state in ENDS


def waiting(word: str, *, lasts: timedelta) -> Stage:
    """Accepted, and nobody works at it yet."""
    return Stage(word, "waiting", lasts)


def working(word: str, *, lasts: timedelta) -> Stage:
    """Being made."""
    return Stage(word, "working", lasts)


def done(word: str) -> Stage:
    """Made; the result can be had."""
    return Stage(word, "done")


def failed(word: str, *, because: str) -> Stage:
    """Ended without a result; `because` is the provider's key for the reason."""
    return Stage(word, "failed", because=because)


def cancelled(word: str) -> Stage:
    """Called off."""
    return Stage(word, "cancelled")


class Moment(NamedTuple):
    """Where a job is: the stage, its place among the stages of its life, and how far into the stage it is."""

    stage: Stage
    place: int
    into: timedelta
    stages: tuple[Stage, ...] = ()

    @property
    def progress(self) -> float:
        """The part of the job's life that is over, 0 to 1."""
        if self.stage.ends:
            return 1.0
        over, length = self.into, NOTHING
        for place, stage in enumerate(self.stages):
            length += stage.lasts
            if place < self.place:
                over += stage.lasts
        return max(over, NOTHING) / length if length else 1.0


class Timeline(NamedTuple):
    """Stages in order; all but the last have a length, the last one is an end: `of` sees to that.

    `length` is that of all stages together: from submission to the end.
    """

    stages: tuple[Stage, ...]
    length: timedelta

    @classmethod
    def of(cls, *stages: Stage) -> "Timeline":
        """Lay out a life stage by stage.

        Raises ValueError for no stages, for an end before the end, for a life without one, and for negative lengths.
        """
        if not stages or not stages[-1].ends or any(stage.ends for stage in stages[:-1]):
            raise ValueError("a timeline has stages, and exactly its last one is an end")
        if any(stage.lasts < NOTHING for stage in stages):
            raise ValueError("a stage cannot last less than nothing")
        return cls(stages, sum((stage.lasts for stage in stages), NOTHING))

    @property
    def end(self) -> Stage:
        """The stage that the job comes to if nobody interferes."""
        return self.stages[-1]

    def at(self, elapsed: timedelta) -> Moment:
        """Say where the job is, `elapsed` after its submission; a boundary belongs to the stage that begins there."""
        into, place = elapsed, 0
        for stage in self.stages:
            if into < stage.lasts or stage.state in ENDS:
                break
            into -= stage.lasts
            place += 1
        return Moment(stage, place, into, self.stages)

    def changes(self) -> tuple[tuple[timedelta, Stage], ...]:
        """Say when each stage begins, measured from submission; stages without length are never seen and left out."""
        found = []
        begins = NOTHING
        for stage in self.stages:
            if stage.ends or stage.lasts:
                found.append((begins, stage))
            begins += stage.lasts
        return tuple(found)

    def next_change(self, elapsed: timedelta) -> timedelta | None:
        """Say when the stage after this one begins, measured from submission; None when nothing comes any more."""
        return next((begins for begins, _ in self.changes() if begins > elapsed), None)
