"""What an order comes to once a model's defaults have filled the gaps, and how large its picture is."""

from decimal import Decimal

import msgspec

LINES = {
    "360p": 360, "480p": 480, "512p": 512, "540p": 540, "580p": 580, "720p": 720, "768p": 768, "1024p": 1024,
    "1080p": 1080, "1440p": 1440, "2k": 1440, "2160p": 2160, "4k": 2160,
}  # fmt: skip
"""The shorter side in pixels of each resolution token (documents 002 and 003, and the vendor's catalogue)."""


class Choice(msgspec.Struct, frozen=True):
    """One settled order, ready to be priced and made; equal orders share one Choice.

    `seconds` is the length of the result and what is billed; `source_seconds` the length of a source or reference
    video, None without one; `images` counts start and reference images; `variant` is the model's own grade (its
    `variant` or `quality` switch). `width` and `height` are even pixels.
    """

    seconds: Decimal = Decimal(5)
    resolution: str = "720p"
    aspect_ratio: str = "16:9"
    width: int = 1280
    height: int = 720
    audio: bool = False
    pro: bool = False
    mode: str = "text-to-video"
    images: int = 0
    source_seconds: Decimal | None = None
    frames: int | None = None
    fps: int | None = None
    variant: str | None = None


def frame_size(resolution: str, aspect_ratio: str) -> tuple[int, int]:
    """Width and height in even pixels; tokens that name no size stand for 720p and 16:9."""
    across, _, down = aspect_ratio.partition(":")
    wide, high = (int(across), int(down)) if across.isdigit() and down.isdigit() else (16, 9)
    if "x" in resolution:
        long, short = (int(side) for side in resolution.split("x"))
        return (long, short) if wide >= high else (short, long)
    short = LINES.get(resolution, 720)
    long = round(short * max(wide, high) / min(wide, high) / 2) * 2
    return (long, short) if wide >= high else (short, long)
