"""The same order by each library that an app may use, and by programs of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests

ORDER = {"model": "veo2-video", "prompt": "a fox in snow", "duration": "5s"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def headers(fauxreel):
    return {"x-api-key": fauxreel.key("nanogpt")}


def test_it_is_the_wheel_that_is_tested():
    import mockserver

    assert Path(sys.prefix) in Path(mockserver.__file__).parents


def video(client, base, headers):
    """Order, poll until it is done, and download, with a client that has `get` and `post`."""
    job = client.post(f"{base}/api/generate-video", json=ORDER, headers=headers).json()["runId"]
    seen = []
    while "COMPLETED" not in seen:
        status = client.get(f"{base}/api/video/status", params={"requestId": job}, headers=headers).json()
        seen.append(status["data"]["status"])
    return seen, client.get(status["data"]["output"]["video"]["url"]).content


@pytest.mark.parametrize("library", [requests, httpx])
def test_libraries_that_block(fauxreel, headers, library):
    seen, film = video(library, fauxreel.url("nanogpt"), headers)
    assert seen == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert film[4:8] == b"ftyp"
    assert fauxreel.account("nanogpt").charged == 1
    assert fauxreel.count(operation="generate_video") == 1


@pytest.mark.anyio
async def test_aiohttp(fauxreel, headers):
    async with aiohttp.ClientSession(headers=headers) as session:
        base = fauxreel.url("nanogpt")
        async with session.post(f"{base}/api/generate-video", json=ORDER) as answer:
            job = (await answer.json())["runId"]
        fauxreel.clock.advance(until="idle")
        async with session.get(f"{base}/api/video/status", params={"requestId": job}) as answer:
            assert (await answer.json())["data"]["status"] == "COMPLETED"


@pytest.mark.anyio
@pytest.mark.fauxreel(clock="frozen")
async def test_httpx_async(fauxreel, headers):
    async with httpx.AsyncClient(base_url=fauxreel.url("nanogpt"), headers=headers) as client:
        answers = [(await client.post("/api/generate-video", json=ORDER)).status_code for _ in range(3)]
    assert answers == [202, 202, 202]
    assert fauxreel.account("nanogpt").charged == 3


@pytest.mark.fauxreel(scenario="fails")
def test_a_program_in_a_process_of_its_own(fauxreel, fauxreel_env):
    fauxreel.queue("succeeds")
    done = subprocess.run([sys.executable, "app.py", "a fox"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith(fauxreel.url())
    assert [job.state for job in fauxreel.jobs()] == ["done"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl(fauxreel, fauxreel_env):
    script = 'curl -s -o /dev/null -w "%{http_code}" -X POST -H "x-api-key: $NANOGPT_API_KEY" $NANOGPT_BASE_URL/api/check-balance'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "200"


@pytest.mark.parametrize("run", range(6))
def test_nobody_else_spends_my_money(fauxreel, headers, run):
    left = [requests.post(f"{fauxreel.url()}/api/generate-video", json=ORDER, headers=headers).json() for _ in range(2)]
    assert [answer["remainingBalance"] for answer in left] == [46.6, 43.2]
