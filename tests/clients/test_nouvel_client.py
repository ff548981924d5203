"""The client of Nouvel, in four ways."""

import pytest

from clients.core import errors
from clients.nouvel import AsyncNouvel, Nouvel, is_from_nouvel
from tests.clients.kit import Disturbed, astray, wrong_request

KEY = "nvl_client"
SHOE = "https://shop.example/products/trail-shoe"


def client(stage, key=KEY, **options):
    return stage.client((Nouvel, AsyncNouvel), key, provider="nouvel", **options)


@pytest.fixture
def nouvel(stage):
    return client(stage)


def test_ads_are_ordered_awaited_and_fetched(stage, nouvel, tmp_path):
    seen = []

    made = nouvel.generate([SHOE], variantCount=2, adDuration=15, to=tmp_path, on_progress=seen.append)

    assert (made.order.total_projects, made.order.status) == (2, "running")
    assert (made.job.status, made.job.state, made.job.percent, made.job.completed_projects) == (
        "completed",
        "done",
        100,
        2,
    )
    assert {file.stem for file in made.files} == {project.id for project in made.job.projects}
    assert sorted(tmp_path.iterdir()) == sorted(made.files)
    assert all(file.read_bytes()[4:8] == b"ftyp" for file in made.files)
    assert seen[0].percent == 0
    assert all(10 <= pause <= 11 for pause in stage.pauses)
    assert stage.account("nouvel", KEY)["spent"] == "2"


def test_each_endpoint_has_its_operation(nouvel):
    order = nouvel.submit([SHOE], userInstructions="For people who like mud")
    going = nouvel.get_job(order.job_id)
    done = nouvel.wait(order.job_id)
    page = nouvel.list_projects(limit=5, page=1, status="completed")
    project = nouvel.get_project(page.projects[0].id)

    assert (going.status, going.stage, going.completed_details) == ("running", "preparing", ())
    assert (going.projects[0].status, going.projects[0].progress) == ("preparing", 0)
    assert done.completed_details[0].url == SHOE
    assert (page.total, page.has_more, page.limit) == (1, False, 5)
    assert project.project.product_url == SHOE
    assert {"quality", "tone", "pacing"} < set(project.project.extra)
    assert len(project.scenes) == done.completed_details[0].scene_count
    assert project.scenes[0].output_url.endswith(".mp4")
    assert nouvel.list_projects().projects == page.projects


def test_a_partial_job_gives_what_it_has(stage, nouvel, tmp_path):
    stage.queue("partial")

    made = nouvel.generate([SHOE], variantCount=2, to=tmp_path)

    assert (made.job.status, made.job.failed_projects, len(made.files)) == ("partial", 1, 1)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("fails", errors.JobFailedError),
        ("cancelled", errors.JobCancelledError),
        ("moderated", errors.ValidationError),
        ("empty_result", errors.NoResultError),
        ("stuck", errors.WaitTimeoutError),
    ],
)
def test_a_job_that_gives_nothing_raises_its_own_error(stage, nouvel, tmp_path, scenario, error):
    stage.queue(scenario)

    with pytest.raises(errors.ClientError) as caught:
        nouvel.generate([SHOE], to=tmp_path)

    assert type(caught.value) is error
    assert list(tmp_path.iterdir()) == []
    assert stage.elapsed <= 1200


def test_an_expired_link_is_an_error_of_its_own(stage, nouvel, tmp_path):
    stage.queue("expires_early")
    done = nouvel.wait(nouvel.submit([SHOE]).job_id)
    stage.advance(10)

    with pytest.raises(errors.ResultExpiredError) as caught:
        nouvel.download(done.completed_details[0].final_output_url, tmp_path / "ad.mp4")

    assert caught.value.status == 404
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scenario", ["unknown_status", "goes_back"])
def test_a_status_that_nobody_expects_is_waited_out(stage, scenario, tmp_path):
    stage.queue(scenario)

    assert client(stage, excuses=astray("nouvel", scenario)).generate([SHOE], to=tmp_path).files


@pytest.mark.parametrize(
    ("key", "order", "wrong", "error", "facts"),
    [
        ("other", {}, [], errors.AuthError, (401, None, None)),
        ("nvl_cheapplan", {}, [], errors.PermissionDeniedError, (402, None, None)),
        ("nvl_readonly", {}, [], errors.PermissionDeniedError, (403, None, None)),
        ("nvl_broke", {}, [], errors.MoneyError, (402, "quota_exceeded", None)),
        ("nvl_1", {"urls": []}, ["$.urls"], errors.ValidationError, (400, None, "urls")),
        ("nvl_1", {"adDuration": 7}, ["$.adDuration"], errors.ValidationError, (400, None, "adDuration")),
        ("nvl_1", {"urls": ["https://shop.example/"]}, [], errors.ValidationError, (422, "not_a_product", "urls")),
    ],
)
def test_a_refusal_says_what_it_is(stage, key, order, wrong, error, facts):
    nouvel = client(stage, key, excuses=wrong_request("POST /api/v1/generate", *wrong))

    with pytest.raises(errors.RefusedError) as caught:
        nouvel.submit(**({"urls": [SHOE]} | order))

    assert type(caught.value) is error
    assert (caught.value.status, caught.value.code, caught.value.field) == facts
    assert caught.value.clause.startswith("nouvel.")


def test_the_limit_is_waited_out_as_long_as_it_says(stage, nouvel):
    stage.set_account("nouvel", KEY, limits={"requests_per_minute": 1})
    nouvel.list_projects()

    nouvel.submit([SHOE])

    assert nouvel.asked().count("POST /api/v1/generate 429") == 1
    assert 60 <= stage.pauses[0] <= 66


def test_an_unknown_job_is_not_found(nouvel):
    with pytest.raises(errors.NotFoundError):
        nouvel.wait("550e8400-e29b-41d4-a716-446655440000")


def test_what_came_of_a_lost_submission_is_found_by_its_pages(stage, tmp_path):
    nouvel = client(stage, around=lambda inner: Disturbed(inner, {0: "lost"}))

    with pytest.raises(errors.LostAnswerError):
        nouvel.generate([SHOE], to=tmp_path)

    assert [project.product_url for project in nouvel.recover([SHOE])] == [SHOE]
    assert nouvel.recover(["https://shop.example/products/other"]) == ()
    assert len(stage.jobs()) == 1


def test_a_webhook_is_known_by_its_signature():
    body = b'{"event": "job.completed"}'
    signature = "3b41ca8be0f446c8a892750932ad485d46175272ab17affe63e84b168a3abe64"  # by openssl dgst -sha256 -hmac

    assert is_from_nouvel(body, signature, "whsec_fauxreel")
    assert not is_from_nouvel(body + b" ", signature, "whsec_fauxreel")
