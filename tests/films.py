"""Films that tests upload: small ones of any codec and container, and files that are none."""

from fractions import Fraction
from io import BytesIO

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

SAMPLE_RATE = 48_000


def film(container="mp4", codec="libx264", *, seconds=2.0, rate=25, size=(64, 48), sound="aac", b_frames=0):
    """A film of changing greys, with a hum if it has a `sound` codec; its bytes."""
    held = BytesIO()
    with av.open(held, "w", format=container) as file:
        tracks = []
        if codec:
            video = file.add_stream(codec, Fraction(rate).limit_denominator(1001))
            video.width, video.height, video.pix_fmt = *size, "yuvj420p" if codec == "mjpeg" else "yuv420p"
            video.gop_size = 12
            if b_frames:
                video.codec_context.max_b_frames = b_frames
            tracks.append((video, _pictures(round(seconds * rate), size)))
        if sound:
            audio = file.add_stream(sound, SAMPLE_RATE, layout="mono")
            tracks.append((audio, _hum(round(seconds * SAMPLE_RATE), audio.frame_size or 1024)))
        for stream, frames in tracks:
            for frame in frames:
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
    return held.getvalue()


def _pictures(count, size):
    for number in range(count):
        frame = VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(16 + 5 * number) % 220]) * plane.buffer_size)
        frame.pts = number
        yield frame


def _hum(count, size):
    for start in range(0, count, size):
        frame = AudioFrame("s16", "mono", min(size, count - start))
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        wave = b"".join(
            (8000 * ((at // 100) % 2) - 4000).to_bytes(2, "little", signed=True) for at in range(frame.samples)
        )
        frame.planes[0].update(wave.ljust(frame.planes[0].buffer_size, b"\0"))
        yield frame


def packets(content, kind="video", index=0):
    """The payloads of one stream."""
    with av.open(BytesIO(content)) as file:
        stream = getattr(file.streams, kind)[index]
        return [bytes(packet) for packet in file.demux(stream) if packet.size]


def seconds_of(content):
    """How long a film is."""
    with av.open(BytesIO(content)) as file:
        return file.duration / 1e6
