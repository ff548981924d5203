"""Laws of a job's life."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clock import SECOND
from mockserver.core.timeline import Timeline, cancelled, done, failed, waiting, working

lengths = st.timedeltas(timedelta(0), timedelta(days=30))
stages = st.one_of(
    st.builds(lambda lasts: waiting("queued", lasts=lasts), lengths),
    st.builds(lambda lasts: working("running", lasts=lasts), lengths),
)
ends = st.sampled_from([done("done"), failed("failed", because="broken"), cancelled("cancelled")])
timelines = st.builds(lambda some, end: Timeline.of(*some, end), st.lists(stages, max_size=6), ends)


@given(timelines, lengths, lengths)
def test_a_timeline_never_goes_back(timeline, one, other):
    earlier, later = sorted((one, other))
    assert timeline.at(earlier).place <= timeline.at(later).place
    assert timeline.at(earlier).progress <= timeline.at(later).progress


@given(timelines, lengths)
def test_an_end_is_for_good(timeline, further):
    assert timeline.at(timeline.length).stage == timeline.end
    assert timeline.at(timeline.length + further).stage == timeline.end
    assert timeline.at(timeline.length + further).progress == 1.0


@given(timelines, lengths)
def test_the_next_change_is_a_change(timeline, elapsed):
    upcoming = timeline.next_change(elapsed)
    if upcoming is None:
        assert timeline.at(elapsed).stage.ends
    else:
        assert upcoming > elapsed
        assert timeline.at(upcoming).place > timeline.at(elapsed).place
        assert timeline.at(upcoming).into == timedelta(0)


@given(timelines)
def test_following_the_changes_shows_each_stage_that_lasts_once(timeline):
    seen = [stage for _, stage in timeline.changes()]
    assert seen == [stage for stage in timeline.stages if stage.lasts or stage.ends]


def test_a_boundary_belongs_to_the_stage_that_begins_there():
    timeline = Timeline.of(waiting("queued", lasts=4 * SECOND), working("running", lasts=30 * SECOND), done("done"))
    words = [timeline.at(seconds * SECOND).stage.word for seconds in (0, 3.999999, 4, 33.999999, 34)]
    assert words == ["queued", "queued", "running", "running", "done"]
    assert timeline.at(17 * SECOND).progress == 0.5


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (waiting("queued", lasts=SECOND),),
        (done("done"), done("done")),
        (done("done"), working("running", lasts=SECOND)),
        (working("running", lasts=-SECOND), done("done")),
    ],
)
def test_what_is_no_life_is_refused(stages):
    with pytest.raises(ValueError, match=r"timeline|last less"):
        Timeline.of(*stages)
