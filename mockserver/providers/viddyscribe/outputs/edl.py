"""Descriptions as an Edit Decision List for video editors: CMX3600, non-drop-frame, written and read."""

import re
from collections.abc import Sequence
from fractions import Fraction

from .descriptions import Description

_EVENT = re.compile(r"\d{3,}\s+\S+\s+\S+\s+\S+\s+([\d:]{11,})\s+([\d:]{11,})\s+[\d:]{11,}\s+[\d:]{11,}\s*")
_NEAR = Fraction(1, 200)  # 23.98 and 29.97 are written for 24000/1001 and 30000/1001
_COMMENT = re.compile(r"\*\s*(?:COMMENT:)?\s*(.*)")


def write(found: Sequence[Description], rate: Fraction) -> str:
    """One event a description, its text as a comment below it.

    Frames are counted at the media's `rate` where time codes have it, whole or a broadcaster's 29.97 and the like; else
    at its nearest whole number, so that the codes go on telling the time.
    """
    rate = _counted(rate)
    lines = ["TITLE: AUDIO DESCRIPTION", "FCM: NON-DROP FRAME", ""]
    for number, one in enumerate(found, 1):
        first = _frame(one.start, rate)
        span = f"{_timecode(first, rate)} {_timecode(max(_frame(one.end, rate), first + 1), rate)}"
        lines += [f"{number:03}  AX       A     C        {span} {span}", f"* COMMENT: {' '.join(one.text.split())}"]
    return "\n".join(lines) + "\n"


def read(text: str, rate: Fraction) -> list[Description]:
    """Read events that have a comment; the source's times count."""
    rate = _counted(rate)
    found: list[Description] = []
    span: tuple[int, int] | None = None
    for line in map(str.strip, text.splitlines()):
        if event := _EVENT.fullmatch(line):
            span = _milliseconds(event[1], rate), _milliseconds(event[2], rate)
        elif span and (comment := _COMMENT.fullmatch(line)):
            found.append(Description(*span, comment[1]))
            span = None
    return found


def _counted(rate: Fraction) -> Fraction:
    """At which rate frames are counted; halved until two digits hold a frame's number."""
    while round(rate) >= 100:
        rate /= 2
    whole = Fraction(_base(rate))
    broadcast = whole * Fraction(1000, 1001)
    return broadcast if abs(rate - broadcast) < min(_NEAR, abs(rate - whole)) else whole


def _frame(milliseconds: int, rate: Fraction) -> int:
    return round(milliseconds * rate / 1000)


def _base(rate: Fraction) -> int:
    return max(1, round(rate))


def _timecode(frame: int, rate: Fraction) -> str:
    seconds, rest = divmod(frame, _base(rate))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}:{rest:02}"


def _milliseconds(timecode: str, rate: Fraction) -> int:
    hours, minutes, seconds, rest = map(int, timecode.split(":"))
    frame = ((hours * 60 + minutes) * 60 + seconds) * _base(rate) + rest
    return round(frame * 1000 / rate)
