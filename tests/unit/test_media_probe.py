"""Uploads are measured by what they are, whatever they are called; what is no video says so at once."""

import struct
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.media.clip import Clip
from mockserver.media.probe import NotMedia, Probe, probe
from mockserver.media.render import render, thumbnail

CLIP = Clip(width=320, height=180, seconds=Decimal("2.5"), frames_per_second=30, sound=True)
VIDEO = render(CLIP)


def remuxed(container, *kinds):
    """The same packets in another container."""
    held = BytesIO()
    with av.open(BytesIO(VIDEO)) as source, av.open(held, "w", format=container) as target:
        streams = [stream for stream in source.streams if stream.type in kinds]
        copies = {stream: target.add_stream_from_template(stream) for stream in streams}
        for packet in source.demux(streams):
            if packet.dts is not None:
                packet.stream = copies[packet.stream]
                target.mux(packet)
    return held.getvalue()


def test_a_clip_is_what_it_was_made_to_be():
    assert probe(VIDEO) == Probe(
        duration=Fraction(5, 2), frame_rate=Fraction(30), width=320, height=180, video_codec="h264", audio_codec="aac"
    )


def test_a_silent_clip_has_no_sound():
    found = probe(render(replace(CLIP, sound=False)))

    assert found.has_video
    assert not found.has_audio


@pytest.mark.parametrize("name", ["clip.mp4", "clip.txt", "clip.png", "clip.m3u8", "clip"])
def test_a_name_plays_no_part(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(VIDEO)

    assert probe(path) == probe(VIDEO)


@pytest.mark.parametrize("container", ["mov", "matroska", "mpegts"])
def test_other_containers_are_measured(container):
    found = probe(remuxed(container, "video", "audio"))

    assert (found.width, found.height, found.video_codec, found.audio_codec) == (320, 180, "h264", "aac")
    assert found.duration == pytest.approx(2.5, abs=0.1)


@pytest.mark.parametrize("container", ["mp4", "adts"])
def test_sound_alone_is_no_video(container):
    found = probe(remuxed(container, "audio"))

    assert not found.has_video
    assert found.has_audio
    assert (found.width, found.height, found.frame_rate) == (0, 0, None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a video",
        b"\x00" * 100_000,
        b"<!doctype html><video src=clip.mp4>",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile clip.mp4\n",
        thumbnail(CLIP),
    ],
    ids=["empty", "text", "zeros", "html", "playlist", "concat", "jpeg"],
)
def test_what_is_no_media_is_refused(content):
    with pytest.raises(NotMedia):
        probe(content)


@pytest.mark.parametrize("part", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(part):
    with pytest.raises(NotMedia):
        probe(VIDEO[: int(len(VIDEO) * part)])


def test_a_list_of_more_samples_than_there_are_bytes_is_refused():
    place = VIDEO.index(b"stsz") + 8
    liar = VIDEO[:place] + struct.pack(">II", 1, 2**31 - 1) + VIDEO[place + 8 :]

    with pytest.raises(NotMedia, match="more samples"):
        probe(liar)


def test_a_compressed_index_is_refused():
    with pytest.raises(NotMedia, match="compressed"):
        probe(struct.pack(">I4sI4s", 16, b"moov", 8, b"cmov"))


def test_boxes_within_boxes_end_somewhere():
    nest = b"".join(struct.pack(">I4s", 8 * (5000 - depth), b"moov") for depth in range(5000))

    with pytest.raises(NotMedia):
        probe(nest)


def test_a_crowd_of_boxes_is_refused():
    with pytest.raises(NotMedia, match="more boxes"):
        probe(struct.pack(">I4s", 8, b"free") * 100_010)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=10))
def test_a_damaged_file_is_measured_or_refused(damages):
    content = bytearray(VIDEO)
    for place, damage in damages:
        content[place : place + len(damage)] = damage

    with suppress(NotMedia):
        assert isinstance(probe(bytes(content)), Probe)
