"""What every test has: the ledger of clauses, and the profiles of Hypothesis."""

import os
from datetime import timedelta

import pytest
from hypothesis import Phase, settings

pytest_plugins = ["tests.ledger_plugin", "tests.promises_plugin"]

settings.register_profile("dev", deadline=timedelta(seconds=2))
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("deep", max_examples=5000, deadline=None)
settings.register_profile(
    "mutants", derandomize=True, deadline=None, max_examples=20, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"
