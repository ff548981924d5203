"""What a rendered video looks like, as a value: nothing here draws, encodes or measures."""

import hashlib
import math
import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

SIDES = range(16, 8193)  # pixels
LARGEST = 8192 * 4320  # pixels in all
RATES = range(1, 121)  # frames a second
LONGEST = 3 * 3600  # seconds
PARTS = 10**6  # of a second: lengths are exact to one

SHORT_SIDES = {"2k": 1440, "4k": 2160} | {
    f"{lines}p": lines for lines in (360, 480, 512, 540, 580, 720, 768, 1024, 1080, 1440, 2160)
}
RATIOS = {
    "16:9": Fraction(16, 9),
    "9:16": Fraction(9, 16),
    "1:1": Fraction(1),
    "4:3": Fraction(4, 3),
    "3:4": Fraction(3, 4),
    "21:9": Fraction(21, 9),
    "9:21": Fraction(9, 21),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One video: two clips that are equal have the same bytes.

    Width and height are in pixels and made even (H.264 halves them for colour); `seconds` is exact to a millionth part.
    `caption` is drawn in, a line for each of provider, job and prompt; `comment` goes into the file's metadata.
    Raises ValueError where no encoder could follow.
    """

    width: int
    height: int
    seconds: Decimal | Fraction
    frames_per_second: int = 24
    caption: tuple[str, ...] = ()
    seed: int = 0
    sound: bool = False
    comment: str = ""
    key: str = field(init=False, repr=False, compare=False, default="")
    """A short name for the clip: the same in every process, another one for any other clip."""

    def __post_init__(self) -> None:
        width, height = _drawable(self.width, self.height)
        if self.frames_per_second not in RATES:
            message = f"A clip has {RATES[0]} to {RATES[-1]} frames a second, not {self.frames_per_second}."
            raise ValueError(message)
        if not (math.isfinite(self.seconds) and Fraction(1, PARTS) <= self.seconds <= LONGEST):
            message = f"A clip lasts more than 0 and at most {LONGEST} seconds, not {self.seconds}."
            raise ValueError(message)
        object.__setattr__(self, "width", width)
        object.__setattr__(self, "height", height)
        object.__setattr__(self, "seconds", Fraction(self.seconds).limit_denominator(PARTS))
        object.__setattr__(self, "seed", self.seed % 2**64)
        object.__setattr__(self, "key", hashlib.sha256(repr(self).encode()).hexdigest()[:24])

    @property
    def length(self) -> Fraction:
        """The seconds, as a fraction."""
        return Fraction(self.seconds)

    @property
    def frames(self) -> int:
        """How many pictures: the nearest whole number, at least one; the last is shown as long as need be."""
        return max(1, round(self.length * self.frames_per_second))


def frame_size(resolution: str, aspect_ratio: str = "16:9") -> tuple[int, int]:
    """Return the (width, height) that a token such as `720p`, `4k` or `1792x1024` stands for.

    A token without an `x` names the short side; one with an `x` says both, and the ratio does not matter.
    Raises ValueError for a token or ratio that is not known.
    """
    token = resolution.strip().lower()
    if sides := re.fullmatch(r"([0-9]{1,5})[x*]([0-9]{1,5})", token):
        return _drawable(int(sides[1]), int(sides[2]))
    if token not in SHORT_SIDES:
        message = f"No such resolution: {resolution!r}."
        raise ValueError(message)
    if aspect_ratio not in RATIOS:
        message = f"No such aspect ratio: {aspect_ratio!r}."
        raise ValueError(message)
    short, ratio = SHORT_SIDES[token], RATIOS[aspect_ratio]
    return _drawable(short * ratio, short) if ratio > 1 else _drawable(short, short / ratio)


def _drawable(width: Fraction | int, height: Fraction | int) -> tuple[int, int]:
    """Return both as even numbers, rounded to the nearest, and of two to the upper one."""
    across, down = (2 * math.floor((side + 1) / 2) for side in (width, height))
    if across not in SIDES or down not in SIDES or across * down > LARGEST:
        message = f"No video is {width} x {height} pixels."
        raise ValueError(message)
    return across, down
