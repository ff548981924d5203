"""Fixtures for ViddyScribe: a server, a team with a key, and the ways to ask. Answers are judged by the contract."""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from tests import witness
from tests.films import film

KEY = "vsk_test"
API = "/enterprise/api"
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "viddyscribe"


@lru_cache(maxsize=16)
def video(seconds=10.0, *, sound=None, **options):
    """A film of so many seconds, five pictures a second; its bytes."""
    return film(seconds=seconds, rate=5, sound=sound, **options)


def printed(name):
    """What a page of the vendor prints."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


async def judge(response):
    """Hold an answer of a documented operation against the contract."""
    await response.aread()
    path = response.request.url.path.removeprefix("/viddyscribe")
    if path.startswith("/enterprise"):
        witness.judge("viddyscribe", response, path)


def ends(response):
    """Status and slug of a refusal; the two 409 have theirs in `code`."""
    body = response.json()
    return response.status_code, body.get("code", body["error"])


class Team:
    """Somebody with a key, who sends what the documents describe."""

    def __init__(self, client):
        self.http = client

    async def upload(self, content=None, name="video.mp4", kind="video/mp4", **parts):
        """Send a file to upload_media."""
        file = {"file": (name, video() if content is None else content, kind)}
        return await self.http.post(f"{API}/upload_media", files=file, data=parts)

    async def media(self, content=None):
        """Upload a file and give its media_id."""
        response = await self.upload(content)
        assert response.status_code == 200, response.text
        return response.json()["media_id"]

    async def order(self, kind="text", media_id=None, **options):
        """Order by media_id, flat; without one, of a video of ten seconds."""
        body = {"media_id": media_id or await self.media()} | options
        return await self.http.post(f"{API}/generate_ad_{kind}", json=body)

    async def nested(self, kind="text", source=None, **config):
        """Order in the nested form, by default of a URL."""
        source = source or {"type": "url", "url": "https://example.com/video.mp4"}
        body = {"input": source, "generation_config": config}
        return await self.http.post(f"{API}/generate_ad_{kind}", json=body)

    async def job(self, kind="text", media_id=None, **options):
        """Order and give the job_id."""
        response = await self.order(kind, media_id, **options)
        assert response.status_code == 200, response.text
        return response.json()["job_id"]

    async def results(self, job_id):
        response = await self.http.get(f"{API}/get_results", params={"job_id": job_id})
        assert response.status_code == 200, response.text
        return response.json()

    async def status(self, media_id):
        response = await self.http.get(f"{API}/get_upload_status", params={"media_id": media_id})
        assert response.status_code == 200, response.text
        return response.json()

    async def promise(self, filename="video.mp4"):
        """Ask for a signed upload link."""
        order = {"input": {"type": "signed_url", "filename": filename, "content_type": "video/mp4"}}
        return (await self.http.post(f"{API}/upload_media", json=order)).json()

    async def notify(self, promise):
        body = {"media_id": promise["media_id"], "gcs_path": promise["gcs_path"]}
        return await self.http.post(f"{API}/notify_upload_complete", json=body)


@pytest.fixture
async def mock(serve):
    return await serve("viddyscribe")


@pytest.fixture
def team(mock):
    """A team whose answers must conform to the contract."""
    return team_of(mock)


@pytest.fixture
async def unhurried(serve):
    """A team that may ask as often as it likes."""
    return team_of(await serve("viddyscribe", viddyscribe__requests_per_minute=None))


def team_of(mock, key=KEY, *, judged=True, **headers):
    client = mock.client(headers={"X-API-Key": key} | headers)
    if judged:
        client.event_hooks["response"].append(judge)
    return Team(client)


@pytest.fixture
def finished(mock, team):
    """Order something, wait until it has ended, and give its results."""

    async def finish(kind="text", media_id=None, **options):
        job_id = await team.job(kind, media_id, **options)
        await mock.until_idle()
        return await team.results(job_id)

    return finish


@pytest.fixture
def download(mock):
    """Follow a link, without a key."""

    async def get(url, method="GET", **headers):
        return await mock.client().request(method, url, headers=headers)

    return get
