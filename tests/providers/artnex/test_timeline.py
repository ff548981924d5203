"""How a job's life is laid out for each scenario: stages, lengths and ends, for a job of a minute or so."""

from datetime import timedelta

import pytest

from mockserver.core.chance import Draw
from mockserver.core.scenarios import SCENARIOS, Scenario
from mockserver.core.timeline import FOREVER
from mockserver.providers.artnex import timeline
from tests.providers.planned import SECOND, laid_out

DONE = ("completed", "done", timedelta(0), None)
LASTS = timeline.life(15, 4, Draw(1, "life"))


def pending(lasts, word="pending"):
    return word, "working", lasts, None


def error(because):
    return "error", "failed", timedelta(0), because


CANCELLED = ("error", "cancelled", timedelta(0), None)
FAILS = [pending(LASTS / 2), error("generation_failed")]
SUCCEEDS = [pending(LASTS), DONE]
LIVES = {
    **dict.fromkeys(("succeeds", "moderated", "expires_early", "empty_result", "goes_back"), SUCCEEDS),
    **dict.fromkeys(("fails", "fails_once", "partial", "upload_fails"), FAILS),
    **{key: [pending(FOREVER), DONE] for key in ("stuck", "never_ready")},
    "slow": [pending(10 * LASTS), DONE],
    "moderated_late": [pending(LASTS / 2), error("content_policy_violation")],
    "cancelled": [pending(LASTS / 2), CANCELLED],
    "unknown_status": [pending(LASTS / 3), pending(LASTS / 3, "reviewing"), pending(LASTS / 3), DONE],
}


def test_each_scenario_has_its_life():
    assert {*LIVES} == {*SCENARIOS}


@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_laid_out_as_its_scenario_says(name):
    assert laid_out(timeline.planned(Scenario(name), 15, 4, Draw(1, "life"))) == LIVES[name]


@pytest.mark.parametrize("at", [0.0, 0.25, 1.0])
@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("fails", error("generation_failed")),
        ("moderated_late", error("content_policy_violation")),
        ("cancelled", CANCELLED),
    ],
)
def test_an_early_end_comes_at_the_fraction_that_was_asked_for(name, end, at):
    assert laid_out(timeline.planned(Scenario(name, at), 15, 4, Draw(1, "life"))) == [pending(LASTS * at), end]


@pytest.mark.clause("artnex.lifecycle.half-a-minute-to-minutes")
@pytest.mark.parametrize(("pace", "seconds", "least", "most"), [(1, 4, 30, 30), (15, 4, 54, 66), (60, 10, 300, 300)])
def test_a_life_has_its_bounds_and_varies_by_a_tenth(pace, seconds, least, most):
    lives = [timeline.life(pace, seconds, Draw(seed, "life")) for seed in range(200)]

    assert least * SECOND <= min(lives) <= max(lives) <= most * SECOND
    assert max(lives) - min(lives) >= (most - least) * 0.8 * SECOND
