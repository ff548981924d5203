"""Events: what a stream tells, when, and how it ends. Streams are read over ASGI itself: httpx waits for their end."""

import json
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest

from mockserver.core.clock import Clock, wall_now
from mockserver.core.post import Attempt, Delivery
from tests import witness


class Listener:
    """One open stream; `next` waits for an event (name and data), at most ten real seconds."""

    def __init__(self, app, query="", box="", headers=()):
        self._app = app
        self._scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": f"{box}/_mock/events",
            "raw_path": b"", "root_path": "", "query_string": query.encode(), "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "headers": [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers)],
        }  # fmt: skip
        self._sent, self.read = anyio.create_memory_object_stream(1000)
        self.gone = anyio.Event()
        self.text = ""
        self.status = None
        self.ended = anyio.Event()
        self.last_id = None

    async def run(self):
        asked = False

        async def receive():
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                self.status = message["status"]
            else:
                await self._sent.send(message.get("body", b"").decode())

        with self._sent:
            await self._app(self._scope, receive, send)
        self.ended.set()

    async def next(self):
        with anyio.fail_after(10):
            while True:
                frame, found, rest = self.text.partition("\n\n")
                if not found:
                    self.text += await self.read.receive()
                    continue
                self.text = rest
                fields = dict(line.partition(": ")[::2] for line in frame.split("\n"))
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    witness.conform("control", "Event", {"id": self.last_id} | fields)
                    return fields["event"], json.loads(fields["data"])

    async def all(self):
        """What else it says until it ends."""
        found = []
        while True:
            try:
                found.append(await self.next())
            except anyio.EndOfStream:
                return found


@pytest.fixture
def listening(street):
    @asynccontextmanager
    async def listen(query="", box="", **headers):
        listener = Listener(street, query, box, [(name.replace("_", "-"), value) for name, value in headers.items()])
        async with anyio.create_task_group() as group:
            group.start_soon(listener.run)
            listener.text += await listener.read.receive()  # it is open
            yield listener
            listener.gone.set()
            await listener.ended.wait()
        listener.read.close()

    return listen


async def submitted(visitor, box="", **headers):
    return (await visitor.post(f"{box}/v1/videos", json={"prompt": "a cat"}, headers=headers)).json()["id"]


async def test_a_submission_is_told_as_request_job_and_money(visitor, listening):
    async with listening() as stream:
        job = await submitted(visitor)
        events = [await stream.next() for _ in range(3)]

    at = "2026-01-01T00:00:00Z"
    assert events[0][0] == "request"
    assert (events[0][1]["method"], events[0][1]["status"], events[0][1]["job"]) == ("POST", 202, None)
    assert events[1] == ("job", {"at": at, "provider": "acme", "id": job, "status": "queued", "state": "waiting"})
    assert events[2] == (
        "money", {"at": at, "provider": "acme", "key": "…", "job": job, "kind": "hold", "amount": "3"},
    )  # fmt: skip


async def test_changes_are_told_at_their_instants_when_time_is_moved(visitor, listening):
    job = await submitted(visitor)
    async with listening("kind=job,money,clock") as stream:
        await visitor.post("/_mock/clock/advance", json={"seconds": 60})
        events = [await stream.next() for _ in range(4)]

    assert [(name, data["at"][11:]) for name, data in events] == [
        ("job", "00:00:04Z"), ("job", "00:00:34Z"), ("money", "00:00:34Z"), ("clock", "00:01:00Z"),
    ]  # fmt: skip
    assert [data.get("status") for _, data in events] == ["processing", "succeeded", None, None]
    assert (events[2][1]["kind"], events[2][1]["job"]) == ("charge", job)


async def test_changes_are_told_by_themselves_while_time_runs(visitor, street, listening):
    street.world.sandbox().set_clock(Clock(wall=wall_now(), mock=street.world.sandbox().now(), rate=600))
    async with listening("kind=job") as stream:
        await submitted(visitor)
        events = [await stream.next() for _ in range(3)]  # 34 seconds of mock time

    assert [data["status"] for _, data in events] == ["queued", "processing", "succeeded"]


async def test_what_was_before_is_not_told_and_what_is_later_is(visitor, listening):
    await submitted(visitor)
    await visitor.post("/_mock/clock/advance", json={"seconds": 10})
    async with listening("kind=job") as stream:
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})

        assert (await stream.next())[1]["status"] == "succeeded"


@pytest.mark.parametrize("seconds", [0, 4, 10])
async def test_an_end_by_hand_is_told_also_in_the_instant_of_another_change(visitor, listening, seconds):
    job = await submitted(visitor)
    await visitor.post("/_mock/clock/advance", json={"seconds": seconds})
    async with listening("kind=job,money") as stream:
        await visitor.post(f"/_mock/jobs/{job}/end", json={"as": "failed"})
        await visitor.post("/_mock/clock/advance", json={"seconds": 1000})
        assert [await stream.next() for _ in range(2)] == [
            ("job", {"at": f"2026-01-01T00:00:{seconds:02}Z", "provider": "acme", "id": job, "status": "failed",
                     "state": "failed"}),
            ("money", {"at": f"2026-01-01T00:00:{seconds:02}Z", "provider": "acme", "key": "…", "job": job,
                       "kind": "release", "amount": "3"}),
        ]  # fmt: skip
        await visitor.post("/v1/videos/none")
        stream.gone.set()
        assert await stream.all() == []


async def test_money_by_hand_and_a_reset_are_told(visitor, listening):
    async with listening("kind=money,reset") as stream:
        await visitor.put("/_mock/accounts/acme/key", json={"available": 50})
        await visitor.post("/_mock/reset")
        await submitted(visitor)
        events = [await stream.next() for _ in range(3)]

    assert [name for name, _ in events] == ["money", "reset", "money"]
    assert (events[0][1]["kind"], events[1][1]["why"], events[2][1]["kind"]) == ("grant", "reset", "hold")


async def test_a_restored_sandbox_goes_on_from_what_it_was(visitor, listening):
    await submitted(visitor)
    await visitor.post("/_mock/snapshots", json={"name": "then"})
    async with listening("kind=job,reset") as stream:
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})
        await visitor.put("/_mock/snapshots/then/restore")
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})
        events = [await stream.next() for _ in range(5)]

    assert [data.get("status") or data["why"] for _, data in events] == [
        "processing", "succeeded", "restore", "processing", "succeeded",
    ]  # fmt: skip


async def test_each_sandbox_has_its_own_events(visitor, listening):
    async with listening("kind=job", box="/@a") as stream:
        await submitted(visitor, "/@b")
        job = await submitted(visitor, "/@a", **{"x-mock-scenario": "stuck"})

        assert (await stream.next())[1]["id"] == job


async def test_who_comes_back_gets_what_was_missed(visitor, listening):
    async with listening("kind=job") as stream:
        job = await submitted(visitor)
        await stream.next()
    await visitor.post("/_mock/clock/advance", json={"until": "idle"})
    other = await submitted(visitor)
    async with listening("kind=job&seconds=0", last_event_id=stream.last_id) as back:
        told = [(data["id"], data["status"]) for _, data in await back.all()]

    assert told == [(job, "processing"), (job, "succeeded"), (other, "queued")]


async def test_who_comes_back_too_late_is_told_how_much_was_missed(visitor, listening):
    async with listening():
        pass
    for _ in range(1100):
        await visitor.get("/v1/videos/none")
    async with listening("seconds=0&after=0") as back:
        events = await back.all()

    assert events[0] == ("missed", {"at": "2026-01-01T00:00:00Z", "events": 1})
    assert [data["number"] for _, data in events[1:]] == list(range(101, 1101))


async def test_nothing_listens_when_nobody_does(street, listening):
    sandbox = street.world.sandbox()
    async with listening():
        assert sandbox.journal.bell is not None
        assert street.world.listeners == 1
    assert sandbox.journal.bell is None
    assert street.world.listeners == 0


async def test_a_stream_ends_with_its_sandbox(visitor, listening):
    async with listening(box="/@a") as stream:
        await visitor.delete("/_mock/sandboxes/a")
        with anyio.fail_after(10):
            await stream.ended.wait()


async def test_a_stream_ends_when_its_sandbox_is_made_anew(visitor, listening):
    async with listening(box="/@a") as stream:
        await visitor.post("/_mock/sandboxes", json={"name": "a"})
        with anyio.fail_after(10):
            await stream.ended.wait()


async def test_a_silent_stream_says_that_it_is_there(listening, monkeypatch):
    monkeypatch.setattr("mockserver.control.events.HEARTBEAT", 0.01)
    async with listening() as stream:
        with anyio.fail_after(10):
            while ": still here\n\n" not in stream.text:
                stream.text += await stream.read.receive()


async def test_there_is_an_end_to_listeners(visitor, listening, monkeypatch):
    monkeypatch.setattr("mockserver.control.events.LISTENERS_AT_MOST", 1)
    async with listening():
        answer = await visitor.get("/_mock/events")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "too_many_listeners")


@pytest.mark.parametrize("query", ["kind=x", "kind=", "kind=job,", "seconds=-1", "seconds=x", "after=x", "colour=red"])
async def test_a_stream_that_cannot_be_is_refused(visitor, query):
    answer = await visitor.get(f"/_mock/events?{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_query")


async def test_head_has_no_stream(visitor):
    answer = await visitor.head("/_mock/events")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_each_job_is_told_once(visitor, street, listening):
    for _ in range(3):
        await submitted(visitor, authorization="Bearer other")
    async with listening("kind=job&seconds=0"):
        pass
    street.world.sandbox().advance(timedelta(seconds=4))
    async with listening("kind=job&seconds=0&after=0") as stream:
        told = await stream.all()

    assert [data["status"] for _, data in told] == ["processing"] * 3


async def test_a_request_is_told_with_all_that_is_known_and_without_its_key(visitor, listening):
    async with listening("kind=request") as stream:
        await visitor.get("/v1/videos/none")
        await visitor.get("/v1/videos/none", headers={"authorization": ""})
        known, nobody = [(await stream.next())[1] for _ in range(2)]

    assert known == {
        "at": "2026-01-01T00:00:00Z",
        "number": 1,
        "method": "GET",
        "path": "/v1/videos/none",
        "provider": "acme",
        "operation": "get_video",
        "key": "…",
        "job": None,
        "status": 404,
        "clause": None,
        "fault": None,
    }
    assert (nobody["number"], nobody["status"], nobody["key"]) == (2, 401, None)


async def test_a_webhook_is_told_with_its_outcome(street, listening):
    sandbox = street.world.sandbox()
    delivery = Delivery("d_1", "acme", "vid_1", "key", "http://127.0.0.1:9/hook?token=secret", "http://localhost")
    async with listening("kind=webhook") as stream:
        sandbox.watch.tried(delivery, Attempt(sandbox.now(), None, "it does not answer"))
        sandbox.watch.tried(delivery, Attempt(sandbox.now(), 204))
        events = [await stream.next() for _ in range(2)]

    told = {"at": "2026-01-01T00:00:00Z", "provider": "acme", "id": "vid_1", "url": events[0][1]["url"]}
    assert events == [
        ("webhook", {**told, "status": None, "delivered": False, "note": "it does not answer"}),
        ("webhook", {**told, "status": 204, "delivered": True, "note": None}),
    ]
    assert "127.0.0.1:9/hook" in told["url"]
