"""What a refusal of ViddyScribe says: the field, what was sent, and what would be taken."""

import pytest

from .conftest import API, video

MEDIA = {"media_id": "<of an upload>"}
CATEGORIES = (
    "Auto or Educational Lecture or Educational Kids or Government Meeting or Documentary or Narrative Story or "
    "Social Media or Tutorial/How-To or Vlog or Commercial/Advertisement or News or Entertainment or Home Video or "
    "Video Call"
)


async def told(response):
    return response.status_code, response.json()["error"], response.json()["message"]


def invalid(text):
    return 400, "invalid_request", text


@pytest.mark.clause("viddyscribe.errors.invalid-request")
@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("text", {"language": "xx"}, "Invalid value for language: 'xx'"),
        ("text", {"format": "srt"}, "Invalid value for format: 'srt', expected json or vtt or edl"),
        ("audio", {"format": "video"}, "Invalid value for format: 'video', expected json or vtt or edl"),
        ("video", {"format": "srt"}, "Invalid value for format: 'srt', expected json or vtt or edl or video"),
        ("text", {"video_category": "Comedy"}, f"Invalid value for video_category: 'Comedy', expected {CATEGORIES}"),
        ("text", {"ad_type": "short"}, "Invalid value for ad_type: 'short', expected extended_ad or standard_ad"),
        ("video", {"ad_type": "short"}, "Invalid value for ad_type: 'short', expected extended_ad or standard_ad"),
        ("audio", {"voice": "Bob"}, "Invalid value for voice: 'Bob'"),
        ("audio", {"volume_option": "min"}, "Invalid value for volume_option: 'min', expected auto or max"),
        ("video", {"volume_level_db": -10.5}, "Invalid value for volume_level_db: '-10.5', expected -10 to 0"),
        ("audio", {"volume_level_db": 0.5}, "Invalid value for volume_level_db: '0.5', expected -10 to 0"),
        ("audio", {"audio_track_type": "s"}, "Invalid value for audio_track_type: 's', expected mixed or ad_only"),
        ("text", {"auto_fit": "yes"}, "Invalid value for auto_fit: expected bool"),
        ("text", {"custom_captions": 5}, "Invalid value for custom_captions: expected object"),
        ("text", {"custom_captions": {"content": 5}}, "Invalid value for custom_captions.content: expected str"),
        ("text", {"custom_captions": {}}, "custom_captions.content is required"),
        ("text", {"media_id": 5}, "Invalid value for media_id: expected str"),
    ],
)
async def test_an_option_is_named_with_what_was_sent_and_what_could_be(team, kind, options, message):
    media_id = await team.media()
    flat = await team.http.post(f"{API}/generate_ad_{kind}", json={"media_id": media_id} | options)

    assert await told(flat) == invalid(message)


@pytest.mark.clause("viddyscribe.errors.invalid-request")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"generation_config": {"auto_fit": 1}}, "Invalid value for generation_config.auto_fit: expected bool"),
        ({"generation_config": []}, "Invalid value for generation_config: expected object"),
        ({"generation_config": {"custom_captions": {}}}, "generation_config.custom_captions.content is required"),
        ({"input": {}}, "input.type is required"),
        ({"input": 5}, "Invalid value for input: expected object"),
        ({"input": {"type": "tape"}}, "Invalid value for input.type: 'tape', expected media_id or url or file"),
        (
            {"input": {"type": "signed_url", "filename": "a.mp4"}},
            "Invalid value for input.type: 'signed_url', expected media_id or url or file",
        ),
        ({"input": {"type": "media_id"}}, "input.media_id is required"),
        ({"input": {"type": "url"}}, "input.url is required"),
        ({"input": {"type": "file"}}, "file is required"),
        ({"input": {"type": "url", "url": 5}}, "Invalid value for input.url: expected str"),
        (
            {"input": {"type": "url", "url": "ftp://x"}},
            "Invalid value for input.url: 'ftp://x', expected an http or https URL",
        ),
    ],
)
async def test_what_is_nested_is_named_with_its_place(team, body, message):
    source = {"input": {"type": "url", "url": "https://example.com/v.mp4"}}

    assert await told(await team.http.post(f"{API}/generate_ad_text", json=source | body)) == invalid(message)


@pytest.mark.clause("viddyscribe.errors.invalid-request")
@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("generate_ad_text", {}, "media_id is required"),
        ("generate_ad_text_from_file", {}, "file is required"),
        ("generate_ad_audio_from_url", {}, "source_url is required"),
        ("generate_ad_audio_from_url", {"media_id": "x"}, "source_url is required"),
        ("upload_media", {}, "file is required"),
        ("upload_media", {"media_id": "x"}, "file is required"),
        ("upload_media_from_url", {}, "source_url is required"),
        ("upload_media", {"input": {"type": "signed_url"}}, "input.filename is required"),
        (
            "upload_media",
            {"input": {"type": "signed_url", "filename": "a.mp4", "content_type": ""}},
            "input.content_type is required",
        ),
        (
            "upload_media_from_url",
            {"source_url": "ftp://x"},
            "Invalid value for source_url: 'ftp://x', expected an http or https URL",
        ),
        (
            "upload_media_from_url",
            {"source_url": "http://mock.test/enterprise/results/x.mp4"},
            "Invalid value for url: 'http://mock.test/enterprise/results/x.mp4', expected a URL that can be read",
        ),
        ("upload_media_from_url", {"input": {"type": "file"}}, "Invalid value for input.type: 'file', expected url"),
        ("upload_media", [], "Invalid request body: Expected `object`, got `array`"),
        ("notify_upload_complete", {}, "media_id is required"),
        ("notify_upload_complete", {"media_id": 5}, "Invalid value for media_id: expected str"),
    ],
)
async def test_a_source_that_is_missing_is_named(team, operation, body, message):
    assert await told(await team.http.post(f"{API}/{operation}", json=body)) == invalid(message)


@pytest.mark.parametrize("operation", ["get_results", "get_upload_status"])
async def test_a_question_has_to_say_what_it_is_about(team, operation):
    name = {"get_results": "job_id", "get_upload_status": "media_id"}[operation]

    assert await told(await team.http.get(f"{API}/{operation}")) == invalid(f"{name} is required")


@pytest.mark.clause("viddyscribe.errors.invalid-request")
@pytest.mark.parametrize(
    ("operation", "texts", "message"),
    [
        ("generate_ad_text", {}, "file is required"),
        ("generate_ad_text_from_file", {}, "file is required"),
        ("generate_ad_text_from_url", {}, "source_url is required"),
        ("upload_media", {}, "file is required"),
        (
            "generate_ad_text_from_url",
            {"source_url": "ftp"},
            "Invalid value for source_url: 'ftp', expected an http or https URL",
        ),
        ("generate_ad_text_from_url", {"input": '{"type'}, "Invalid request body: input is no JSON"),
        ("generate_ad_text_from_url", {"input": "{}"}, "input.type is required"),
    ],
)
async def test_a_form_without_its_source_is_told_what_is_missing(team, operation, texts, message):
    parts = [(name, (None, text)) for name, text in ({"language": "en-US"} | texts).items()]

    assert await told(await team.http.post(f"{API}/{operation}", files=parts)) == invalid(message)


@pytest.mark.clause("viddyscribe.errors.invalid-request")
@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"auto_fit": "maybe"}, "Invalid value for auto_fit: expected bool"),
        ({"volume_level_db": "loud"}, "Invalid value for volume_level_db: expected float"),
        ({"volume_level_db": "-11"}, "Invalid value for volume_level_db: '-11.0', expected -10 to 0"),
        ({"custom_captions": '{"content'}, "Invalid request body: custom_captions is no JSON"),
        ({"custom_captions": '{"content": 5}'}, "Invalid value for custom_captions.content: expected str"),
        ({"generation_config": '{"language'}, "Invalid request body: generation_config is no JSON"),
        ({"generation_config": '{"language": "xx"}'}, "Invalid value for language: 'xx'"),
        ({"generation_config": '{"auto_fit": 1}'}, "Invalid value for generation_config.auto_fit: expected bool"),
    ],
)
async def test_a_form_s_texts_are_read_as_what_they_say(team, texts, message):
    file = {"file": ("v.mp4", video(), "video/mp4")}

    assert await told(await team.http.post(f"{API}/generate_ad_audio_from_file", files=file, data=texts)) == invalid(
        message
    )
