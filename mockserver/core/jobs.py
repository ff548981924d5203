"""Job: the facts of one order. Its status, bill and result are computed from them whenever somebody asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from mockserver.core.clock import NOTHING
from mockserver.core.timeline import FOREVER, Moment, Stage, Timeline

Terms = Literal["at_submission", "when_done"]
"""When a job is paid: charged at once and refunded if it fails, or held and charged when it is done."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A life ended by hand: from `at` on, the job is in `stage` (an end), whatever its timeline said."""

    at: datetime
    stage: Stage


class Job(NamedTuple):
    """Who asked, when, for what, and how it was decided to go; nothing here ever changes but for one cut.

    `key` is whose it is (the account's purse: its key, or its team), `order` the provider's own facts, `price` is in
    the account's unit, `seed` a number of 32 bits for everything about the result that is left to chance. `parts` are
    the lives of the pieces of a job that is paid by the piece (the price is split evenly); none for a job of one piece.
    `fund` is filled in for accounts with cycles: which cycle's money pays.
    """

    id: str
    provider: str
    key: str
    submitted_at: datetime
    timeline: Timeline
    price: Decimal
    terms: Terms
    order: object
    seed: int
    scenario: str = "succeeds"
    parts: tuple[Timeline, ...] = ()
    cut: Cut | None = None
    fund: str | None = None

    @property
    def paid_from(self) -> str:
        """Whose money pays it: its cycle's, or its key's."""
        return self.fund or self.key

    def part_at(self, part: Timeline, now: datetime) -> Moment:
        """Say where one of its pieces is at the mock instant `now`; a cut ends the pieces that are still going on."""
        cut = self.cut
        if cut is not None and now >= cut.at and part.length > max(cut.at - self.submitted_at, NOTHING):
            return Moment(cut.stage, len(part.stages), now - cut.at)
        return part.at(now - self.submitted_at)

    def at(self, now: datetime) -> Moment:
        """Say where the job is at the mock instant `now`."""
        cut = self.cut
        if cut is not None and now >= cut.at:
            return Moment(cut.stage, len(self.timeline.stages), now - cut.at)
        return self.timeline.at(now - self.submitted_at)

    @property
    def ends_at(self) -> datetime | None:
        """The mock instant at which it ends; None if it is stuck for good."""
        if self.cut is not None:
            return self.cut.at
        length = self.timeline.length
        return None if length >= FOREVER else self.submitted_at + length

    def changes(self) -> list[tuple[datetime, Stage]]:
        """Say when it enters each of its stages; what never comes is left out."""
        found = [(self.submitted_at + after, stage) for after, stage in self.timeline.changes() if after < FOREVER]
        if self.cut is None:
            return found
        return [(at, stage) for at, stage in found if at < self.cut.at] + [(self.cut.at, self.cut.stage)]

    def next_change(self, now: datetime) -> datetime | None:
        """Say when its stage next changes after `now`; None when it never does."""
        return next((at for at, _ in self.changes() if at > now), None)

    def ended(self, at: datetime, stage: Stage) -> "Job":
        """The same job, called to an end at `at` (not before its submission)."""
        return self._replace(cut=Cut(max(at, self.submitted_at), stage))


def part_end(job: Job, part: Timeline) -> tuple[timedelta, Stage]:
    """Say when one piece of a job ends, measured from submission, and how; a cut ends what is still going on."""
    length = part.length
    if job.cut is not None:
        cut_after = job.cut.at - job.submitted_at
        if length > max(cut_after, NOTHING):
            return cut_after, job.cut.stage
    return length, part.end
