"""Midjourney's videos, made longer."""

import pytest

from tests.providers.nanogpt.kit import KEY, LINK, accepted, balance, client_of, ended, going, seen, unified
from tests.witness import conform

EXTEND = "/api/generate-video/extend"
MIDJOURNEY = {"model": "midjourney-video", "prompt": None, "imageUrl": LINK}


@pytest.fixture
async def original(nano, client):
    """A Midjourney job that is done; its id."""
    return await ended(nano, client, **MIDJOURNEY)


async def extended(client, **fields):
    """Extend a video; the answer's body."""
    response = await client.post(EXTEND, json=fields)
    assert response.status_code == 202, response.text
    return response.json()


async def refused(client, **fields):
    """Ask for an extension that must be refused; status and body."""
    response = await client.post(EXTEND, json=fields)
    assert response.status_code >= 400, response.text
    assert response.json()["status"] == response.status_code
    return response.status_code, response.json()


@pytest.mark.clause("nanogpt.extend.by-run-id")
async def test_an_extension_is_ordered_by_run_id(client, original):
    response = await client.post(EXTEND, json={"runId": original, "index": 0})

    assert response.status_code == 202


@pytest.mark.clause("nanogpt.extend.by-task-id")
async def test_a_task_id_serves_too_and_run_id_counts_where_both_are_sent(nano, client, original):
    hunyuan = await ended(nano, client)

    assert (await extended(client, taskId=original, index=0))["status"] == "pending"
    assert (await extended(client, runId=original, taskId=hunyuan, index=0))["status"] == "pending"
    assert (await extended(client, runId=original, taskId="nothing", index=0))["status"] == "pending"
    assert (await refused(client, runId=hunyuan, taskId=original, index=0))[0] == 400
    assert (await refused(client, runId="nothing", taskId=original, index=0))[0] == 404


@pytest.mark.clause("nanogpt.extend.index", "nanogpt.extend.message")
@pytest.mark.parametrize("index", [0, 1, 2, 3])
async def test_an_index_selects_one_of_four_and_the_message_counts_from_one(client, original, index):
    answer = await extended(client, runId=original, index=index)

    video = {0: "1", 1: "2", 2: "3", 3: "4"}[index]
    assert answer["message"] == f"Extending video {video} by 5 seconds..."
    assert (answer["success"], answer["status"]) == (True, "pending")


@pytest.mark.clause("nanogpt.extend.index")
@pytest.mark.parametrize("fields", [{"index": index} for index in (-1, 4, 1.5, "1", True, [0], 10**30, None)] + [{}])
async def test_another_index_or_none_is_refused_for_nothing(client, original, fields):
    before = await balance(client)

    status, body = await refused(client, runId=original, **fields)

    assert status == 400
    assert "index" in body["error"]
    assert await balance(client) == before


@pytest.mark.clause("nanogpt.extend.no-source-video")
@pytest.mark.parametrize("field", ["video", "videoUrl", "videoDataUrl", "videoAttachmentId"])
async def test_a_source_video_is_refused(client, original, field):
    status, body = await refused(client, runId=original, index=0, **{field: "https://assets.example.com/clip.mp4"})

    assert status == 400
    assert field in body["error"].split()
    assert (await extended(client, runId=original, index=0, **{field: None}))["status"] == "pending"


@pytest.mark.clause("nanogpt.extend.midjourney-only")
@pytest.mark.parametrize("model", ["hunyuan-video", "sora-2", "longstories-movie"])
async def test_a_job_of_another_model_is_refused(nano, client, model):
    run_id = await ended(nano, client, model=model)

    assert (await refused(client, runId=run_id, index=0))[0] == 400


@pytest.mark.clause("nanogpt.extend.answer-fields", "nanogpt.extend.is-a-new-job")
@pytest.mark.parametrize("profile", ["2026", "2025"])
async def test_the_answer_has_a_submissions_fields_and_its_own(serve, profile):
    mock = await serve("nanogpt", nanogpt__profile=profile)
    client = client_of(mock, judging=False)
    run_id = await ended(mock, client, **MIDJOURNEY)

    answer = await extended(client, runId=run_id, index=1)

    conform("nanogpt", "Extended", answer)
    assert {"success", "runId", "id", "taskId", "status", "model", "message", "eta"} <= set(answer)
    assert answer["runId"] == answer["id"] == answer["taskId"] != run_id
    assert answer["model"] == "midjourney-video"
    assert (answer["cost"], answer["paymentSource"], answer["remainingBalance"]) == (1, "USD", 48)


@pytest.mark.clause("nanogpt.extend.eta")
@pytest.mark.parametrize("scenario", ["succeeds", "slow"])
async def test_the_eta_turns_out_true(nano, scenario):
    client = going(nano, scenario)
    run_id = await ended(nano, client, **MIDJOURNEY)
    answer = await extended(client, runId=run_id, index=0)
    assert type(answer["eta"]) is int

    await nano.advance(answer["eta"] - 1)
    assert (await unified(client, answer["runId"]))["data"]["status"] == "IN_PROGRESS"
    await nano.advance(1)
    assert (await unified(client, answer["runId"]))["data"]["status"] == "COMPLETED"


@pytest.mark.clause("nanogpt.extend.eta")
@pytest.mark.parametrize("scenario", ["stuck", "fails", "cancelled", "moderated_late"])
async def test_the_eta_is_that_of_success_however_the_job_goes(serve, scenario):
    etas = []
    for each in ("succeeds", scenario):
        mock = await serve("nanogpt")
        run_id = await ended(mock, client_of(mock), **MIDJOURNEY)
        etas.append((await extended(going(mock, each), runId=run_id, index=0))["eta"])

    assert etas[0] == etas[1]
    assert 180 <= etas[0] <= 360


@pytest.mark.clause("nanogpt.extend.is-a-new-job")
async def test_an_extension_is_polled_recovered_and_paid_for_like_any_job(nano, client, original):
    assert await balance(client) == "49"
    first = (await unified(client, original))["data"]
    answer = await extended(client, runId=original, index=2)
    new = answer["runId"]

    assert await balance(client) == "48"
    assert (await unified(client, new))["data"] == {"status": "IN_QUEUE", "requestId": new}
    assert (await unified(client, original))["data"] == first
    listed = (await client.get("/api/generate-video/recover", params={"model": "midjourney-video"})).json()["data"]
    assert [entry["runId"] for entry in listed] == [new, original]
    await nano.until_idle()
    done = (await unified(client, new))["data"]
    assert (done["status"], done["cost"]) == ("COMPLETED", 1)
    assert done["output"] != first["output"]


@pytest.mark.clause("nanogpt.extend.is-a-new-job")
async def test_an_extension_that_fails_is_refunded_and_one_that_cannot_be_paid_refused(nano, client, original):
    failing = going(nano, "fails")
    await extended(failing, runId=original, index=0)
    assert await balance(client) == "48"
    await nano.until_idle()
    assert await balance(client) == "49"

    await nano.set_account(KEY, available="0.99")
    assert await refused(client, runId=original, index=0) == (402, {"error": "Insufficient balance", "status": 402})


@pytest.mark.clause("nanogpt.extend.five-seconds-longer")
async def test_an_extension_is_five_seconds_longer(nano, client, original):
    once = (await extended(client, runId=original, index=3))["runId"]
    await nano.until_idle()
    twice = (await extended(client, runId=once, index=0))["runId"]
    await nano.until_idle()

    lengths = []
    for run_id in (original, once, twice):
        link = (await unified(client, run_id))["data"]["output"]["video"]["url"]
        lengths.append(seen((await nano.client().get(link)).content)["seconds"])
    assert lengths == [5, 10, 15]


@pytest.mark.clause("nanogpt.extend.finished-only")
@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [("succeeds", 0), ("succeeds", 60), ("stuck", 86400), ("fails", 600), ("moderated_late", 600), ("cancelled", 600)],
)
async def test_a_job_that_is_not_completed_is_refused(nano, client, scenario, seconds):
    run_id = (await accepted(going(nano, scenario), **MIDJOURNEY))["runId"]
    await nano.advance(seconds)
    before = await balance(client)

    assert (await refused(client, runId=run_id, index=0))[0] == 400
    assert await balance(client) == before


@pytest.mark.clause("nanogpt.extend.unknown-job")
@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"runId": "vid_m1abc123def456"}, (404, {"error": "Video generation request not found", "status": 404})),
        ({"taskId": "fal-request-abc123xyz"}, (404, {"error": "Video generation request not found", "status": 404})),
        ({}, (400, {"error": "Missing runId", "status": 400})),
        ({"runId": ""}, (400, {"error": "Missing runId", "status": 400})),
        ({"runId": None, "taskId": None}, (400, {"error": "Missing runId", "status": 400})),
    ],
)
async def test_without_a_job_there_is_nothing_to_extend(client, fields, answer):
    assert await refused(client, index=0, **fields) == answer


@pytest.mark.clause("nanogpt.extend.job-of-another-key")
async def test_a_job_of_another_key_is_forbidden(nano, original):
    other = client_of(nano, "another-key")

    assert await refused(other, runId=original, index=0) == (403, {"error": "Forbidden", "status": 403})
    assert await balance(other) == "50"
