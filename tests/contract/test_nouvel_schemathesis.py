"""Nouvel answers as its description says, to what Schemathesis thinks of asking."""

from tests.contract.schemathesis_kit import FULFILLED, REFUSED, described, journeys

NO_PRODUCT = "422"  # what a well-formed URL is refused with that leads to no product
NOUVEL = described(
    "nouvel",
    fulfilled=[*FULFILLED, NO_PRODUCT],
    refused=[*REFUSED, NO_PRODUCT],
    nouvel__scale_videos=10**9,
    nouvel__requests_per_minute=10**6,  # with no limit there would be no rate headers
)


@NOUVEL.parametrize()
def test_each_operation_answers_as_described(case):
    case.call_and_validate()


TestJourneys = journeys(NOUVEL, scenarios=20, steps=8)
