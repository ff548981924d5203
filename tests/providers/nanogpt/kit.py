"""What the tests of NanoGPT share: orders, ways to ask, and a judge that holds each answer against the contract."""

import json
import re
from io import BytesIO
from pathlib import Path

import av

from tests import witness

KEY = "sk-nano-test"
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "nanogpt"
PROMPT = "A gentle wave"
LINK = "https://assets.example.com/cat.jpg"
CLIP = "https://assets.example.com/clip.mp4"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
UNIFIED = "/api/video/status"
LEGACY = "/api/generate-video/status"
STORY = "/api/v1/video/status"


def printed(name):
    """What a page prints: a fixture with its source, and a request or a response."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


async def judge(response):
    """Hold an answer of the default profile against the contract."""
    await response.aread()
    path = re.sub(r"^(/@[^/]+)?(/nanogpt)?", "", response.request.url.path)
    witness.judge("nanogpt", response, path)


def judged(client):
    """The same client, each of whose answers must conform to the contract; for servers with default answers."""
    client.event_hooks["response"].append(judge)
    return client


def client_of(mock, key=KEY, *, judging=True, address="127.0.0.1", **headers):
    """A client with a key (None: without one), judged unless told otherwise."""
    auth = {} if key is None else {"x-api-key": key}
    client = mock.client(headers=auth | headers, address=address)
    return judged(client) if judging else client


async def order(client, **fields):
    """Submit an order, by default the cheapest that is in order; give the response. `None` sends null."""
    body = {"model": "hunyuan-video", "prompt": PROMPT} | fields
    return await client.post("/api/generate-video", json=body)


async def accepted(client, **fields):
    """Submit an order that must be accepted; give the answer's body."""
    response = await order(client, **fields)
    assert response.status_code == 202, response.text
    return response.json()


async def refused(client, **fields):
    """Submit an order that must be refused; give the status and the body."""
    response = await order(client, **fields)
    assert response.status_code >= 400, response.text
    return response.status_code, response.json()


async def unified(client, run_id):
    """Poll the unified status; give the answer's body."""
    response = await client.get(UNIFIED, params={"requestId": run_id})
    assert response.status_code == 200, response.text
    return response.json()


async def legacy(client, run_id):
    """Poll the legacy status; give the answer's body."""
    response = await client.get(LEGACY, params={"runId": run_id})
    assert response.status_code == 200, response.text
    return response.json()


async def balance(client):
    """What check-balance says of the dollars, as text."""
    response = await client.post("/api/check-balance")
    assert response.status_code == 200, response.text
    return response.json()["usd_balance"]


async def story(client, run_id, project_id):
    """Poll a story's status; give the answer's body."""
    response = await client.get(STORY, params={"runId": run_id, "projectId": project_id})
    assert response.status_code == 200, response.text
    return response.json()


def going(mock, scenario, **options):
    """A client whose orders go as a scenario says, by the header for that."""
    return client_of(mock, **{"x-mock-scenario": scenario}, **options)


async def ended(mock, client, **fields):
    """Submit an order and wait until it has ended; give its id."""
    run_id = (await accepted(client, **fields))["runId"]
    await mock.until_idle()
    return run_id


def seen(content):
    """What a player finds in a video file: codec, size in pixels, seconds (of its pictures), and the sound's codec."""
    with av.open(BytesIO(content)) as file:
        video, sound = file.streams.video[0], next(iter(file.streams.audio), None)
        return {
            "codec": video.codec_context.name,
            "size": (video.width, video.height),
            "seconds": float(video.duration * video.time_base),
            "sound": sound.codec_context.name if sound else None,
        }
