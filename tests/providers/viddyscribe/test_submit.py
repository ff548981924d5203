"""Ordering descriptions: three kinds, three sources, two forms of body."""

import json
import re

import pytest

from .conftest import API, ends, printed, team_of, video

KINDS = ["text", "audio", "video"]
URL = "https://example.com/video.mp4"


@pytest.mark.clause("viddyscribe.submit.by-media-id", "viddyscribe.submit.paths")
@pytest.mark.parametrize("kind", KINDS)
async def test_an_uploaded_media_is_described(team, kind):
    media_id = await team.media()

    response = await team.order(kind, media_id)

    assert (response.status_code, response.json()["media_id"]) == (200, media_id)


@pytest.mark.clause("viddyscribe.submit.requires-media-id")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [{}, {"language": "en-US"}, {"media_id": ""}, {"source_url": URL}], ids=str)
async def test_a_media_id_is_required(team, kind, body):
    response = await team.http.post(f"{API}/generate_ad_{kind}", json=body)

    assert ends(response) == (400, "invalid_request")
    assert response.json()["message"] == "media_id is required"


@pytest.mark.clause("viddyscribe.submit.from-url", "viddyscribe.submit.paths", "viddyscribe.submit.status-200")
@pytest.mark.parametrize("kind", KINDS)
async def test_one_request_uploads_from_a_url_and_generates(mock, team, kind):
    response = await team.http.post(f"{API}/generate_ad_{kind}_from_url", json=printed("text-from-url-flat")["request"])
    job = response.json()
    await mock.until_idle()

    assert response.status_code == 200
    assert (await team.results(job["job_id"]))["status"] == "done"
    assert (await team.order("text", job["media_id"])).status_code == 200


@pytest.mark.clause("viddyscribe.submit.from-file", "viddyscribe.submit.paths", "viddyscribe.submit.status-200")
@pytest.mark.parametrize("kind", KINDS)
async def test_one_request_uploads_a_file_and_generates(mock, team, kind):
    file = {"file": ("video.mp4", video(), "video/mp4")}

    response = await team.http.post(f"{API}/generate_ad_{kind}_from_file", files=file, data={"language": "en-US"})
    job = response.json()
    await mock.until_idle()

    assert response.status_code == 200
    assert (await team.results(job["job_id"]))["status"] == "done"
    assert (await team.order("text", job["media_id"])).status_code == 200


@pytest.mark.clause("viddyscribe.submit.accepted")
@pytest.mark.parametrize("sample", ["text-from-url", "audio-from-url", "video-from-url"])
async def test_an_order_is_answered_as_the_vendor_prints_it(team, sample):
    page = printed(sample)

    answer = (await team.http.post(page["operation"].split()[1], json=page["request"])).json()

    assert answer.keys() == page["response"].keys() == {"job_id", "status", "media_id"}
    assert answer["status"] == page["response"]["status"] == "queued"
    assert re.fullmatch(r"task_[0-9a-z]+", answer["job_id"])


@pytest.mark.clause("viddyscribe.submit.accepted")
async def test_each_order_is_a_job_of_its_own(team):
    media_id = await team.media()

    assert await team.job("text", media_id) != await team.job("text", media_id)


def orders(media_id):
    """The same order in each form that a client may send it in."""
    options = {"language": "fr-CA", "format": "json", "video_category": "News"}
    nested = {"type": "media_id", "media_id": media_id}
    return {
        "flat": {"json": {"media_id": media_id} | options},
        "nested": {"json": {"input": nested, "generation_config": options}},
        "nested form": {"data": {"input": json.dumps({"type": "file"}), "generation_config": json.dumps(options)}},
        "flat form": {"data": options},
        "form by id": {"data": {"input": json.dumps(nested), "generation_config": json.dumps(options)}},
    }


@pytest.mark.clause(
    "viddyscribe.submit.flat-and-nested", "viddyscribe.submit.multipart-nested", "viddyscribe.submit.multipart-flat"
)
@pytest.mark.parametrize("form", ["flat", "nested", "nested form", "flat form", "form by id"])
async def test_all_forms_of_an_order_mean_the_same(mock, team, form):
    media_id = await team.media()
    order = orders(media_id)[form]
    files = {"files": {"file": ("v.mp4", video(), "video/mp4")}} if "data" in order else {}

    answer = (await team.http.post(f"{API}/generate_ad_text", **order, **files)).json()
    await mock.until_idle()
    segments = (await team.results(answer["job_id"]))["output"]["segments"]

    expected = await team.job("text", media_id, language="fr-CA", format="json", video_category="News")
    await mock.until_idle()
    assert answer["media_id"] == media_id
    assert segments == (await team.results(expected))["output"]["segments"]
    assert segments[0]["text"].startswith("[fr-CA] ")


@pytest.mark.clause("viddyscribe.submit.unknown-keys")
async def test_unknown_keys_are_ignored(team):
    media_id = await team.media()
    nested = {"type": "media_id", "media_id": media_id, "colour": "red"}

    flat = await team.order("text", media_id, colour="red", voice=5, generation_config=["?"])
    deep = await team.nested("text", nested, colour="red")
    form = await team.upload(colour="red", language="nonsense")

    assert [answer.status_code for answer in (flat, deep, form)] == [200, 200, 200]


@pytest.mark.clause("viddyscribe.submit.quick-example")
async def test_the_quick_example_works_as_it_is_written(mock, team):
    media_id = (await team.http.post(f"{API}/upload_media", files={"file": ("video.mp4", video())})).json()["media_id"]
    order = printed("quick-example")

    job = (await team.http.post(order["operation"].split()[1], json=order["request"] | {"media_id": media_id})).json()
    await mock.until_idle()
    results = (await team.http.get(f"{API}/get_results?job_id={job['job_id']}")).json()

    assert results["status"] == "done"
    assert "video_signed_url" in results


WRONG = [
    {"language": 5},
    {"format": None},
    {"video_category": ["News"]},
    {"custom_instructions": {}},
    {"auto_fit": 1},
    {"auto_fit": "true"},
    {"allow_descriptions_over_music": "no"},
    {"read_all_onscreen_text": None},
    {"custom_captions": "WEBVTT"},
    {"custom_captions": {"format": "vtt"}},
    {"volume_level_db": "-5"},
    {"description_content": []},
    {"resolution": 720},
    {"filename": 1},
]


@pytest.mark.clause("viddyscribe.submit.wrong-types", "viddyscribe.values.quiet-options")
@pytest.mark.parametrize("options", WRONG, ids=str)
async def test_wrong_types_are_refused_by_the_field_s_name(team, options):
    flat, nested = await team.order("video", **options), await team.nested("video", **options)

    for response in (flat, nested):
        assert ends(response) == (400, "invalid_request")
        assert next(iter(options)) in response.json()["message"]


@pytest.mark.clause("viddyscribe.submit.wrong-types")
@pytest.mark.parametrize(
    "source",
    [
        5,
        "url",
        {},
        {"type": "ftp"},
        {"type": 5},
        {"type": "url"},
        {"type": "url", "url": ""},
        {"type": "url", "url": 7},
        {"type": "url", "url": "ftp://example.com/v.mp4"},
        {"type": "url", "url": "example.com/v.mp4"},
        {"type": "url", "url": "https:// example.com"},
        {"type": "media_id"},
        {"type": "media_id", "media_id": 5},
        {"type": "signed_url", "filename": "v.mp4"},
        {"type": "file"},
    ],
    ids=str,
)
async def test_a_source_that_is_none_is_refused(team, source):
    response = await team.http.post(f"{API}/generate_ad_text", json={"input": source})

    assert ends(response) == (400, "invalid_request")


@pytest.mark.clause("viddyscribe.submit.paths")
@pytest.mark.parametrize("prefix", ["", "/viddyscribe", "/@mine", "/@mine/viddyscribe"])
async def test_the_path_stays_as_documented_wherever_it_is_served(mock, prefix):
    team = team_of(mock, judged=False)

    response = await team.http.post(f"{prefix}{API}/generate_ad_text_from_url", json={"source_url": URL})

    assert response.status_code == 200
