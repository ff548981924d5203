"""Measures a media file by its headers: what it says of itself, never what its pictures show."""

from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mockserver.media.boxes import NotMedia, check
from mockserver.media.clip import LARGEST

if TYPE_CHECKING:
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

__all__ = ["NotMedia", "Probe", "probe"]

FORMATS = "mov,mp4,m4a,matroska,webm,avi,mpegts,ogg,flac,mp3,wav,aac"  # none that names other files or addresses
OPTIONS = {
    "format_whitelist": FORMATS,
    "probesize": str(2**20),  # bytes that libav may read to find out what the streams are
    "analyzeduration": "2000000",  # microseconds, likewise
    "max_pixels": str(LARGEST),
}
PATIENCE = 5.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a file says of itself; `duration` in seconds, None where it is not told (a live recording, for example)."""

    duration: Fraction | None
    frame_rate: Fraction | None = None
    width: int = 0
    height: int = 0
    video_codec: str | None = None
    audio_codec: str | None = None

    @property
    def has_video(self) -> bool:
        """Whether there is a picture that moves: the cover of an album is none."""
        return self.video_codec is not None

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.audio_codec is not None


def probe(source: Path | bytes) -> Probe:
    """Measure a file, or raise NotMedia; its name plays no part. Reads a few megabytes, for a few seconds at most."""
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        check(file, size)
        file.seek(0)
        return _measured(file)


def _measured(file: BinaryIO) -> Probe:
    import av  # noqa: PLC0415 - encoders are loaded when the first file is measured

    try:
        with av.open(file, "r", options=OPTIONS, metadata_errors="replace", timeout=PATIENCE) as media:
            return _told(media)
    except (av.FFmpegError, ValueError) as reason:
        raise NotMedia("This is no media file.") from reason


def _told(media: "InputContainer") -> Probe:
    video = next((stream for stream in media.streams.video if _is_known(stream) and not _is_cover(stream)), None)
    audio = next((stream for stream in media.streams.audio if _is_known(stream)), None)
    if not video and not audio:
        raise NotMedia("There is neither picture nor sound in this file.")
    duration = Fraction(media.duration, 10**6) if media.duration and media.duration > 0 else None
    sound = audio.codec.canonical_name if audio else None
    if not video:
        return Probe(duration=duration, audio_codec=sound)
    if not 0 < video.width * video.height <= LARGEST:
        message = f"No video is {video.width} x {video.height} pixels."
        raise NotMedia(message)
    return Probe(
        duration=duration,
        frame_rate=video.guessed_rate or video.average_rate,
        width=video.width,
        height=video.height,
        video_codec=video.codec.canonical_name,
        audio_codec=sound,
    )


def _is_known(stream: "Stream") -> bool:
    decoder: CodecContext | None = stream.codec_context  # None where libav knows no decoder
    return decoder is not None


def _is_cover(stream: "VideoStream") -> bool:
    from av.stream import Disposition  # noqa: PLC0415 - encoders are loaded when the first file is measured

    return bool(stream.disposition & Disposition.attached_pic)
