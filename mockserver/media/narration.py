"""What is spoken over a media and how: plain values, and something that sounds like a voice."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

RATE = 24_000  # samples a second
WIDTH = 2  # bytes a sample
PIECE = 1 << 15  # samples in the largest piece of sound that is handed on

SYLLABLES = 24  # in a round of speech
SYLLABLE = RATE // 4  # samples
MICROSECOND = timedelta(microseconds=1)
PITCHES = range(95, 245)  # swings a second, from a low voice to a high one

Pcm = Iterator[bytes]
"""Sound piece by piece: one channel of 16-bit samples."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One description, spoken from `start` to `end` (milliseconds of the media)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Narration:
    """What is spoken over a media of `length`: when, in which voice (a seed), how loud (of full scale, 0 to 1).

    Where the media `rests` meanwhile, it gets longer; else it goes on, and its sound makes way.
    """

    length: timedelta
    spoken: tuple[Spoken, ...]
    voice: int = 0
    loudness: float = 0.3
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """At the instant `at` of the media (in seconds) its picture and sound rest, for as long as it `lasts`."""

    at: Fraction
    lasts: Fraction


@dataclass(frozen=True, slots=True)
class Splice:
    """At sample `at` of the source come `samples` of something else: instead of as many of its own, or between them."""

    at: int
    samples: int
    replaces: bool


def rests_of(narration: Narration, instants: Sequence[Fraction] | None = None) -> list[Rest]:
    """Say where the media rests: at each description's start, or the next of the `instants` at which it can."""
    if not narration.rests:
        return []
    end = Fraction(narration.length // MICROSECOND, 10**6)
    found = []
    for one in narration.spoken:
        at = Fraction(one.start, 1000)
        if instants is not None:
            nearest = bisect_left(instants, at)
            at = instants[nearest] if nearest < len(instants) else end
        found.append(Rest(min(at, end), Fraction(one.end - one.start, 1000)))
    return found


def splices(narration: Narration, rests: Sequence[Rest]) -> list[Splice]:
    """Say where in the media's sound the descriptions go."""
    if narration.rests:
        return [Splice(int(rest.at * RATE), int(rest.lasts * RATE), replaces=False) for rest in rests]
    spans = [(one.start * RATE // 1000, one.end * RATE // 1000) for one in narration.spoken]
    return [Splice(start, end - start, replaces=True) for start, end in spans]


def total(length: timedelta) -> int:
    """Say how many samples a length has."""
    return length // MICROSECOND * RATE // 10**6


def spliced(source: Pcm, places: Sequence[Splice], insert: Callable[[int], Pcm]) -> Pcm:
    """Give the source with something else in its places, which are in order."""
    reader, position = _Reader(source), 0
    for place in places:
        yield from reader.take(place.at - position)
        yield from insert(place.samples)
        position = place.at
        if place.replaces:
            reader.skip(place.samples)
            position += place.samples
    yield from reader.rest()


def silence(count: int) -> Pcm:
    """Give so many samples of nothing to hear."""
    return _repeated(bytes(PIECE * WIDTH), count)


def voice(narration: Narration) -> Callable[[int], Pcm]:
    """Give something like a voice, for any number of samples."""
    speech = _speech(PITCHES[narration.voice % len(PITCHES)], narration.loudness)
    return lambda count: _repeated(speech, count)


def _repeated(piece: bytes, count: int) -> Pcm:
    wanted = count * WIDTH
    while wanted > 0:
        yield piece[:wanted]
        wanted -= len(piece)


@lru_cache(maxsize=16)
def _speech(pitch: int, loudness: float) -> bytes:
    """Make syllables: a buzz whose pitch and strength rise and fall; each begins and ends in silence."""
    found = array("h")
    for number in range(SYLLABLES):
        turn = 2 * math.pi * pitch * (1 + 0.08 * math.sin(1.9 * number)) / RATE
        peak = 32767 * loudness * (0.8 + 0.2 * math.cos(2.7 * number))
        found.extend(round(peak * math.sin(math.pi * at / SYLLABLE) * _buzz(turn * at)) for at in range(SYLLABLE))
    return found.tobytes()


def _buzz(turn: float) -> float:
    return 0.6 * math.sin(turn) + 0.3 * math.sin(2 * turn) + 0.1 * math.sin(5 * turn)


class _Reader:
    """Takes sound from its source in any number of samples."""

    def __init__(self, source: Pcm) -> None:
        self._source = source
        self._held = b""

    def take(self, count: int) -> Pcm:
        wanted = count * WIDTH
        while wanted > 0 and (piece := self._held or next(self._source, b"")):
            self._held = piece[wanted:]
            taken = piece[: len(piece) - len(self._held)]
            wanted -= len(taken)
            yield taken

    def skip(self, count: int) -> None:
        for _ in self.take(count):
            pass

    def rest(self) -> Pcm:
        if self._held:
            yield self._held
        yield from self._source
