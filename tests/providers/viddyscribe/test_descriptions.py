"""Descriptions and their three forms, without a server."""

import json
import re
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.viddyscribe.catalogue import CATEGORIES
from mockserver.providers.viddyscribe.outputs import edl, webvtt
from mockserver.providers.viddyscribe.outputs import given as given_text
from mockserver.providers.viddyscribe.outputs.descriptions import Description, drawn, in_language, spread, tidied
from mockserver.providers.viddyscribe.outputs.sentences import SCENES

SAMPLE = [Description(500, 3100, "A woman sits at a desk."), Description(3200, 5900, "She smiles & waves.")]

SEGMENTS = [{"start": one.start / 1000, "end": one.end / 1000, "text": one.text} for one in SAMPLE]

lengths = st.integers(1, 3_600_000).map(lambda ms: timedelta(milliseconds=ms))
rates = st.sampled_from(
    [Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60), Fraction(1), Fraction(120)]
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)


@st.composite
def scripts(draw):
    instants = sorted(draw(st.sets(st.integers(0, 3_600_000), min_size=2, max_size=20)))
    pairs = zip(instants[::2], instants[1::2], strict=False)
    return [Description(start, end, draw(texts.filter(bool))) for start, end in pairs]


@given(lengths, st.integers(0, 2**32), st.sampled_from(CATEGORIES), st.booleans())
def test_descriptions_are_in_order_apart_and_inside_the_media(length, seed, category, extended):
    found = drawn(length, seed, category, extended=extended)

    last = length // timedelta(milliseconds=1)
    assert found
    assert all(0 <= one.start < one.end <= last for one in found)
    assert all(one.end <= after.start for one, after in pairwise(found))


def test_the_same_media_is_described_in_the_same_words():
    half_a_minute = timedelta(seconds=30)

    assert drawn(half_a_minute, 7, "News", extended=True) == drawn(half_a_minute, 7, "News", extended=True)
    assert drawn(half_a_minute, 7, "News", extended=True) != drawn(half_a_minute, 8, "News", extended=True)


def test_a_category_is_described_in_its_own_words():
    for one in drawn(timedelta(minutes=5), 7, "News", extended=False):
        assert one.text in SCENES["News"]


def test_extended_descriptions_are_fuller():
    length = timedelta(minutes=1)
    concise, fuller = (drawn(length, 7, "Auto", extended=extended)[0] for extended in (False, True))

    assert fuller.text.startswith(concise.text)
    assert len(fuller.text) > len(concise.text)


def test_each_category_of_the_document_has_sentences():
    assert set(SCENES) == set(CATEGORIES)
    assert all(len(set(sentences)) >= 3 for sentences in SCENES.values())


def test_a_language_other_than_american_english_is_shown():
    assert in_language(SAMPLE, "en-US") == SAMPLE
    assert in_language(SAMPLE, "fr-CA")[0].text == "[fr-CA] A woman sits at a desk."


def test_webvtt_is_written_as_the_vendor_prints_it():
    assert webvtt.write(SAMPLE) == (
        "WEBVTT\n\n00:00.500 --> 00:03.100\nA woman sits at a desk.\n\n"
        "00:03.200 --> 00:05.900\nShe smiles &amp; waves.\n"
    )


def test_webvtt_has_hours_only_where_there_are_some():
    assert "59:59.000 --> 01:00:01.000" in webvtt.write([Description(3_599_000, 3_601_000, "On.")])


def test_an_edl_is_cmx3600():
    assert edl.write(SAMPLE, Fraction(30)) == (
        "TITLE: AUDIO DESCRIPTION\nFCM: NON-DROP FRAME\n\n"
        "001  AX       A     C        00:00:00:15 00:00:03:03 00:00:00:15 00:00:03:03\n"
        "* COMMENT: A woman sits at a desk.\n"
        "002  AX       A     C        00:00:03:06 00:00:05:27 00:00:03:06 00:00:05:27\n"
        "* COMMENT: She smiles & waves.\n"
    )


@given(scripts())
def test_webvtt_is_read_as_it_was_written(script):
    assert webvtt.read(webvtt.write(script)) == script


@given(scripts(), rates)
def test_an_edl_is_read_as_it_was_written_to_the_frame(script, rate):
    read = edl.read(edl.write(script, rate), rate)

    frame = 1000 / rate
    assert [one.text for one in read] == [one.text for one in script]
    assert all(abs(a.start - b.start) <= frame for a, b in zip(read, script, strict=True))
    assert all(abs(a.end - b.end) <= 3 * frame / 2 + 1 for a, b in zip(read, script, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        webvtt.write(SAMPLE),
        webvtt.write(SAMPLE).replace("\n", "\r\n"),
        edl.write(SAMPLE, Fraction(10)),
        json.dumps(
            {"segments": [{"start": one.start / 1000, "end": one.end / 1000, "text": one.text} for one in SAMPLE]}
        ),
        json.dumps([{"start": one.start / 1000, "end": one.end / 1000, "text": one.text} for one in SAMPLE]),
    ],
    ids=["vtt", "vtt with CRLF", "edl", "segments", "list of segments"],
)
def test_given_text_is_read_in_each_form_that_the_api_hands_out(text):
    assert given_text.read(text, timedelta(seconds=10), Fraction(10)) == SAMPLE


def test_plain_lines_are_spread_over_the_media():
    found = given_text.read("One.\n\nTwo.\n", timedelta(seconds=8), Fraction(30))

    assert found == [Description(0, 3000, "One."), Description(4000, 7000, "Two.")]


@given(st.text(max_size=300), lengths, rates)
def test_any_text_can_be_given(text, length, rate):
    found = given_text.read(text, length, rate)

    assert all(0 <= one.start < one.end <= length / timedelta(milliseconds=1) for one in found)


def test_given_descriptions_are_cut_where_the_next_begins_and_where_the_media_ends():
    given_ones = [
        Description(4000, 9000, "c"),
        Description(0, 3000, "a"),
        Description(2000, 4000, "b"),
        Description(6000, 7000, "d"),
    ]

    assert tidied(given_ones, timedelta(seconds=5)) == [
        Description(0, 2000, "a"), Description(2000, 4000, "b"), Description(4000, 5000, "c"),
    ]  # fmt: skip
    assert spread([], timedelta(seconds=5)) == []


def test_a_webvtt_file_with_all_its_trimmings_is_read():
    text = "\ufeffWEBVTT - made by hand\n\nNOTE nothing\n\n1\n00:01.000 --> 00:02.500 align:start\nTwo\nlines.\n"

    assert webvtt.read(text) == [Description(1000, 2500, "Two lines.")]
    assert not re.search("align", webvtt.write(webvtt.read(text)))
