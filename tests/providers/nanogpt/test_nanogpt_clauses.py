"""Which rule a refusal names in `X-Mock-Clause`, where several are worded alike."""

import pytest

from tests.providers.nanogpt.kit import CLIP, LEGACY, LINK, STORY, UNIFIED, accepted, order

CONTENT = "/api/generate-video/content"
RECOVER = "/api/generate-video/recover"
EXTEND = "/api/generate-video/extend"


def clause(response):
    return response.status_code, response.headers["x-mock-clause"]


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        (UNIFIED, {}, "nanogpt.status.missing-id"),
        (LEGACY, {}, "nanogpt.legacy.missing-run-id"),
        (STORY, {}, "nanogpt.stories.missing-parameter"),
        (STORY, {"runId": "vid_1"}, "nanogpt.stories.missing-parameter"),
        (STORY, {"projectId": "proj_1"}, "nanogpt.stories.missing-parameter"),
        (RECOVER, {"limit": "0"}, "nanogpt.recover.limit-out-of-range"),
        (RECOVER, {"limit": "51"}, "nanogpt.recover.limit-out-of-range"),
        (CONTENT, {}, "nanogpt.content.parameters-required"),
        (CONTENT, {"runId": "vid_1"}, "nanogpt.content.parameters-required"),
        (CONTENT, {"model": "veo2-video"}, "nanogpt.content.parameters-required"),
        (CONTENT, {"runId": "vid_1", "model": "veo2-video", "variant": "x"}, "nanogpt.content.unknown-variant"),
        ("/api/v1/models", {"detailed": "maybe"}, "nanogpt.catalogue.detailed-is-true-or-false"),
    ],
)
async def test_a_question_that_is_not_whole_rests_on_the_rule_of_its_own_address(client, path, query, named):
    assert clause(await client.get(path, params=query)) == (400, named)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"model": "kling-lipsync-t2v", "videoUrl": CLIP}, "nanogpt.media.voice-id-required"),
        ({"model": "magicapi-video-face-swap"}, "nanogpt.media.face-swap"),
        ({"model": "magicapi-video-face-swap", "swapImage": LINK}, "nanogpt.media.face-swap"),
        ({"model": "magicapi-video-face-swap", "targetVideo": CLIP}, "nanogpt.media.face-swap"),
        ({"model": "kling-v21-standard"}, "nanogpt.media.kling-needs-an-image"),
        ({"model": "video-upscaler"}, "nanogpt.media.video-required"),
        ({"model": "longstories-movie", "prompt": None}, "nanogpt.submit.script-for-prompt"),
        ({"prompt": None}, "nanogpt.submit.prompt-required"),
        (
            {"model": "kling-lipsync-t2v", "videoUrl": CLIP, "voice_id": "v", "prompt": None},
            "nanogpt.submit.prompt-required",
        ),
        ({"model": None}, "nanogpt.submit.model-required"),
        ({"model": "nobody's"}, "nanogpt.submit.unknown-model"),
        ({"prompt": 5}, "nanogpt.submit.wrong-type"),
    ],
)
async def test_an_order_that_lacks_something_rests_on_the_rule_of_that(client, fields, named):
    assert clause(await order(client, **fields)) == (400, named)


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"index": 0}, 400, "nanogpt.extend.unknown-job"),
        ({}, 400, "nanogpt.extend.unknown-job"),
        ({"runId": True}, 400, "nanogpt.extend.index"),
        ({"runId": True, "index": 4}, 400, "nanogpt.extend.index"),
        ({"runId": True, "index": -1}, 400, "nanogpt.extend.index"),
        ({"runId": True, "index": 0, "videoUrl": CLIP}, 400, "nanogpt.extend.no-source-video"),
        ({"runId": True, "index": 0}, 400, "nanogpt.extend.finished-only"),
    ],
)
async def test_an_extension_that_cannot_be_rests_on_the_rule_of_that(client, fields, status, named):
    run_id = (await accepted(client, model="midjourney-video", prompt=None, imageUrl=LINK))["runId"]
    body = fields | ({"runId": run_id} if "runId" in fields else {})

    assert clause(await client.post(EXTEND, json=body)) == (status, named)
