"""The text that an order brings along (`description_content`): WebVTT, an EDL, the JSON of segments, or plain lines."""

from datetime import timedelta
from fractions import Fraction

import msgspec

from . import edl, webvtt
from .descriptions import Description, spread, tidied


class Segment(msgspec.Struct):
    """One segment of the format json, as it is handed out; start and end in seconds."""

    start: float
    end: float
    text: str


class _Segments(msgspec.Struct):
    segments: list[Segment]


def read(text: str, length: timedelta, rate: Fraction) -> list[Description]:
    """Read the descriptions of a media of this length and frame rate, in whichever form they come."""
    found = _segments(text) or webvtt.read(text) or edl.read(text, rate)
    if found:
        return tidied(found, length)
    return spread([line.strip() for line in text.splitlines() if line.strip()], length)


def _segments(text: str) -> list[Description]:
    try:
        given = msgspec.json.decode(text, type=_Segments | list[Segment])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return []
    segments = given.segments if isinstance(given, _Segments) else given
    return [Description(_milliseconds(one.start), _milliseconds(one.end), one.text) for one in segments]


def _milliseconds(seconds: float) -> int:
    return round(min(max(seconds, -1.0), 1e6) * 1000)
