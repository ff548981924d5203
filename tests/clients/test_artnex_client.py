"""The client of Artnex, in four ways."""

import pytest

from clients.artnex import Artnex, AsyncArtnex
from clients.core import errors
from tests.clients.kit import Disturbed, astray, wrong_request

KEY = "artnex-client"
FOX = ("A fox in snow", "veo3.1")


def client(stage, key=KEY, **options):
    return stage.client((Artnex, AsyncArtnex), key, provider="artnex", **options)


@pytest.fixture
def artnex(stage):
    return client(stage)


def test_a_clip_is_ordered_awaited_and_fetched(stage, artnex, tmp_path):
    seen = []

    made = artnex.generate(*FOX, duration=8, aspect_ratio="9:16", to=tmp_path / "fox.mp4", on_progress=seen.append)

    assert (made.order.status, made.order.credits_used, made.order.success) == ("pending", 3000, True)
    assert (made.status.status, made.status.state, made.status.request_id) == (
        "completed",
        "done",
        made.order.request_id,
    )
    assert made.file.read_bytes()[4:8] == b"ftyp"
    assert seen[-1].bytes_done == made.file.stat().st_size
    assert all(5 <= pause <= 5.5 for pause in stage.pauses)
    assert stage.account("artnex", KEY)["spent"] == "3000"


def test_each_address_of_the_status_tells_the_same(artnex):
    order = artnex.create_video(
        "The camera moves", "veo3.1-i2v", mode="image-to-video", image="https://example.com/start.png"
    )

    told = artnex.get_video(order.request_id)

    assert (told.status, told.state, told.url) == ("pending", "going", None)
    assert artnex.get_video_status(order.request_id) == told == artnex.find_video_status(order.request_id)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("fails", errors.JobFailedError),
        ("moderated_late", errors.JobModeratedError),
        ("cancelled", errors.JobCancelledError),
        ("moderated", errors.ModerationError),
        ("empty_result", errors.NoResultError),
        ("stuck", errors.WaitTimeoutError),
    ],
)
def test_a_job_that_gives_nothing_raises_its_own_error(stage, tmp_path, scenario, error):
    artnex = client(stage, excuses=astray("artnex", scenario))
    stage.queue(scenario)

    with pytest.raises(errors.ClientError) as caught:
        artnex.generate(*FOX, to=tmp_path / "fox.mp4")

    assert type(caught.value) is error
    assert list(tmp_path.iterdir()) == []
    assert stage.elapsed <= 300


def test_an_unknown_status_is_waited_out(stage, tmp_path):
    stage.queue("unknown_status")
    artnex = client(stage, excuses=astray("artnex", "unknown_status"))

    assert artnex.generate(*FOX, to=tmp_path / "fox.mp4").file.exists()


def test_a_video_older_than_a_day_is_gone(stage, artnex, tmp_path):
    done = artnex.wait(artnex.create_video(*FOX).request_id)
    stage.advance(25 * 3600)

    with pytest.raises(errors.ResultExpiredError) as caught:
        artnex.download(done.url, tmp_path / "fox.mp4")

    assert (caught.value.status, caught.value.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("key", "fields", "wrong", "error", "facts"),
    [
        ("artnex-revoked", {}, [], errors.AuthError, (401, "invalid_api_key", None)),
        ("artnex-broke", {}, [], errors.MoneyError, (402, "insufficient_credits", None)),
        ("artnex-1", {"prompt": ""}, ["$.prompt"], errors.ValidationError, (400, "missing_prompt", "prompt")),
        ("artnex-1", {"model": "none"}, ["$.model"], errors.ValidationError, (400, "invalid_model", "model")),
        ("artnex-1", {"duration": 5}, ["$.duration"], errors.ValidationError, (400, "invalid_duration", "duration")),
    ],
)
def test_a_refusal_says_what_it_is(stage, key, fields, wrong, error, facts):
    artnex = client(stage, key, excuses=wrong_request("POST /v1/video", *wrong))

    with pytest.raises(errors.RefusedError) as caught:
        artnex.create_video(**({"prompt": "A fox", "model": "veo3.1"} | fields))

    assert type(caught.value) is error
    assert (caught.value.status, caught.value.code, caught.value.field) == facts
    assert caught.value.clause.startswith("artnex.")


def test_the_quota_of_a_day_ends_the_patience(stage, artnex):
    stage.set_account("artnex", KEY, limits={"requests_per_day": 1})
    artnex.create_video(*FOX)

    with pytest.raises(errors.RateLimitError):
        artnex.create_video(*FOX)

    assert artnex.asked()[1:] == ["POST /v1/video 429"] * 4


def test_an_unknown_job_is_not_found(artnex):
    with pytest.raises(errors.NotFoundError):
        artnex.wait("req_0")


def test_a_lost_answer_is_not_sent_again(stage, tmp_path):
    artnex = client(stage, around=lambda inner: Disturbed(inner, {0: "lost"}))

    with pytest.raises(errors.LostAnswerError):
        artnex.generate(*FOX, to=tmp_path / "fox.mp4")

    assert len(stage.jobs()) == 1
