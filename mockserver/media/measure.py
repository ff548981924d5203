"""Measures an uploaded video for good: its headers, its first picture, and its length where no header tells it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from mockserver.media.clip import LARGEST
from mockserver.media.probe import OPTIONS, NotMedia, Probe, probe

FIRST_PACKETS = 300  # among which there is a picture that can be decoded, or never will be


class NoVideo(ValueError):  # noqa: N818 - a verdict on a file, not a fault of ours
    """The file is no video that anybody could watch; the message says why."""


def measure(source: Path) -> Probe:
    """Measure a video whose first picture can be decoded; its duration is told. Raises NoVideo for anything else."""
    try:
        found = probe(source)
    except NotMedia as reason:
        raise NoVideo(str(reason)) from reason
    if not found.has_video:
        raise NoVideo("There is sound and no picture in this file.")
    try:
        end = _end(source, told=found.duration)
    except (av.FFmpegError, ValueError) as reason:
        raise NoVideo("The pictures of this file make no sense.") from reason
    if end <= 0:
        raise NoVideo("This video takes no time.")
    return replace(found, duration=end)


def pictures_of(media: InputContainer) -> VideoStream | None:
    """Give the stream of pictures that move: the cover of an album is none, nor is what libav has no decoder for."""
    known = (stream for stream in media.streams.video if getattr(stream, "codec_context", None) is not None)
    found = next((stream for stream in known if not stream.disposition & Disposition.attached_pic), None)
    if found is not None:
        found.codec_context.options = {"max_pixels": str(LARGEST)}  # pictures may be larger than their header says
        found.codec_context.thread_count = 1
    return found


def _end(source: Path, told: Fraction | None) -> Fraction:
    """Decode one picture, and say when the last one ends, in seconds: as the file tells, or by going through it."""
    with source.open("rb") as file, av.open(file, "r", options=OPTIONS, metadata_errors="replace") as media:
        video = pictures_of(media)
        if video is None:
            raise ValueError("there is no picture")
        scale, begins = video.time_base or Fraction(1), Fraction(media.start_time or 0, 10**6)
        seen, end = False, Fraction(0)
        for number, packet in enumerate(media.demux(video)):
            seen = seen or _decodes(packet)
            if seen and told is not None:
                return told
            if number > FIRST_PACKETS and not seen:
                break
            if packet.pts is not None:
                end = max(end, (packet.pts + (packet.duration or 0)) * scale - begins)
    if not seen:
        raise ValueError("no picture can be decoded")
    return end


def _decodes(packet: "Packet[VideoStream]") -> bool:
    try:
        return bool(packet.decode())
    except av.FFmpegError:
        return False
