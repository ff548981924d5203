"""Whose key opens the door."""

import json
from pathlib import Path

import pytest

from .conftest import bearer, customer_of

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "artnex"
REFUSED = {"success": False, "error": "invalid_api_key", "message": "The API key provided is not valid."}


@pytest.mark.clause("artnex.auth.bearer-key")
@pytest.mark.parametrize("key", ["k", "artnex-test", "sk_live_51H8", "0123456789abcdef" * 4])
async def test_any_text_after_bearer_is_a_key(mock, key):
    assert (await customer_of(mock, key).post()).status_code == 200


@pytest.mark.clause("artnex.auth.missing-or-malformed-key")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "artnex-test"},
        {"authorization": "Token artnex-test"},
        {"authorization": "Bearer  artnex-test"},
        {"authorization": "Bearer artnex test"},
        {"x-api-key": "artnex-test"},
    ],
    ids=repr,
)
async def test_a_key_that_is_missing_or_malformed_is_refused(mock, headers):
    response = await mock.client(headers=headers).post("/v1/video", json={})

    assert (response.status_code, response.json()["error"]) == (401, "invalid_api_key")


@pytest.mark.clause("artnex.auth.refusal-body")
async def test_the_refusal_is_worded_as_the_vendor_prints_it(mock):
    printed = json.loads((FIXTURES / "invalid-api-key.json").read_text())

    response = await mock.client().post("/v1/video", json={})

    assert response.status_code == printed["status"] == 401
    assert response.json() == printed["response"] == REFUSED


@pytest.mark.clause("artnex.auth.revoked-key")
async def test_a_revoked_key_is_refused_from_then_on(mock, customer):
    assert (await customer.post()).status_code == 200

    await mock.set_account("artnex-test", flags=["revoked"])

    assert await customer.refused() == (401, "invalid_api_key")


@pytest.mark.clause("artnex.auth.revoked-key", "artnex.auth.expired-key")
@pytest.mark.parametrize("word", ["revoked", "expired"])
async def test_a_key_can_say_itself_that_it_is_revoked_or_expired(mock, word):
    assert await customer_of(mock, f"my-{word}-key").refused() == (401, "invalid_api_key")


@pytest.mark.clause("artnex.auth.expired-key")
async def test_a_key_expires_when_its_day_comes(mock, customer):
    await mock.set_account("artnex-test", expires_at="2026-01-01T01:00:00Z")
    assert (await customer.post()).status_code == 200

    await mock.advance(3600)

    assert await customer.refused() == (401, "invalid_api_key")


@pytest.mark.clause("artnex.auth.polls-need-the-key")
@pytest.mark.parametrize("path", ["/v1/video/{}", "/v1/video/status/{}", "/v1/video/status?request_id={}"])
async def test_a_poll_without_the_key_is_refused(mock, customer, path):
    request_id = await customer.submit()

    stranger = await mock.client().get(path.format(request_id))
    owner = await mock.client(headers=bearer("artnex-test")).get(path.format(request_id))

    assert (stranger.status_code, owner.status_code) == (401, 200)
