"""The client of ViddyScribe, in four ways."""

from pathlib import Path

import pytest

from clients.core import errors
from clients.core.patience import Patience
from clients.viddyscribe import AsyncViddyScribe, ViddyScribe
from tests.clients.kit import Disturbed, astray, wrong_request
from tests.films import film

KEY = "vsk_client"
LINK = "https://example.com/video.mp4"
NOBODYS = "550e8400-e29b-41d4-a716-446655440000"
OFTEN = Patience(interval=1, total=3600, jitter=0)


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """A film of ten seconds, on disk."""
    place = tmp_path_factory.mktemp("films") / "talk.mp4"
    place.write_bytes(film(seconds=10, rate=5, sound=None))
    return place


def client(stage, key=KEY, **options):
    return stage.client((ViddyScribe, AsyncViddyScribe), key, provider="viddyscribe", **options)


@pytest.fixture
def viddy(stage):
    return client(stage)


def test_a_video_is_uploaded_described_and_fetched(stage, viddy, talk, tmp_path):
    seen = []
    media = viddy.upload_media(talk)

    made = viddy.generate(media.media_id, language="en-US", to=tmp_path / "described.mp4", on_progress=seen.append)

    assert (media.status, media.duration_seconds, media.frame_rate) == ("created", 10, 5)
    assert (made.order.status, made.order.media_id) == ("queued", media.media_id)
    assert (made.status.status, made.status.content_format) == ("done", "vtt")
    assert made.status.content.startswith("WEBVTT")
    assert made.file.read_bytes()[4:8] == b"ftyp"
    assert seen[-1].bytes_done == made.file.stat().st_size
    assert float(stage.account("viddyscribe", KEY)["spent"]) == pytest.approx(10 / 60, abs=1e-6)


def test_a_track_is_fetched_as_what_it_is(viddy, talk, tmp_path):
    media = viddy.upload_media(talk)

    made = viddy.generate_audio(media.media_id, voice="Kore", to=tmp_path / "track.wav")

    assert made.file.read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize("shape", ["later", "earlier"])
def test_descriptions_come_as_segments_in_either_generation(stage, talk, shape):
    stage.begin(viddyscribe__results=shape)
    viddy = client(stage)
    media = viddy.upload_media(talk)

    done = viddy.wait(viddy.generate_ad_text(media.media_id, format="json").job_id)

    assert done.segments[0].text
    assert done.segments[0].start < done.segments[0].end


def test_the_older_name_of_a_videos_link_is_known(stage, talk, tmp_path):
    stage.begin(viddyscribe__results="earlier")
    viddy = client(stage)

    assert viddy.generate(viddy.upload_media(talk).media_id, to=tmp_path / "v.mp4").file.exists()


def test_bytes_go_straight_from_disk_to_a_signed_link(viddy, talk):
    media = viddy.upload(talk)

    assert (media.duration_seconds, media.frame_rate) == (10, 5)
    assert viddy.upload_media(talk).status == "existing"
    sent = viddy.exchanges[1]
    assert (sent.method, sent.body) == ("PUT", talk.read_bytes())
    assert dict(sent.headers) == {"content-type": "video/mp4"}


def test_the_verification_of_an_upload_is_awaited(stage, talk):
    stage.begin(viddyscribe__verification_seconds=30)
    viddy = client(stage)
    seen = []

    viddy.upload(talk, on_progress=seen.append)

    assert [step.status for step in seen][:1] == ["processing"]
    assert seen[-1].status == "completed"
    assert 30 <= stage.elapsed <= 45


def test_an_upload_that_fails_says_so(stage, viddy, talk):
    stage.queue("upload_fails")

    with pytest.raises(errors.JobFailedError):
        viddy.upload(talk)


def test_a_url_is_named_in_each_of_the_ways(viddy):
    first = viddy.upload_media_by_url(LINK)
    second = viddy.upload_media_from_url(LINK, filename="video.mp4")

    assert (first.status, second.status) == ("created", "existing")
    assert first.media_id == second.media_id
    assert viddy.generate_ad_text(first.media_id, language="fr-FR").status == "queued"


@pytest.mark.parametrize("what", ["text", "audio", "video"])
def test_each_order_has_three_sources(viddy, talk, what):
    media = viddy.upload_media(talk)
    orders = [
        getattr(viddy, f"generate_ad_{what}")(media.media_id),
        getattr(viddy, f"generate_ad_{what}_from_url")(LINK, language="en-GB"),
        getattr(viddy, f"generate_ad_{what}_from_file")(talk, language="de-DE"),
        getattr(viddy, f"generate_ad_{what}_from_file")(str(talk)),
    ]

    assert [viddy.wait(order.job_id).state for order in orders] == ["done"] * 4
    assert orders[0].media_id == orders[2].media_id


def test_the_status_of_an_upload_can_be_asked(viddy, talk):
    pending = viddy.request_upload("talk.mp4")

    assert (pending.status, viddy.get_upload_status(pending.media_id).status) == ("pending_upload", "pending")
    viddy.put_upload(pending, talk)
    assert viddy.notify_upload_complete(pending.media_id).status == "completed"


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("fails", errors.JobFailedError),
        ("cancelled", errors.JobFailedError),
        ("moderated", errors.ValidationError),
        ("empty_result", errors.NoResultError),
        ("stuck", errors.WaitTimeoutError),
    ],
)
def test_a_job_that_gives_nothing_raises_its_own_error(stage, talk, tmp_path, scenario, error):
    viddy = client(stage)
    media = viddy.upload_media(talk)
    stage.queue(scenario)

    with pytest.raises(errors.ClientError) as caught:
        viddy.generate(media.media_id, to=tmp_path / "v.mp4")

    assert type(caught.value) is error
    assert list(tmp_path.iterdir()) == []
    assert stage.elapsed <= 3600


@pytest.mark.parametrize("scenario", ["unknown_status", "goes_back", "expires_early"])
def test_a_way_that_nobody_expects_is_gone_to_its_end(stage, talk, tmp_path, scenario):
    viddy = client(stage, excuses=astray("viddyscribe", scenario), patience=OFTEN)
    media = viddy.upload_media(talk)
    stage.queue(scenario)

    assert viddy.generate(media.media_id, to=tmp_path / "v.mp4").file.exists()


def test_a_link_that_has_ended_is_asked_for_afresh_once(stage, talk, tmp_path):
    ended = 403, {"error": "link_expired", "message": "This link has ended"}
    viddy = client(stage, around=lambda inner: Disturbed(inner, {"/results/": ended}))
    media = viddy.upload_media(talk)

    made = viddy.generate(media.media_id, to=tmp_path / "v.mp4")

    assert made.file.exists()
    assert [line.split("/")[-1].split()[0] for line in viddy.asked()[-3:-1]][1] == "get_results"


@pytest.mark.parametrize(
    ("key", "fields", "wrong", "facts"),
    [
        ("vsk_revoked", {}, [], (errors.AuthError, 401, "unauthorized", None)),
        ("vsk_cheapplan", {}, [], (errors.PermissionDeniedError, 403, "feature_not_available", None)),
        ("vsk_broke", {}, [], (errors.MoneyError, 429, "plan_limit_exceeded", None)),
        ("vsk_1", {"language": "tlh"}, ["$.language"], (errors.ValidationError, 400, "invalid_request", "language")),
        ("vsk_1", {"media_id": NOBODYS}, [], (errors.NotFoundError, 404, "not_found", None)),
    ],
)
def test_a_refusal_says_what_it_is(stage, talk, key, fields, wrong, facts):
    stage.set_account("viddyscribe", key, team="one")
    stage.set_account("viddyscribe", "vsk_own", team="one")
    media = client(stage, "vsk_own").upload_media(talk)
    viddy = client(stage, key, excuses=wrong_request("POST /enterprise/api/generate_ad_video", *wrong))

    with pytest.raises(errors.RefusedError) as caught:
        viddy.generate_ad_video(**({"media_id": media.media_id} | fields))

    told = caught.value
    assert (type(told), told.status, told.code, told.field) == facts
    assert caught.value.clause.startswith("viddyscribe.")
    assert len(viddy.exchanges) == 1


def test_what_is_no_video_is_refused(viddy, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_bytes(b"no film at all")

    with pytest.raises(errors.ValidationError) as caught:
        viddy.upload_media(text)

    assert (caught.value.status, caught.value.code) == (415, "no_video_stream")


def test_media_that_are_not_verified_yet_are_tried_again_shortly(stage, talk):
    stage.begin(viddyscribe__verification_seconds=12)
    viddy = client(stage)
    media = viddy.upload_media(talk)

    order = viddy.generate_ad_text(media.media_id)

    assert order.status == "queued"
    assert "POST /enterprise/api/generate_ad_text 409" in viddy.asked()


def test_the_rate_limit_is_waited_out_as_long_as_the_body_says(stage, viddy, talk):
    media = viddy.upload_media(talk)
    stage.set_account("viddyscribe", KEY, limits={"requests_per_minute": 1})

    viddy.generate_ad_text(media.media_id)

    assert viddy.asked().count("POST /enterprise/api/generate_ad_text 429") == 1
    assert stage.pauses[0] >= 30


def test_an_upload_is_sent_again_and_an_order_is_not(stage, talk):
    viddy = client(stage, around=lambda inner: Disturbed(inner, {0: "lost", 2: "lost"}))

    media = viddy.upload_media(talk)
    with pytest.raises(errors.LostAnswerError):
        viddy.generate_ad_text(media.media_id)

    assert media.status == "existing"
    assert len(stage.jobs()) == 1


def test_a_signed_upload_is_sent_again_when_it_is_disturbed_and_refused_when_it_is_refused(stage, talk):
    viddy = client(stage, around=lambda inner: Disturbed(inner, {1: "lost"}))
    pending = viddy.request_upload("talk.mp4")

    viddy.put_upload(pending, talk)
    stage.advance(10**6)
    with pytest.raises(errors.PermissionDeniedError):
        viddy.put_upload(pending, talk)


def test_a_file_that_is_not_there_is_the_programs_own_mistake(viddy):
    with pytest.raises(FileNotFoundError):
        viddy.upload_media(Path("/nowhere/talk.mp4"))
