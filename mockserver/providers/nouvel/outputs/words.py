"""What Nouvel writes: titles, descriptions, and scripts scene by scene."""

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from mockserver.core.chance import Draw
from mockserver.providers.nouvel.catalogue import ORIENTATIONS, Order

OPENERS = {
    "problem_solution": "Still putting up with it? {product} puts an end to that.",
    "three_reasons": "Three reasons why {product} works.",
    "discovery": "I just found {product}, and nobody told me.",
    "social_proof": "You kept asking about {product} in the comments.",
    "special_offers": "Do not miss this: {product} is on offer.",
}
"""The first sentence for each style of script [nouvel:generate]; another style is named in it."""
ANGLES = (
    ("I was not sure at first.", "Then I tried it for a week.", "Now it is part of my morning."),
    ("Look at how it is made.", "Every detail has a reason.", "You notice it the first time."),
    ("My friends all asked about it.", "One of them bought two.", "I cannot blame her."),
)
"""The middle of the script: each variant has an angle of its own [000:49]."""
CLOSERS = {"ad": "Tap the link and get yours today.", "organic": "Tell me what you think."}

_VARIANTS = dict(zip("0123456789abcdef", 4 * "89ab", strict=True))
"""The digit of a UUID that says its variant, for each digit drawn."""

_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"\S+\s*")


@lru_cache(maxsize=1024)
def product(url: str) -> str:
    """Name a product after the last part of its page's path that has letters, else after its host."""
    parts = urlsplit(url)
    for segment in reversed(unquote(parts.path).split("/")):
        name = re.sub(r"\.[a-z]{2,5}$", "", segment)
        words = " ".join(re.sub(r"[^\w' ]|_", " ", name).split())[:60].strip()
        if _LETTERS.search(words):
            return words.title()
    return parts.hostname or url


def title(order: Order, index: int) -> str:
    """Name a video, as in `Trail Shoe Ad - Vertical`; variants are numbered."""
    variants = order.variants
    name = _name(order.urls[index // variants], order.purpose, order.ratio)
    return name if variants == 1 else f"{name} {index % variants + 1}"


@lru_cache(maxsize=1024)
def _name(url: str, purpose: str, ratio: str) -> str:
    """Name what is made of a page, all variants together."""
    return f"{product(url)} {'Ad' if purpose == 'ad' else 'Story'} - {ORIENTATIONS[ratio]}"


def description(order: Order, index: int) -> str:
    """Describe a video in a sentence, and quote what the client asked for."""
    text = f"A {order.seconds}-second video about {product(order.url(index))}."
    return f'{text} Instructions: "{order.instructions}"' if order.instructions else text


def script(order: Order, index: int) -> str:
    """The whole voice-over of a video."""
    return order.script or " ".join(_sentences(order, index))


def scene_texts(order: Order, index: int) -> list[str]:
    """The voice-over scene by scene; together they are the script."""
    words = _WORDS.findall(script(order, index))
    scenes = order.scenes
    return ["".join(words[len(words) * n // scenes : len(words) * (n + 1) // scenes]).strip() for n in range(scenes)]


def _sentences(order: Order, index: int) -> list[str]:
    name = product(order.url(index))
    opener = OPENERS.get(order.style, f"{{product}}, the {order.style.replace('_', ' ')[:40]} way.")
    audience = [f"This one is for {order.audience[:80]}."] if order.audience else []
    angle = ANGLES[index % order.variants % len(ANGLES)]
    repeated = [sentence for _ in range(order.seconds // 15) for sentence in angle]
    return [opener.replace("{product}", name), *audience, *repeated, CLOSERS[order.purpose]]


def actor(job_id: str, order: Order, index: int) -> str:
    """The actor of a video: whom the client chose, else another one for each variant."""
    return order.actor or uuid(Draw(0, job_id, "actor", index))


def uuid(draw: Draw) -> str:
    """Draw a UUID (version 4)."""
    text = draw.hexadecimal(32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-{text[20:]}"
