"""Money is conserved: the running balance is what the facts add up to, at every instant and whatever happens."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from mockserver.core import ledger
from mockserver.core.accounts import Opening, Trade
from mockserver.core.clock import NOTHING, START, Clock
from mockserver.core.jobs import Job
from mockserver.core.refusals import Unaffordable
from mockserver.core.timeline import Timeline, cancelled, done, failed, waiting, working
from mockserver.core.world import Terms, World
from mockserver.stores.memory import MemoryStore

GRANTED = Decimal(100)
prices = st.decimals(Decimal(0), Decimal(60), places=5)
spans = st.timedeltas(NOTHING, timedelta(minutes=10))
ends = st.sampled_from([done("done"), failed("failed", because="broken"), cancelled("cancelled")])
lives = st.builds(
    lambda queue, work, end: Timeline.of(waiting("queued", lasts=queue), working("running", lasts=work), end),
    spans,
    spans,
    ends,
)
terms = st.sampled_from(["at_submission", "when_done"])
jobs = st.builds(
    Job,
    id=st.uuids().map(str),
    provider=st.just("acme"),
    key=st.just("key"),
    submitted_at=st.just(START),
    timeline=lives,
    price=prices,
    terms=terms,
    order=st.none(),
    seed=st.just(0),
    parts=st.lists(lives, max_size=3).map(tuple),
    scenario=st.just("succeeds"),
    cut=st.none(),
    fund=st.none(),
)


@given(jobs)
def test_what_is_held_is_in_the_end_charged_or_released_and_no_more(job):
    balance = ledger.balance(GRANTED, [job], START + timedelta(days=1))
    assert balance.held == 0
    assert balance.available + balance.charged == GRANTED
    assert 0 <= balance.charged <= job.price


@given(jobs, spans)
def test_at_every_instant_available_held_and_charged_are_the_grant(job, elapsed):
    balance = ledger.balance(GRANTED, [job], START + elapsed)
    assert balance.available + balance.held + balance.charged == balance.granted == GRANTED
    assert 0 <= balance.held <= job.price


@given(prices, st.integers(1, 9))
def test_shares_add_up_to_the_price(price, pieces):
    assert sum(ledger.shares(price, pieces)) == price


class Money(RuleBasedStateMachine):
    """A house that submits, ends jobs by hand and moves time, beside the sum over all its facts."""

    submitted = Bundle("submitted")

    def __init__(self):
        super().__init__()
        trade = Trade(name="acme", opening=lambda _: Opening(unit="USD", plan="free", granted=GRANTED))
        world = World(MemoryStore(), Terms(clock=Clock.frozen()), {"acme": (trade, None)})
        self.sandbox = world.sandbox()
        self.house = self.sandbox.houses["acme"]
        self.numbers = iter(range(10**6))

    @property
    def account(self):
        return self.house.account("key", self.sandbox.now())

    def truth(self):
        return ledger.balance(GRANTED, list(self.house.jobs()), self.sandbox.now())

    @rule(target=submitted, life=lives, price=prices, parts=st.lists(lives, max_size=3), terms=terms)
    def submit(self, life, price, parts, terms):
        now = self.sandbox.now()
        job = Job(
            id=str(next(self.numbers)),
            provider="acme",
            key="key",
            submitted_at=now,
            timeline=life,
            price=price,
            terms=terms,
            order=None,
            seed=0,
            parts=tuple(parts),
        )
        before = self.truth()
        try:
            left = self.house.add(job, self.account, now)
        except Unaffordable:
            assert price > before.available
            assert self.house.job(job.id) is None
        else:
            assert price <= before.available
            assert left.available == before.available - price
        return job.id

    @rule(by=spans)
    def move_time(self, by):
        self.sandbox.advance(by)

    @precondition(lambda self: self.house.count())
    @rule(job_id=submitted, end=ends)
    def end_by_hand(self, job_id, end):
        job = self.house.job(job_id)
        if job is not None and not job.at(self.sandbox.now()).stage.ends:
            self.house.end(job, end, self.sandbox.now())
            assert self.house.job(job_id).at(self.sandbox.now()).stage == end

    @rule(available=st.decimals(0, 200, places=2))
    def grant(self, available):
        before = self.house.balance(self.account, self.sandbox.now())
        after = self.house.grant(self.account, available, self.sandbox.now())
        assert after.available == available
        self.house.grant(self.account, before.available, self.sandbox.now())

    @invariant()
    def the_running_sum_is_the_sum_of_the_facts(self):
        now = self.sandbox.now()
        truth, running = self.truth(), self.house.balance(self.account, now)
        assert (running.charged, running.held) == (truth.charged, truth.held)
        assert running.available == truth.available

    @invariant()
    def the_listed_entries_add_up_to_the_balance(self):
        now = self.sandbox.now()
        total = ledger.Balance(Decimal(0))
        for entry in self.house.entries(self.account, now):
            total = total.after(entry)
        assert total.available == self.house.balance(self.account, now).available


TestMoney = Money.TestCase


def test_a_job_that_cannot_be_paid_leaves_no_trace():
    machine = Money()
    now = machine.sandbox.now()
    dear = Job(
        id="dear",
        provider="acme",
        key="key",
        submitted_at=now,
        timeline=Timeline.of(done("done")),
        price=Decimal("100.01"),
        terms="at_submission",
        order=None,
        seed=0,
    )
    with pytest.raises(Unaffordable):
        machine.house.add(dear, machine.account, now)
    assert machine.house.count() == 0
    assert machine.house.balance(machine.account, now).available == GRANTED
