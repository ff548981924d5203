"""The unified status: how a job goes, in words, in the nested shape and in the two others."""

import pytest

from tests.providers.nanogpt.kit import LINK, UNIFIED, accepted, ended, going, legacy, printed, unified

ENDS = {"succeeds": "COMPLETED", "fails": "FAILED", "moderated_late": "FAILED", "cancelled": "CANCELED"}
DOCUMENTED_POLLS = 120  # every five seconds: document 002, lines 156-157


async def words_of(nano, client, run_id):
    """The words that a client reads which polls every five seconds, each as often as it comes up again."""
    words = []
    for _ in range(DOCUMENTED_POLLS):
        word = (await unified(client, run_id))["data"]["status"]
        if words[-1:] != [word]:
            words.append(word)
        await nano.advance(5)
    return words


@pytest.mark.clause("nanogpt.status.by-either-name")
@pytest.mark.parametrize("name", ["requestId", "runId"])
async def test_the_id_is_taken_by_either_name(client, name):
    run_id = (await accepted(client))["runId"]

    response = await client.get(UNIFIED, params={name: run_id})

    assert response.status_code == 200
    assert response.json()["requestId"] == run_id


@pytest.mark.clause("nanogpt.status.request-id-first")
@pytest.mark.parametrize("names", [("requestId", "runId"), ("runId", "requestId")])
async def test_request_id_counts_when_both_are_sent(client, names):
    ids = {"requestId": (await accepted(client))["runId"], "runId": (await accepted(client))["runId"]}

    response = await client.get(UNIFIED, params={name: ids[name] for name in names})

    assert response.json()["requestId"] == ids["requestId"] != ids["runId"]


@pytest.mark.clause("nanogpt.status.nested", "nanogpt.status.in-queue")
async def test_a_waiting_job_is_in_queue_and_says_no_more(client):
    run_id = (await accepted(client, model="seedance-lite-video"))["runId"]

    assert await unified(client, run_id) == {
        "requestId": run_id,
        "model": "seedance-lite-video",
        "data": {"status": "IN_QUEUE", "requestId": run_id},
    }


@pytest.mark.clause("nanogpt.status.in-progress", "nanogpt.status.nested")
async def test_a_job_in_work_is_in_progress_with_details(nano, client):
    run_id = (await accepted(client))["runId"]
    await nano.advance(30)

    assert await unified(client, run_id) == {
        "requestId": run_id,
        "model": "hunyuan-video",
        "data": {"status": "IN_PROGRESS", "requestId": run_id, "details": "Video is being generated"},
    }


@pytest.mark.clause("nanogpt.status.completed", "nanogpt.status.nested")
async def test_a_finished_job_is_completed_with_a_link(nano, finished):
    status = await finished()

    data = status["data"]
    assert (data["status"], data["requestId"]) == ("COMPLETED", status["requestId"])
    assert list(data["output"]) == ["video"]
    assert list(data["output"]["video"]) == ["url"]
    video = await nano.client().get(data["output"]["video"]["url"])
    assert (video.status_code, video.headers["content-type"]) == (200, "video/mp4")


@pytest.mark.clause("nanogpt.status.cost-when-completed")
async def test_a_completed_status_carries_what_the_submission_cost(nano, client):
    answer = await accepted(client, model="veo2-video", duration="6s")
    await nano.until_idle()

    assert (await unified(client, answer["runId"]))["data"]["cost"] == answer["cost"] == 4.08  # 3.40 and 0.68


@pytest.mark.clause("nanogpt.status.failed", "nanogpt.status.failed-for-content")
async def test_a_job_that_fails_for_its_content_says_what_document_002_prints(nano):
    client = going(nano, "moderated_late")
    run_id = await ended(nano, client)

    assert (await unified(client, run_id))["data"] == {
        "status": "FAILED",
        "requestId": run_id,
        "error": "Content policy violation",
        "isNSFWError": True,
        "userFriendlyError": "Content flagged as inappropriate. Please modify your prompt and try again.",
    }


@pytest.mark.clause("nanogpt.status.failed", "nanogpt.status.failed-otherwise")
async def test_a_job_that_fails_otherwise_says_so_too(nano):
    client = going(nano, "fails")
    run_id = await ended(nano, client)

    data = (await unified(client, run_id))["data"]
    assert set(data) == {"status", "requestId", "error", "isNSFWError", "userFriendlyError"}
    assert (data["status"], data["error"], data["isNSFWError"]) == ("FAILED", "Video generation failed", False)
    assert data["userFriendlyError"].strip()


@pytest.mark.clause("nanogpt.status.failure-is-200")
@pytest.mark.parametrize("scenario", ["fails", "moderated_late"])
async def test_the_status_of_a_failed_job_is_answered_with_200(nano, scenario):
    client = going(nano, scenario)
    run_id = await ended(nano, client)

    response = await client.get(UNIFIED, params={"requestId": run_id})

    assert (response.status_code, response.json()["data"]["status"]) == (200, "FAILED")


@pytest.mark.clause("nanogpt.status.canceled")
async def test_a_cancelled_job_is_canceled_and_says_no_more(nano):
    client = going(nano, "cancelled")
    run_id = await ended(nano, client)

    assert (await unified(client, run_id))["data"] == {"status": "CANCELED", "requestId": run_id}


@pytest.mark.clause("nanogpt.status.in-order")
@pytest.mark.parametrize(("scenario", "end"), ENDS.items())
async def test_a_job_goes_from_queue_to_work_to_its_end_and_never_back(nano, scenario, end):
    client = going(nano, scenario)
    run_id = (await accepted(client))["runId"]

    assert await words_of(nano, client, run_id) == ["IN_QUEUE", "IN_PROGRESS", end]


@pytest.mark.clause("nanogpt.status.pending-only-once")
@pytest.mark.parametrize("scenario", [*ENDS, "stuck", "slow"])
async def test_pending_is_said_at_submission_and_never_again(nano, scenario):
    client = going(nano, scenario)
    answer = await accepted(client)
    assert answer["status"] == "pending"

    for _ in range(40):
        assert "pending" not in str(await unified(client, answer["runId"]))
        assert "pending" not in str(await legacy(client, answer["runId"]))
        await nano.advance(10)


@pytest.mark.clause("nanogpt.status.end-is-for-good")
@pytest.mark.parametrize(("scenario", "end"), ENDS.items())
async def test_a_job_that_has_ended_gives_the_same_answer_ever_after(nano, scenario, end):
    client = going(nano, scenario)
    last = await unified(client, run_id := await ended(nano, client))
    assert last["data"]["status"] == end

    for later in (0, 1, 3600, 30 * 86400):
        await nano.advance(later)
        assert await unified(client, run_id) == last


@pytest.mark.clause("nanogpt.status.missing-id")
@pytest.mark.parametrize("params", [{}, {"requestId": ""}, {"runId": ""}, {"id": "vid_1"}])
async def test_a_poll_without_an_id_is_refused(client, params):
    response = await client.get(UNIFIED, params=params)

    assert response.status_code == 400
    assert response.json() == {"error": "Missing requestId", "status": 400}


@pytest.mark.clause("nanogpt.status.unknown-id")
@pytest.mark.parametrize("run_id", ["vid_m1abc123def456", "fal-request-abc123xyz", "../vid_1", "vid_\n", "é"])
async def test_an_id_that_never_was_is_not_found(client, run_id):
    await accepted(client)

    response = await client.get(UNIFIED, params={"requestId": run_id})

    assert response.status_code == 404
    assert response.json() == {"error": "Video generation request not found", "status": 404}


@pytest.mark.clause("nanogpt.status.other-parameters-ignored")
@pytest.mark.parametrize("more", [{"model": "veo2-video"}, {"modelSlug": ""}, {"limit": "no", "x": "y"}])
async def test_other_parameters_change_nothing(client, more):
    run_id = (await accepted(client))["runId"]

    response = await client.get(UNIFIED, params={"requestId": run_id} | more)

    assert (response.status_code, response.json()) == (200, await unified(client, run_id))


@pytest.mark.clause("nanogpt.status.midjourney-has-four")
async def test_a_completed_midjourney_job_gives_four_links(finished):
    output = (await finished(model="midjourney-video", imageUrl=LINK))["data"]["output"]

    assert [list(video) for video in output["videos"]] == [["url"]] * 4
    assert len({video["url"] for video in output["videos"]}) == 4
    assert output["video"]["url"] == output["videos"][0]["url"]


@pytest.mark.clause("nanogpt.status.grok-is-relative")
async def test_the_link_of_grok_is_relative(client, finished):
    status = await finished(model="grok-imagine-video", duration=1)

    link = status["data"]["output"]["video"]["url"]
    path, _, query = link.partition("?")
    assert path == "/api/generate-video/content"
    assert sorted(query.split("&")) == [
        "model=grok-imagine-video",
        f"runId={status['requestId']}",
        "variant=video",
    ]
    assert (await client.get(link)).headers["content-type"] == "video/mp4"


@pytest.mark.clause("nanogpt.status.in-progress", "nanogpt.status.failed-for-content")
async def test_the_texts_are_those_that_document_002_prints(nano):
    client = going(nano, "moderated_late")
    run_id = (await accepted(client))["runId"]
    await nano.advance(30)
    working = await unified(client, run_id)
    await nano.until_idle()
    failed = await unified(client, run_id)

    for found, name in ((working, "status-in-progress"), (failed, "status-failed")):
        expected = printed(name)["response"]["data"]
        del expected["request_id"]
        assert found["data"] == expected | {"requestId": run_id}
