"""The description of the control API has each of its routes, and it answers as described where it has much to say."""

import httpx
import pytest

from contracts.harness.load import load
from mockserver.app import create_app
from mockserver.control.room import TASKS
from mockserver.settings import load as settings
from tests import witness

NOUVEL = {"authorization": "Bearer nvl_test"}
NANO = {"x-api-key": "sk-nano-1"}
ACCOUNT = "/_mock/accounts/nouvel/nvl_test"


@pytest.fixture
async def ask():
    """Ask a server with all providers, whose control API is held against its description; answers the JSON."""

    async def asked(method, path, status, body=None, headers=None):
        response = await client.request(method, path, json=body, headers=headers)
        assert response.status_code == status, response.text
        if path.startswith("/_mock"):
            witness.judge("control", response)
        return response.json() if response.content else None

    transport = httpx.ASGITransport(create_app(settings({"clock": "frozen"})))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield asked


async def ordered(ask):
    """A job of Nouvel, whose end is announced to somebody far away."""
    order = {"urls": ["https://shop.com/products/shoes"], "webhookUrl": "https://app.example.com/hook"}
    return (await ask("POST", "/api/v1/generate", 200, order, NOUVEL))["jobId"]


def test_each_route_is_described_and_no_other():
    paths = load("control").openapi["paths"]
    described = {(method.upper(), path) for path, item in paths.items() for method in item if method != "parameters"}

    assert described == {(method, f"/_mock/{path}") for method, path in TASKS}


async def test_what_it_tells_of_the_server(ask):
    assert len((await ask("GET", "/_mock/", 200))["routes"]) == len(TASKS)
    assert (await ask("GET", "/_mock/health", 200))["providers"] == ["artnex", "nanogpt", "nouvel", "viddyscribe"]
    assert len((await ask("GET", "/_mock/providers", 200))["items"]) == 4
    await ask("PATCH", "/nowhere", 404)


async def test_what_it_tells_of_jobs_and_what_is_announced_of_them(ask):
    job = await ordered(ask)
    again = await ordered(ask)
    waiting = await ask("GET", "/_mock/jobs?provider=nouvel&limit=1", 200)
    await ask("POST", f"/_mock/webhooks/{job}/redeliver", 409)
    moved = await ask("POST", "/_mock/clock/advance", 200, {"seconds": 5000})
    done = await ask("GET", f"/_mock/jobs/{job}", 200)
    told = await ask("GET", "/_mock/webhooks", 200)
    await ask("POST", f"/_mock/webhooks/{job}/redeliver", 200)
    await ask("POST", f"/_mock/jobs/{again}/end", 409, {"as": "done"})
    ended = await ask("POST", f"/_mock/jobs/{await ordered(ask)}/end", 200, {"as": "failed"})

    assert (waiting["items"][0]["id"], waiting["next"]) == (again, again)
    assert "webhook" in [due["what"] for due in moved["due"]]
    assert (done["state"], ended["state"]) == ("done", "failed")
    assert done["result"].startswith("http://localhost/")
    assert len(told["items"]) >= 2


async def test_what_it_tells_of_accounts(ask):
    await ordered(ask)
    changes = {
        "available": "3.5", "limits": {"requests_per_minute": None}, "flags": ["limited"], "permissions": [],
        "expires_at": "2026-05-01T00:00:00+02:00", "team": "us", "credits": 8, "webhook_secret": "w",
        "plan": "business",
    }  # fmt: skip
    changed = await ask("PUT", ACCOUNT, 200, changes)

    assert changed == await ask("GET", ACCOUNT, 200)
    assert (changed["expires_at"], changed["credits"], changed["team"]) == ("2026-04-30T22:00:00Z", "8", "us")
    assert (await ask("PUT", ACCOUNT, 200, {"team": None, "expires_at": None}))["team"] is None
    assert len((await ask("GET", f"{ACCOUNT}/ledger", 200))["items"]) > 1
    await ask("PUT", ACCOUNT, 400, {"extra": {}})
    await ask("PUT", "/_mock/accounts/nanogpt/k", 400, {"credits": 8})
    await ask("GET", "/_mock/accounts/nobody/k", 404)


async def test_what_it_tells_of_requests(ask):
    await ask("POST", "/api/generate-video", 401, {})
    await ask("POST", "/api/generate-video", 202, {"model": "veo2-video", "prompt": "ünïcode"}, NANO)
    await ask("DELETE", "/api/generate-video", 405)
    await ask("GET", "/api/generate-videos", 404)

    newest = await ask("GET", "/_mock/requests?limit=2", 200)
    older = await ask("GET", f"/_mock/requests?before={newest['next']}&provider=nanogpt&status=202", 200)

    assert [one["status"] for one in newest["items"]] == [404, 405]
    assert [one["operation"] for one in older["items"]] == ["generate_video"]


async def test_what_it_tells_of_conduct(ask):
    job = await ordered(ask)
    await ask("GET", f"/api/v1/jobs/{job}?verbose=1", 200, headers=NOUVEL)
    await ask("GET", f"/api/v1/jobs/{job}", 401)
    found = await ask("GET", "/_mock/conduct?provider=nouvel", 200)

    assert [one["id"] for one in found["items"]] == ["unknown-field", "polled-without-key"]
    assert (await ask("GET", "/_mock/conduct?id=unknown-field&limit=1", 200))["total"] == 1
    await ask("GET", "/_mock/conduct?id=nothing", 400)
    await ask("GET", "/_mock/conduct?provider=nobody", 404)
    await ask("DELETE", "/_mock/conduct", 204)


async def test_what_it_tells_of_sandboxes_and_how_their_jobs_go(ask):
    new = {
        "name": "own",
        "clock": "auto",
        "seed": 7,
        "accounts": {"nanogpt": {"k": 5}},
        "settings": {"nouvel.plan": "business"},
    }
    await ask("POST", "/_mock/sandboxes", 201, new)
    await ask(
        "POST", "/_mock/scenarios/queue", 201, {"scenario": "fails", "times": 2, "provider": "nanogpt", "at": 0.5}
    )
    plan = await ask("GET", "/_mock/scenarios", 200)
    await ask("PUT", "/_mock/scenarios", 200, {"default": "slow", "queue": [{"scenario": "stuck"}]})

    assert (plan["queue"][0]["at"], plan["default"]) == (0.5, "succeeds")
    assert (await ask("GET", "/_mock/sandboxes/own", 200))["clock"]["mode"] == "auto"
    assert {box["name"] for box in (await ask("GET", "/_mock/sandboxes", 200))["items"]} == {"default", "own"}
    await ask("POST", "/_mock/reset", 200)
    await ask("DELETE", "/_mock/sandboxes/own", 204)
    await ask("GET", "/_mock/sandboxes/own", 404)
    await ask("DELETE", "/_mock/sandboxes", 204)


async def test_what_it_tells_of_time(ask):
    for change in ({"speed": 120}, {"mode": "auto"}, {"mode": "frozen", "now": "2126-03-01T00:00:00Z"}):
        await ask("PUT", "/_mock/clock", 200, change)
    assert (await ask("GET", "/_mock/clock", 200))["now"] == "2126-03-01T00:00:00Z"
    await ask("POST", "/_mock/clock/advance", 400, {})
    assert (await ask("POST", "/_mock/clock/advance", 200, {"until": "idle"}))["due"] == []


async def test_how_it_turns_strangers_away(ask):
    await ask("GET", "/_mock/jobs", 403, headers={"host": "app.example.com"})
    await ask("PUT", "/_mock/clock", 413, {"mode": "x" * 2**20})
