"""How jobs and uploads go when they are told to."""

import pytest

from .conftest import API, ends, team_of, video

URL = {"source_url": "https://example.com/video.mp4"}


async def course(mock, team, job_id):
    """Poll forty times in ten seconds; the statuses without repetitions."""
    await mock.set_account("vsk_test", limits={"requests_per_minute": None})
    seen = []
    for _ in range(40):
        status = (await team.results(job_id))["status"]
        if not seen or seen[-1] != status:
            seen.append(status)
        await mock.advance(0.25)
    return seen


@pytest.mark.clause("viddyscribe.lifecycle.never-ready")
async def test_an_upload_can_be_made_never_to_be_ready(mock, team):
    await mock.queue("never_ready")
    media_id = await team.media()

    await mock.advance(365 * 24 * 3600)

    assert (await team.status(media_id))["upload_status"] == "processing"
    assert ends(await team.order("text", media_id)) == (409, "upload_not_ready")


@pytest.mark.clause("viddyscribe.lifecycle.never-ready")
@pytest.mark.parametrize("ask", ["header", "key", "directive", "default"])
async def test_there_are_other_ways_to_ask_for_it(mock, ask):
    team = team_of(mock, "vsk_scenario-upload_fails" if ask == "key" else "vsk_test")
    headers = {"x-mock-scenario": "upload_fails"} if ask == "header" else {}
    parts = {"note": "[[mock: upload_fails]]"} if ask == "directive" else {}
    if ask == "default":
        (await mock.control.put("scenarios", json={"default": "upload_fails"})).raise_for_status()

    answer = await team.http.post(f"{API}/upload_media", files={"file": video()}, data=parts, headers=headers)

    assert (await team.status(answer.json()["media_id"]))["upload_status"] == "failed"


@pytest.mark.clause("viddyscribe.lifecycle.never-ready")
async def test_a_signed_upload_goes_as_its_promise_was_told(mock, team):
    await mock.queue("upload_fails")
    promise = await team.promise()

    await mock.client().put(promise["upload_url"], content=video())

    assert (await team.notify(promise)).json()["upload_status"] == "failed"


@pytest.mark.clause("viddyscribe.lifecycle.never-ready")
async def test_uploads_leave_alone_what_is_meant_for_jobs(mock, team):
    await mock.queue("fails")

    media_id = await team.media()
    job_id = await team.job("text", media_id)
    await mock.until_idle()

    assert (await team.results(job_id))["status"] == "failed"


@pytest.mark.clause("viddyscribe.lifecycle.one-request-uploads")
@pytest.mark.parametrize(("scenario", "code"), [("never_ready", "upload_not_ready"), ("upload_fails", "upload_failed")])
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_a_request_that_does_both_is_refused_directly(mock, team, kind, scenario, code):
    await mock.queue(scenario, times=2)

    by_url = await team.http.post(f"{API}/generate_ad_{kind}_from_url", json=URL)
    by_file = await team.http.post(f"{API}/generate_ad_{kind}_from_file", files={"file": video()})

    assert ends(by_url) == ends(by_file) == (409, code)
    assert (await team.http.post(f"{API}/generate_ad_{kind}_from_url", json=URL)).status_code == 200


@pytest.mark.clause("viddyscribe.lifecycle.moderated")
async def test_moderation_refuses_at_once_or_fails_later(mock, team):
    await mock.queue("moderated")
    await mock.queue("moderated_late")
    await mock.queue("cancelled")

    assert ends(await team.order("video")) == (400, "invalid_request")
    errors = []
    for _ in range(2):
        job_id = await team.job("video")
        assert await course(mock, team, job_id) == ["queued", "processing", "failed"]
        errors.append((await team.results(job_id))["error"])
    assert "policy" in errors[0]
    assert "cancelled" in errors[1]


@pytest.mark.clause("viddyscribe.lifecycle.odd-results")
async def test_done_without_results(mock, finished):
    await mock.queue("empty_result")

    assert (await finished("video")).keys() == {"job_id", "status", "media_id", "created_at", "updated_at"}


@pytest.mark.clause("viddyscribe.lifecycle.odd-results")
async def test_a_link_that_ends_early(mock, team, download):
    await mock.queue("expires_early")
    job_id = await team.job("audio")
    await mock.until_idle()
    link = (await team.results(job_id))["audio_signed_url"]

    in_time = await download(link)
    await mock.advance(1)

    assert in_time.status_code == 200
    assert (await download(link)).status_code == 403
    assert (await download((await team.results(job_id))["audio_signed_url"])).status_code == 403


@pytest.mark.clause("viddyscribe.lifecycle.odd-results")
@pytest.mark.parametrize(
    ("scenario", "seen"),
    [
        ("unknown_status", ["queued", "processing", "reviewing", "processing", "done"]),
        ("goes_back", ["queued", "processing", "queued", "processing", "done"]),
        ("stuck", ["queued", "processing"]),
        ("fails", ["queued", "processing", "failed"]),
        ("partial", ["queued", "processing", "failed"]),
        ("slow", ["queued", "processing"]),
        ("succeeds", ["queued", "processing", "done"]),
    ],
)
async def test_statuses_go_as_they_are_told(mock, scenario, seen):
    team = team_of(mock, judged=scenario != "unknown_status")
    await mock.queue(scenario)

    assert await course(mock, team, await team.job("text")) == seen


async def test_what_fails_once_succeeds_when_it_is_sent_again(mock, team):
    await mock.queue("fails_once", times=2)
    media_id = await team.media()
    jobs = [await team.job("text", media_id) for _ in range(2)]
    await mock.until_idle()

    assert [(await team.results(job_id))["status"] for job_id in jobs] == ["failed", "done"]


async def test_a_slow_job_takes_ten_times_as_long(mock, team):
    await mock.queue("slow")
    job_id = await team.job("text")

    await mock.advance(49.9)
    before = (await team.results(job_id))["status"]
    await mock.advance(0.1)

    assert (before, (await team.results(job_id))["status"]) == ("processing", "done")


async def test_a_job_fails_where_it_is_told_to(mock, team):
    await mock.queue("fails", at=0.9)
    job_id = await team.job("text")

    await mock.advance(4.4)
    before = (await team.results(job_id))["status"]
    await mock.advance(0.1)

    assert (before, (await team.results(job_id))["status"]) == ("processing", "failed")
