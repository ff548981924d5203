"""A street with one fictional provider."""

from collections.abc import AsyncIterator

import httpx
import pytest

import tests.houses
from mockserver.app import create_app
from mockserver.settings import discover, load
from mockserver.web.street import Street


@pytest.fixture
def street() -> Street:
    providers = discover(tests.houses)
    return create_app(load({"clock": "frozen"}, providers=providers), providers)


@pytest.fixture
async def visitor(street: Street) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(street)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers={"authorization": "Bearer key"}
    ) as client:
        yield client
