"""Submitting a video: what comes back, and what is overlooked."""

import re

import pytest

from .conftest import PROMPT


@pytest.mark.clause("artnex.submit.returns-a-request-id", "artnex.submit.request-id-form")
async def test_a_submission_returns_an_id_to_poll_with(customer):
    first, second = await customer.submit(), await customer.submit()

    assert first != second
    assert re.fullmatch(r"req_[A-Za-z0-9]+", first)
    assert (await customer.status(first))["request_id"] == first


@pytest.mark.clause(
    "artnex.submit.answers-200",
    "artnex.submit.starts-pending",
    "artnex.submit.no-video-url-yet",
    "artnex.submit.success-true",
    "artnex.submit.names-the-price",
)
async def test_a_submission_is_pending_and_names_its_price(customer):
    response = await customer.post(model="veo3.1", aspect_ratio="16:9", duration=8)

    answer = response.json()
    request_id = answer.pop("request_id")
    assert response.status_code == 200
    assert answer == {"success": True, "status": "pending", "credits_used": 3000}
    assert "video_url" not in await customer.status(request_id)


@pytest.mark.clause("artnex.submit.content-type-is-json")
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        (None, 400),
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_submission_says_that_it_is_json(customer, content_type, status):
    headers = {} if content_type is None else {"content-type": content_type}

    response = await customer.http.post("/v1/video", content=b'{"prompt": "x", "model": "veo3.1"}', headers=headers)

    assert response.status_code == status
    if status == 400:
        assert response.json()["error"] == "invalid_request"
        assert "Content-Type" in response.json()["message"]


@pytest.mark.clause("artnex.submit.unknown-fields-are-ignored")
async def test_unknown_fields_change_nothing(finished):
    answer = await finished(webhook="https://example.com/hook", n=4, quality={"level": "high"})

    assert (answer["status"], answer["credits_used"]) == ("completed", 3000)


@pytest.mark.clause("artnex.submit.null-is-absent")
async def test_null_is_as_good_as_absent(customer):
    body = {"prompt": PROMPT, "model": "veo3.1", "mode": None, "image": None, "aspect_ratio": None, "duration": None}

    assert (await customer.http.post("/v1/video", json=body)).status_code == 200
    assert await customer.refused(prompt=None) == (400, "missing_prompt")
    assert await customer.refused(model=None) == (400, "invalid_model")
