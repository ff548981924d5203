"""Requests, queue and concurrency, counted for a team."""

import anyio
import pytest

from .conftest import API, ends, printed, team_of, video

RATE = (429, "rate_limit_exceeded")
QUEUE = (429, "queue_limit_exceeded")
CONCURRENCY = (429, "concurrency_limit_exceeded")


async def poll(team):
    return await team.http.get(f"{API}/get_results?job_id=task_none")


@pytest.mark.clause("viddyscribe.limits.rate-limit", "viddyscribe.limits.requests-per-minute")
async def test_a_team_may_send_60_requests_in_a_minute(team):
    answers = [(await poll(team)).status_code for _ in range(62)]

    assert answers == [404] * 60 + [429, 429]
    assert ends(await poll(team)) == RATE


@pytest.mark.clause("viddyscribe.limits.retry-after", "viddyscribe.limits.requests-per-minute")
async def test_retry_after_tells_when_a_request_is_welcome_again(mock, team):
    await mock.set_account("vsk_test", limits={"requests_per_minute": 2})
    await poll(team)
    await mock.advance(12.5)
    await poll(team)

    wait = (await poll(team)).json()["retry_after"]
    await mock.advance(wait - 1)
    early = await poll(team)
    await mock.advance(1)

    assert wait == 48  # 47.5 seconds, rounded up
    assert early.json()["retry_after"] == 1
    assert (await poll(team)).status_code == 404


@pytest.mark.clause("viddyscribe.limits.no-header")
async def test_there_is_no_header_for_it(mock):
    response = await poll(team_of(mock, "vsk_limited"))

    assert ends(response) == RATE
    assert response.json()["retry_after"] == 60
    assert not [name for name in response.headers if "retry" in name or "ratelimit" in name]


@pytest.mark.clause("viddyscribe.limits.per-team")
async def test_keys_of_one_team_share_the_rate(mock):
    for key in ("vsk_a", "vsk_b"):
        await mock.set_account(key, team="blue", limits={"requests_per_minute": 2})
    a, b = team_of(mock, "vsk_a"), team_of(mock, "vsk_b")

    answers = [(await poll(one)).status_code for one in (a, b, a)]

    assert answers == [404, 404, 429]
    assert (await poll(team_of(mock, "vsk_c"))).status_code == 404


@pytest.mark.clause("viddyscribe.limits.per-team")
async def test_keys_of_one_team_share_media_jobs_credits_and_queue(mock):
    for key in ("vsk_a", "vsk_b"):
        await mock.set_account(key, team="blue", limits={"queued_jobs": 1})
    a, b = team_of(mock, "vsk_a"), team_of(mock, "vsk_b")
    media_id = await a.media()

    job_id = await b.job("video", media_id)

    assert (await a.results(job_id))["media_id"] == media_id
    assert ends(await a.order("text", media_id)) == QUEUE
    assert (await mock.account("vsk_a"))["held"] == (await mock.account("vsk_b"))["held"] == "0.166667"


@pytest.mark.clause(
    "viddyscribe.limits.per-team", "viddyscribe.errors.media-not-found", "viddyscribe.errors.job-not-found"
)
async def test_another_team_shares_nothing(mock, team):
    media_id = await team.media()
    job_id = await team.job("text", media_id)
    stranger = team_of(mock, "vsk_stranger")

    assert ends(await stranger.order("text", media_id)) == (404, "not_found")
    assert ends(await stranger.http.get(f"{API}/get_results?job_id={job_id}")) == (404, "not_found")
    assert (await mock.account("vsk_stranger"))["available"] == "600"


@pytest.mark.clause("viddyscribe.limits.custom")
async def test_a_team_may_be_given_other_allocations(mock, team):
    await mock.set_account(
        "vsk_test",
        available=5000,
        limits={"requests_per_minute": 500, "queued_jobs": 3, "concurrent_uploads": 1, "max_duration_seconds": 12},
    )
    media_id = await team.media()

    answers = [(await team.order("text", media_id)).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    assert [(await poll(team)).status_code for _ in range(100)] == [404] * 100
    assert (await mock.account("vsk_test"))["granted"] == "5000"
    assert ends(await team.upload(video(12.5))) == (403, "video_too_long")


@pytest.mark.clause("viddyscribe.limits.queue", "viddyscribe.limits.queue-of-100")
async def test_a_team_may_have_100_jobs_queued(unhurried):
    media_id = await unhurried.media()
    for _ in range(100):
        await unhurried.job("text", media_id)

    response = await unhurried.order("text", media_id)

    assert response.status_code == printed("error-queue-limit-exceeded")["status"] == 429
    assert response.json() == printed("error-queue-limit-exceeded")["response"]


@pytest.mark.clause("viddyscribe.limits.queue")
async def test_there_is_room_again_when_jobs_have_left_the_queue(mock, team):
    await mock.set_account("vsk_test", limits={"queued_jobs": 2})
    media_id = await team.media()  # ten seconds: its jobs are queued for half a second
    await team.job("text", media_id)
    await mock.advance(0.3)
    await team.job("text", media_id)
    assert ends(await team.order("text", media_id)) == QUEUE

    await mock.advance(0.2)

    assert (await team.order("text", media_id)).status_code == 200
    assert ends(await team.order("text", media_id)) == QUEUE


@pytest.mark.clause("viddyscribe.limits.queue")
async def test_a_job_that_was_ended_by_hand_has_left_the_queue(mock, team):
    await mock.set_account("vsk_test", limits={"queued_jobs": 1})
    job_id = await team.job("text")
    assert ends(await team.order("text")) == QUEUE

    await mock.end(job_id, "failed")

    assert (await team.order("text")).status_code == 200


@pytest.mark.clause("viddyscribe.limits.concurrency", "viddyscribe.limits.concurrency-of-5")
async def test_five_uploads_may_be_in_verification(serve):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=30)
    team = team_of(mock)
    answers = [(await team.upload(video(1.0 + number))).status_code for number in range(6)]
    refused = ends(await team.nested("text"))

    await mock.advance(30)

    assert answers == [200] * 5 + [429]
    assert refused == CONCURRENCY
    assert (await team.upload(video(6.0))).status_code == 200


@pytest.mark.clause("viddyscribe.limits.concurrency")
async def test_an_upload_that_is_on_its_way_counts(mock, team):
    await mock.set_account("vsk_test", limits={"concurrent_uploads": 1})
    half_way, go_on = anyio.Event(), anyio.Event()
    answers = {}

    async def body():
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n' + video()[:1000]
        half_way.set()
        await go_on.wait()
        yield video()[1000:] + b"\r\n--x--\r\n"

    async def slow():
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answers["slow"] = await team.http.post(f"{API}/upload_media", headers=headers, content=body())

    async with anyio.create_task_group() as group:
        group.start_soon(slow)
        await half_way.wait()
        answers["meanwhile"] = await team.upload(video(3.0))
        go_on.set()

    assert answers["slow"].status_code == 200
    assert ends(answers["meanwhile"]) == CONCURRENCY
    assert (await team.upload(video(3.0))).status_code == 200


@pytest.mark.clause("viddyscribe.limits.concurrency")
async def test_a_refused_upload_gives_its_place_back(mock, team):
    await mock.set_account("vsk_test", limits={"concurrent_uploads": 1})

    answers = [(await team.upload(b"text")).status_code for _ in range(3)]

    assert answers == [415, 415, 415]
    assert (await team.upload()).status_code == 200


async def test_a_team_with_a_figure_for_something_else_has_the_usual_one(serve):
    mock = await serve("viddyscribe", viddyscribe__requests_per_minute="2", viddyscribe__queued_jobs="1")
    await mock.set_account("vsk_test", limits={"something_else": 9})
    team = team_of(mock, judged=False)
    answers = [await team.nested() for _ in range(3)]

    assert [(answer.status_code, answer.json().get("error")) for answer in answers] == [
        (200, None),
        (429, "queue_limit_exceeded"),
        (429, "rate_limit_exceeded"),
    ]
