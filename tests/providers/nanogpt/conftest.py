"""Fixtures for NanoGPT: a server with a frozen clock, and somebody with a key whose answers the contract judges."""

import pytest

from tests.providers.nanogpt.kit import accepted, client_of, unified


@pytest.fixture
async def nano(serve):
    """A server with the default settings; for others use `await serve("nanogpt", nanogpt__profile="2025")`."""
    return await serve("nanogpt")


@pytest.fixture
def client(nano):
    """Somebody with a key."""
    return client_of(nano)


@pytest.fixture
def finished(nano, client):
    """Submit an order, wait until it has ended, and give its last unified status."""

    async def finish(**fields):
        run_id = (await accepted(client, **fields))["runId"]
        await nano.until_idle()
        return await unified(client, run_id)

    return finish
