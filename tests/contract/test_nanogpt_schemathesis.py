"""NanoGPT answers as its description says, to what Schemathesis thinks of asking."""

from tests.contract.schemathesis_kit import described, journeys

NANOGPT = described(
    "nanogpt",
    nanogpt__balance="1000000",
    nanogpt__submits_per_minute="null",
    nanogpt__extends_per_minute="null",
    nanogpt__recovers_per_minute="null",
)


@NANOGPT.parametrize()
def test_each_operation_answers_as_described(case):
    case.call_and_validate()


TestJourneys = journeys(NANOGPT)
