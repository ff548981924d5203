"""How often one may ask in a minute: fifty submissions, twenty extensions, twenty recoveries; polls are free."""

import pytest

from tests.providers.nanogpt.kit import KEY, LEGACY, LINK, STORY, UNIFIED, accepted, client_of, order, printed

RECOVER, EXTEND = "/api/generate-video/recover", "/api/generate-video/extend"
TOO_OFTEN = {"error": "Rate limit exceeded. Please wait before generating another video.", "status": 429}


async def statuses(times, ask):
    """Ask some times; give the statuses of the answers."""
    return [(await ask()).status_code for _ in range(times)]


@pytest.fixture
async def midjourney(nano, client):
    """The id of a finished Midjourney job."""
    run_id = (await accepted(client, model="midjourney-video", imageUrl=LINK))["runId"]
    await nano.until_idle()
    await nano.advance(60)
    return run_id


@pytest.mark.clause("nanogpt.limits.fifty-submissions-a-minute", "nanogpt.limits.no-retry-after")
async def test_the_fifty_first_submission_of_a_minute_is_refused(nano, client):
    first = await statuses(50, lambda: order(client))

    refused = await order(client)

    assert first == [202] * 50
    assert (refused.status_code, refused.json()) == (429, TOO_OFTEN) == (429, printed("rate-limit")["response"])
    assert "retry-after" not in refused.headers
    assert (await nano.account(KEY))["spent"] == "20"


@pytest.mark.clause("nanogpt.limits.by-address-not-by-key")
async def test_the_keys_of_one_address_share_its_limit(nano):
    keys = [client_of(nano, f"sk-nano-{number}") for number in range(5)]
    elsewhere = client_of(nano, "sk-nano-0", address="10.0.0.2")

    shared = [(await order(keys[turn % 5])).status_code for turn in range(52)]

    assert shared == [202] * 50 + [429] * 2
    assert await statuses(50, lambda: order(elsewhere)) == [202] * 50
    assert (await order(elsewhere)).status_code == 429


@pytest.mark.clause("nanogpt.limits.by-address-not-by-key")
async def test_a_changed_key_does_not_help(nano, client):
    await statuses(50, lambda: order(client))

    assert (await order(client_of(nano, "sk-nano-another"))).status_code == 429


@pytest.mark.clause("nanogpt.limits.internal-auth")
async def test_a_key_of_internal_auth_has_no_limit(serve):
    mock = await serve("nanogpt", nanogpt__internal_auth="sk-nano-inside,sk-nano-too", nanogpt__balance="1000")
    inside, outside = client_of(mock, "sk-nano-inside"), client_of(mock, "sk-nano-outside")

    assert await statuses(120, lambda: order(inside)) == [202] * 120
    assert await statuses(25, lambda: inside.get(RECOVER)) == [200] * 25
    assert await statuses(51, lambda: order(outside)) == [202] * 50 + [429]


@pytest.mark.clause("nanogpt.limits.polls-are-free")
@pytest.mark.parametrize(("path", "name"), [(UNIFIED, "requestId"), (LEGACY, "runId")])
async def test_polls_are_never_too_many(client, path, name):
    run_id = (await accepted(client))["runId"]

    assert await statuses(200, lambda: client.get(path, params={name: run_id})) == [200] * 200


@pytest.mark.clause("nanogpt.limits.polls-are-free")
async def test_polls_are_free_when_submissions_are_used_up(client):
    story = await accepted(client, model="longstories-movie", script="Once upon a time")
    where = {"runId": story["runId"], "projectId": story["projectId"]}
    await statuses(50, lambda: order(client))

    polled = [await client.get(path, params=where) for path in (UNIFIED, LEGACY, STORY)]

    assert [response.status_code for response in polled] == [200, 200, 200]
    assert (await order(client)).status_code == 429


@pytest.mark.clause("nanogpt.limits.window-slides")
async def test_the_minute_slides_with_the_clock(nano, client):
    await order(client)
    await nano.advance(20)
    await statuses(49, lambda: order(client))
    await nano.advance(39.999)
    early = await order(client)
    await nano.advance(0.001)

    assert early.status_code == 429
    assert await statuses(2, lambda: order(client)) == [202, 429]
    await nano.advance(20)
    assert await statuses(50, lambda: order(client)) == [202] * 49 + [429]


@pytest.mark.clause("nanogpt.limits.refused-does-not-count")
async def test_who_knocks_too_often_waits_no_longer(nano, client):
    await statuses(50, lambda: order(client))
    await nano.advance(59)
    knocks = await statuses(30, lambda: order(client))
    await nano.advance(1)

    assert knocks == [429] * 30
    assert await statuses(51, lambda: order(client)) == [202] * 50 + [429]


@pytest.mark.clause("nanogpt.limits.twenty-a-minute", "nanogpt.limits.no-retry-after")
async def test_twenty_extensions_a_minute(nano, client, midjourney):
    async def extend():
        return await client.post(EXTEND, json={"runId": midjourney, "index": 0})

    assert await statuses(20, extend) == [202] * 20
    refused = await extend()
    assert (refused.status_code, refused.json()) == (429, TOO_OFTEN)
    assert "retry-after" not in refused.headers
    await nano.advance(60)
    assert (await extend()).status_code == 202


@pytest.mark.clause("nanogpt.limits.twenty-a-minute", "nanogpt.limits.no-retry-after")
async def test_twenty_recoveries_a_minute(nano, client):
    assert await statuses(20, lambda: client.get(RECOVER)) == [200] * 20
    refused = await client.get(RECOVER)
    assert (refused.status_code, refused.json()) == (429, TOO_OFTEN)
    assert "retry-after" not in refused.headers
    assert (await client_of(nano, address="10.0.0.2").get(RECOVER)).status_code == 200
    await nano.advance(60)
    assert (await client.get(RECOVER)).status_code == 200


@pytest.mark.clause("nanogpt.limits.counted-apart")
async def test_submissions_extensions_and_recoveries_are_counted_apart(client, midjourney):
    async def extend():
        return await client.post(EXTEND, json={"runId": midjourney, "index": 3})

    assert await statuses(51, lambda: order(client)) == [202] * 50 + [429]
    assert await statuses(21, extend) == [202] * 20 + [429]
    assert await statuses(21, lambda: client.get(RECOVER)) == [200] * 20 + [429]


async def test_a_setting_gives_other_figures_and_lifts_them(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute="3", nanogpt__recovers_per_minute="null")
    client = client_of(mock)

    assert await statuses(4, lambda: order(client)) == [202, 202, 202, 429]
    assert await statuses(30, lambda: client.get(RECOVER)) == [200] * 30


async def test_an_account_may_have_a_figure_of_its_own(nano, client):
    await nano.set_account(KEY, limits={"requests_per_minute": 2})

    assert await statuses(3, lambda: order(client)) == [202, 202, 429]


async def test_an_account_with_a_figure_for_something_else_has_the_usual_one(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute="2")
    await mock.set_account(KEY, limits={"something_else": 9})

    assert await statuses(3, lambda: order(client_of(mock))) == [202, 202, 429]


async def test_a_key_that_says_limited_is_always_too_often(nano):
    refused = await order(client_of(nano, "sk-nano-limited"))

    assert (refused.status_code, refused.json()) == (429, TOO_OFTEN)
