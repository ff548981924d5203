"""Conduct: fields that nobody knows, values of another type, deprecated addresses, media over the limit."""

import base64

import pytest

from mockserver.core.journal import BODY_KEPT
from tests.films import film
from tests.providers.conduct.kit import alike, found_for, silent_for

IGNORED = {
    "nanogpt": "NanoGPT ignores unknown keys, so the request was taken as if the field were not there. "
    "Send only the fields that the chosen model has, by the names that the documents give.",
    "nouvel": "Nouvel ignores what it does not know, so the job was made as if the field were not there. "
    "Write the names as the document does, in camelCase.",
    "viddyscribe": "ViddyScribe ignores what it does not know, so the request was taken as if the field were not "
    "there. "
    "Write the names as the documents do, in snake_case.",
    "artnex": "Artnex ignores what it does not know, so the job was made as if the field were not there. "
    "Send the fields that the document names: prompt, model, mode, image, aspect_ratio, duration.",
}
MISSPELT = {
    "nanogpt": ("aspectRatio", "aspect_ratio", "9:16"),
    "nouvel": ("variant_count", "variantCount", 2),
    "viddyscribe": ("videoCategory", "video_category", "News"),
    "artnex": ("aspect-ratio", "aspect_ratio", "9:16"),
}


@found_for(alike("known-fields"))
async def test_a_misspelt_field_is_reported_with_the_name_that_was_meant(client_of, provider, clause):
    client = await client_of(provider)
    wrong, right, value = MISSPELT[provider]
    await client.submit(**{wrong: value})
    await client.submit(**{wrong: value, "more": 1} | {right: value})

    found = await client.conduct()

    assert [(one["id"], one["clause"], one["count"]) for one in found] == [
        ("unknown-field", clause, 2),
        ("unknown-field", clause, 1),
    ]
    assert [request["number"] for request in found[0]["requests"]] == [1, 2]
    path = client.ways.submit
    assert found[0]["message"] == (
        f"POST {path} was sent with '{wrong}' in its body; '{right}' is the nearest that is known. "
        f"That happened 2 times. {IGNORED[provider]}"
    )
    assert found[1]["message"].startswith(f"POST {path} was sent with 'more' in its body")


DOCUMENTED = {
    "nanogpt": [
        {"aspect_ratio": "9:16", "negative_prompt": "blur", "seed": 1, "resolution": None, "cfg_scale": 0.5},
        {"model": "pixverse-v45", "effectType": "kiss", "soundEffectSwitch": True},
        {
            "model": "longstories-movie",
            "duration": None,
            "aspectRatio": "9:16",
            "framework": "default",
            "voiceoverConfig": {"voiceId": "x"},
        },
    ],
    "nouvel": [
        {"variantCount": 2, "userInstructions": "Mud.", "aspectRatio": "1:1", "adDuration": 30, "language": "de"}
    ],
    "viddyscribe": [
        {"language": "de-DE", "audio_track_type": "ad_only", "custom_captions": {"content": "WEBVTT", "format": "vtt"}},
        {"source_url": None, "input": {"type": "url", "url": "https://example.com/b.mp4"}, "generation_config": {}},
    ],
    "artnex": [{"mode": "text-to-video", "aspect_ratio": "9:16"}],
}


@silent_for(alike("known-fields"))
async def test_documented_fields_are_in_order(client_of, provider):
    client = await client_of(provider)
    for more in DOCUMENTED[provider]:
        order = {name: value for name, value in (client.ways.order | more).items() if value is not None}
        answer = await client.http.post(client.ways.submit, json=order)
        assert answer.is_success, answer.text

    assert await client.conduct() == []


@pytest.mark.clause("viddyscribe.conduct.known-fields")
async def test_a_field_inside_of_another_is_told_by_its_path(client_of):
    client = await client_of("viddyscribe")
    await client.http.post(
        client.ways.submit,
        json={"input": {"type": "url", "url": "https://example.com/b.mp4"}, "generation_config": {"ad_typ": "x"}},
    )

    assert (await client.told()).startswith(
        "POST /enterprise/api/generate_ad_audio_from_url was sent with 'generation_config.ad_typ' in its body"
    )


@pytest.mark.clause("viddyscribe.conduct.known-fields")
async def test_the_parts_of_a_form_are_fields_too(client_of):
    client = await client_of("viddyscribe")
    file = {"file": ("a.mp4", film(seconds=2, rate=5), "video/mp4")}
    for parts in (
        {"language": "de-DE", "custom_instructions": "One line.\nvoise=another"},
        {"input": '{"type": "file"}', "generation_config": '{"language": "de-DE"}'},
    ):
        answer = await client.http.post("/enterprise/api/generate_ad_text_from_file", files=file, data=parts)
        assert answer.is_success, answer.text
    assert await client.conduct() == []

    for parts in ({"lang": "de-DE"}, {"generation_config": '{"lang": "de-DE"}'}):
        await client.http.post("/enterprise/api/generate_ad_text_from_file", files=file, data=parts)

    told = [one["message"] for one in await client.conduct()]
    path = "POST /enterprise/api/generate_ad_text_from_file"
    assert told[0].startswith(f"{path} was sent with 'lang' in its body; 'language' is the nearest that is known.")
    assert told[1].startswith(f"{path} was sent with 'generation_config.lang' in its body; 'language' is the nearest")
    assert len(told) == 2


@found_for(alike("known-fields"))
async def test_an_unknown_name_in_a_query_is_reported_too(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    poll = client.ways.poll.format(job)

    await client.http.get(f"{poll}{'&' if '?' in poll else '?'}verbose=1")

    assert await client.found() == ("unknown-field", clause, None, 1, [2])
    assert (await client.told()).startswith(f"GET {poll.partition('?')[0]} was sent with 'verbose' in its query")


async def test_of_a_body_that_is_too_long_for_the_journal_its_beginning_is_judged(client_of):
    client = await client_of("nanogpt")
    order = {"aspectRatios": "16:9", "model": "veo2-video", "duration": 5, "prompt": "x"}
    order |= {"negative_prompt": "x" * BODY_KEPT, "Resolution": "720p"}
    assert (await client.http.post("/api/generate-video", json=order)).is_success

    unknown, number = await client.conduct()

    assert unknown["message"].startswith("POST /api/generate-video was sent with 'aspectRatios' in its body")
    assert number["message"].startswith("POST /api/generate-video was sent with a whole number as 'duration'")


@pytest.mark.clause("nanogpt.conduct.documented-types")
async def test_a_number_as_duration_is_taken_and_reported(client_of):
    client = await client_of("nanogpt")
    await client.submit(duration=5)

    assert await client.found() == ("wrong-type", "nanogpt.conduct.documented-types", None, 1, [1])
    assert await client.told() == (
        "POST /api/generate-video was sent with a whole number as 'duration', which is documented as a text. "
        "NanoGPT takes it today, and no document says that it will. Send the documented type."
    )


@pytest.mark.clause("nanogpt.conduct.documented-types")
@pytest.mark.parametrize("duration", ["5", "5s", None])
async def test_a_text_as_duration_is_in_order(client_of, duration):
    client = await client_of("nanogpt")
    await client.submit(duration=duration)

    assert await client.conduct() == []


VALUES = pytest.mark.clause("nanogpt.conduct.documented-values")
IMAGE = {"imageUrl": "https://example.com/a.png"}
REPLACED = (
    "NanoGPT takes it, makes the video with the model's default, and charges for that. "
    "Send a value that the documents or the catalogue list for the model."
)


@VALUES
async def test_values_that_no_document_lists_are_reported_each_with_those_that_fit(client_of):
    client = await client_of("nanogpt")
    for _ in range(2):
        await client.submit(duration="31s", aspect_ratio="19:6")

    found = await client.conduct()

    assert [(one["id"], one["clause"], one["job"], one["count"]) for one in found] == [
        ("wrong-value", "nanogpt.conduct.documented-values", None, 2),
        ("wrong-value", "nanogpt.conduct.documented-values", None, 2),
    ]
    ratio, duration = sorted(one["message"] for one in found)
    assert ratio == (
        "POST /api/generate-video was sent with \"19:6\" as 'aspect_ratio', where the documented values are "
        f"16:9, 9:16, 1:1, 4:3, 3:4. That happened 2 times. {REPLACED}"
    )
    assert duration == (
        "POST /api/generate-video was sent with \"31s\" as 'duration', where the documented values are "
        f"5 to 30. That happened 2 times. {REPLACED}"
    )


@VALUES
@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"duration": "4s"}, "\"4s\" as 'duration', where the documented values are 5 to 30."),
        ({"duration": "soon"}, "\"soon\" as 'duration', where the documented values are 5 to 30."),
        ({"model": "kling-video-v2", "duration": "7"}, "\"7\" as 'duration', where the documented values are 5, 10."),
        ({"model": "kling-video-v2", "cfg_scale": 1.1}, "1.1 as 'cfg_scale', where the documented values are 0 to 1."),
        ({"model": "pixverse-v5", "cfg_scale": 21}, "21 as 'cfg_scale', where the documented values are 0 to 20."),
        (
            {"model": "hunyuan-video", "resolution": "4k"},
            "\"4k\" as 'resolution', where the documented values are 480p, 720p, 1080p.",
        ),
        (
            {"model": "hunyuan-video", "num_frames": 64},
            "64 as 'num_frames', where the documented values are 65, 97, 129.",
        ),
        (
            {"model": "wan-video-image-to-video", "num_frames": 101, **IMAGE},
            "101 as 'num_frames', where the documented values are 81 to 100.",
        ),
        (
            {"model": "wan-video-image-to-video", "frames_per_second": 25, **IMAGE},
            "25 as 'frames_per_second', where the documented values are 5 to 24.",
        ),
        (
            {"model": "wan-video-image-to-video", "num_inference_steps": 41, **IMAGE},
            "41 as 'num_inference_steps', where the documented values are 1 to 40.",
        ),
        ({"model": "sora-2", "seconds": "5"}, "\"5\" as 'seconds', where the documented values are 4, 8, 12."),
        (
            {"model": "longstories-movie", "aspectRatio": "1:1", "duration": None},
            "\"1:1\" as 'aspectRatio', where the documented values are 9:16, 16:9.",
        ),
    ],
)
async def test_the_values_are_those_of_the_model(client_of, order, told):
    client = await client_of("nanogpt")
    await client.submit(**order)

    (found,) = [one for one in await client.conduct() if one["id"] != "wrong-type"]

    assert (found["id"], found["clause"]) == ("wrong-value", "nanogpt.conduct.documented-values")
    assert found["message"] == f"POST /api/generate-video was sent with {told} {REPLACED}"


@VALUES
@pytest.mark.parametrize(
    "order",
    [
        {"duration": "30s", "aspect_ratio": "3:4"},
        {"duration": "", "aspect_ratio": ""},
        {"model": "kling-video-v2", "duration": "10", "cfg_scale": 1},
        {"model": "hunyuan-video", "num_frames": 129, "resolution": "1080p"},
        {"model": "wan-video-image-to-video", "frames_per_second": 24, "num_frames": 100, **IMAGE},
        {"model": "sora-2", "seconds": "12", "orientation": "portrait", "duration": None},
        {"model": "sora-2", "resolution": "1792x1024", "pro_mode": True, "duration": None},
        {"model": "longstories-movie", "aspectRatio": "16:9", "duration": "600"},
    ],
)
async def test_what_strictness_takes_is_in_order(client_of, order):
    for values in ("strict", "lenient"):
        client = await client_of("nanogpt", nanogpt__values=values)
        await client.submit(**order)

        assert await client.conduct() == []


@VALUES
async def test_a_value_that_was_refused_is_told_by_the_refusal(client_of):
    strict = await client_of("nanogpt", nanogpt__values="strict")
    lenient = await client_of("nanogpt")
    for client, value in ((strict, "31s"), (lenient, "999s")):
        answer = await client.http.post(client.ways.submit, json=client.ways.order | {"duration": value})
        assert answer.status_code == 400

        assert await client.conduct() == []


@pytest.mark.clause("nanogpt.conduct.unified-status")
async def test_the_legacy_status_is_deprecated(client_of):
    client = await client_of("nanogpt")
    job = await client.submit()
    await client.poll(job)
    assert await client.conduct() == []
    client.passes(5)

    await client.http.get(f"/api/generate-video/status?runId={job}&modelSlug=veo2-video")

    assert await client.found() == ("deprecated-endpoint", "nanogpt.conduct.unified-status", None, 1, [3])
    assert await client.told() == (
        "GET /api/generate-video/status was asked. NanoGPT calls GET /api/generate-video/status deprecated. "
        "Poll GET /api/video/status?requestId=… instead."
    )


@pytest.mark.clause("nanogpt.conduct.unified-status")
async def test_in_2025_it_was_not(client_of):
    client = await client_of("nanogpt", nanogpt__profile="2025")
    job = await client.submit()
    await client.http.get(f"/api/generate-video/status?runId={job}&modelSlug=veo2-video")

    assert await client.conduct() == []


# Media ----------------------------------------------------------------------------------------------------------------


def picture(size):
    """A text that stands for so many bytes, which begin like a PNG."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n".ljust(size, b"\0")).decode()


@pytest.mark.clause("nanogpt.conduct.media-of-four-megabytes")
async def test_an_image_of_more_than_four_megabytes_is_reported_and_one_of_four_is_not(client_of):
    client = await client_of("nanogpt")
    for size in (4 * 2**20, 4 * 2**20 + 1):
        image = f"data:image/png;base64,{picture(size)}"
        order = {"model": "kling-v21-standard", "prompt": "Wave", "imageDataUrl": image}
        await client.http.post("/api/generate-video", json=order)

    assert await client.found() == ("media-too-large", "nanogpt.conduct.media-of-four-megabytes", None, 1, [2])
    assert await client.told() == (
        "POST /api/generate-video was sent with more than it takes. NanoGPT takes uploads of 4 MB or less. "
        "Host larger media externally, and send their address, as in imageUrl."
    )


@pytest.mark.clause("artnex.conduct.images-of-ten-megabytes")
async def test_an_image_of_more_than_ten_megabytes_is_reported_and_one_of_ten_is_not(client_of):
    client = await client_of("artnex")
    for size in (10 * 2**20, 10 * 2**20 + 1):
        order = {"model": "veo3.1-i2v", "mode": "image-to-video", "prompt": "Wave", "image": picture(size)}
        await client.http.post("/v1/video", json=order)

    assert await client.found() == ("media-too-large", "artnex.conduct.images-of-ten-megabytes", None, 1, [2])
    assert await client.told() == (
        "POST /v1/video was sent with more than it takes. Artnex takes images of up to 10 MB. "
        "Shrink the image before it is sent, or give the HTTPS address of it."
    )


@pytest.mark.clause("viddyscribe.conduct.files-within-the-plan")
async def test_a_file_of_more_than_the_plan_allows_is_reported_and_one_within_is_not(client_of):
    client = await client_of("viddyscribe")
    content = film(seconds=2, rate=5)
    for most in (len(content), len(content) - 1):
        await client.mock.set_account("vsk_test", limits={"max_file_bytes": most})
        await client.http.post("/enterprise/api/upload_media", files={"file": ("a.mp4", content, "video/mp4")})

    assert await client.found() == (
        "media-too-large", "viddyscribe.conduct.files-within-the-plan", None, 1, [2],
    )  # fmt: skip
    assert await client.told() == (
        "POST /enterprise/api/upload_media was sent with more than it takes. ViddyScribe refuses files that are larger "
        "than the plan allows, and forms of more than 32 MB. Look at a file's size before it is sent; send large "
        "ones by "
        "a signed link."
    )
