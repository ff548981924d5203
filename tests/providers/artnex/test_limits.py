"""The daily quota, and the throttling of polls."""

import pytest

from .conftest import customer_of

DAY = 24 * 3600
OVER = (429, "rate_limit_exceeded")


async def until_refused(customer, most, **body):
    """Send submissions until one is refused as too many (or `most` were sent): how many got through."""
    for count in range(most):
        if (await customer.post(**body)).status_code == 429:
            return count
    return most


@pytest.mark.clause("artnex.limits.daily-quota", "artnex.limits.quota-by-plan")
@pytest.mark.parametrize(("plan", "quota"), [("free", 100), ("Free", 100), ("pro", 1000), ("enterprise", 1200)])
async def test_a_plan_has_its_quota(mock, plan, quota):
    await mock.set_account("artnex-test", plan=plan)
    customer = customer_of(mock, judged=False)

    assert await until_refused(customer, 1200, prompt="") == quota
    if quota < 1200:
        assert await customer.refused() == OVER


@pytest.mark.clause("artnex.limits.quota-by-plan")
async def test_enterprise_has_what_was_agreed(mock, customer):
    await mock.set_account("artnex-test", plan="enterprise", limits={"requests_per_day": 3})

    assert await until_refused(customer, 10, model="wan-2.5") == 3


async def test_an_account_with_a_figure_for_something_else_has_that_of_its_plan(mock):
    await mock.set_account("artnex-test", plan="free", limits={"something_else": 3})

    assert await until_refused(customer_of(mock, judged=False), 110, prompt="") == 100


@pytest.mark.clause("artnex.limits.rolling-day")
async def test_the_day_is_the_24_hours_that_just_passed(mock, customer):
    await mock.set_account("artnex-test", limits={"requests_per_day": 2})
    await customer.submit()
    await mock.advance(DAY / 2)
    await customer.submit()
    assert await customer.refused() == OVER

    await mock.advance(DAY / 2 - 1)
    assert await customer.refused() == OVER
    await mock.advance(1)
    await customer.submit()

    assert await customer.refused() == OVER


@pytest.mark.clause("artnex.limits.rolling-day")
async def test_each_key_has_a_day_of_its_own(mock, customer):
    await mock.set_account("artnex-test", limits={"requests_per_day": 1})
    await customer.submit()

    assert await customer.refused() == OVER
    assert (await customer_of(mock, "another-key").post()).status_code == 200


@pytest.mark.clause("artnex.limits.refused-for-its-content-counts")
async def test_what_is_wrong_counts_and_what_is_too_much_does_not(mock, customer):
    await mock.set_account("artnex-test", limits={"requests_per_day": 2})
    await customer.refused(prompt="")
    await mock.advance(DAY / 2)
    await customer.refused(model="veo4")
    for _ in range(5):
        assert await customer.refused() == OVER

    await mock.advance(DAY / 2)

    assert (await customer.post()).status_code == 200


async def test_a_key_can_say_itself_that_it_is_limited_or_on_the_free_plan(mock):
    assert await customer_of(mock, "limited-key").refused() == OVER
    assert await until_refused(customer_of(mock, "cheapplan-key", judged=False), 200, prompt="") == 100


@pytest.mark.clause("artnex.limits.polls-are-free")
@pytest.mark.parametrize(("polls_count", "last"), [(False, 200), (True, 429)])
async def test_polls_count_when_the_setting_says_so(serve, polls_count, last):
    mock = await serve("artnex", artnex__polls_count=polls_count)
    await mock.set_account("artnex-test", limits={"requests_per_day": 3})
    customer = customer_of(mock)
    request_id = await customer.submit()

    answers = [(await customer.http.get(f"/v1/video/{request_id}")).status_code for _ in range(3)]

    assert answers == [200, 200, last]


@pytest.mark.clause("artnex.limits.throttled-polls")
async def test_polls_are_throttled_when_the_setting_says_so(serve):
    mock = await serve("artnex", artnex__throttle_polls=True)
    customer = customer_of(mock)
    first, second = await customer.submit(), await customer.submit()
    paths = [f"/v1/video/{first}", f"/v1/video/status/{first}", f"/v1/video/{second}"]

    at_once = [(await customer.http.get(path)).status_code for path in paths]
    await mock.advance(4.9)
    early = await customer.http.get(paths[0])
    await mock.advance(0.1)
    in_time = await customer.http.get(paths[0])

    assert at_once == [200, 429, 200]
    assert (early.status_code, early.json()["error"]) == OVER
    assert in_time.status_code == 200


@pytest.mark.clause("artnex.limits.throttled-polls")
async def test_polls_are_not_throttled_otherwise(customer):
    request_id = await customer.submit()

    assert [(await customer.status(request_id))["status"] for _ in range(20)] == ["pending"] * 20


@pytest.mark.clause("artnex.limits.no-retry-after")
async def test_a_429_does_not_say_when_to_come_back_in_a_header(serve):
    mock = await serve("artnex", artnex__throttle_polls=True)
    await mock.set_account("artnex-test", limits={"requests_per_day": 1})
    customer = customer_of(mock)
    request_id = await customer.submit()
    await customer.status(request_id)

    refusals = [await customer.post(), await customer.http.get(f"/v1/video/{request_id}")]

    assert [refusal.status_code for refusal in refusals] == [429, 429]
    assert not any("retry-after" in refusal.headers for refusal in refusals)
