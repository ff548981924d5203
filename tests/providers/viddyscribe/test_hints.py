"""What the header `X-Mock-Hint` tells beside a refusal of ViddyScribe, whose own words leave it open."""

import pytest

from .conftest import API, team_of, video


def hint(response):
    return response.status_code, response.headers["x-mock-hint"]


async def test_what_there_is_not_and_what_is_somebody_elses(mock, team):
    job_id, media_id = await team.job(), await team.media()
    stranger = team_of(mock, "vsk_stranger", judged=False)

    def ask(who, operation, **query):
        return who.http.get(f"{API}/{operation}", params=query)

    assert hint(await ask(team, "get_results", job_id="none")) == (404, "there is no job none")
    assert hint(await ask(stranger, "get_results", job_id=job_id)) == (404, "the job belongs to another account")
    assert hint(await ask(team, "get_upload_status", media_id="none")) == (404, "there is no media none")
    assert hint(await ask(stranger, "get_upload_status", media_id=media_id)) == (404, f"there is no media {media_id}")
    promise = (await team.promise())["media_id"]
    assert hint(await ask(team, "get_upload_status", media_id=promise, gcs_path="x")) == (
        404,
        f"there is no media {promise}",
    )


async def test_what_state_a_media_is_in(serve):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=10)
    team = team_of(mock)
    promise = await team.promise()

    assert hint(await team.order("text", await team.media())) == (409, "the media is processing")
    assert hint(await team.notify(promise)) == (409, "the media is pending")
    await mock.queue("never_ready")
    assert hint(await team.nested()) == (409, "the media is processing")
    await mock.queue("upload_fails")
    assert hint(await team.nested()) == (409, "the media is failed")


async def test_limits_of_a_plan_are_told(mock, team):
    await mock.set_account("vsk_test", limits={"max_duration_seconds": 5})
    assert hint(await team.upload()) == (403, "file: at most 5 s")

    await mock.set_account("vsk_test", limits={"max_file_bytes": 1000})
    assert hint(await team.upload()) == (403, "file: at most 1000 bytes")
    assert hint(await team.upload(b"text", name="v.mp4")) == (415, "file: no video stream")


@pytest.mark.clause("viddyscribe.content.expired-link")
async def test_a_link_that_has_ended_says_so(mock, finished, download):
    link = (await finished("audio"))["audio_signed_url"]
    forged = hint(await download(link.replace("signature=", "signature=0")))
    await mock.advance(15 * 60)

    assert forged == (403, "the link has expired")
    assert hint(await download(link)) == (403, "the link has expired")


async def test_a_signed_upload_takes_its_bytes_once(mock, team):
    promise = await team.promise()
    client = mock.client()
    assert (await client.put(promise["upload_url"], content=video())).status_code == 200
    assert (await team.notify(promise)).status_code == 200

    assert hint(await client.put(promise["upload_url"], content=video())) == (403, "the link has expired")
