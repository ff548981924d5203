"""How NanoGPT says no: each refusal in the form of document 002, and in the guide's."""

import json
from typing import Any, NamedTuple

import httpx
import pytest

from contracts.harness.load import load as load_contract
from mockserver.app import create_app
from mockserver.settings import load
from tests.providers.nanogpt.kit import KEY, LEGACY, LINK, STORY, UNIFIED, accepted, client_of, order, printed
from tests.witness import conform

ORDER, EXTEND = "/api/generate-video", "/api/generate-video/extend"
CONTENT, RECOVER = "/api/generate-video/content", "/api/generate-video/recover"
CLIP = "https://assets.example.com/clip.mp4"
FIVE_MEGABYTES = "data:image/png;base64," + "AAAA" * (5 * 2**20 // 3)
POLICY = "Your prompt was blocked due to safety concerns. Please modify your prompt."
VEO_TOO_LONG = (
    "Your prompt is too long for Veo 2. Please shorten it to 5000 characters or less (current: 5001 characters)."
)
INVALID, PERMISSION, NOT_FOUND = "invalid_request_error", "permission_error", "not_found_error"


class No(NamedTuple):
    """A request and how it is refused. `{done}` and the like stand for the ids of jobs (see `jobs`)."""

    status: int
    text: str
    path: str
    body: Any = None
    query: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    method: str | None = None
    key: str | None = KEY
    type: str = INVALID

    def __str__(self) -> str:
        return f"{self.status} {self.text[:50]}"


def order_of(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "prompt": "A gentle wave"} | fields


PRINTED = (
    No(401, "Invalid session", ORDER, order_of("veo2-video"), key=None, type="authentication_error"),
    No(402, "Insufficient balance", ORDER, order_of("veo2-video"), key="sk-broke", type="INSUFFICIENT_BALANCE"),
    No(429, "Rate limit exceeded. Please wait before generating another video.", ORDER, order_of("veo2-video"),
       key="sk-limited", type="RATE_LIMITED"),
    No(400, "Kling 2.1 Standard requires an input image. Please select an image to generate a video.", ORDER,
       order_of("kling-v21-standard")),
)  # fmt: skip
NOT_PRINTED = (
    No(400, "Model is required", ORDER, {"prompt": "A gentle wave"}),
    No(400, "Model not found: no-such-model", ORDER, order_of("no-such-model")),
    No(400, "Prompt is required", ORDER, {"model": "veo2-video"}),
    No(400, "Invalid JSON body", ORDER, b"{"),
    No(400, "Invalid JSON body", EXTEND, b"[]"),
    No(400, "Invalid value for prompt", ORDER, {"model": "veo2-video", "prompt": 5}),
    No(400, "Invalid value for num_frames", ORDER, order_of("hunyuan-video", num_frames=65.5)),
    No(400, "Invalid value for limit", RECOVER, query={"limit": "51"}),
    No(400, "Invalid value for detailed", "/api/v1/video-models", query={"detailed": "perhaps"}, key=None),
    No(400, "Invalid value for variant", CONTENT, query={"runId": "{done}", "model": "m", "variant": "sound"}),
    No(400, "Invalid value for index", EXTEND, {"runId": "{done}", "index": 4}),
    No(400, "Missing requestId", UNIFIED),
    No(400, "Missing runId", LEGACY),
    No(400, "Missing runId", STORY, query={"projectId": "p"}),
    No(400, "Missing projectId", STORY, query={"runId": "{done}"}),
    No(400, "Missing runId", CONTENT, query={"model": "m"}),
    No(400, "Missing model", CONTENT, query={"runId": "{done}"}),
    No(400, "Missing runId", EXTEND, {"index": 0}),
    No(400, "Missing index", EXTEND, {"runId": "{done}"}),
    No(400, "Missing voice_id", ORDER, order_of("kling-lipsync-t2v", videoUrl=CLIP)),
    No(400, "Missing swapImage", ORDER, order_of("magicapi-video-face-swap", targetVideo=CLIP)),
    No(400, "Missing targetVideo", ORDER, order_of("magicapi-video-face-swap", swapImage=LINK)),
    No(400, "Runway Gen-4 Aleph requires an input video. Please select a video to generate a video.", ORDER,
       order_of("runwayml-gen4-aleph")),
    No(400, "VEED Fabric 1.0 requires an input audio. Please select an audio to generate a video.", ORDER,
       order_of("veed-fabric-1.0", imageUrl=LINK)),
    No(400, "LongStories Movie requires a script. Please provide a script to generate a video.", ORDER,
       {"model": "longstories-movie"}),
    No(413, "imageDataUrl is too large. Uploads must be 4 MB or smaller.", ORDER,
       order_of("veo2-video", imageDataUrl=FIVE_MEGABYTES)),
    No(400, "Source video must be 120 seconds or shorter", ORDER,
       order_of("wan-wavespeed-25-extend", videoUrl=CLIP, videoDuration=121)),
    No(400, "1792x1024 requires pro mode", ORDER, order_of("sora-2", resolution="1792x1024"), type="PRO_REQUIRED"),
    No(400, "Only Midjourney videos can be extended", EXTEND, {"runId": "{other}", "index": 0}),
    No(400, "videoUrl is not accepted when extending a Midjourney video", EXTEND,
       {"runId": "{done}", "index": 0, "videoUrl": CLIP}),
    No(400, "The original video is not completed", EXTEND, {"runId": "{waiting}", "index": 0}),
    No(404, "Video content is not available", CONTENT, query={"runId": "{waiting}", "model": "m"}, type=NOT_FOUND),
    No(416, "Range not satisfiable", CONTENT, query={"runId": "{done}", "model": "m"},
       headers={"range": "bytes=99999999999-"}),
    No(404, "Video generation request not found", UNIFIED, query={"requestId": "vid_none"}, type=NOT_FOUND),
    No(404, "Video generation request not found", LEGACY, query={"runId": "vid_none"}, type=NOT_FOUND),
    No(404, "Video generation request not found", EXTEND, {"runId": "vid_none", "index": 0}, type=NOT_FOUND),
    No(403, "Forbidden", UNIFIED, query={"requestId": "{done}"}, key="sk-another", type=PERMISSION),
    No(403, "Forbidden", EXTEND, {"runId": "{done}", "index": 0}, key="sk-another", type=PERMISSION),
    No(403, "Forbidden", CONTENT, query={"runId": "{done}", "model": "m"}, key="sk-another", type=PERMISSION),
    No(404, "Not found", "/media/nanogpt/{waiting}/video.mp4", key=None, type=NOT_FOUND),
    No(404, "Not found", "/nanogpt/api/generate-videos", type=NOT_FOUND),
    No(405, "Method not allowed", ORDER, method="GET"),
    No(413, "Request body too large", ORDER, b" " * (32 * 2**20 + 1)),
)  # fmt: skip
ALL = [*PRINTED, *NOT_PRINTED]
CLAUSES = {clause.id for clause in load_contract("nanogpt").clauses}


@pytest.fixture
def jobs():
    """Makes the jobs that refusals speak of: a finished Midjourney job, a waiting one, and another model's."""

    async def make(mock):
        client = client_of(mock, judging=False)
        ids = {"done": (await accepted(client, model="midjourney-video", imageUrl=LINK))["runId"]}
        ids["other"] = (await accepted(client))["runId"]
        await mock.until_idle()
        ids["waiting"] = (await accepted(client, model="midjourney-video", imageUrl=LINK))["runId"]
        return ids

    return make


async def ask(mock, no: No, ids: dict[str, str]) -> httpx.Response:
    """Send the request of a refusal."""

    def named(value: Any) -> Any:
        return value.format(**ids) if isinstance(value, str) and value.startswith(("{", "/media")) else value

    client = client_of(mock, no.key, judging=False, **(no.headers or {}))
    content = no.body
    if isinstance(content, dict):
        content = json.dumps({name: named(value) for name, value in content.items()}).encode()
    query = {name: named(value) for name, value in (no.query or {}).items()}
    method = no.method or ("GET" if content is None else "POST")
    return await client.request(method, named(no.path), params=query, content=content)


@pytest.mark.clause(
    "nanogpt.errors.two-keys",
    "nanogpt.errors.say-why",
    "nanogpt.errors.invalid-is-400",
    "nanogpt.errors.inferred-texts",
)
@pytest.mark.parametrize("no", ALL, ids=str)
async def test_a_refusal_has_a_text_and_the_status(nano, jobs, no):
    response = await ask(nano, no, await jobs(nano))

    assert (response.status_code, response.json()) == (no.status, {"error": no.text, "status": no.status})
    assert response.headers["content-type"] == "application/json"
    conform("nanogpt", "Error", response.json())


@pytest.mark.parametrize("no", ALL, ids=str)
async def test_a_refusal_names_the_clause_that_it_rests_on(nano, jobs, no):
    response = await ask(nano, no, await jobs(nano))

    assert response.headers["x-mock-clause"] in CLAUSES


@pytest.mark.clause("nanogpt.errors.guide-style", "nanogpt.errors.guide-types", "nanogpt.errors.guide-keeps-the-texts")
@pytest.mark.parametrize("no", ALL, ids=str)
async def test_in_guide_style_it_has_a_message_and_a_type(serve, jobs, no):
    mock = await serve("nanogpt", nanogpt__errors="guide")

    response = await ask(mock, no, await jobs(mock))

    assert (response.status_code, response.json()) == (no.status, {"error": {"message": no.text, "type": no.type}})
    conform("nanogpt", "ErrorGuide", response.json())


@pytest.mark.parametrize("name", ["insufficient-balance", "invalid-session", "rate-limit", "missing-image"])
def test_the_printed_refusals_are_written_out_above_as_they_are_printed(name):
    fixture = printed(name)

    assert fixture["response"] in [{"error": no.text, "status": no.status} for no in PRINTED]


@pytest.mark.clause("nanogpt.errors.say-why", "nanogpt.submit.content-policy", "nanogpt.errors.guide-types")
@pytest.mark.parametrize("style", ["doc002", "guide"])
async def test_a_blocked_prompt_has_a_type_in_either_style(serve, style):
    mock = await serve("nanogpt", nanogpt__errors=style)
    await mock.queue("moderated")

    response = await order(client_of(mock, judging=False))

    problem = {"message": POLICY, "type": "CONTENT_POLICY_VIOLATION"}
    told = {"error": problem, "status": 400} if style == "doc002" else {"error": problem}
    assert (response.status_code, response.json()) == (400, told)


@pytest.mark.clause("nanogpt.errors.guide-style", "nanogpt.errors.guide-keeps-the-texts")
@pytest.mark.parametrize(
    ("model", "length", "text"),
    [
        ("minimax-hailuo-02", 2001, "Your prompt is too long. Please shorten it to 2000 characters or less"),
        ("lightricks-ltx-2-fast", 3001, "Prompt is too long. Please keep it under 3000 characters."),
        (
            "veo2-video",
            5001,
            VEO_TOO_LONG,
        ),
    ],
)
async def test_a_long_prompt_is_worded_alike_in_either_style(nano, serve, model, length, text):
    guide = client_of(await serve("nanogpt", nanogpt__errors="guide"), judging=False)

    plain = await order(client_of(nano), model=model, prompt="a" * length)
    guided = await order(guide, model=model, prompt="a" * length)

    assert (plain.status_code, plain.json()["error"]) == (400, text)
    assert (guided.status_code, guided.json()) == (400, {"error": {"message": text, "type": INVALID}})


@pytest.mark.clause("nanogpt.errors.method-not-allowed")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (ORDER, {"POST"}),
        (EXTEND, {"POST"}),
        ("/api/check-balance", {"POST"}),
        (UNIFIED, {"GET", "HEAD"}),
        (LEGACY, {"GET", "HEAD"}),
        (STORY, {"GET", "HEAD"}),
        (RECOVER, {"GET", "HEAD"}),
        (CONTENT, {"GET", "HEAD"}),
        ("/api/v1/video-models", {"GET", "HEAD"}),
        ("/api/v1/models", {"GET", "HEAD"}),
        ("/media/nanogpt/vid_none/video.mp4", {"GET", "HEAD"}),
    ],
)
async def test_allow_names_the_methods_that_an_address_serves(client, path, allowed):
    client.event_hooks["response"].clear()  # the description has no place for methods that it does not know
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - allowed:
        response = await client.request(method, path)

        assert (response.status_code, response.json()) == (405, {"error": "Method not allowed", "status": 405})
        assert {each.strip() for each in response.headers["allow"].split(",")} == allowed


@pytest.mark.clause("nanogpt.errors.unknown-path")
@pytest.mark.parametrize("path", ["/nanogpt/api/generate-videos", "/nanogpt", "/nanogpt/", "/nanogpt/api/v1/videos"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_path_under_its_name_is_answered_in_its_form(path, method):
    transport = httpx.ASGITransport(create_app(load({"clock": "frozen"})))  # all providers, not one alone
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as client:
        response = await client.request(method, path)

    assert (response.status_code, response.json()) == (404, {"error": "Not found", "status": 404})


@pytest.mark.clause("nanogpt.errors.body-too-large")
async def test_thirty_two_mebibytes_are_read_and_one_byte_more_is_not(client):
    most = b'{"model": "hunyuan-video", "prompt": "x"}'.ljust(32 * 2**20)

    fits = await client.post(ORDER, content=most)
    too_large = await client.post(ORDER, content=most + b" ")

    assert (fits.status_code, too_large.status_code) == (202, 413)
    assert too_large.json() == {"error": "Request body too large", "status": 413}


@pytest.mark.clause("nanogpt.errors.body-too-large")
async def test_a_body_without_a_length_is_refused_before_it_is_read_whole(client):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 2**30:
            sent += 2**20
            yield b" " * 2**20

    response = await client.post(ORDER, content=endless())

    assert (response.status_code, response.json()) == (413, {"error": "Request body too large", "status": 413})
    assert sent <= 34 * 2**20
