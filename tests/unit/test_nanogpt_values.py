"""What NanoGPT makes of the values of an order: spellings, ranges, defaults, and strictness."""

from decimal import Decimal

import msgspec
import pytest

from mockserver.core.refusals import BadValue
from mockserver.providers.nanogpt.inputs import NewVideo, order
from mockserver.providers.nanogpt.options import Options

LENIENT = Options()
STRICT = Options(values="strict")
LINK = "https://assets.example.com/reference/wave-hello.jpg"
CLIP = "https://assets.example.com/clip.mp4"


def body(**fields):
    return msgspec.json.decode(msgspec.json.encode(fields), type=NewVideo)


def ordered(options=LENIENT, **fields):
    return order(body(**fields), options)


@pytest.mark.clause("nanogpt.submit.duration-spellings")
@pytest.mark.parametrize("spelling", [5, 5.0, "5", "5s", " 5 S "])
def test_a_duration_may_be_spelt(spelling):
    assert ordered(STRICT, model="kling-v21-pro", prompt="x", duration=spelling).choice.seconds == Decimal(5)


def at_default(model, media=None, **fields):
    """Whether an order comes to the same as one without these fields, and is refused when told to be strict."""
    plain = {"model": model, "prompt": "x", **(media or {})}
    with pytest.raises(BadValue) as refused:
        ordered(STRICT, **plain, **fields)
    assert refused.value.field in fields
    return ordered(**plain, **fields).choice == ordered(**plain).choice


@pytest.mark.clause("nanogpt.values.unknown-resolution")
@pytest.mark.parametrize("resolution", ["9000p", "360p", "720P", "x" * 5000])
def test_an_unknown_resolution_becomes_the_default(resolution):
    assert at_default("wan-25", resolution=resolution)
    assert ordered(model="wan-25", prompt="x", resolution=resolution).choice.resolution == "480p"


@pytest.mark.clause("nanogpt.values.unknown-otherwise", "nanogpt.values.strict")
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("veo2-video", {"duration": 31}),
        ("veo2-video", {"duration": "4s"}),
        ("veo2-video", {"duration": "soon"}),
        ("veo2-video", {"duration": 0}),
        ("veo2-video", {"duration": -5}),
        ("veo2-video", {"duration": 5.5}),
        ("veo2-video", {"aspect_ratio": "21:9"}),
        ("veo3-video", {"duration": 5}),
        ("kling-video-v2", {"duration": 7}),
        ("sora-2", {"seconds": "5"}),
        ("sora-2", {"orientation": "sideways"}),
        ("hunyuan-video", {"num_frames": 100}),
        ("hunyuan-video", {"num_frames": "many"}),
        ("bytedance/seedance-2.5", {"mode": "dream"}),
        ("vidu-video", {"size": "enormous"}),
        ("bytedance-seedance-2-0-mini", {"variant": "huge"}),
    ],
)
def test_an_unknown_value_becomes_the_default_or_is_refused_strictly(model, fields):
    assert at_default(model, **fields)


@pytest.mark.clause("nanogpt.values.strict")
@pytest.mark.parametrize(
    ("model", "media", "fields"),
    [
        ("wan-video-image-to-video", {"imageUrl": LINK}, {"num_frames": 80}),
        ("wan-video-image-to-video", {"imageUrl": LINK}, {"num_frames": 101}),
        ("wan-video-image-to-video", {"imageUrl": LINK}, {"frames_per_second": 4}),
        ("wan-video-image-to-video", {"imageUrl": LINK}, {"num_inference_steps": 41}),
        ("hunyuan-video", {}, {"num_inference_steps": 9}),
        ("hunyuan-video", {}, {"num_inference_steps": 51}),
        ("wan-video-22-5b", {}, {"num_inference_steps": 51}),
        ("kling-video-v2", {}, {"cfg_scale": 1.1}),
        ("veo2-video", {}, {"cfg_scale": 20.1}),
        ("midjourney-video", {"imageUrl": LINK}, {"motion": "wild"}),
        ("vidu-video", {}, {"movementAmplitude": "none"}),
        ("video-upscaler", {"videoUrl": CLIP}, {"videoDuration": 0}),
        ("video-upscaler", {"videoUrl": CLIP}, {"billedDuration": 3601}),
        ("video-upscaler", {"videoUrl": CLIP}, {"target_resolution": "8k"}),
        ("kling-lipsync-t2v", {"videoUrl": CLIP, "voice_id": "v"}, {"voice_language": "de"}),
        ("kling-lipsync-t2v", {"videoUrl": CLIP, "voice_id": "v"}, {"voice_speed": 2.1}),
        ("longstories-movie", {}, {"aspect_ratio": "1:1"}),
    ],
)
def test_further_values_are_refused_strictly_and_change_nothing_otherwise(model, media, fields):
    assert at_default(model, media, **fields)


@pytest.mark.clause("nanogpt.values.tokens")
@pytest.mark.parametrize(
    ("model", "field", "tokens"),
    [
        ("wan-wavespeed-25-extend", "resolution", "480p 720p 1080p"),
        ("wan-video-22-turbo", "resolution", "480p 580p 720p"),
        ("alibaba/wan-2.7/image-to-video-pro", "resolution", "2k 4k"),
        ("sora-2", "resolution", "720p 1792x1024"),
        ("runwayml-gen4-aleph", "aspect_ratio", "16:9 9:16 1:1 3:4 4:3 auto"),
        ("seedance-video", "aspect_ratio", "21:9"),
        ("kling-video-o1", "mode", "text-to-video image-to-video reference-to-video video-edit"),
        ("wan-22-animate", "mode", "animate replace"),
        ("vidu-video", "movementAmplitude", "auto small medium large"),
        ("midjourney-video", "motion", "low high"),
    ],
)
def test_the_documents_tokens_are_taken_and_others_refused_strictly(model, field, tokens):
    media = {} if model == "seedance-video" else {"imageUrl": LINK, "videoUrl": CLIP}
    plain = {"model": model, "prompt": "x", "pro_mode": True, **media}

    for token in tokens.split():
        choice = ordered(STRICT, **plain, **{field: token}).choice
        assert getattr(choice, field, token) == token
    with pytest.raises(BadValue) as refused:
        ordered(STRICT, **plain, **{field: "never heard of"})
    assert refused.value.field == field


@pytest.mark.parametrize("options", [LENIENT, STRICT])
@pytest.mark.parametrize("duration", [999, "999", "999s", 601, 600.5, "600.5 S", 10**400])
def test_an_absurd_duration_is_refused_either_way(options, duration):
    with pytest.raises(BadValue) as refused:
        ordered(options, model="veo2-video", prompt="x", duration=duration)

    assert refused.value.field == "duration"


@pytest.mark.clause("nanogpt.values.veo")
def test_the_values_of_veo():
    for seconds in range(5, 31):
        assert ordered(STRICT, model="veo2-video", prompt="x", duration=f"{seconds}s").choice.seconds == seconds
    for ratio in ("16:9", "9:16", "1:1", "4:3", "3:4"):
        assert ordered(STRICT, model="veo2-video", prompt="x", aspect_ratio=ratio).choice.aspect_ratio == ratio
    assert ordered(model="veo3-video", prompt="x", duration=5).choice.seconds == 8


@pytest.mark.clause("nanogpt.values.kling")
@pytest.mark.parametrize("seconds", ["5", "10"])
@pytest.mark.parametrize("scale", [0, 0.5, 1])
def test_the_values_of_kling(seconds, scale):
    taken = ordered(STRICT, model="kling-video-v2", prompt="x", duration=seconds, cfg_scale=scale)

    assert taken.choice.seconds == Decimal(seconds)
    with pytest.raises(BadValue):
        ordered(STRICT, model="kling-video-v2", prompt="x", cfg_scale=1.5)


@pytest.mark.clause("nanogpt.values.other-ranges")
@pytest.mark.parametrize(
    ("field", "inside", "outside"),
    [
        ("cfg_scale", [0, 20], [-0.1, 20.1]),
        ("num_inference_steps", [1, 50], [0, 51]),
    ],
)
def test_the_ranges_of_other_models(field, inside, outside):
    for value in inside:
        assert ordered(STRICT, model="wan-video-22-5b", prompt="x", **{field: value}).cost == Decimal("0.15")
    for value in outside:
        with pytest.raises(BadValue):
            ordered(STRICT, model="wan-video-22-5b", prompt="x", **{field: value})


@pytest.mark.clause("nanogpt.values.hunyuan")
def test_the_values_of_hunyuan():
    plain = {"model": "hunyuan-video", "prompt": "x"}

    for resolution in ("480p", "720p", "1080p"):
        assert ordered(STRICT, resolution=resolution, **plain).choice.resolution == resolution
    for frames in (65, 97, 129, "129"):
        assert ordered(STRICT, num_frames=frames, **plain).choice.frames == int(frames)
    for steps in (10, 50):
        assert ordered(STRICT, num_inference_steps=steps, **plain).choice.seconds == 5
    for outside in ({"resolution": "540p"}, {"num_frames": 98}, {"num_inference_steps": 9}):
        with pytest.raises(BadValue):
            ordered(STRICT, **plain, **outside)


@pytest.mark.clause("nanogpt.values.wan", "nanogpt.values.wan-length")
@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, "5.0625"),
        ({"num_frames": 100}, "6.25"),
        ({"num_frames": "81", "frames_per_second": 24}, "3.375"),
        ({"frames_per_second": 5, "resolution": "480p"}, "16.2"),
        ({"num_inference_steps": 40}, "5.0625"),
    ],
)
def test_a_wan_clip_lasts_as_long_as_its_frames(fields, seconds):
    taken = ordered(STRICT, model="wan-video-image-to-video", imageUrl=LINK, **fields)

    assert taken.choice.seconds == Decimal(seconds)
    with pytest.raises(BadValue):
        ordered(STRICT, model="wan-video-image-to-video", imageUrl=LINK, resolution="1080p")


@pytest.mark.clause("nanogpt.values.seedance", "nanogpt.values.seedance-720p")
@pytest.mark.parametrize(
    ("model", "resolutions"), [("seedance-video", "480p 720p 1080p"), ("seedance-lite-video", "480p 720p")]
)
def test_the_values_of_seedance(model, resolutions):
    for resolution in resolutions.split():
        for duration in ("5", "10"):
            choice = ordered(STRICT, model=model, prompt="x", resolution=resolution, duration=duration).choice
            assert (choice.resolution, choice.seconds) == (resolution, Decimal(duration))
    with pytest.raises(BadValue):
        ordered(STRICT, model=model, prompt="x", resolution="4k")
    with pytest.raises(BadValue):
        ordered(STRICT, model=model, prompt="x", duration=6)


@pytest.mark.clause("nanogpt.values.seedance-ratio-for-text-only")
def test_seedance_heeds_the_ratio_for_text_alone():
    tall = {"model": "seedance-video", "prompt": "x", "aspect_ratio": "9:16", "resolution": "480p"}

    assert (ordered(**tall).choice.width, ordered(**tall).choice.height) == (480, 854)
    with_image = ordered(imageUrl=LINK, **tall).choice
    assert (with_image.width, with_image.height) == (854, 480)


@pytest.mark.clause("nanogpt.values.sora-seconds", "nanogpt.submit.seconds-for-sora")
@pytest.mark.parametrize("seconds", ["4", "8", "12"])
def test_sora_takes_its_length_from_seconds(seconds):
    assert ordered(STRICT, model="sora-2", prompt="x", seconds=seconds).choice.seconds == Decimal(seconds)
    with pytest.raises(BadValue):
        ordered(STRICT, model="sora-2", prompt="x", seconds="5")


@pytest.mark.clause("nanogpt.values.orientation")
@pytest.mark.parametrize("model", ["sora-2", "wan-25"])
def test_orientation_turns_the_picture(model):
    resolution = "720p"
    sizes = {
        each: (choice.width, choice.height)
        for each in ("landscape", "portrait")
        for choice in [ordered(STRICT, model=model, prompt="x", orientation=each, resolution=resolution).choice]
    }

    assert sizes == {"landscape": (1280, 720), "portrait": (720, 1280)}


@pytest.mark.clause("nanogpt.values.lipsync-voice")
def test_the_voice_of_the_speaking_lips():
    plain = {"model": "kling-lipsync-t2v", "prompt": "x", "videoUrl": CLIP, "voice_id": "v"}

    for voice in ({"voice_language": "en"}, {"voice_language": "zh"}, {"voice_speed": 0.8}, {"voice_speed": 2.0}):
        assert ordered(STRICT, **plain, **voice).choice.audio
    for voice in ({"voice_language": "fr"}, {"voice_speed": 0.79}):
        with pytest.raises(BadValue):
            ordered(STRICT, **plain, **voice)


@pytest.mark.clause("nanogpt.values.stories-ratio")
@pytest.mark.parametrize("field", ["aspect_ratio", "aspectRatio"])
@pytest.mark.parametrize(("ratio", "size"), [("9:16", (720, 1280)), ("16:9", (1280, 720))])
def test_the_ratios_of_stories(field, ratio, size):
    choice = ordered(STRICT, model="longstories-movie", prompt="x", **{field: ratio}).choice

    assert (choice.width, choice.height) == size


@pytest.mark.parametrize("options", [LENIENT, STRICT])
def test_the_large_picture_of_sora_is_for_pro_mode(options):
    large = {"model": "sora-2", "prompt": "x", "resolution": "1792x1024"}

    with pytest.raises(BadValue) as refused:
        ordered(options, **large)
    assert (refused.value.field, refused.value.value, refused.value.allowed) == ("resolution", "1792x1024", "pro")

    choice = ordered(options, pro=True, orientation="portrait", **large).choice
    assert (choice.width, choice.height) == (1024, 1792)


@pytest.mark.clause("nanogpt.submit.pro-spellings")
@pytest.mark.parametrize(
    ("fields", "pro"),
    [({}, False), ({"pro": True}, True), ({"pro_mode": True}, True), ({"pro_mode": False, "pro": True}, False)],
)
def test_pro_is_one_switch(fields, pro):
    assert ordered(model="hunyuan-video", prompt="x", **fields).choice.pro is pro


@pytest.mark.clause("nanogpt.submit.camera-spellings")
@pytest.mark.parametrize("field", ["camera_fix", "camera_fixed", "cameraFixed"])
def test_the_camera_switch_may_be_spelt_three_ways(field):
    assert ordered(STRICT, model="seedance-video", prompt="x", **{field: True}).model == "seedance-video"
    with pytest.raises(msgspec.ValidationError):
        body(model="seedance-video", prompt="x", **{field: "on"})


@pytest.mark.parametrize("field", ["generateAudio", "generate_audio", "sound", "enable_audio"])
def test_the_audio_switch_may_be_spelt_four_ways(field):
    assert not ordered(model="veo3-video", prompt="x", **{field: False}).choice.audio


@pytest.mark.parametrize(
    ("size", "expected"),
    [("720x1280", (720, 1280)), ("1280*720", (1280, 720)), ("1080p", (1920, 1080)), ("9:16", (720, 1280))],
)
def test_a_size_says_resolution_or_ratio_or_both(size, expected):
    choice = ordered(STRICT, model="pixverse-v45", prompt="x", size=size).choice

    assert (choice.width, choice.height) == expected


@pytest.mark.clause("nanogpt.catalogue.defaults-apply")
@pytest.mark.parametrize(
    ("model", "seconds", "resolution", "ratio", "audio"),
    [
        ("seedance-video", 5, "1080p", "16:9", False),
        ("veo3-video", 8, "1080p", "16:9", True),
        ("bytedance/seedance-2.5", 5, "720p", "16:9", True),
        ("google/gemini-omni-flash/v1.1", 8, "720p", "16:9", True),
        ("lightricks-ltx-2-fast", 6, "720p", "16:9", True),
        ("minimax-h3", 5, "480p", "auto", True),
        ("kling-v26-pro", 5, "720p", "16:9", True),
    ],
)
def test_what_is_left_out_has_the_catalogues_default(model, seconds, resolution, ratio, audio):
    choice = ordered(model=model, prompt="x").choice

    assert (choice.seconds, choice.resolution, choice.aspect_ratio, choice.audio) == (
        Decimal(seconds),
        resolution,
        ratio,
        audio,
    )


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({}, "text-to-video"),
        ({"imageUrl": LINK}, "image-to-video"),
        ({"referenceImages": [LINK, LINK]}, "reference-to-video"),
        ({"videoUrl": CLIP}, "video-edit"),
        ({"videoUrl": CLIP, "mode": "video-edit"}, "video-edit"),
        ({"imageUrl": LINK, "mode": "text-to-video"}, "text-to-video"),
    ],
)
def test_the_mode_follows_from_what_is_sent(fields, mode):
    assert ordered(model="kling-video-o1", prompt="x", **fields).choice.mode == mode
