"""Schemathesis holds the served API against the contract, with all of its checks, over a real connection."""

from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection

from mockserver.serving import bound_socket, serving
from mockserver.settings import load

from .conftest import video

KEY = "vsk_listed"
DESCRIPTION = Path(__file__).resolve().parents[3] / "contracts" / "viddyscribe" / "openapi.yaml"
LENIENT = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.explicit, Phase.generate]}
SERVER = {
    "only": "viddyscribe",
    "clock": "scaled",
    "speed": 10_000,  # a job is queued at the first poll that comes at once, and done at most later ones
    "keys": "listed",  # a server that took any key would fail the check that keys matter
    "listed": [KEY],
    "viddyscribe.minutes": 10**9,
    "viddyscribe.requests_per_minute": None,
    "viddyscribe.queued_jobs": None,
    "viddyscribe.concurrent_uploads": None,
}

schemathesis.openapi.media_type("video/mp4", st.sampled_from([video(2.0), video(3.0, sound="aac")]))
SCHEMA = schemathesis.openapi.from_path(DESCRIPTION)
# A link puts a good media_id into whatever body was drawn, and a bad one may become good: links follow good ones.
GOOD = schemathesis.Config.from_dict({"generation": {"mode": "positive"}})
FOLLOWED = schemathesis.openapi.from_path(DESCRIPTION, config=GOOD)


@pytest.fixture(scope="module")
def address():
    sock = bound_socket("127.0.0.1", 0)
    with serving(load(SERVER), sock):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


@SCHEMA.parametrize()
@settings(max_examples=50, **LENIENT)
def test_every_answer_is_described(case, address):
    case.call_and_validate(base_url=address, headers={"X-API-Key": KEY})


def test_media_can_be_followed_from_upload_to_results(address):
    class Workflow(FOLLOWED.as_state_machine()):
        def get_call_kwargs(self, case):  # noqa: ARG002 - Schemathesis' own signature
            return {"base_url": address, "headers": {"X-API-Key": KEY}}

        def validate_response(self, response, case, **_):
            # A form with a link's value is judged anew as if it were JSON, in which no file's bytes are in order.
            case.validate_response(response, excluded_checks=[negative_data_rejection])

    Workflow.run(settings=settings(max_examples=15, stateful_step_count=6, derandomize=True, **LENIENT))

    polls = httpx.get(f"{address}/_mock/requests", params={"operation": "get_results", "limit": 1000}).json()["items"]
    assert any('"done"' in poll["response"]["body"] for poll in polls)
