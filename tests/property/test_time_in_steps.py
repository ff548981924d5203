"""One clock drives all: however time gets somewhere, by steps or at once, by hand or by polls, all is the same."""

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.settings import discover, load

PROVIDERS = discover()
NANO, NOUVEL = {"x-api-key": "sk-1"}, {"authorization": "Bearer nvl_1"}
ARTNEX, VIDDYSCRIBE = {"authorization": "Bearer art-1"}, {"x-api-key": "vsk_1"}
PRODUCT = {"urls": ["https://shop.example/products/a"], "webhookUrl": "https://far.example/hook"}
FILM = {"input": {"type": "url", "url": "https://films.example/a.mp4"}, "generation_config": {"language": "en-US"}}
ORDERS = [
    ("/api/generate-video", NANO, {"model": "veo2-video", "prompt": "a cat"}),
    ("/api/generate-video", NANO, {"model": "veo2-video", "prompt": "a cat [[mock: fails]]"}),
    ("/v1/video", ARTNEX, {"model": "veo3.1", "prompt": "a fox", "duration": 8}),
    ("/api/v1/generate", NOUVEL, PRODUCT),
    ("/enterprise/api/generate_ad_text", VIDDYSCRIBE, FILM),
]
ACCOUNTS = ["nanogpt/sk-1", "artnex/art-1", "nouvel/nvl_1", "viddyscribe/vsk_1"]
WEEKS = [20, 500, 60 * 15, 86_400, 7 * 86_400, 31 * 86_400]
"""Seconds after which something ends: waits, jobs, signed links, a day's quota, results, a cycle of billing."""


class Box:
    """A sandbox, and all that time does in it."""

    def __init__(self, client, name):
        self.client, self.base = client, f"/@{name}"

    async def ask(self, method, path, body=None, headers=None):
        answer = await self.client.request(method, f"{self.base}{path}", json=body, headers=headers)
        return answer.status_code, answer.text.replace(self.base, ""), answer.headers.get("retry-after")

    async def advance(self, **how):
        assert (await self.ask("POST", "/_mock/clock/advance", how))[0] == 200

    async def all(self):
        """Jobs, money, announcements, windows, links: as they are at this instant."""
        jobs = (await self.client.get(f"{self.base}/_mock/jobs")).json()["items"]
        told = {
            "jobs": [{**job, "result": bool(job["result"])} for job in jobs],
            "accounts": [await self.ask("GET", f"/_mock/accounts/{account}") for account in ACCOUNTS],
            "ledgers": [await self.ask("GET", f"/_mock/accounts/{account}/ledger") for account in ACCOUNTS],
            "webhooks": await self.ask("GET", "/_mock/webhooks"),
        }
        for job in jobs:
            if job["result"] and job["provider"] != "viddyscribe":  # its links are signed
                told[job["id"]] = (await self.client.head(job["result"])).status_code
        return told


async def lived(client):
    """A sandbox with jobs of all providers, and windows that are full."""
    box = Box(client, "one")
    await client.post(
        "/_mock/sandboxes", json={"name": "one", "clock": "frozen", "settings": {"nanogpt.balance": "500"}}
    )
    for path, headers, order in ORDERS:
        status, text, _ = await box.ask("POST", path, order, headers)
        assert status in {200, 202}, text
    for _ in range(59):
        await box.ask("GET", "/api/v1/jobs/none", headers=NOUVEL)
    assert (await box.ask("GET", "/api/v1/jobs/none", headers=NOUVEL))[0] == 429
    return box


async def walk(steps):
    """Let one sandbox go in steps and its fork at once, and compare all."""
    transport = httpx.ASGITransport(create_app(load({"clock": "frozen"}), PROVIDERS))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        one = await lived(client)
        made = await client.post("/_mock/sandboxes", json={"name": "two", "from": "one"})
        assert made.status_code == 201, made.text
        two = Box(client, "two")
        for step in steps:
            await one.advance(seconds=step)
            await one.all()  # who looks in between changes nothing
        await two.advance(seconds=sum(steps))
        assert await one.all() == await two.all()
        refused = [await box.ask("GET", "/api/v1/jobs/none", headers=NOUVEL) for box in (one, two)]
        assert refused[0] == refused[1]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 400), st.sampled_from(WEEKS)), min_size=1, max_size=5))
def test_steps_lead_where_one_leap_leads(steps):
    anyio.run(walk, steps)


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(create_app(load({"clock": "frozen"}), PROVIDERS))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_each_thing_that_time_brings_comes_when_it_should(client):
    box = await lived(client)
    nano = (await client.get("/@one/_mock/jobs?provider=nanogpt")).json()["items"][-1]["id"]

    # A window of a minute; `Retry-After` counts in mock time.
    await box.advance(seconds=45)
    assert (await box.ask("GET", "/api/v1/jobs/none", headers=NOUVEL))[2] == "15"
    await box.advance(seconds=15)
    assert (await box.ask("GET", "/api/v1/jobs/none", headers=NOUVEL))[0] == 404
    # The ends of all jobs, the announcement of one.
    await box.advance(until="idle")
    jobs = (await client.get("/@one/_mock/jobs")).json()["items"]
    assert {job["state"] for job in jobs} == {"done", "failed"}
    assert (await client.get("/@one/_mock/webhooks")).json()["items"][0]["note"].startswith("not sent")
    # A result, for seven days.
    result = (await client.get(f"/@one/_mock/jobs/{nano}")).json()["result"]
    await box.advance(seconds=7 * 86_400 - 1000)
    assert (await client.head(result)).status_code == 200
    await box.advance(seconds=2000)
    assert (await client.head(result)).status_code == 403
    # A cycle of billing, 30 days from the first use.
    assert (await client.get("/@one/_mock/accounts/nouvel/nvl_1")).json()["available"] == "29"
    await box.advance(to="2026-01-31T00:00:00Z")
    assert (await client.get("/@one/_mock/accounts/nouvel/nvl_1")).json()["available"] == "30"


async def test_a_daily_quota_comes_back_with_the_day(client):
    box = Box(client, "one")
    await box.ask("PUT", "/_mock/accounts/artnex/art-1", {"limits": {"requests_per_day": 1}})
    order = ORDERS[2]
    codes = []
    for seconds in (0, 86_399, 1):
        await box.advance(seconds=seconds)
        codes.append((await box.ask("POST", order[0], order[2], order[1]))[0])

    assert codes == [200, 429, 200]


@pytest.mark.parametrize("first", ["frozen", "auto", "scaled"])
@pytest.mark.parametrize("then", ["frozen", "auto", "scaled"])
async def test_another_mode_keeps_the_time_of_now(client, first, then):
    await client.put("/_mock/clock", json={"mode": first, "speed": 0.001} if first == "scaled" else {"mode": first})
    await client.post("/_mock/clock/advance", json={"seconds": 1000})
    change = {"mode": then, "speed": 0.001} if then == "scaled" else {"mode": then}
    changed = (await client.put("/_mock/clock", json=change)).json()

    assert changed["mode"] == then
    assert changed["now"].startswith("2026-01-01T00:16:40")  # at a thousandth of real time less than a second went by


async def test_polls_that_move_time_move_all_of_it(client):
    box = Box(client, "one")
    await client.post("/_mock/sandboxes", json={"name": "one", "clock": "auto"})
    await box.ask("POST", "/api/generate-video", ORDERS[0][2], NANO)
    await box.ask("POST", "/api/v1/generate", PRODUCT, NOUVEL)
    [nano] = (await client.get("/@one/_mock/jobs?provider=nanogpt")).json()["items"]
    for _ in range(3):
        await box.ask("GET", f"/api/video/status?requestId={nano['id']}", headers=NANO)
    now = (await client.get("/@one/_mock/clock")).json()["now"]
    [ad] = (await client.get("/@one/_mock/jobs?provider=nouvel")).json()["items"]

    assert now == nano["changes"][-1]["at"]
    assert ad["state"] == "working"  # four minutes on, though nobody asked for it
