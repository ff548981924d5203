"""Makes any text one that the built-in font can draw: what it has not is folded to what it has, or becomes a mark."""

# ruff: noqa: RUF001, RUF002 - signs that look like others are the matter here

import unicodedata
from functools import cache, lru_cache

from PIL import ImageFont

MARK = "·"
"""Stands for a sign that the font has not, and nothing like it."""

_ALIKE = (
    ("‐‑‒–—―−", "-"), ("‚‛′ʼ", "'"), ("„‟″", '"'), ("•", "·"), ("×", "x"), ("÷", "/"), ("→", "->"), ("←", "<-"),
    ("≤", "<="), ("≥", ">="), ("≠", "!="), ("¡", "!"), ("¿", "?"), ("€", "EUR"), ("£", "GBP"), ("¢", "c"),
    ("µ", "u"), ("ß", "ss"), ("ẞ", "SS"), ("æ", "ae"), ("Æ", "AE"), ("œ", "oe"), ("Œ", "OE"), ("ø", "o"), ("Ø", "O"),
    ("ł", "l"), ("Ł", "L"), ("đð", "d"), ("ĐÐ", "D"), ("þ", "th"), ("Þ", "Th"), ("ı", "i"), ("ħ", "h"), ("Ħ", "H"),
)  # fmt: skip
LIKE = {sign: plain for signs, plain in _ALIKE for sign in signs}
"""What stands for signs that Unicode does not take apart, or not into what is meant."""


def legible(text: str) -> str:
    """Return a text that the font can draw: `ünïcode – “x”` is `unicode - “x”`; other scripts are a mark a sign."""
    return "".join(map(_drawable, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=4096)
def _drawable(sign: str) -> str:
    if not sign.isprintable():  # joiners and the like are not seen; controls and lone surrogates part words
        return "" if unicodedata.category(sign) == "Cf" else " "
    if _has(sign):
        return sign
    if sign in LIKE:
        return LIKE[sign]
    parts = [part for part in unicodedata.normalize("NFKD", sign) if unicodedata.category(part)[0] != "M"]
    drawn = [part if _has(part) else LIKE.get(part, "") for part in parts]
    return "".join(drawn) if all(drawn) else MARK


def _has(sign: str) -> bool:
    """Tell whether the font has a sign: what it has not, it draws like every other such sign."""
    return sign in {" ", MARK} or bytes(_font().getmask(sign)) != _lacking()


@cache
def _lacking() -> bytes:
    return bytes(_font().getmask("\uffff"))


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(20)
