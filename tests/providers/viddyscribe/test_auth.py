"""Whose key opens the door."""

import pytest

from .conftest import API, printed, team_of

OPERATIONS = [
    ("POST", "upload_media"),
    ("POST", "upload_media_from_url"),
    ("POST", "notify_upload_complete"),
    ("GET", "get_upload_status"),
    *(("POST", f"generate_ad_{kind}") for kind in ("text", "audio", "video")),
    *(("POST", f"generate_ad_{kind}_from_url") for kind in ("text", "audio", "video")),
    *(("POST", f"generate_ad_{kind}_from_file") for kind in ("text", "audio", "video")),
    ("GET", "get_results"),
]


@pytest.mark.clause("viddyscribe.auth.key-header")
@pytest.mark.parametrize(("method", "operation"), OPERATIONS)
async def test_every_operation_asks_for_the_key(mock, method, operation):
    response = await mock.client().request(method, f"{API}/{operation}", json={} if method == "POST" else None)

    assert response.status_code == 401


@pytest.mark.clause("viddyscribe.auth.key-header-alone")
@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer vsk_test"}, {}),
        ({"Authorization": "vsk_test"}, {}),
        ({"Cookie": "X-API-Key=vsk_test"}, {}),
        ({}, {"api_key": "vsk_test", "X-API-Key": "vsk_test"}),
    ],
    ids=["bearer", "authorization", "cookie", "query"],
)
async def test_a_key_is_looked_for_nowhere_else(mock, headers, query):
    response = await mock.client(headers=headers).get(f"{API}/get_results", params=query | {"job_id": "task_1"})

    assert response.status_code == 401


@pytest.mark.clause("viddyscribe.auth.unauthorized-body")
@pytest.mark.parametrize("key", [None, "", "nonsense", "vsk_revoked"])
async def test_the_refusal_is_worded_as_the_vendor_prints_it(mock, key):
    headers = {} if key is None else {"X-API-Key": key}

    response = await mock.client(headers=headers).post(f"{API}/generate_ad_text", json={})

    assert response.json() == printed("error-unauthorized")["response"]
    assert response.status_code == printed("error-unauthorized")["status"] == 401


@pytest.mark.clause("viddyscribe.auth.key-prefix")
@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("vsk_a", 200),
        ("vsk_abc123def456ghi789jkl012mno345pqr678stu901vwx234yz", 200),
        ("vsk_", 401),
        ("vsk", 401),
        ("VSK_abc", 401),
        ("sk_abc", 401),
        ("xvsk_abc", 401),
    ],
)
async def test_a_key_begins_with_its_prefix(mock, key, status):
    assert (await team_of(mock, key).upload()).status_code == status


@pytest.mark.clause("viddyscribe.auth.dead-keys")
@pytest.mark.parametrize("key", ["vsk_revoked", "vsk_my-expired-key"])
async def test_a_key_can_say_itself_that_it_is_dead(mock, key):
    assert (await team_of(mock, key).upload()).status_code == 401


@pytest.mark.clause("viddyscribe.auth.dead-keys")
@pytest.mark.parametrize("change", [{"flags": ["revoked"]}, {"expires_at": "2026-01-01T00:00:00Z"}], ids=str)
async def test_a_key_dies_when_it_is_told_to(mock, team, change):
    assert (await team.upload()).status_code == 200

    await mock.set_account("vsk_test", **change)

    assert (await team.upload()).status_code == 401
