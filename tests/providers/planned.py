"""Timelines, taken apart to be compared with what is written out."""

from datetime import timedelta

SECOND = timedelta(seconds=1)


def laid_out(timeline):
    """Each stage's word, state, length and reason; their lengths add up to the timeline's."""
    assert timeline.length == sum((stage.lasts for stage in timeline.stages), timedelta(0))
    return [tuple(stage) for stage in timeline.stages]
