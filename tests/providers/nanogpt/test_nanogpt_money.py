"""What is paid, when, and what comes back: charged at submission, refunded when there is no video."""

from decimal import Decimal

import pytest

from tests.providers.nanogpt.kit import KEY, LINK, accepted, balance, client_of, order, printed, refused, unified

POOR = {"error": "Insufficient balance", "status": 402}


async def ended(mock, client, scenario, **fields):
    """Submit an order that goes as the scenario says, wait for its end, and give its last status."""
    await mock.queue(scenario)
    run_id = (await accepted(client, **fields))["runId"]
    await mock.until_idle()
    return (await unified(client, run_id))["data"]["status"]


async def entries(mock, key=KEY):
    """The account's ledger, as kinds and amounts."""
    items = (await mock.control.get(f"accounts/nanogpt/{key}/ledger")).json()["items"]
    return [(item["kind"], Decimal(item["amount"])) for item in items]


@pytest.mark.clause("nanogpt.money.sample-price", "nanogpt.money.opening-balance", "nanogpt.money.source-is-usd")
@pytest.mark.parametrize("profile", ["2026", "2025"])
async def test_the_sample_of_document_002_leaves_what_it_shows(serve, profile):
    mock = await serve("nanogpt", nanogpt__prices="samples", nanogpt__profile=profile)
    client = client_of(mock, judging=False)
    before = await balance(client)

    submitted = await accepted(client, **printed("submit-text")["request"])

    assert float(before) == 50.00
    assert (submitted["cost"], submitted["paymentSource"], submitted["remainingBalance"]) == (2.5, "USD", 47.5)
    assert await balance(client) == "47.5"


@pytest.mark.clause("nanogpt.money.charged-at-submission", "nanogpt.money.source-is-usd")
async def test_the_cost_leaves_the_balance_at_once(nano, client):
    first = await accepted(client, model="kling-v21-pro", duration="5")
    second = await accepted(client, model="veo2-video", duration="5s")

    assert (first["cost"], first["remainingBalance"]) == (0.22, 49.78)
    assert (second["cost"], second["remainingBalance"]) == (3.4, 46.38)
    assert (first["paymentSource"], second["paymentSource"]) == ("USD", "USD")
    assert (await nano.account(KEY))["available"] == "46.38" == await balance(client)


@pytest.mark.clause("nanogpt.money.charged-at-submission")
async def test_nothing_is_taken_again_when_the_video_is_done(nano, client, finished):
    assert (await finished())["data"]["status"] == "COMPLETED"

    assert await balance(client) == "49.6"
    assert await entries(nano) == [("grant", Decimal(50)), ("charge", Decimal("0.4"))]


@pytest.mark.clause("nanogpt.money.balance-header")
async def test_the_header_says_what_the_answer_says(client):
    for left in ("49.87998", "49.75996"):
        response = await order(client, model="seedance-video", resolution="480p", duration="5")

        assert response.headers["x-remaining-balance"] == left
        assert f'"remainingBalance":{left}' in response.text


@pytest.mark.clause("nanogpt.money.balance-header", "nanogpt.money.charged-at-submission")
async def test_money_is_written_without_trailing_zeros(serve):
    client = client_of(await serve("nanogpt", nanogpt__balance="10.44"))
    for seconds, model, left in (
        ("5", "kling-v21-pro", "10.22"),
        ("5", "kling-v21-pro", "10"),
        ("5s", "veo2-video", "6.6"),
    ):
        response = await order(client, model=model, duration=seconds)

        assert f'"remainingBalance":{left},' in response.text
        assert response.headers["x-remaining-balance"] == left == await balance(client)


@pytest.mark.clause("nanogpt.money.balance-header", "nanogpt.money.charged-at-submission")
async def test_an_extension_is_paid_for_likewise(nano, client):
    original = (await accepted(client, model="midjourney-video", imageUrl=LINK))["runId"]
    await nano.until_idle()

    response = await client.post("/api/generate-video/extend", json={"runId": original, "index": 0})

    told = response.json()
    assert (told["cost"], told["paymentSource"], told["remainingBalance"]) == (1, "USD", 48)
    assert Decimal(response.headers["x-remaining-balance"]) == 48
    assert Decimal(await balance(client)) == 48


@pytest.mark.clause("nanogpt.money.balance-header")
async def test_a_refusal_tells_no_balance(nano, client):
    await nano.set_account(KEY, available="0.39")

    response = await order(client)

    assert (response.status_code, response.json()) == (402, POOR)
    assert "x-remaining-balance" not in response.headers


@pytest.mark.clause("nanogpt.money.sums-are-exact")
async def test_a_hundred_small_charges_add_up(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute="null")
    client = client_of(mock)

    answers = [await order(client, model="seedance-video", resolution="480p", duration="5") for _ in range(100)]

    assert {response.json()["cost"] for response in answers} == {0.12002}
    assert Decimal(answers[-1].headers["x-remaining-balance"]) == Decimal("37.998")
    assert answers[-1].json()["remainingBalance"] == 37.998
    assert Decimal(await balance(client)) == Decimal("37.998")
    assert Decimal((await mock.account(KEY))["spent"]) == Decimal("12.002")


@pytest.mark.clause("nanogpt.money.whole-balance-may-be-spent")
async def test_the_last_cent_may_be_spent(nano, client):
    await nano.set_account(KEY, available="0.4")

    submitted = await accepted(client)

    assert submitted["remainingBalance"] == 0
    assert Decimal(await balance(client)) == 0
    assert await refused(client) == (402, POOR)


@pytest.mark.clause("nanogpt.submit.insufficient-balance")
async def test_one_hundredth_of_a_cent_too_little_is_too_little(nano, client):
    await nano.set_account(KEY, available="0.3999")

    assert await refused(client) == (402, POOR)
    assert await balance(client) == "0.3999"
    assert (await client.get("/api/generate-video/recover")).json() == {"data": []}


@pytest.mark.clause("nanogpt.money.refund-on-failure")
@pytest.mark.parametrize("scenario", ["fails", "moderated_late"])
async def test_a_failed_job_is_paid_back_whole(nano, client, scenario):
    assert await ended(nano, client, scenario, model="veo2-video") == "FAILED"

    assert Decimal(await balance(client)) == 50
    assert await entries(nano) == [
        ("grant", Decimal(50)),
        ("charge", Decimal("3.4")),
        ("refund", Decimal("3.4")),
    ]


@pytest.mark.clause("nanogpt.money.refund-on-failure")
async def test_nobody_has_to_ask_for_the_refund(nano, client):
    await nano.queue("fails")
    await accepted(client, model="veo2-video")

    await nano.until_idle()

    assert (await accepted(client))["remainingBalance"] == 49.6


@pytest.mark.clause("nanogpt.money.refund-on-cancel")
async def test_a_cancelled_job_is_paid_back_whole(nano, client):
    assert await ended(nano, client, "cancelled", model="veo2-video") == "CANCELED"

    assert Decimal(await balance(client)) == 50


@pytest.mark.clause("nanogpt.money.refund-on-failure", "nanogpt.money.refund-on-cancel")
@pytest.mark.parametrize(("how", "left"), [("failed", 50), ("cancelled", 50), ("done", 46.6)])
async def test_a_job_that_is_ended_by_hand_is_paid_like_any_other(nano, client, how, left):
    run_id = (await accepted(client, model="veo2-video"))["runId"]
    await nano.advance(60)

    await nano.end(run_id, how)

    assert float(await balance(client)) == left


@pytest.mark.clause("nanogpt.money.no-refund-for-not-asking")
async def test_a_job_that_nobody_asks_for_stays_paid(nano, client):
    await accepted(client)

    await nano.advance(30 * 24 * 3600)

    assert await balance(client) == "49.6"


@pytest.mark.clause("nanogpt.money.no-refund-for-not-asking")
async def test_a_job_that_never_ends_stays_paid(nano, client):
    await nano.queue("stuck")
    await accepted(client)

    await nano.advance(30 * 24 * 3600)

    assert await balance(client) == "49.6"


async def test_what_was_paid_back_can_be_spent_again(nano, client):
    await nano.set_account(KEY, available="0.4")
    await nano.queue("fails")
    await accepted(client)
    assert await refused(client) == (402, POOR)

    await nano.until_idle()

    assert (await accepted(client))["remainingBalance"] == 0
