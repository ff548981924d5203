"""One server for all tests of the clients, twice; each test's client in four ways."""

import pytest

from tests.clients.kit import WAYS, street


@pytest.fixture(autouse=True)
def all_is_judged(nothing_goes_by):
    """No exchange of these tests goes by unjudged."""


@pytest.fixture(scope="session")
def the_street():
    with street() as built:
        yield built


@pytest.fixture(params=WAYS)
def stage(request, the_street):
    built = the_street.stage(request.param)
    yield built
    built.close()
