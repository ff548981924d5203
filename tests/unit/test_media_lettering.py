"""Captions in any script can be drawn: letters lose their marks, and what the font has not is a mark."""

# ruff: noqa: RUF001 - signs that look like others are the matter here

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from mockserver.media.card import Card
from mockserver.media.clip import Clip
from mockserver.media.lettering import legible

CLIP = Clip(width=320, height=180, seconds=Decimal(5), caption=("Acme", "job-1", "unicode - “x”"))


def drawn(caption):
    return Card(replace(CLIP, caption=("Acme", "job-1", caption))).still().tobytes()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ünïcode – “x”", "unicode - “x”"),
        ("Žluťoučký kůň", "Zlutoucky kun"),
        ("Ærøskøbing, Łódź, Straße", "AEroskobing, Lodz, Strasse"),
        ("u\u0308", "u"),
        ("3 × 4 ≠ 7 — ok", "3 x 4 != 7 - ok"),
        ("¿5 €?", "?5 EUR?"),
        ("Å Ａ１ ①", "A A1 1"),
        ("漢字 и a", "·· · a"),
        ("a\u200db", "ab"),
        ("👩\u200d👩\u200d👧 ✓", "··· ·"),
        ("a\ud800b\nc", "a b c"),
        ("", ""),
    ],
)
def test_what_the_font_has_not_is_folded_or_marked(text, shown):
    assert legible(text) == shown


def test_what_is_folded_is_drawn_like_what_it_is_folded_to():
    assert drawn("ünïcode – “x”") == drawn("unicode - “x”") != drawn("unicode - x")


@given(st.text())
def test_no_text_is_drawn_with_a_sign_that_the_font_lacks(text):
    font = ImageFont.load_default(20)
    lacking = bytes(font.getmask("\uffff"))

    shown = legible(text)

    assert not [sign for sign in shown if sign not in " ·" and bytes(font.getmask(sign)) == lacking]
    assert legible(shown) == shown
    assert not [sign for sign in shown if unicodedata.category(sign)[0] in "CM"]
