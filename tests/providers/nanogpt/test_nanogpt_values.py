"""The values of an order: what each model knows, what becomes of others, and what is refused."""

import io

import av
import pytest

from tests.providers.nanogpt.kit import CLIP, KEY, LINK, accepted, client_of, order, refused, unified

IMAGE, VIDEO = {"imageUrl": LINK}, {"videoUrl": CLIP}
SPEECH = {"videoUrl": CLIP, "voice_id": "v"}


def named(field):
    """The refusal of a value, which names its field."""
    return 400, {"error": f"Invalid value for {field}", "status": 400}


@pytest.fixture
async def strict(serve):
    """Somebody rich, on a server that refuses values which a model does not know."""
    return client_of(await serve("nanogpt", nanogpt__values="strict", nanogpt__balance="1000"))


@pytest.fixture
def made(nano, client):
    """Order a video, wait for it, and say what it cost and what it is: width, height and seconds."""

    async def make(**fields):
        job = await accepted(client, **fields)
        await nano.until_idle()
        link = (await unified(client, job["runId"]))["data"]["output"]["video"]["url"]
        with av.open(io.BytesIO((await client.get(link)).content)) as film:
            video = film.streams.video[0]
            return job["cost"], video.width, video.height, round(film.duration / av.time_base, 1)

    return make


# Values that no model knows ---------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.values.unknown-resolution")
@pytest.mark.parametrize("resolution", ["9000p", "720P"])
@pytest.mark.parametrize(
    ("model", "expected"),
    [("wan-25", (0.3, 854, 480, 5)), ("seedance-video", (0.57, 1920, 1080, 5)), ("sora-2", (0.4, 1280, 720, 4))],
)
async def test_an_unknown_resolution_is_billed_and_rendered_as_the_default(made, model, expected, resolution):
    assert await made(model=model, resolution=resolution) == expected


@pytest.mark.clause("nanogpt.values.unknown-otherwise")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "veo2-video", "duration": 31}, (3.4, 1280, 720, 5)),
        ({"model": "veo2-video", "duration": "4s"}, (3.4, 1280, 720, 5)),
        ({"model": "veo2-video", "duration": "soon"}, (3.4, 1280, 720, 5)),
        ({"model": "veo2-video", "duration": -5}, (3.4, 1280, 720, 5)),
        ({"model": "veo2-video", "aspect_ratio": "21:9"}, (3.4, 1280, 720, 5)),
        ({"model": "veo3-video", "duration": 5}, (4.8, 1920, 1080, 8)),
        ({"model": "kling-v21-pro", "duration": "7"}, (0.22, 1280, 720, 5)),
        ({"model": "kling-v21-pro", "cfg_scale": 7}, (0.22, 1280, 720, 5)),
        ({"model": "sora-2", "seconds": "5"}, (0.4, 1280, 720, 4)),
        ({"model": "sora-2", "seconds": "99999"}, (0.4, 1280, 720, 4)),
        ({"model": "sora-2", "orientation": "sideways"}, (0.4, 1280, 720, 4)),
        ({"model": "hunyuan-video", "num_frames": 100}, (0.4, 1280, 720, 5)),
        ({"model": "wan-video-image-to-video", "num_frames": 200, **IMAGE}, (0.4, 1280, 720, 5.1)),
        ({"model": "wan-video-image-to-video", "frames_per_second": 60, **IMAGE}, (0.4, 1280, 720, 5.1)),
        ({"model": "kling-lipsync-t2v", "voice_language": "de", "voice_speed": 9, **SPEECH}, (0.6, 1280, 720, 5)),
        ({"model": "midjourney-video", "motion": "wild", **IMAGE}, (1, 854, 480, 5)),
    ],
)
async def test_any_other_unknown_value_becomes_the_default(made, fields, expected):
    assert await made(**fields) == expected


@pytest.mark.clause("nanogpt.values.absurd-duration")
@pytest.mark.parametrize("values", ["lenient", "strict"])
@pytest.mark.parametrize("duration", [999, "999", "999s"])
@pytest.mark.parametrize(
    "fields",
    [
        {"model": "veo2-video"},
        {"model": "hunyuan-video"},
        {"model": "sora-2", "seconds": "4"},
        {"model": "wan-video-image-to-video", **IMAGE},
        {"model": "video-upscaler", **VIDEO},
        {"model": "longstories-movie"},
    ],
)
async def test_an_absurd_duration_is_refused_in_any_case(serve, values, duration, fields):
    client = client_of(await serve("nanogpt", nanogpt__values=values))

    response = await order(client, duration=duration, **fields)

    assert (response.status_code, response.json()) == named("duration")
    assert response.headers["x-mock-clause"] == "nanogpt.values.absurd-duration"


@pytest.mark.clause("nanogpt.values.absurd-duration-bound")
async def test_600_seconds_are_not_absurd_and_more_is(client, strict):
    for duration in (600, 600.0, "600", "600s", "0600.0 s"):
        assert (await accepted(client, model="veo2-video", duration=duration))["cost"] == 3.4
        assert (await accepted(strict, model="longstories-movie", duration=duration))["cost"] == 1
    for duration in (600.5, 601, 10**18, "600.01", "601", "601s", " 601 S ", "1" + "0" * 400):
        assert await refused(client, model="veo2-video", duration=duration) == named("duration")
        assert await refused(client, model="longstories-movie", duration=duration) == named("duration")


@pytest.mark.clause("nanogpt.values.sora-large-is-pro")
@pytest.mark.parametrize("values", ["lenient", "strict"])
async def test_the_large_picture_of_sora_is_for_pro_mode(serve, values):
    large = {"model": "sora-2", "prompt": "x", "resolution": "1792x1024"}
    client = client_of(await serve("nanogpt", nanogpt__values=values))

    assert await refused(client, **large) == (400, {"error": "1792x1024 requires pro mode", "status": 400})
    assert (await accepted(client, **large, pro_mode=True))["cost"] == 2

    guide = client_of(await serve("nanogpt", nanogpt__values=values, nanogpt__errors="guide"), judging=False)
    status, body = await refused(guide, **large)
    assert (status, body) == (400, {"error": {"message": "1792x1024 requires pro mode", "type": "PRO_REQUIRED"}})


# Values that the documents give each model, told to be strict -------------------------------------------------------

KNOWN = [
    ("veo", "veo2-video", {}, "duration", [5, "5s", "17", "30s"], [4, "4s", 31, 5.5, "soon"]),
    ("veo", "veo2-video", {}, "aspect_ratio", ["16:9", "9:16", "1:1", "4:3", "3:4"], ["21:9", "auto", "16x9"]),
    ("veo", "veo3-video", {}, "duration", [8, "8", "8s"], [5, "5s", 7, 9]),
    ("kling", "kling-video-v2", {}, "duration", ["5", "10"], ["6", 7, "15"]),
    ("kling", "kling-v21-pro", {}, "duration", ["5", "10"], ["6"]),
    ("kling", "kling-v21-standard", IMAGE, "duration", ["5", "10"], ["6"]),
    ("kling", "kling-video-v2", {}, "cfg_scale", [0, 0.5, 1], [-0.1, 1.1, 20]),
    ("other-ranges", "wan-video-22-5b", {}, "cfg_scale", [0, 20], [-0.1, 20.1]),
    ("other-ranges", "wan-video-22-5b", {}, "num_inference_steps", [1, 50], [0, 51]),
    ("other-ranges", "pixverse-v5", {}, "cfg_scale", [0, 20], [-0.1, 20.1]),
    ("hunyuan", "hunyuan-video", {}, "resolution", ["480p", "720p", "1080p"], ["540p", "4k"]),
    ("hunyuan", "hunyuan-video", {}, "num_frames", [65, 97, 129], [64, 81, 130]),
    ("hunyuan", "hunyuan-video", {}, "num_inference_steps", [10, 50], [9, 51]),
    ("wan", "wan-video-image-to-video", IMAGE, "resolution", ["480p", "720p"], ["580p", "1080p"]),
    ("wan", "wan-video-image-to-video", IMAGE, "num_frames", [81, 90, 100], [80, 101]),
    ("wan", "wan-video-image-to-video", IMAGE, "frames_per_second", [5, 24], [4, 25]),
    ("wan", "wan-video-image-to-video", IMAGE, "num_inference_steps", [1, 40], [0, 41]),
    ("seedance", "seedance-video", {}, "resolution", ["480p", "1080p"], ["540p", "4k"]),
    ("seedance", "seedance-video", {}, "duration", ["5", "10"], ["6", 12]),
    ("seedance", "seedance-lite-video", {}, "resolution", ["480p", "720p"], ["540p", "4k"]),
    ("seedance", "seedance-lite-video", {}, "duration", ["5", "10"], ["6", 12]),
    ("seedance-720p", "seedance-video", {}, "resolution", ["720p"], ["768p"]),
    ("sora-seconds", "sora-2", {}, "seconds", ["4", "8", "12"], ["5", "16", "soon"]),
    ("orientation", "sora-2", {}, "orientation", ["landscape", "portrait"], ["square", "Portrait"]),
    ("orientation", "wan-25", {}, "orientation", ["landscape", "portrait"], ["square"]),
    ("tokens", "wan-video-22-turbo", {}, "resolution", ["480p", "580p", "720p"], ["579p"]),
    ("tokens", "alibaba/wan-2.7/image-to-video-pro", IMAGE, "resolution", ["1080p", "2k", "4k"], ["8k"]),
    ("tokens", "sora-2", {"pro": True}, "resolution", ["720p", "1792x1024"], ["1024x1792"]),
    ("tokens", "runwayml-gen4-aleph", VIDEO, "aspect_ratio", ["16:9", "9:16", "1:1", "3:4", "4:3", "auto"], ["2:1"]),
    ("tokens", "seedance-video", {}, "aspect_ratio", ["16:9", "21:9", "4:3", "1:1", "3:4", "9:16"], ["auto"]),
    ("tokens", "wan-22-animate", IMAGE | VIDEO, "mode", ["animate", "replace"], ["dance"]),
    ("tokens", "kling-video-o1", IMAGE, "mode", ["text-to-video", "image-to-video", "reference-to-video"], ["animate"]),
    ("tokens", "kling-video-o1", VIDEO, "mode", ["video-edit"], ["edit"]),
    ("tokens", "vidu-video", {}, "movementAmplitude", ["auto", "small", "medium", "large"], ["huge"]),
    ("tokens", "midjourney-video", IMAGE, "motion", ["low", "high"], ["medium"]),
    ("lipsync-voice", "kling-lipsync-t2v", SPEECH, "voice_language", ["en", "zh"], ["de", "EN"]),
    ("lipsync-voice", "kling-lipsync-t2v", SPEECH, "voice_speed", [0.8, 1, 2.0], [0.79, 2.01]),
    ("stories-ratio", "longstories-movie", {}, "aspect_ratio", ["9:16", "16:9"], ["1:1", "21:9"]),
    ("stories-ratio", "longstories-pixel-art", {}, "aspect_ratio", ["9:16", "16:9"], ["1:1"]),
]


@pytest.mark.parametrize(
    ("model", "media", "field", "inside", "outside"),
    [
        pytest.param(*row, marks=pytest.mark.clause(f"nanogpt.values.{topic}", "nanogpt.values.strict"))
        for topic, *row in KNOWN
    ],
)
async def test_what_a_model_knows_is_taken_and_all_else_refused(strict, model, media, field, inside, outside):
    for value in inside:
        assert (await accepted(strict, model=model, **media, **{field: value}))["model"] == model
    for value in outside:
        assert await refused(strict, model=model, **media, **{field: value}) == named(field)


@pytest.mark.clause("nanogpt.values.strict")
async def test_a_value_that_is_refused_costs_nothing(serve):
    nano = await serve("nanogpt", nanogpt__values="strict")

    response = await order(client_of(nano), resolution="9000p")

    assert (response.status_code, response.json()) == named("resolution")
    assert response.headers["x-mock-clause"] == "nanogpt.values.strict"
    assert (await nano.account(KEY))["available"] == "50"


# What values come to ----------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.values.veo")
async def test_veo_lasts_as_long_as_asked(made):
    assert await made(model="veo2-video", duration="7s", aspect_ratio="9:16") == (4.76, 720, 1280, 7)
    assert await made(model="veo2-video", duration="12s", aspect_ratio="1:1") == (8.16, 720, 720, 12)
    assert await made(model="veo3-video") == (4.8, 1920, 1080, 8)


@pytest.mark.clause("nanogpt.values.wan", "nanogpt.values.wan-length")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (0.4, 1280, 720, 5.1)),  # 81 frames, 16 a second: 5.0625 s
        ({"num_frames": 100, "frames_per_second": 20, "resolution": "480p"}, (0.25, 854, 480, 5)),
        ({"num_frames": 90, "frames_per_second": 5}, (0.5, 1280, 720, 18)),
        ({"num_frames": 96, "frames_per_second": 24}, (0.5, 1280, 720, 4)),
    ],
)
async def test_a_clip_of_wan_lasts_as_long_as_its_frames(made, fields, expected):
    assert await made(model="wan-video-image-to-video", **IMAGE, **fields) == expected


@pytest.mark.clause("nanogpt.values.seedance-ratio-for-text-only")
@pytest.mark.parametrize("model", ["seedance-video", "seedance-lite-video"])
async def test_seedance_heeds_the_ratio_for_text_alone(made, model):
    tall = {"model": model, "resolution": "480p", "aspect_ratio": "9:16"}

    assert (await made(**tall))[1:] == (480, 854, 5)
    assert (await made(**tall, **IMAGE))[1:] == (854, 480, 5)


@pytest.mark.clause("nanogpt.values.sora-seconds", "nanogpt.values.orientation")
async def test_sora_lasts_and_stands_as_asked(made):
    assert await made(model="sora-2", seconds="8", orientation="portrait") == (0.8, 720, 1280, 8)
    assert await made(model="sora-2", orientation="landscape") == (0.4, 1280, 720, 4)


async def test_an_object_where_a_word_belongs_is_taken_and_names_nothing(client):
    plain = await accepted(client, model="hunyuan-video")
    told = await accepted(client, model="hunyuan-video", motion={"amount": 1}, variant={"fast": True})

    assert told["cost"] == plain["cost"]
