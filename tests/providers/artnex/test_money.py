"""Credits: held while a job runs, gone when it completes, back when it does not."""

import pytest

from .conftest import customer_of


async def money(mock, key="artnex-test"):
    account = await mock.account(key)
    return {name: account[name] for name in ("spent", "held", "available")}


@pytest.mark.clause("artnex.money.opening-balance")
async def test_an_account_begins_with_100000_credits_on_the_pro_plan(mock):
    account = await mock.account("artnex-test")

    assert (account["available"], account["unit"], account["plan"]) == ("100000", "credits", "pro")


@pytest.mark.clause("artnex.money.charged-on-completion", "artnex.money.held-until-then")
async def test_credits_are_held_and_then_charged(mock, customer):
    await customer.submit(model="sora-2-pro")
    assert await money(mock) == {"spent": "0", "held": "6000", "available": "94000"}

    await mock.until_idle()

    assert await money(mock) == {"spent": "6000", "held": "0", "available": "94000"}


@pytest.mark.clause("artnex.money.errors-are-free")
@pytest.mark.parametrize("scenario", ["fails", "moderated_late", "cancelled"])
async def test_a_job_that_ends_as_error_costs_nothing(mock, finished, scenario):
    await mock.queue(scenario)

    answer = await finished(model="sora-2-pro")

    assert answer["credits_used"] == 0
    assert await money(mock) == {"spent": "0", "held": "0", "available": "100000"}


@pytest.mark.clause("artnex.money.insufficient-credits")
@pytest.mark.parametrize(("available", "status"), [(2999, 402), (3000, 200)])
async def test_what_cannot_be_paid_is_refused(mock, customer, available, status):
    await mock.set_account("artnex-test", available=available)

    response = await customer.post(model="veo3.1")

    assert response.status_code == status
    if status == 402:
        assert response.json()["error"] == "insufficient_credits"
        assert await money(mock) == {"spent": "0", "held": "0", "available": "2999"}


@pytest.mark.clause("artnex.money.insufficient-credits")
async def test_a_key_can_say_itself_that_it_is_broke(mock):
    assert await customer_of(mock, "broke-key").refused() == (402, "insufficient_credits")


@pytest.mark.clause("artnex.money.held-until-then")
async def test_what_is_held_cannot_be_spent_twice(mock, customer):
    await mock.set_account("artnex-test", available=5000)
    await mock.queue("fails")
    await customer.submit(model="veo3.1")
    assert await customer.refused(model="veo3.1") == (402, "insufficient_credits")

    await mock.until_idle()

    assert (await customer.post(model="veo3.1")).status_code == 200


async def test_the_ledger_adds_up(mock, customer):
    await mock.queue("fails")
    for _ in range(2):
        await customer.submit(model="wan-2.5")
    await mock.until_idle()

    entries = (await mock.control.get("accounts/artnex/artnex-test/ledger")).json()["items"]

    kinds = sorted((entry["kind"], entry["amount"]) for entry in entries)
    assert kinds == [("charge", "3500"), ("grant", "100000"), ("hold", "3500"), ("hold", "3500"), ("release", "3500")]
