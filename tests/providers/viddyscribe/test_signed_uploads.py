"""The signed flow for large files: a promise, the bytes, a notice, and polling."""

import pytest

from .conftest import ends, printed, team_of, video

MEGABYTE = 2**20


@pytest.mark.clause("viddyscribe.upload.signed")
async def test_a_link_is_promised_as_the_vendor_prints_it(team):
    sample = printed("upload-signed")

    answer = (await team.http.post(sample["operation"].split()[1], json=sample["request"])).json()

    assert answer.keys() == sample["response"].keys()
    assert (answer["status"], answer["content_type"]) == ("pending_upload", "video/mp4")
    assert answer["gcs_path"].endswith("/videos/video.mp4")
    assert answer["upload_url"].startswith("http://mock.test/")


@pytest.mark.clause("viddyscribe.upload.signed-flow", "viddyscribe.upload.status-words")
async def test_bytes_a_notice_and_a_poll_make_a_media(mock, team):
    promise = await team.promise()
    assert (await team.status(promise["media_id"]))["upload_status"] == "pending"

    put = await mock.client().put(promise["upload_url"], content=video(), headers={"content-type": "video/mp4"})
    notified = await team.notify(promise)
    status = await team.status(promise["media_id"])

    assert (put.status_code, notified.status_code) == (200, 200)
    assert status == {
        "media_id": promise["media_id"],
        "upload_status": "completed",
        "gcs_path": promise["gcs_path"],
        "canonical_media_id": promise["media_id"],
        "duration_seconds": 10,
        "frame_rate": 5,
    }
    assert (await team.order("text", promise["media_id"])).status_code == 200


@pytest.mark.clause("viddyscribe.upload.signed-over-32-mb")
async def test_more_than_32_megabytes_come_by_the_link(mock, team):
    promise = await team.promise()
    padding = 33 * MEGABYTE
    content = video() + (padding + 8).to_bytes(4, "big") + b"free" + bytes(padding)

    await mock.client().put(promise["upload_url"], content=content)

    assert (await team.notify(promise)).json()["upload_status"] == "completed"


@pytest.mark.clause("viddyscribe.upload.canonical")
async def test_known_bytes_lead_to_the_older_media(mock, team):
    older = await team.media()
    promise = await team.promise()

    await mock.client().put(promise["upload_url"], content=video())
    status = (await team.notify(promise)).json()

    assert status["canonical_media_id"] == older != promise["media_id"]
    for media_id in (older, promise["media_id"]):
        assert (await team.order("text", media_id)).status_code == 200


@pytest.mark.clause("viddyscribe.upload.notify-without-bytes")
async def test_a_notice_without_bytes_is_too_early(team):
    promise = await team.promise()

    response = await team.notify(promise)

    assert ends(response) == (409, "upload_not_ready")
    assert response.json()["upload_status"] == "pending"
    assert ends(await team.order("text", promise["media_id"])) == (409, "upload_not_ready")


@pytest.mark.clause("viddyscribe.upload.bad-bytes-fail", "viddyscribe.upload.status-words")
@pytest.mark.parametrize("content", [b"", b"not a video"], ids=["nothing", "text"])
async def test_bytes_that_are_no_video_fail(mock, team, content):
    promise = await team.promise()

    await mock.client().put(promise["upload_url"], content=content)

    assert (await team.notify(promise)).json()["upload_status"] == "failed"
    assert ends(await team.order("text", promise["media_id"])) == (409, "upload_failed")


@pytest.mark.clause("viddyscribe.upload.signed-link")
async def test_the_link_lives_15_minutes_and_needs_no_key(mock, team):
    first, second = await team.promise(), await team.promise()
    client = mock.client()

    await mock.advance(15 * 60 - 1)
    last = await client.put(first["upload_url"], content=video())
    await mock.advance(1)
    late = await client.put(second["upload_url"], content=video())

    assert last.status_code == 200
    assert ends(late) == (403, "link_expired")


@pytest.mark.clause("viddyscribe.upload.signed-link")
@pytest.mark.parametrize(
    ("old", "new"),
    [("signature=", "signature=0"), ("expires=1", "expires=2"), ("&signature=", "&x="), ("?", "?a=1&expires=9&")],
)
async def test_a_changed_link_is_refused(mock, team, old, new):
    url = (await team.promise())["upload_url"]

    response = await mock.client().put(url.replace(old, new, 1), content=video())

    assert ends(response) == (403, "link_expired")


@pytest.mark.clause("viddyscribe.upload.signed-flow")
async def test_a_second_notice_changes_nothing_and_the_link_is_used_up(mock, team):
    promise = await team.promise()
    client = mock.client()
    await client.put(promise["upload_url"], content=video())
    first = await team.notify(promise)

    again = await client.put(promise["upload_url"], content=b"something else")

    assert ends(again) == (403, "link_expired")
    assert (await team.notify(promise)).json() == first.json()


@pytest.mark.clause("viddyscribe.upload.signed-flow")
async def test_the_path_belongs_to_its_media(team):
    promise = await team.promise()

    response = await team.notify(promise | {"gcs_path": "users/somebody/videos/else.mp4"})

    assert ends(response) == (404, "not_found")


@pytest.mark.clause("viddyscribe.upload.verification-time")
async def test_the_verification_of_a_signed_upload_takes_time_too(serve):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=60)
    team = team_of(mock)
    promise = await team.promise()
    await mock.client().put(promise["upload_url"], content=video())

    assert (await team.notify(promise)).json()["upload_status"] == "processing"
    await mock.advance(60)

    assert (await team.status(promise["media_id"]))["upload_status"] == "completed"
