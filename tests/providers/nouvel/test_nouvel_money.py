"""Money: the plan's videos, credits for more, and what comes back."""

import pytest

from .conftest import DAY, HAT, JACKET, MINUTE, SHOES, customer_of, fixture

NINE = {"urls": [SHOES, JACKET, HAT], "variantCount": 3}
OVER = (402, "quota_exceeded")


async def use_up(customer, videos):
    """Order so many videos."""
    while videos:
        count = min(videos, 3)
        await customer.submit(variantCount=count)
        videos -= count


async def usage(customer, **body):
    """What a refused submission says about the quota."""
    response = await customer.post(**body)
    assert response.status_code == 402
    return response.json()["usage"]


@pytest.mark.clause("nouvel.money.quota", "nouvel.money.quota-refusal", "nouvel.money.plan-quotas")
async def test_when_the_videos_of_the_plan_are_used_up_the_next_is_refused(customer):
    await use_up(customer, 30)
    response = await customer.post()

    assert (response.status_code, response.json()) == (402, fixture("error-quota")["response"])
    assert response.json() == {
        "error": "quota_exceeded",
        "reason": "You've used all 30 videos for this billing period. Add credits ($8/video) or upgrade your plan.",
        "usage": {"used": 30, "limit": 30},
    }


@pytest.mark.clause("nouvel.money.plan-quotas")
async def test_business_has_a_hundred(mock):
    customer = customer_of(mock, "nvl_big", judged=False)
    await mock.set_account("nvl_big", plan="business", limits={"requests_per_minute": None})
    await use_up(customer, 100)

    assert await usage(customer) == {"used": 100, "limit": 100}


@pytest.mark.clause("nouvel.money.quota")
async def test_a_broke_key_has_nothing_left(mock):
    assert await usage(customer_of(mock, "nvl_broke")) == {"used": 30, "limit": 30}


@pytest.mark.clause("nouvel.money.overage", "nouvel.money.overage-counts")
async def test_credits_pay_eight_dollars_for_each_video_more(mock, customer):
    await mock.set_account("nvl_test", available=1, credits=20)
    await customer.submit(variantCount=2)
    assert (await mock.account("nvl_test"))["credits"] == "12"
    await customer.submit()
    assert (await mock.account("nvl_test"))["credits"] == "4"

    assert await usage(customer) == {"used": 32, "limit": 30}
    await mock.set_account("nvl_test", credits="8.00")
    await customer.submit()
    assert (await mock.account("nvl_test"))["credits"] == "0"


@pytest.mark.clause("nouvel.money.overage", "nouvel.money.cycle")
async def test_credits_that_were_spent_in_one_cycle_are_not_back_in_the_next(mock, customer):
    await mock.set_account("nvl_test", available=1, credits=24)
    await customer.submit(variantCount=3)
    assert (await mock.account("nvl_test"))["credits"] == "8"

    await mock.advance(30 * DAY)

    account = await mock.account("nvl_test")
    assert (account["available"], account["credits"]) == ("30", "8")
    await use_up(customer, 31)
    assert (await mock.account("nvl_test"))["credits"] == "0"
    assert await usage(customer) == {"used": 31, "limit": 30}


@pytest.mark.clause("nouvel.money.upgrade")
async def test_a_higher_plan_lets_submissions_through(mock, customer):
    await use_up(customer, 30)
    assert await customer.refused() == OVER
    await mock.set_account("nvl_test", plan="business")

    await customer.submit()
    assert (await mock.account("nvl_test"))["available"] == "69"


@pytest.mark.clause("nouvel.money.reset", "nouvel.money.cycle")
async def test_the_quota_is_whole_again_after_thirty_days(mock, customer):
    await customer.projects()
    await mock.advance(DAY)
    await use_up(customer, 30)
    await mock.advance(29 * DAY - 1)
    assert await usage(customer) == {"used": 30, "limit": 30}

    await mock.advance(1)
    assert (await mock.account("nvl_test"))["available"] == "30"
    await use_up(customer, 30)
    assert await customer.refused() == OVER
    await mock.advance(30 * DAY)
    await customer.submit()


@pytest.mark.clause("nouvel.money.cycle")
async def test_a_video_belongs_to_the_cycle_in_which_it_was_ordered(mock, customer):
    await mock.set_account("nvl_test", available=3)
    await mock.advance(30 * DAY - MINUTE)
    await mock.queue("fails")
    await customer.submit(variantCount=3)
    await mock.advance(DAY)

    assert (await mock.account("nvl_test"))["available"] == "30"
    await use_up(customer, 30)
    assert await usage(customer) == {"used": 30, "limit": 30}


@pytest.mark.clause("nouvel.money.counted-at-submission")
async def test_videos_count_as_soon_as_they_are_ordered(mock, customer):
    # The vendor's worked example has 50: four are used, then three [nouvel:generate].
    await mock.set_account("nvl_test", available=50)
    await customer.submit(urls=[SHOES, JACKET], variantCount=2)
    assert (await mock.account("nvl_test"))["available"] == "46"
    await customer.submit(variantCount=3)
    assert (await mock.account("nvl_test"))["available"] == "43"


@pytest.mark.clause("nouvel.money.failed-is-free")
async def test_failed_videos_cost_nothing(mock, finished):
    await mock.queue("fails")
    await finished(variantCount=3)
    account = await mock.account("nvl_test")
    assert (account["available"], account["spent"], account["held"]) == ("30", "0", "0")

    await mock.queue("partial")
    await finished(**NINE)
    account = await mock.account("nvl_test")
    assert (account["available"], account["spent"], account["held"]) == ("25", "5", "0")


@pytest.mark.clause("nouvel.money.failed-is-free")
async def test_failed_videos_give_their_dollars_back(mock, customer):
    await mock.set_account("nvl_test", available=0, credits=80)
    await mock.queue("partial")
    job_id = await customer.submit(**NINE)
    assert (await mock.account("nvl_test"))["credits"] == "8"
    await mock.until_idle()

    assert (await customer.job(job_id))["failedProjects"] == 4
    assert (await mock.account("nvl_test"))["credits"] == "40"


@pytest.mark.clause("nouvel.money.given-back-at-the-end")
async def test_a_video_is_given_back_when_it_fails(mock, customer):
    await mock.queue("partial", at=0.1)
    job_id = await customer.submit(variantCount=2)
    assert (await mock.account("nvl_test"))["available"] == "28"
    await mock.advance(4 * MINUTE)

    assert (await customer.job(job_id))["status"] == "running"
    account = await mock.account("nvl_test")
    assert (account["available"], account["held"]) == ("29", "1")


@pytest.mark.clause("nouvel.money.cancelled-is-free")
async def test_a_cancelled_job_gives_its_videos_back(mock, customer, finished):
    await mock.queue("cancelled")
    await finished(variantCount=3)
    assert (await mock.account("nvl_test"))["available"] == "30"

    job_id = await customer.submit(variantCount=3)
    await mock.advance(5 * MINUTE)
    await mock.end(job_id, "cancelled")
    assert (await mock.account("nvl_test"))["available"] == "30"


@pytest.mark.clause("nouvel.money.cancelled-is-free")
async def test_what_was_finished_before_is_paid(serve):
    mock = await serve("nouvel", seed=2)
    customer = customer_of(mock)
    job_id = await customer.submit(variantCount=3)
    ends = sorted(part.length for part in mock.house.job(job_id).parts)
    await mock.advance(ends[0].total_seconds() + 0.001)
    await mock.end(job_id, "cancelled")

    status = await customer.job(job_id)
    assert (status["status"], status["completedProjects"]) == ("cancelled", 1)
    account = await mock.account("nvl_test")
    assert (account["spent"], account["available"]) == ("1", "29")


@pytest.mark.clause("nouvel.money.all-or-nothing")
async def test_a_job_is_paid_whole_or_refused(mock, customer):
    await mock.set_account("nvl_test", available=2)
    response = await customer.post(variantCount=3)

    assert (response.status_code, response.json()["error"]) == (402, "quota_exceeded")
    assert response.json()["usage"] == {"used": 28, "limit": 30}
    assert response.json()["reason"].startswith("This request needs 3 videos, and 2 can be paid for.")
    assert (await mock.account("nvl_test"))["available"] == "2"
    await customer.submit(variantCount=2)


@pytest.mark.clause("nouvel.money.refused-is-free")
@pytest.mark.parametrize(
    "body",
    [{"variantCount": 4}, {"urls": ["https://shop.com/blog"]}, {"webhookUrl": "http://example.com"}, {"urls": []}],
)
async def test_a_refused_submission_takes_nothing(mock, customer, body):
    assert (await customer.post(**body)).status_code in {400, 422}
    account = await mock.account("nvl_test")
    assert (account["available"], account["held"]) == ("30", "0")


async def test_the_ledger_shows_what_moved(mock, customer):
    await mock.queue("partial")
    await customer.submit(variantCount=2)
    await mock.until_idle()
    entries = (await mock.control.get("accounts/nouvel/nvl_test/ledger")).json()["items"]

    assert [(one["kind"], one["amount"]) for one in entries] == [
        ("grant", "30"),
        ("hold", "2"),
        ("release", "1"),
        ("charge", "1"),
    ]


@pytest.mark.parametrize("amount", [-1, "NaN", "many", None, 10**13])
async def test_credits_are_a_sum(mock, amount):
    answer = await mock.control.put("accounts/nouvel/nvl_test", json={"credits": amount})

    assert answer.status_code == 400


async def test_credits_that_are_laid_down_are_a_sum_up_to_a_million_millions(mock):
    most = 10**12

    assert (await mock.set_account("nvl_test", credits=0))["credits"] == "0"
    assert (await mock.set_account("nvl_test", credits=most))["credits"] == str(most)
    for wrong in (most + 1, -1, "NaN"):
        answer = await mock.control.put("accounts/nouvel/nvl_test", json={"credits": wrong})
        assert answer.status_code == 400, wrong
        assert "'credits' is a sum of dollars from 0 to 1000000000000" in answer.json()["error"]["message"]
    assert (await mock.account("nvl_test"))["credits"] == str(most)
