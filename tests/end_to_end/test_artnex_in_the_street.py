"""Artnex beside the other houses: at the root by its documented paths, alone with `only`, its videos read by others."""

import httpx
import pytest

from mockserver.app import create_app
from mockserver.settings import load

ORDER = {"prompt": "A fox in snow", "model": "veo3-fast", "duration": 6}
ARTNEX = {"authorization": "Bearer artnex-test"}
VIDDYSCRIBE = {"x-api-key": "vsk_test"}


@pytest.fixture
async def street():
    """Open a server that serves whom the settings say, and give a client for it."""
    clients = []

    async def opened(**settings):
        app = create_app(load({"clock": "frozen"} | settings))
        clients.append(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost"))
        return clients[-1]

    yield opened
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize("only", [(), ("artnex",), ("artnex", "nanogpt"), ("nouvel", "artnex", "viddyscribe")])
async def test_its_paths_are_at_the_root_whoever_else_is_served(street, only):
    client = await street(only=only)

    response = await client.post("/v1/video", json=ORDER, headers=ARTNEX)

    assert response.json()["status"] == "pending"


async def test_its_paths_are_not_there_when_others_are_served_alone(street):
    client = await street(only=("nanogpt",))

    assert (await client.post("/v1/video", json=ORDER, headers=ARTNEX)).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/@mine"])
async def test_its_video_can_be_handed_to_viddyscribe(street, prefix):
    client = await street()
    ordered = (await client.post(f"{prefix}/v1/video", json=ORDER, headers=ARTNEX)).json()
    await client.post(f"{prefix}/_mock/clock/advance", json={"until": "idle"})
    video = (await client.get(f"{prefix}/v1/video/{ordered['request_id']}", headers=ARTNEX)).json()

    media = await client.post(
        f"{prefix}/enterprise/api/upload_media_from_url", json={"source_url": video["video_url"]}, headers=VIDDYSCRIBE
    )

    assert media.json()["duration_seconds"] == 6
