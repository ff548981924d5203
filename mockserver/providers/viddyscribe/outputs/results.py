"""What a job makes: descriptions of its media, and what its files are made from."""

from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from mockserver.core.jobs import Job
from mockserver.media.clip import Clip
from mockserver.media.narration import Narration, Spoken
from mockserver.providers.viddyscribe.catalogue import VOICES
from mockserver.providers.viddyscribe.catalogue.orders import Footage, Order

from . import given
from .descriptions import Description, drawn, in_language

STAND_IN_SIZE = (640, 360)  # pixels


def order_of(job: Job) -> Order:
    """The order that a job of this house keeps."""
    order = job.order
    if not isinstance(order, Order):
        raise TypeError("a job of another house")
    return order


@lru_cache(maxsize=256)
def descriptions_of(order: Order) -> tuple[Description, ...]:
    """The descriptions that an order comes to: those that were given with it, or seeded ones."""
    footage = order.footage
    if order.given is not None:
        return tuple(given.read(order.given, footage.length, footage.rate))
    found = drawn(footage.length, seed_of(footage), order.category, extended=order.extended)
    return tuple(in_language(found, order.language))


def seed_of(footage: Footage) -> int:
    """A number that is the same for the same video."""
    return int.from_bytes(blake2b(footage.name.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def narration_of(order: Order) -> Narration:
    """How an order's descriptions are spoken."""
    return Narration(
        length=order.footage.length,
        spoken=tuple(Spoken(one.start, one.end) for one in descriptions_of(order)),
        voice=5 * VOICES.index(order.voice),
        loudness=order.loudness,
        rests=order.kind == "video" and order.extended,
    )


def stand_in(footage: Footage) -> Clip:
    """The video that a URL stands for which nobody fetches."""
    width, height = STAND_IN_SIZE
    return Clip(
        width=width,
        height=height,
        seconds=Fraction(footage.length.total_seconds()).limit_denominator(1000),
        frames_per_second=round(footage.rate),
        caption=("ViddyScribe", "stands for", footage.name),
        seed=seed_of(footage),
        sound=True,
        comment=footage.name[:500],
    )
