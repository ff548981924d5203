"""Descriptions written down and read: WebVTT, EDL, JSON and plain lines, to the letter; and those that are drawn."""

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from mockserver.providers.viddyscribe.catalogue import CATEGORIES
from mockserver.providers.viddyscribe.catalogue.orders import Footage
from mockserver.providers.viddyscribe.outputs import edl, given, stand_in, webvtt
from mockserver.providers.viddyscribe.outputs.descriptions import Description, drawn, in_language
from mockserver.providers.viddyscribe.outputs.sentences import SCENES

TEN = timedelta(seconds=10)
HOUR = timedelta(hours=1)
FOX, CROW = Description(2000, 4000, "A fox."), Description(5000, 6500, "A crow.")

VTT = """WEBVTT

00:02.000 --> 00:04.000
A fox.

01:02:05.123 --> 01:02:06.520
A crow &amp; a &lt;cat&gt; "here".
"""
EDL = """TITLE: AUDIO DESCRIPTION
FCM: NON-DROP FRAME

001  AX       A     C        00:00:02:00 00:00:04:00 00:00:02:00 00:00:04:00
* COMMENT: A fox.
002  AX       A     C        01:02:05:03 01:02:06:13 01:02:05:03 01:02:06:13
* COMMENT: A crow & a <cat> "here".
"""
LOOSELY = "  00:02.000 --> 00:04.000  \nA\nfox.\n\n\n00:05.000 --> 00:06.500\nA crow."
REELS = """001 AX A C 00:00:02:00 00:00:04:00 01:00:00:00 01:00:02:00
* COMMENT: A fox.

002 AX A C 00:00:05:00 00:00:06:12 01:00:05:00 01:00:06:12
* FROM CLIP
"""
WRITTEN = [FOX, Description(3_725_123, 3_726_520, 'A crow & a <cat> "here".')]


def read(text, length=TEN, rate=25):
    return given.read(text, length, Fraction(rate))


@pytest.mark.clause("viddyscribe.content.vtt")
def test_webvtt_to_the_letter():
    assert webvtt.write(WRITTEN) == VTT
    assert webvtt.read(VTT) == WRITTEN


@pytest.mark.clause("viddyscribe.content.edl-dialect")
def test_an_edl_to_the_letter():
    assert edl.write(WRITTEN, Fraction(25)) == EDL
    assert edl.read(EDL, Fraction(25)) == [FOX, Description(3_725_120, 3_726_520, 'A crow & a <cat> "here".')]


@pytest.mark.clause("viddyscribe.content.edl-dialect")
def test_an_event_has_a_frame_at_least_and_one_line_of_comment():
    written = edl.write([Description(0, 1, "A\nfox  \n here.")], Fraction(30_000, 1001)).splitlines()

    assert written[3:] == [
        "001  AX       A     C        00:00:00:00 00:00:00:01 00:00:00:00 00:00:00:01",
        "* COMMENT: A fox here.",
    ]


@pytest.mark.clause("viddyscribe.content.edl-dialect")
def test_frames_of_a_broken_rate_are_counted_in_its_nearest_whole_number():
    ntsc = Fraction(30_000, 1001)
    written = edl.write([Description(1001, 61_061, "A fox.")], ntsc)

    assert "00:00:01:00 00:01:01:00 00:00:01:00 00:01:01:00" in written
    assert edl.read(written, ntsc) == [Description(1001, 61_061, "A fox.")]


@pytest.mark.clause("viddyscribe.content.edl-dialect", "viddyscribe.content.formats-agree")
@pytest.mark.parametrize(
    ("rate", "codes"),
    [
        (Fraction(2, 5), "00:00:10:00 00:01:10:00"),
        (Fraction(25, 2), "00:00:10:03 00:01:10:06"),
        (Fraction(298, 10), "00:00:10:08 00:01:10:15"),
        (Fraction(2997, 100), "00:00:10:07 00:01:10:13"),
        (Fraction(100), "00:00:10:12 00:01:10:25"),
        (Fraction(120_000, 1001), "00:00:10:14 00:01:10:26"),
    ],
    ids=str,
)
def test_other_broken_rates_are_no_rates_of_time_codes_and_two_digits_hold_a_frame(rate, codes):
    written = edl.write([Description(10_250, 70_500, "A fox.")], rate)

    assert codes in written
    assert edl.read(written, rate)[0].start == pytest.approx(10_250, abs=501)


@pytest.mark.clause("viddyscribe.values.description-forms")
@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:02.000 --> 00:04.000\nA fox.\n\n00:05.000 --> 00:06.500\nA crow.",
        "WEBVTT\r\n\r\n1\r\n00:00:02.000 --> 00:00:04.000\r\nA fox.\r\n\r\n2\r\n00:05.000 --> 00:06.500\r\nA crow.\r\n",
        "WEBVTT\r\r00:02.000 --> 00:04.000 line:0 align:start\rA fox.\r\r00:05.000\t-->\t00:06.500\rA crow.\r",
        "WEBVTT - title\n\nNOTE of 00:01\n\nSTYLE\n::cue {}\n\n\n\n" + LOOSELY,
        REELS,
        '[{"start": 5, "end": 6.5, "text": "A crow."}, {"start": 2, "end": 4, "text": "A fox."}]',
        '{"segments": [{"start": 2.0, "end": 4.0, "text": "A fox."}, {"start": 5.0, "end": 6.5, "text": "A crow."}]}',
    ],
    ids=["plain", "crlf and numbers", "cr and settings", "notes and styles", "edl", "a list", "segments"],
)
def test_a_text_is_read_in_each_form(text):
    crow = Description(5000, 6480, "FROM CLIP") if text.startswith("001") else CROW

    assert read(text) == [FOX, crow]


@pytest.mark.clause("viddyscribe.content.inside-the-media")
def test_what_lies_outside_the_media_or_says_nothing_is_left_out_and_what_overlaps_is_cut():
    times = [(-2, 1, "before"), (0, 3, "first"), (2, 2.5, ""), (2, 9, "second"), (9, 60, "last"), (10, 11, "behind")]
    text = "[" + ", ".join(f'{{"start": {start}, "end": {end}, "text": "{said}"}}' for start, end, said in times) + "]"

    assert read(text) == [
        Description(0, 2000, "first"),
        Description(2000, 9000, "second"),
        Description(9000, 10_000, "last"),
    ]


def test_times_that_no_media_has_are_held_to_what_one_can_have():
    assert read('[{"start": 1, "end": 1e300, "text": "long"}]', timedelta(days=20)) == [
        Description(1000, 1_000_000_000, "long")
    ]
    assert read('[{"start": -1e300, "end": 1, "text": "never"}]') == []


@pytest.mark.clause("viddyscribe.values.description-forms")
def test_plain_lines_have_equal_shares_and_are_spoken_in_three_quarters_of_them():
    assert read("\n  A fox. \n\n\n A crow.\nA cat.\nA dog.") == [
        Description(0, 1875, "A fox."),
        Description(2500, 4375, "A crow."),
        Description(5000, 6875, "A cat."),
        Description(7500, 9375, "A dog."),
    ]
    assert read(" \n ") == []
    assert read('{"segments": 5}') == [Description(0, 7500, '{"segments": 5}')]


@pytest.mark.clause("viddyscribe.content.inside-the-media")
@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("extended", [False, True])
def test_drawn_descriptions_are_the_sentences_of_their_category_with_time_to_speak(category, extended):
    found = drawn(HOUR, 7, category, extended=extended)

    assert found[0].start == 500
    for before, after in pairwise(found):
        assert 1500 <= after.start - before.end < 6000
        assert after.text != before.text
    for one in found:
        assert one.end - one.start == 260 * len(one.text.split())
    said = [one.text for one in found]
    pairs = {f"{one} {other}" for one in SCENES[category] for other in SCENES[category] if one != other}
    assert {*said} <= (pairs if extended else {*SCENES[category]})
    assert len({*said}) > len(SCENES[category]) / 2
    assert HOUR / timedelta(milliseconds=1) - found[-1].end < 20_000


@pytest.mark.clause("viddyscribe.content.inside-the-media")
def test_a_short_media_has_one_description_from_its_first_quarter_to_its_end():
    [one] = drawn(timedelta(milliseconds=400), 1, "News", extended=False)

    assert (one.start, one.end) == (100, 400)


@pytest.mark.clause("viddyscribe.content.language-is-shown")
def test_another_language_is_shown_in_brackets():
    assert in_language([FOX], "en-US") == [FOX]
    assert in_language([FOX], "de-DE") == [Description(2000, 4000, "[de-DE] A fox.")]


def test_a_url_that_is_not_fetched_is_drawn_with_its_own_name_on_it():
    url = "https://example.com/" + "x" * 600
    clip = stand_in(Footage(timedelta(seconds=20.1), Fraction(30), url=url))

    assert (clip.width, clip.height, clip.seconds, clip.frames_per_second) == (640, 360, Fraction(201, 10), 30)
    assert clip.caption == ("ViddyScribe", "stands for", url)
    assert (clip.sound, clip.comment) == (True, url[:500])
    assert clip.seed != stand_in(Footage(timedelta(seconds=20.1), Fraction(30), url="https://example.com/y")).seed
