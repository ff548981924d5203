"""What the contracts promise of every operation alike: no key, a wrong method, a crash, a limit, a file in parts.

Each answer goes through the witness, so that the account of promises has it; what one provider alone promises is
further below, and most of it is seen by that provider's own tests.
"""

import json

import httpx
import pytest

from contracts.harness.citations import METHODS
from contracts.harness.load import load
from tests import witness
from tests.films import film
from tests.kit import Mock

PROVIDERS = ("artnex", "nanogpt", "nouvel", "viddyscribe")
SAMPLES = {"{request_id}": "req_a1", "{name}": "video.mp4", "{jobId}": "j", "{projectId}": "p", "{runId}": "vid_a1",
           "{media_id}": "m", "{file}": "f.mp4"}  # fmt: skip
KEYS = {
    "artnex": lambda key: {"authorization": f"Bearer {key}"},
    "nanogpt": lambda key: {"x-api-key": key},
    "nouvel": lambda key: {"authorization": f"Bearer nvl_{key}"},
    "viddyscribe": lambda key: {"x-api-key": f"vsk_{key}"},
}
VIDDY = "/enterprise/api"
SHOES = {"urls": ["https://shop.com/products/shoes"]}


def operations(status, *, keyed=False):
    """Every operation of every provider that promises a status: provider, method, path template."""
    return [
        pytest.param(provider, method.upper(), path, id=f"{provider} {method.upper()} {path}")
        for provider in PROVIDERS
        for path, item in load(provider).openapi["paths"].items()
        for method in METHODS
        if method in item and status in item[method]["responses"]
        if not keyed or item[method].get("security") != []
    ]


def filled(path):
    """A path whose parameters have some value."""
    for name, value in SAMPLES.items():
        path = path.replace(name, value)
    return path


async def asked(mock, method, path, status, key="me", as_method=None, **more):
    """Send a request, and hold its answer against the contract."""
    headers = ({} if key is None else KEYS[mock.only](key)) | more.pop("headers", {})
    async with mock.client() as client:
        answer = await client.request(method, path, headers=headers, **more)
    assert answer.status_code == status, answer.text
    where = httpx.URL(path).path
    witness.judge(mock.only, answer, where, as_method)
    return answer


@pytest.mark.parametrize(("provider", "method", "path"), operations("401", keyed=True))
async def test_no_operation_is_open_to_those_without_a_key(provider, method, path):
    async with Mock(provider) as mock:
        await asked(mock, method, filled(path), 401, key=None)


@pytest.mark.parametrize(("provider", "method", "path"), operations("405"))
async def test_every_path_refuses_other_methods_and_names_its_own(provider, method, path):
    async with Mock(provider) as mock:
        if method == "HEAD":
            async with mock.client() as client:
                answer = await client.request("PATCH", filled(path))
            headers = httpx.Response(answer.status_code, headers=answer.headers, request=answer.request)
            witness.judge(provider, headers, filled(path), "HEAD")
        else:
            answer = await asked(mock, "PATCH", filled(path), 405, as_method=method)

    assert method in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(("provider", "method", "path"), operations("500"))
async def test_a_crash_is_told_in_the_providers_voice_everywhere(provider, method, path, monkeypatch):
    def crash(_):
        raise ZeroDivisionError

    monkeypatch.setattr("mockserver.web.street.pass_gates", crash)
    async with Mock(provider) as mock:
        await asked(mock, method, filled(path), 500)


@pytest.mark.parametrize(
    ("provider", "method", "path"),
    [each for each in operations("429", keyed=True) if each.values[0] in {"nouvel", "viddyscribe"}],
)
async def test_where_every_request_counts_each_is_refused_over_the_limit(provider, method, path):
    async with Mock(provider) as mock:
        await asked(mock, method, filled(path), 429, key="limited")


@pytest.mark.parametrize(("provider", "method", "path"), operations("402"))
async def test_a_plan_without_access_opens_nothing_at_nouvel(provider, method, path):
    if provider == "nouvel":
        async with Mock(provider) as mock:
            await asked(mock, method, filled(path), 402, key="cheapplan")


async def finished(mock):
    """A finished video's link at each provider, without the server's address."""
    orders = {
        "artnex": ("/v1/video", {"prompt": "A fox", "model": "veo3.1"}),
        "nanogpt": ("/api/generate-video", {"model": "hunyuan-video", "prompt": "A fox"}),
        "nouvel": ("/api/v1/generate", SHOES),
        "viddyscribe": (f"{VIDDY}/generate_ad_video_from_url", {"source_url": "https://example.com/video.mp4"}),
    }
    path, order = orders[mock.only]
    job = json.loads((await mock.client(KEYS[mock.only]("me")).post(path, json=order)).content)
    await mock.until_idle()
    polls = {
        "artnex": lambda: (f"/v1/video/{job['request_id']}", "video_url"),
        "nanogpt": lambda: (f"/api/video/status?requestId={job['runId']}", "url"),
        "nouvel": lambda: (f"/api/v1/jobs/{job['jobId']}", "finalOutputUrl"),
        "viddyscribe": lambda: (f"{VIDDY}/get_results?job_id={job['job_id']}", "video_signed_url"),
    }
    poll, name = polls[mock.only]()
    told = (await mock.client(KEYS[mock.only]("me")).get(poll)).text
    return httpx.URL(told.split(f'"{name}":"', 1)[1].split('"', 1)[0]).raw_path.decode()


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_is_had_whole_in_part_and_not_twice(provider, method):
    async with Mock(provider) as mock:
        link = await finished(mock)
        whole = await asked(mock, method, link, 200, key=None)
        await asked(mock, method, link, 206, key=None, headers={"range": "bytes=0-9"})
        await asked(mock, method, link, 304, key=None, headers={"if-none-match": whole.headers["etag"]})
        beyond = await asked(mock, method, link, 416, key=None, headers={"range": "bytes=99999999-"})

    assert beyond.headers["content-range"].startswith("bytes */")


LOST = {
    "artnex": ("/media/artnex/video/req_a1.mp4", 404),
    "nanogpt": ("/media/nanogpt/vid_a1/video.mp4", 404),
    "nouvel": ("/media/nouvel/j/video-1.mp4", 404),
    "viddyscribe": (f"/enterprise/results/f.mp4?expires=1&signature={'0' * 32}", 403),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_that_is_not_there_is_refused(provider, method):
    path, status = LOST[provider]
    async with Mock(provider) as mock:
        await asked(mock, method, path, status, key=None)


async def test_a_week_later_nanogpts_file_is_refused_to_head_too():
    async with Mock("nanogpt") as mock:
        link = await finished(mock)
        await mock.advance(8 * 24 * 3600)
        await asked(mock, "HEAD", link, 403, key=None)


BODY = b'{"prompt": "' + b"x" * (33 * 2**20) + b'"}'


@pytest.mark.parametrize(
    ("provider", "path"),
    [("artnex", "/v1/video"), ("nanogpt", "/api/generate-video/extend"), ("nouvel", "/api/v1/generate")],
)
async def test_a_body_that_is_too_large_is_refused(provider, path):
    async with Mock(provider) as mock:
        await asked(mock, "POST", path, 413, content=BODY, headers={"content-type": "application/json"})


@pytest.mark.parametrize("path", ["/v1/video/{}", "/v1/video/status/{}", "/v1/video/status?request_id={}"])
async def test_artnex_can_throttle_each_of_its_polls(path):
    async with Mock("artnex", artnex__throttle_polls=True) as mock:
        order = {"prompt": "A fox", "model": "veo3.1"}
        job = (await asked(mock, "POST", "/v1/video", 200, json=order)).json()["request_id"]
        await asked(mock, "GET", path.format(job), 200)
        await asked(mock, "GET", path.format(job), 429)


ROWS = {
    "veo3.1": (4, 6, 8), "veo3-fast": (4, 6, 8), "sora-2": (4, 8, 12), "sora-2-pro": (4, 8, 12),
    "kling-v2.5-turbo-pro": (5, 10), "kling-v2.6-pro": (5, 10, 16), "wan-2.5": (5, 10),
    "seedance-v1.5-pro-t2v": (4, 12),
    "veo3.1-i2v": (4, 6, 8), "veo3-fast-i2v": (4, 6, 8), "kling-v2.5-turbo-pro-i2v": (5, 10), "wan-2.5-i2v": (5, 10),
    "seedance-v1.5-pro-i2v": (4, 12),
}  # fmt: skip
"""Artnex's two tables: models, and the lengths of their videos [004:31-46]."""


@pytest.mark.parametrize("model", ROWS)
async def test_each_length_of_each_of_artnexs_models_is_taken_and_none_is_too(model):
    image = {"mode": "image-to-video", "image": "https://example.com/start.png"} if model.endswith("-i2v") else {}
    async with Mock("artnex", artnex__credits="1000000") as mock:
        for seconds in (*ROWS[model], None):
            order = {"prompt": "A fox", "model": model, "duration": seconds} | image
            await asked(mock, "POST", "/v1/video", 200, json=order)


async def test_nanogpt_has_no_content_of_a_job_that_never_was():
    async with Mock("nanogpt") as mock:
        answer = await asked(mock, "GET", "/api/generate-video/content?runId=vid_nobody1&model=veo2-video", 404)

    assert answer.json()["error"] == "Video content is not available"


async def test_nanogpt_blocks_a_prompt_in_the_guides_style_too():
    async with Mock("nanogpt", nanogpt__errors="guide") as mock:
        await mock.queue("moderated")
        client = mock.client(KEYS["nanogpt"]("me"))
        answer = await client.post("/api/generate-video", json={"model": "hunyuan-video", "prompt": "A fox"})

    witness.conform("nanogpt", "ErrorGuide", answer.json())
    assert answer.json()["error"]["type"] == "CONTENT_POLICY_VIOLATION"


@pytest.mark.parametrize("ratio", ["9:16", "16:9", "1:1"])
async def test_nouvels_projects_have_the_ratio_that_was_ordered(ratio):
    async with Mock("nouvel") as mock:
        await asked(mock, "POST", "/api/v1/generate", 200, json=SHOES | {"aspectRatio": ratio})
        listed = (await asked(mock, "GET", "/api/v1/projects", 200)).json()["projects"][0]
        one = (await asked(mock, "GET", f"/api/v1/projects/{listed['id']}", 200)).json()["project"]

    assert (listed["aspect_ratio"], one["aspect_ratio"]) == (ratio, ratio)


KINDS = ("text", "audio", "video")
CLIP = "https://example.com/video.mp4"


async def ordered(mock, way, status, *, key="me", source=None, file=None, **options):
    """Order at ViddyScribe in one of its nine ways."""
    if way.endswith("_from_file"):
        parts = {"file": ("video.mp4", file or film(seconds=1, sound=None), "video/mp4")}
        return await asked(mock, "POST", f"{VIDDY}/{way}", status, key=key, files=parts, data=options)
    body = (
        {"source_url": source or CLIP} if way.endswith("_from_url") else {"media_id": source or await media(mock, key)}
    )
    return await asked(mock, "POST", f"{VIDDY}/{way}", status, key=key, json=body | options)


async def media(mock, key):
    answer = await asked(
        mock, "POST", f"{VIDDY}/upload_media", 200, key=key, files=parts_of(film(seconds=1, sound=None))
    )
    return answer.json()["media_id"]


def parts_of(content):
    return {"file": ("video.mp4", content, "video/mp4")}


WAYS = [f"generate_ad_{kind}{way}" for kind in KINDS for way in ("", "_from_url", "_from_file")]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("way", WAYS)
async def test_each_of_viddyscribes_orders_is_refused_for_a_language_that_there_is_not(way):
    async with Mock("viddyscribe") as mock:
        await ordered(mock, way, 400, language="xx-XX")


@pytest.mark.parametrize("way", WAYS)
async def test_each_of_viddyscribes_orders_may_be_beyond_a_plan(way):
    async with Mock("viddyscribe") as mock:
        await ordered(mock, way, 403, key="cheapplan", custom_instructions="Be brief.")


@pytest.mark.parametrize("way", [f"generate_ad_{kind}" for kind in KINDS])
async def test_orders_for_media_that_nobody_has_are_refused(way):
    async with Mock("viddyscribe") as mock:
        await ordered(mock, way, 404, source=UNKNOWN)


@pytest.mark.parametrize("way", [*(f"generate_ad_{kind}" for kind in KINDS), *(f"{w}" for w in WAYS if "file" in w)])
async def test_a_file_without_pictures_is_no_video(way):
    async with Mock("viddyscribe") as mock:
        path = f"{VIDDY}/{way}"
        await asked(mock, "POST", path, 415, files=parts_of(film(codec=None, container="mp4", seconds=1)))


@pytest.mark.parametrize("way", ["upload_media_from_url", *(way for way in WAYS if "url" in way)])
async def test_an_address_of_this_server_without_pictures_is_no_video(way):
    async with Mock("viddyscribe") as mock:
        job = (await ordered(mock, "generate_ad_audio", 200)).json()["job_id"]
        await mock.until_idle()
        link = (await asked(mock, "GET", f"{VIDDY}/get_results?job_id={job}", 200)).json()["audio_signed_url"]
        await asked(mock, "POST", f"{VIDDY}/{way}", 415, json={"source_url": link})


async def test_a_url_is_uploaded_and_one_that_is_none_is_not():
    async with Mock("viddyscribe") as mock:
        await asked(mock, "POST", f"{VIDDY}/upload_media_from_url", 200, json={"source_url": CLIP})
        await asked(mock, "POST", f"{VIDDY}/upload_media_from_url", 400, json={"source_url": "ftp://example.com"})
        await asked(mock, "GET", f"{VIDDY}/get_upload_status", 400)


async def test_a_signed_link_takes_bytes_and_a_changed_one_does_not():
    async with Mock("viddyscribe") as mock:
        body = {"input": {"type": "signed_url", "filename": "video.mp4", "content_type": "video/mp4"}}
        promise = (await asked(mock, "POST", f"{VIDDY}/upload_media", 200, json=body)).json()
        link = httpx.URL(promise["upload_url"]).raw_path.decode()
        await asked(mock, "PUT", link, 200, key=None, content=b"bytes", headers={"content-type": "video/mp4"})
        await asked(mock, "PUT", f"{link[:-1]}{'1' if link[-1] == '0' else '0'}", 403, key=None, content=b"bytes")


@pytest.mark.parametrize("loudness", ["auto", "max"])
async def test_a_video_may_be_as_loud_as_it_likes(loudness):
    async with Mock("viddyscribe") as mock:
        await ordered(mock, "generate_ad_video", 200, volume_option=loudness)
