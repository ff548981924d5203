"""Documents, contract and server agree: in the situation of each printed body the server's answer has its keys and
types, its values where they can be had, and conforms to the contract, as the printed one does (test_descriptions)."""

import json
import re
from pathlib import Path

import pytest

from contracts.harness.conformance import conform
from contracts.harness.conformance import validate as validate_answer
from tests.kit import Mock

FIXTURES = {
    file.stem: json.loads(file.read_text())
    for file in sorted((Path(__file__).resolve().parents[2] / "fixtures" / "nanogpt").glob("*.json"))
}
REQUESTS = [name for name, fixture in FIXTURES.items() if "request" in fixture]
RESPONSES = [name for name, fixture in FIXTURES.items() if "response" in fixture]
KEY = {"x-api-key": "YOUR_API_KEY"}
EAGLE = FIXTURES["submit-text"]["request"]
KLING = FIXTURES["submit-image-by-link"]["request"]
SUBMIT, STATUS = "/api/generate-video", "/api/generate-video/status"


async def in_2025(mock, scenario, until):
    """Order the eagle, wait, and poll as document 002 does."""
    await mock.queue(scenario)
    client = mock.client(KEY)
    run_id = (await client.post(SUBMIT, json=EAGLE)).json()["runId"]
    await mock.advance(until)
    return await client.get(STATUS, params={"runId": run_id, "modelSlug": EAGLE["model"]})


async def submit(mock, *, key="YOUR_API_KEY", order=EAGLE):
    return await mock.client({"x-api-key": key}).post(SUBMIT, json=order)


async def moderated(mock):
    await mock.queue("moderated")
    return await submit(mock)


async def without_a_key(mock):
    return await mock.client().post(SUBMIT, json=EAGLE)


async def without_an_image(mock):
    return await submit(mock, order={name: value for name, value in KLING.items() if name != "imageUrl"})


async def too_often(mock):
    for _ in range(50):
        assert (await submit(mock, order=FIXTURES["submit-hunyuan"]["request"])).status_code == 202
    return await submit(mock)


SITUATIONS = {
    "accepted-2025": submit,
    "accepted-fields": submit,
    "content-policy": moderated,
    "insufficient-balance": lambda mock: submit(mock, key="broke"),
    "invalid-session": without_a_key,
    "missing-image": without_an_image,
    "rate-limit": too_often,
    "status-completed": lambda mock: in_2025(mock, "succeeds", 600),
    "status-failed": lambda mock: in_2025(mock, "moderated_late", 600),
    "status-in-progress": lambda mock: in_2025(mock, "succeeds", 60),
}
"""How to bring about what the documents print."""
INVENTED = {
    "runId": r"fal-request-[0-9a-z]+",
    "request_id": r"fal-request-[0-9a-z]+",
    "url": r"http://mock\.test/.+\.mp4",
}
"""What the documents had to make up, and what it must look like."""


def shape(value):
    """A value with its keys and types alone."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def sobered(value):
    """A value without what was made up, each of which is checked for its looks."""
    if not isinstance(value, dict):
        return value
    for name, pattern in INVENTED.items():
        assert name not in value or re.fullmatch(pattern, value[name]), value
    return {name: sobered(each) for name, each in value.items() if name not in INVENTED}


def own(fixture):
    """What a fixture prints, as if this server had made it up."""
    text = json.dumps(fixture["response"])
    return json.loads(text.replace("https://storage.example.com/", "http://mock.test/"))


@pytest.mark.clause("nanogpt.submit.printed-orders")
@pytest.mark.parametrize("name", REQUESTS)
async def test_what_is_printed_as_an_order_is_accepted_and_the_answer_conforms(name):
    async with Mock("nanogpt") as mock:
        response = await submit(mock, order=FIXTURES[name]["request"])

    assert response.status_code == 202
    assert response.json()["model"] == FIXTURES[name]["request"]["model"]
    validate_answer("nanogpt", "POST", SUBMIT, 202, response.headers, response.content)


@pytest.mark.clause("nanogpt.submit.printed-orders")
@pytest.mark.parametrize("name", REQUESTS)
async def test_what_is_printed_as_an_order_offers_nothing_but_what_its_model_knows(name):
    async with Mock("nanogpt", nanogpt__values="strict") as mock:
        response = await submit(mock, order=FIXTURES[name]["request"])

    assert response.status_code == 202, response.text


def test_each_printed_answer_can_be_brought_about():
    assert sorted(SITUATIONS) == RESPONSES


@pytest.mark.clause("nanogpt.profile.submitted-2025", "nanogpt.money.sample-price", "nanogpt.legacy.states-as-printed")
@pytest.mark.parametrize("name", [name for name in RESPONSES if "component" in FIXTURES[name]])
async def test_what_is_printed_as_an_answer_is_answered(name):
    fixture = FIXTURES[name]
    async with Mock("nanogpt", nanogpt__profile="2025", nanogpt__prices="samples") as mock:
        response = await SITUATIONS[name](mock)

    told = response.json()
    assert response.status_code == fixture["status"]
    assert shape(told) == shape(fixture["response"])
    assert sobered(told) == sobered(own(fixture))
    conform("nanogpt", fixture["component"], told)


@pytest.mark.clause("nanogpt.submit.answer-fields", "nanogpt.submit.status-pending")
async def test_the_fields_that_document_003_names_are_there():
    fixture = FIXTURES["accepted-fields"]
    async with Mock("nanogpt") as mock:
        response = await submit(mock)

    assert response.status_code == fixture["status"]
    assert set(fixture["fields"]) <= set(response.json())
    assert response.json()["status"] == fixture["response"]["status"]
    validate_answer("nanogpt", "POST", SUBMIT, 202, response.headers, response.content)
