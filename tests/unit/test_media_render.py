"""What comes out of the renderer is a true MP4: every picture is decoded here, none is believed."""

import hashlib
import json
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mockserver.media.clip import Clip
from mockserver.media.render import render, spritesheet, thumbnail

CAPTION = ("Acme", "job-1", "A fox walks through fresh snow at dawn")
CLIP = Clip(width=320, height=180, seconds=Decimal(5), caption=CAPTION, seed=7, sound=True, comment="job-1")
TINY = Clip(width=64, height=48, seconds=Decimal("0.2"), frames_per_second=5)


def times(content, kind):
    """The decoded frames' times in seconds, and the stream's length."""
    with av.open(BytesIO(content)) as file:
        stream = getattr(file.streams, kind)[0]
        frames = [frame.pts * frame.time_base for frame in file.decode(stream)]
        return frames, stream.duration * stream.time_base


def boxes(content):
    place, found = 0, []
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        found.append(kind)
        place += length
    return found


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"),
    [
        ("8", 24, 192),
        ("5", 16, 80),
        ("1", 60, 60),
        ("8.3", 24, 199),
        ("3.123457", 29, 91),
        ("0.01", 24, 1),
        ("6", 1, 6),
    ],
)
def test_a_clip_lasts_exactly_its_seconds(seconds, rate, frames):
    content = render(replace(CLIP, seconds=Decimal(seconds), frames_per_second=rate))

    shown, length = times(content, "video")

    assert len(shown) == frames
    assert shown[:2] == [Fraction(0), Fraction(1, rate)][:frames]
    assert all(later - earlier == Fraction(1, rate) for earlier, later in pairwise(shown))
    assert length == Fraction(seconds)


@pytest.mark.parametrize("seconds", ["5", "8.3", "0.5"])
def test_sound_lasts_as_long_as_the_pictures(seconds):
    content = render(replace(CLIP, seconds=Decimal(seconds)))

    heard, length = times(content, "audio")

    assert heard[0] == 0
    assert all(later > earlier for earlier, later in pairwise(heard))
    assert length == Fraction(seconds)


def test_the_container_lasts_as_long_as_its_streams():
    with av.open(BytesIO(render(CLIP))) as file:
        assert file.duration == 5_000_000


def test_sound_is_there_only_where_it_is_asked_for():
    with av.open(BytesIO(render(CLIP))) as loud, av.open(BytesIO(render(replace(CLIP, sound=False)))) as silent:
        assert [stream.type for stream in loud.streams] == ["video", "audio"]
        assert [stream.type for stream in silent.streams] == ["video"]


def test_the_tone_is_quiet_and_goes_on_without_a_click():
    with av.open(BytesIO(render(CLIP))) as file:
        heard = b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in file.decode(audio=0))
    samples = struct.unpack(f"<{len(heard) // 4}f", heard)

    bend = max(
        abs(before - 2 * here + after) for before, here, after in zip(samples, samples[1:], samples[2:], strict=False)
    )

    assert 0.02 < max(samples) < 0.1
    assert bend < 0.0005


def test_the_encoding_is_one_that_players_take():
    with av.open(BytesIO(render(CLIP))) as file:
        video, audio = file.streams.video[0].codec_context, file.streams.audio[0].codec_context

        assert (video.name, video.profile, video.pix_fmt, video.has_b_frames) == ("h264", "Main", "yuv420p", False)
        assert (video.width, video.height) == (320, 180)
        assert (audio.name, audio.profile, audio.sample_rate) == ("aac", "LC", 48000)


@pytest.mark.parametrize(
    "size", [(854, 480), (480, 854), (480, 480), (1120, 480), (16, 16), (2048, 16), (16, 2048), (66, 50)]
)
def test_any_size_is_drawn(size):
    with av.open(BytesIO(render(replace(TINY, width=size[0], height=size[1], caption=CAPTION)))) as file:
        picture = next(file.decode(video=0))

    assert (picture.width, picture.height) == size


def test_the_index_comes_before_the_data():
    found = boxes(render(CLIP))

    assert found[0] == b"ftyp"
    assert found.index(b"moov") < found.index(b"mdat")


def test_the_comment_is_in_the_metadata():
    with av.open(BytesIO(render(CLIP))) as file:
        assert file.metadata["comment"] == "job-1"


def test_no_encoder_signs_its_work():
    content = render(CLIP)

    assert b"x264" not in content
    assert b"Lav" not in content


def test_the_same_clip_has_the_same_bytes_in_any_process():
    code = (
        "import hashlib\nfrom decimal import Decimal\nfrom fractions import Fraction\n"
        f"from mockserver.media.clip import Clip\nfrom mockserver.media import render\nclip = {CLIP!r}\n"
        "for make in (render.render, render.thumbnail, render.spritesheet):\n"
        "    print(hashlib.sha256(make(clip)).hexdigest())"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()

    assert told == [hashlib.sha256(make(CLIP)).hexdigest() for make in (render, thumbnail, spritesheet)]


def test_the_seed_chooses_the_colours():
    one, two = (Image.open(BytesIO(thumbnail(replace(CLIP, seed=seed)))).convert("RGB") for seed in (7, 8))

    assert one.getpixel((5, 175)) != two.getpixel((5, 175))


def test_something_moves_and_the_loop_closes():
    with av.open(BytesIO(render(CLIP))) as file:
        pictures = [bytes(frame.planes[0]) for frame in file.decode(video=0)]

    assert all(earlier != later for earlier, later in pairwise(pictures))
    assert pictures[0] == pictures[48]


def test_the_caption_is_drawn():
    captioned, bare = (Image.open(BytesIO(thumbnail(clip))).convert("L") for clip in (CLIP, replace(CLIP, caption=())))
    left = (0, 0, 160, 140)

    assert max(captioned.crop(left).tobytes()) > 200
    assert max(bare.crop(left).tobytes()) < 130


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=200), max_size=4), st.text(max_size=50))
def test_any_text_can_be_a_caption(caption, comment):
    content = render(replace(TINY, caption=tuple(caption), comment=comment))

    with av.open(BytesIO(content)) as file:
        assert len(list(file.decode(video=0))) == 1


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "a\u202eb", "👩‍👩‍👧‍👦", "word " * 10_000, "w" * 100_000, "\n" * 500, "سلام", "한국어"]
)
def test_odd_captions_are_drawn(text):
    assert render(replace(TINY, width=320, height=180, caption=(text, text, text), comment=text))


def test_a_long_clip_is_made_of_the_same_few_seconds():
    content = render(Clip(width=320, height=180, seconds=Decimal(600), sound=True))

    with av.open(BytesIO(content)) as file:
        video = file.streams.video[0]

        assert video.frames == 14400
        assert video.duration * video.time_base == 600
        assert file.duration == 600_000_000


def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape():
    picture = Image.open(BytesIO(thumbnail(replace(CLIP, width=1280, height=720))))

    assert (picture.format, picture.size) == ("JPEG", (640, 360))


def test_a_spritesheet_is_three_by_three_pictures():
    picture = Image.open(BytesIO(spritesheet(CLIP)))

    assert (picture.format, picture.size) == ("JPEG", (960, 540))


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
def test_ffprobe_takes_it(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(render(CLIP))

    said = subprocess.run(
        ["ffprobe", "-v", "warning", "-count_frames", "-show_streams", "-show_format", "-of", "json", path],
        capture_output=True,
        check=True,
    )
    video, audio = json.loads(said.stdout)["streams"]

    assert said.stderr == b""
    assert (video["nb_read_frames"], video["avg_frame_rate"], video["duration"]) == ("120", "24/1", "5.000000")
    assert (audio["codec_name"], audio["duration"]) == ("aac", "5.000000")
