"""The clients follow the providers' advice: while time runs, the server finds nothing in their conduct."""

import httpx
import pytest

from clients.artnex import AsyncArtnex
from clients.core.errors import ClientError
from clients.nanogpt import AsyncNanoGPT
from clients.nouvel import AsyncNouvel
from clients.viddyscribe import AsyncViddyScribe
from mockserver.app import create_app
from mockserver.settings import load
from tests.clients.guard import Court, Guard
from tests.clients.judging import Judge
from tests.clients.kit import astray
from tests.providers.conduct.kit import STARTED, Wall

SCENARIOS = [
    "succeeds",
    "slow",
    "stuck",
    "fails",
    "fails_once",
    "moderated",
    "moderated_late",
    "cancelled",
    "empty_result",
]
CUSTOMERS = {
    "nanogpt": (AsyncNanoGPT, "sk-nano-careful", ("veo2-video",), {"prompt": "An eagle", "duration": "5s"}),
    "nouvel": (AsyncNouvel, "nvl_careful", (["https://shop.example/products/trail-shoe"],), {}),
    "viddyscribe": (AsyncViddyScribe, "vsk_careful", (), {"language": "en-US"}),
    "artnex": (AsyncArtnex, "artnex-careful", ("A fox in snow", "veo3.1"), {"duration": 4}),
}


async def drawn(*_):
    """A video, without the work that a real one is."""
    return b"....ftyp a video"


@pytest.fixture
def wall(monkeypatch):
    found = Wall()
    for module in ("mockserver.core.clock", "mockserver.settings"):
        monkeypatch.setattr(f"{module}.wall_now", found)
    monkeypatch.setattr("mockserver.media.cache.Clips.get", drawn)
    return found


class Line(httpx.ASGITransport):
    """A line that breaks as one over a socket does."""

    async def handle_async_request(self, request):
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError("the connection was dropped") from error


class Customer:
    """Somebody who orders one thing through the client, however that goes."""

    def __init__(self, provider, wall, http):
        kind, key, self.words, self.named = CUSTOMERS[provider]
        self.provider, self.wall, self.http = provider, wall, http
        self.client = kind(key, http=http, sleep=self.sleep, now=self.now, base_url="http://localhost", seed=1)

    async def sleep(self, seconds):
        self.wall.passes(seconds)

    def now(self):
        return self.wall.at.timestamp()

    async def order(self, to):
        try:
            if self.provider == "viddyscribe":
                job = await self.client.generate_ad_text_from_url("https://example.com/a.mp4", **self.named)
                await self.client.wait(job.job_id)
            else:
                await self.client.generate(
                    *self.words, **self.named, to=to if self.provider == "nouvel" else to / "a.mp4"
                )
        except ClientError:
            pass  # it says so; what it did until then is what counts


async def conduct(provider, wall, to, *, before=None, **settings):
    """What the server finds in the conduct of a customer; `before` is what the control API is told first."""
    app = create_app(load({"clock": "scaled", "speed": 1, "start": STARTED, "only": provider} | settings))
    excuses = [] if before is None else astray(provider, before[1].get("scenario"))
    court = Court(announced=[] if before is None or "fault" not in before[1] else [(before[1]["fault"], "POST", "*")])
    guard = Guard(Line(app), Judge(provider, settings, excuses), "http://localhost", court, kind="async", later=True)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost/_mock/") as control,
        httpx.AsyncClient(transport=guard) as http,
    ):
        if before is not None:
            (await control.post(before[0], json=before[1])).raise_for_status()
        await Customer(provider, wall, http).order(to)
        wall.passes(60)
        found = (await control.get("conduct")).json()
        journal = (await control.get("requests", params={"limit": 1000})).json()["items"]
        court.close(journal[::-1])
    return found["items"], {one["status"] for one in journal}


@pytest.mark.parametrize("provider", CUSTOMERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_nothing_is_found_however_a_job_goes(provider, scenario, wall, tmp_path):
    found, _ = await conduct(provider, wall, tmp_path, before=("scenarios/queue", {"scenario": scenario}))

    assert found == []


@pytest.mark.parametrize("provider", CUSTOMERS)
@pytest.mark.parametrize("fault", ["reset", "truncated", "malformed", "status(503)"])
async def test_nothing_is_found_when_the_answer_to_the_order_gets_lost(provider, fault, wall, tmp_path):
    lost = {"fault": fault, "match": {"method": "POST"}, "times": 1}

    found, _ = await conduct(provider, wall, tmp_path, before=("faults", lost))

    assert found == []


@pytest.mark.parametrize("provider", ["nouvel", "viddyscribe"])
async def test_nothing_is_found_where_it_is_told_to_wait(provider, wall, tmp_path):
    found, statuses = await conduct(provider, wall, tmp_path, **{f"{provider}.requests_per_minute": 1})

    assert (found, 429 in statuses) == ([], True)
