"""The status of 2025, as document 002 prints it."""

import pytest

from tests.providers.nanogpt.kit import LEGACY, accepted, ended, going, legacy, printed, unified
from tests.witness import conform


@pytest.mark.clause("nanogpt.legacy.run-id-and-model-slug")
async def test_the_id_comes_with_the_model_slug(client):
    run_id = (await accepted(client))["runId"]

    response = await client.get(f"{LEGACY}?runId={run_id}&modelSlug=hunyuan-video")

    assert response.status_code == 200
    assert response.json()["data"]["request_id"] == run_id


@pytest.mark.clause("nanogpt.legacy.model-or-nothing", "nanogpt.legacy.other-model-ignored")
@pytest.mark.parametrize(
    "more",
    [
        {"model": "hunyuan-video"},
        {},
        {"model": "hunyuan-video", "modelSlug": "hunyuan-video"},
        {"model": "veo2-video"},
        {"modelSlug": "veo2-video"},
        {"modelSlug": "no-such-model", "model": ""},
    ],
)
async def test_the_model_may_have_its_later_name_or_be_left_out_or_be_another(client, more):
    run_id = (await accepted(client))["runId"]

    response = await client.get(LEGACY, params={"runId": run_id} | more)

    assert response.status_code == 200
    assert response.json() == {"data": {"status": "IN_QUEUE", "request_id": run_id}}


@pytest.mark.clause("nanogpt.legacy.shape", "nanogpt.legacy.states-as-printed")
@pytest.mark.parametrize(
    ("scenario", "seconds", "fixture"),
    [
        ("succeeds", 30, "status-in-progress"),
        ("succeeds", 600, "status-completed"),
        ("moderated_late", 600, "status-failed"),
    ],
)
async def test_what_document_002_prints_is_what_its_profile_answers(serve, scenario, seconds, fixture):
    mock = await serve("nanogpt", nanogpt__profile="2025")
    client = going(mock, scenario, judging=False)
    run_id = (await accepted(client))["runId"]
    await mock.advance(seconds)

    body = await legacy(client, run_id)

    conform("nanogpt", "LegacyStatus2025", body)
    expected = printed(fixture)["response"]
    expected["data"]["request_id"] = run_id
    if "output" in expected["data"]:
        link = body["data"]["output"]["video"]["url"]
        assert link.endswith("/video.mp4")
        assert (await mock.client().get(link)).headers["content-type"] == "video/mp4"
        expected["data"]["output"]["video"]["url"] = link
    assert body == expected


@pytest.mark.clause("nanogpt.legacy.states-as-printed", "nanogpt.legacy.shape")
async def test_the_newest_profile_answers_the_same_but_for_the_cost(nano):
    client = going(nano, "moderated_late")
    run_id = (await accepted(client))["runId"]
    assert await legacy(client, run_id) == {"data": {"status": "IN_QUEUE", "request_id": run_id}}

    await nano.advance(30)
    assert await legacy(client, run_id) == {
        "data": {"status": "IN_PROGRESS", "request_id": run_id, "details": "Video is being generated"}
    }

    await nano.until_idle()
    assert await legacy(client, run_id) == {
        "data": {
            "status": "FAILED",
            "request_id": run_id,
            "error": "Content policy violation",
            "isNSFWError": True,
            "userFriendlyError": "Content flagged as inappropriate. Please modify your prompt and try again.",
        }
    }


@pytest.mark.clause("nanogpt.legacy.cost-when-completed", "nanogpt.legacy.states-as-printed")
async def test_a_completed_status_carries_the_cost(nano, client):
    run_id = await ended(nano, client, model="kling-video-v2", duration="10")

    data = (await legacy(client, run_id))["data"]

    assert set(data) == {"status", "request_id", "output", "cost"}
    assert (data["status"], data["request_id"], data["cost"]) == ("COMPLETED", run_id, 2.8)
    assert data["output"] == (await unified(client, run_id))["data"]["output"]


@pytest.mark.clause("nanogpt.legacy.canceled")
async def test_a_cancelled_job_is_spelt_with_one_l(nano):
    client = going(nano, "cancelled")
    run_id = await ended(nano, client)

    assert await legacy(client, run_id) == {"data": {"status": "CANCELED", "request_id": run_id}}


@pytest.mark.clause("nanogpt.legacy.missing-run-id")
@pytest.mark.parametrize("params", [{}, {"runId": ""}, {"modelSlug": "hunyuan-video"}])
async def test_a_poll_without_an_id_is_refused(client, params):
    response = await client.get(LEGACY, params=params)

    assert response.status_code == 400
    assert response.json() == {"error": "Missing runId", "status": 400}


@pytest.mark.clause("nanogpt.legacy.unknown-run-id")
@pytest.mark.parametrize("run_id", ["vid_m1abc123def456", "fal-request-abc123xyz"])
async def test_an_id_that_never_was_is_not_found(client, run_id):
    await accepted(client)

    response = await client.get(LEGACY, params={"runId": run_id, "modelSlug": "hunyuan-video"})

    assert response.status_code == 404
    assert response.json() == {"error": "Video generation request not found", "status": 404}
