"""Several servers on one state in Redis act as one, limits and money are exact; and Redis may go away."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from decimal import Decimal
from secrets import token_hex

import httpx
import pytest

from mockserver.stores.redis import RedisStore
from tests.end_to_end.conftest import served
from tests.redis_server import RedisServer, needs_redis, shared

pytestmark = needs_redis

ORDER = {"model": "veo2-video", "prompt": "A majestic eagle", "duration": "5s", "aspect_ratio": "16:9"}
PRICE = Decimal("3.4")  # of this order, as document 002 prints it
FLAGS = ("--clock", "frozen", "--set", "nanogpt.balance=100", "--set", "nanogpt.submits_per_minute=50")
NANO = {"x-api-key": "sk-nano-1"}


@pytest.fixture(scope="module")
def state():
    """The flags of a state of this module's own."""
    return ("--state", shared().address, "--set", f"state_prefix=test-{token_hex(6)}")


@pytest.fixture(scope="module")
def urls(state):
    """Two servers on one state."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(*FLAGS, *state)).url for _ in range(2)]


@pytest.fixture
async def two(urls):
    """A client of each of them, in a sandbox of this test's own."""
    sandbox = f"test-{token_hex(6)}"
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(httpx.AsyncClient(base_url=f"{url}/@{sandbox}", timeout=60)) for url in urls
        ]


async def submit(client, key="sk-nano-1"):
    return await client.post("/api/generate-video", json=ORDER, headers={"x-api-key": key})


async def test_a_limit_lets_exactly_so_many_through_whoever_is_asked(two):
    answers = await asyncio.gather(*(submit(two[n % 2], f"sk-{n}") for n in range(80)))

    assert Counter(answer.status_code for answer in answers) == {202: 50, 429: 30}

    await two[0].post("/_mock/clock/advance", json={"seconds": 60})
    assert (await submit(two[1], "sk-80")).status_code == 202


async def test_money_is_spent_once_and_to_the_cent(two):
    answers = await asyncio.gather(*(submit(two[n % 2]) for n in range(40)))

    paid = [answer.json() for answer in answers if answer.status_code == 202]
    assert Counter(answer.status_code for answer in answers) == {202: 29, 402: 11}  # 29 times 3.4 is 98.6 of 100
    assert sorted(Decimal(str(one["remainingBalance"])) for one in paid) == [100 - PRICE * n for n in range(29, 0, -1)]
    assert len({one["runId"] for one in paid}) == 29
    for client in two:
        jobs = (await client.get("/_mock/jobs", params={"limit": 1000})).json()["items"]
        assert {job["id"] for job in jobs} == {one["runId"] for one in paid}
        account = (await client.get("/_mock/accounts/nanogpt/sk-nano-1")).json()
        assert (account["spent"], account["available"]) == ("98.6", "1.4")


async def test_refunds_are_paid_once_whoever_looks_first(two):
    await two[0].post("/_mock/scenarios/queue", json={"scenario": "fails", "times": 5})
    for n in range(5):
        await submit(two[n % 2])
    await two[1].post("/_mock/clock/advance", json={"until": "idle"})

    balances = await asyncio.gather(*(two[n % 2].post("/api/check-balance", headers=NANO) for n in range(20)))

    assert {Decimal(answer.json()["usd_balance"]) for answer in balances} == {100}


async def test_a_job_of_one_is_polled_and_downloaded_at_the_other(two):
    job = (await submit(two[0])).json()
    await two[1].post("/_mock/clock/advance", json={"until": "idle"})

    status = (await two[1].get("/api/video/status", params={"requestId": job["runId"]}, headers=NANO)).json()
    videos = [(await client.get(status["data"]["output"]["video"]["url"])).content for client in two]

    assert videos[0] == videos[1]
    assert videos[0][4:8] == b"ftyp"


async def test_an_upload_at_one_is_described_at_the_other(two):
    from tests.films import film  # noqa: PLC0415 - encoders are loaded by whoever needs them

    key = {"x-api-key": "vsk_1"}
    first = await two[0].post("/enterprise/api/upload_media", files={"file": ("a.mp4", film())}, headers=key)
    again = await two[1].post("/enterprise/api/upload_media", files={"file": ("b.mp4", film())}, headers=key)
    order = {"media_id": first.json()["media_id"], "language": "en-US"}
    job = (await two[1].post("/enterprise/api/generate_ad_video", json=order, headers=key)).json()
    await two[0].post("/_mock/clock/advance", json={"until": "idle"})
    result = (await two[1].get("/enterprise/api/get_results", params={"job_id": job["job_id"]}, headers=key)).json()

    assert again.json()["status"] == "existing"
    assert result["status"] == "done"


async def test_a_reset_at_one_begins_again_at_the_other_and_nowhere_else(two, urls):
    job = (await submit(two[1])).json()
    async with httpx.AsyncClient(base_url=f"{urls[1]}/@beside-{token_hex(4)}") as beside:
        theirs = (await submit(beside)).json()
        await two[0].post("/_mock/reset")

        gone = await two[1].get("/api/video/status", params={"requestId": job["runId"]}, headers=NANO)
        there = await beside.get("/api/video/status", params={"requestId": theirs["runId"]}, headers=NANO)

    assert gone.status_code == 404
    assert there.status_code == 200
    assert (await submit(two[1])).json()["remainingBalance"] == 96.6


async def test_a_sandbox_made_at_one_has_its_settings_at_the_other(urls):
    name = f"old-{token_hex(4)}"
    async with httpx.AsyncClient(timeout=60) as client:
        made = {"name": name, "settings": {"nanogpt.profile": "2025"}, "accounts": {"nanogpt": {"sk-nano-1": "4"}}}
        await client.post(f"{urls[0]}/_mock/sandboxes", json=made)
        jobs = [await client.post(f"{url}/@{name}/api/generate-video", json=ORDER, headers=NANO) for url in urls[::-1]]
        listed = (await client.get(f"{urls[1]}/_mock/sandboxes")).json()["items"]
        await client.delete(f"{urls[1]}/_mock/sandboxes/{name}")
        fresh = await client.post(f"{urls[0]}/@{name}/api/generate-video", json=ORDER, headers=NANO)

    assert jobs[0].json()["runId"].startswith("fal-request-")
    assert jobs[1].status_code == 402
    assert name in {one["name"] for one in listed}
    assert fresh.json()["runId"].startswith("vid_")


async def test_all_keys_expire(two, state):
    await submit(two[0])
    prefix = state[-1].partition("=")[2]
    store = RedisStore(shared().address, prefix=prefix)
    keys = list(store._base.scan_iter(match=f"{prefix}:*"))
    assert keys
    assert all(0 < store._base.ttl(key) <= 7 * 86400 for key in keys)
    store.close()


VOICES = {
    "/api/check-balance": {"error": "Service unavailable", "status": 503},
    "/api/v1/generate": {"error": "Service unavailable"},
    "/enterprise/api/upload_media_from_url": {"error": "unavailable", "message": "Service unavailable"},
    "/v1/video": {"success": False, "error": "unavailable", "message": "This is unavailable for now."},
}


async def test_while_redis_is_away_each_provider_says_so_and_goes_on_when_it_is_back():
    redis = RedisServer()
    redis.start()
    keys = {"x-api-key": "vsk_1", "authorization": "Bearer nvl_1"}
    try:
        with served(*FLAGS, "--state", redis.address) as server:
            async with httpx.AsyncClient(base_url=server.url, headers=keys, timeout=60) as client:
                before = await submit(client)
                redis.stop()
                for path, body in VOICES.items():
                    away = await client.post(path, json={})
                    assert (away.status_code, away.json()) == (503, body)
                behind = await client.get("/_mock/jobs")
                redis.start()
                after = await client.post("/api/check-balance", headers=NANO)
                jobs = (await client.get("/_mock/jobs")).json()["items"]
    finally:
        redis.remove()

    assert (behind.status_code, behind.json()["error"]["code"]) == (503, "state_unavailable")
    assert after.json()["usd_balance"] == "96.6"
    assert [job["id"] for job in jobs] == [before.json()["runId"]]


async def test_workers_share_a_port_and_one_that_dies_is_begun_again(state):
    with served(*FLAGS, *state, "--workers", "2") as server:
        async with httpx.AsyncClient(base_url=f"{server.url}/@workers", timeout=60) as client:
            first = await submit(client)
            killed = workers_of(server.process.pid)
            assert len(killed) == 2
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
            for _ in range(100):
                try:
                    again = await submit(client)
                    break
                except httpx.TransportError:
                    continue
    assert again.json()["remainingBalance"] == float(Decimal(str(first.json()["remainingBalance"])) - PRICE)


def workers_of(pid):
    """The processes that a server has begun to serve with."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return [int(number) for number, words in lines if "spawn_main" in words]


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--workers", "2"], 2, "several workers need a state that they share: --state redis://host:6379/0"),
        (["--workers", "0"], 2, "workers is 1 to 64, not 0"),
        (["--state", "redis://127.0.0.1:1/0"], 1, "Redis does not answer"),
        (["--state", "http://127.0.0.1/"], 2, "state is the path of a file, or redis://host:6379/0"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(flags, code, said):
    command = [sys.executable, "-m", "mockserver", "serve", "-p", "0", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
