"""What NanoGPT sells: its video models, what they take, how fast they work and what they cost.

The tables come from documents 002 and 003 first, then from the vendor's model list as captured in September 2026
(175 entries). A price that no document knows is marked `price_inferred`.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from .choice import Choice, frame_size
from .listing import listing
from .model import Frames, Model
from .pricing import BasePlusSeconds, Pricing, settled
from .settling import Sent, Wishes, settle

__all__ = [
    "Choice",
    "Frames",
    "Model",
    "Order",
    "Sent",
    "Wishes",
    "frame_size",
    "listing",
    "models",
    "price",
    "settle",
]

ALIASES = {
    "wan-wavespeed-22-animate": "wan-22-animate",
    "wan-wavespeed-22-plus": "wan-22-plus",
    "wan-wavespeed-25": "wan-25",
    "wan-wavespeed-26": "wan-26",
    "wan-wavespeed-26-flash": "wan-26-flash",
    "wan-wavespeed-s2v": "wan-s2v",
    "wavespeed-ai/longcat-avatar-1.5": "longcat-avatar-1.5",
    "wavespeed-ai/longcat-avatar-1.5/multi": "longcat-avatar-1.5/multi",
    "wavespeed-ai/ltx-2.3-spicy/image-to-video": "ltx-2.3-spicy/image-to-video",
    "wavespeed-ai/music-video-generator": "music-video-generator",
}
"""Older ids, which documents print and clients send, and what the list calls them now (September 2026)."""


@cache
def models() -> Mapping[str, Model]:
    """Every id that is understood; the tables are read when the first order comes, so that a server starts sooner."""
    from . import alibaba, bytedance, google, kling, minimax, studios, tools  # noqa: PLC0415 - see above

    rooms = (google, kling, bytedance, alibaba, minimax, studios, tools)
    found = {model.id: model for room in rooms for model in room.MODELS}
    return found | {old: replace(found[new], id=old) for old, new in ALIASES.items()}


class Order(msgspec.Struct, frozen=True, gc=False):
    """What a job keeps of its order: facts, no media. `choice` and `cost` (US dollars) are shared by equal orders.

    `prompt` is the beginning of what was asked, `prompt_length` the characters of the whole.
    """

    model: str
    prompt: str
    prompt_length: int
    choice: Choice
    cost: Decimal
    conversation_uuid: str | None = None
    project_id: str | None = None
    seed: int | float | str | None = None

    @property
    def outputs(self) -> int:
        """How many videos it makes."""
        return models()[self.model].outputs

    def longer(self, by: Decimal) -> "Order":
        """The same, `by` seconds longer, at the price of a new order (the document states none)."""
        return replace(self, choice=replace(self.choice, seconds=self.choice.seconds + by))


SAMPLES: Mapping[str, Pricing] = {
    # Document 002, lines 129-136: 2.5 for 5 seconds. The 4.0 of an older sample is 8 seconds at the same half dollar.
    "veo2-video": BasePlusSeconds(base_price=2.5, base_duration=5, per_extra_second=0.5, max_duration=30),
}
"""The prices of the documents' examples, where they are not the catalogue's."""


def price(model: Model, choice: Choice, table: Literal["catalogue", "samples"] = "catalogue") -> Decimal:
    """US dollars for one order of this model."""
    pricing = SAMPLES.get(model.id, model.pricing) if table == "samples" else model.pricing
    return settled(pricing.cost(choice))
