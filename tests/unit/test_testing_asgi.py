"""The server inside this process, for httpx: its settings, its time, and connections that are dropped."""

import httpx
import pytest

from mockserver.testing import asgi_app

ORDER = {"model": "veo2-video", "prompt": "a fox in snow"}


def client(**settings):
    transport = httpx.ASGITransport(asgi_app(**settings))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers={"x-api-key": "sk-1"})


async def test_polls_move_its_time_unless_told_otherwise():
    async with client() as auto, client(clock="frozen") as frozen:
        modes = [(await one.get("/_mock/clock")).json()["mode"] for one in (auto, frozen)]

    assert modes == ["auto", "frozen"]


async def test_it_takes_settings_of_the_server_and_of_providers():
    async with client(nanogpt={"balance": 5}, only=["nanogpt"]) as app:
        left = (await app.post("/api/generate-video", json=ORDER)).json()["remainingBalance"]
        served = (await app.get("/_mock/health")).json()["providers"]

    assert (left, served) == (1.6, ["nanogpt"])


async def test_two_of_them_share_nothing():
    async with client() as first, client() as second:
        left = [
            (await app.post("/api/generate-video", json=ORDER)).json()["remainingBalance"] for app in (first, second)
        ]

    assert left == [46.6, 46.6]


@pytest.mark.parametrize(
    ("fault", "error", "billed"),
    [
        ("reset", httpx.ReadError, 1),
        ("refuse", httpx.RemoteProtocolError, 0),
        ("truncated", httpx.RemoteProtocolError, 1),
    ],
)
async def test_a_dropped_connection_is_the_error_that_httpx_has_for_it(fault, error, billed):
    async with client() as app:
        await app.post("/_mock/faults", json={"fault": fault, "times": 1})
        with pytest.raises(error) as raised:
            await app.post("/api/generate-video", json=ORDER)
        again = await app.post("/api/generate-video", json=ORDER)
        jobs = (await app.get("/_mock/jobs")).json()["items"]

    assert raised.value.request.method == "POST"
    assert (again.status_code, len(jobs)) == (202, billed + 1)
