"""What the contracts promise is what the server serves, for all four providers and for /_mock."""

import pytest

from contracts.harness.load import load
from contracts.harness.surface import differences
from mockserver.control.room import TASKS
from mockserver.settings import discover


@pytest.mark.parametrize("provider", discover(), ids=lambda provider: provider.name)
def test_a_provider_serves_each_promised_operation_and_no_other(provider):
    served = {(operation.method, operation.path) for operation in provider.routes}

    assert differences(load(provider.name), served) == []


def test_the_control_api_serves_each_promised_operation_and_no_other():
    assert differences(load("control"), {(method, f"/_mock/{path}") for method, path in TASKS}) == []
