"""From what an order wishes to what it comes to: a model's defaults fill the gaps and replace what it does not offer.

Replacing is what the live service was seen to do (a resolution of 9000p became 720p). Told to be strict, the functions
here raise BadValue in its place. A length beyond every model's is refused either way, as 999 seconds were.
"""

import re
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from math import gcd
from typing import TypeVar

import msgspec

from mockserver.core.refusals import BadValue, MediaTooLong

from .choice import LINES, Choice, frame_size
from .model import Model
from .pricing import ASSUMED_SOURCE, ProPerSecond

T = TypeVar("T")

LONGEST = 600
"""Seconds of the longest video that anybody sells (LongStories); an order for more is refused."""
SHORTEST_STATED = Decimal("0.000001")
"""Seconds that anything above 0 comes to at least: a film has no shorter ones."""
LONGEST_STATED = 3600
"""Seconds at most that an order may say of its own media; more is no length of a clip."""

RATIO_OF = {"landscape": "16:9", "portrait": "9:16"}
_SECONDS = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*[sS]?\s*", re.ASCII)
_SIZE = re.compile(r"([1-9][0-9]{1,4})\s*[x*\u00d7]\s*([1-9][0-9]{1,4})", re.ASCII)


class Wishes(msgspec.Struct, frozen=True):
    """The fields of an order that bear on length, picture, sound and price, as they were sent."""

    duration: int | float | str | None = None
    seconds: str | None = None
    resolution: str | None = None
    target_resolution: str | None = None
    size: str | None = None
    aspect_ratio: str | None = None
    story_ratio: object = None
    orientation: str | None = None
    mode: str | None = None
    generate_audio: bool | None = None
    generate_audio_snake: bool | None = None
    sound: bool | None = None
    enable_audio: bool | None = None
    pro_mode: bool | None = None
    pro: bool | None = None
    num_frames: int | str | None = None
    frames_per_second: int | None = None
    video_duration: float | None = None
    billed_duration: float | None = None
    audio_duration: float | None = None
    variant: object = None
    quality: object = None


class Sent(msgspec.Struct, frozen=True):
    """The media that came along: how many images, a source video (and its length, if measured), a reference video."""

    images: int = 0
    video: bool = False
    reference_video: bool = False
    source_seconds: Decimal | None = None


def settle(model: Model, wishes: Wishes, sent: Sent, *, strict: bool = False) -> Choice:
    """Say what an order comes to. Raises BadValue, and MediaTooLong for the source of an extend model."""
    resolution, ratio = _picture(model, wishes, sent, strict)
    pro = bool(wishes.pro if wishes.pro_mode is None else wishes.pro_mode) and "pro_mode" in model.parameters
    if (
        not pro
        and isinstance(model.pricing, ProPerSecond)
        and resolution not in model.pricing.standard_prices_per_second
    ):
        raise BadValue("resolution", resolution, "pro")
    width, height = frame_size(resolution, ratio)
    frames, fps = _frames(model, wishes, strict)
    source = _source_seconds(model, wishes, sent, strict)
    return Choice(
        seconds=_seconds(model, wishes, Decimal(frames) / fps if frames and fps else source, strict),
        resolution=resolution,
        aspect_ratio=ratio,
        width=width,
        height=height,
        audio=_audio(model, wishes),
        pro=pro,
        mode=_mode(model, wishes, sent, strict),
        images=sent.images,
        source_seconds=(source or ASSUMED_SOURCE) if sent.video or sent.reference_video else None,
        frames=frames,
        fps=fps,
        variant=_variant(model, wishes, strict),
    )


def pick(field: str, value: T | None, offered: Collection[T], default: T, strict: bool) -> T:
    """The value if it is offered, else the default; strictly, BadValue for one that is not offered."""
    if value is None or value == "":
        return default
    if value in offered:
        return value
    if strict:
        raise BadValue(field, value, listed(offered))
    return default


def listed(offered: Collection[object]) -> str:
    """Say in words what is offered: numbers that follow each other by the first and the last, "5 to 30"."""
    each = list(offered)
    first, last = each[0], each[-1]
    if isinstance(first, int) and isinstance(last, int) and len(each) > 2 and each == [*range(first, last + 1)]:
        return f"{first} to {last}"
    return ", ".join(str(one) for one in each)


def seconds_of(value: float | str | Decimal | None) -> Decimal | None:
    """Read 5, "5" or "5s"; None for what is no number of seconds."""
    if isinstance(value, str):
        spelt = _SECONDS.fullmatch(value)
        return Decimal(spelt[1]) if spelt else None
    return None if value is None else Decimal(str(value))


def _seconds(model: Model, wishes: Wishes, given: Decimal | None, strict: bool) -> Decimal:
    """The length of the result; `given` is what its frames, or else its source, come to."""
    _not_absurd(wishes.duration)
    field = "seconds" if wishes.seconds and "seconds" in model.parameters else "duration"
    asked = wishes.seconds if field == "seconds" else wishes.duration
    wanted = seconds_of(asked)
    if model.durations:
        if wanted is not None and wanted in model.durations:
            return Decimal(int(wanted))
        if strict and asked is not None and asked != "":
            raise BadValue(field, asked, listed(model.durations))
        return Decimal(model.duration)
    return given if model.frames is not None and given is not None else _followed_seconds(model, wishes, given, strict)


def _not_absurd(duration: float | str | None) -> None:
    """Refuse a duration that no model has, whatever the model: 999 was seen to be refused [nanogpt:live]."""
    wanted = seconds_of(duration)
    if wanted is not None and wanted > LONGEST:
        raise BadValue("duration", duration, f"at most {LONGEST}", clause="nanogpt.values.absurd-duration")


def _followed_seconds(model: Model, wishes: Wishes, source: Decimal | None, strict: bool) -> Decimal:
    """The length of a video that follows what was sent; upscalers are billed by what the order says first."""
    billed = _stated("billedDuration", wishes.billed_duration, strict)
    if billed is not None and "target_resolution" in model.parameters:
        return billed
    heard = _stated("audioDuration", wishes.audio_duration, strict) if "audio" in model.inputs else None
    return source or heard or ASSUMED_SOURCE


def _source_seconds(model: Model, wishes: Wishes, sent: Sent, strict: bool) -> Decimal | None:
    """The length of the source video as the order states it, else as it was measured."""
    if model.source_limit is not None:
        for seconds in (sent.source_seconds, seconds_of(wishes.video_duration)):
            if seconds is not None and seconds > model.source_limit:
                raise MediaTooLong("videoDuration", timedelta(seconds=model.source_limit))
    stated = _stated("videoDuration", wishes.video_duration, strict)
    if "video" not in model.inputs:
        return None
    return stated or _stated("videoDuration", sent.source_seconds, strict=False)


def _stated(field: str, value: float | Decimal | None, strict: bool) -> Decimal | None:
    seconds = seconds_of(value)
    if seconds is None:
        return None
    if 0 < seconds <= LONGEST_STATED:
        return max(seconds, SHORTEST_STATED)
    if strict:
        raise BadValue(field, value, f"above 0, at most {LONGEST_STATED}")
    return None


def _frames(model: Model, wishes: Wishes, strict: bool) -> tuple[int | None, int | None]:
    rule = model.frames
    if rule is None:
        return None, None
    count = pick("num_frames", _whole(wishes.num_frames), rule.counts, rule.count, strict)
    return count, pick("frames_per_second", wishes.frames_per_second, rule.rates, rule.rate, strict)


def _whole(value: int | str | None) -> int | None:
    """The number that a text is; one that nobody offers where it is none."""
    if not isinstance(value, str):
        return value
    if value == "":
        return None
    return int(value[:9]) if value.isascii() and value.isdigit() else -1


def _picture(model: Model, wishes: Wishes, sent: Sent, strict: bool) -> tuple[str, str]:
    size_resolution, size_ratio = _size(model, wishes.size, strict)
    asked = wishes.resolution
    field = "resolution"
    if "target_resolution" in model.parameters and wishes.target_resolution:
        asked, field = wishes.target_resolution, "target_resolution"
    resolution = size_resolution or model.resolution
    if model.resolutions:
        resolution = pick(field, asked, model.resolutions, resolution, strict)
    ratio = _ratio(model, wishes, size_ratio or model.aspect_ratio, strict)
    return resolution, model.aspect_ratio if model.ratio_for_text_only and sent.images else ratio


def _ratio(model: Model, wishes: Wishes, default: str, strict: bool) -> str:
    if "orientation" in model.parameters:
        default = RATIO_OF[pick("orientation", wishes.orientation, RATIO_OF, "landscape", strict)]
    if not model.aspect_ratios:
        return default
    asked, field = wishes.aspect_ratio, "aspect_ratio"
    if not asked and isinstance(wishes.story_ratio, str):
        asked, field = wishes.story_ratio, "aspectRatio"
    return pick(field, asked, model.aspect_ratios, default, strict)


def _size(model: Model, size: str | None, strict: bool) -> tuple[str | None, str | None]:
    """What a `size` says of resolution and ratio: a token of either, or pixels such as 1280x720."""
    if not size:
        return None, None
    resolution, ratio = size, size
    pixels = _SIZE.search(size)
    if pixels is not None:
        width, height = int(pixels[1]), int(pixels[2])
        shared = gcd(width, height)
        ratio = f"{width // shared}:{height // shared}"
        resolution = next((each for each in model.resolutions if LINES.get(each) == min(width, height)), "")
    found = (resolution if resolution in model.resolutions else None, ratio if ratio in model.aspect_ratios else None)
    if strict and found == (None, None) and "size" in model.parameters:
        raise BadValue("size", size, ", ".join(model.resolutions + model.aspect_ratios))
    return found


def _audio(model: Model, wishes: Wishes) -> bool:
    if not model.sound_key:
        return bool(model.sound)
    spellings = (wishes.generate_audio, wishes.generate_audio_snake, wishes.sound, wishes.enable_audio)
    return next((value for value in spellings if value is not None), bool(model.sound))


def _mode(model: Model, wishes: Wishes, sent: Sent, strict: bool) -> str:
    asked = pick("mode", wishes.mode, model.modes, "auto", strict) if model.modes else "auto"
    if asked != "auto":
        return asked
    if sent.video:
        return "video-edit"
    if sent.reference_video or sent.images > 1:
        return "reference-to-video"
    return "image-to-video" if sent.images else "text-to-video"


def _variant(model: Model, wishes: Wishes, strict: bool) -> str | None:
    if not model.variants:
        return None
    field = "variant" if "variant" in model.parameters else "quality"
    asked = wishes.variant if field == "variant" else wishes.quality
    return pick(field, asked if isinstance(asked, str) else None, model.variants, model.variants[0], strict)
