"""Killed at any moment under load, a server with `--state` comes back with all that it acknowledged."""

import asyncio
import signal
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from mockserver.core.chance import Draw
from tests.films import film

ROUNDS, KILLS = 4, 25
"""A hundred kills, in four files, so that the parallel workers share them."""

FLAGS = (
    "--clock", "frozen", "--only", "nanogpt,viddyscribe", "--set", "nanogpt.balance=100000",
    "--set", "nanogpt.submits_per_minute=none", "--set", "viddyscribe.requests_per_minute=none",
    "--set", "viddyscribe.minutes=100000",
)  # fmt: skip
ORDER = {"model": "veo2-video", "prompt": "A majestic eagle", "duration": "5s", "aspect_ratio": "16:9"}
PRICE = Decimal("3.4")  # of this order, as document 002 prints it


@dataclass
class Told:
    """What was acknowledged so far; `advanced` counts seconds, and those that were asked for without an answer."""

    jobs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    uploads: dict[str, bytes] = field(default_factory=dict)
    advanced: float = 0
    perhaps: int = 0
    answers: int = 0


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_crash_loses_nothing_that_was_acknowledged(seed, tmp_path):
    told, draw = Told(), Draw(seed, "kills")
    for kill in range(KILLS):
        with subprocess.Popen(command(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                url = process.stdout.readline().strip().removeprefix("FAUXREEL_URL=")
                assert url, process.stderr.read()
                asyncio.run(checked(url, told))
                asyncio.run(loaded(url, process, told, after=1 + draw.number() % 60, kill=kill))
            finally:
                process.kill()
    assert sum(map(len, told.jobs.values())) > KILLS
    assert told.uploads


def command(folder):
    return [sys.executable, "-m", "mockserver", "serve", "-q", "-p", "0", "--state", str(folder / "state.db"), *FLAGS]


async def loaded(url, process, told, *, after, kill):
    """Submit, upload and move time from many sides; kill the server after so many answers, in the middle of others."""
    told.answers = 0

    def counted():
        told.answers += 1
        if told.answers == after:
            process.send_signal(signal.SIGKILL)

    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        work = [submit(client, told, f"sk-{number}", counted) for number in range(6)]
        work += [upload(client, told, f"vsk_{kill}", counted), advance(client, told, counted)]
        await asyncio.gather(*work)
    process.wait(10)


async def submit(client, told, key, counted):
    while answer := await asked(client.post("/api/generate-video", json=ORDER, headers={"x-api-key": key})):
        assert answer.status_code == 202
        told.jobs[key].add(answer.json()["runId"])
        counted()


async def upload(client, told, key, counted):
    for rate in range(5, 60):
        content = film(seconds=0.2, rate=rate, sound=None)
        sent = client.post(
            "/enterprise/api/upload_media", files={"file": ("a.mp4", content)}, headers={"x-api-key": key}
        )
        answer = await asked(sent)
        if answer is None:
            return
        told.uploads[f"{key} {answer.json()['media_id']}"] = content
        counted()


async def advance(client, told, counted):
    told.perhaps = 1
    while await asked(client.post("/_mock/clock/advance", json={"seconds": 1})):
        told.advanced += 1
        counted()


async def asked(request):
    """The answer, or None where there is none any more: the server is dead."""
    try:
        return await request
    except httpx.TransportError:
        return None


async def all_jobs(client):
    """The ids of all jobs, by key."""
    stored, params = defaultdict(set), {"limit": 1000}
    while True:
        page = (await client.get("/_mock/jobs", params=params)).json()
        for job in page["items"]:
            stored[job["key"]].add(job["id"])
        if page["next"] is None:
            return stored
        params["after"] = page["next"]


async def checked(url, told):
    """All that was acknowledged is there; what was not is there whole or not at all, and the money fits."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        now = datetime.fromisoformat((await client.get("/_mock/clock")).json()["now"])
        seconds = (now - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()
        assert told.advanced <= seconds <= told.advanced + told.perhaps
        told.advanced, told.perhaps = seconds, 0
        stored = await all_jobs(client)
        for key, ids in told.jobs.items():
            assert ids <= stored[key]
            account = (await client.get(f"/_mock/accounts/nanogpt/{key}")).json()
            assert Decimal(account["spent"]) == PRICE * len(stored[key])
            assert Decimal(account["available"]) == 100_000 - PRICE * len(stored[key])
        for name, content in list(told.uploads.items())[-3:]:
            key, media = name.split()
            again = await client.post(
                "/enterprise/api/upload_media", files={"file": ("b.mp4", content)}, headers={"x-api-key": key}
            )
            assert again.json()["media_id"] == media
            order = {"media_id": media, "language": "en-US"}
            answer = await client.post("/enterprise/api/generate_ad_text", json=order, headers={"x-api-key": key})
            assert answer.status_code in {200, 429}
