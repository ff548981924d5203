"""Refusals in general: the envelope, their order, and what is no operation."""

import pytest

from .conftest import SHOES, bearer, customer_of


@pytest.mark.clause("nouvel.errors.envelope")
async def test_every_refusal_has_the_same_envelope(mock, customer):
    await mock.set_account("nvl_poor", available=0)
    found = {
        400: await customer.post(urls=[]),
        401: await customer_of(mock, "nobody").post(),
        402: await customer_of(mock, "nvl_poor").post(),
        403: await customer_of(mock, "nvl_readonly").post(),
        404: await customer.http.get("/api/v1/jobs/nothing"),
        405: await mock.client(bearer("nvl_test")).delete("/api/v1/generate"),
        422: await customer.post(urls=["https://shop.com"]),
        429: await customer_of(mock, "nvl_limited").post(),
    }
    more = {402: {"reason", "usage"}, 422: {"reason"}, 429: {"reason", "retryAfter"}}
    for status, response in found.items():
        assert response.status_code == status
        assert response.headers["content-type"] == "application/json"
        assert isinstance(response.json()["error"], str)
        assert set(response.json()) == {"error"} | more.get(status, set())


@pytest.mark.clause("nouvel.errors.order")
async def test_refusals_are_looked_for_in_this_order(serve):
    mock = await serve("nouvel")
    everything_wrong = {"urls": ["https://shop.com/blog"], "variantCount": 4}
    key = "nvl_cheapplan-readonly-limited-broke"

    async def refusal(body, **account):
        if account:
            await mock.set_account(key, **account)
        return (await mock.client(bearer(key)).post("/api/v1/generate", json=body)).status_code

    assert (await mock.client(bearer("wrong")).post("/api/v1/generate", json=everything_wrong)).status_code == 401
    assert await refusal(everything_wrong) == 402
    assert await refusal(everything_wrong, plan="scale", available=0) == 403
    assert await refusal(everything_wrong, permissions=["generate"]) == 429
    assert await refusal(everything_wrong, flags=[], available=0) == 400
    assert await refusal(everything_wrong | {"variantCount": 1}) == 402
    assert await refusal(everything_wrong | {"variantCount": 1}, available=1) == 422
    assert await refusal({"urls": [SHOES]}) == 200


@pytest.mark.clause("nouvel.errors.unknown-path")
@pytest.mark.parametrize(
    "path", ["/nouvel/api/v1/publish", "/nouvel/", "/nouvel/api/v2/generate", "/nouvel/api/v1/jobs", "/nouvel/%0A"]
)
async def test_an_unknown_path_is_answered_in_the_same_voice(mock, path):
    response = await mock.client(bearer("nvl_test")).get(path)

    assert (response.status_code, response.json()) == (404, {"error": "Not found"})


@pytest.mark.clause("nouvel.errors.wrong-method")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/generate", "POST"),
        ("PUT", "/api/v1/generate", "POST"),
        ("POST", "/api/v1/jobs/1", "GET, HEAD"),
        ("DELETE", "/api/v1/jobs/1", "GET, HEAD"),
        ("POST", "/api/v1/projects", "GET, HEAD"),
        ("PATCH", "/api/v1/projects/1", "GET, HEAD"),
    ],
)
async def test_another_method_is_answered_in_the_same_voice(mock, method, path, allowed):
    response = await mock.client(bearer("nvl_test")).request(method, path)

    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed"})
    assert response.headers["allow"] == allowed


async def test_a_huge_body_is_refused_before_it_is_read(customer):
    response = await customer.http.post("/api/v1/generate", content=b"[" + b" " * 2**20 + b"]")

    assert (response.status_code, response.json()) == (413, {"error": "Request body too large"})


async def test_answers_say_which_clause_they_rest_on(customer):
    response = await customer.post(urls=["https://shop.com/blog"])

    assert response.headers["x-mock-clause"] == "nouvel.product.not-a-product"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"adDuration": "long"}, "adDuration must be an integer"),
        ({"adDuration": 20}, "adDuration must be one of 15, 30, 45, 60"),
        ({"aspectRatio": 1}, "aspectRatio must be a string"),
        ({"aspectRatio": "4:3"}, "aspectRatio must be one of 9:16, 16:9, 1:1"),
        ({"language": 7}, "language must be a string"),
    ],
)
async def test_the_sentence_says_what_the_field_has_to_be(customer, body, told):
    assert await customer.refused(**body) == (400, told)
