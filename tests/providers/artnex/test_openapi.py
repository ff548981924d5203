"""Schemathesis holds the served API against the contract, with all of its checks, over a real connection."""

from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from mockserver.serving import bound_socket, serving
from mockserver.settings import load

KEY = "artnex-test"
DESCRIPTION = Path(__file__).resolve().parents[3] / "contracts" / "artnex" / "openapi.yaml"
LENIENT = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.explicit, Phase.generate]}
SERVER = {
    "only": "artnex",
    "clock": "auto",
    "keys": "listed",  # a server that took any key would fail the check that keys matter
    "listed": [KEY],
    "artnex.plan": "enterprise",
    "artnex.credits": 10**12,
}


SCHEMA = schemathesis.openapi.from_path(DESCRIPTION)


@pytest.fixture(scope="module")
def address():
    sock = bound_socket("127.0.0.1", 0)
    with serving(load(SERVER), None, sock):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


@SCHEMA.parametrize()
@settings(max_examples=50, **LENIENT)
def test_every_answer_is_described(case, address):
    case.call_and_validate(base_url=address, headers={"Authorization": f"Bearer {KEY}"})


def test_jobs_can_be_followed_from_submission_to_download(address):
    class Workflow(SCHEMA.as_state_machine()):
        def get_call_kwargs(self, case):  # noqa: ARG002 - Schemathesis' own signature
            return {"base_url": address, "headers": {"Authorization": f"Bearer {KEY}"}}

    Workflow.run(settings=settings(max_examples=10, stateful_step_count=6, derandomize=True, **LENIENT))

    downloads = httpx.get(f"{address}/_mock/requests", params={"operation": "media"}).json()["items"]
    assert {200, 206} & {download["status"] for download in downloads}
