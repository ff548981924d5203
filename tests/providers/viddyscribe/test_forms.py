"""Forms: their texts say what a body's fields would, and the journal shows what came."""

import json

import pytest

from .conftest import API, video


def form(*parts):
    """A form as it goes over the wire, each part with its headers: body, and the headers of the request."""
    lines = b"".join(
        b"--cut\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in headers) + b"\r\n" + text + b"\r\n"
        for headers, text in parts
    )
    return lines + b"--cut--\r\n", {"content-type": "multipart/form-data; boundary=cut"}


def named(name, **more):
    facts = "".join(f'; {key}="{value}"' for key, value in more.items())
    return "Content-Disposition", f'form-data; name="{name}"{facts}'


async def shown(mock):
    """The parts of the last request, as the journal shows them."""
    items = (await mock.control.get("requests", params={"path": f"{API}/upload_media"})).json()["items"]
    return json.loads(items[0]["request"]["body"])


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("audio", {"auto_fit": "false", "volume_option": "max", "volume_level_db": "-3"}),
        ("video", {"read_all_onscreen_text": "true", "resolution": "720p"}),
        ("text", {"custom_captions": '{"content": "WEBVTT"}'}),
        ("text", {"generation_config": '{"format": "edl"}'}),
        ("text", {"generation_config": ""}),
    ],
)
async def test_numbers_booleans_and_json_are_written_out_in_a_form(team, kind, texts):
    file = {"file": ("v.mp4", video(), "video/mp4")}
    response = await team.http.post(f"{API}/generate_ad_{kind}_from_file", files=file, data=texts)

    assert response.status_code == 200, response.text


async def test_a_form_may_name_its_source_in_each_way(team):
    url, media_id = "https://example.com/v.mp4", await team.media()
    asked = [
        ("generate_ad_text", {"media_id": media_id}),
        ("generate_ad_text_from_url", {"source_url": url}),
        ("generate_ad_text_from_url", {"input": json.dumps({"type": "url", "url": url})}),
    ]
    answers = [
        await team.http.post(f"{API}/{path}", files=[(name, (None, text)) for name, text in texts.items()])
        for path, texts in asked
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    media = [answer.json()["media_id"] for answer in answers]
    assert media[0] == media_id
    assert media[1] == media[2] != media_id


async def test_the_options_in_a_form_count(mock, team):
    file = {"file": ("v.mp4", video(), "video/mp4")}
    flat = await team.http.post(f"{API}/generate_ad_text_from_file", files=file, data={"format": "edl"})
    nested = await team.http.post(
        f"{API}/generate_ad_text_from_file", files=file, data={"generation_config": '{"format": "edl"}'}
    )
    await mock.until_idle()

    outputs = [(await team.results(one.json()["job_id"]))["output"] for one in (flat, nested)]
    assert [output["format"] for output in outputs] == ["edl", "edl"]


async def test_the_journal_shows_a_form_s_texts_and_what_its_file_is(mock, team):
    content, headers = form(
        ([named("language")], b"en-US"),
        ([named("file", filename="fox.mp4"), ("Content-Type", "video/mp4"), ("X-More", "text/plain")], video()),
        ([named("note"), ("Content-Type", "text/markdown")], "é".encode()),
    )
    response = await team.http.post(f"{API}/upload_media", content=content, headers=headers)
    parts = await shown(mock)

    assert response.status_code == 200
    assert parts[:2] == [{"name": "language", "value": "en-US"}, {"name": "note", "value": "é"}]
    assert {key: parts[2][key] for key in ("name", "filename", "type", "size")} == {
        "name": "file",
        "filename": "fox.mp4",
        "type": "video/mp4",
        "size": len(video()),
    }


async def test_a_part_without_a_name_is_shown_without_one_and_changes_nothing(mock, team):
    content, headers = form(
        ([named("file", filename="fox.mp4")], video()),
        ([("Content-Type", "text/plain")], b"nobody's"),
    )
    response = await team.http.post(f"{API}/upload_media", content=content, headers=headers)
    parts = await shown(mock)

    assert response.json()["duration_seconds"] == 10
    assert parts[0] == {"name": "", "value": "nobody's"}
    assert (parts[1]["name"], parts[1]["type"], parts[1]["size"]) == ("file", "", len(video()))


@pytest.mark.parametrize(
    ("content", "headers", "problem"),
    [
        (b"", {"content-type": "multipart/form-data"}, "the form has no boundary"),
        (b"nonsense", {"content-type": "multipart/form-data; boundary=cut"}, "the body is no multipart form"),
        (
            *form(([named("file", filename="a")], b"x"), ([named("file", filename="b")], b"y")),
            "the form has two files",
        ),
        (form(([named("a")], b"x"))[0][:-8], form()[1], "the form ends in the middle"),
        (*form(*[([named(f"n{n}")], b"") for n in range(101)]), "the form has more than 100 parts"),
        (*form(([named("a")], b"x" * (4 * 2**20 + 1))), "the texts of the form are too long"),
    ],
    ids=["no boundary", "no form", "two files", "cut off", "parts", "texts"],
)
async def test_what_is_wrong_with_a_form_is_told(team, content, headers, problem):
    response = await team.http.post(f"{API}/upload_media", content=content, headers=headers)

    assert response.status_code == 400
    assert response.json()["message"] == f"Invalid request body: {problem}"


async def test_a_form_may_have_a_hundred_parts_and_four_megabytes_of_text(team):
    texts = [([named(f"n{n}")], b"x" * 1000) for n in range(98)]
    long = ([named("long")], b"x" * (4 * 2**20 - 98_000))
    content, headers = form(*texts, long, ([named("file", filename="fox.mp4")], video()))

    response = await team.http.post(f"{API}/upload_media", content=content, headers=headers)

    assert response.status_code == 200, response.text
