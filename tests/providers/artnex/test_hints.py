"""What the header `X-Mock-Hint` tells beside a refusal of Artnex, whose own words leave it open."""

import base64

from .conftest import customer_of

ANIMATE = {"model": "veo3.1-i2v", "mode": "image-to-video"}


def hint(response):
    return response.status_code, response.headers["x-mock-hint"]


async def test_an_image_that_is_missing_or_too_large_is_named_with_its_limit(serve):
    customer = customer_of(await serve("artnex", artnex__max_image_bytes=66))
    large = base64.b64encode(b"\xff\xd8\xff" + bytes(64)).decode()

    assert hint(await customer.post(**ANIMATE)) == (400, "veo3.1-i2v: image needed")
    assert hint(await customer.post(**ANIMATE, image=large)) == (400, "image: at most 66 bytes")


async def test_which_job_there_is_not_and_that_it_is_somebody_elses(mock, customer):
    request_id = await customer.submit()
    stranger = customer_of(mock, "artnex-stranger", judged=False)

    assert hint(await customer.http.get("/v1/video/req_none")) == (404, "there is no job req_none")
    assert hint(await stranger.http.get(f"/v1/video/{request_id}")) == (404, "the job belongs to another account")


async def test_why_a_link_gives_no_video(mock, customer):
    client = mock.client()
    request_id = await customer.submit()
    path = f"/media/artnex/video/{request_id}.mp4"
    unknown = hint(await client.get("/media/artnex/video/req_none.mp4"))
    other = hint(await client.get(path.replace(".mp4", ".mov")))
    bare = hint(await client.get(path.removesuffix(".mp4")))
    early = hint(await client.get(path))
    await mock.until_idle()
    await mock.advance(24 * 3600)
    late = hint(await client.get(path))

    assert unknown == (404, "there is no file req_none.mp4")
    assert other == (404, f"there is no file {request_id}.mov")
    assert bare == (404, f"there is no file {request_id}")
    assert early == (404, "the file is pending")
    assert late == (404, "the file has expired")
