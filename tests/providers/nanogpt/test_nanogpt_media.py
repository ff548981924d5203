"""Media that come with an order: which a model needs, under which names, how large and how long they may be."""

import base64
import socket

import pytest

from tests.films import film
from tests.providers.nanogpt.kit import CLIP, LINK, PNG, accepted, client_of, order, printed, refused, unified

FOUR_MB = 4_194_304
IMAGE = "requires an input image. Please select an image to generate a video."
VIDEO = "requires an input video. Please select a video to generate a video."
AUDIO = "requires an input audio. Please select an audio to generate a video."
TOO_LONG = (400, {"error": "Source video must be 120 seconds or shorter", "status": 400})


def text(words):
    """A refusal of an order in the form that document 002 prints."""
    return 400, {"error": words, "status": 400}


def data_url(content, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def video_url(seconds):
    """A film of so many seconds, as a data URL."""
    return data_url(film(seconds=seconds, rate=2, sound=None), "video/mp4")


# Images -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.media.kling-needs-an-image")
@pytest.mark.parametrize("media", [{}, {"imageUrl": ""}, {"imageUrl": None, "imageDataUrl": None}, {"videoUrl": CLIP}])
async def test_kling_without_an_image_is_refused_as_printed(client, media):
    response = await order(client, model="kling-v21-standard", **media)

    assert response.status_code == 400
    assert response.json() == printed("missing-image")["response"]
    assert response.json()["error"] == f"Kling 2.1 Standard {IMAGE}"


@pytest.mark.clause("nanogpt.media.others-need-an-image")
@pytest.mark.parametrize(
    ("model", "name"), [("wan-video-image-to-video", "Wan 2.1"), ("midjourney-video", "Midjourney Video")]
)
async def test_other_models_ask_for_an_image_by_their_own_name(client, model, name):
    assert await refused(client, model=model) == text(f"{name} {IMAGE}")
    assert (await accepted(client, model=model, imageUrl=LINK))["model"] == model


@pytest.mark.clause(
    "nanogpt.media.image-by-data-url-or-link", "nanogpt.media.image-aliases", "nanogpt.media.image-attachment"
)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("imageUrl", LINK),
        ("imageUrl", f"data:image/png;base64,{PNG}"),
        ("imageDataUrl", f"data:image/png;base64,{PNG}"),
        ("imageDataUrl", PNG),
        ("imageDataUrl", LINK),
        ("image_data_url", f"data:image/png;base64,{PNG}"),
        ("image", f"data:image/png;base64,{PNG}"),
        ("image", LINK),
        ("imageAttachmentId", "att_123"),
    ],
)
async def test_an_image_may_come_in_many_ways(client, field, value):
    assert (await accepted(client, model="kling-v21-standard", **{field: value}))["cost"] == 0.14
    # Grok Imagine is billed 0.05 a second, and 0.002 for an image.
    assert (await accepted(client, model="grok-imagine-video", duration=5, **{field: value}))["cost"] == 0.252
    assert (await accepted(client, model="grok-imagine-video", duration=5))["cost"] == 0.25


@pytest.mark.clause("nanogpt.media.explicit-before-attachment")
async def test_an_explicit_image_is_measured_and_an_attachment_beside_it_is_not_billed(client):
    both = {"model": "grok-imagine-video", "duration": 5, "imageAttachmentId": "att_123"}

    assert (await accepted(client, imageUrl=LINK, **both))["cost"] == 0.252
    status, body = await refused(client, imageDataUrl=data_url(bytes(FOUR_MB + 1)), **both)
    assert (status, body["error"]) == (413, "imageDataUrl is too large. Uploads must be 4 MB or smaller.")


@pytest.mark.clause("nanogpt.media.explicit-before-attachment")
async def test_an_explicit_video_is_measured_and_billed_before_an_attachment(client):
    order = {"model": "kling-lipsync-t2v", "voice_id": "v", "videoAttachmentId": "att_123"}

    assert (await accepted(client, **order))["cost"] == 0.60
    assert (await accepted(client, videoDataUrl=video_url(8), **order))["cost"] == 0.96


# Videos -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.media.video-required")
@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("runwayml-gen4-aleph", "Runway Gen-4 Aleph"),
        ("wan-wavespeed-25-extend", "Wan 2.5 Extend"),
        ("video-upscaler", "Video Upscaler"),
        ("kling-lipsync-t2v", "Kling Lipsync Text to Video"),
    ],
)
async def test_edit_extend_upscaling_and_lipsync_models_need_a_video(client, model, name):
    assert await refused(client, model=model, voice_id="v", imageUrl=LINK) == text(f"{name} {VIDEO}")


@pytest.mark.clause("nanogpt.media.video-spellings")
@pytest.mark.parametrize("field", ["videoUrl", "videoDataUrl", "videoAttachmentId"])
@pytest.mark.parametrize("model", ["runwayml-gen4-aleph", "wan-wavespeed-25-extend", "video-upscaler"])
async def test_a_video_has_three_names(client, model, field):
    value = {"videoUrl": CLIP, "videoDataUrl": video_url(2), "videoAttachmentId": "att_123"}[field]

    assert (await accepted(client, model=model, **{field: value}))["model"] == model


@pytest.mark.clause("nanogpt.media.plain-video-for-some", "nanogpt.media.plain-video-not-for-others")
async def test_video_is_a_fourth_name_for_some(client):
    assert (await accepted(client, model="wan-wavespeed-25-extend", video=CLIP))["model"] == "wan-wavespeed-25-extend"

    status, body = await refused(client, model="wan-wavespeed-22-spicy-extend", video=CLIP)
    assert (status, body["error"].endswith(VIDEO)) == (400, True)


@pytest.mark.clause("nanogpt.media.source-video-120-seconds")
@pytest.mark.parametrize("values", ["lenient", "strict"])
@pytest.mark.parametrize(
    "model",
    ["wan-wavespeed-25-extend", "wan-wavespeed-22-spicy-extend", "veo3-1-extend", "bytedance-seedance-v1.5-pro-extend"],
)
async def test_what_is_extended_lasts_120_seconds_at_most(serve, values, model):
    client = client_of(await serve("nanogpt", nanogpt__values=values))

    for media in ({"videoUrl": CLIP, "videoDuration": 120}, {"videoDataUrl": video_url(120)}):
        assert (await accepted(client, model=model, **media))["model"] == model
    for media in (
        {"videoUrl": CLIP, "videoDuration": 120.5},
        {"videoUrl": CLIP, "videoDuration": 5000},
        {"videoDataUrl": video_url(120.5)},
        {"videoDataUrl": video_url(121), "videoDuration": 60},
    ):
        assert await refused(client, model=model, **media) == TOO_LONG


@pytest.mark.clause("nanogpt.media.source-length")
@pytest.mark.parametrize(
    ("media", "cost"),
    [
        ({"videoUrl": CLIP}, 0.60),
        ({"videoAttachmentId": "att_123"}, 0.60),
        ({"videoDataUrl": "data:video/mp4;base64,AAAA"}, 0.60),
        ({"videoDataUrl": "data:video/mp4;base64,not base64"}, 0.60),
        ({"videoUrl": CLIP, "videoDuration": 3}, 0.36),
        ({"videoUrl": video_url(8)}, 0.96),
        ({"videoDataUrl": video_url(8)}, 0.96),
        ({"videoDataUrl": video_url(8).partition(",")[2]}, 0.96),
        ({"videoDataUrl": video_url(8), "videoDuration": 3}, 0.36),
    ],
)
async def test_a_source_is_as_long_as_it_is_said_to_be_or_measured_or_five_seconds(client, media, cost):
    # Kling's lipsync is billed 0.12 for each second of the source.
    assert (await accepted(client, model="kling-lipsync-t2v", voice_id="v", **media))["cost"] == cost


# Voices, recordings and faces -------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.media.voice-id-required")
@pytest.mark.parametrize("missing", [{}, {"voice_id": ""}, {"voice_id": None}])
async def test_kling_does_not_speak_without_a_voice(client, missing):
    order = {"model": "kling-lipsync-t2v", "videoUrl": CLIP}

    assert await refused(client, **order, **missing) == text("Missing voice_id")
    assert (await accepted(client, **order, voice_id="v"))["cost"] == 0.60


@pytest.mark.clause("nanogpt.media.audio-required")
@pytest.mark.parametrize(
    ("model", "name", "media"),
    [
        ("kling-lipsync-a2v", "Kling Lipsync Audio to Video", {"videoUrl": CLIP}),
        ("veed-fabric-1.0", "VEED Fabric 1.0", {"imageUrl": LINK}),
        ("wan-wavespeed-s2v", "Wan 2.2 Speech to Video", {"imageUrl": LINK}),
    ],
)
async def test_models_driven_by_a_recording_need_one(client, model, name, media):
    assert await refused(client, model=model, **media) == text(f"{name} {AUDIO}")
    for field in ("audioUrl", "audioDataUrl", "audio"):
        recording = {field: "https://assets.example.com/voice.mp3"}
        assert (await accepted(client, model=model, **media, **recording))["model"] == model


@pytest.mark.clause("nanogpt.media.face-swap")
async def test_a_face_swap_needs_a_face_and_a_video(client):
    face, video = {"swapImage": LINK}, {"targetVideo": CLIP}
    order = {"model": "magicapi-video-face-swap", "prompt": None}

    assert await refused(client, **order, **video) == text("Missing swapImage")
    assert await refused(client, **order, **face) == text("Missing targetVideo")
    for more in ({}, {"targetFaceIndex": 0}, {"targetFaceIndex": 2}):
        assert (await accepted(client, **order, **face, **video, **more))["model"] == "magicapi-video-face-swap"


# How large they may be --------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.media.four-megabytes")
@pytest.mark.parametrize(
    "field",
    [
        "imageDataUrl",
        "image_data_url",
        "image",
        "imageUrl",
        "reference_image",
        "videoDataUrl",
        "videoUrl",
        "video",
        "audioDataUrl",
        "audioUrl",
        "audio",
        "swapImage",
        "targetVideo",
    ],
)
async def test_media_of_more_than_four_megabytes_is_refused(client, field):
    too_large = {field: data_url(bytes(5_000_000))}

    assert await refused(client, **too_large) == (
        413,
        {"error": f"{field} is too large. Uploads must be 4 MB or smaller.", "status": 413},
    )


@pytest.mark.clause("nanogpt.media.four-megabytes")
@pytest.mark.parametrize("field", ["referenceImages", "referenceVideos"])
async def test_each_medium_of_a_list_is_weighed(client, field):
    fits, too_large = data_url(bytes(3_000_000)), data_url(bytes(5_000_000))

    assert (await accepted(client, **{field: [fits, fits, fits]}))["cost"] == 0.4
    assert (await refused(client, **{field: [fits, too_large]}))[0] == 413


@pytest.mark.clause("nanogpt.media.four-megabytes-exactly")
@pytest.mark.parametrize("wrap", [data_url, lambda content: base64.b64encode(content).decode()])
@pytest.mark.parametrize("field", ["imageDataUrl", "image", "imageUrl"])
async def test_four_megabytes_are_4194304_bytes(client, field, wrap):
    for size in (FOUR_MB, FOUR_MB - 1, FOUR_MB - 2):
        assert (await accepted(client, model="kling-v21-standard", **{field: wrap(bytes(size))}))["cost"] == 0.14
    for size in (FOUR_MB + 1, FOUR_MB + 2, FOUR_MB + 3):
        assert (await refused(client, model="kling-v21-standard", **{field: wrap(bytes(size))}))[0] == 413


@pytest.mark.clause("nanogpt.media.links-have-no-limit")
async def test_a_link_is_not_weighed(serve):
    client = client_of(await serve("nanogpt", nanogpt__max_media_bytes=10), judging=False)

    assert (await accepted(client, model="kling-v21-standard", imageUrl=LINK))["cost"] == 0.14
    assert (await refused(client, model="kling-v21-standard", imageDataUrl=data_url(bytes(11))))[0] == 413


# Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.media.links-are-not-fetched")
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("kling-v21-standard", ["imageUrl"]),
        ("kling-v21-standard", ["imageDataUrl"]),
        ("wan-wavespeed-25-extend", ["videoUrl"]),
        ("kling-lipsync-a2v", ["videoUrl", "audioUrl"]),
        ("magicapi-video-face-swap", ["swapImage", "targetVideo"]),
    ],
)
async def test_links_are_not_fetched(nano, client, model, fields):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        link = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/media"

        run_id = (await accepted(client, model=model, **dict.fromkeys(fields, link)))["runId"]
        await nano.until_idle()

        assert (await unified(client, run_id))["data"]["status"] == "COMPLETED"
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.clause("nanogpt.media.links-are-not-fetched")
@pytest.mark.parametrize(
    "link", ["https://nowhere.invalid/cat.jpg", "http://192.0.2.1/cat.jpg", "ftp://x/cat.jpg", "x"]
)
async def test_a_link_that_leads_nowhere_is_taken_as_it_is(client, link):
    assert (await accepted(client, model="kling-v21-standard", imageUrl=link))["cost"] == 0.14
