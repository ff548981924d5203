"""Announcements of ended jobs: made when time is moved, tried again, kept on this machine, listed."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import anyio
import httpx
import pytest

from mockserver.app import create_app
from mockserver.core.clock import NOTHING, SECOND
from mockserver.core.jobs import Job
from mockserver.core.post import Rhythm, is_local, is_loopback
from mockserver.core.timeline import Timeline, cancelled, done, working
from mockserver.settings import load
from mockserver.web.provider import Announcements, on
from tests.houses.acme import PROVIDER as ACME
from tests.receiver import Receiver

LIFE = 30 * SECOND


async def order(call):
    wanted = json.loads(await call.raw_body())
    job = Job(
        id=call.house.draw("job").token(8),
        provider="acme",
        key=call.account.purse,
        submitted_at=call.now,
        timeline=Timeline.of(working("running", lasts=LIFE), done("done")),
        price=ACME.trade.opening(ACME.options()).granted - 10,
        terms="when_done",
        order=None,
        seed=0,
    )
    call.house.add(job, call.account, call.now)
    call.announce(job, wanted["tell"])
    return call.json({"id": job.id})


async def poll(call):
    job = call.job(call.params["job_id"])
    call.polled(job)
    return call.json({"status": job.at(call.now).stage.word})


def message(_house, job, delivery, attempt):
    return json.dumps({"job": job.id, "base": delivery.base}).encode(), {"x-attempt": str(attempt)}


HERALD = replace(
    ACME,
    routes=(on("POST /orders", order), on("GET /orders/{job_id}", poll)),
    announcements=Announcements(Rhythm((NOTHING, 10 * SECOND, 60 * SECOND)), lambda _: timedelta(seconds=0.5), message),
    endings={"done": done("done"), "cancelled": cancelled("called off")},
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with _client(clock="frozen") as found:
        yield found


def _client(**settings):
    app = create_app(load(settings, providers=[HERALD]), [HERALD])
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost", headers={"authorization": "Bearer key"}
    )


async def ordered(client, url):
    return (await client.post("/orders", json={"tell": url})).json()["id"]


async def advance(client, seconds):
    return (await client.post("/_mock/clock/advance", json={"seconds": seconds})).json()


async def attempts(client):
    return (await client.get("/_mock/webhooks")).json()["items"]


async def test_a_delivery_is_made_when_time_is_moved_past_the_end(client, receiver):
    job = await ordered(client, receiver.url)
    await advance(client, 29)
    assert receiver.got == []
    [waits] = await attempts(client)
    assert (waits["attempt"], waits["at"], waits["next_at"]) == (0, None, "2026-01-01T00:00:30Z")

    due = (await advance(client, 1))["due"]

    [(headers, body)] = receiver.got
    assert json.loads(body) == {"job": job, "base": "http://localhost"}
    assert headers["x-attempt"] == "1"
    assert [one["what"] for one in due] == ["done", "webhook"]
    [made] = await attempts(client)
    assert made == {
        "id": job,
        "provider": "acme",
        "job": job,
        "url": receiver.url,
        "at": "2026-01-01T00:00:30Z",
        "attempt": 1,
        "status": 200,
        "delivered": True,
        "next_at": None,
        "note": None,
    }


async def test_it_is_tried_again_as_the_rhythm_says(client, receiver):
    receiver.codes = [500, 302]
    await ordered(client, receiver.url)
    await advance(client, 30)
    assert (await attempts(client))[0]["next_at"] == "2026-01-01T00:00:40Z"
    await advance(client, 70)

    assert [headers["x-attempt"] for headers, _ in receiver.got] == ["1", "2", "3"]
    found = await attempts(client)
    assert [(one["attempt"], one["status"], one["at"][14:]) for one in found] == [
        (3, 200, "01:40Z"),
        (2, 302, "00:40Z"),
        (1, 500, "00:30Z"),
    ]


async def test_one_leap_makes_all_attempts_and_then_none(client, receiver):
    receiver.codes = [500] * 9
    await ordered(client, receiver.url)
    await advance(client, 3600)
    await advance(client, 3600)

    assert len(receiver.got) == 3
    assert (await attempts(client))[0]["next_at"] is None


async def test_a_receiver_that_does_not_answer_in_time_is_a_failure(client, receiver):
    receiver.silent_for = 1.0
    await ordered(client, receiver.url)
    await advance(client, 30)

    [made] = await attempts(client)
    assert (made["status"], made["delivered"], made["note"]) == (None, False, "no answer within 0.5 seconds")


async def test_nobody_there_is_a_failure(client):
    await ordered(client, "http://127.0.0.1:9/hook")
    await advance(client, 30)

    [made] = await attempts(client)
    assert (made["status"], made["delivered"]) == (None, False)
    assert made["note"].startswith("ConnectError")


@pytest.mark.parametrize("url", ["https://example.com/hook", "http://10.0.0.1/hook", "http://[::ffff/hook", "nonsense"])
async def test_nothing_leaves_this_machine(client, url):
    await ordered(client, url)
    await advance(client, 3600)

    [made] = await attempts(client)
    assert (made["status"], made["note"], made["next_at"]) == (
        None,
        "not sent: deliveries go to this machine alone",
        None,
    )


async def test_a_job_ended_by_hand_is_announced_then(client, receiver):
    job = await ordered(client, receiver.url)
    await client.post(f"/_mock/jobs/{job}/end", json={"as": "done"})
    assert len(receiver.got) == 1
    await advance(client, 60)
    assert len(receiver.got) == 1


async def test_a_job_that_is_called_off_is_not_announced(client, receiver):
    job = await ordered(client, receiver.url)
    await client.post(f"/_mock/jobs/{job}/end", json={"as": "cancelled"})
    await advance(client, 60)
    assert receiver.got == []
    assert (await attempts(client))[0]["next_at"] is None


async def test_it_can_be_sent_again_by_hand(client, receiver):
    job = await ordered(client, receiver.url)
    early = await client.post(f"/_mock/webhooks/{job}/redeliver")
    await advance(client, 30)
    again = await client.post(f"/_mock/webhooks/{job}/redeliver")
    unknown = await client.post("/_mock/webhooks/nothing/redeliver")

    assert (early.status_code, again.status_code, unknown.status_code) == (409, 200, 404)
    assert (again.json()["attempt"], again.json()["status"]) == (2, 200)
    assert len(receiver.got) == 2
    assert len(await attempts(client)) == 2


async def test_polls_that_move_time_deliver(receiver):
    async with _client(clock="auto") as client:
        job = await ordered(client, receiver.url)
        assert (await client.get(f"/orders/{job}")).json() == {"status": "running"}
        assert len(receiver.got) == 1
        assert (await client.get(f"/orders/{job}")).json() == {"status": "done"}


async def test_while_a_clock_runs_the_courier_goes_by_itself(receiver):
    receiver.codes = [500]
    async with _client(clock="scaled", speed=600) as client:
        await ordered(client, receiver.url)
        await anyio.to_thread.run_sync(receiver.wait_for, 2)
        await anyio.sleep(0.1)  # the courier hears of the answer after the receiver has given it
        assert [one["delivered"] for one in await attempts(client)] == [True, False]


async def test_a_sandbox_has_a_post_of_its_own(client, receiver):
    job = (await client.post("/@mine/orders", json={"tell": receiver.url})).json()["id"]
    await advance(client, 60)
    assert receiver.got == []
    assert await attempts(client) == []
    await client.post("/@mine/_mock/clock/advance", json={"seconds": 60})
    assert json.loads(receiver.got[0][1]) == {"job": job, "base": "http://localhost/@mine"}


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:80/x", True),
        ("https://LOCALHOST", True),
        ("http://app.localhost", True),
        ("http://127.1.2.3", True),
        ("http://[::1]:9", True),
        ("http://localhost.example.com", False),
        ("http://user@example.com", False),
        ("http://localhost@example.com", False),
        ("http://0.0.0.0", False),
        ("http://192.168.0.1", False),
        ("//", False),
    ],
)
def test_what_is_this_machine(url, local):
    assert is_local(url) is local
    assert not is_loopback("")
