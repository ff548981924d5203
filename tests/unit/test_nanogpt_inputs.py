"""The orders that NanoGPT takes: fields, required inputs, values, and what a job keeps."""

import sys
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.refusals import (
    BadValue,
    MissingField,
    MissingMedia,
    NotAccepted,
    Refused,
    TooLong,
    UnknownModel,
)
from mockserver.providers.nanogpt.catalogue import models
from mockserver.providers.nanogpt.inputs import ExtendVideo, NewVideo, order, orders, texts
from mockserver.providers.nanogpt.options import Options

LENIENT = Options()
STRICT = Options(values="strict")
LINK = "https://assets.example.com/reference/wave-hello.jpg"
CLIP = "https://assets.example.com/clip.mp4"


def body(**fields):
    return msgspec.json.decode(msgspec.json.encode(fields), type=NewVideo)


def ordered(options=LENIENT, **fields):
    return order(body(**fields), options)


# Models and words -------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.submit.model-required")
@pytest.mark.parametrize("fields", [{}, {"model": None}, {"model": ""}])
def test_an_order_needs_a_model(fields):
    with pytest.raises(MissingField) as refused:
        ordered(prompt="a cat", **fields)

    assert refused.value.field == "model"


@pytest.mark.clause("nanogpt.submit.unknown-model")
@pytest.mark.parametrize("options", [LENIENT, STRICT])
def test_a_model_that_does_not_exist_is_refused(options):
    with pytest.raises(UnknownModel) as refused:
        ordered(options, model="veo9-video", prompt="a cat")

    assert refused.value.model == "veo9-video"


@pytest.mark.parametrize("model", models())
def test_every_model_takes_an_order_that_has_everything(model):
    everything = {
        "prompt": "a cat",
        "script": "a story",
        "imageUrl": LINK,
        "videoUrl": CLIP,
        "audioUrl": "https://assets.example.com/voice.mp3",
        "voice_id": "v1",
        "swapImage": LINK,
        "targetVideo": CLIP,
    }

    assert ordered(STRICT, model=model, **everything).model == model


@pytest.mark.clause("nanogpt.submit.prompt-required")
@pytest.mark.parametrize(
    ("model", "media"),
    [
        ("veo2-video", {}),
        ("veo2-video", {"imageUrl": LINK}),
        ("hunyuan-video", {}),
        ("runwayml-gen4-aleph", {"videoUrl": CLIP}),
        ("wan-wavespeed-25-extend", {"videoUrl": CLIP}),
        ("kling-v21-master", {"imageUrl": LINK}),
    ],
)
def test_text_edit_and_extend_models_need_a_prompt(model, media):
    with pytest.raises(MissingField) as refused:
        ordered(model=model, **media)

    assert refused.value.field == "prompt"


@pytest.mark.clause("nanogpt.submit.prompt-optional")
@pytest.mark.parametrize(
    ("model", "media"),
    [("kling-v21-standard", {"imageUrl": LINK}), ("video-upscaler", {"videoUrl": CLIP})],
)
def test_image_models_and_upscalers_need_none(model, media):
    assert ordered(model=model, **media).prompt == ""


@pytest.mark.clause("nanogpt.submit.script-for-prompt")
@pytest.mark.parametrize("words", [{"script": "Once."}, {"storyConfig": {"scenes": []}}, {"prompt": "a tale"}])
def test_stories_take_a_script_in_place_of_the_prompt(words):
    assert ordered(model="longstories-movie", **words).model == "longstories-movie"


def test_a_story_needs_one_of_them():
    with pytest.raises(MissingMedia) as refused:
        ordered(model="longstories-movie")

    assert (refused.value.model, refused.value.kind) == ("LongStories Movie", "script")


@pytest.mark.clause("nanogpt.submit.prompt-cap-otherwise")
def test_prompts_may_have_5000_characters():
    assert ordered(model="veo2-video", prompt="é" * 5000).prompt_length == 5000

    with pytest.raises(TooLong) as refused:
        ordered(model="veo2-video", prompt="é" * 5001)

    assert (refused.value.limit, refused.value.actual, refused.value.model) == (5000, 5001, "Veo 2")


@pytest.mark.parametrize(
    ("model", "limit", "name"),
    [("minimax-hailuo-02", 2000, "MiniMax Hailuo 02"), ("lightricks-ltx-2-fast", 3000, "LTX-2 Fast")],
)
def test_the_measured_caps(model, limit, name):
    assert ordered(model=model, prompt="x" * limit).prompt_length == limit

    with pytest.raises(TooLong) as refused:
        ordered(model=model, prompt="x" * (limit + 1))

    assert (refused.value.limit, refused.value.model) == (limit, name)


@pytest.mark.clause("nanogpt.submit.order-of-refusals")
def test_of_several_reasons_the_first_is_given():
    wrong = {"prompt": "x" * 5001, "resolution": "9000p"}

    with pytest.raises(UnknownModel):
        ordered(STRICT, model="nobody", **wrong)
    with pytest.raises(MissingMedia):
        ordered(STRICT, model="wan-video-image-to-video", **wrong)
    with pytest.raises(BadValue):
        ordered(STRICT, model="wan-video-image-to-video", imageUrl=LINK, **wrong)
    with pytest.raises(TooLong):
        ordered(LENIENT, model="wan-video-image-to-video", imageUrl=LINK, **wrong)


@pytest.mark.clause("nanogpt.submit.unknown-keys-ignored")
def test_unknown_keys_are_ignored():
    assert ordered(model="veo2-video", prompt="a cat", provider={"order": ["x"]}, framework=5).model == "veo2-video"


@pytest.mark.clause("nanogpt.submit.null-is-absent")
def test_null_counts_as_not_sent():
    nothing = dict.fromkeys(("duration", "resolution", "imageUrl", "seed", "pro_mode", "num_frames", "storyConfig"))

    assert ordered(model="veo2-video", prompt="a cat", **nothing) == ordered(model="veo2-video", prompt="a cat")


@pytest.mark.clause("nanogpt.submit.wrong-type")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", 5),
        ("duration", []),
        ("seconds", 4),
        ("generateAudio", "yes"),
        ("characters", {}),
        ("storyConfig", []),
        ("cfg_scale", "0.5"),
        ("num_frames", 81.5),
        ("frames_per_second", "16"),
        ("imageUrl", {"url": "x"}),
        ("referenceImages", "x"),
        ("motion", 3),
    ],
)
def test_a_field_of_another_type_is_named(field, value):
    with pytest.raises(msgspec.ValidationError, match=rf"at `\$\.{field}`"):
        body(model="veo2-video", **{field: value})


def test_the_texts_of_an_order_are_what_a_user_may_have_written():
    found = texts(
        body(prompt="a", negative_prompt="b", script="c", directorNotes="d", storyConfig={"scenes": [{"text": "e"}]})
    )

    assert list(found) == ["a", "b", "c", "d", "e"]


# What is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.submit.seed-number-or-text")
@pytest.mark.parametrize("seed", [42, -1, "42", "any"])
def test_a_seed_is_a_number_or_a_text(seed):
    assert ordered(model="veo2-video", prompt="x", seed=seed).seed == seed


def test_an_order_keeps_the_beginning_of_its_prompt_and_shares_the_rest():
    first = ordered(model="veo2-video", prompt="x" * 900, conversationUUID="b7c7", projectId="p1")
    second = ordered(model="veo2-video", prompt="y")

    assert (first.prompt, first.prompt_length) == ("x" * 200, 900)
    assert (first.conversation_uuid, first.project_id) == ("b7c7", None)
    assert first.choice is second.choice
    assert first.cost is second.cost
    assert sys.getsizeof(first) + sys.getsizeof(first.prompt) < 400


def test_a_story_keeps_its_project():
    story = ordered(model="longstories-movie", script="Once.", projectId="p1")

    assert (story.project_id, story.prompt) == ("p1", "Once.")


def test_a_longer_order_costs_the_same_again():
    original = ordered(model="midjourney-video", imageUrl=LINK)
    longer = original.longer(Decimal(5))

    assert (original.choice.seconds, longer.choice.seconds) == (5, 10)
    assert (longer.cost, longer.outputs) == (original.cost, 4)


# Extending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"runId": "vid_1", "index": 0}, ("vid_1", 0)),
        ({"taskId": "vid_2", "index": 3}, ("vid_2", 3)),
        ({"runId": "vid_1", "taskId": "vid_2", "index": 1, "videoUrl": None}, ("vid_1", 1)),
    ],
)
def test_an_extension_names_a_job_and_one_of_its_videos(fields, expected):
    assert msgspec.convert(fields, ExtendVideo).checked() == expected


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"index": 0}, MissingField),
        ({"runId": "vid_1"}, MissingField),
        ({"runId": "vid_1", "index": 4}, BadValue),
        ({"runId": "vid_1", "index": -1}, BadValue),
        ({"runId": "vid_1", "index": 0, "video": CLIP}, NotAccepted),
        ({"runId": "vid_1", "index": 0, "videoUrl": CLIP}, NotAccepted),
        ({"runId": "vid_1", "index": 0, "videoDataUrl": ""}, NotAccepted),
        ({"runId": "vid_1", "index": 0, "videoAttachmentId": "a"}, NotAccepted),
    ],
)
def test_other_extensions_are_refused(fields, refusal):
    with pytest.raises(refusal):
        msgspec.convert(fields, ExtendVideo).checked()


# Laws -------------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.sampled_from(sorted(NewVideo.__struct_encode_fields__))


@given(
    model=st.sampled_from(sorted(models())),
    fields=st.dictionaries(FIELDS, JSON, max_size=8),
    options=st.sampled_from([LENIENT, STRICT]),
)
def test_an_order_is_taken_or_refused_and_never_crashes_nor_depends_on_earlier_ones(model, fields, options):
    try:
        taken = order(body(**(fields | {"model": model})), options)
    except (Refused, msgspec.ValidationError):
        return

    orders._SETTLED.clear()
    assert order(body(**(fields | {"model": model})), options) == taken
    assert taken.cost > 0
    assert Decimal(0) < taken.choice.seconds <= 3600
    assert taken.choice.width % 2 == taken.choice.height % 2 == 0
