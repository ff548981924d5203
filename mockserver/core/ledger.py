"""Money: grants minus what jobs cost at `now`. No entry is ever written by a clock.

What a job does to its account is laid out by its facts alone (`entries`): some of it at submission, the rest
when the job, or a piece of it, ends. A balance is a sum over those entries up to now; `Balance` keeps it as a
running sum, to which each entry is added once, when it is due, so that an answer never adds up all jobs again.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import Literal, NamedTuple

from mockserver.core.jobs import Job, Terms, part_end
from mockserver.core.timeline import FOREVER, State, Timeline

ZERO = Decimal(0)

Kind = Literal["grant", "hold", "charge", "release", "refund"]


class Entry(NamedTuple):
    """One line of the ledger: at `at`, `amount` (never negative, in the account's unit) moved as `kind` says.

    `hold` sets aside, `release` gives what was set aside back, `charge` takes (what was held, if anything was),
    `refund` gives back what had been taken. `held` tells whether a charge takes what had been set aside.
    """

    at: datetime
    kind: Kind
    amount: Decimal
    job: str | None = None
    held: bool = False


class Balance(NamedTuple):
    """What an account was given, has spent, and has set aside for jobs that still run."""

    granted: Decimal
    charged: Decimal = ZERO
    held: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What can be spent now."""
        granted, charged, held = self  # by name, each would take as long as all three
        return granted - charged - held

    def paying(self, price: Decimal, terms: Terms) -> "Balance":
        """The balance once a job of these terms is ordered: what `opening` does, in one step."""
        granted, charged, held = self
        return (
            Balance(granted, charged + price, held)
            if terms == "at_submission"
            else Balance(granted, charged, held + price)
        )

    def after(self, entry: Entry) -> "Balance":
        """The balance once `entry` has happened."""
        match entry.kind:
            case "grant":
                return Balance(self.granted + entry.amount, self.charged, self.held)
            case "hold":
                return Balance(self.granted, self.charged, self.held + entry.amount)
            case "release":
                return Balance(self.granted, self.charged, self.held - entry.amount)
            case "refund":
                return Balance(self.granted, self.charged - entry.amount, self.held)
            case "charge":
                held = self.held - entry.amount if entry.held else self.held
                return Balance(self.granted, self.charged + entry.amount, held)


def settlement(terms: Terms, state: State) -> Kind | None:
    """Say what happens to the price when a job ends in `state`; None if nothing does."""
    if terms == "when_done":
        return "charge" if state == "done" else "release"
    return None if state == "done" else "refund"


def shares(price: Decimal, pieces: int) -> list[Decimal]:
    """Split a price into equal pieces; what does not divide goes to the last, so that nothing is lost."""
    if pieces == 1:
        return [price]
    share = (price / pieces).quantize(Decimal("0.000001"))
    return [share] * (pieces - 1) + [price - share * (pieces - 1)]


def opening(job: Job) -> Entry:
    """Give what the submission itself does to the account."""
    return Entry(job.submitted_at, "charge" if job.terms == "at_submission" else "hold", job.price, job.id)


def settlements(job: Job) -> list[Entry]:
    """Give what happens to the price later, in order of time; nothing for what never ends."""
    _, _, _, _, timeline, price, terms, _, _, _, parts, cut, _ = job  # as in `available`
    if not parts and cut is None and settlement(terms, timeline.stages[-1].state) is None:
        return []
    if len(parts) < 2:
        found = _settling(job, parts[0] if parts else timeline, price)
        return [] if found is None else [found]
    each = map(_settling, repeat(job), parts, shares(price, len(parts)))
    return sorted((entry for entry in each if entry is not None), key=lambda entry: entry.at)


def _settling(job: Job, part: Timeline, share: Decimal) -> Entry | None:
    """Give what happens to the share of a piece when that ends; None if nothing does, or it never ends."""
    after, stage = part_end(job, part)
    kind = settlement(job.terms, stage.state)
    if kind is None or after >= FOREVER:
        return None
    return Entry(job.submitted_at + after, kind, share, job.id, job.terms == "when_done")


def entries(job: Job) -> list[Entry]:
    """Give all that a job ever does to its account, in order of time."""
    return [opening(job), *settlements(job)]


def balance(granted: Decimal, jobs: Iterable[Job], now: datetime) -> Balance:
    """Add up an account the slow way, from the facts alone: the definition that the running sum must match."""
    total = Balance(granted)
    for job in jobs:
        for entry in entries(job):
            if entry.at <= now:
                total = total.after(entry)
    return total
