"""Fixtures for Nouvel: a server, a customer with a key, and the ways to ask. Answers are judged by the contract."""

import json
from pathlib import Path

import pytest

from tests import witness
from tests.receiver import Receiver

KEY = "nvl_test"
SHOES = "https://shop.com/products/shoes"
JACKET = "https://shop.com/products/jacket"
HAT = "https://shop.com/products/hat"
MINUTE, DAY = 60, 24 * 3600
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "nouvel"


def fixture(name):
    """A body that the documents print."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def bearer(key):
    return {"authorization": f"Bearer {key}"}


async def judge(response):
    """Hold an answer of a documented operation against the contract."""
    await response.aread()
    witness.judge("nouvel", response)


class Customer:
    """Somebody with a key, who sends what the document describes."""

    def __init__(self, client):
        self.http = client

    async def post(self, **body):
        """Send a submission; it is for one product unless `urls` says otherwise."""
        return await self.http.post("/api/v1/generate", json={"urls": [SHOES]} | body)

    async def submit(self, **body):
        """Submit a job and give its id."""
        response = await self.post(**body)
        assert response.status_code == 200, response.text
        return response.json()["jobId"]

    async def refused(self, **body):
        """Send a submission that is refused; give status and error."""
        response = await self.post(**body)
        return response.status_code, response.json().get("error")

    async def job(self, job_id):
        """Poll a job."""
        response = await self.http.get(f"/api/v1/jobs/{job_id}")
        assert response.status_code == 200, response.text
        return response.json()

    async def projects(self, **query):
        """Give a page of projects, and its pagination."""
        response = await self.http.get("/api/v1/projects", params=query)
        assert response.status_code == 200, response.text
        return response.json()["projects"], response.json()["pagination"]

    async def project(self, project_id):
        """Give a project in full."""
        response = await self.http.get(f"/api/v1/projects/{project_id}")
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
async def mock(serve):
    return await serve("nouvel")


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
    """Submit a job, wait until it has ended, and give its last status."""

    async def finish(**body):
        job_id = await customer.submit(**body)
        await mock.until_idle()
        return await customer.job(job_id)

    return finish


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found
