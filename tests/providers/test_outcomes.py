"""What each provider says of each scenario is so: which it tells apart, and as which other one it answers the rest."""

import json
import re
from functools import cache
from itertools import combinations

import anyio
import pytest

from mockserver.core.scenarios import SCENARIOS
from mockserver.settings import discover
from mockserver.web.outcomes import outcome as told
from tests.docs.pages import page
from tests.kit import Mock
from tests.providers.outcomes import outcome

PROVIDERS = {provider.name: provider for provider in discover()}
OWN = [
    (name, scenario)
    for name, one in PROVIDERS.items()
    for scenario, what in one.outcomes.items()
    if what not in SCENARIOS
]
LIKE = [
    (name, scenario, what)
    for name, one in PROVIDERS.items()
    for scenario, what in one.outcomes.items()
    if what in SCENARIOS
]


@cache
def seen(name, scenario):
    """What a client sees, found out once."""

    async def find():
        async with Mock(name) as mock:
            return await outcome(mock, scenario)

    return anyio.run(find)


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_says_of_each_scenario_what_is_seen_of_it(name):
    assert set(PROVIDERS[name].outcomes) == set(SCENARIOS)
    assert len([one for one in OWN + LIKE if one[0] == name]) == len(SCENARIOS)


@pytest.mark.parametrize(("name", "scenario", "like"), LIKE)
def test_what_a_provider_cannot_tell_apart_goes_exactly_as_it_says(name, scenario, like):
    assert seen(name, scenario) == seen(name, like)


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_a_provider_tells_apart_looks_different(name):
    own = [scenario for other, scenario in OWN if other == name]

    assert [pair for pair in combinations(own, 2) if seen(name, pair[0]) == seen(name, pair[1])] == []


@pytest.mark.parametrize(("name", "scenario"), OWN)
def test_the_words_that_are_said_to_be_seen_are_seen(name, scenario):
    text = json.dumps(seen(name, scenario))
    said = PROVIDERS[name].outcomes[scenario]

    words = re.findall(r"`([^`]+)`|\b([45]\d\d)\b", said)
    assert [one or other for one, other in words if (one or other) not in text] == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_slow_is_ten_times_as_long(name):
    assert seen(name, "slow").seconds == pytest.approx(10 * seen(name, "succeeds").seconds, abs=10)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_page_of_scenarios_says_the_same(scenario):
    text = page("docs/reference/scenarios.md").text
    [row] = re.findall(rf"^\| `{scenario}` \|(.* \| .* \| .* \| .*)\|$", text, re.MULTILINE)

    assert [cell.strip() for cell in row.split(" | ")] == [
        told(PROVIDERS[name], scenario) for name in ("nanogpt", "nouvel", "viddyscribe", "artnex")
    ]
