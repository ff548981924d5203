"""How a job's life is laid out for each scenario: stages, lengths and ends, written out for ten seconds and ninety."""

from datetime import timedelta

import pytest

from mockserver.core.scenarios import SCENARIOS, Scenario
from mockserver.core.timeline import FOREVER
from mockserver.providers.nanogpt import timeline
from tests.providers.planned import SECOND, laid_out

QUEUED = ("IN_QUEUE", "waiting", 10 * SECOND, None)
DONE = ("COMPLETED", "done", timedelta(0), None)
LIFE = timeline._succeeding(10 * SECOND, 90 * SECOND)


def running(seconds, word="IN_PROGRESS"):
    return word, "working", seconds * SECOND, None


def failed(because):
    return "FAILED", "failed", timedelta(0), because


def queued(seconds):
    return "IN_QUEUE", "waiting", seconds * SECOND, None


STUCK = [QUEUED, ("IN_PROGRESS", "working", FOREVER, None), DONE]
LIVES = {
    "succeeds": [QUEUED, running(90), DONE],
    "slow": [QUEUED, running(90), DONE],  # the life itself is ten times as long
    "stuck": STUCK,
    "never_ready": STUCK,
    "fails": [QUEUED, running(40), failed("broken")],
    "fails_once": [QUEUED, running(40), failed("broken")],
    "partial": [QUEUED, running(40), failed("broken")],
    "upload_fails": [QUEUED, running(40), failed("broken")],
    "moderated_late": [QUEUED, running(40), failed("nsfw")],
    "cancelled": [QUEUED, running(40), ("CANCELED", "cancelled", timedelta(0), None)],
    "unknown_status": [QUEUED, running(30), running(30, "REVIEWING"), running(30), DONE],
    "goes_back": [QUEUED, running(30), queued(30), running(30), DONE],
    "expires_early": [QUEUED, running(90), DONE],
    "empty_result": [QUEUED, running(90), DONE],
    "moderated": [QUEUED, running(90), DONE],
}


def test_each_scenario_has_its_life():
    assert {*LIVES} == {*SCENARIOS}


@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_laid_out_as_its_scenario_says(name):
    assert laid_out(timeline.planned(Scenario(name), LIFE)) == LIVES[name]


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("fails", failed("broken")),
        ("moderated_late", failed("nsfw")),
        ("cancelled", ("CANCELED", "cancelled", timedelta(0), None)),
    ],
)
@pytest.mark.parametrize(("at", "stages"), [(0.05, [queued(5), running(0)]), (0.8, [QUEUED, running(70)])])
def test_an_early_end_comes_at_the_fraction_that_was_asked_for(name, end, at, stages):
    assert laid_out(timeline.planned(Scenario(name, at), LIFE)) == [*stages, end]
