"""A finished job's video, and pictures of it, from the API's own address."""

from io import BytesIO

import pytest
from PIL import Image

from tests.providers.nanogpt.kit import LINK, accepted, client_of, ended, going, seen, unified

CONTENT = "/api/generate-video/content"
MODEL = "hunyuan-video"
DAYS = 86400


@pytest.fixture
async def run_id(nano, client):
    """A small video that is done; its id."""
    return await ended(nano, client, resolution="480p")


async def content(client, run_id, model=MODEL, headers=None, **params):
    return await client.get(CONTENT, params={"runId": run_id, "model": model} | params, headers=headers)


@pytest.mark.clause("nanogpt.content.video")
async def test_the_video_is_given_and_is_the_one_behind_the_link(nano, client, run_id):
    response = await content(client, run_id)

    assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
    assert seen(response.content) == {"codec": "h264", "size": (854, 480), "seconds": 5, "sound": None}
    link = (await unified(client, run_id))["data"]["output"]["video"]["url"]
    assert (await nano.client().get(link)).content == response.content


@pytest.mark.clause("nanogpt.content.variants")
async def test_the_variants_are_a_video_and_two_pictures(client, run_id):
    unasked, video, thumbnail, spritesheet = [
        await content(client, run_id, **params)
        for params in ({}, {"variant": "video"}, {"variant": "thumbnail"}, {"variant": "spritesheet"})
    ]

    assert video.content == unasked.content
    for picture in (thumbnail, spritesheet):
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert Image.open(BytesIO(picture.content)).format == "JPEG"
    assert len({video.content, thumbnail.content, spritesheet.content}) == 3
    assert len({response.headers["etag"] for response in (video, thumbnail, spritesheet)}) == 3


@pytest.mark.clause("nanogpt.content.unknown-variant")
@pytest.mark.parametrize("variant", ["audio", "VIDEO", "thumbnail.jpg", "video,thumbnail", "\u00e9"])
async def test_another_variant_is_refused(client, run_id, variant):
    response = await content(client, run_id, variant=variant)

    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert "variant" in response.json()["error"]


@pytest.mark.clause("nanogpt.content.parameters-required")
@pytest.mark.parametrize("name", ["runId", "model"])
@pytest.mark.parametrize("empty", [False, True])
async def test_both_parameters_are_needed(client, run_id, name, empty):
    params = {"runId": run_id, "model": MODEL} | {name: ""}
    if not empty:
        del params[name]

    response = await client.get(CONTENT, params=params)

    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert name in response.json()["error"]


@pytest.mark.clause("nanogpt.content.any-model")
@pytest.mark.parametrize(
    ("ordered", "named"),
    [
        ({"model": "sora-2"}, "sora-2"),
        ({"model": "grok-imagine-video", "duration": 1}, "grok-imagine-video"),
        ({"model": "kling-v21-standard", "imageUrl": LINK}, "sora-2"),
        ({"model": "midjourney-video", "imageUrl": LINK}, "midjourney-video"),
        ({"model": "veo2-video"}, "no-such-model"),
    ],
)
async def test_jobs_of_every_model_are_given_whatever_model_is_named(nano, client, ordered, named):
    job = await ended(nano, client, **ordered)

    response = await content(client, job, named)

    assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
    assert seen(response.content)["codec"] == "h264"


@pytest.mark.clause("nanogpt.content.needs-a-key")
@pytest.mark.parametrize("variant", ["video", "thumbnail", "spritesheet"])
async def test_it_needs_the_key_of_the_job(nano, run_id, variant):
    nobody = await content(client_of(nano, None), run_id, variant=variant)
    another = await content(client_of(nano, "another-key"), run_id, variant=variant)

    assert (nobody.status_code, nobody.json()) == (401, {"error": "Invalid session", "status": 401})
    assert (another.status_code, another.json()) == (403, {"error": "Forbidden", "status": 403})


@pytest.mark.clause("nanogpt.content.ranges")
async def test_a_part_is_given_or_refused(client, run_id):
    whole = (await content(client, run_id)).content
    size = len(whole)

    for asked, said, part in [
        ("bytes=0-99", f"bytes 0-99/{size}", whole[:100]),
        ("bytes=100-", f"bytes 100-{size - 1}/{size}", whole[100:]),
        ("bytes=-7", f"bytes {size - 7}-{size - 1}/{size}", whole[-7:]),
    ]:
        response = await content(client, run_id, headers={"range": asked})
        assert (response.status_code, response.headers["content-range"]) == (206, said)
        assert response.content == part

    beyond = await content(client, run_id, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert beyond.json() == {"error": "Range not satisfiable", "status": 416}


@pytest.mark.clause("nanogpt.content.not-yet")
@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [("succeeds", 0), ("succeeds", 60), ("stuck", 86400), ("fails", 600), ("cancelled", 600), ("empty_result", 600)],
)
@pytest.mark.parametrize("variant", ["video", "thumbnail"])
async def test_a_job_without_a_video_has_no_content(nano, scenario, seconds, variant):
    client = going(nano, scenario)
    job = (await accepted(client))["runId"]
    await nano.advance(seconds)

    response = await content(client, job, variant=variant)

    assert (response.status_code, response.json()["status"]) == (404, 404)


@pytest.mark.clause("nanogpt.content.not-yet")
async def test_an_unknown_job_has_no_content(client, run_id):
    response = await content(client, f"{run_id}x")

    assert (response.status_code, response.json()["status"]) == (404, 404)


@pytest.mark.clause("nanogpt.content.expires")
@pytest.mark.parametrize("variant", ["video", "thumbnail", "spritesheet"])
async def test_it_is_given_for_seven_days(nano, client, run_id, variant):
    await nano.advance(7 * DAYS - 1)
    assert (await content(client, run_id, variant=variant)).status_code == 200

    await nano.advance(1)
    response = await content(client, run_id, variant=variant)

    assert (response.status_code, response.json()) == (403, {"error": "Forbidden", "status": 403})
