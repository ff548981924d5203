"""The descriptions in their three text formats."""

import re

import pytest

from tests.films import film

from .conftest import video

CUE = re.compile(r"(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d)\.(\d{3})\n([^\n]+)\n")
EVENT = re.compile(
    r"(\d{3})  AX       A     C        (\d\d):(\d\d):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d):(\d\d) "
    r"(?P<record>\S{11} \S{11})\n\* COMMENT: ([^\n]+)\n"
)


def cues(content):
    """Read a WebVTT file by the letter: a header, and blocks between blank lines."""
    head, *blocks = content.split("\n\n")
    assert head == "WEBVTT"
    found = [CUE.fullmatch(block.removesuffix("\n") + "\n") for block in blocks]
    assert all(found)
    return [
        (60 * int(m[1]) + int(m[2]) + int(m[3]) / 1000, 60 * int(m[4]) + int(m[5]) + int(m[6]) / 1000, m[7])
        for m in found
    ]


def events(content, rate):
    """Read a CMX3600 list by the letter."""
    title, fcm, blank, rest = content.split("\n", 3)
    assert (title, fcm, blank) == ("TITLE: AUDIO DESCRIPTION", "FCM: NON-DROP FRAME", "")
    found = list(EVENT.finditer(rest))
    assert "".join(m[0] for m in found) == rest
    assert [int(m[1]) for m in found] == list(range(1, len(found) + 1))

    def second(m, at):
        hours, minutes, seconds, frames = (int(m[at + place]) for place in range(4))
        assert frames < rate
        return 3600 * hours + 60 * minutes + seconds + frames / rate

    return [(second(m, 2), second(m, 6), m[11]) for m in found]


@pytest.fixture
async def long_media(team):
    return await team.media(video(180.0, size=(32, 32)))


@pytest.mark.clause("viddyscribe.content.json")
async def test_json_has_segments_in_seconds(finished, long_media):
    output = (await finished("text", long_media, format="json"))["output"]

    assert output.keys() == {"segments"}
    assert len(output["segments"]) > 8
    for segment in output["segments"]:
        assert segment.keys() == {"start", "end", "text"}
        assert round(segment["start"] * 1000) / 1000 == segment["start"]


@pytest.mark.clause("viddyscribe.content.vtt")
async def test_vtt_is_webvtt(finished, long_media):
    output = (await finished("text", long_media, format="vtt"))["output"]

    assert output.keys() == {"format", "content"}
    assert output["format"] == "vtt"
    assert len(cues(output["content"])) > 8


@pytest.mark.clause("viddyscribe.content.edl", "viddyscribe.content.edl-dialect")
async def test_edl_is_cmx3600(finished, long_media):
    output = (await finished("text", long_media, format="edl"))["output"]

    assert output.keys() == {"format", "content"}
    assert output["format"] == "edl"
    assert len(events(output["content"], 5)) > 8


@pytest.mark.clause("viddyscribe.content.edl-dialect")
async def test_frames_are_counted_at_the_media_s_rate(team, finished):
    media_id = await team.media(film(seconds=20, rate=29.97, size=(32, 32), sound=None))
    segments = (await finished("text", media_id, format="json"))["output"]["segments"]

    found = events((await finished("text", media_id, format="edl"))["output"]["content"], 30)

    frames = [round(30 * start) for start, _, _ in found]
    assert frames == [round(segment["start"] * 30000 / 1001) for segment in segments]


@pytest.mark.clause("viddyscribe.content.formats-agree", "viddyscribe.content.edl-dialect")
@pytest.mark.parametrize(("rate", "frames"), [(12.5, 12), (0.25, 1), (29.8, 30), (120, 60)])
async def test_an_edl_tells_the_time_where_no_time_code_has_the_media_s_rate(team, finished, rate, frames):
    media_id = await team.media(film(seconds=60, rate=rate, size=(32, 32), sound=None))
    segments = (await finished("text", media_id, format="json"))["output"]["segments"]

    found = events((await finished("text", media_id, format="edl"))["output"]["content"], frames)

    assert [start for start, _, _ in found] == pytest.approx([one["start"] for one in segments], abs=0.501 / frames)
    assert [end for _, end, _ in found] == pytest.approx([one["end"] for one in segments], abs=0.501 / frames)


@pytest.mark.clause("viddyscribe.content.formats-agree")
@pytest.mark.parametrize("ad_type", ["extended_ad", "standard_ad"])
async def test_the_formats_agree(finished, long_media, ad_type):
    json, vtt, edl = [
        (await finished("text", long_media, format=form, ad_type=ad_type))["output"] for form in ("json", "vtt", "edl")
    ]

    segments = [(segment["start"], segment["end"], segment["text"]) for segment in json["segments"]]
    assert cues(vtt["content"]) == segments
    for (start, end, text), segment in zip(events(edl["content"], 5), segments, strict=True):
        assert text == segment[2]
        assert start == pytest.approx(segment[0], abs=0.1001)
        assert end == pytest.approx(segment[1], abs=0.1001)


@pytest.mark.clause("viddyscribe.content.inside-the-media")
@pytest.mark.parametrize("seconds", [0.2, 1.0, 3.0, 10.0, 61.0])
async def test_descriptions_lie_inside_the_media(team, finished, seconds):
    media_id = await team.media(video(seconds))

    segments = (await finished("text", media_id, format="json"))["output"]["segments"]

    times = [time for segment in segments for time in (segment["start"], segment["end"])]
    assert segments
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= seconds


@pytest.mark.clause("viddyscribe.content.repeatable")
async def test_the_same_media_is_described_alike_and_another_is_not(team, finished):
    other = await team.media(video(11.0))

    first, again, different = await finished(), await finished(), await finished("text", other)

    assert first["output"] == again["output"] != different["output"]


@pytest.mark.clause("viddyscribe.content.text-for-all")
@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_audio_and_video_jobs_give_the_text_too(finished, kind):
    output = (await finished(kind, format="vtt", ad_type="standard_ad"))["output"]

    assert output == (await finished("text", format="vtt", ad_type="standard_ad"))["output"]


@pytest.mark.clause("viddyscribe.content.text-has-no-link")
async def test_a_text_job_has_no_link(finished):
    assert not [name for name in await finished("text") if name.endswith("url")]
