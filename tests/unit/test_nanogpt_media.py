"""The media that come with an order: which are required, under which names, and how large they may be."""

import base64
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from mockserver.core.refusals import MediaTooLarge, MediaTooLong, MissingField, MissingMedia
from mockserver.providers.nanogpt.inputs import NewVideo, image_of, order
from mockserver.providers.nanogpt.options import Options

LENIENT = Options()
STRICT = Options(values="strict")
LINK = "https://assets.example.com/reference/wave-hello.jpg"
CLIP = "https://assets.example.com/clip.mp4"


def body(**fields):
    return msgspec.json.decode(msgspec.json.encode(fields), type=NewVideo)


def ordered(options=LENIENT, **fields):
    return order(body(**fields), options)


def data_url(size, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(bytes(size)).decode()}"


@pytest.mark.parametrize(
    ("model", "fields", "name", "kind"),
    [
        ("kling-v21-standard", {"prompt": "x"}, "Kling 2.1 Standard", "image"),
        ("wan-video-image-to-video", {"prompt": "x"}, "Wan 2.1", "image"),
        ("midjourney-video", {}, "Midjourney Video", "image"),
        ("midjourney-video", {"imageUrl": ""}, "Midjourney Video", "image"),
        ("kling-v21-standard", {"referenceImages": [LINK]}, "Kling 2.1 Standard", "image"),
        ("runwayml-gen4-aleph", {"prompt": "x"}, "Runway Gen-4 Aleph", "video"),
        ("video-upscaler", {}, "Video Upscaler", "video"),
        ("kling-lipsync-a2v", {"videoUrl": CLIP}, "Kling Lipsync Audio to Video", "audio"),
        ("veed-fabric-1.0", {"imageUrl": LINK}, "VEED Fabric 1.0", "audio"),
    ],
)
def test_required_media_are_asked_for_by_the_models_name(model, fields, name, kind):
    with pytest.raises(MissingMedia) as refused:
        ordered(model=model, **fields)

    assert (refused.value.model, refused.value.kind) == (name, kind)


@pytest.mark.clause(
    "nanogpt.media.image-by-data-url-or-link", "nanogpt.media.image-aliases", "nanogpt.media.image-attachment"
)
@pytest.mark.parametrize("field", ["imageUrl", "imageDataUrl", "image_data_url", "image", "imageAttachmentId"])
def test_an_image_may_come_under_five_names(field):
    assert ordered(model="kling-v21-standard", **{field: LINK}).choice.images == 1


@pytest.mark.parametrize("printed", ["...", "data:image/...", "data:image/jpeg;base64,/9j/4AAQ..."])
def test_the_documents_own_samples_are_taken(printed):
    assert ordered(model="kling-v21-standard", imageDataUrl=printed).choice.images == 1


@pytest.mark.clause("nanogpt.media.explicit-before-attachment")
@pytest.mark.parametrize("field", ["imageUrl", "imageDataUrl", "image_data_url", "image"])
def test_what_is_sent_outright_comes_before_an_attachment(field):
    both = body(model="grok-imagine-video", prompt="x", imageAttachmentId="att_1", **{field: LINK})

    assert image_of(both) == LINK
    assert order(both, LENIENT).choice.images == 1
    assert order(both, LENIENT).cost == Decimal("0.302")


@pytest.mark.clause("nanogpt.media.video-required")
@pytest.mark.parametrize(
    "model",
    [
        "runwayml-gen4-aleph",
        "wan-wavespeed-video-edit",
        "wan-wavespeed-25-extend",
        "wan-wavespeed-22-spicy-extend",
        "veo3-1-extend",
        "bytedance-seedance-v1.5-pro-extend",
        "video-upscaler",
        "seedvr2-video-upscaler",
        "kling-lipsync-t2v",
        "kling-lipsync-a2v",
        "latentsync",
    ],
)
def test_edit_extend_upscaling_and_lipsync_models_need_a_video(model):
    with pytest.raises(MissingMedia) as refused:
        ordered(model=model, prompt="x", voice_id="v", audioUrl=CLIP, imageUrl=LINK)

    assert refused.value.kind == "video"


@pytest.mark.clause("nanogpt.media.video-spellings")
@pytest.mark.parametrize("field", ["videoUrl", "videoDataUrl", "videoAttachmentId"])
def test_a_source_video_may_come_under_three_names(field):
    assert ordered(model="wan-wavespeed-22-spicy-extend", prompt="x", **{field: CLIP}).choice.source_seconds == 5


@pytest.mark.clause("nanogpt.media.plain-video-for-some")
def test_some_models_take_video():
    assert ordered(model="wan-wavespeed-25-extend", prompt="x", video=CLIP).choice.source_seconds == 5


@pytest.mark.clause("nanogpt.media.plain-video-not-for-others")
@pytest.mark.parametrize("model", ["wan-wavespeed-22-spicy-extend", "veo3-1-extend"])
def test_other_extend_models_do_not(model):
    with pytest.raises(MissingMedia):
        ordered(model=model, prompt="x", video=CLIP)


@pytest.mark.clause("nanogpt.media.source-video-120-seconds")
@pytest.mark.parametrize("options", [LENIENT, STRICT])
def test_a_source_video_may_last_120_seconds(options):
    fields = {"model": "wan-wavespeed-25-extend", "prompt": "x", "videoUrl": CLIP}

    assert ordered(options, videoDuration=120, **fields).choice.source_seconds == 120
    with pytest.raises(MediaTooLong) as refused:
        ordered(options, videoDuration=120.5, **fields)

    assert refused.value.limit == timedelta(seconds=120)


@pytest.mark.clause("nanogpt.media.voice-id-required")
def test_the_speaking_lips_need_a_voice():
    with pytest.raises(MissingField) as refused:
        ordered(model="kling-lipsync-t2v", prompt="x", videoUrl=CLIP)

    assert refused.value.field == "voice_id"


@pytest.mark.clause("nanogpt.media.audio-required")
@pytest.mark.parametrize("field", ["audioUrl", "audioDataUrl", "audio"])
def test_audio_may_come_under_three_names(field):
    fields = {"model": "veed-fabric-1.0", "imageUrl": LINK}

    assert ordered(audioDuration=12, **fields, **{field: CLIP}).choice.seconds == 12
    with pytest.raises(MissingMedia):
        ordered(audioDuration=12, **fields)


@pytest.mark.clause("nanogpt.media.face-swap")
def test_a_face_swap_needs_both_of_its_media():
    model = "magicapi-video-face-swap"

    assert ordered(model=model, swapImage=LINK, targetVideo=CLIP).model == model
    assert ordered(model=model, swapImage=LINK, targetVideo=CLIP, targetFaceIndex=1).model == model
    for given_field, missing in (("swapImage", "targetVideo"), ("targetVideo", "swapImage")):
        with pytest.raises(MissingField) as refused:
            ordered(model=model, **{given_field: LINK})
        assert refused.value.field == missing


@pytest.mark.clause("nanogpt.media.four-megabytes-exactly")
@pytest.mark.parametrize("spare", [0, 1, 2])
@pytest.mark.parametrize("field", ["imageDataUrl", "image", "image_data_url", "imageUrl"])
def test_media_may_have_4194304_bytes_after_decoding(field, spare):
    fits = data_url(4 * 2**20 - spare)

    assert ordered(model="kling-v21-standard", **{field: fits}).choice.images == 1
    with pytest.raises(MediaTooLarge) as refused:
        ordered(model="kling-v21-standard", **{field: data_url(4 * 2**20 + 1)})

    assert (refused.value.field, refused.value.limit) == (field, 4_194_304)


@pytest.mark.clause("nanogpt.media.four-megabytes-exactly")
@pytest.mark.parametrize("wrapped", [lambda url: [LINK, url], lambda url: [{"url": url}]])
def test_each_medium_of_a_list_is_weighed(wrapped):
    with pytest.raises(MediaTooLarge) as refused:
        ordered(Options(max_media_bytes=100), model="minimax-h3", prompt="x", referenceImages=wrapped(data_url(101)))

    assert refused.value.field == "referenceImages"


@pytest.mark.clause("nanogpt.media.links-have-no-limit")
def test_links_have_no_limit():
    link = "https://assets.example.com/" + "a" * 100

    assert ordered(Options(max_media_bytes=10), model="kling-v21-standard", imageUrl=link).choice.images == 1
