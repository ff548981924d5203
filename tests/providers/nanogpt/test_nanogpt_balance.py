"""What check-balance says: three texts, and the one balance that there is."""

import re

import pytest

from tests.providers.nanogpt.kit import KEY, accepted, balance, client_of

CHECK = "/api/check-balance"


@pytest.mark.clause("nanogpt.balance.three-texts", "nanogpt.balance.no-nano", "nanogpt.money.opening-balance")
async def test_a_new_account_holds_fifty_dollars_and_no_nano(client):
    response = await client.post(CHECK)

    assert response.status_code == 200
    told = response.json()
    assert set(told) == {"usd_balance", "nano_balance", "nanoDepositAddress"}
    assert (float(told["usd_balance"]), float(told["nano_balance"])) == (50.0, 0.0)
    assert re.fullmatch("nano_[13][13456789abcdefghijkmnopqrstuwxyz]{59}", told["nanoDepositAddress"])
    assert all(isinstance(text, str) for text in told.values())


@pytest.mark.clause("nanogpt.balance.is-the-ledger")
async def test_it_is_the_last_remaining_balance(nano, client):
    submitted = await accepted(client, model="seedance-video", resolution="480p", duration="5")

    assert submitted["remainingBalance"] == 49.87998
    assert await balance(client) == "49.87998" == (await nano.account(KEY))["available"]


@pytest.mark.clause("nanogpt.balance.is-the-ledger")
async def test_it_knows_a_refund_when_it_is_due_and_not_before(nano, client):
    await nano.queue("fails")
    run_id = (await accepted(client))["runId"]
    job = (await nano.control.get(f"jobs/{run_id}")).json()
    assert await balance(client) == "49.6"

    await nano.control.post("clock/advance", json={"to": job["changes"][-1]["at"]})

    assert float(await balance(client)) == 50
    assert float((await nano.account(KEY))["available"]) == 50


@pytest.mark.clause("nanogpt.balance.is-the-ledger")
async def test_each_key_has_a_balance_of_its_own(nano, client):
    await accepted(client)

    assert await balance(client) == "49.6"
    assert float(await balance(client_of(nano, "sk-nano-another"))) == 50


@pytest.mark.clause("nanogpt.balance.needs-a-key")
@pytest.mark.parametrize("key", [None, "sk-nano-revoked", "sk-nano-expired"])
async def test_it_needs_a_good_key(nano, key):
    response = await client_of(nano, key).post(CHECK)

    assert (response.status_code, response.json()) == (401, {"error": "Invalid session", "status": 401})


@pytest.mark.clause("nanogpt.balance.needs-a-key")
async def test_a_key_that_is_not_listed_is_a_bad_one(serve):
    mock = await serve("nanogpt", keys="listed", listed=KEY)

    assert (await client_of(mock, "sk-nano-stranger").post(CHECK)).status_code == 401
    assert (await client_of(mock).post(CHECK)).status_code == 200


@pytest.mark.clause("nanogpt.balance.body-not-read")
@pytest.mark.parametrize(
    "content", [b"", b"{}", b"null", b'{"key": 1}', b"not JSON", b"\xff\xfe", b"[" * 5000, b" " * (33 * 2**20)]
)
async def test_whatever_is_sent_along_is_not_read(client, content):
    response = await client.post(CHECK, content=content, headers={"content-type": "application/json"})

    assert (response.status_code, float(response.json()["usd_balance"])) == (200, 50)


@pytest.mark.parametrize(("key", "left"), [("sk-nano-broke", 0), ("sk-nano-broke-2", 0)])
async def test_a_key_that_says_broke_has_nothing(nano, key, left):
    assert float(await balance(client_of(nano, key))) == left


async def test_a_setting_gives_new_accounts_another_sum(serve):
    mock = await serve("nanogpt", nanogpt__balance="129.46956147")

    assert await balance(client_of(mock)) == "129.46956147"
