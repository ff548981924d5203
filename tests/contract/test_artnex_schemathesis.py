"""Artnex answers as its description says, to what Schemathesis thinks of asking."""

from tests.contract.schemathesis_kit import described, journeys

ARTNEX = described("artnex", artnex__plan="enterprise", artnex__credits="1000000000000")


@ARTNEX.parametrize()
def test_each_operation_answers_as_described(case):
    case.call_and_validate()


TestJourneys = journeys(ARTNEX, scenarios=20, steps=8)
