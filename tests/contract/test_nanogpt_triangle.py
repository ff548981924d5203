"""NanoGPT: documents, contract and server agree on every body that is printed."""

import pytest

from contracts.harness.triangle import fixtures
from tests.contract.triangle_kit import Triangle
from tests.kit import Mock

FIXTURES = fixtures("nanogpt")
EAGLE, KLING, HUNYUAN = (FIXTURES[name].request for name in ("submit-text", "submit-image-by-link", "submit-hunyuan"))
KEY = {"x-api-key": "YOUR_API_KEY"}
SUBMIT, STATUS = "/api/generate-video", "/api/generate-video/status"
PRINTED_IN_002 = {
    (32, 37), (44, 50), (52, 58), (64, 69), (73, 80), (84, 93), (98, 108), (113, 121), (127, 134), (182, 188),
    (192, 202), (206, 214), (234, 239), (269, 275), (282, 288), (313, 319), (341, 347), (368, 374), (387, 393),
    (419, 424), (446, 449), (453, 456), (460, 463), (467, 473), (477, 480),
}  # fmt: skip
"""Every body that document 002 prints, by its lines: bare, in curl, in JavaScript and in Python."""


async def submit(mock, order=EAGLE, **headers):
    return await mock.client(KEY | headers).post(SUBMIT, json=order)


async def moderated(mock):
    await mock.queue("moderated")
    return await submit(mock)


async def broke(mock):
    return await submit(mock, **{"x-api-key": "broke"})


async def without_a_key(mock):
    return await mock.client().post(SUBMIT, json=EAGLE)


async def without_an_image(mock):
    return await submit(mock, {name: value for name, value in KLING.items() if name != "imageUrl"})


async def too_often(mock):
    for _ in range(50):
        assert (await submit(mock, HUNYUAN)).status_code == 202
    return await submit(mock)


def after(seconds, scenario="succeeds"):
    """Order the eagle, wait, and poll as document 002 does."""

    async def poll(mock):
        await mock.queue(scenario)
        run_id = (await submit(mock)).json()["runId"]
        await mock.advance(seconds)
        return await mock.client(KEY).get(STATUS, params={"runId": run_id, "modelSlug": EAGLE["model"]})

    return poll


TRIANGLE = Triangle(
    "nanogpt",
    headers=KEY,
    situations={
        "accepted-2025": submit,
        "accepted-fields": submit,
        "content-policy": moderated,
        "insufficient-balance": broke,
        "invalid-session": without_a_key,
        "missing-image": without_an_image,
        "rate-limit": too_often,
        "status-completed": after(600),
        "status-failed": after(600, "moderated_late"),
        "status-in-progress": after(60),
    },
    made_up={
        "runId": r"(fal-request-|vid_)[0-9a-z]+",
        "request_id": r"fal-request-[0-9a-z]+",
        "url": r"http://mock\.test/.+\.mp4",
    },
    settings={
        "": {"nanogpt__profile": "2025", "nanogpt__prices": "samples"},
        "order": {},
        "accepted-fields": {},
    },
)
test_orders, test_answers, test_all = TRIANGLE.tests()
pytest.mark.clause("nanogpt.submit.printed-orders")(test_orders)
pytest.mark.clause("nanogpt.profile.submitted-2025", "nanogpt.money.sample-price", "nanogpt.legacy.states-as-printed")(
    test_answers
)


def test_every_body_of_document_002_has_its_fixture():
    shown = {one.source.removeprefix("002, lines ") for one in FIXTURES.values() if one.source.startswith("002")}

    assert shown == {f"{first}-{last}" for first, last in PRINTED_IN_002}


@pytest.mark.clause("nanogpt.submit.printed-orders")
@pytest.mark.parametrize("name", TRIANGLE.orders)
async def test_what_is_printed_as_an_order_offers_nothing_but_what_its_model_knows(name):
    async with Mock("nanogpt", nanogpt__values="strict") as mock:
        response = await submit(mock, FIXTURES[name].request)

    assert response.status_code == 202, response.text
    assert response.json()["model"] == FIXTURES[name].request["model"]


@pytest.mark.clause("nanogpt.submit.answer-fields", "nanogpt.submit.status-pending")
async def test_the_fields_that_document_003_names_are_there():
    async with Mock("nanogpt") as mock:
        told = (await submit(mock)).json()

    assert set(FIXTURES["accepted-fields"].response) <= set(told)
    assert told["status"] == "pending"
