"""Sixty requests a minute, and the headers that tell how many are left."""

import pytest

from .conftest import MINUTE, bearer, customer_of, fixture

START = 1767225600
"""2026-01-01T00:00:00Z in Unix seconds."""


async def ask(customer, times):
    """Make cheap requests: their status codes."""
    return [(await customer.http.get("/api/v1/projects")).status_code for _ in range(times)]


def rates(response):
    return [int(response.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset")]


@pytest.mark.clause("nouvel.limits.sixty-a-minute", "nouvel.limits.refusal")
async def test_the_sixty_first_request_in_a_minute_is_refused(mock, customer):
    assert await ask(customer, 60) == [200] * 60
    await mock.advance(37)
    response = await customer.post()

    assert (response.status_code, response.json()) == (429, fixture("error-rate-limit")["response"])
    assert response.json()["retryAfter"] == 23
    assert response.headers["retry-after"] == "23"
    assert (await mock.account("nvl_test"))["held"] == "0"


@pytest.mark.clause("nouvel.limits.polls-count")
async def test_polls_count_like_submissions(mock, customer):
    job_id = await customer.submit()
    for _ in range(59):
        await customer.job(job_id)

    assert (await customer.http.get(f"/api/v1/jobs/{job_id}")).status_code == 429
    await mock.advance(MINUTE)
    await customer.job(job_id)


@pytest.mark.clause("nouvel.limits.sliding-window")
async def test_a_request_is_free_again_a_minute_after_it_was_made(mock, customer):
    await ask(customer, 20)
    await mock.advance(30)
    await ask(customer, 40)
    await mock.advance(29.5)
    assert await ask(customer, 1) == [429]
    await mock.advance(0.5)

    assert await ask(customer, 21) == [200] * 20 + [429]


@pytest.mark.clause("nouvel.limits.per-key")
async def test_each_key_has_a_limit_of_its_own_and_every_plan_the_same(mock, customer):
    await mock.set_account("nvl_big", plan="business")
    other = customer_of(mock, "nvl_big")
    await ask(customer, 60)

    assert await ask(other, 61) == [200] * 60 + [429]


@pytest.mark.clause("nouvel.limits.refused-does-not-count")
async def test_a_refused_request_does_not_lengthen_the_wait(mock, customer):
    await ask(customer, 60)
    await mock.advance(30)
    assert await ask(customer, 50) == [429] * 50
    await mock.advance(30)

    assert await ask(customer, 60) == [200] * 60


@pytest.mark.clause("nouvel.limits.headers")
async def test_the_headers_tell_what_is_left(mock, customer):
    first = await customer.http.get("/api/v1/projects")
    await mock.advance(10.5)
    second = await customer.http.get("/api/v1/projects")
    await mock.advance(50)
    third = await customer.http.get("/api/v1/projects")

    assert rates(first) == [60, 59, START + 60]
    assert rates(second) == [60, 58, START + 60]
    assert rates(third) == [60, 58, START + 71]


@pytest.mark.clause("nouvel.limits.headers", "nouvel.limits.headers-need-a-key")
async def test_refusals_carry_the_headers_too(mock, customer):
    await mock.set_account("nvl_test", available=0)
    found = [
        await customer.post(urls=[]),
        await customer.post(),
        await customer.http.get("/api/v1/jobs/nothing"),
    ]
    assert [response.status_code for response in found] == [400, 402, 404]
    assert [rates(response)[:2] for response in found] == [[60, 59], [60, 58], [60, 57]]
    assert rates(await customer_of(mock, "nvl_readonly").post()) == [60, 60, START]
    assert rates(await customer_of(mock, "nvl_cheapplan").post()) == [60, 60, START]

    await ask(customer, 57)
    refused = await customer.post()
    assert (refused.status_code, rates(refused)) == (429, [60, 0, START + 60])


@pytest.mark.clause("nouvel.limits.headers-need-a-key")
async def test_without_a_key_there_are_no_headers(mock):
    for headers in ({}, bearer("wrong"), bearer("nvl_revoked")):
        response = await mock.client(headers).get("/api/v1/projects")
        assert response.status_code == 401
        assert not [name for name in response.headers if name.startswith("x-ratelimit")]


async def test_a_limited_key_is_over_the_limit_at_once(mock):
    response = await customer_of(mock, "nvl_limited").post()

    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    assert rates(response) == [60, 0, START + 60]


async def test_a_limit_can_be_changed_and_lifted(mock, customer):
    await mock.set_account("nvl_test", limits={"requests_per_minute": 2})
    assert await ask(customer, 3) == [200, 200, 429]
    await mock.set_account("nvl_test", limits={"requests_per_minute": None})
    response = await mock.client(bearer("nvl_test")).get("/api/v1/projects")
    assert response.status_code == 200
    assert "x-ratelimit-limit" not in response.headers


async def test_an_account_with_a_figure_for_something_else_has_the_usual_one(serve):
    mock = await serve("nouvel", nouvel__requests_per_minute="2")
    customer = customer_of(mock)
    await mock.set_account("nvl_test", limits={"something_else": 9})
    statuses = [(await customer.http.get("/api/v1/projects")).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
