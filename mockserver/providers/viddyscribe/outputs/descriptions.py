"""Descriptions: what is said when, in whole milliseconds of the media; drawn by a seed, or given with the order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from mockserver.core.chance import Draw

from .sentences import SCENES

MS = timedelta(milliseconds=1)
LEAD_IN = 500  # the sample begins half a second into its video [viddyscribe:quickstart]
PER_WORD = 260  # how long a word is spoken


@dataclass(frozen=True, slots=True)
class Description:
    """One description: from `start` to `end` (milliseconds) the text is spoken."""

    start: int
    end: int
    text: str


def drawn(length: timedelta, seed: int, category: str, *, extended: bool) -> list[Description]:
    """Describe a media of this length in stock sentences of its category; extended descriptions are fuller."""
    return tidied(_walk(length // MS, seed, category, extended=extended), length)


def _walk(length: int, seed: int, category: str, *, extended: bool) -> Iterator[Description]:
    start, number, said = min(LEAD_IN, length // 4), 0, ""
    while True:
        draw = Draw(seed, "description", category, number)
        text = said = _other(SCENES[category], said, draw)
        if extended:
            text = f"{text} {_other(SCENES[category], said, draw)}"
        end = start + PER_WORD * len(text.split())
        if end > length and number:  # a short media has one description, however little time there is for it
            return
        yield Description(start, min(end, length), text)
        start, number = end + 1500 + draw.below(4500), number + 1


def _other(sentences: tuple[str, ...], than: str, draw: Draw) -> str:
    """Draw a sentence that is another than the one before."""
    choice = [sentence for sentence in sentences if sentence != than]
    return choice[draw.below(len(choice))]


def spread(lines: list[str], length: timedelta) -> list[Description]:
    """Give each line an equal share of the media, and speak it in the first three quarters of that."""
    share = length / MS / max(len(lines), 1)
    return tidied(
        (Description(round(share * n), round(share * (n + 0.75)), line) for n, line in enumerate(lines)), length
    )


def tidied(found: Iterable[Description], length: timedelta) -> list[Description]:
    """Put descriptions in order, inside the media and apart; what has no time left is left out."""
    last = length // MS
    ordered = sorted((one for one in found if one.text and 0 <= one.start < last), key=lambda one: one.start)
    limits = [after.start for after in ordered[1:]] + [last]
    cut = [replace(one, end=min(one.end, limit, last)) for one, limit in zip(ordered, limits, strict=False)]
    return [one for one in cut if one.start < one.end]


def in_language(found: list[Description], language: str) -> list[Description]:
    """Mark descriptions with the language they were asked for in; nothing here can translate."""
    if language == "en-US":
        return found
    return [replace(one, text=f"[{language}] {one.text}") for one in found]
