"""The strategies for others' tests: what they draw, and what a behaviour does to a sandbox."""

import subprocess
import sys

import pytest
from hypothesis import find, given, settings

from mockserver.core.faults import parsed
from mockserver.core.scenarios import SCENARIOS as KNOWN
from mockserver.hypothesis import FAULTS, SCENARIOS, WHERE, Behaviour, Disturbance, behaviours, disturbances
from mockserver.settings import provider_names
from mockserver.testing import Server


def test_without_hypothesis_the_error_says_what_to_install():
    code = "import sys; sys.modules['hypothesis'] = None; import mockserver.hypothesis"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "ModuleNotFoundError: mockserver.hypothesis needs Hypothesis: pip install hypothesis" in done.stderr


class Listening:
    """A sandbox that writes down what it is asked."""

    def __init__(self):
        self.asked = []

    def ask(self, *told):
        self.asked.append(told)


def test_every_provider_every_scenario_and_every_fault_there_is_known():
    assert set(WHERE) == set(provider_names())
    assert set(SCENARIOS) <= set(KNOWN)
    assert all(str(parsed(fault)) == fault for fault in FAULTS)


def test_an_unknown_provider_is_refused():
    with pytest.raises(ValueError, match="known are: nanogpt"):
        behaviours("acme")


@given(behaviours("nouvel", scenarios=["slow"], faults=["reset"], most=2))
def test_what_is_asked_for_is_drawn(behaviour):
    assert (behaviour.provider, behaviour.scenario) == ("nouvel", "slow")
    assert {one.fault for one in behaviour.disturbances} <= {"reset"}
    assert len(behaviour.disturbances) <= 2


@given(disturbances(moments=["poll"], most_times=2))
def test_a_disturbance_can_be_drawn_by_itself(disturbance):
    assert (disturbance.moment, 1 <= disturbance.times <= 2) == ("poll", True)


def test_failures_shrink_to_the_smallest_misbehaviour():
    smallest = find(
        behaviours("nanogpt"),
        lambda behaviour: any(one.fault == "reset" and one.moment == "submit" for one in behaviour.disturbances),
        settings=settings(database=None, max_examples=2000),
    )

    assert smallest == Behaviour("nanogpt", "succeeds", None, (Disturbance("reset", "submit", 0, 1),))


def test_a_behaviour_is_laid_down_in_a_sandbox():
    sandbox = Listening()

    Behaviour("artnex", "fails", 0.9, (Disturbance("reset", "poll", 2, 3),)).play(sandbox)

    match = {"provider": "artnex", "method": "GET", "path": "/v1/video/*"}
    assert sandbox.asked == [
        ("POST", "scenarios/queue", {"scenario": "fails", "provider": "artnex", "at": 0.9}),
        ("POST", "faults", {"fault": "reset", "match": match, "after": 2, "times": 3}),
    ]


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.mark.parametrize("provider", WHERE)
def test_a_sandbox_takes_whatever_is_drawn(server, provider):
    sandbox = server.sandbox()

    for scenario in SCENARIOS:
        Behaviour(provider, scenario, 0.5, tuple(Disturbance(fault, "download") for fault in FAULTS)).play(sandbox)
        assert len(sandbox.faults()) == len(FAULTS)
        sandbox.lift()

    assert len(sandbox.ask("GET", "scenarios")["queue"]) == len(SCENARIOS)
    sandbox.close()
