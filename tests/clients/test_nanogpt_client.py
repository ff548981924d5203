"""The client of NanoGPT, in four ways: sync and async, in this process and over a socket."""

from decimal import Decimal

import pytest

from clients.core import errors
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from tests.clients.kit import Disturbed, astray, off, wrong_request

KEY = "sk-nano-client"
BLOCKED = "CONTENT_POLICY_VIOLATION"
ORDER = "POST /api/generate-video"
EAGLE = {"model": "veo2-video", "prompt": "A majestic eagle", "duration": "5s", "aspect_ratio": "16:9"}


def client(stage, key=KEY, **options):
    return stage.client((NanoGPT, AsyncNanoGPT), key, provider="nanogpt", **options)


@pytest.fixture
def nano(stage):
    return client(stage)


def test_a_video_is_ordered_awaited_and_fetched(stage, nano, tmp_path):
    seen = []

    made = nano.generate(**EAGLE, to=tmp_path / "eagle.mp4", on_progress=seen.append)

    assert made.order.cost == Decimal("3.4")
    assert made.order.remaining_balance == Decimal("46.6")
    assert made.status.status == "COMPLETED"
    assert made.file.read_bytes()[4:8] == b"ftyp"
    assert [path.name for path in tmp_path.iterdir()] == ["eagle.mp4"]
    assert list(dict.fromkeys(step.status for step in seen)) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert (seen[-1].bytes_done, seen[-1].bytes_total) == (made.file.stat().st_size,) * 2
    assert all(5 <= pause <= 5.5 for pause in stage.pauses)
    assert stage.account("nanogpt", KEY)["spent"] == "3.4"


def test_each_endpoint_has_its_operation(stage, nano, tmp_path):
    order = nano.generate_video("veo2-video", prompt="An eagle")
    going = nano.video_status(order.run_id)
    stage.advance(600)
    nano.video_content(order.run_id, "veo2-video", tmp_path / "v.mp4")
    nano.video_content(order.run_id, "veo2-video", tmp_path / "t.jpg", variant="thumbnail")

    assert (order.status, order.model, order.payment_source) == ("pending", "veo2-video", "USD")
    assert (going.status, going.state, going.url, going.run_id) == ("IN_QUEUE", "going", None, order.run_id)
    assert nano.video_status(order.run_id).cost == Decimal("3.4")
    assert nano.legacy_video_status(order.run_id, "veo2-video").url == nano.video_status(order.run_id).url
    assert [job.run_id for job in nano.recover_videos(limit=5, model="veo2-video")] == [order.run_id]
    assert nano.check_balance().usd_balance == Decimal("46.6")
    assert "veo2-video" in [model.id for model in nano.list_video_models(detailed=False)]
    assert nano.list_models()[0].id
    assert nano.list_video_models()[0].extra["pricing"]["currency"] == "USD"
    assert (tmp_path / "v.mp4").read_bytes()[4:8] == b"ftyp"
    assert (tmp_path / "t.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_one_of_midjourneys_videos_is_extended(stage, nano):
    first = nano.generate_video("midjourney-video", imageUrl="https://assets.example.com/cat.jpg")
    stage.advance(600)

    longer = nano.extend_video(first.run_id, 2)

    assert len(nano.video_status(first.run_id).urls) == 4
    assert longer.extra["message"] == "Extending video 3 by 5 seconds..."
    assert nano.wait(longer.run_id).state == "done"


def test_a_story_is_awaited_at_its_own_status(nano):
    order = nano.generate_video("longstories-movie", prompt="A fox who learns to read")

    done = nano.wait_story(order.run_id, order.project_id)

    assert (done.status, done.state) == ("COMPLETED", "done")
    assert done.url.endswith(".mp4")
    assert nano.story_status(order.run_id, order.project_id).url == done.url


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_the_key_goes_into_either_header(stage, header):
    nano = client(stage, key_header=header)

    nano.check_balance()

    sent = {"x-api-key": KEY, "authorization": f"Bearer {KEY}"}
    assert nano.exchanges[0].headers == ((header, sent[header]),)


def test_the_older_status_is_asked_with_its_own_words(stage):
    stage.begin(nanogpt__profile="2025")
    nano = client(stage)
    order = nano.generate_video(**EAGLE)

    done = nano.wait(order.run_id, legacy=True, model="veo2-video")

    assert order.run_id.startswith("fal-request-")
    assert (done.run_id, done.state) == (order.run_id, "done")
    assert {exchange.address.partition("?")[0] for exchange in nano.exchanges[1:]} == {"/api/generate-video/status"}


@pytest.mark.parametrize("shape", ["flat", "superset"])
def test_other_shapes_of_the_status_are_understood(stage, shape):
    stage.begin(nanogpt__status_shape=shape)
    nano = client(stage)

    done = nano.wait(nano.generate_video(**EAGLE).run_id)

    assert (done.state, done.percent) == ("done", 100)
    assert done.url.endswith(".mp4")


def test_a_relative_link_is_fetched_from_the_provider(stage, nano, tmp_path):
    made = nano.generate("grok-imagine-video", prompt="A fox", to=tmp_path / "fox.mp4")

    assert made.status.url.startswith(stage.base)
    assert made.file.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(("profile", "word"), [("2026", "CANCELED"), ("2025", "CANCELLED")])
def test_a_cancelled_job_ends_in_either_spelling(stage, profile, word):
    stage.begin(nanogpt__profile=profile)
    nano = client(stage)
    stage.queue("cancelled")

    with pytest.raises(errors.JobCancelledError) as caught:
        nano.wait(nano.generate_video(**EAGLE).run_id, legacy=True)

    assert caught.value.job.status == word


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("fails", errors.JobFailedError),
        ("moderated_late", errors.JobModeratedError),
        ("cancelled", errors.JobCancelledError),
        ("moderated", errors.ModerationError),
        ("empty_result", errors.NoResultError),
        ("stuck", errors.WaitTimeoutError),
        ("slow", errors.WaitTimeoutError),
    ],
)
def test_a_job_that_gives_nothing_raises_its_own_error(stage, tmp_path, scenario, error):
    nano = client(stage, excuses=astray("nanogpt", scenario))
    stage.queue(scenario)

    with pytest.raises(errors.ClientError) as caught:
        nano.generate(**EAGLE, to=tmp_path / "eagle.mp4")

    assert type(caught.value) is error
    assert list(tmp_path.iterdir()) == []
    assert stage.elapsed <= 600


@pytest.mark.parametrize("scenario", ["unknown_status", "goes_back"])
def test_a_status_that_nobody_expects_is_waited_out(stage, scenario, tmp_path):
    nano = client(stage, excuses=astray("nanogpt", scenario))
    stage.queue(scenario)

    assert nano.generate(**EAGLE, to=tmp_path / "eagle.mp4").file.exists()


def test_an_expired_link_is_an_error_of_its_own(stage, nano, tmp_path):
    stage.queue("expires_early")
    done = nano.wait(nano.generate_video(**EAGLE).run_id)
    stage.advance(10)

    with pytest.raises(errors.ResultExpiredError) as caught:
        nano.download(done.url, tmp_path / "eagle.mp4")

    assert (caught.value.status, caught.value.clause) == (403, "nanogpt.results.seven-days")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "fields", "wrong", "error", "facts"),
    [
        ("sk-revoked", {}, [], errors.AuthError, (401, None, None, "nanogpt.auth.refused-key")),
        ("sk-broke", {}, [], errors.MoneyError, (402, None, None, "nanogpt.submit.insufficient-balance")),
        ("sk-1", {"prompt": ""}, ["$.prompt"], errors.ValidationError,
         (400, None, "prompt", "nanogpt.submit.prompt-required")),
        ("sk-1", {"model": "none"}, ["$.model"], errors.ValidationError,
         (400, None, None, "nanogpt.submit.unknown-model")),
        ("sk-1", {"seed": [1]}, ["$.seed"], errors.ValidationError, (400, None, "seed", "nanogpt.submit.wrong-type")),
        ("sk-1", {"prompt": "x" * 6000}, ["$.prompt"], errors.ValidationError, (400, "prompt_too_long", None, None)),
        ("sk-1", {"prompt": "[[mock: moderated]]"}, [], errors.ModerationError, (400, BLOCKED, None, None)),
    ],
)  # fmt: skip
def test_a_refusal_says_what_it_is(stage, key, fields, wrong, error, facts):
    nano = client(stage, key, excuses=wrong_request(ORDER, *wrong))

    with pytest.raises(errors.RefusedError) as caught:
        nano.generate_video(**(EAGLE | fields))

    told = caught.value
    assert type(told) is error
    assert (told.status, told.code, told.field) == facts[:3]
    assert facts[3] in {None, told.clause}
    assert told.body["error"]
    assert len(nano.exchanges) == 1


def test_another_keys_job_and_an_unknown_one(stage, nano):
    order = nano.generate_video(**EAGLE)

    with pytest.raises(errors.PermissionDeniedError):
        client(stage, "sk-nano-other").video_status(order.run_id)
    with pytest.raises(errors.NotFoundError):
        nano.wait("vid_0")


def test_the_guides_refusals_are_understood(stage):
    stage.begin(nanogpt__errors="guide")
    nano = client(stage, "sk-broke")

    with pytest.raises(errors.MoneyError) as caught:
        nano.generate_video(**EAGLE)

    assert caught.value.code == "INSUFFICIENT_BALANCE"
    assert caught.value.message.endswith("/api/generate-video answered 402: Insufficient balance")


def test_a_submission_over_the_limit_is_sent_again_since_it_was_refused(stage, nano):
    stage.set_account("nanogpt", KEY, limits={"requests_per_minute": 1})
    nano.generate_video(**EAGLE)

    nano.generate_video(**EAGLE)

    assert nano.asked().count("POST /api/generate-video 429") >= 2
    assert stage.account("nanogpt", KEY)["spent"] == "6.8"


def test_patience_with_a_limit_ends(stage):
    nano = client(stage, "sk-nano-limited")

    with pytest.raises(errors.RateLimitError):
        nano.generate_video(**EAGLE)

    assert nano.asked() == ["POST /api/generate-video 429"] * 4
    assert [round(pause / 5) for pause in stage.pauses] == [2, 4, 8]


def test_an_order_whose_answer_is_lost_is_found_and_never_sent_again(stage, tmp_path):
    nano = client(stage, around=lambda inner: Disturbed(inner, {0: "lost"}))

    made = nano.generate(**EAGLE, to=tmp_path / "eagle.mp4")

    assert made.order is None
    assert made.file.exists()
    assert nano.asked()[:2] == ["POST /api/generate-video ReadError", "GET /api/generate-video/recover 200"]
    assert stage.account("nanogpt", KEY)["spent"] == "3.4"


def test_a_lost_answer_says_so_and_how_to_find_the_job(stage):
    nano = client(stage, around=lambda inner: Disturbed(inner, {0: "lost"}))

    with pytest.raises(errors.LostAnswerError) as caught:
        nano.generate_video(**EAGLE)

    assert nano.recover(caught.value.reference).run_id == stage.jobs()[0]["id"]
    assert nano.recover("another") is None


def test_what_cannot_be_found_stays_lost(stage, tmp_path):
    page = off((502, "<html>Bad gateway</html>", {"content-type": "text/html"}), "status")
    nano = client(stage, around=lambda inner: Disturbed(inner, {0: page}))
    no = off((401, {"error": "no"}), "$.error", "$.status")
    again = client(stage, around=lambda inner: Disturbed(inner, {0: "lost", 1: no}))

    with pytest.raises(errors.LostAnswerError) as caught:
        nano.generate(**EAGLE, to=tmp_path / "eagle.mp4")
    with pytest.raises(errors.LostAnswerError) as unknown:
        again.generate(**EAGLE, to=tmp_path / "eagle.mp4")

    assert (caught.value.status, caught.value.body) == (502, "<html>Bad gateway</html>")
    assert type(unknown.value.__cause__) is errors.AuthError


def test_an_extension_whose_answer_is_lost_has_no_reference(stage):
    nano = client(stage, around=lambda inner: Disturbed(inner, {0: "lost"}))

    with pytest.raises(errors.LostAnswerError) as caught:
        nano.extend_video("vid_1", 0)

    assert caught.value.reference is None
