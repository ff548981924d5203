"""What the options may hold: languages, categories, formats, voices, and what they do."""

import io
import json
import wave
from array import array

import pytest

from .conftest import ends, video

# Document 001, line 38, with the codes of the vendor's first enum.
LISTED = {
    "English (US)": "en-US", "English (GB)": "en-GB", "English (AU)": "en-AU", "English (IN)": "en-IN",
    "Spanish (ES)": "es-ES", "Spanish (US)": "es-US", "French (FR)": "fr-FR", "French (CA)": "fr-CA", "German": "de-DE",
    "Italian": "it-IT", "Portuguese (BR)": "pt-BR", "Japanese": "ja-JP", "Korean": "ko-KR", "Chinese": "cmn-CN",
    "Arabic": "ar-XA", "Hindi": "hi-IN", "Bengali": "bn-IN", "Danish": "da-DK", "Dutch (NL)": "nl-NL",
    "Dutch (BE)": "nl-BE", "Finnish": "fi-FI", "Gujarati": "gu-IN", "Indonesian": "id-ID", "Kannada": "kn-IN",
    "Malayalam": "ml-IN", "Marathi": "mr-IN", "Norwegian": "nb-NO", "Polish": "pl-PL", "Russian": "ru-RU",
    "Swedish": "sv-SE", "Swahili": "sw-KE", "Tamil": "ta-IN", "Telugu": "te-IN", "Thai": "th-TH", "Turkish": "tr-TR",
    "Ukrainian": "uk-UA", "Urdu": "ur-IN", "Vietnamese": "vi-VN",
}  # fmt: skip
LATER = {
    "Bulgarian": "bg-BG", "Croatian": "hr-HR", "Czech": "cs-CZ", "Estonian": "et-EE", "Greek": "el-GR",
    "Hebrew": "he-IL", "Hungarian": "hu-HU", "Latvian": "lv-LV", "Lithuanian": "lt-LT", "Punjabi (India)": "pa-IN",
    "Romanian": "ro-RO", "Serbian (Cyrillic)": "sr-RS", "Slovak": "sk-SK", "Slovenian": "sl-SI",
}  # fmt: skip
# Document 001, line 42.
CATEGORIES = [
    "Auto", "Educational Lecture", "Educational Kids", "Government Meeting", "Documentary", "Narrative Story",
    "Social Media", "Tutorial/How-To", "Vlog", "Commercial/Advertisement", "News", "Entertainment", "Home Video",
    "Video Call",
]  # fmt: skip
VOICES = (
    "Achernar Achird Algenib Algieba Alnilam Aoede Autonoe Callirrhoe Charon Despina Enceladus Erinome Fenrir Gacrux "
    "Iapetus Kore Laomedeia Leda Orus Pulcherrima Puck Rasalgethi Sadachbia Sadaltager Schedar Sulafat Umbriel "
    "Vindemiatrix Zephyr Zubenelgenubi"
)
INVALID = (400, "invalid_request")


async def taken(team, kind, field, values):
    """Order once for each value; give those that were taken."""
    media_id = await team.media()
    answers = {value: await team.order(kind, media_id, **{field: value}) for value in values}
    return [value for value, answer in answers.items() if answer.status_code == 200]


@pytest.mark.clause("viddyscribe.values.languages")
async def test_there_are_52_languages(unhurried):
    languages = [*LISTED.values(), *LATER.values()]

    assert len(set(languages)) == 52
    assert await taken(unhurried, "text", "language", languages) == languages


@pytest.mark.clause("viddyscribe.values.language-codes")
async def test_38_have_the_codes_that_the_vendor_lists(unhurried):
    assert len(LISTED) == 38
    assert await taken(unhurried, "audio", "language", LISTED.values()) == list(LISTED.values())


@pytest.mark.clause("viddyscribe.values.later-language-codes")
async def test_14_came_later(unhurried):
    assert len(LATER) == 14
    assert await taken(unhurried, "video", "language", LATER.values()) == list(LATER.values())


@pytest.mark.clause("viddyscribe.values.unknown-language")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
@pytest.mark.parametrize("language", ["en", "en-us", "English", "pt-PT", "zh-CN", "xx-XX", ""])
async def test_any_other_language_is_refused(team, kind, language):
    assert ends(await team.order(kind, language=language)) == INVALID


@pytest.mark.clause("viddyscribe.values.language-default", "viddyscribe.content.language-is-shown")
async def test_american_english_is_the_default(finished):
    assert await texts(finished) == await texts(finished, language="en-US")
    german = await texts(finished, language="de-DE")

    assert german == [f"[de-DE] {text}" for text in await texts(finished)]


async def texts(finished, **options):
    return [segment["text"] for segment in (await finished(format="json", **options))["output"]["segments"]]


@pytest.mark.clause("viddyscribe.values.categories")
async def test_there_are_14_categories(unhurried):
    assert len(CATEGORIES) == 14
    assert await taken(unhurried, "video", "video_category", CATEGORIES) == CATEGORIES


@pytest.mark.clause("viddyscribe.values.categories")
@pytest.mark.parametrize("category", ["auto", "Tutorial", "How-To", "Commercial", "Sports", "", "NEWS"])
async def test_any_other_category_is_refused(team, category):
    assert ends(await team.order("text", video_category=category)) == INVALID


@pytest.mark.clause("viddyscribe.values.category-default")
async def test_auto_is_the_default_category(finished):
    assert await texts(finished) == await texts(finished, video_category="Auto")
    assert await texts(finished) != await texts(finished, video_category="Video Call")


@pytest.mark.clause("viddyscribe.values.formats")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_text_comes_in_three_formats(team, kind):
    assert await taken(team, kind, "format", ["json", "vtt", "edl", "srt", "txt", "VTT", "mp4", ""]) == [
        "json",
        "vtt",
        "edl",
    ]


@pytest.mark.clause("viddyscribe.values.format-video")
async def test_the_format_video_belongs_to_the_video_endpoints(team, finished):
    refused = [ends(await team.order(kind, format="video")) for kind in ("text", "audio")]

    results = await finished("video", format="video")

    assert refused == [INVALID, INVALID]
    assert "video_signed_url" in results
    assert "output" not in results


@pytest.mark.clause("viddyscribe.values.format-default")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_vtt_is_the_default_format(finished, kind):
    assert (await finished(kind))["output"]["format"] == "vtt"


@pytest.mark.clause("viddyscribe.values.ad-type")
@pytest.mark.parametrize("kind", ["text", "video"])
async def test_there_are_two_types_of_description(team, finished, kind):
    assert await taken(team, kind, "ad_type", ["extended_ad", "standard_ad", "extended", "", "Standard_AD"]) == [
        "extended_ad",
        "standard_ad",
    ]
    assert (
        await texts(finished)
        == await texts(finished, ad_type="extended_ad")
        != await texts(finished, ad_type="standard_ad")
    )


@pytest.mark.clause("viddyscribe.values.voices")
async def test_there_are_30_voices(unhurried):
    names = VOICES.split()

    assert len(names) == 30
    assert await taken(unhurried, "audio", "voice", [*names, "achernar", "Alloy", ""]) == names


async def loudness(finished, download, start, end, **options):
    """How loud the track of an audio job is between two seconds: the mean size of its samples."""
    link = (await finished("audio", **options))["audio_signed_url"]
    with wave.open(io.BytesIO((await download(link)).content)) as file:
        file.setpos(round(start * file.getframerate()))
        samples = array("h", file.readframes(round((end - start) * file.getframerate())))
    return sum(map(abs, samples)) / len(samples)


GIVEN = {"description_content": "WEBVTT\n\n00:02.000 --> 00:04.000\nA fox.\n"}


@pytest.mark.clause("viddyscribe.values.voices")
async def test_achernar_is_the_default_voice_and_others_sound_different(finished, download):
    links = [
        (await finished("audio", **voice))["audio_signed_url"]
        for voice in ({}, {"voice": "Achernar"}, {"voice": "Puck"})
    ]
    tracks = [(await download(link)).content for link in links]

    assert tracks[0] == tracks[1] != tracks[2]


@pytest.mark.clause("viddyscribe.values.volume")
async def test_the_volume_is_heard(finished, download):
    loud, quiet = [
        await loudness(finished, download, 2, 4, volume_option="max", volume_level_db=level, **GIVEN)
        for level in (0, -10)
    ]

    assert loud == pytest.approx(quiet * 10**0.5, rel=0.02)
    usual = await loudness(finished, download, 2, 4, **GIVEN)
    assert usual == await loudness(finished, download, 2, 4, volume_option="auto", volume_level_db=-10, **GIVEN)


@pytest.mark.clause("viddyscribe.values.volume")
@pytest.mark.parametrize(
    "options", [{"volume_option": "loud"}, {"volume_level_db": 0.1}, {"volume_level_db": -10.1}], ids=str
)
@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_the_volume_has_bounds(team, kind, options):
    assert ends(await team.order(kind, **options)) == INVALID


@pytest.mark.clause("viddyscribe.values.audio-track-type")
async def test_a_track_is_mixed_or_holds_the_descriptions_alone(team, finished, download):
    media_id = await team.media(video(10.0, sound="aac"))

    mixed, default, alone = [
        await loudness(finished, download, 5, 9, media_id=media_id, **GIVEN, **options)
        for options in ({"audio_track_type": "mixed"}, {}, {"audio_track_type": "ad_only"})
    ]
    spoken = await loudness(finished, download, 2, 4, media_id=media_id, audio_track_type="ad_only", **GIVEN)

    assert mixed == default > 1000
    assert alone == 0
    assert spoken > 1000
    assert ends(await team.order("audio", audio_track_type="both")) == INVALID


@pytest.mark.clause("viddyscribe.values.audio-standard-only")
async def test_an_audio_track_is_always_standard(finished, download):
    extended = await finished("audio", ad_type="extended_ad", format="json")
    standard = await finished("audio", format="json")

    assert extended["output"] == standard["output"]
    assert (await download(extended["audio_signed_url"])).content == (
        await download(standard["audio_signed_url"])
    ).content


@pytest.mark.clause("viddyscribe.values.description-content")
@pytest.mark.parametrize(
    ("kind", "name"), [("audio", "description_content"), ("video", "description_content"), ("video", "edl_content")]
)
async def test_a_text_that_comes_along_is_spoken(finished, kind, name):
    results = await finished(kind, format="json", **{name: GIVEN["description_content"]})

    assert results["output"]["segments"] == [{"start": 2, "end": 4, "text": "A fox."}]


@pytest.mark.clause("viddyscribe.values.description-forms")
@pytest.mark.parametrize("form", ["vtt", "edl", "json"])
async def test_what_the_api_hands_out_can_be_handed_in(finished, form):
    output = (await finished("text", format=form))["output"]
    text = json.dumps(output) if form == "json" else output["content"]

    results = await finished("video", format=form, description_content=text)

    assert results["output"] == output


@pytest.mark.clause("viddyscribe.values.description-forms")
async def test_plain_lines_are_spread_over_the_media(finished):
    results = await finished("audio", format="json", description_content="A fox.\nA crow.")

    assert results["output"]["segments"] == [
        {"start": 0, "end": 3.75, "text": "A fox."},
        {"start": 5, "end": 8.75, "text": "A crow."},
    ]


QUIET = {
    "custom_instructions": "Keep it short.",
    "read_all_onscreen_text": True,
    "auto_fit": False,
    "allow_descriptions_over_music": False,
    "custom_captions": {"content": "WEBVTT\n", "format": "vtt", "filename": "captions.vtt"},
    "resolution": "Auto",
    "filename": "my.mp4",
}


@pytest.mark.clause("viddyscribe.values.quiet-options")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_some_options_are_taken_and_change_nothing(team, finished, kind):
    plain = await finished(kind, format="json")

    assert (await finished(kind, format="json", **QUIET))["output"] == plain["output"]
    assert (await team.nested(kind, **QUIET)).status_code == 200
