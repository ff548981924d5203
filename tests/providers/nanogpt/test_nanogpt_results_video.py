"""What a player finds in a finished video: pictures, size, length, sound."""

from io import BytesIO

import av
import pytest
from PIL import Image

from mockserver.providers.nanogpt import outputs
from tests.providers.nanogpt.kit import CLIP, LINK, accepted, unified

WAN = {"model": "wan-video-image-to-video", "imageUrl": LINK}
UPSCALER = {"model": "video-upscaler", "videoUrl": CLIP}
KLING = {"model": "kling-v21-standard", "imageUrl": LINK}
STORY = {"model": "longstories-movie", "script": "Once upon a time."}


@pytest.fixture
def film(nano, client):
    """Order a video, wait for it, and download it: the answer to the order, and the file's bytes."""

    async def make(**fields):
        answer = await accepted(client, **fields)
        await nano.until_idle()
        url = (await unified(client, answer["runId"]))["data"]["output"]["video"]["url"]
        response = await nano.client().get(url)
        assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
        return answer, response.content

    return make


def picture_size(content):
    with av.open(BytesIO(content)) as file:
        first = next(file.decode(video=0))
        return first.width, first.height


def sounds(content):
    """The codecs of its sound tracks, and how long each is."""
    with av.open(BytesIO(content)) as file:
        return [(track.codec_context.name, float(track.duration * track.time_base)) for track in file.streams.audio]


@pytest.mark.clause("nanogpt.results.is-a-video")
@pytest.mark.parametrize("fields", [{}, KLING, UPSCALER, {"model": "veo3-video"}, STORY])
async def test_the_file_is_an_mp4_with_h264_pictures(film, fields):
    answer, content = await film(**fields)

    with av.open(BytesIO(content)) as file:
        assert "mp4" in file.format.name.split(",")
        (track,) = file.streams.video
        assert track.codec_context.name == "h264"
        assert track.codec_context.pix_fmt == "yuv420p"
        assert sum(1 for _ in file.decode(video=0)) == track.frames > 24
        assert answer["runId"] in str(file.metadata)
    assert content.index(b"moov") < content.index(b"mdat")  # so that players can begin before all of it is there


@pytest.mark.clause("nanogpt.results.has-the-length")
@pytest.mark.parametrize(
    ("fields", "seconds", "cost"),
    [
        ({"model": "veo2-video", "duration": "7s"}, 7, 4.76),  # 3.40, and two seconds at 0.68
        ({"model": "veo2-video", "duration": 30}, 30, 20.4),  # 3.40, and 25 seconds at 0.68
        ({"model": "veo3-video"}, 8, 4.8),
        ({"model": "kling-video-v2", "duration": "10"}, 10, 2.8),
        ({"model": "sora-2", "seconds": "12"}, 12, 1.2),
        ({"model": "sora-2"}, 4, 0.4),
        ({"model": "seedance-lite-video", "duration": "10", "resolution": "480p"}, 10, 0.16014),
        (WAN, 5.0625, 0.4),  # 81 frames at 16 a second
        (WAN | {"num_frames": 100, "frames_per_second": 5, "resolution": "480p"}, 20, 0.25),
        (UPSCALER | {"videoDuration": 7.5, "target_resolution": "720p"}, 7.5, 0.1125),
        (UPSCALER | {"videoDuration": 7.5, "billedDuration": 12, "target_resolution": "720p"}, 12, 0.18),
        (STORY | {"duration": "60"}, 60, 1),
    ],
)
async def test_the_video_lasts_as_long_as_was_ordered_and_billed(film, fields, seconds, cost):
    answer, content = await film(**fields)

    assert answer["cost"] == cost
    with av.open(BytesIO(content)) as file:
        (track,) = file.streams.video
        assert float(track.duration * track.time_base) == pytest.approx(seconds, abs=0.001)
        assert file.duration / 1e6 == pytest.approx(seconds, abs=0.05)


@pytest.mark.parametrize("field", ["videoDuration", "billedDuration"])
@pytest.mark.parametrize("length", [5e-324, 1e-7, 1e-6, 0.01])
async def test_a_video_of_next_to_no_length_is_one_all_the_same(film, field, length):
    _, content = await film(**UPSCALER | {field: length, "target_resolution": "720p"})

    with av.open(BytesIO(content)) as file:
        assert len([*file.decode(video=0)]) == 1


@pytest.mark.clause("nanogpt.results.has-the-size")
@pytest.mark.parametrize(
    ("fields", "size"),
    [
        # document 002, lines 83-95: three resolutions, and the ratios of the other models
        ({"model": "hunyuan-video", "resolution": "480p", "aspect_ratio": "16:9"}, (854, 480)),  # 853.3
        ({"model": "hunyuan-video", "resolution": "720p", "aspect_ratio": "16:9"}, (1280, 720)),
        ({"model": "hunyuan-video", "resolution": "720p", "aspect_ratio": "9:16"}, (720, 1280)),
        ({"model": "hunyuan-video", "resolution": "1080p", "aspect_ratio": "1:1"}, (1080, 1080)),
        # document 002, lines 62-71
        ({"model": "veo2-video", "aspect_ratio": "4:3"}, (960, 720)),
        ({"model": "veo2-video", "aspect_ratio": "3:4"}, (720, 960)),
        # document 002, lines 113-124
        ({"model": "seedance-video", "resolution": "1080p", "aspect_ratio": "16:9"}, (1920, 1080)),
        ({"model": "seedance-video", "resolution": "480p", "aspect_ratio": "21:9"}, (1120, 480)),
        # document 003, lines 30-33: ratios, orientation, resolutions, size
        ({"model": "sora-2", "orientation": "landscape"}, (1280, 720)),
        ({"model": "sora-2", "orientation": "portrait"}, (720, 1280)),
        ({"model": "sora-2", "resolution": "1792x1024", "pro_mode": True}, (1792, 1024)),
        ({"model": "sora-2", "resolution": "1792x1024", "pro": True, "orientation": "portrait"}, (1024, 1792)),
        ({"model": "wan-video-22-5b", "resolution": "580p"}, (1032, 580)),  # 1031.1
        ({"model": "wan-video-22", "orientation": "portrait", "resolution": "480p"}, (480, 854)),
        ({"model": "wan-video-22-turbo", "aspect_ratio": "9:16", "resolution": "720p"}, (720, 1280)),
        ({"model": "pixverse-v5", "size": "640x360"}, (640, 360)),
        ({"model": "pixverse-v5", "size": "9:16"}, (720, 1280)),
        ({"model": "vidu-video", "size": "1:1"}, (1080, 1080)),
        (UPSCALER | {"target_resolution": "2k"}, (2560, 1440)),
        (UPSCALER | {"target_resolution": "4k"}, (3840, 2160)),
        (STORY | {"aspect_ratio": "9:16"}, (720, 1280)),
        (STORY | {"aspectRatio": "16:9"}, (1280, 720)),
    ],
)
async def test_the_video_has_the_size_that_was_ordered(film, fields, size):
    _, content = await film(**fields)

    assert picture_size(content) == size


@pytest.mark.clause("nanogpt.results.has-the-sound")
@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        # document 003, line 35: Veo 3 and Lightricks
        ({"model": "veo3-video", "generateAudio": True}, True),
        ({"model": "veo3-video", "generateAudio": False}, False),
        ({"model": "veo3-fast-video", "generateAudio": True}, True),
        ({"model": "veo3-fast-video", "generateAudio": False}, False),
        ({"model": "lightricks-ltx-2-fast", "generateAudio": True}, True),
        ({"model": "lightricks-ltx-2-fast", "generateAudio": False}, False),
        # the catalogue's own switches
        ({"model": "kling-v26-pro", "sound": True}, True),
        ({"model": "kling-v26-pro", "sound": False}, False),
        # models without sound do not get any
        ({"model": "veo2-video"}, False),
        ({"model": "veo2-video", "generateAudio": True}, False),
        ({"model": "hunyuan-video", "generateAudio": True, "sound": True}, False),
    ],
)
async def test_the_video_has_sound_if_its_models_switch_is_on(film, fields, heard):
    _, content = await film(**fields)

    assert [codec for codec, _ in sounds(content)] == (["aac"] if heard else [])


@pytest.mark.clause("nanogpt.results.has-the-sound", "nanogpt.results.has-the-length")
async def test_the_sound_is_as_long_as_the_pictures(film):
    _, content = await film(model="veo3-fast-video", generateAudio=True)

    ((codec, seconds),) = sounds(content)
    assert codec == "aac"
    assert seconds == pytest.approx(8, abs=0.05)


@pytest.mark.clause("nanogpt.results.pictures", "nanogpt.results.has-the-size")
async def test_the_thumbnail_has_the_videos_shape(nano, client):
    answer = await accepted(client, model="hunyuan-video", resolution="720p", aspect_ratio="9:16")
    await nano.until_idle()
    url = (await unified(client, answer["runId"]))["data"]["output"]["video"]["url"]

    thumbnail = await nano.client().get(url.replace("video.mp4", "thumbnail.jpg"))

    width, height = Image.open(BytesIO(thumbnail.content)).size
    assert width / height == pytest.approx(9 / 16, abs=0.01)


async def test_what_is_seen_in_a_video_and_in_each_of_four(nano, client):
    alone = nano.house.job((await accepted(client, model="veo3-video", prompt="A fox"))["runId"])
    four = nano.house.job((await accepted(client, model="midjourney-video", imageUrl=LINK, prompt="A crow"))["runId"])
    clips = [outputs.clip(four, index) for index in range(4)]
    one = outputs.clip(alone)

    assert (one.width, one.height, one.seconds, one.frames_per_second, one.sound) == (1920, 1080, 8, 24, True)
    assert (one.caption, one.comment) == (("NanoGPT", alone.id, "A fox"), alone.id)
    assert [clip.caption for clip in clips] == [("NanoGPT", f"{four.id} {n}/4", "A crow") for n in (1, 2, 3, 4)]
    assert {clip.comment for clip in clips} == {four.id}
    assert len({clip.seed for clip in clips}) == 4
    assert len({clip.key for clip in clips}) == 4
