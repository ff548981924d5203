"""Clients of the four providers who can behave well and badly, on a server whose time runs when a test says so."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

START = datetime(2026, 1, 1, tzinfo=UTC)
STARTED = "2026-01-01T00:00:00Z"
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86_400


class Wall:
    """The real clock, as far as the server is concerned; at speed 1 mock time is the same."""

    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at

    def passes(self, seconds):
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Ways:
    """How one provider is asked: key, submission, poll, and where the answers keep their ids and links."""

    headers: dict[str, str]
    submit: str
    order: dict[str, Any]
    id: str
    poll: str
    link: Any
    settings: dict[str, Any] = field(default_factory=dict)


ALL = ("nanogpt", "nouvel", "viddyscribe", "artnex")


def alike(rest, *names):
    """The clauses of several providers that are named alike; of all four unless named."""
    return {name: f"{name}.conduct.{rest}" for name in names or ALL}


def found_for(clauses):
    """Run a test for each of these providers and its clause, and mark it with that."""
    marked = [pytest.param(name, one, id=name, marks=pytest.mark.clause(one)) for name, one in clauses.items()]
    return pytest.mark.parametrize(("provider", "clause"), marked)


def silent_for(clauses):
    """Run a test for each of these providers, marked with its clause, where there is nothing to be found."""
    marked = [pytest.param(name, id=name, marks=pytest.mark.clause(one)) for name, one in clauses.items()]
    return pytest.mark.parametrize("provider", marked)


WAYS = {
    "nanogpt": Ways(
        headers={"x-api-key": "sk-nano-test"},
        submit="/api/generate-video",
        order={"model": "veo2-video", "prompt": "An eagle", "duration": "5s"},
        id="runId",
        poll="/api/video/status?requestId={}",
        link=lambda answer: answer["data"]["output"]["video"]["url"],
    ),
    "nouvel": Ways(
        headers={"authorization": "Bearer nvl_test"},
        submit="/api/v1/generate",
        order={"urls": ["https://shop.com/products/shoes"]},
        id="jobId",
        poll="/api/v1/jobs/{}",
        link=lambda answer: answer["completedDetails"][0]["finalOutputUrl"],
    ),
    "viddyscribe": Ways(
        headers={"x-api-key": "vsk_test"},
        submit="/enterprise/api/generate_ad_audio_from_url",
        order={"source_url": "https://example.com/video.mp4"},
        id="job_id",
        poll="/enterprise/api/get_results?job_id={}",
        link=lambda answer: answer["audio_signed_url"],
    ),
    "artnex": Ways(
        headers={"authorization": "Bearer artnex-test"},
        submit="/v1/video",
        order={"prompt": "A fox in snow", "model": "veo3.1", "duration": 4},
        id="request_id",
        poll="/v1/video/{}",
        link=lambda answer: answer["video_url"],
    ),
}


class Client:
    """A client of one provider, and what its conduct is found to be."""

    def __init__(self, mock, wall):
        self.mock = mock
        self.wall = wall
        self.ways = WAYS[mock.only]
        self.http = mock.client(headers=self.ways.headers)
        self.stranger = mock.client()

    async def submit(self, **more):
        """Order something, and give the job's id."""
        answer = await self.http.post(self.ways.submit, json=self.ways.order | more)
        assert answer.is_success, answer.text
        return answer.json()[self.ways.id]

    async def poll(self, job, *, http=None):
        return await (http or self.http).get(self.ways.poll.format(job))

    async def link(self, job):
        return self.ways.link((await self.poll(job)).json())

    async def download(self, link):
        return await self.stranger.get(link)

    def passes(self, seconds):
        self.wall.passes(seconds)

    def life(self, job):
        """How many seconds a job takes."""
        found = self.mock.house.job(job)
        return (found.ends_at - found.submitted_at).total_seconds()

    async def conduct(self, **query):
        """All findings."""
        answer = await self.mock.control.get("conduct", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def found(self):
        """The only finding, without what each test has otherwise: id, clause, job, count, and numbers of requests."""
        [one] = await self.conduct()
        numbers = [request["number"] for request in one["requests"]]
        return one["id"], one["clause"], one["job"], one["count"], numbers

    async def told(self):
        """The only finding's message."""
        [one] = await self.conduct()
        return one["message"]
