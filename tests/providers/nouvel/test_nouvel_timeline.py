"""How a video's life is laid out for each scenario, beside that of one which goes well."""

from datetime import timedelta

import pytest

from mockserver.core.chance import Draw
from mockserver.core.scenarios import SCENARIOS, Scenario
from mockserver.core.timeline import FOREVER
from mockserver.providers.nouvel import timeline
from tests.providers.planned import laid_out

NOTHING = timedelta(0)
DONE = ("completed", "done", NOTHING, None)
FAILED = ("failed", "failed", NOTHING, "generation failed")
CANCELLED = ("cancelled", "cancelled", NOTHING, None)
PARTIAL = ("partial", "failed", NOTHING, "generation failed")


def lives(name, videos=1, at=None):
    how = Scenario(name, at)
    return [laid_out(one) for one in timeline.lives(how, timeline.doomed(how, videos), videos, Draw(1, "lives"))]


[WELL] = lives("succeeds")
PREPARING, VIDEO, AUDIO, LIP_SYNC, STITCHING, _ = WELL
LENGTH = sum((stage[2] for stage in WELL), NOTHING)


def cut_off(at, end):
    """A life that ends while the video is made."""
    return [PREPARING, ("video", "working", LENGTH * at - PREPARING[2], None), end]


STUCK = [*WELL[:4], ("stitching", "working", FOREVER, None), DONE]
THIRD = VIDEO[2] / 3
LIVES = {
    "succeeds": WELL,
    "moderated": WELL,
    "expires_early": WELL,
    "empty_result": WELL,
    "unknown_status": WELL,  # which is the job's
    "fails_once": WELL,  # unless its page is new to the account
    "slow": [(word, state, 10 * lasts, None) for word, state, lasts, _ in WELL[:5]] + [DONE],
    "stuck": STUCK,
    "never_ready": STUCK,
    "fails": cut_off(0.5, FAILED),
    "moderated_late": cut_off(0.5, FAILED),
    "upload_fails": cut_off(0.5, FAILED),
    "partial": cut_off(0.5, PARTIAL),
    "cancelled": cut_off(0.5, CANCELLED),
    "goes_back": [
        PREPARING,
        ("video", "working", THIRD, None),
        ("preparing", "working", THIRD, None),
        ("video", "working", THIRD, None),
        *WELL[2:],
    ],
}


def test_each_scenario_has_its_life():
    assert {*LIVES} == {*SCENARIOS}
    assert [stage[0] for stage in WELL] == ["preparing", "video", "audio", "lip_sync", "stitching", "completed"]


@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_laid_out_as_its_scenario_says(name):
    assert lives(name) == [LIVES[name]]


@pytest.mark.parametrize(("name", "end"), [("fails", FAILED), ("cancelled", CANCELLED), ("partial", PARTIAL)])
def test_an_early_end_comes_at_the_fraction_that_was_asked_for(name, end):
    assert lives(name, at=0.25) == [cut_off(0.25, end)]
    assert lives(name, at=0.02) == [[("preparing", "working", LENGTH * 0.02, None), end]]


@pytest.mark.parametrize(
    ("name", "videos", "ends"),
    [
        ("fails", 3, [FAILED, FAILED, FAILED]),
        ("moderated_late", 2, [FAILED, FAILED]),
        ("upload_fails", 2, [FAILED, FAILED]),
        ("partial", 5, [DONE, FAILED, DONE, FAILED, DONE]),
        ("partial", 2, [DONE, FAILED]),
        ("succeeds", 2, [DONE, DONE]),
    ],
)
def test_which_of_several_videos_fail(name, videos, ends):
    assert [one[-1] for one in lives(name, videos)] == ends
