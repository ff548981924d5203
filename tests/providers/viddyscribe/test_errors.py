"""How it says no."""

import pytest

from mockserver.providers.viddyscribe import PROVIDER, catalogue

from .conftest import API, ends, printed, team_of

UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"


async def refusals(mock, team):
    """One refusal of each kind that has an envelope of slug and message."""
    media_id = await team.media()
    await mock.set_account("vsk_poor", available=0)
    await mock.set_account("vsk_full", limits={"queued_jobs": 0})
    await mock.set_account("vsk_busy", limits={"concurrent_uploads": 0})
    await mock.set_account("vsk_short", limits={"max_duration_seconds": 1})
    await mock.set_account("vsk_small", limits={"max_file_bytes": 10})
    return {
        "invalid_request": await team.order("text", media_id, language="xx"),
        "unauthorized": await team_of(mock, "nonsense").upload(),
        "feature_not_available": await team_of(mock, "vsk_cheapplan").order("video"),
        "video_too_long": await team_of(mock, "vsk_short").upload(),
        "file_too_large": await team_of(mock, "vsk_small").upload(),
        "not_found": await team.order("text", UNKNOWN),
        "no_video_stream": await team.upload(b"text"),
        "plan_limit_exceeded": await team_of(mock, "vsk_poor").order("text"),
        "queue_limit_exceeded": await team_of(mock, "vsk_full").order("text"),
        "concurrency_limit_exceeded": await team_of(mock, "vsk_busy").upload(),
        "rate_limit_exceeded": await team_of(mock, "vsk_limited").upload(),
    }


@pytest.mark.clause("viddyscribe.errors.envelope", "viddyscribe.errors.invalid-request")
async def test_a_refusal_has_a_slug_and_a_sentence(mock, team):
    for slug, response in (await refusals(mock, team)).items():
        body = response.json()
        assert body["error"] == slug
        assert isinstance(body["message"], str)
        assert body["message"][0].isupper() or body["message"].startswith(("language", "media_id"))


@pytest.mark.clause("viddyscribe.errors.envelope")
async def test_a_refusal_names_the_rule_that_it_rests_on_unless_the_mock_is_pure(mock, team, serve):
    clauses = {slug: response.headers.get("x-mock-clause") for slug, response in (await refusals(mock, team)).items()}
    pure = await serve("viddyscribe", pure=True)

    assert None not in clauses.values()
    assert "x-mock-clause" not in (await team_of(pure).upload(b"text")).headers


@pytest.mark.clause("viddyscribe.errors.broken-json")
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"5", b'"text"', b"\xff\xfe", b"{" * 5000, b'{"media_id": "\xed\xa0\x80"}', b"a=b"],
)
@pytest.mark.parametrize(
    "operation", ["generate_ad_text", "generate_ad_video_from_url", "upload_media", "notify_upload_complete"]
)
async def test_a_body_that_is_no_json_object_is_refused(team, operation, content):
    assert ends(await team.http.post(f"{API}/{operation}", content=content)) == (400, "invalid_request")


@pytest.mark.clause("viddyscribe.errors.media-not-found", "viddyscribe.errors.not-found-slug")
@pytest.mark.parametrize("media_id", [UNKNOWN, "nonsense", "../etc", "0" * 5000])
async def test_unknown_media_is_not_found(team, media_id):
    assert ends(await team.order("text", media_id)) == (404, "not_found")
    assert ends(await team.http.get(f"{API}/get_upload_status", params={"media_id": media_id})) == (404, "not_found")


@pytest.mark.clause("viddyscribe.errors.job-not-found", "viddyscribe.errors.not-found-slug")
@pytest.mark.parametrize("job_id", ["task_abc123xyz", "nonsense", UNKNOWN])
async def test_unknown_jobs_are_not_found(team, job_id):
    assert ends(await team.http.get(f"{API}/get_results", params={"job_id": job_id})) == (404, "not_found")


@pytest.mark.clause("viddyscribe.errors.not-found-slug")
@pytest.mark.parametrize("path", ["/", "/enterprise", f"{API}/list_jobs", f"{API}/get_results/x", "/enterprise/%0Aapi"])
async def test_unknown_paths_are_not_found_in_the_same_voice(mock, path):
    assert ends(await team_of(mock, judged=False).http.get(path)) == (404, "not_found")


@pytest.mark.clause("viddyscribe.errors.upload-not-ready", "viddyscribe.errors.upload-not-ready-body")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_media_in_verification_is_refused_as_the_vendor_prints_it(serve, kind):
    mock = await serve("viddyscribe", viddyscribe__verification_seconds=10)
    team = team_of(mock)
    media_id = await team.media()
    page = printed("error-upload-not-ready")

    response = await team.order(kind, media_id)
    await mock.advance(10)

    assert (response.status_code, response.json()) == (page["status"], page["response"])
    assert (await team.order(kind, media_id)).status_code == 200


@pytest.mark.clause("viddyscribe.errors.upload-failed")
@pytest.mark.parametrize("kind", ["text", "audio", "video"])
async def test_media_whose_verification_failed_is_refused_until_it_comes_again(mock, team, kind):
    await mock.queue("upload_fails")
    media_id = await team.media()

    response = await team.order(kind, media_id)
    again = await team.media()

    assert ends(response) == (409, "upload_failed")
    assert response.json()["upload_status"] == "failed"
    assert again != media_id
    assert (await team.order(kind, again)).status_code == 200


STANDARD = {"ad_type": "standard_ad"}
FEATURES = {
    "allow_api_ad_video_generation": ("video", {}),
    "allow_api_ad_audio_generation": ("audio", {}),
    "allow_custom_instructions": ("text", {"custom_instructions": "Keep it short."}),
    "allow_custom_video_categories": ("text", {"video_category": "News"}),
    "allow_standard_ad": ("text", STANDARD),
}


@pytest.mark.clause(
    "viddyscribe.errors.plan-restriction", "viddyscribe.errors.feature-body", "viddyscribe.errors.starter-plan"
)
@pytest.mark.parametrize("feature", FEATURES)
async def test_starter_lacks_a_feature(mock, team, feature):
    kind, options = FEATURES[feature]

    response = await team_of(mock, "vsk_cheapplan").order(kind, **options)

    page = printed("error-feature-not-available")
    assert (response.status_code, response.json()) == (page["status"], page["response"] | {"feature": feature})
    assert (await team.order(kind, **options)).status_code == 200


@pytest.mark.clause("viddyscribe.errors.plan-restriction", "viddyscribe.errors.starter-plan")
async def test_starter_lacks_urls_too(mock):
    cheap = team_of(mock, "vsk_cheapplan")
    paths = ["upload_media_from_url", "generate_ad_text_from_url", "upload_media"]

    answers = [
        await cheap.http.post(f"{API}/{path}", json={"source_url": "https://example.com/v.mp4"}) for path in paths
    ]

    assert {answer.json()["feature"] for answer in answers} == {"allow_url_input"}
    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.clause("viddyscribe.errors.plan-restriction", "viddyscribe.errors.starter-plan")
@pytest.mark.parametrize(
    ("feature", "options"),
    [
        ("allow_config_volume", {"volume_option": "max"}),
        ("allow_custom_description_workflow", {"description_content": "A fox."}),
    ],
)
async def test_a_plan_s_features_are_asked_one_by_one(mock, feature, options, monkeypatch):
    most = catalogue.Plan(
        "Starter", catalogue.FEATURES - {feature}, catalogue.STARTER.longest, catalogue.STARTER.largest
    )
    monkeypatch.setitem(catalogue.PLANS, "Starter", most)

    response = await team_of(mock, "vsk_cheapplan").order("audio", **options)

    assert (response.status_code, response.json()["feature"]) == (403, feature)


@pytest.mark.clause("viddyscribe.errors.starter-plan")
async def test_what_starter_has_is_text_of_files(mock):
    assert (await team_of(mock, "vsk_cheapplan").order("text")).status_code == 200


@pytest.mark.clause("viddyscribe.errors.server-error", "viddyscribe.errors.server-error-slug")
async def test_a_crash_is_answered_in_the_same_voice(team, monkeypatch, caplog):
    def crash(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("mockserver.providers.viddyscribe.routes.results.outputs.job_result", crash)
    job_id = await team.job("text")

    response = await team.http.get(f"{API}/get_results", params={"job_id": job_id})

    assert ends(response) == (500, "internal_error")
    assert "ZeroDivisionError" not in response.text
    assert "crashed" in caplog.text


@pytest.mark.clause("viddyscribe.errors.method-not-allowed")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", f"{API}/upload_media", "POST"),
        ("DELETE", f"{API}/generate_ad_text", "POST"),
        ("POST", f"{API}/get_results", "GET, HEAD"),
        ("GET", "/enterprise/uploads/x", "PUT"),
        ("POST", "/enterprise/results/x.mp4", "GET, HEAD"),
    ],
)
async def test_another_method_is_refused(mock, method, path, allow):
    response = await team_of(mock, judged=False).http.request(method, path)

    assert ends(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == allow


@pytest.mark.clause("viddyscribe.errors.order-of-checks")
async def test_the_order_of_checks(mock):
    media_id = await team_of(mock, "vsk_x").media()
    bad = {"language": "xx", "custom_instructions": "x"}

    async def order(key, media_id, **options):
        return ends(await team_of(mock, key).order("text", media_id, **options))

    await mock.set_account("vsk_x", flags=["limited", "revoked"])
    assert (await order("vsk_x", UNKNOWN, **bad))[1] == "unauthorized"
    await mock.set_account("vsk_x", flags=["limited"], plan="Starter", available=0, limits={"queued_jobs": 0})
    assert (await order("vsk_x", UNKNOWN, **bad))[1] == "rate_limit_exceeded"
    await mock.set_account("vsk_x", flags=[])
    assert (await order("vsk_x", UNKNOWN, **bad))[1] == "invalid_request"
    assert (await order("vsk_x", UNKNOWN, custom_instructions="x"))[1] == "feature_not_available"
    assert (await order("vsk_x", UNKNOWN))[1] == "not_found"
    assert (await order("vsk_x", media_id))[1] == "queue_limit_exceeded"
    await mock.set_account("vsk_x", limits={"queued_jobs": 1})
    assert (await order("vsk_x", media_id))[1] == "plan_limit_exceeded"


def test_every_operation_of_the_table_is_one_of_its_own():
    assert len({(route.method, route.path) for route in PROVIDER.routes}) == len(PROVIDER.routes) == 16
