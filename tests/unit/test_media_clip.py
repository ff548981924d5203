"""A clip is a value: what it holds, what it refuses, and how large a token's video is."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.clip import Clip, frame_size

CLIP = Clip(
    width=1280, height=720, seconds=Decimal(8), caption=("Acme", "job-1", "a fox in snow"), seed=7, comment="job-1"
)


def test_a_clip_is_frozen():
    with pytest.raises(FrozenInstanceError):
        CLIP.width = 640


def test_sides_are_made_even():
    clip = replace(CLIP, width=853, height=481)

    assert (clip.width, clip.height) == (854, 482)


def test_decimal_and_fraction_make_the_same_clip():
    decimal, fraction = (replace(CLIP, seconds=seconds) for seconds in (Decimal("8.50"), Fraction(17, 2)))

    assert decimal == fraction
    assert decimal.key == fraction.key


def test_the_key_is_the_same_in_another_process():
    code = "from mockserver.media.clip import Clip; print(Clip(width=64, height=64, seconds=1).key)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()

    assert told == Clip(width=64, height=64, seconds=Decimal(1)).key


@pytest.mark.parametrize(
    "other",
    [
        {"width": 1282},
        {"height": 722},
        {"seconds": Decimal("8.000001")},
        {"frames_per_second": 25},
        {"caption": ("Acme", "job-1", "a fox in the snow")},
        {"caption": ("Acme", "job-1a fox in snow")},
        {"seed": 8},
        {"sound": True},
        {"comment": "job-2"},
    ],
    ids=str,
)
def test_each_field_has_a_part_in_the_key(other):
    assert replace(CLIP, **other).key != CLIP.key


@given(st.text(), st.integers(), st.text())
def test_any_text_and_any_seed_have_a_key(prompt, seed, comment):
    clip = replace(CLIP, caption=(prompt,), seed=seed, comment=comment)

    assert clip.key.isalnum()
    assert replace(clip) == clip


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"height": 20000},
        {"width": 8192, "height": 8192},
        {"seconds": Decimal(0)},
        {"seconds": Decimal("1e-9")},
        {"seconds": Decimal("NaN")},
        {"seconds": Decimal("Infinity")},
        {"seconds": Fraction(-1)},
        {"seconds": Decimal(100_000)},
        {"frames_per_second": 0},
        {"frames_per_second": 1000},
    ],
    ids=str,
)
def test_what_no_encoder_could_follow_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        replace(CLIP, **wrong)


@pytest.mark.parametrize(
    ("seconds", "frames"), [("8", 192), ("8.02", 192), ("8.03", 193), ("0.001", 1), ("0.0625", 2)], ids=str
)
def test_there_are_as_many_pictures_as_fit_best(seconds, frames):
    assert replace(CLIP, seconds=Decimal(seconds)).frames == frames


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("480p", "16:9", (854, 480)),
        ("512p", "1:1", (512, 512)),
        ("540p", "16:9", (960, 540)),
        ("580p", "4:3", (774, 580)),
        ("720p", "16:9", (1280, 720)),
        ("720P", "9:16", (720, 1280)),
        ("720p", "1:1", (720, 720)),
        ("720p", "4:3", (960, 720)),
        ("720p", "3:4", (720, 960)),
        ("768p", "16:9", (1366, 768)),
        ("1080p", "21:9", (2520, 1080)),
        ("1080p", "9:21", (1080, 2520)),
        ("1440p", "16:9", (2560, 1440)),
        ("2k", "16:9", (2560, 1440)),
        ("2160p", "16:9", (3840, 2160)),
        ("4K", "9:16", (2160, 3840)),
        ("1792x1024", "16:9", (1792, 1024)),
        ("1024x1792", "anything", (1024, 1792)),
        ("853x479", "1:1", (854, 480)),
    ],
)
def test_a_token_names_a_size(resolution, ratio, size):
    assert frame_size(resolution, ratio) == size


@pytest.mark.parametrize(
    ("resolution", "ratio"),
    [
        ("", "16:9"),
        ("8k", "16:9"),
        ("720", "16:9"),
        ("720p", "auto"),
        ("0x0", "1:1"),
        ("99999x16", "1:1"),
        ("x", "1:1"),
        ("\u0667\u0662\u0660x720", "1:1"),
    ],
)
def test_an_unknown_token_is_refused(resolution, ratio):
    with pytest.raises(ValueError, match=r"^No "):
        frame_size(resolution, ratio)


@pytest.mark.parametrize("module", ["clip", "cache", "probe"])
def test_a_room_that_nobody_has_used_yet_loads_no_encoder(module):
    code = f"import sys, mockserver.media.{module}; print(sorted({{'av', 'PIL'}} & sys.modules.keys()))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()

    assert told == "[]"
