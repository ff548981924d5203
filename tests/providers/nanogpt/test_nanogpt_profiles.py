"""The two generations of the API: 2026, which is the default, and 2025, which is document 002 to the letter."""

import re

import pytest

from tests.providers.nanogpt.kit import LEGACY, LINK, STORY, UNIFIED, accepted, client_of, legacy, printed, unified
from tests.witness import conform

STAGES = {"succeeds": "COMPLETED", "moderated_late": "FAILED", "cancelled": "CANCELED"}


@pytest.fixture
async def old(serve):
    """A server of the generation of 2025."""
    return await serve("nanogpt", nanogpt__profile="2025")


@pytest.fixture
def app(old):
    """Somebody with a key, there; document 002 has other answers than the contract of the default profile."""
    return client_of(old, judging=False)


@pytest.mark.clause("nanogpt.profile.newest-by-default")
async def test_the_generation_of_2026_is_the_default(nano, client):
    job = await accepted(client)
    await nano.until_idle()

    assert re.fullmatch(r"vid_[0-9a-z]{17}", job["id"])
    assert job["id"] == job["runId"]
    assert job["prechargeLabel"]
    assert (await unified(client, job["id"]))["data"]["cost"] == 0.4


@pytest.mark.clause("nanogpt.profile.newest-by-default")
async def test_profile_2026_may_be_asked_for_by_name(serve):
    client = client_of(await serve("nanogpt", nanogpt__profile="2026"))

    assert set(await accepted(client)) == {
        "runId", "id", "status", "model", "cost", "paymentSource", "remainingBalance", "prechargeLabel",
    }  # fmt: skip


@pytest.mark.clause("nanogpt.profile.submitted-2025")
async def test_the_answer_of_2025_is_the_printed_one(serve):
    old = await serve("nanogpt", nanogpt__profile="2025", nanogpt__prices="samples")
    sample = printed("submit-text")["request"]

    response = await client_of(old, judging=False).post("/api/generate-video", json=sample)

    answer = response.json()
    run_id = answer.pop("runId")
    assert response.status_code == 202
    assert answer == {
        "status": "pending",
        "model": "veo2-video",
        "cost": 2.5,
        "paymentSource": "USD",
        "remainingBalance": 47.5,
    }
    assert run_id.startswith("fal-request-")


@pytest.mark.clause("nanogpt.profile.submitted-2025")
@pytest.mark.parametrize(
    "order",
    [
        {"model": "veo2-video"},
        {"model": "kling-v21-pro", "imageUrl": LINK},
        {"model": "seedance-lite-video", "duration": "5", "resolution": "720p"},
    ],
)
async def test_no_order_is_answered_with_more_in_2025(app, order):
    answer = await accepted(app, **order)

    assert set(answer) == {"runId", "status", "model", "cost", "paymentSource", "remainingBalance"}
    conform("nanogpt", "Submitted2025", answer)


@pytest.mark.clause("nanogpt.profile.run-id-2025")
async def test_ids_of_2025(app):
    ids = {(await accepted(app))["runId"] for _ in range(20)}

    assert len(ids) == 20
    assert all(re.fullmatch(r"fal-request-[0-9a-z]+", run_id) for run_id in ids)


@pytest.mark.clause("nanogpt.profile.canceled-2025")
async def test_the_legacy_status_of_2025_doubles_the_l(old, app):
    await old.queue("cancelled")
    run_id = (await accepted(app))["runId"]
    await old.until_idle()

    assert await legacy(app, run_id) == {"data": {"status": "CANCELLED", "request_id": run_id}}
    assert await unified(app, run_id) == {
        "requestId": run_id,
        "model": "hunyuan-video",
        "data": {"status": "CANCELED", "requestId": run_id},
    }


@pytest.mark.clause("nanogpt.profile.no-cost-at-the-end-2025")
async def test_a_completed_status_of_2025_has_no_cost(old, app):
    run_id = (await accepted(app))["runId"]
    await old.until_idle()

    link = f"http://mock.test/media/nanogpt/{run_id}/video.mp4"
    expected = printed("status-completed")["response"]["data"] | {
        "request_id": run_id,
        "output": {"video": {"url": link}},
    }
    assert await legacy(app, run_id) == {"data": expected}
    assert await unified(app, run_id) == {
        "requestId": run_id,
        "model": "hunyuan-video",
        "data": {"status": "COMPLETED", "requestId": run_id, "output": {"video": {"url": link}}},
    }


@pytest.mark.parametrize("scenario", STAGES)
async def test_each_status_of_2025_is_as_described(old, app, scenario):
    await old.queue(scenario)
    run_id = (await accepted(app))["runId"]

    words = []
    for seconds in (0, 30, 400):
        await old.advance(seconds)
        nested = await unified(app, run_id)
        conform("nanogpt", "StatusNested2025", nested)
        conform("nanogpt", "LegacyStatus2025", await legacy(app, run_id))
        words.append(nested["data"]["status"])
    assert words == ["IN_QUEUE", "IN_PROGRESS", STAGES[scenario]]


@pytest.mark.clause("nanogpt.profile.all-paths-in-both")
@pytest.mark.parametrize(("profile", "prefix"), [("2026", "vid_"), ("2025", "fal-request-")])
async def test_both_profiles_serve_every_path(serve, profile, prefix):
    nano = await serve("nanogpt", nanogpt__profile=profile)
    client = client_of(nano, judging=False)
    run_id = (await accepted(client, model="midjourney-video", imageUrl=LINK))["runId"]
    story = await accepted(client, model="longstories-movie", script="Once.")
    await nano.until_idle()

    assert run_id.startswith(prefix)
    for path, query in [
        (UNIFIED, {"requestId": run_id}),
        (UNIFIED, {"runId": run_id}),
        (LEGACY, {"runId": run_id, "modelSlug": "midjourney-video"}),
        (STORY, {"runId": story["runId"], "projectId": story["projectId"]}),
        ("/api/generate-video/recover", {}),
        ("/api/generate-video/content", {"runId": run_id, "model": "midjourney-video", "variant": "thumbnail"}),
        ("/api/v1/video-models", {}),
        ("/api/v1/models", {"detailed": "true"}),
        (f"/media/nanogpt/{run_id}/thumbnail.jpg", {}),
    ]:
        assert (await client.get(path, params=query)).status_code == 200, path
    assert (await client.post("/api/generate-video/extend", json={"runId": run_id, "index": 0})).status_code == 202
    assert (await client.post("/api/check-balance")).status_code == 200


@pytest.mark.clause("nanogpt.profile.all-paths-in-both")
async def test_each_status_address_finds_the_ids_of_both(nano):
    default, old = client_of(nano), nano.client(headers={"x-api-key": "k"}, base="/@old")
    sandbox = {"name": "old", "settings": {"nanogpt.profile": "2025"}}
    (await nano.control.post("sandboxes", json=sandbox)).raise_for_status()

    for client, prefix in ((default, "vid_"), (old, "fal-request-")):
        run_id = (await client.post("/api/generate-video", json={"model": "veo2-video", "prompt": "x"})).json()["runId"]
        assert run_id.startswith(prefix)
        assert (await unified(client, run_id))["data"]["requestId"] == run_id
        assert (await legacy(client, run_id))["data"]["request_id"] == run_id
