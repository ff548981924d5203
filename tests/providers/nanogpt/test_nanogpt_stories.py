"""LongStories: a project beside the job, and a status of their own."""

import pytest

from tests.providers.nanogpt.kit import STORY, accepted, client_of, ended, going, order, seen, story, unified

MOVIE = {"model": "longstories-movie", "prompt": None, "script": "Once upon a time there was a fox.", "duration": 30}
PROJECT = "proj_of_mine"
REFUSED = {"isCompleted": True, "isSuccess": False}
NOT_FOUND = (404, {"error": "Video generation request not found", "status": 404})


@pytest.mark.clause("nanogpt.stories.project-id")
async def test_a_story_has_the_project_that_was_sent(client):
    assert (await accepted(client, **MOVIE, projectId=PROJECT))["projectId"] == PROJECT


@pytest.mark.clause("nanogpt.stories.project-id")
@pytest.mark.parametrize("more", [{}, {"projectId": None}, {"projectId": ""}])
async def test_a_story_gets_a_project_of_its_own_where_none_is_sent(client, more):
    one, other = [(await accepted(client, **MOVIE, **more))["projectId"] for _ in range(2)]

    assert "" not in {one, other}
    assert one != other


@pytest.mark.clause("nanogpt.stories.project-id")
@pytest.mark.parametrize("more", [{}, {"projectId": PROJECT}])
async def test_other_orders_have_no_project(client, more):
    assert "projectId" not in await accepted(client, model="hunyuan-video", **more)


async def words_of(nano, client):
    """The words that a client reads which polls a story every five seconds, each as often as it comes up again."""
    run_id = (await accepted(client, **MOVIE, projectId=PROJECT))["runId"]
    words = []
    for _ in range(120):
        word = (await story(client, run_id, PROJECT))["status"]
        if words[-1:] != [word]:
            words.append(word)
        await nano.advance(5)
    return words


@pytest.mark.clause("nanogpt.stories.words")
@pytest.mark.parametrize(
    ("scenario", "end"), [("succeeds", "COMPLETED"), ("fails", "FAILED"), ("moderated_late", "FAILED")]
)
async def test_the_words_of_a_story(nano, scenario, end):
    assert await words_of(nano, going(nano, scenario)) == ["PENDING", "PROCESSING", end]


@pytest.mark.clause("nanogpt.stories.cancelled-is-failed")
async def test_a_cancelled_story_is_failed(nano):
    client = going(nano, "cancelled")
    run_id = await ended(nano, client, **MOVIE, projectId=PROJECT)

    assert await story(client, run_id, PROJECT) == {"status": "FAILED", "data": REFUSED}
    assert (await unified(client, run_id))["data"]["status"] == "CANCELED"


@pytest.mark.clause("nanogpt.stories.flags")
async def test_a_story_that_ends_well_has_a_link(nano, client):
    run_id = (await accepted(client, **MOVIE, projectId=PROJECT))["runId"]
    open_flags = {"isCompleted": False, "isSuccess": False}
    assert await story(client, run_id, PROJECT) == {"status": "PENDING", "data": open_flags}
    await nano.advance(60)
    assert await story(client, run_id, PROJECT) == {"status": "PROCESSING", "data": open_flags}

    await nano.until_idle()
    done = await story(client, run_id, PROJECT)

    link = done["data"]["output"]["url"]
    assert done == {
        "status": "COMPLETED",
        "data": {"isCompleted": True, "isSuccess": True, "output": {"url": link}},
    }
    film = seen((await nano.client().get(link)).content)
    assert (film["codec"], film["seconds"]) == ("h264", 30)


@pytest.mark.clause("nanogpt.stories.flags")
@pytest.mark.parametrize("scenario", ["fails", "moderated_late"])
async def test_a_story_that_ends_badly_has_none(nano, scenario):
    client = going(nano, scenario)
    run_id = await ended(nano, client, **MOVIE, projectId=PROJECT)

    assert await story(client, run_id, PROJECT) == {"status": "FAILED", "data": REFUSED}


@pytest.mark.clause("nanogpt.stories.missing-parameter")
@pytest.mark.parametrize("left_out", ["runId", "projectId"])
@pytest.mark.parametrize("empty", [False, True])
async def test_both_ids_are_needed(client, left_out, empty):
    answer = await accepted(client, **MOVIE)
    params = {name: answer[name] for name in ("runId", "projectId") if name != left_out}

    response = await client.get(STORY, params=params | ({left_out: ""} if empty else {}))

    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert left_out in response.json()["error"]


@pytest.mark.clause("nanogpt.stories.payment-parameters-ignored")
@pytest.mark.parametrize("more", [{"cost": "0"}, {"paymentSource": "XNO"}, {"cost": "ten", "paymentSource": "none"}])
async def test_payment_parameters_change_nothing(nano, client, more):
    run_id = (await accepted(client, **MOVIE, projectId=PROJECT))["runId"]
    before = await nano.account("sk-nano-test")

    response = await client.get(STORY, params={"runId": run_id, "projectId": PROJECT} | more)

    assert (response.status_code, response.json()) == (200, await story(client, run_id, PROJECT))
    assert await nano.account("sk-nano-test") == before


@pytest.mark.clause("nanogpt.stories.not-a-story")
async def test_a_job_that_is_no_story_is_not_found(client):
    run_id = (await accepted(client, projectId=PROJECT))["runId"]

    response = await client.get(STORY, params={"runId": run_id, "projectId": PROJECT})

    assert (response.status_code, response.json()) == NOT_FOUND


@pytest.mark.clause("nanogpt.stories.not-a-story")
async def test_a_story_is_not_found_under_the_project_of_another(client):
    one, other = [await accepted(client, **MOVIE) for _ in range(2)]

    response = await client.get(STORY, params={"runId": one["runId"], "projectId": other["projectId"]})

    assert (response.status_code, response.json()) == NOT_FOUND
    assert (await story(client, one["runId"], one["projectId"]))["status"] == "PENDING"


async def test_a_story_that_never_was_is_not_found_and_one_of_another_key_is_forbidden(nano, client):
    answer = await accepted(client, **MOVIE)
    ids = {"runId": answer["runId"], "projectId": answer["projectId"]}

    unknown = await client.get(STORY, params=ids | {"runId": "vid_m1abc123def456"})
    foreign = await client_of(nano, "another-key").get(STORY, params=ids)

    assert (unknown.status_code, unknown.json()) == NOT_FOUND
    assert (foreign.status_code, foreign.json()) == (403, {"error": "Forbidden", "status": 403})


async def test_a_story_is_polled_at_the_other_addresses_too(client):
    response = await order(client, **MOVIE)

    status = await unified(client, response.json()["runId"])

    assert (status["model"], status["data"]["status"]) == ("longstories-movie", "IN_QUEUE")
