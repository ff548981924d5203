"""Fixtures for Artnex: a server, a customer with a key, and the ways to ask. Answers are judged by the contract."""

import pytest

from tests import witness

KEY = "artnex-test"
PROMPT = "A drone flying slowly over a misty mountain range at sunrise, cinematic, 4K"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def bearer(key):
    return {"authorization": f"Bearer {key}"}


async def judge(response):
    """Hold an answer of a documented operation against the contract."""
    await response.aread()
    witness.judge("artnex", response)


class Customer:
    """Somebody with a key, who sends what the document describes."""

    def __init__(self, client):
        self.http = client

    async def post(self, **body):
        """Send a submission; fields that are not named are those of the shortest one that is in order."""
        return await self.http.post("/v1/video", json={"prompt": PROMPT, "model": "veo3.1"} | body)

    async def submit(self, **body):
        """Submit a video and give its request id."""
        response = await self.post(**body)
        assert response.status_code == 200, response.text
        return response.json()["request_id"]

    async def refused(self, **body):
        """Send a submission that is refused; give status and code."""
        response = await self.post(**body)
        return response.status_code, response.json().get("error")

    async def status(self, request_id):
        response = await self.http.get(f"/v1/video/{request_id}")
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
async def mock(serve):
    return await serve("artnex")


@pytest.fixture
def customer(mock):
    """A customer whose answers must conform to the contract."""
    return customer_of(mock)


def customer_of(mock, key=KEY, *, judged=True, **headers):
    client = mock.client(headers=bearer(key) | headers)
    if judged:
        client.event_hooks["response"].append(judge)
    return Customer(client)


@pytest.fixture
def finished(mock, customer):
    """Submit a video, wait until it has ended, and give its last status."""

    async def finish(**body):
        request_id = await customer.submit(**body)
        await mock.until_idle()
        return await customer.status(request_id)

    return finish
