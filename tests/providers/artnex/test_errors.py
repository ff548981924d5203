"""How Artnex says no, whatever it is about."""

import pytest

from .conftest import PNG, bearer, customer_of


@pytest.fixture
def client(mock):
    return mock.client(headers=bearer("artnex-test"))


def is_envelope(response):
    body = response.json()
    return body.keys() == {"success", "error", "message"} and body["success"] is False and bool(body["message"])


@pytest.mark.clause("artnex.errors.envelope")
@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("revoked", {}, 401),
        ("plain", {}, 400),
        ("plain", {"prompt": "x", "model": "nope"}, 400),
        ("broke", {"prompt": "x", "model": "veo3.1"}, 402),
        ("plain", {"prompt": "[[mock: moderated]]", "model": "veo3.1"}, 422),
        ("limited", {}, 429),
    ],
)
async def test_each_refusal_of_a_submission_has_the_envelope(mock, key, body, status):
    response = await customer_of(mock, key).http.post("/v1/video", json=body)

    assert response.status_code == status
    assert is_envelope(response)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"prompt": "x" * 4005}, "prompt must have at most 4000 characters; this one has 4005."),
        ({"model": "veo4"}, "veo4 is not a supported video model."),
        ({"model": ["veo3.1"]}, "['veo3.1'] is not a supported video model."),
        ({"model": "veo3.1", "mode": "image-to-video", "image": PNG}, "veo3.1 is not a model for mode image-to-video."),
        ({"model": "veo3.1-i2v"}, "veo3.1-i2v is not a model for mode text-to-video."),
        ({"model": "veo3.1-i2v", "mode": "text-to-video"}, "veo3.1-i2v is not a model for mode text-to-video."),
        ({"model": "veo3.1", "duration": 5}, "duration must be one of 4, 6, 8 for this model."),
        ({"model": "kling-v2.6-pro", "duration": 6}, "duration must be one of 5, 10, 16 for this model."),
        ({"image": 5}, "image is not of the right type."),
    ],
)
async def test_a_refusal_says_what_was_sent_and_what_could_be(mock, body, message):
    response = await customer_of(mock).post(**body)

    assert (response.status_code, response.json()["message"]) == (400, message)


async def test_who_cannot_pay_is_told_the_price_and_what_is_left(mock):
    customer = customer_of(mock)
    await mock.set_account("artnex-test", available="2999")

    response = await customer.post(model="veo3.1", duration=8)

    assert response.json()["message"] == "This video costs 3000 credits, and 2999 are left."


@pytest.mark.clause("artnex.errors.unknown-path")
@pytest.mark.parametrize("path", ["/", "/v1", "/v1/videos", "/v1/generate", "/v1/video/a/b", "/v1/vid%0Aeo", "/artnex"])
async def test_an_unknown_path_is_refused_in_the_same_voice(client, path):
    response = await client.post(path, json={})

    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert is_envelope(response)


@pytest.mark.clause("artnex.errors.wrong-method")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/video", {"POST"}),
        ("DELETE", "/v1/video", {"POST"}),
        ("POST", "/v1/video/req_abc123xyz", {"GET", "HEAD"}),
        ("PUT", "/v1/video/status", {"GET", "HEAD"}),
        ("PATCH", "/media/artnex/video/req_abc123xyz.mp4", {"GET", "HEAD"}),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(client, method, path, allowed):
    response = await client.request(method, path)

    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    assert set(response.headers["allow"].split(", ")) == allowed
    assert is_envelope(response)


@pytest.mark.clause("artnex.errors.body-too-large")
async def test_a_body_that_is_too_large_is_refused(client):
    response = await client.post(
        "/v1/video", content=b" " * (32 * 2**20 + 1), headers={"content-type": "application/json"}
    )

    assert (response.status_code, response.json()["error"]) == (413, "request_too_large")
    assert is_envelope(response)


@pytest.mark.clause("artnex.errors.internal")
async def test_a_failure_of_the_server_is_told_in_the_same_voice(client, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("mockserver.providers.artnex.routes.order", broken)

    response = await client.post("/v1/video", json={})

    assert (response.status_code, response.json()["error"]) == (500, "internal_error")
    assert is_envelope(response)


async def test_a_refusal_names_the_clause_that_it_rests_on(client):
    response = await client.post("/v1/video", json={"prompt": "x", "model": "nope"})

    assert response.headers["x-mock-clause"] == "artnex.values.model-unknown"


async def test_documented_paths_are_found_however_sloppily_they_are_written(client):
    body = {"prompt": "x", "model": "veo3.1"}
    paths = ["/v1/video", "/v1/video/", "//v1//video", "/artnex/v1/video"]

    assert [(await client.post(f"http://mock.test{path}", json=body)).status_code for path in paths] == [200] * 4
