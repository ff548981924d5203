"""The harness has nothing to say against the mock, in any of the ways in which it can be asked."""

import pytest

from contracts.harness.check.command import MANNERS
from contracts.harness.load import load
from tests.contract.judging import judged, mock

PROVIDERS = sorted(MANNERS)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_mock_passes_each_check(provider):
    report = await judged(provider, mock())

    assert report.findings == []
    assert [outcome.name for outcome in report.outcomes if outcome.state != "passed"] == []


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_mock_beside_itself_shows_no_drift(provider):
    report = await judged(provider, mock(), beside=mock())

    assert report.findings == []


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_without_key_and_purse_only_what_needs_none_is_asked(provider):
    report = await judged(provider, mock(), key=None, other_key=None, spend=None, control=None)

    assert report.findings == []
    assert {outcome.state for outcome in report.outcomes} == {"passed", "skipped"}
    assert report.spent.startswith("0 ")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_check_rests_on_clauses_that_there_are(provider):
    known = {clause.id for clause in load(provider).clauses}
    checks = [*MANNERS[provider].probes, *MANNERS[provider].trials]

    assert {name for check in checks for name in check.clauses} <= known
    assert len({check.name for check in checks}) == len(checks)
