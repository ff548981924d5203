"""How a job's life is laid out for each scenario, written out for a media of 200 seconds: 10 queued, 90 at work."""

from datetime import timedelta

import pytest

from mockserver.core.scenarios import SCENARIOS, Scenario
from mockserver.core.timeline import FOREVER
from mockserver.providers.viddyscribe import timeline
from tests.providers.planned import SECOND, laid_out

MEDIA = 200 * SECOND
DONE = ("done", "done", timedelta(0), None)


def queued(seconds):
    return "queued", "waiting", seconds * SECOND, None


def processing(seconds, word="processing"):
    return word, "working", seconds * SECOND, None


def failed(because):
    return "failed", "failed", timedelta(0), because


SUCCEEDS = [queued(10), processing(90), DONE]
FAILS = [queued(10), processing(40), failed("broken")]
LIVES = {
    **dict.fromkeys(
        ("succeeds", "moderated", "expires_early", "empty_result", "never_ready", "upload_fails"), SUCCEEDS
    ),
    **dict.fromkeys(("fails", "fails_once", "partial"), FAILS),
    "slow": [queued(100), processing(900), DONE],
    "stuck": [queued(10), ("processing", "working", FOREVER, None), DONE],
    "moderated_late": [queued(10), processing(40), failed("content")],
    "cancelled": [queued(10), processing(40), failed("cancelled")],
    "unknown_status": [queued(10), processing(30), processing(30, "reviewing"), processing(30), DONE],
    "goes_back": [queued(10), processing(30), queued(30), processing(30), DONE],
}


def test_each_scenario_has_its_life():
    assert {*LIVES} == {*SCENARIOS}


@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_laid_out_as_its_scenario_says(name):
    assert laid_out(timeline.planned(Scenario(name), MEDIA)) == LIVES[name]


@pytest.mark.parametrize("name", [name for name in LIVES if name not in {"fails", "fails_once", "partial"}])
def test_a_media_in_verification_makes_the_queue_longer(name):
    first, *_ = laid_out(timeline.planned(Scenario(name), MEDIA, 7 * SECOND))
    usual = LIVES[name][0][2]

    assert first == ("queued", "waiting", usual + 7 * SECOND, None)


@pytest.mark.parametrize(("at", "stages"), [(0.05, [queued(5), processing(0)]), (0.8, [queued(10), processing(70)])])
def test_an_early_end_comes_at_the_fraction_that_was_asked_for(at, stages):
    assert laid_out(timeline.planned(Scenario("fails", at), MEDIA)) == [*stages, failed("broken")]


@pytest.mark.parametrize(
    ("name", "lasts", "end"),
    [
        ("succeeds", 3 * SECOND, ("completed", "done", timedelta(0), None)),
        ("upload_fails", 3 * SECOND, ("failed", "failed", timedelta(0), "broken")),
        ("never_ready", FOREVER, ("completed", "done", timedelta(0), None)),
    ],
)
def test_a_verification_is_laid_out_as_its_scenario_says(name, lasts, end):
    assert laid_out(timeline.verification(Scenario(name), 3 * SECOND)) == [
        ("processing", "working", lasts, None),
        end,
    ]
