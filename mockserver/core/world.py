"""World: what one server shares. Sandbox: one isolated world inside it.

There are no module-level singletons: two servers fit into one process, and two sandboxes never see each other.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from mockserver.core.accounts import Account, Trade
from mockserver.core.asked import Asked
from mockserver.core.clock import Clock, Tempo, wall_now
from mockserver.core.faults import NO_TROUBLE, Fault, Laid, Trouble
from mockserver.core.house import House
from mockserver.core.journal import Journal
from mockserver.core.post import Post
from mockserver.core.scenarios import SCENARIOS, SUCCEEDS, Plan, Queued, Scenario
from mockserver.core.store import Store
from mockserver.core.watch import Watch

REGISTER = "/sandboxes"
"""The shelf of all sandboxes' beginnings; no sandbox has an empty name."""

SNAPSHOTS = "/snapshots"
"""What snapshots lie under, by the sandbox's name."""

SANDBOX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NO_PLAN = Plan()


class BadSandboxError(ValueError):
    """A sandbox name that is none, or one sandbox more than the server holds."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What new sandboxes begin with: how time goes, which keys are taken, and the seed of all chance."""

    clock: Clock
    seed: int = 0
    keys: str = "any"
    listed: frozenset[str] = frozenset()
    magic: bool = True
    journal: int = 1000
    sandboxes: int = 1000
    jobs: int = 1_000_000


class Beginning(NamedTuple):
    """What a sandbox began with that differs from the server's settings, and how often it was begun.

    Workers that share a store know by the latter when somebody else began it again.
    """

    terms: Terms | None = None
    options: Mapping[str, object] | None = None
    times: int = 1


FRESH = Beginning()


class Changing(Protocol):
    """What has a next change: a job, or an upload that is verified."""

    def next_change(self, now: datetime) -> datetime | None:
        """When it next changes after `now`; None when it never does."""
        ...


class Sandbox:
    """One isolated world: clock, accounts, money, jobs, limits, scenarios, faults and journal of its own.

    `tempo` is how its time went; exchanges up to number `blameless_until` are not held against clients.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        terms: Terms,
        trades: Mapping[str, tuple[Trade, object]],
        beginning: Beginning = FRESH,
    ) -> None:
        self.name = name
        self.beginning = beginning
        self.store = store
        self.terms = terms
        self.seed = terms.seed
        self.journal = Journal(terms.journal)
        self.tempo = Tempo(store.get(f"{name}/sandbox", "clock") or terms.clock)
        self.blameless_until = 0
        self.post = Post(store, name)
        self.watch: Watch | None = None
        self.houses = {name: House(self, trade, options) for name, (trade, options) in trades.items()}
        self._shelf = f"{name}/sandbox"

    @property
    def clock(self) -> Clock:
        """The sandbox's clock of now."""
        found: Clock | None = self.store.get(self._shelf, "clock")
        if found is None:
            found = self.store.update(self._shelf, "clock", lambda old: old or self.terms.clock)
        return found

    def set_clock(self, clock: Clock) -> None:
        """Let time go on by another clock."""
        self.store.put(self._shelf, "clock", clock)
        self._goes_by(clock)

    def _goes_by(self, clock: Clock) -> None:
        self.tempo.begins(self.journal.count, clock)
        if self.watch is not None:
            self.watch.moved(clock)

    def now(self) -> datetime:
        """Mock time."""
        clock: Clock | None = self.store.get(self._shelf, "clock")
        return (self.clock if clock is None else clock).now()

    def advance(self, by: timedelta) -> datetime:
        """Move mock time forward and answer the new one."""
        moved: Clock = self.store.update(self._shelf, "clock", lambda old: (old or self.terms.clock).advanced(by))
        self._goes_by(moved)
        return moved.now()

    def watched(self, what: Changing, now: datetime) -> None:
        """Tell the clock that somebody polled a job (or an upload); an `auto` clock then moves to its next change."""
        clock = self.clock
        if clock.auto and (change := what.next_change(now)) is not None and change > clock.mock:
            moved: Clock = self.store.update(self._shelf, "clock", lambda old: _not_before(change, old or clock))
            self._goes_by(moved)

    @property
    def plan(self) -> Plan:
        """What is laid down for jobs that do not say themselves how to go."""
        return self.store.get(self._shelf, "plan") or NO_PLAN

    def set_plan(self, plan: Plan) -> None:
        """Lay down another plan."""
        self.store.put(self._shelf, "plan", plan)

    def enqueue(self, queued: Queued) -> Plan:
        """Put a scenario at the end of the queue."""

        def change(old: Plan | None) -> Plan:
            plan = old or NO_PLAN
            return replace(plan, queue=(*plan.queue, queued))

        plan: Plan = self.store.update(self._shelf, "plan", change)
        return plan

    def next_scenario(self, provider: str, asked: Callable[[], Asked], among: Collection[str] = SCENARIOS) -> Scenario:
        """How the next job goes that does not say itself; taken off the queue if it is `among` what concerns it.

        `asked` tells what was submitted, should a rule want to know.
        """
        plan: Plan | None = self.store.get(self._shelf, "plan")
        if plan is None:
            return SUCCEEDS
        if plan.queue or plan.rules:  # those who share the store take from the same ones
            return self.store.atomically(partial(self._taken, provider, asked, among))
        return plan.default if plan.default.name in among else SUCCEEDS

    def _taken(self, provider: str, asked: Callable[[], Asked], among: Collection[str]) -> Scenario:
        plan = self.plan
        scenario, rest = plan.take(provider, asked)
        if scenario.name not in among:
            return SUCCEEDS
        if rest is not plan:
            self.set_plan(rest)
        return scenario

    def is_troubled(self) -> bool:
        """Whether anybody ever laid down a fault here; asked on each request."""
        return self.store.get(self._shelf, "trouble") is not None

    @property
    def trouble(self) -> Trouble:
        """The faults that are laid down."""
        return self.store.get(self._shelf, "trouble") or NO_TROUBLE

    def lay(self, new: Laid) -> Laid:
        """Lay down a fault for requests to come; answer it with its id. Raises TooManyFaultsError."""
        trouble: Trouble = self.store.update(self._shelf, "trouble", lambda old: (old or NO_TROUBLE).laying(new))
        return trouble.laid[-1]

    def lift(self, fault_id: str | None = None) -> None:
        """Take a fault away, or all."""
        self.store.update(self._shelf, "trouble", lambda old: (old or NO_TROUBLE).lifting(fault_id))

    def meet(self, asked: Asked, now: datetime) -> Fault | None:
        """Count a request for the faults that it concerns, and answer the one that strikes it."""
        found: list[Fault | None] = []

        def change(old: Trouble | None) -> Trouble:
            after, struck = (old or NO_TROUBLE).meeting(asked, now, self.seed)
            found.append(struck)
            return after

        self.store.update(self._shelf, "trouble", change)
        return found[-1]

    def _begun_again(self) -> None:
        """Let those who share the store know that what they remember of this sandbox is over."""
        again: Beginning | None = self.store.update(
            REGISTER, self.name, lambda old: old and old._replace(times=old.times + 1)
        )
        self.beginning = again or self.beginning

    def begin_with(self, clock: Clock, opened: Mapping[str, Mapping[str, Account]]) -> None:
        """Go on with what was put into the store under this sandbox's name: by this clock, with accounts in memory."""
        for provider, house in self.houses.items():
            house.reopen(opened.get(provider, {}))
        self.set_clock(clock)
        self._begun_again()
        if self.watch is not None:
            self.watch.begun("restore")
        self.blameless_until = self.journal.count  # who orders again what is undone by this does not order it twice

    def reset(self) -> None:
        """Begin again: no jobs, no accounts, full balances, the first instant, an empty journal."""
        if self.watch is not None:
            self.watch.look()
        self.store.clear(f"{self.name}/")
        self._begun_again()
        self.journal.forget()
        self.tempo = Tempo(self.terms.clock)
        self.blameless_until = 0
        for house in self.houses.values():
            house.reopen({})
        if self.watch is not None:
            self.watch.begun("reset")

    def end(self) -> None:
        """Forget all that is in it, and tell who listens."""
        watch, self.watch = self.watch, None
        self.reset()
        if watch is not None:
            watch.end()


class World:
    """What one server shares: a store, the terms of new sandboxes, and which providers there are."""

    def __init__(self, store: Store, terms: Terms, trades: Mapping[str, tuple[Trade, object]]) -> None:
        self.store = store
        self.terms = terms
        self.trades = trades
        self.started = wall_now()
        self.listeners = 0
        self._sandboxes: dict[str, Sandbox] = {}
        self._shared = store.shared
        if not self._shared:
            for name, beginning in reversed(list(store.newest(REGISTER))):
                self._sandboxes[name] = self._begun(name, beginning)

    def sandbox(self, name: str = "default") -> Sandbox:
        """The sandbox of this name, made on first use.

        Raises BadSandboxError for a name that is none, and when there are too many.
        """
        found = self._sandboxes.get(name)
        if found is not None and not self._shared:
            return found
        beginning: Beginning | None = self.store.get(REGISTER, name)
        if beginning is None:
            self._admit(name)
            beginning = self.store.update(REGISTER, name, lambda old: old or Beginning())
        if found is None or found.beginning != beginning:
            if found is not None and found.watch is not None:
                found.watch.end()  # another process has begun it again: who listens comes back to the new one
            found = self._sandboxes[name] = self._begun(name, beginning)
        return found

    def open(self, name: str, terms: Terms | None = None, options: Mapping[str, object] | None = None) -> Sandbox:
        """Make a sandbox with terms and provider options of its own; one of that name is begun again."""
        if self.store.get(REGISTER, name) is None:
            self._admit(name)
        else:
            self.sandbox(name).end()
            self._forget_snapshots(name)
        beginning: Beginning = self.store.update(
            REGISTER, name, lambda old: Beginning(terms, options, old.times + 1 if old else 1)
        )
        sandbox = self._sandboxes[name] = self._begun(name, beginning)
        return sandbox

    def _admit(self, name: str) -> None:
        if not SANDBOX_NAME.fullmatch(name):
            raise BadSandboxError(
                f"{name[:80]!r} is no name for a sandbox: 1 to 64 of letters, digits, '-', '_', '.', the first no sign"
            )
        if self.store.count(REGISTER) >= self.terms.sandboxes:
            raise BadSandboxError(f"the server holds {self.terms.sandboxes} sandboxes already: delete one first")

    def _begun(self, name: str, beginning: Beginning) -> Sandbox:
        options = beginning.options or {}
        trades = {provider: (trade, options.get(provider, its)) for provider, (trade, its) in self.trades.items()}
        return Sandbox(name, self.store, beginning.terms or self.terms, trades, beginning)

    def sandboxes(self) -> list[Sandbox]:
        """All sandboxes, in the order in which they were made."""
        if self._shared:
            return [self.sandbox(name) for name in reversed([name for name, _ in self.store.newest(REGISTER)])]
        return list(self._sandboxes.values())

    def close(self, name: str) -> bool:
        """Forget a sandbox and all that is in it; False if there is none of that name."""
        if self.store.get(REGISTER, name) is None:
            return False
        self.sandbox(name).end()
        self._forget_snapshots(name)
        del self._sandboxes[name]
        self.store.update(REGISTER, name, lambda _: None)
        return True

    def _forget_snapshots(self, name: str) -> None:
        shelf = shelf_of_snapshots(name)
        self.store.clear(f"{shelf}/")
        for key in [key for key, _ in self.store.newest(shelf)]:
            self.store.update(shelf, key, lambda _: None)


def _not_before(at: datetime, clock: Clock) -> Clock:
    """Move an `auto` clock to an instant, unless somebody else has moved it there, or further, in the meantime."""
    return clock.moved_to(at) if clock.auto and at > clock.mock else clock


def shelf_of_snapshots(name: str) -> str:
    """The shelf of a sandbox's snapshots; what is in them lies under names that begin with it."""
    return f"{SNAPSHOTS}/{name}"
