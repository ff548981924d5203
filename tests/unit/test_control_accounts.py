"""Flags laid down over the control API act like the words in a key, and what is taken away comes back."""

from decimal import Decimal

import pytest

from tests.kit import Mock

NOUVEL = "nvl_test"
BOTH = ["generate", "projects:read"]


async def of(only, key, **changes):
    """The account after each of the changes."""
    async with Mock(only) as mock:
        return await mock.set_account(key, **changes)


async def test_broke_leaves_nothing_whatever_was_spent_and_its_end_gives_what_accounts_open_with():
    async with Mock("nanogpt") as mock:
        client = mock.client({"x-api-key": "k"})
        order = {"model": "veo2-video", "prompt": "an eagle", "duration": "5s"}
        assert (await client.post("/api/generate-video", json=order)).status_code == 202

        broke = await mock.set_account("k", flags=["broke"])
        refused = await client.post("/api/generate-video", json=order)
        again = await mock.set_account("k", flags=[])

        assert (broke["available"], broke["flags"]) == ("0", ["broke"])
        assert refused.status_code == 402
        assert (again["available"], again["flags"]) == ("50", [])
        assert (await client.post("/api/generate-video", json=order)).status_code == 202


async def test_broke_lasts_into_the_next_cycle():
    async with Mock("nouvel") as mock:
        await mock.set_account(NOUVEL, flags=["broke"])
        await mock.advance(31 * 24 * 3600)
        assert (await mock.account(NOUVEL))["available"] == "0"


async def test_readonly_leaves_the_permissions_to_read_and_its_end_gives_all_back():
    async with Mock("nouvel") as mock:
        readonly = await mock.set_account(NOUVEL, flags=["readonly"])
        order = await mock.client({"authorization": f"Bearer {NOUVEL}"}).post("/api/v1/generate", json={})
        again = await mock.set_account(NOUVEL, flags=[])

    assert (readonly["permissions"], order.status_code) == (["projects:read"], 403)
    assert again["permissions"] == BOTH


async def test_cheapplan_is_the_cheap_plan_with_its_grant_and_its_end_gives_the_usual_one_back():
    async with Mock("nouvel") as mock:
        cheap = await mock.set_account(NOUVEL, flags=["cheapplan"])
        again = await mock.set_account(NOUVEL, flags=["limited"])

    assert (cheap["plan"], cheap["available"]) == ("starter", "0")
    assert (again["plan"], again["available"], again["flags"]) == ("scale", "30", ["limited"])


@pytest.mark.parametrize(
    ("only", "key", "word"),
    [
        ("nanogpt", "k", "broke"),
        ("nanogpt", "k", "cheapplan"),
        ("nouvel", "nvl_1", "cheapplan"),
        ("nouvel", "nvl_1", "readonly"),
        ("viddyscribe", "vsk_1", "cheapplan"),
        ("artnex", "k", "cheapplan"),
        ("artnex", "k", "broke"),
    ],
)
async def test_a_flag_makes_the_account_that_the_word_in_a_key_makes(only, key, word):
    async with Mock(only) as mock:
        laid_down = await mock.set_account(key, flags=[word])
        in_key = await mock.account(f"{key}-{word}")

    assert laid_down | {"key": in_key["key"]} == in_key


async def test_a_key_that_says_so_can_be_taken_at_another_word():
    async with Mock("nouvel") as mock:
        account = await mock.set_account("nvl_broke-readonly", flags=[])
    assert (account["available"], account["permissions"]) == ("30", BOTH)


async def test_what_the_same_request_lays_down_is_stronger():
    assert (await of("nanogpt", "k", flags=["broke"], available="3"))["available"] == "3"
    assert (await of("nanogpt", "broke", flags=[], available="3"))["available"] == "3"
    assert (await of("nouvel", NOUVEL, flags=["readonly"], permissions=["generate"]))["permissions"] == ["generate"]
    other = await of("nouvel", NOUVEL, flags=["cheapplan"], plan="business")
    assert (other["plan"], other["available"]) == ("business", "100")


async def test_another_plan_does_not_help_who_is_broke():
    account = await of("nouvel", "nvl_broke", plan="business")
    assert (account["plan"], account["available"]) == ("business", "0")


async def test_flags_that_are_not_spoken_of_stay_and_act_no_further():
    async with Mock("nouvel") as mock:
        await mock.set_account(NOUVEL, flags=["broke", "readonly"])
        await mock.set_account(NOUVEL, available="5", permissions=BOTH)
        account = await mock.set_account(NOUVEL, limits={"requests_per_minute": 3})
    assert (account["flags"], account["available"], account["permissions"]) == (["broke", "readonly"], "5", BOTH)


async def test_the_ledger_adds_up_to_what_is_left():
    async with Mock("nouvel") as mock:
        order = {"urls": ["https://shop.com/products/shoes"]}
        assert (
            await mock.client({"authorization": f"Bearer {NOUVEL}"}).post("/api/v1/generate", json=order)
        ).is_success
        for changes in ({"flags": ["broke"]}, {"flags": []}, {"plan": "business"}):
            account = await mock.set_account(NOUVEL, **changes)
            ledger = (await mock.control.get(f"accounts/nouvel/{NOUVEL}/ledger")).json()["items"]
            signs = {"grant": 1, "release": 1, "refund": 1, "hold": -1, "charge": -1}
            assert sum(signs[one["kind"]] * Decimal(one["amount"]) for one in ledger) == Decimal(account["available"])


async def test_another_plan_grants_the_difference_and_keeps_what_was_spent():
    async with Mock("nouvel") as mock:
        client = mock.client({"authorization": f"Bearer {NOUVEL}"})
        await client.post("/api/v1/generate", json={"urls": ["https://shop.com/products/shoes"]})
        assert (await mock.set_account(NOUVEL, plan="business"))["available"] == "99"  # of a hundred, one is held


@pytest.mark.parametrize(
    ("only", "plan", "known"),
    [("artnex", "gold", "free, pro, enterprise"), ("viddyscribe", "gold", "Enterprise, Starter")],
)
async def test_a_plan_that_a_provider_has_not_is_refused_with_those_that_it_has(only, plan, known):
    async with Mock(only) as mock:
        answer = await mock.control.put(f"accounts/{only}/a-key", json={"plan": plan})
        first = await mock.set_account("a-key", plan=known.split(", ")[0].upper())

    error = answer.json()["error"]
    assert (answer.status_code, error["message"]) == (400, f"'plan': there is no '{plan}'.")
    assert error["hint"] == f"There are: {known}"
    assert first["plan"] == known.split(", ", maxsplit=1)[0]
