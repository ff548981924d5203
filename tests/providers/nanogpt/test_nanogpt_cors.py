"""Pages of other origins: what they may read, and what they may send."""

import pytest

from tests.providers.nanogpt.kit import KEY, LEGACY, STORY, UNIFIED, accepted, client_of, order

PAGE = {"origin": "https://app.example.com"}
SERVED = [
    ("/api/generate-video", "POST"),
    ("/api/generate-video/extend", "POST"),
    ("/api/check-balance", "POST"),
    (UNIFIED, "GET"),
    (LEGACY, "GET"),
    (STORY, "GET"),
    ("/api/generate-video/recover", "GET"),
    ("/api/generate-video/content", "GET"),
    ("/api/v1/video-models", "GET"),
    ("/api/v1/models", "GET"),
    ("/media/nanogpt/vid_x/video.mp4", "GET"),
]


@pytest.mark.clause("nanogpt.cors.any-origin", "nanogpt.cors.headers-exposed")
async def test_every_answer_may_be_read_by_any_page(nano):
    page, unjudged = client_of(nano, **PAGE), client_of(nano, judging=False, **PAGE)
    run_id = (await accepted(page))["runId"]
    await nano.until_idle()
    link = (await page.get(UNIFIED, params={"requestId": run_id})).json()["data"]["output"]["video"]["url"]

    answers = [
        await order(page),
        await order(page, model="nobody"),
        await order(client_of(nano, None, **PAGE)),
        await page.get(UNIFIED),
        await page.get(UNIFIED, params={"requestId": run_id}),
        await page.get(LEGACY, params={"runId": "vid_never"}),
        await page.get("/api/v1/video-models", params={"detailed": "false"}),
        await page.post("/api/check-balance"),
        await page.get(link),
        await page.get(link, headers={"range": "bytes=0-9"}),
        await unjudged.delete("/api/generate-video"),
        await unjudged.get("/nanogpt/api/nothing-here"),
    ]

    assert [answer.status_code for answer in answers] == [202, 400, 401, 400, 200, 404, 200, 200, 200, 206, 405, 404]
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}
    assert {answer.headers["access-control-expose-headers"] for answer in answers} == {"*"}


@pytest.mark.clause("nanogpt.cors.preflight", "nanogpt.cors.preflight-204")
@pytest.mark.parametrize(("path", "method"), SERVED)
async def test_a_page_may_ask_whether_it_may_send_its_key(nano, path, method):
    asked = PAGE | {
        "access-control-request-method": method,
        "access-control-request-headers": "content-type,x-api-key,authorization",
    }

    response = await client_of(nano, None, judging=False).options(path, headers=asked)

    assert (response.status_code, response.content) == (204, b"")
    assert "content-length" not in response.headers
    assert response.headers["access-control-allow-origin"] == "*"
    assert method in response.headers["access-control-allow-methods"].split(", ")
    assert response.headers["access-control-allow-headers"] == "content-type,x-api-key,authorization"
    assert response.headers["access-control-max-age"] == "86400"


@pytest.mark.clause("nanogpt.cors.preflight-204")
@pytest.mark.parametrize(("path", "method"), SERVED)
async def test_an_options_that_asks_nothing_is_a_wrong_method(nano, path, method):
    response = await client_of(nano, KEY, judging=False).options(path)

    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed", "status": 405})
    assert method in response.headers["allow"].split(", ")
