"""Polling a job."""

import re

import pytest

from .conftest import API, ends, printed, team_of, video


@pytest.mark.clause("viddyscribe.status.poll", "viddyscribe.status.fields")
async def test_a_queued_job_is_answered_as_the_vendor_prints_it(team):
    job_id = await team.job("video")

    answer = await team.results(job_id)

    assert answer.keys() == printed("results-queued")["response"].keys()
    assert (answer["job_id"], answer["status"]) == (job_id, "queued")


@pytest.mark.clause("viddyscribe.status.order", "viddyscribe.status.half-the-length", "viddyscribe.status.queued-share")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_ten_minutes_of_video_take_five(mock, team, kind):
    media_id = await team.media(video(600.0, size=(32, 32)))
    job_id = await team.job(kind, media_id)

    seen = [(await team.results(job_id))["status"]]
    for seconds in (29.9, 0.1, 269.9, 0.1, 86400):
        await mock.advance(seconds)
        seen.append((await team.results(job_id))["status"])

    assert seen == ["queued", "queued", "processing", "processing", "done", "done"]


@pytest.mark.clause("viddyscribe.status.order")
async def test_with_an_auto_clock_three_polls_see_three_states(serve):
    team = team_of(await serve("viddyscribe", clock="auto"))
    job_id = await team.job("text")

    assert [(await team.results(job_id))["status"] for _ in range(4)] == ["queued", "processing", "done", "done"]


@pytest.mark.clause("viddyscribe.status.fields")
async def test_before_the_end_there_is_nothing_of_the_end(mock, team):
    job_id = await team.job("video")
    await mock.advance(1)

    answer = await team.results(job_id)

    assert answer["status"] == "processing"
    assert answer.keys() == {"job_id", "status", "media_id", "created_at", "updated_at"}


@pytest.mark.clause("viddyscribe.status.timestamps")
async def test_timestamps_are_utc_and_tell_the_last_change(mock, team):
    job_id = await team.job("text")  # ten seconds of video: half a second queued, four and a half processing

    stamps = []
    for _ in range(3):
        answer = await team.results(job_id)
        stamps.append((answer["created_at"], answer["updated_at"]))
        await mock.advance(3)

    assert stamps == [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.500Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z"),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", printed("results-queued")["response"]["created_at"])


@pytest.mark.clause("viddyscribe.status.failed")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_a_failed_job_has_an_error_and_no_results(mock, finished, kind):
    await mock.queue("fails")

    failed, fine = await finished(kind), await finished(kind)

    assert failed["status"] == "failed"
    assert failed["error"]
    assert failed.keys() == {"job_id", "status", "media_id", "created_at", "updated_at", "error"}
    assert "error" not in fine


@pytest.mark.clause("viddyscribe.status.order")
@pytest.mark.parametrize(("how", "word"), [("done", "done"), ("failed", "failed"), ("cancelled", "failed")])
async def test_a_job_can_be_ended_by_hand_and_stays_so(mock, team, how, word):
    job_id = await team.job("text")

    await mock.end(job_id, how)
    await mock.advance(3600)

    assert (await team.results(job_id))["status"] == word


@pytest.mark.clause("viddyscribe.status.job-id-missing")
@pytest.mark.parametrize("query", ["", "?job_id=", "?id=task_1"])
async def test_a_job_id_is_needed(team, query):
    assert ends(await team.http.get(f"{API}/get_results{query}")) == (400, "invalid_request")
