"""Work for worker threads: encoders are loaded when the first of it is done, not when the server starts."""

from pathlib import Path

from mockserver.media.clip import Clip
from mockserver.media.narration import Narration
from mockserver.media.probe import Probe


def measured(source: Path) -> Probe | None:
    """Measure an uploaded video; None for a file that is none, or that nobody could watch."""
    from mockserver.media.measure import NoVideo, measure  # noqa: PLC0415 - see above

    try:
        return measure(source)
    except NoVideo:
        return None


def rendered(clip: Clip, target: Path) -> None:
    """Write a clip as an MP4."""
    from mockserver.media.render import render  # noqa: PLC0415 - see above

    target.write_bytes(render(clip))


def described_video(source: Path, narration: Narration, target: Path) -> None:
    """Write a video with spoken descriptions as an MP4."""
    from mockserver.media.described import write_described  # noqa: PLC0415 - see above

    write_described(source, narration, target)


def described_sound(source: Path, narration: Narration, target: Path, *, own: bool) -> None:
    """Write spoken descriptions as a WAV file, over the media's own sound or over silence."""
    from mockserver.media.soundtrack import write_wav  # noqa: PLC0415 - see above

    write_wav(source, narration, target, own=own)
