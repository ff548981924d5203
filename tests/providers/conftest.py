"""Fixtures for the tests of every provider."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.kit import Mock


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """Start servers in this process: `mock = await serve("nanogpt", nanogpt__profile="2025")`."""
    async with AsyncExitStack() as stack:

        async def start(only: str, **settings: Any) -> Mock:
            return await stack.enter_async_context(Mock(only, **settings))

        yield start
