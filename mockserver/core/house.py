"""House: one provider inside one sandbox: its accounts, their money, their jobs and their limits."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.core import ledger
from mockserver.core.accounts import Account, Trade, opened
from mockserver.core.chance import Draw, Urn
from mockserver.core.jobs import Job
from mockserver.core.ledger import Balance, Entry
from mockserver.core.limits import Limit
from mockserver.core.places import Places
from mockserver.core.refusals import KeyRejected, OverLimit, Unaffordable
from mockserver.core.timeline import Stage

if TYPE_CHECKING:
    from mockserver.core.world import Sandbox

ACCOUNTS_REMEMBERED = 4096


class SandboxFullError(RuntimeError):
    """One job more than a provider holds in a sandbox."""

    def __init__(self, sandbox: str, room: int) -> None:
        super().__init__(f"the sandbox '{sandbox}' holds {room} jobs of this provider, and no more fit in")


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
        self._room = sandbox.terms.jobs
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
        self._store.put(self._accounts, account.key, account)

    def opened(self) -> dict[str, Account]:
        """The accounts that keys have opened and that nothing was laid down of."""
        return dict(self._remembered)

    def reopen(self, opened: Mapping[str, Account]) -> None:
        """Let these be the accounts that keys have opened."""
        self._remembered.clear()
        self._remembered.update(opened)

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
        due_at = self._store.next_due(self._due + fund)
        if due_at is not None and due_at <= now:
            settled = self._store.atomically(partial(self._settled, account.granted, fund, now))
            if settled is not None:
                return settled
        # Looked at last: who shares the store may have settled what was due.
        found: Balance | None = self._store.get(self._balances, fund)
        return Balance(account.granted) if found is None else found

    def _settled(self, granted: Decimal, fund: str, now: datetime) -> Balance | None:
        due = self._store.due(self._due + fund, now)
        if not due:
            return None
        settled: Balance = self._store.update(self._balances, fund, partial(_settle, granted, due))
        return settled

    def grant(self, account: Account, available: Decimal, now: datetime) -> Balance:
        """Lay down what can be spent from now on; the difference is a grant (or takes one back)."""
        more = available - self.balance(account, now).available
        self.set_account(account)
        fund, entry = account.fund(now), Entry(now, "grant", more)
        self.update_record("grants", fund, lambda before: (*(before or ()), entry))
        settled: Balance = self._store.update(self._balances, fund, partial(_settle, account.granted, [entry]))
        if self.sandbox.watch is not None:
            self.sandbox.watch.granted(self.name, account.key, entry)
        return settled

    def plan_grant(self, plan: str) -> Decimal:
        """What the provider grants with a plan."""
        return self._trade.opening(self.options).grant_of(plan)

    def entries(self, account: Account, now: datetime) -> list[Entry]:
        """The account's ledger (of the cycle of now) up to now, computed from its facts, in order of time."""
        fund, began = account.fund(now), account.cycle_began(now)
        grants = self.record("grants", fund) or ()
        # What it began with is what it was given in all, less what was given later: the plan may have changed since.
        opening = self.balance(account, now).granted - sum(entry.amount for entry in grants)
        found = [Entry(began, "grant", opening), *grants]
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
        return urn.draw(self._store.number(self._numbers, occasion[0]))

    def afford(self, account: Account, price: Decimal, now: datetime) -> None:
        """Raise Unaffordable when the account cannot pay; for asking before a job is laid out."""
        found: Balance | None = self._store.get(self._balances, account.fund(now))
        if found is not None and price <= found.available:
            return  # what has fallen due since then takes no money away
        available = self.balance(account, now).available
        if price > available:
            raise Unaffordable(price, available)

    def add(self, job: Job, account: Account, now: datetime, overdraft: Decimal = ledger.ZERO) -> Balance:
        """Take a job on and its price from the account; answer what is left, which may be `overdraft` below nothing.

        Raises Unaffordable, and changes nothing, when the account cannot pay; SandboxFullError when no more fit in.
        """
        store = self._store
        if store.count(self._jobs) >= self._room:
            raise SandboxFullError(self.sandbox.name, self._room)
        return store.together(partial(self._add, job, account, now, overdraft))

    def _add(self, job: Job, account: Account, now: datetime, overdraft: Decimal) -> Balance:
        store, fund = self._store, job.fund or account.fund(now)
        queue = self._due + fund
        due_at = store.next_due(queue)
        if due_at is not None and due_at <= now:
            self._settled(account.granted, fund, now)  # which is due whatever becomes of the job
        balance: Balance = store.get(self._balances, fund) or Balance(account.granted)
        price = job.price
        if price > (available := balance.available) and price > available + overdraft:
            raise Unaffordable(price, available)
        # From here on, nothing is refused any more.
        if account.cycle is not None:
            job = job if job.fund == fund else job._replace(fund=fund)
            if store.get(self._accounts, account.key) is None:
                self.set_account(account)  # its cycles go on counting from the same instant
        left = balance.paying(price, job.terms)
        store.put(self._balances, fund, left)
        store.put(self._jobs, job.id, job)
        for entry in ledger.settlements(job):
            store.schedule(queue, entry.at, entry)
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
        ended = self._store.atomically(partial(self._end, job, stage, now))
        self.sandbox.post.expect(job.id, now)
        if self.sandbox.watch is not None:
            self.sandbox.watch.touched(self.name, job.id)
        return ended

    def _end(self, job: Job, stage: Stage, now: datetime) -> Job:
        queue = self._due + job.paid_from
        due = self._store.due(queue, now)
        if due:  # a job's account always has a balance on record: no grant is needed here
            self._store.update(self._balances, job.paid_from, partial(_settle, Decimal(0), due))
        happened = [entry for entry in ledger.settlements(job) if entry.at <= now]
        ended = job.ended(now, stage)
        self._store.withdraw(queue, lambda entry: entry.job == job.id)
        for entry in ledger.settlements(ended):
            if entry in happened:
                happened.remove(entry)
            else:
                self._store.schedule(queue, entry.at, entry)
        self._store.put(self._jobs, job.id, ended)
        return ended

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

    def put_record(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - as record
        """Let this be a value of the provider's own, whatever it was before."""
        self._store.put(self._records + shelf, key, value)

    def count_records(self, shelf: str) -> int:
        """How many values a shelf of the provider's own holds."""
        return self._store.count(self._records + shelf)

    def records(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf of the provider's own, the newest first."""
        return self._store.newest(self._records + shelf)


def _settle(granted: Decimal, due: list[Entry], old: Balance | None) -> Balance:
    balance = old or Balance(granted)
    for entry in due:
        balance = balance.after(entry)
    return balance
