"""Nothing is ever fetched: whatever URL a client names, no machine is connected to, no resolver asked, no file opened.

Python reports to audit hooks what it does with sockets, files and processes. One connection there may be: the webhook
to a listener on this machine, which also shows that the hook sees what it is to see.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from mockserver.testing import asgi_app
from tests.receiver import Receiver

TELLING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "subprocess.Popen"}
HOSTILE = [
    "https://evil.example.com/clip.mp4",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1:8080/clip.mp4",
    "http://127.0.0.1:9/clip.mp4",
    "http://localhost@evil.example.com/clip.mp4",
    "https://[2001:db8::1]/clip.mp4",
    "file:///etc/passwd",
]
NANOGPT_FIELDS = (
    "imageUrl", "imageDataUrl", "image_data_url", "image", "audioUrl", "audioDataUrl", "audio", "videoUrl",
    "videoDataUrl", "video", "last_image", "swap_image", "target_video", "lora_url_1", "lora_url_2", "lora_url_3",
)  # fmt: skip
NANOGPT_MODELS = ("kling-v21-standard", "veo2-video", "wan-video-22-turbo", "longstories-movie")
VIDDYSCRIBE = [f"generate_ad_{what}_from_url" for what in ("text", "audio", "video")]

seen: list[tuple[str, object]] | None = None


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if seen is None:
        return
    if event in TELLING:
        seen.append((event, arguments[1] if event == "socket.connect" else arguments[0]))
    elif event == "open" and str(arguments[0]).startswith("/etc"):
        seen.append((event, arguments[0]))


sys.addaudithook(watch)


@contextmanager
def watched() -> Iterator[list[tuple[str, object]]]:
    """What the process does with other machines meanwhile."""
    global seen  # noqa: PLW0603 - an audit hook cannot be taken away again
    seen = found = []
    try:
        yield found
    finally:
        seen = None


@pytest.fixture
async def app():
    transport = httpx.ASGITransport(asgi_app(clock="frozen", nanogpt={"submits_per_minute": None}))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def accepted(answer):
    assert answer.status_code < 500, answer.text
    return answer.status_code < 300


async def settled(app):
    """Let all jobs end, and look at all that there is of them."""
    assert (await app.post("/_mock/clock/advance", json={"until": "idle"})).status_code == 200
    jobs = (await app.get("/_mock/jobs")).json()["items"]
    for job in jobs:
        if job["result"]:
            assert (await app.get(job["result"])).status_code < 500
    return [job["state"] for job in jobs]


@pytest.mark.parametrize("url", HOSTILE)
async def test_nanogpt_believes_its_links(app, url):
    key = {"x-api-key": "sk-nano-test"}
    with watched() as found:
        taken = 0
        for model in NANOGPT_MODELS:
            for field in NANOGPT_FIELDS:
                order = {"model": model, "prompt": f"an eagle, as in {url}", "duration": "5s", field: url}
                taken += await accepted(await app.post("/api/generate-video", json=order, headers=key))
            many = {"model": model, "prompt": "an eagle", "reference_images": [url, {"url": url}], "imageUrl": url}
            await accepted(await app.post("/api/generate-video", json=many, headers=key))
        await app.get("/api/generate-video/content", params={"runId": url, "url": url}, headers=key)

    assert taken >= len(NANOGPT_FIELDS) // 2
    assert found == []


@pytest.mark.parametrize("url", HOSTILE)
async def test_nouvel_believes_its_pages_and_avatars_and_sends_no_webhook_away(app, url):
    key = {"authorization": "Bearer nvl_test"}
    with watched() as found:
        shop = "https://shop.example/products/trail-shoe"
        orders = [{"urls": [url]}, {"urls": [shop], "webhookUrl": url}, {"urls": [shop], "avatarImageUrl": url}]
        taken = [await accepted(await app.post("/api/v1/generate", json=one, headers=key)) for one in orders]
        states = await settled(app)

    assert taken.count(True) == len(states) > 0
    assert [one for one in found if one != ("socket.connect", ("127.0.0.1", 9))] == []
    assert bool(found) is (url.startswith("http://127.0.0.1:9/") and taken[1])  # a webhook to this machine is tried


@pytest.mark.parametrize("url", HOSTILE)
async def test_viddyscribe_believes_its_links(app, url):
    key = {"x-api-key": "vsk_test"}
    with watched() as found:
        uploaded = await app.post("/enterprise/api/upload_media_from_url", json={"source_url": url}, headers=key)
        taken = [await accepted(uploaded)]
        for operation in VIDDYSCRIBE:
            for source in ({"source_url": url}, {"input": {"type": "url", "url": url}}):
                order = {**source, "language": "en-US"}
                answer = await app.post(f"/enterprise/api/{operation}", json=order, headers=key)
                taken += [await accepted(answer)]
        states = await settled(app)

    assert any(taken) is not url.startswith("file:")
    assert bool(states) is any(taken[1:])
    assert found == []


@pytest.mark.parametrize("url", HOSTILE)
async def test_artnex_believes_its_images(app, url):
    key = {"authorization": "Bearer artnex-test"}
    with watched() as found:
        for field in ("image", "image_url", "imageUrl"):
            order = {"prompt": f"a fox, as in {url}", "model": "veo3.1", "duration": 8, field: url}
            await accepted(await app.post("/v1/video", json=order, headers=key))
        states = await settled(app)

    assert states
    assert found == []


async def test_a_webhook_to_this_machine_is_the_one_connection_and_no_redirect_is_followed(app):
    with Receiver() as receiver, watched() as found:
        receiver.codes = [302]
        order = {"urls": ["https://shop.example/products/trail-shoe"], "webhookUrl": receiver.url}
        await app.post("/api/v1/generate", json=order, headers={"authorization": "Bearer nvl_test"})
        await app.post("/_mock/clock/advance", json={"until": "idle"})

    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    assert {one for one in found if one[0] == "socket.connect"} == {("socket.connect", ("127.0.0.1", port))}
    assert {one[1] for one in found if one[0] == "socket.getaddrinfo"} <= {"127.0.0.1"}
    assert len(receiver.got) == 1


async def test_a_name_below_localhost_is_this_machine_and_no_resolver_is_asked_for_it(app):
    with Receiver() as receiver, watched() as found:
        hook = receiver.url.replace("127.0.0.1", "app.localhost")
        order = {"urls": ["https://shop.example/products/trail-shoe"], "webhookUrl": hook}
        await app.post("/api/v1/generate", json=order, headers={"authorization": "Bearer nvl_test"})
        await app.post("/_mock/clock/advance", json={"until": "idle"})

    assert {one[1] for one in found if one[0] == "socket.getaddrinfo"} == {b"localhost"}
    assert len(receiver.got) == 1
