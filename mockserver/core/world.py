"""World: what one server shares. Sandbox: one isolated world inside it. House: one provider inside a sandbox.

There are no module-level singletons: two servers fit into one process, and two sandboxes never see each other.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from mockserver.core import ledger
from mockserver.core.accounts import Account, Trade, opened
from mockserver.core.chance import Draw, Urn
from mockserver.core.clock import Clock, wall_now
from mockserver.core.jobs import Job
from mockserver.core.journal import Journal
from mockserver.core.ledger import Balance, Entry
from mockserver.core.limits import Limit
from mockserver.core.places import Places
from mockserver.core.post import Post
from mockserver.core.refusals import KeyRejected, OverLimit, Unaffordable
from mockserver.core.scenarios import SCENARIOS, SUCCEEDS, Plan, Queued, Scenario
from mockserver.core.store import Store
from mockserver.core.timeline import Stage

SANDBOX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ACCOUNTS_REMEMBERED = 4096
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


class Changing(Protocol):
    """What has a next change: a job, or an upload that is verified."""

    def next_change(self, now: datetime) -> datetime | None:
        """When it next changes after `now`; None when it never does."""
        ...


class House:
    """One provider inside one sandbox: its accounts, their money, their jobs and their limits."""

    def __init__(self, sandbox: "Sandbox", trade: Trade, options: object) -> None:
        self.sandbox = sandbox
        self.name = trade.name
        self.options = options
        self._trade = trade
        self._store = sandbox.store
        base = f"{sandbox.name}/{trade.name}"
        self._jobs = f"{base}/jobs"
        self._accounts = f"{base}/accounts"
        self._balances = f"{base}/balances"
        self._numbers = f"{base}/numbers"
        self._due = f"{base}/due/"
        self._buckets = f"{base}/limits/"
        self.places = Places(store=sandbox.store, base=f"{base}/places/")
        self._records = f"{base}/records/"
        self._remembered: dict[str, Account] = {}
        self._urns: dict[tuple[str, ...], Urn] = {}

    # Accounts -------------------------------------------------------------------------------------------------

    def account(self, key: str, now: datetime) -> Account:
        """The account of a key, opened at first use.

        Raises KeyRejected for a malformed, unlisted, revoked or expired key.
        """
        account: Account | None = self._store.get(self._accounts, key)
        if account is None:
            account = self._remembered.get(key)
            if account is None:
                account = self._open(key, now)
        if account.flags and ("revoked" in account.flags or "expired" in account.flags):
            raise KeyRejected("revoked" if "revoked" in account.flags else "expired")
        if account.expires_at is not None and now >= account.expires_at:
            raise KeyRejected("expired")
        return account

    def known(self, key: str, now: datetime) -> Account:
        """The account of a key as the control API sees it: whatever its state."""
        return self._store.get(self._accounts, key) or self._remembered.get(key) or self._fresh(key, now)

    def set_account(self, account: Account) -> None:
        """Lay down what an account is from now on."""
        self._remembered.pop(account.key, None)
        self._store.update(self._accounts, account.key, lambda _: account)

    def _open(self, key: str, now: datetime) -> Account:
        terms = self.sandbox.terms
        if not self._trade.well_formed(key):
            raise KeyRejected("malformed")
        if terms.keys == "listed" and key not in terms.listed:
            raise KeyRejected("unknown")
        account = self._fresh(key, now)
        if len(self._remembered) >= ACCOUNTS_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = account
        return account

    def _fresh(self, key: str, now: datetime) -> Account:
        return opened(self._trade, key, self.options, now, magic=self.sandbox.terms.magic)

    # Money ----------------------------------------------------------------------------------------------------

    def balance(self, account: Account, now: datetime, cycle: datetime | None = None) -> Balance:
        """What the account has at `now`: what fell due since the last look is added to the running sum, once.

        `cycle` is an instant of the cycle that is meant (left out: the one of now).
        """
        fund = account.fund(cycle or now)
        found: Balance | None = self._store.get(self._balances, fund)
        if found is None:
            return Balance(account.granted)
        due = self._store.due(self._due + fund, now)
        if due:
            found = self._store.update(self._balances, fund, partial(_settle, account.granted, due))
        return found

    def grant(self, account: Account, available: Decimal, now: datetime) -> Balance:
        """Lay down what can be spent from now on; the difference is a grant (or takes one back)."""
        more = available - self.balance(account, now).available
        self.set_account(account)
        fund, entry = account.fund(now), Entry(now, "grant", more)
        self.update_record("grants", fund, lambda before: (*(before or ()), entry))
        settled: Balance = self._store.update(self._balances, fund, partial(_settle, account.granted, [entry]))
        return settled

    def plan_grant(self, plan: str) -> Decimal:
        """What the provider grants with a plan."""
        return self._trade.opening(self.options).grant_of(plan)

    def regrant(self, account: Account, granted: Decimal, now: datetime) -> Account:
        """Let an account have another grant from now on; what it has spent of the old one stays spent."""
        available = self.balance(account, now).available + granted - account.granted
        self.grant(changed := replace(account, granted=granted), available, now)
        return changed

    def entries(self, account: Account, now: datetime) -> list[Entry]:
        """The account's ledger (of the cycle of now) up to now, computed from its facts, in order of time."""
        fund, began = account.fund(now), account.cycle_began(now)
        found = [Entry(began, "grant", account.granted), *(self.record("grants", fund) or ())]
        for job in self.jobs():
            if job.paid_from == fund:
                found.extend(entry for entry in ledger.entries(job) if entry.at <= now)
        return sorted(found, key=lambda entry: entry.at)

    # Jobs -----------------------------------------------------------------------------------------------------

    def draw(self, *occasion: str) -> Draw:
        """A fresh chance for the next occasion of this kind; the same run of requests draws the same."""
        urn = self._urns.get(occasion)
        if urn is None:
            urn = self._urns[occasion] = Urn(self.sandbox.seed, self.name, *occasion)
        return urn.draw(self._store.update(self._numbers, occasion[0], _next))

    def afford(self, account: Account, price: Decimal, now: datetime) -> None:
        """Raise Unaffordable when the account cannot pay; for asking before a job is laid out."""
        available = self.balance(account, now).available
        if price > available:
            raise Unaffordable(price, available)

    def add(self, job: Job, account: Account, now: datetime, overdraft: Decimal = ledger.ZERO) -> Balance:
        """Take a job on and its price from the account; answer what is left, which may be `overdraft` below nothing.

        Raises Unaffordable, and changes nothing, when the account cannot pay.
        """
        store, fund = self._store, account.fund(now)
        self.balance(account, now)
        if account.cycle is not None:
            job = job if job.fund == fund else job._replace(fund=fund)
            if store.get(self._accounts, account.key) is None:
                self.set_account(account)  # its cycles go on counting from the same instant
        take = partial(_take, account.granted, overdraft, ledger.opening(job))
        later = ledger.settlements(job)
        with store.transaction():
            left: Balance = store.update(self._balances, fund, take)
            store.update(self._jobs, job.id, lambda _: job)
            for entry in later:
                store.schedule(self._due + fund, entry.at, entry)
        return left

    def job(self, job_id: str) -> Job | None:
        """The job of this id, whoever owns it."""
        found: Job | None = self._store.get(self._jobs, job_id)
        return found

    def jobs(self) -> Iterator[Job]:
        """All jobs of the house, the newest first."""
        return (job for _, job in self._store.newest(self._jobs))

    def count(self) -> int:
        """How many jobs there are."""
        return self._store.count(self._jobs)

    def end(self, job: Job, stage: Stage, now: datetime) -> Job:
        """Call a job that still runs to an end, now; its money goes where that end says."""
        queue = self._due + job.paid_from
        due = self._store.due(queue, now)
        if due:  # a job's account always has a balance on record: no grant is needed here
            self._store.update(self._balances, job.paid_from, partial(_settle, Decimal(0), due))
        happened = [entry for entry in ledger.settlements(job) if entry.at <= now]
        ended = job.ended(now, stage)
        with self._store.transaction():
            self._store.withdraw(queue, lambda entry: entry.job == job.id)
            for entry in ledger.settlements(ended):
                if entry in happened:
                    happened.remove(entry)
                else:
                    self._store.schedule(queue, entry.at, entry)
            self._store.update(self._jobs, job.id, lambda _: ended)
        self.sandbox.post.expect(job.id, now)
        return ended

    def replace(self, job: Job) -> None:
        """Keep a job whose provider's own facts (`order`) have changed; its money stays as it is laid out."""
        self._store.update(self._jobs, job.id, lambda _: job)

    # Limits ---------------------------------------------------------------------------------------------------

    def admit(self, limit: Limit, client: str, now: datetime) -> None:
        """Let one request of a client through a limit, or raise OverLimit."""
        wait = self._store.admit(f"{self._buckets}{limit.name}/{client}", limit, now)
        if wait is not None:
            raise OverLimit(limit.name, wait)

    def window(self, limit: Limit, client: str, now: datetime) -> tuple[int, datetime]:
        """How many requests of a client a limit's window holds, and when the oldest leaves it."""
        return self._store.window(f"{self._buckets}{limit.name}/{client}", limit, now)

    # What else a provider keeps -------------------------------------------------------------------------------

    def record(self, shelf: str, key: str) -> Any:  # noqa: ANN401 - a provider's own kind of value
        """A value of the provider's own, or None."""
        return self._store.get(self._records + shelf, key)

    def update_record(self, shelf: str, key: str, change: Any) -> Any:  # noqa: ANN401 - as record
        """Change a value of the provider's own, indivisibly; answer the new one."""
        return self._store.update(self._records + shelf, key, change)

    def records(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf of the provider's own, the newest first."""
        return self._store.newest(self._records + shelf)


class Sandbox:
    """One isolated world: clock, accounts, money, jobs, limits, scenarios and journal of its own."""

    def __init__(self, name: str, store: Store, terms: Terms, trades: Mapping[str, tuple[Trade, object]]) -> None:
        self.name = name
        self.store = store
        self.terms = terms
        self.seed = terms.seed
        self.journal = Journal(terms.journal)
        self.post = Post(store, name)
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
        self.store.update(self._shelf, "clock", lambda _: clock)

    def now(self) -> datetime:
        """Mock time."""
        return self.clock.now()

    def advance(self, by: timedelta) -> datetime:
        """Move mock time forward and answer the new one."""
        moved: Clock = self.store.update(self._shelf, "clock", lambda old: (old or self.terms.clock).advanced(by))
        return moved.now()

    def watched(self, what: Changing, now: datetime) -> None:
        """Tell the clock that somebody polled a job (or an upload); an `auto` clock then moves to its next change."""
        clock = self.clock
        if clock.auto and (change := what.next_change(now)) is not None and change > clock.mock:
            self.set_clock(clock.moved_to(change))

    @property
    def plan(self) -> Plan:
        """What is laid down for jobs that do not say themselves how to go."""
        return self.store.get(self._shelf, "plan") or NO_PLAN

    def set_plan(self, plan: Plan) -> None:
        """Lay down another plan."""
        self.store.update(self._shelf, "plan", lambda _: plan)

    def enqueue(self, queued: Queued) -> Plan:
        """Put a scenario at the end of the queue."""
        plan: Plan = self.store.update(
            self._shelf, "plan", lambda old: Plan((old or NO_PLAN).default, (*(old or NO_PLAN).queue, queued))
        )
        return plan

    def next_scenario(self, provider: str, among: Collection[str] = SCENARIOS) -> Scenario:
        """How the next job goes that does not say itself; taken off the queue if it is `among` what concerns it."""
        plan = self.plan
        scenario, rest = plan.take(provider) if plan.queue else (plan.default, plan)
        if scenario.name not in among:
            return SUCCEEDS
        if rest is not plan:
            self.set_plan(rest)
        return scenario

    def reset(self) -> None:
        """Begin again: no jobs, no accounts, full balances, the first instant, an empty journal."""
        self.store.clear(f"{self.name}/")
        self.journal.forget()
        for house in self.houses.values():
            house._remembered.clear()  # noqa: SLF001 - a sandbox owns its houses


class World:
    """What one server shares: a store, the terms of new sandboxes, and which providers there are."""

    def __init__(self, store: Store, terms: Terms, trades: Mapping[str, tuple[Trade, object]]) -> None:
        self.store = store
        self.terms = terms
        self.trades = trades
        self.started = wall_now()
        self._sandboxes: dict[str, Sandbox] = {}

    def sandbox(self, name: str = "default") -> Sandbox:
        """The sandbox of this name, made on first use.

        Raises BadSandboxError for a name that is none, and when there are too many.
        """
        found = self._sandboxes.get(name)
        return found if found is not None else self.open(name)

    def open(self, name: str, terms: Terms | None = None, options: Mapping[str, object] | None = None) -> Sandbox:
        """Make a sandbox with terms and provider options of its own; one of that name is begun again."""
        if not SANDBOX_NAME.fullmatch(name):
            raise BadSandboxError(
                f"{name[:80]!r} is no name for a sandbox: 1 to 64 of letters, digits, '-', '_', '.', the first no sign"
            )
        if name not in self._sandboxes and len(self._sandboxes) >= self.terms.sandboxes:
            raise BadSandboxError(f"the server holds {self.terms.sandboxes} sandboxes already: delete one first")
        if name in self._sandboxes:
            self._sandboxes[name].reset()
        trades = {
            provider: (trade, (options or {}).get(provider, its)) for provider, (trade, its) in self.trades.items()
        }
        sandbox = self._sandboxes[name] = Sandbox(name, self.store, terms or self.terms, trades)
        return sandbox

    def sandboxes(self) -> list[Sandbox]:
        """All sandboxes, in the order in which they were made."""
        return list(self._sandboxes.values())

    def close(self, name: str) -> bool:
        """Forget a sandbox and all that is in it; False if there is none of that name."""
        sandbox = self._sandboxes.pop(name, None)
        if sandbox is not None:
            sandbox.reset()
        return sandbox is not None


def _settle(granted: Decimal, due: list[Entry], old: Balance | None) -> Balance:
    balance = old or Balance(granted)
    for entry in due:
        balance = balance.after(entry)
    return balance


def _take(granted: Decimal, overdraft: Decimal, entry: Entry, old: Balance | None) -> Balance:
    balance = old or Balance(granted)
    if entry.amount > balance.available + overdraft:
        raise Unaffordable(entry.amount, balance.available)
    return balance.after(entry)


def _next(old: int | None) -> int:
    return (old or 0) + 1
