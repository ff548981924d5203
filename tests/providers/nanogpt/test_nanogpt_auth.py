"""Who may ask: the key's two headers, refused keys, polls without one, and jobs of somebody else."""

import pytest

from tests.providers.nanogpt.kit import KEY, LEGACY, STORY, UNIFIED, accepted, client_of, order, printed

REFUSED = printed("invalid-session")["response"]
FORBIDDEN = {"error": "Forbidden", "status": 403}
EVERYWHERE = [
    ("POST", "/api/generate-video"),
    ("GET", UNIFIED),
    ("GET", LEGACY),
    ("GET", STORY),
    ("GET", "/api/generate-video/recover"),
    ("POST", "/api/generate-video/extend"),
    ("GET", "/api/generate-video/content"),
    ("POST", "/api/check-balance"),
]


def bearer(key):
    return {"authorization": f"Bearer {key}"}


async def spent(mock, key):
    return (await mock.account(key))["spent"]


@pytest.mark.clause("nanogpt.auth.x-api-key")
async def test_the_key_may_come_in_x_api_key(nano):
    response = await order(client_of(nano, None, **{"x-api-key": KEY}))

    assert response.status_code == 202
    assert await spent(nano, KEY) == "0.4"


@pytest.mark.clause("nanogpt.auth.bearer")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_the_key_may_come_as_a_bearer_token(nano, scheme):
    response = await order(client_of(nano, None, authorization=f"{scheme} {KEY}"))

    assert response.status_code == 202
    assert await spent(nano, KEY) == "0.4"


@pytest.mark.clause("nanogpt.auth.both-headers")
async def test_the_key_may_come_in_both_headers(nano):
    response = await order(client_of(nano, KEY, **bearer(KEY)))

    assert response.status_code == 202
    assert await spent(nano, KEY) == "0.4"


@pytest.mark.clause("nanogpt.auth.x-api-key-wins")
async def test_of_two_keys_the_one_in_x_api_key_counts(nano):
    response = await order(client_of(nano, "sk-nano-first", **bearer("sk-nano-second")))

    assert response.status_code == 202
    assert (await spent(nano, "sk-nano-first"), await spent(nano, "sk-nano-second")) == ("0.4", "0")


@pytest.mark.clause("nanogpt.auth.missing-key", "nanogpt.auth.polls-need-a-key")
@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "  "},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer  "},
        {"authorization": "Basic c2s6"},
        {"authorization": KEY},
    ],
)
async def test_without_a_key_nothing_is_done(nano, method, path, headers):
    run_id = (await accepted(client_of(nano)))["runId"]
    query = {"requestId": run_id, "runId": run_id, "model": "hunyuan-video", "projectId": "p"}

    response = await client_of(nano, None, **headers).request(method, path, params=query if method == "GET" else None)

    assert (response.status_code, response.json()) == (401, {"error": "Invalid session", "status": 401})
    assert response.headers["x-mock-clause"] == "nanogpt.auth.missing-key"


@pytest.mark.clause("nanogpt.auth.missing-key")
async def test_the_refusal_is_the_one_that_is_printed(nano):
    response = await order(client_of(nano, None))

    assert (response.status_code, response.json()) == (401, REFUSED)


@pytest.mark.clause("nanogpt.auth.refused-key")
@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
@pytest.mark.parametrize("key", ["sk-nano-revoked", "sk-nano-expired"])
async def test_a_revoked_or_expired_key_is_refused_like_a_missing_one(nano, method, path, key):
    response = await client_of(nano, key).request(method, path)

    assert (response.status_code, response.json()) == (401, REFUSED)
    assert response.headers["x-mock-clause"] == "nanogpt.auth.refused-key"


@pytest.mark.clause("nanogpt.auth.refused-key")
async def test_a_key_expires_in_mock_time(nano, client):
    await nano.set_account(KEY, expires_at="2026-01-01T00:01:00Z")

    await nano.advance(59)
    assert (await order(client)).status_code == 202
    await nano.advance(1)
    assert (await order(client)).json() == REFUSED


@pytest.mark.clause("nanogpt.auth.refused-key")
async def test_a_key_that_is_not_on_the_list_is_refused_like_a_missing_one(serve):
    nano = await serve("nanogpt", keys="listed", listed=KEY)

    assert (await order(client_of(nano))).status_code == 202
    stranger = await order(client_of(nano, "sk-nano-stranger"))
    assert (stranger.status_code, stranger.json()) == (401, REFUSED)


@pytest.mark.clause("nanogpt.auth.any-text-is-a-key")
@pytest.mark.parametrize(
    "key",
    [
        "sk-nano-0b2f7c1e-8a4d-4c55-9a3e-2f1d7b6c5a4e",
        "0b2f7c1e-8a4d-4c55-9a3e-2f1d7b6c5a4e",
        "YOUR_API_KEY",
        "x",
        "two words",
        "k" * 500,
    ],
)
async def test_any_text_is_a_key(nano, key):
    assert (await order(client_of(nano, key))).status_code == 202
    assert (await order(client_of(nano, None, **bearer(key)))).json()["remainingBalance"] == 49.2


@pytest.mark.clause("nanogpt.auth.key-before-body")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"model": "nobody"}', b"x" * 40_000_000])
async def test_the_key_is_asked_for_before_the_body_is_read(nano, body):
    for path in ("/api/generate-video", "/api/generate-video/extend"):
        response = await client_of(nano, None).post(path, content=body)

        assert (response.status_code, response.json()) == (401, REFUSED)


@pytest.mark.clause("nanogpt.auth.key-before-body")
@pytest.mark.parametrize("query", ["", "?requestId=", "?requestId=vid_x&runId=vid_x", "?limit=0", "?variant=gif"])
async def test_the_key_is_asked_for_before_the_query_is_read(nano, query):
    for method, path in EVERYWHERE:
        if method == "GET":
            response = await client_of(nano, None).get(path + query)

            assert (response.status_code, response.json()) == (401, REFUSED)


@pytest.mark.clause("nanogpt.auth.optional-for-polls")
async def test_polls_may_go_without_a_key_when_it_is_set_so(serve):
    nano = await serve("nanogpt", nanogpt__status_auth="optional")
    run_id = (await accepted(client_of(nano)))["runId"]
    story = await accepted(client_of(nano), model="longstories-movie", script="Once.", projectId="p1")
    page, stranger = client_of(nano, None), client_of(nano, "sk-nano-stranger")

    assert (await page.get(UNIFIED, params={"requestId": run_id})).json()["data"]["status"] == "IN_QUEUE"
    assert (await page.get(LEGACY, params={"runId": run_id})).json()["data"]["status"] == "IN_QUEUE"
    assert (await page.get(STORY, params={"runId": story["runId"], "projectId": "p1"})).json()["status"] == "PENDING"
    assert (await order(page)).json() == REFUSED
    assert (await page.get("/api/generate-video/recover")).json() == REFUSED
    assert (await stranger.get(UNIFIED, params={"requestId": run_id})).json() == FORBIDDEN


@pytest.mark.clause("nanogpt.auth.job-of-another-key")
@pytest.mark.parametrize(("path", "parameter"), [(UNIFIED, "requestId"), (UNIFIED, "runId"), (LEGACY, "runId")])
async def test_a_job_of_another_key_is_forbidden(nano, client, path, parameter):
    run_id = (await accepted(client))["runId"]
    stranger = client_of(nano, "sk-nano-stranger")

    for _ in ("waiting", "finished"):
        response = await stranger.get(path, params={parameter: run_id})
        assert (response.status_code, response.json()) == (403, FORBIDDEN)
        assert (await client.get(path, params={parameter: run_id})).status_code == 200
        await nano.until_idle()
