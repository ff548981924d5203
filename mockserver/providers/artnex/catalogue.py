"""What Artnex sells: the thirteen models of document 004's tables, the quotas of its plans, what an order is."""

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Mode = Literal["text-to-video", "image-to-video"]
TEXT: Mode = "text-to-video"
IMAGE: Mode = "image-to-video"
Durations = tuple[int, ...] | range
"""Those that are listed, or all in a range; in seconds."""

WIDE_AND_TALL = ("16:9", "9:16")
ALL_RATIOS = ("16:9", "9:16", "1:1")
RANGE_DEFAULT = 5

QUOTAS = MappingProxyType({"free": 100, "pro": 1000})
"""Requests in 24 hours by plan; Enterprise is not in it, for it has what was agreed [artnex:overview]."""


@dataclass(frozen=True, slots=True)
class Model:
    """One row of a table: its price in credits, the seconds it can make, and the ratios, its default first.

    `pace` is how many seconds of work a second of clip takes, `sound` whether its videos have any; both inferred.
    """

    name: str
    mode: Mode
    credits: Decimal
    durations: Durations
    ratios: tuple[str, ...]
    pace: int
    sound: bool

    @property
    def seconds(self) -> int:
        """The duration where none is asked for: the first listed, or 5 of a range."""
        return RANGE_DEFAULT if isinstance(self.durations, range) else self.durations[0]


@dataclass(frozen=True, slots=True)
class Order:
    """A submission that was found in order: what will be made."""

    model: str
    prompt: str
    seconds: int
    ratio: str


def _row(name: str, mode: Mode, price: int, durations: Durations, ratios: tuple[str, ...], pace: int) -> Model:
    return Model(name, mode, Decimal(price), durations, ratios, pace, sound=not name.startswith("kling-v2.5"))


MODELS = MappingProxyType(
    {
        model.name: model
        for model in (
            # Text to video [004:31-38].
            _row("veo3.1", TEXT, 3000, (4, 6, 8), WIDE_AND_TALL, 20),
            _row("veo3-fast", TEXT, 2000, (4, 6, 8), WIDE_AND_TALL, 10),
            _row("sora-2", TEXT, 3500, (4, 8, 12), WIDE_AND_TALL, 15),
            _row("sora-2-pro", TEXT, 6000, (4, 8, 12), WIDE_AND_TALL, 22),
            _row("kling-v2.5-turbo-pro", TEXT, 1500, (5, 10), ALL_RATIOS, 12),
            _row("kling-v2.6-pro", TEXT, 5500, (5, 10, 16), ALL_RATIOS, 16),
            _row("wan-2.5", TEXT, 3500, (5, 10), ALL_RATIOS, 14),
            _row("seedance-v1.5-pro-t2v", TEXT, 2600, range(4, 13), ALL_RATIOS, 13),
            # Image to video [004:42-46]; that table has no ratios, so they are those of the model's text twin.
            _row("veo3.1-i2v", IMAGE, 3500, (4, 6, 8), WIDE_AND_TALL, 20),
            _row("veo3-fast-i2v", IMAGE, 2000, (4, 6, 8), WIDE_AND_TALL, 10),
            _row("kling-v2.5-turbo-pro-i2v", IMAGE, 1500, (5, 10), ALL_RATIOS, 12),
            _row("wan-2.5-i2v", IMAGE, 1500, range(5, 11), ALL_RATIOS, 14),
            _row("seedance-v1.5-pro-i2v", IMAGE, 1500, range(4, 13), ALL_RATIOS, 13),
        )
    }
)
