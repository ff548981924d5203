"""A server with `--state` goes on where it was: jobs, money, time, limits, uploads, sandboxes, webhooks."""

import sqlite3

import httpx
import pytest

from tests.films import film
from tests.kit import Mock
from tests.receiver import Receiver

ORDER = {"model": "veo2-video", "prompt": "A majestic eagle", "duration": "5s", "aspect_ratio": "16:9"}
NANO = {"x-api-key": "sk-nano-1"}


@pytest.fixture
def start(tmp_path):
    """Start a server of one provider on the same state as the last."""
    return lambda only, **settings: Mock(only, state=str(tmp_path / "state.db"), **settings)


async def test_a_job_goes_on_and_its_money_is_spent(start):
    async with start("nanogpt") as mock:
        job = (await mock.client(NANO).post("/api/generate-video", json=ORDER)).json()
        await mock.advance(60)

    async with start("nanogpt") as mock:
        status = (await mock.client(NANO).get("/api/video/status", params={"requestId": job["runId"]})).json()
        assert status["data"]["status"] == "IN_PROGRESS"
        assert (await mock.account("sk-nano-1"))["available"] == "46.6"
        await mock.until_idle()
        status = (await mock.client(NANO).get("/api/video/status", params={"requestId": job["runId"]})).json()
        video = await mock.client().get(status["data"]["output"]["video"]["url"])

    assert video.content[4:8] == b"ftyp"


async def test_the_same_video_has_the_same_bytes_after_a_restart(start):
    async def watched(mock):
        [job] = (await mock.control.get("jobs")).json()["items"]
        return (await mock.client().get(job["result"])).content

    async with start("nanogpt") as mock:
        await mock.client(NANO).post("/api/generate-video", json=ORDER)
        await mock.until_idle()
        before = await watched(mock)
    async with start("nanogpt") as mock:
        assert await watched(mock) == before


async def test_a_refund_that_fell_due_in_between_is_paid_once(start):
    async with start("nanogpt") as mock:
        await mock.queue("fails")
        await mock.client(NANO).post("/api/generate-video", json=ORDER)
        await mock.until_idle()
    for _ in range(2):
        async with start("nanogpt") as mock:
            assert (await mock.account("sk-nano-1"))["available"] == "50"


async def test_numbers_go_on_so_that_no_id_comes_twice(start):
    ids = set()
    for _ in range(3):
        async with start("nanogpt") as mock:
            ids.add((await mock.client(NANO).post("/api/generate-video", json=ORDER)).json()["runId"])
    assert len(ids) == 3


async def test_a_rate_limit_is_not_forgotten(start):
    async with start("nanogpt", nanogpt__submits_per_minute=2) as mock:
        for _ in range(2):
            await mock.client(NANO).post("/api/generate-video", json=ORDER)
    async with start("nanogpt", nanogpt__submits_per_minute=2) as mock:
        assert (await mock.client(NANO).post("/api/generate-video", json=ORDER)).status_code == 429
        await mock.advance(60)
        assert (await mock.client(NANO).post("/api/generate-video", json=ORDER)).status_code == 202


async def test_sandboxes_keep_their_own_settings_and_clocks(start):
    new = {"name": "old", "clock": {"mode": "frozen", "now": "2027-05-01T00:00:00Z"}, "seed": 7}
    async with start("nanogpt") as mock:
        await mock.control.post("sandboxes", json=new | {"settings": {"nanogpt.profile": "2025"}})
        await mock.control.post("sandboxes", json={"name": "gone"})
        await mock.control.delete("sandboxes/gone")
    async with start("nanogpt") as mock:
        [shown] = [one for one in (await mock.control.get("sandboxes")).json()["items"] if one["name"] != "default"]
        job = (await mock.client(NANO, base="/@old").post("/api/generate-video", json=ORDER)).json()
    assert (shown["name"], shown["seed"]) == ("old", 7)
    assert shown["clock"]["now"] == "2027-05-01T00:00:00Z"
    assert job["runId"].startswith("fal-request-")


async def test_a_reset_is_for_good(start):
    async with start("nanogpt") as mock:
        await mock.client(NANO).post("/api/generate-video", json=ORDER)
        await mock.control.post("reset")
    async with start("nanogpt") as mock:
        assert (await mock.control.get("jobs")).json()["items"] == []
        assert (await mock.account("sk-nano-1"))["available"] == "50"


async def test_accounts_and_the_queue_are_as_they_were_laid_down(start):
    async with start("nouvel") as mock:
        await mock.set_account("nvl_1", available="2", flags=["readonly"], limits={"requests_per_minute": 7})
        await mock.queue("stuck", times=3)
    async with start("nouvel") as mock:
        account = await mock.account("nvl_1")
        plan = (await mock.control.get("scenarios")).json()
    assert (account["available"], account["flags"]) == ("2", ["readonly"])
    assert account["limits"]["requests_per_minute"] == 7
    assert [(one["scenario"], one["times"]) for one in plan["queue"]] == [("stuck", 3)]


async def test_an_upload_is_still_there_whole(start, tmp_path):
    key = {"x-api-key": "vsk_1"}
    async with start("viddyscribe") as mock:
        answer = await mock.client(key).post("/enterprise/api/upload_media", files={"file": ("a.mp4", film())})
        media = answer.json()["media_id"]
    assert [file.read_bytes() for file in (tmp_path / "state.db-files").iterdir()] == [film()]

    async with start("viddyscribe") as mock:
        client = mock.client(key)
        again = await client.post("/enterprise/api/upload_media", files={"file": ("b.mp4", film())})
        order = {"media_id": media, "language": "en-US"}
        job = (await client.post("/enterprise/api/generate_ad_video", json=order)).json()
        await mock.until_idle()
        result = (await client.get("/enterprise/api/get_results", params={"job_id": job["job_id"]})).json()
    assert again.json()["status"] == "existing"
    assert again.json()["media_id"] == media
    assert result["status"] == "done"


async def test_an_upload_that_was_torn_is_thrown_away(start, tmp_path):
    async with start("viddyscribe"):
        pass
    torn = tmp_path / "state.db-files" / "passing-1-1"
    torn.write_bytes(b"half a vid")
    async with start("viddyscribe"):
        assert not torn.exists()


async def test_a_webhook_that_waited_is_delivered_once_by_the_next_server(start):
    with Receiver() as receiver:
        order = {"urls": ["https://shop.example/products/shoe"], "webhookUrl": receiver.url}
        async with start("nouvel") as mock:
            await mock.client({"authorization": "Bearer nvl_1"}).post("/api/v1/generate", json=order)
        assert receiver.got == []
        for _ in range(2):
            async with start("nouvel") as mock:
                await mock.until_idle()
        assert len(receiver.got) == 1


VOICES = {
    "nanogpt": ("/api/check-balance", {"error": "Service unavailable", "status": 503}),
    "nouvel": ("/api/v1/projects", {"error": "Service unavailable"}),
    "viddyscribe": ("/enterprise/api/get_results?job_id=1", {"error": "unavailable", "message": "Service unavailable"}),
    "artnex": (
        "/v1/video/1",
        {"success": False, "error": "unavailable", "message": "This is unavailable for now."},
    ),
}


@pytest.mark.parametrize("provider", VOICES)
@pytest.mark.clause(
    "nanogpt.errors.unavailable",
    "nouvel.errors.unavailable",
    "viddyscribe.errors.unavailable",
    "artnex.errors.unavailable",
)
async def test_what_cannot_be_kept_is_not_acknowledged_and_goes_on_when_it_can(provider, start, monkeypatch):
    path, body = VOICES[provider]
    async with start(provider) as mock:
        store = mock.app.world.store
        write = store._file.write
        client = mock.client({"x-api-key": "vsk_1", "authorization": "Bearer nvl_1"})
        ask = client.post if provider == "nanogpt" else client.get
        monkeypatch.setattr(store._file, "write", full)
        store.update("default/anything", "1", lambda _: "not kept yet")

        refused = await ask(path)
        transport = httpx.ASGITransport(mock.app)  # not described: no operation of the control API brings this about
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as plain:
            behind = await plain.get("/_mock/health")
        monkeypatch.setattr(store._file, "write", write)
        after = await ask(path)

        assert (refused.status_code, refused.json()) == (503, body)
        assert refused.headers["x-mock-clause"] == f"{provider}.errors.unavailable"
        assert (behind.status_code, behind.json()["error"]["code"]) == (503, "state_unavailable")
        assert after.status_code != 503


async def test_a_submission_that_is_not_on_the_disk_has_no_answer_yet(start, monkeypatch):
    async with start("nanogpt") as mock:
        monkeypatch.setattr(mock.app.world.store._file, "write", full)
        answer = await mock.client(NANO).post("/api/generate-video", json=ORDER)
        assert isinstance(answer, httpx.Response)
        assert answer.status_code == 503
        monkeypatch.undo()


def full(_):
    raise sqlite3.OperationalError("database or disk is full")
