"""The latest jobs of a key."""

import pytest

from tests.providers.nanogpt.kit import KEY, accepted, client_of, going

RECOVER = "/api/generate-video/recover"
THREAD = "b7c75a5e-1e2a-4d4f-9e5b-6c6e2e2f9a17"


async def recovered(client, **params):
    """The entries that are listed."""
    response = await client.get(RECOVER, params=params)
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def ids(client, **params):
    return [entry["runId"] for entry in await recovered(client, **params)]


async def submitted(client, count, **fields):
    """Submit so many orders; their ids, the oldest first."""
    return [(await accepted(client, **fields))["runId"] for _ in range(count)]


@pytest.mark.clause("nanogpt.recover.entries")
async def test_an_entry_has_these_fields(nano, client):
    assert (await client.get(RECOVER)).json() == {"data": []}
    run_id = (await accepted(client, model="sora-2", conversationUUID=THREAD))["runId"]
    await nano.until_idle()

    response = await client.get(RECOVER)

    assert response.status_code == 200
    assert response.json() == {
        "data": [
            {
                "runId": run_id,
                "id": run_id,
                "model": "sora-2",
                "status": "completed",
                "createdAt": "2026-01-01T00:00:00.000Z",
                "conversationUUID": THREAD,
            }
        ]
    }


@pytest.mark.clause("nanogpt.recover.own-jobs-only")
async def test_each_key_sees_its_own_jobs_alone(nano):
    mine, yours = client_of(nano, "mine"), client_of(nano, "yours")
    one, other, third = [(await accepted(client))["runId"] for client in (mine, yours, mine)]

    assert await ids(mine) == [third, one]
    assert await ids(yours) == [other]
    assert await ids(client_of(nano, "nobodys")) == []


@pytest.mark.clause("nanogpt.recover.limit")
async def test_ten_are_listed_unless_more_are_wanted_and_fifty_at_most(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute=None)
    client = client_of(mock)
    run_ids = await submitted(client, 51)

    assert len(set(run_ids)) == 51
    for params, listed in [({}, 10), ({"limit": "1"}, 1), ({"limit": "11"}, 11), ({"limit": "50"}, 50)]:
        assert await ids(client, **params) == run_ids[: -1 - listed : -1]


@pytest.mark.clause("nanogpt.recover.limit")
async def test_fewer_are_listed_where_there_are_fewer(client):
    run_ids = await submitted(client, 3)

    assert sorted(await ids(client, limit="50")) == sorted(run_ids)


@pytest.mark.clause("nanogpt.recover.limit-out-of-range")
@pytest.mark.parametrize(
    "limit",
    ["0", "51", "-1", "100", "00100", "10000", "9" * 5000, "1.5", "1e1", "ten", "", " 5", "+5", "0x5", "\u0665"],
)
async def test_a_limit_out_of_range_is_refused(client, limit):
    response = await client.get(RECOVER, params={"limit": limit})

    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert "limit" in response.json()["error"]


@pytest.mark.clause("nanogpt.recover.by-model")
async def test_a_model_narrows_the_list(client):
    (hunyuan,) = await submitted(client, 1)
    veo = await submitted(client, 2, model="veo2-video")

    assert await ids(client, model="veo2-video") == veo[::-1]
    assert await ids(client, model="hunyuan-video") == [hunyuan]
    assert await ids(client, model="sora-2") == []
    assert await ids(client, model="veo2-video", limit="1") == veo[1:]


@pytest.mark.clause("nanogpt.recover.by-conversation")
async def test_a_conversation_narrows_the_list(client):
    threaded = await submitted(client, 2, conversationUUID=THREAD)
    await submitted(client, 1, conversationUUID="another")
    await submitted(client, 1)

    assert await ids(client, conversationUUID=THREAD) == threaded[::-1]
    assert await ids(client, conversationUUID=THREAD, model="veo2-video") == []
    assert await ids(client, conversationUUID="null") == []


@pytest.mark.clause("nanogpt.recover.newest-first")
async def test_the_newest_comes_first(nano, client):
    run_ids = []
    for _ in range(4):
        run_ids += await submitted(client, 1)
        await nano.advance(45)

    assert await ids(client) == run_ids[::-1]


@pytest.mark.clause("nanogpt.recover.words")
@pytest.mark.parametrize(
    ("scenario", "seconds", "word"),
    [
        ("succeeds", 0, "pending"),
        ("succeeds", 30, "processing"),
        ("succeeds", 600, "completed"),
        ("fails", 600, "failed"),
        ("moderated_late", 600, "failed"),
        ("cancelled", 600, "cancelled"),
        ("stuck", 86400, "processing"),
    ],
)
async def test_the_words_are_lowercase(nano, scenario, seconds, word):
    client = going(nano, scenario)
    await accepted(client)
    await nano.advance(seconds)

    assert [entry["status"] for entry in await recovered(client)] == [word]


async def test_a_status_that_no_document_knows_is_in_lowercase_too(nano):
    client = client_of(nano, judging=False, **{"x-mock-scenario": "unknown_status"})
    await accepted(client)
    seen = set()
    for _ in range(40):
        await nano.advance(10)
        seen |= {entry["status"] for entry in await recovered(client)}

    assert seen == {"pending", "processing", "reviewing", "completed"}


@pytest.mark.clause("nanogpt.recover.created-at")
async def test_created_at_is_the_mock_time_of_submission(nano, client):
    await accepted(client)
    await nano.advance(90061.5)  # a day, an hour, a minute and a second and a half
    await accepted(client)
    await nano.advance(3600)

    assert [entry["createdAt"] for entry in await recovered(client)] == [
        "2026-01-02T01:01:01.500Z",
        "2026-01-01T00:00:00.000Z",
    ]


@pytest.mark.clause("nanogpt.recover.conversation-or-null")
@pytest.mark.parametrize("fields", [{"conversationUUID": THREAD}, {"conversationUUID": None}, {}])
async def test_the_conversation_is_repeated_or_null(client, fields):
    await accepted(client, **fields)

    assert [entry["conversationUUID"] for entry in await recovered(client)] == [fields.get("conversationUUID")]


async def test_asking_for_the_list_changes_nothing(nano, client):
    await accepted(client)
    before = await nano.account(KEY)
    first = await recovered(client)

    assert await recovered(client) == first
    assert await nano.account(KEY) == before
