"""Grants that begin again with each cycle: what a job costs stays in the cycle in which it was ordered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.accounts import Opening, Trade
from mockserver.core.clock import DAY, START, Clock
from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.ledger import Balance
from mockserver.core.refusals import Unaffordable
from mockserver.core.timeline import Timeline, done, failed, working
from mockserver.core.world import Terms, World
from mockserver.stores.memory import MemoryStore

CYCLE = 30 * DAY
GRANTED = Decimal(10)


def house() -> House:
    opening = Opening(unit="videos", plan="small", granted=GRANTED, cycle=CYCLE, grants={"large": Decimal(100)})
    trade = Trade(name="acme", opening=lambda _: opening)
    return World(MemoryStore(), Terms(clock=Clock.frozen()), {"acme": (trade, None)}).sandbox().houses["acme"]


def job(number, at, price, life=DAY, *, fails=False):
    end = failed("failed", because="broken") if fails else done("done")
    return Job(
        id=str(number),
        provider="acme",
        key="key",
        submitted_at=at,
        timeline=Timeline.of(working("running", lasts=life), end),
        price=Decimal(price),
        terms="when_done",
        order=None,
        seed=0,
    )


def test_the_grant_is_whole_again_when_a_cycle_begins():
    home = house()
    account = home.account("key", START)
    home.add(job(1, START, 10), account, START)

    assert home.balance(account, START + CYCLE - timedelta(microseconds=1)).available == 0
    assert home.balance(account, START + CYCLE).available == 10


def test_what_a_job_held_comes_back_to_the_cycle_that_paid_for_it():
    home = house()
    account = home.account("key", START)
    late = START + CYCLE - DAY / 2
    home.add(job(1, late, 4, fails=True), account, late)

    assert home.balance(account, START + CYCLE).available == 10
    assert home.balance(account, START + CYCLE, cycle=late).available == 6
    assert home.balance(account, START + CYCLE + DAY).available == 10
    assert home.balance(account, START + CYCLE + DAY, cycle=late).available == 10


def test_a_job_of_the_last_cycle_that_is_ended_by_hand_pays_the_last_cycle_back():
    home = house()
    account = home.account("key", START)
    late = START + CYCLE - DAY / 2
    home.add(job(1, late, 4), account, late)
    home.end(home.job("1"), failed("failed", because="hand"), START + CYCLE)

    assert home.balance(account, START + CYCLE).available == 10
    assert home.balance(account, START + CYCLE, cycle=late).available == 10


def test_an_account_may_go_below_nothing_as_far_as_its_overdraft():
    home = house()
    account = home.account("key", START)

    with pytest.raises(Unaffordable):
        home.add(job(1, START, 13), account, START, overdraft=Decimal(2))
    left = home.add(job(1, START, 12), account, START, overdraft=Decimal(2))

    assert left.available == -2


@given(st.lists(st.tuples(st.timedeltas(timedelta(0), 3 * CYCLE), st.integers(0, 4), st.booleans()), max_size=8))
def test_the_ledger_of_a_cycle_adds_up_to_its_balance(orders):
    home = house()
    account = home.account("key", START)
    for number, (after, price, fails) in enumerate(sorted(orders)):
        now = START + after
        if home.balance(account, now).available >= price:
            home.add(job(number, now, price, life=3 * DAY, fails=fails), account, now)
    for cycle in range(3, 5):
        now = START + cycle * CYCLE + DAY
        total = Balance(Decimal(0))
        for entry in home.entries(account, now):
            total = total.after(entry)
        assert total == home.balance(account, now)
