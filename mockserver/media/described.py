"""A video with audio descriptions: its pictures packet by packet as they are, and one more track of sound.

Where the media rests while a description is spoken, the picture before stays until it goes on: only the packets'
times change. Pictures that no MP4 can hold are encoded again.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, islice
from pathlib import Path
from typing import TypeAlias

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mockserver.media.measure import pictures_of
from mockserver.media.narration import (
    MICROSECOND,
    RATE,
    WIDTH,
    Narration,
    Pcm,
    Rest,
    rests_of,
    silence,
    spliced,
    splices,
    voice,
)
from mockserver.media.probe import OPTIONS
from mockserver.media.soundtrack import sound, sound_of

HELD = frozenset({"h264", "hevc", "vvc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "png", "ffv1"})
FILE = {"movflags": "faststart", "fflags": "bitexact"}
BITEXACT = {"flags": "bitexact"}
X264 = {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"} | BITEXACT
TICKS = 90_000  # a second, for pictures that are encoded again
MOST_TICKS = 10**7  # a second
MOST_PICTURES = 10**6  # an hour has 432,000, at 120 a second
MOST_PIXELS = 5 * 10**10  # in all pictures that are encoded again; of a larger video only the key pictures are

Timed: TypeAlias = "tuple[float, Packet[VideoStream] | Packet[AudioStream]]"  # with the second in which it starts


def write_described(source: Path, narration: Narration, target: Path) -> None:
    """Write an MP4 of a file's pictures, its own sound if it has any, and its described sound, which is played.

    Raises av.FFmpegError or ValueError for a file without pictures that make sense.
    """
    shown, scale = _shown(source)
    copies = bool(scale) and _can_be_copied(shown, scale, narration)
    try:
        _write(source, narration, target, shown if copies else [])
    except av.FFmpegError:
        if not copies:
            raise
        _write(source, narration, target, [])


def _can_be_copied(shown: list[int], scale: Fraction, narration: Narration) -> bool:
    """Tell whether an MP4 can say when the pictures are shown: at different times, and near the media's length."""
    last = max(shown) * scale
    makes_sense = last <= 2 * Fraction(narration.length // MICROSECOND, 10**6) + 10
    return makes_sense and len(set(shown)) == len(shown) and scale.denominator <= MOST_TICKS


def _write(source: Path, narration: Narration, target: Path, shown: list[int]) -> None:
    """Write the MP4, with the pictures' own packets if it is told when they are `shown`."""
    with source.open("rb") as opened, av.open(opened, "r", options=OPTIONS, metadata_errors="replace") as media:
        video = _video(media)
        options = FILE | {"video_track_timescale": str(_ticks(video.time_base if shown else None))}
        with av.open(str(target), "w", "mp4", container_options=options) as file:
            rests = rests_of(narration, _instants(shown, video.time_base or Fraction(1)) if shown else None)
            shifts, places = Shifts(rests), splices(narration, rests)
            tracks = [_copied(media, file, shown, shifts) if shown else _encoded(media, file, shifts, narration)]
            if sound_of(media):
                own = spliced(sound(source, narration.length), places if narration.rests else [], silence)
                tracks.append(_sound(file, own, "Original"))
            described = spliced(sound(source, narration.length), places, voice(narration))
            tracks.append(_sound(file, described, "Audio description", Disposition.default | Disposition.descriptions))
            for _, packet in heapq.merge(*tracks, key=lambda timed: timed[0]):
                file.mux(packet)


def _ticks(scale: Fraction | None) -> int:
    """Say how many ticks a second has in the MP4, so that each of the pictures' times falls on one."""
    ticks = TICKS if scale is None else scale.denominator
    while ticks < 10_000:
        ticks *= 2
    return ticks


def _video(media: InputContainer) -> VideoStream:
    found = pictures_of(media)
    if found is None:
        raise ValueError("this file has no pictures")
    return found


def _packets(media: InputContainer, video: VideoStream) -> "Iterator[Packet[VideoStream]]":
    """Give the packets of the pictures until the file ends, or makes no sense any more, or has too many."""
    try:
        yield from islice((packet for packet in media.demux(video) if packet.size), MOST_PICTURES)
    except av.FFmpegError:
        return


class Shifts:
    """How much later a picture is shown, for the media rested before it."""

    def __init__(self, rests: Sequence[Rest]) -> None:
        self._at = [rest.at for rest in rests]
        self._sums = [Fraction(0), *accumulate(rest.lasts for rest in rests)]

    def by(self, second: Fraction) -> Fraction:
        """Say by how many seconds what was shown in that second is late; a rest comes before what starts with it."""
        return self._sums[bisect_right(self._at, second)]


def _shown(source: Path) -> tuple[list[int], Fraction]:
    """Read when each picture is shown, in the order in which they are decoded, counted from the file's beginning.

    The unit comes second, in seconds: 0 for pictures that no MP4 can hold.
    """
    with source.open("rb") as opened, av.open(opened, "r", options=OPTIONS, metadata_errors="replace") as media:
        video = _video(media)
        times = [packet.pts if packet.pts is not None else packet.dts for packet in _packets(media, video)]
        scale = video.time_base or Fraction(1)
        begins = round(Fraction(media.start_time or 0, 10**6) / scale)
        known = video.codec.canonical_name in HELD
    if not times:
        raise ValueError("this video has no pictures")
    found = [begins if time is None else time for time in times]
    first = min([begins, *found])
    return [time - first for time in found], scale if known else Fraction(0)


def _instants(shown: list[int], scale: Fraction) -> list[Fraction]:
    """Find the seconds at which the video can rest: all pictures decoded before are shown before, all others after."""
    later = list(accumulate(reversed(shown), min))[::-1]
    earlier = accumulate(shown, max)
    return [after * scale for before, after in zip(earlier, later[1:], strict=False) if before < after]


def _copied(media: InputContainer, file: OutputContainer, shown: list[int], shifts: Shifts) -> Iterator[Timed]:
    """Give the pictures' packets as they are, shown later by the rests before them, and decoded in time for that."""
    video = _video(media)
    scale = video.time_base or Fraction(1)
    stream = file.add_stream_from_template(video, opaque=True)
    moved = [time + round(shifts.by(time * scale) / scale) for time in shown]
    order = sorted(moved)
    ahead = max(turn - time for turn, time in zip(order, moved, strict=True))

    def packets() -> Iterator[Timed]:
        for packet, time, turn in zip(_packets(media, video), moved, order, strict=False):
            packet.pts, packet.dts = time, turn - ahead
            packet.time_base, packet.stream = scale, stream
            yield float((turn - ahead) * scale), packet

    return packets()


def _encoded(media: InputContainer, file: OutputContainer, shifts: Shifts, narration: Narration) -> Iterator[Timed]:
    """Give the pictures as H.264; of a video with more of them than is sensible, the key pictures."""
    video = _video(media)
    rate = video.guessed_rate or video.average_rate or Fraction(25)
    if media.duration and video.width * video.height * rate * media.duration / 10**6 > MOST_PIXELS:
        video.codec_context.skip_frame = "NONKEY"
    width, height = video.width + video.width % 2, video.height + video.height % 2
    stream = file.add_stream("libx264", 25, X264, width=width, height=height, pix_fmt="yuv420p")
    stream.time_base = stream.codec_context.time_base = scale = Fraction(1, TICKS)
    begins, end = Fraction(media.start_time or 0, 10**6), Fraction(narration.length // MICROSECOND, 10**6)

    def packets() -> Iterator[Timed]:
        last = -1
        for frame in _decoded(media, video):
            at = min(max(Fraction(0), (frame.pts or 0) * (frame.time_base or scale) - begins), end)
            picture = frame.reformat(width, height, "yuv420p")
            last = picture.pts = max(round((at + shifts.by(at)) * TICKS), last + 1)
            picture.time_base = scale
            yield from _timed(stream.encode(picture))
        yield from _timed(stream.encode(None))

    return packets()


def _decoded(media: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    try:
        yield from media.decode(video)
    except av.FFmpegError:
        return


def _sound(file: OutputContainer, pcm: Pcm, title: str, role: Disposition | None = None) -> Iterator[Timed]:
    stream = file.add_stream("aac", RATE, BITEXACT, layout="mono")
    stream.metadata["title"] = stream.metadata["handler_name"] = title
    if role is not None:
        stream.disposition = role

    def packets() -> Iterator[Timed]:
        for frame in _frames(pcm):
            yield from _timed(stream.encode(frame))
        yield from _timed(stream.encode(None))

    return packets()


def _timed(packets: "Sequence[Packet[VideoStream] | Packet[AudioStream]]") -> Iterator[Timed]:
    for packet in packets:
        yield float((packet.dts or 0) * packet.time_base), packet


def _frames(pcm: Pcm) -> Iterator[AudioFrame]:
    start = 0
    for piece in pcm:
        if not piece:
            continue
        frame = AudioFrame("s16", "mono", len(piece) // WIDTH)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), start
        frame.planes[0].update(piece.ljust(frame.planes[0].buffer_size, b"\0"))
        start += frame.samples
        yield frame
