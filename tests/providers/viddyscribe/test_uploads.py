"""Uploading a file, or naming a URL."""

import re

import pytest

from tests.films import film

from .conftest import API, ends, printed, team_of, video

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
URL = "https://example.com/video.mp4"
MEGABYTE = 2**20


@pytest.mark.clause("viddyscribe.upload.file", "viddyscribe.submit.status-200")
async def test_an_uploaded_file_becomes_a_media_that_can_be_described(team):
    media_id = (await team.upload()).json()["media_id"]

    response = await team.order("text", media_id)

    assert (response.status_code, response.json()["media_id"]) == (200, media_id)


@pytest.mark.clause("viddyscribe.upload.file-nested")
async def test_the_later_form_says_that_a_file_comes(team):
    response = await team.upload(input='{"type": "file"}')

    assert (response.status_code, response.json()["status"]) == (200, "created")


@pytest.mark.clause("viddyscribe.upload.response")
async def test_an_upload_is_answered_as_the_vendor_prints_it(team):
    sample = printed("upload-url")["response"]

    answer = (await team.upload()).json()

    assert answer.keys() == sample.keys()
    assert UUID.fullmatch(answer["media_id"])
    assert answer["status"] == sample["status"] == "created"


@pytest.mark.clause("viddyscribe.upload.measured")
@pytest.mark.parametrize(
    ("seconds", "rate", "container"), [(45.5, 30, "mp4"), (3, 25, "webm"), (2, 24, "matroska"), (1.2, 10, "avi")]
)
async def test_length_and_rate_are_those_of_the_file(team, seconds, rate, container):
    codec = "libvpx" if container == "webm" else "libx264"

    answer = (await team.upload(film(container, codec, seconds=seconds, rate=rate, sound=None))).json()

    assert answer["duration_seconds"] == pytest.approx(seconds, abs=0.05)
    assert answer["frame_rate"] == pytest.approx(rate)


@pytest.mark.clause("viddyscribe.upload.existing")
async def test_the_same_bytes_are_the_same_media(team):
    first = (await team.upload(name="a.mp4")).json()
    second = (await team.upload(name="b.mov", kind="video/quicktime")).json()
    other = (await team.upload(video(7.0))).json()

    assert second == first | {"status": "existing"}
    assert other["media_id"] != first["media_id"]
    assert other["status"] == "created"


@pytest.mark.clause("viddyscribe.upload.existing")
async def test_another_team_has_media_of_its_own(mock, team):
    mine, theirs = await team.media(), (await team_of(mock, "vsk_other").upload()).json()

    assert theirs["status"] == "created"
    assert theirs["media_id"] != mine


@pytest.mark.clause("viddyscribe.upload.from-url")
async def test_a_url_is_uploaded(team):
    response = await team.http.post(f"{API}/upload_media", json=printed("upload-url")["request"])

    assert (response.status_code, response.json()["status"]) == (200, "created")


@pytest.mark.clause("viddyscribe.upload.from-url-path")
@pytest.mark.parametrize(
    "body",
    [{"source_url": URL}, {"source_url": URL, "filename": "my.mp4"}, {"input": {"type": "url", "url": URL}}],
    ids=["flat", "named", "nested"],
)
async def test_a_url_has_an_endpoint_of_its_own(team, body):
    answer = (await team.http.post(f"{API}/upload_media_from_url", json=body)).json()

    again = (await team.http.post(f"{API}/upload_media", json={"source_url": URL})).json()
    assert again == answer | {"status": "existing"}


@pytest.mark.clause("viddyscribe.upload.same-url-existing", "viddyscribe.upload.url-stands-for-a-clip")
async def test_a_url_is_the_same_video_each_time(team):
    async def upload(url):
        return (await team.http.post(f"{API}/upload_media", json={"source_url": url})).json()

    first, again = await upload(URL), await upload(URL)
    others = [await upload(f"https://example.com/{number}.mp4") for number in range(12)]

    assert (first["status"], again) == ("created", first | {"status": "existing"})
    lengths = [other["duration_seconds"] for other in others]
    assert all(20 <= length <= 60 for length in lengths)
    assert len(set(lengths)) > 6


@pytest.mark.clause("viddyscribe.upload.url-stands-for-a-clip")
async def test_another_server_gives_the_same_url_the_same_length(serve, team):
    elsewhere = team_of(await serve("viddyscribe", seed=99))

    lengths = [
        (await one.http.post(f"{API}/upload_media", json={"source_url": URL})).json()["duration_seconds"]
        for one in (team, elsewhere)
    ]

    assert lengths[0] == lengths[1]


@pytest.mark.clause("viddyscribe.upload.own-url-is-read")
async def test_a_result_of_this_server_is_read_and_measured(team, finished):
    link = (await finished("video", ad_type="standard_ad"))["video_signed_url"]

    answer = (await team.http.post(f"{API}/upload_media", json={"source_url": link})).json()

    assert answer["duration_seconds"] == pytest.approx(10, abs=0.3)
    assert answer["frame_rate"] == 5


@pytest.mark.clause("viddyscribe.upload.own-url-is-read")
async def test_a_url_of_this_server_that_cannot_be_read_is_refused(team):
    response = await team.http.post(
        f"{API}/upload_media", json={"source_url": "http://mock.test/enterprise/results/x.mp4"}
    )

    assert ends(response) == (400, "invalid_request")


@pytest.mark.clause("viddyscribe.upload.own-url-is-read")
async def test_a_url_of_this_server_that_is_no_video_is_refused(team):
    response = await team.http.post(f"{API}/upload_media", json={"source_url": "http://localhost/_mock/health"})

    assert ends(response) == (415, "no_video_stream")


@pytest.mark.clause("viddyscribe.upload.no-video-stream")
@pytest.mark.parametrize(
    ("container", "sound"), [("mp4", "aac"), ("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("adts", "aac")]
)
async def test_sound_alone_is_refused(team, container, sound):
    assert ends(await team.upload(film(container, codec=None, sound=sound))) == (415, "no_video_stream")


@pytest.mark.clause("viddyscribe.upload.not-a-video")
@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"not a video", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(64), video()[:-800], video()[:40]],
    ids=["nothing", "a zero", "text", "pdf", "png", "cut off", "a head"],
)
async def test_what_is_no_video_is_refused(team, content):
    assert ends(await team.upload(content)) == (415, "no_video_stream")


@pytest.mark.clause("viddyscribe.upload.bytes-decide")
@pytest.mark.parametrize(("name", "kind"), [("notes.txt", "text/plain"), ("cat.jpg", "image/jpeg"), ("x", "nonsense")])
async def test_a_label_does_not_decide(team, name, kind):
    assert (await team.upload(name=name, kind=kind)).status_code == 200
    assert (await team.upload(b"text", name="video.mp4", kind="video/mp4")).status_code == 415


@pytest.mark.clause("viddyscribe.upload.video-too-long", "viddyscribe.limits.plans")
@pytest.mark.parametrize(("plan", "longest"), [("Enterprise", 3600), ("Starter", 600)])
async def test_a_plan_has_a_longest_video(mock, team, plan, longest):
    await mock.set_account("vsk_test", plan=plan)

    assert (await team.upload(still(longest))).status_code == 200
    response = await team.upload(still(longest + 10))

    assert response.status_code == printed("error-video-too-long")["status"] == 403
    assert response.json() == printed("error-video-too-long")["response"]


def still(seconds):
    """A film of one picture every ten seconds."""
    return film(seconds=seconds, rate=0.1, size=(32, 32), sound=None)


@pytest.mark.clause("viddyscribe.upload.video-too-long")
async def test_a_limit_that_was_lowered_later_holds_for_known_media(mock, team):
    media_id = await team.media()

    await mock.set_account("vsk_test", limits={"max_duration_seconds": 9})

    assert ends(await team.order("text", media_id)) == (403, "video_too_long")
    assert ends(await team.upload()) == (403, "video_too_long")


@pytest.mark.clause("viddyscribe.upload.file-too-large", "viddyscribe.limits.plans")
async def test_a_plan_has_a_largest_file(mock, team):
    size = len(video())
    await mock.set_account("vsk_test", limits={"max_file_bytes": size})
    assert (await team.upload()).status_code == 200

    await mock.set_account("vsk_test", limits={"max_file_bytes": size - 1})

    assert ends(await team.upload()) == (403, "file_too_large")


@pytest.mark.clause("viddyscribe.limits.plans")
@pytest.mark.parametrize(("plan", "largest"), [("Enterprise", 2048), ("Starter", 256)])
async def test_a_signed_upload_takes_what_the_plan_takes(mock, team, plan, largest):
    await mock.set_account("vsk_test", plan=plan)
    promise = await team.promise()

    too_much = {"content-length": str(largest * MEGABYTE + 1)}
    response = await mock.client().request("PUT", promise["upload_url"], headers=too_much, content=b"x")

    assert ends(response) == (403, "file_too_large")


@pytest.mark.clause("viddyscribe.upload.multipart-32-mb", "viddyscribe.upload.multipart-over-32-mb")
async def test_a_form_may_bring_32_megabytes(team):
    padding = 32 * MEGABYTE - len(video()) - 8
    free = (padding + 8).to_bytes(4, "big") + b"free" + bytes(padding)

    exact, over = await team.upload(video() + free), await team.upload(video() + free + b"x")

    assert exact.status_code == 200
    assert ends(over) == (403, "file_too_large")


@pytest.mark.clause("viddyscribe.upload.missing-file")
@pytest.mark.parametrize("operation", ["upload_media", "generate_ad_text", "generate_ad_video_from_file"])
async def test_a_form_needs_a_file(team, operation):
    response = await team.http.post(f"{API}/{operation}", files={"video": ("v.mp4", video())})

    assert ends(response) == (400, "invalid_request")
    assert "file" in response.json()["message"]


@pytest.mark.clause("viddyscribe.upload.broken-multipart")
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc'),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n\r\n--y--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a: b\r\n" * 9999 + b"\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n" * 200 + b"--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    ],
)
async def test_a_broken_form_is_refused_and_leaves_nothing(mock, team, content_type, body):
    response = await team.http.post(f"{API}/upload_media", headers={"content-type": content_type}, content=body)

    assert ends(response) == (400, "invalid_request")
    assert list(mock.app.files.folder.iterdir()) == []


@pytest.mark.clause("viddyscribe.upload.verification-time", "viddyscribe.upload.status-words")
async def test_verification_takes_the_time_that_was_set(serve):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=30)
    team = team_of(mock)
    media_id = await team.media()
    assert (await team.status(media_id))["upload_status"] == "processing"

    await mock.advance(29.9)
    assert ends(await team.order("text", media_id)) == (409, "upload_not_ready")
    await mock.advance(0.1)

    assert (await team.status(media_id))["upload_status"] == "completed"
    assert (await team.order("text", media_id)).status_code == 200


@pytest.mark.clause("viddyscribe.upload.verification-time")
async def test_a_request_that_uploads_and_generates_waits_in_the_queue_for_it(serve):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=30)
    team = team_of(mock)
    answer = (await team.http.post(f"{API}/generate_ad_text_from_file", files={"file": video()})).json()

    await mock.advance(30.4)
    queued = await team.results(answer["job_id"])
    await mock.advance(0.1)

    assert queued["status"] == "queued"
    assert (await team.results(answer["job_id"]))["status"] == "processing"


@pytest.mark.clause("viddyscribe.upload.verification-time")
async def test_with_an_auto_clock_polling_an_upload_moves_time(serve):
    team = team_of(await serve("viddyscribe", clock="auto", viddyscribe__verification_seconds=30))
    media_id = await team.media()

    first, second = [(await team.status(media_id))["upload_status"] for _ in range(2)]

    assert (first, second) == ("processing", "completed")
