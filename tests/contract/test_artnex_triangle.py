"""Artnex: pages, contract and server agree on every body that is printed."""

from contracts.harness.triangle import fixtures
from tests.contract.triangle_kit import Triangle

KEY = {"authorization": "Bearer artnex-test"}
PROMPT = fixtures("artnex")["example-prompt"].request


async def submit(mock, headers=KEY):
    return await mock.client(headers).post("/v1/video", json=PROMPT | {"model": "veo3.1"})


async def completed(mock):
    request_id = (await submit(mock)).json()["request_id"]
    await mock.until_idle()
    return await mock.client(KEY).get(f"/v1/video/{request_id}")


async def revoked(mock):
    return await submit(mock, {"authorization": "Bearer revoked"})


async def with_a_model(_, order):
    return order | {"model": "veo3.1"}


TRIANGLE = Triangle(
    "artnex",
    headers=KEY,
    situations={"fields": completed, "invalid-api-key": revoked, "success-envelope": submit},
    made_up={"request_id": r"req_[A-Za-z0-9]+", "credits_used": r"\d+"},  # the page's 100 are for a picture
    ready=with_a_model,
    not_sent=frozenset({"fields"}),
)
test_orders, test_answers, test_all = TRIANGLE.tests()


def test_every_field_that_is_printed_for_an_order_is_described_with_its_type():
    described = fixtures("artnex")["fields"].request

    assert {name: type(value) for name, value in described.items()} == {
        "prompt": str, "model": str, "mode": str, "image": str, "aspect_ratio": str, "duration": int,
    }  # fmt: skip
