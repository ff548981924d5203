"""What every test has: the ledger of clauses, the profiles of Hypothesis, and its words for what fails."""

import os
from datetime import timedelta
from pathlib import Path

import hypothesis.core
import pytest
from hypothesis import Phase, settings
from hypothesis.vendor import pretty

pytest_plugins = ["tests.ledger_plugin", "tests.promises_plugin", "tests.clients.guard_plugin"]

settings.register_profile("dev", deadline=timedelta(seconds=2))
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("deep", max_examples=5000, deadline=None)
settings.register_profile(
    "mutants", derandomize=True, deadline=None, max_examples=20, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


FUZZED = Path(__file__).parent / "contract"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Let Hypothesis print the values that a property fails for, except where Schemathesis tells of its own cases.

    Schemathesis' pytest plugin swaps the printer in place for one that prints nothing, for the whole process: its
    cases take minutes to print. Every other property would fail for `n=,`.
    """
    if FUZZED in item.path.parents:
        return (yield)
    swapped = hypothesis.core.RepresentationPrinter
    hypothesis.core.RepresentationPrinter = pretty.RepresentationPrinter
    try:
        return (yield)
    finally:
        hypothesis.core.RepresentationPrinter = swapped


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"
