"""Descriptions as WebVTT, written and read."""

import html
import re
from collections.abc import Sequence

from .descriptions import Description

_TIMES = re.compile(
    r"(?:(\d{2,}):)?(\d{2}):(\d{2})\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?(\d{2}):(\d{2})\.(\d{3})(?:[ \t].*)?"
)


def write(found: Sequence[Description]) -> str:
    """One cue a description, with times as MM:SS.mmm (hours only where there are some) [viddyscribe:quickstart]."""
    cues = [f"{_time(one.start)} --> {_time(one.end)}\n{html.escape(one.text, quote=False)}\n" for one in found]
    return "\n".join(["WEBVTT\n", *cues])


def read(text: str) -> list[Description]:
    """Read cues; their numbers, settings, notes and styles are passed over."""
    found = []
    for block in re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        for place, line in enumerate(lines[:2]):
            if times := _TIMES.fullmatch(line.strip()):
                said = " ".join(html.unescape(part) for part in lines[place + 1 :])
                found.append(Description(_milliseconds(times, 1), _milliseconds(times, 5), said))
    return found


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours:02}:" if hours else "") + f"{minutes:02}:{seconds:02}.{rest:03}"


def _milliseconds(times: "re.Match[str]", first: int) -> int:
    hours, minutes, seconds, rest = (int(times[first + place] or 0) for place in range(4))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
