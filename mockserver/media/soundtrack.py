"""Sound tracks: the sound of a media, with its descriptions or without, as a WAV file or for a video."""

import wave
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from mockserver.media.narration import RATE, WIDTH, Narration, Pcm, silence, spliced, splices, total, voice
from mockserver.media.probe import OPTIONS

GAP = RATE // 20  # samples; what is shorter is no gap but a matter of rounding


def write_wav(source: Path, narration: Narration, target: Path, *, own: bool = True) -> None:
    """Write the descriptions of a media as a WAV file of its length, over its `own` sound or over silence."""
    below = sound(source, narration.length) if own else silence(total(narration.length))
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WIDTH)
        file.setframerate(RATE)
        for piece in spliced(below, splices(narration, []), voice(narration)):
            file.writeframesraw(piece)


def sound(source: Path, length: timedelta) -> Pcm:
    """Give the first sound of a file, of exactly that length: cut off, or silent where there is none."""
    position, end = 0, total(length)
    for start, piece in _decoded(source):
        if start > position + GAP:
            missing = min(start, end) - position
            yield from silence(missing)
            position += missing
        heard = piece[: (end - position) * WIDTH]
        yield heard
        position += len(heard) // WIDTH
        if position >= end:
            return
    yield from silence(end - position)


def sound_of(media: InputContainer) -> AudioStream | None:
    """Give the first stream of sound that libav has a decoder for."""
    return next((stream for stream in media.streams.audio if getattr(stream, "codec_context", None) is not None), None)


def _decoded(source: Path) -> Iterator[tuple[int, bytes]]:
    """Decode sound until the file ends or makes no sense any more; each piece with the sample at which it starts."""
    with source.open("rb") as file, av.open(file, "r", options=OPTIONS, metadata_errors="replace") as media:
        stream = sound_of(media)
        if stream is None:
            return
        begins = Fraction(media.start_time or 0, 10**6)
        resampler = AudioResampler("s16", "mono", RATE)
        try:
            for frame in media.decode(stream):
                at = int(((frame.pts or 0) * (frame.time_base or 0) - begins) * RATE)
                for piece in resampler.resample(frame):
                    yield at, bytes(piece.planes[0])[: piece.samples * WIDTH]
                    at += piece.samples
        except (av.FFmpegError, ValueError):
            return
