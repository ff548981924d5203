"""Asking how a job is going."""

import pytest

from .conftest import customer_of

ALIASES = ["/v1/video/{}", "/v1/video/status/{}", "/v1/video/status?request_id={}"]


@pytest.mark.clause("artnex.status.at-the-request-id")
async def test_a_status_is_found_at_the_request_id(customer):
    request_id = await customer.submit(model="sora-2")

    assert await customer.status(request_id) == {
        "success": True,
        "request_id": request_id,
        "status": "pending",
        "credits_used": 3500,
    }


@pytest.mark.clause("artnex.status.aliases")
async def test_the_other_two_addresses_answer_the_same(mock, customer):
    request_id = await customer.submit()

    pending = [(await customer.http.get(path.format(request_id))).json() for path in ALIASES]
    await mock.until_idle()
    completed = [(await customer.http.get(path.format(request_id))).json() for path in ALIASES]

    assert pending == [pending[0]] * 3
    assert pending[0]["status"] == "pending"
    assert completed == [completed[0]] * 3
    assert completed[0]["status"] == "completed"


@pytest.mark.clause("artnex.status.request-id-missing")
@pytest.mark.parametrize("query", ["", "?request_id=", "?id=req_abc123xyz"])
async def test_the_query_needs_a_request_id(customer, query):
    response = await customer.http.get(f"/v1/video/status{query}")

    assert (response.status_code, response.json()["error"]) == (400, "missing_request_id")


@pytest.mark.clause("artnex.status.completed-brings-the-url")
async def test_the_link_comes_with_completion_and_not_before(mock, customer):
    request_id = await customer.submit(model="kling-v2.5-turbo-pro")
    before = await customer.status(request_id)

    await mock.until_idle()
    after = await customer.status(request_id)

    assert "video_url" not in before
    assert after == {
        "success": True,
        "request_id": request_id,
        "status": "completed",
        "video_url": f"http://mock.test/media/artnex/video/{request_id}.mp4",
        "credits_used": 1500,
    }


@pytest.mark.clause("artnex.status.ends")
@pytest.mark.parametrize(("scenario", "word"), [("succeeds", "completed"), ("fails", "error")])
async def test_an_end_is_an_end(mock, customer, scenario, word):
    await mock.queue(scenario)
    request_id = await customer.submit()

    await mock.until_idle()
    seen = [await customer.status(request_id)]
    await mock.advance(30 * 24 * 3600)
    seen.append(await customer.status(request_id))

    assert seen[0]["status"] == word
    assert seen[1] == seen[0]


@pytest.mark.clause("artnex.status.error-body")
async def test_a_job_that_ended_badly_says_so_with_200(mock, customer):
    await mock.queue("fails")
    request_id = await customer.submit()
    await mock.until_idle()

    response = await customer.http.get(f"/v1/video/{request_id}")

    answer = response.json()
    assert response.status_code == 200
    assert answer.pop("message")
    assert answer == {
        "success": False,
        "request_id": request_id,
        "status": "error",
        "error": "generation_failed",
        "credits_used": 0,
    }


@pytest.mark.clause("artnex.status.unknown-id")
@pytest.mark.parametrize("path", ALIASES)
@pytest.mark.parametrize("request_id", ["req_nobody", "5", "%00", "..%2F..", "%F0%9F%A6%8A"])
async def test_an_id_that_nobody_was_given_is_not_found(customer, path, request_id):
    response = await customer_without_judge(customer).get(path.format(request_id))

    assert (response.status_code, response.json()["error"]) == (404, "not_found")


@pytest.mark.clause("artnex.status.other-keys-job")
@pytest.mark.parametrize("path", ALIASES)
async def test_the_job_of_another_key_is_not_found_either(mock, customer, path):
    request_id = await customer.submit()

    theirs = await customer_of(mock, "another-key").http.get(path.format(request_id))
    nobodys = await customer.http.get(path.format("req_nobody"))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


def customer_without_judge(customer):
    """Paths that are no templates of the contract cannot be judged by it."""
    customer.http.event_hooks["response"].clear()
    return customer.http
