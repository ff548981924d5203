"""ViddyScribe answers as its description says, to what Schemathesis thinks of asking; it uploads films."""

import schemathesis
from hypothesis import strategies as st

from tests.contract.schemathesis_kit import FULFILLED, REFUSED, described, journeys
from tests.films import film

FILMS = [film(seconds=2.0, rate=5, sound=None), film(seconds=3.0, rate=5)]
NOT_READY = "409"  # what an order in order is answered for media that is on its way
LINK, NO_FILM = "403", "415"  # for a link that nobody signed, and for bytes that are no film
VIDDYSCRIBE = described(
    "viddyscribe",
    max_examples=50,
    fulfilled=[*FULFILLED, LINK, NOT_READY],
    refused=[*REFUSED, LINK, NOT_READY, NO_FILM],
    viddyscribe__minutes=10**9,
    viddyscribe__requests_per_minute=None,
    viddyscribe__queued_jobs=None,
    viddyscribe__concurrent_uploads=None,
)
seen = set()

schemathesis.openapi.media_type("video/mp4", st.sampled_from(FILMS))


@VIDDYSCRIBE.parametrize()
def test_each_operation_answers_as_described(case):
    case.call_and_validate()


def remember(response, case):
    """Which states of a job the journeys came to see."""
    if case.operation.path.endswith("get_results") and response.status_code == 200:
        seen.add(response.json()["status"])


class TestJourneys(journeys(VIDDYSCRIBE, scenarios=25, steps=8, seen=remember)):
    def runTest(self):  # noqa: N802 - unittest's own name
        super().runTest()
        assert "done" in seen
