"""Makes the MP4 and the pictures of a clip: the same bytes for the same clip, at any time and in any process.

A few seconds are drawn and encoded once and then repeated, packet by packet: length costs next to nothing.
"""

import heapq
import math
from array import array
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from itertools import chain, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from mockserver.media.card import LOOP, Card, plain
from mockserver.media.clip import Clip

H264 = {
    "preset": "superfast",
    "profile": "main",
    "tune": "zerolatency",
    "qp": "26",  # constant: no rate control that could differ
    "bf": "0",  # pictures are shown in the order in which they are encoded
    "threads": "1",
    "x264-params": "keyint=infinite:scenecut=0:colorprim=bt709:transfer=bt709:colormatrix=bt709",
}
YUV = (0.1826, 0.6142, 0.0620, 16, -0.1006, -0.3386, 0.4392, 128, 0.4392, -0.3989, -0.0403, 128)  # from RGB, BT.709
SAMPLE_RATE = 48000
BLOCK = 1024  # samples in an AAC packet, and in the silence that comes before the first
TUNE = 47  # AAC packets after which the tone repeats: about a second
NOTES = (196, 220, 247, 294, 330, 392)  # swings of the tone in that time
LOUDNESS = 0.05  # of full scale

Timed: TypeAlias = "tuple[float, Packet[Stream]]"  # a packet, and the second in which it starts


def render(clip: Clip) -> bytes:
    """Return the clip as an MP4: H.264, AAC where it has sound, of exactly its length, the index first."""
    with TemporaryDirectory(prefix="fauxreel-") as folder:
        path = Path(folder) / "clip.mp4"
        _write(clip, path)
        return path.read_bytes()


def thumbnail(clip: Clip) -> bytes:
    """Return the clip's first picture as a JPEG, at most 640 pixels on its longer side."""
    return _jpeg(next(_pictures(clip, [0], longest=640)))


def spritesheet(clip: Clip) -> bytes:
    """Return nine pictures, evenly spread over the clip, three by three in one JPEG."""
    pictures = list(_pictures(clip, [clip.frames * ninth // 9 for ninth in range(9)], longest=320))
    width, height = pictures[0].size
    sheet = Image.new(pictures[0].mode, (3 * width, 3 * height))
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place % 3 * width, place // 3 * height))
    return _jpeg(sheet)


def _write(clip: Clip, path: Path) -> None:
    ticks = _ticks(clip)
    scales = {"movie_timescale": str(ticks), "video_track_timescale": str(ticks)}
    options = {"movflags": "faststart", "fflags": "bitexact"} | scales
    with av.open(str(path), "w", "mp4", container_options=options) as file:
        file.metadata["comment"] = plain(clip.comment)
        video = file.add_stream("libx264", clip.frames_per_second, H264, width=clip.width, height=clip.height)
        tracks = [_video(video, clip, ticks)]
        if clip.sound:
            tracks.append(_audio(file.add_stream("aac", SAMPLE_RATE, {"flags": "bitexact"}, layout="mono"), clip))
        for _, packet in heapq.merge(*tracks, key=lambda timed: timed[0]):
            file.mux(packet)


def _ticks(clip: Clip) -> int:
    """Return a time scale, in ticks a second, on which every picture and the clip's end fall on a tick."""
    ticks = math.lcm(clip.frames_per_second, clip.length.denominator)
    while ticks < 10_000:
        ticks *= 2
    return ticks


def _video(stream: VideoStream, clip: Clip, ticks: int) -> Iterator[Timed]:
    signed = (packet for picture in _loop(clip) for packet in stream.encode(picture))
    unsigned = BitStreamFilterContext("filter_units=remove_types=6", stream)  # x264 signs its work in an SEI unit
    packets = [packet for original in signed for packet in unsigned.filter(original)]
    each = ticks // clip.frames_per_second
    return _timed(cycle(packets), range(0, clip.frames * each, each), int(clip.length * ticks), ticks)


def _audio(stream: AudioStream, clip: Clip) -> Iterator[Timed]:
    packets = [packet for frame in _tone(clip) for packet in stream.encode(frame)]
    starts = range(-BLOCK, int(clip.length * SAMPLE_RATE), BLOCK)
    return _timed(chain(packets[:TUNE], cycle(packets[TUNE:])), starts, int(clip.length * SAMPLE_RATE), SAMPLE_RATE)


def _timed(packets: "Iterator[Packet[Stream]]", starts: range, end: int, ticks: int) -> Iterator[Timed]:
    """Give packets, the same again and again, their times: each lasts until the next, and the last until the end."""
    scale = Fraction(1, ticks)
    for packet, start in zip(packets, starts, strict=False):
        packet.time_base, packet.pts, packet.dts = scale, start, start
        packet.duration = starts.step if start < starts[-1] else end - start
        yield start / ticks, packet


def _loop(clip: Clip) -> Iterator[VideoFrame]:
    """Draw the pictures until the dial is back where it began, or the clip ends."""
    card = Card(clip)
    light, blue, red = card.still().convert("RGB", YUV).split()
    face = light.crop(card.dial)
    rests = blue.reduce(2), red.reduce(2)
    for number in range(min(clip.frames, LOOP * clip.frames_per_second)):
        light.paste(card.hand(face, number), card.dial)
        picture = VideoFrame(clip.width, clip.height, "yuv420p")
        picture.pts = number
        for plane, content in zip(picture.planes, (light, *rests), strict=True):
            plane.update(content.crop((0, 0, plane.line_size, plane.height)).tobytes())
        yield picture


def _pictures(clip: Clip, numbers: Iterable[int], longest: int) -> Iterator[Image.Image]:
    """Draw some of the clip's pictures, so small that no side is longer than that many pixels."""
    card = Card(clip)
    light, blue, red = card.still().convert("YCbCr").split()
    face = light.crop(card.dial)
    for number in numbers:
        light.paste(card.hand(face, number), card.dial)
        picture = Image.merge("YCbCr", (light, blue, red))
        picture.thumbnail((longest, longest))
        yield picture


def _tone(clip: Clip) -> Iterator[AudioFrame]:
    """Play two rounds of a tone that swells and fades: one that begins in silence, and one that follows on a round."""
    length = TUNE * BLOCK
    turn = 2 * math.pi / length
    note = NOTES[clip.seed % len(NOTES)]
    swell = (LOUDNESS * (0.6 - 0.4 * math.cos(turn * place)) for place in range(length))
    wave = array("f", (loud * math.sin(turn * note * place) for place, loud in enumerate(swell)))
    for start in chain(range(0, length, BLOCK), range(0, length, BLOCK)):
        frame = AudioFrame("fltp", "mono", BLOCK)
        frame.sample_rate = SAMPLE_RATE
        frame.planes[0].update(wave[start : start + BLOCK].tobytes())
        yield frame


def _jpeg(picture: Image.Image) -> bytes:
    held = BytesIO()
    picture.save(held, "JPEG", quality=85)
    return held.getvalue()
