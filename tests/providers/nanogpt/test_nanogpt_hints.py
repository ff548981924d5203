"""What the header `X-Mock-Hint` tells beside a refusal of NanoGPT, whose own words leave it open."""

import base64

from tests.providers.nanogpt.kit import LINK, UNIFIED, accepted, client_of, ended, order

DAY = 86_400
EXTEND = "/api/generate-video/extend"
MIDJOURNEY = {"model": "midjourney-video", "prompt": None, "imageUrl": LINK}


def hint(response):
    return response.status_code, response.headers["x-mock-hint"]


async def test_which_job_there_is_not_and_that_it_is_somebody_elses(nano, client):
    run_id = (await accepted(client))["runId"]
    stranger = client_of(nano, "sk-stranger", judging=False)

    assert hint(await client.get(UNIFIED, params={"runId": "none"})) == (404, "there is no job none")
    assert hint(await stranger.get(UNIFIED, params={"runId": run_id})) == (403, "the job belongs to another account")


async def test_why_a_video_is_not_extended(nano, client):
    other = await ended(nano, client)
    early = (await accepted(client, **MIDJOURNEY))["runId"]

    assert hint(await client.post(EXTEND, json={"runId": other, "index": 0})) == (400, "this is for midjourney-video")
    assert hint(await client.post(EXTEND, json={"runId": early, "index": 0})) == (400, "the original is IN_QUEUE")


async def test_why_there_is_no_content(nano, client):
    run_id = (await accepted(client))["runId"]
    asked = {"runId": run_id, "model": "hunyuan-video"}

    def content(**query):
        return client.get("/api/generate-video/content", params=asked | query)

    assert hint(await content(runId="none")) == (404, "the content is unknown")
    assert hint(await content()) == (404, "the content is IN_QUEUE")
    assert hint(await client.get(f"/media/nanogpt/{run_id}/video.mp4")) == (404, "there is no file video.mp4")
    assert hint(await client.get("/media/nanogpt/none/video.mp4")) == (404, "there is no file video.mp4")
    await nano.until_idle()
    await nano.advance(7 * DAY)
    assert hint(await content()) == (403, "the video has expired")
    assert hint(await client.get(f"/media/nanogpt/{run_id}/video.mp4")) == (403, "the video has expired")


async def test_what_a_model_needs_and_how_large_it_may_be(serve):
    client = client_of(await serve("nanogpt", nanogpt__max_media_bytes=100), judging=False)
    large = f"data:image/png;base64,{base64.b64encode(bytes(101)).decode()}"
    kling = {"model": "kling-v21-standard"}

    assert hint(await order(client, **kling)) == (400, "Kling 2.1 Standard: image needed")
    assert hint(await order(client, **kling, imageDataUrl=large)) == (413, "imageDataUrl: at most 100 bytes")
