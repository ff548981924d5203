"""Credits: minutes of source video."""

import pytest

from .conftest import ends, team_of, video


async def money(mock, key="vsk_test"):
    account = await mock.account(key)
    return {name: account[name] for name in ("spent", "held", "available")}


@pytest.fixture
async def ten_minutes(team):
    return await team.media(video(600.0, size=(32, 32)))


@pytest.mark.clause("viddyscribe.money.first-credits")
async def test_a_team_starts_with_600_credits(mock):
    account = await mock.account("vsk_test")

    assert (account["available"], account["unit"], account["plan"]) == ("600", "minutes", "Enterprise")


@pytest.mark.clause("viddyscribe.money.rates")
@pytest.mark.parametrize(
    ("kind", "options", "credits_"),
    [
        ("video", {}, "10"),
        ("audio", {}, "7.5"),
        ("text", {}, "5"),
        ("video", {"description_content": "A fox."}, "5"),
        ("video", {"ad_type": "standard_ad"}, "10"),
    ],
    ids=["video", "audio", "text", "video from text", "standard video"],
)
async def test_ten_minutes_cost_by_their_kind(mock, finished, ten_minutes, kind, options, credits_):
    await finished(kind, ten_minutes, **options)

    assert (await money(mock))["spent"] == credits_


@pytest.mark.clause("viddyscribe.money.exact")
async def test_parts_of_a_minute_are_charged_exactly(mock, finished):
    await finished("text")  # ten seconds

    assert (await money(mock))["spent"] == "0.083333"


@pytest.mark.clause("viddyscribe.money.held-then-charged")
async def test_the_price_is_held_and_then_charged(mock, team, ten_minutes):
    await team.job("video", ten_minutes)
    assert await money(mock) == {"spent": "0", "held": "10", "available": "590"}

    await mock.until_idle()

    assert await money(mock) == {"spent": "10", "held": "0", "available": "590"}


@pytest.mark.clause("viddyscribe.money.held-then-charged")
@pytest.mark.parametrize("scenario", ["fails", "moderated_late", "cancelled"])
async def test_a_job_that_fails_costs_nothing(mock, finished, ten_minutes, scenario):
    await mock.queue(scenario)

    await finished("video", ten_minutes)

    assert await money(mock) == {"spent": "0", "held": "0", "available": "600"}


@pytest.mark.clause("viddyscribe.money.plan-limit")
@pytest.mark.parametrize(("available", "status"), [("9.999999", 429), ("10", 200)])
async def test_what_the_team_does_not_have_is_refused(mock, team, ten_minutes, available, status):
    await mock.set_account("vsk_test", available=available)

    response = await team.order("video", ten_minutes)

    assert response.status_code == status
    if status == 429:
        assert ends(response) == (429, "plan_limit_exceeded")
        assert await money(mock) == {"spent": "0", "held": "0", "available": "9.999999"}


@pytest.mark.clause("viddyscribe.money.plan-limit")
async def test_a_key_can_say_itself_that_it_is_broke(mock):
    assert ends(await team_of(mock, "vsk_broke").order("text")) == (429, "plan_limit_exceeded")


@pytest.mark.clause("viddyscribe.money.held-then-charged")
async def test_what_is_held_cannot_be_spent_twice(mock, team, ten_minutes):
    await mock.set_account("vsk_test", available=15)
    await team.job("video", ten_minutes)

    assert ends(await team.order("video", ten_minutes)) == (429, "plan_limit_exceeded")
