"""What the conduct report says of an order's values is what strictness would refuse, and nothing else."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.core.refusals import Refused
from mockserver.providers.nanogpt.catalogue import models
from mockserver.providers.nanogpt.inputs import NewVideo, misfits, order
from mockserver.providers.nanogpt.options import Options

LENIENT = Options()
STRICT = replace(LENIENT, values="strict")
LINK = "https://example.com/a"
BRINGS_ALL = {"prompt": "x", "voice_id": "v"} | dict.fromkeys(
    ("imageUrl", "videoUrl", "audioUrl", "swapImage", "targetVideo"), LINK
)
VALUES = {
    "duration": [5, "5", "5s", "31s", "soon", 8, "10", "", 600, -5, 0.5],
    "aspect_ratio": ["16:9", "19:6", "auto", ""],
    "aspectRatio": ["16:9", "1:1", ["x"]],
    "resolution": ["720p", "9000p", "4k", ""],
    "size": ["1280x720", "9x9", "zz"],
    "seconds": ["4", "5"],
    "orientation": ["portrait", "up"],
    "mode": ["auto", "animate", "zz"],
    "cfg_scale": [0, 7, 21],
    "num_frames": [81, "97", "x"],
    "frames_per_second": [16, 99],
    "num_inference_steps": [20, 60],
    "target_resolution": ["2k", "zz"],
    "variant": ["zz", {}],
    "videoDuration": [5, -1, 4000],
    "motion": ["low", "wild", {}],
}
ORDERS = st.fixed_dictionaries(
    {"model": st.sampled_from(sorted(models()))},
    optional={field: st.sampled_from(values) for field, values in VALUES.items()},
)


def refused(body, options):
    """Whether an order is refused: it brings all that it needs, so it can only be for one of its values."""
    try:
        order(body, options)
    except Refused:
        return True
    return False


@given(ORDERS)
def test_there_is_a_misfit_exactly_where_strictness_refuses(fields):
    body = msgspec.convert(BRINGS_ALL | fields, NewVideo)
    if refused(body, LENIENT):
        return  # the client is told by the refusal

    assert bool(misfits(body)) is refused(body, STRICT)
