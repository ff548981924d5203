"""Forms and films that mean harm: clear answers, bounded time, and nothing left behind."""

import gzip
import json
import time
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.films import film, packets
from tests.kit import Mock

from .conftest import API, ends, team_of, video

HEAD = b'--x\r\nContent-Disposition: form-data; name="'
FORM = HEAD + b'language"\r\n\r\nen-US\r\n' + HEAD + b'file"; filename="v.mp4"\r\n\r\n' + video(1.0) + b"\r\n--x--\r\n"
ANSWERS = {200, 400, 403, 404, 415}

changes = st.lists(
    st.tuples(st.integers(0, len(FORM) - 1), st.sampled_from(["put", "cut", "insert"]), st.binary(max_size=40)),
    max_size=12,
)


def changed(form, edits):
    body = bytearray(form)
    for place, how, data in edits:
        at = place % (len(body) + 1)
        body[at : at + (0 if how == "insert" else len(data))] = b"" if how == "cut" else data
    return bytes(body)


@settings(max_examples=200, deadline=timedelta(seconds=10))
@given(
    changes, st.sampled_from(["upload_media", "generate_ad_text", "generate_ad_video_from_file"]), st.integers(1, 4000)
)
async def test_a_form_that_was_tampered_with_is_answered(edits, operation, step):
    body = changed(FORM, edits)

    async def pieces():
        for start in range(0, len(body), step):
            yield body[start : start + step]

    async with Mock("viddyscribe") as mock:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        response = await team_of(mock).http.post(f"{API}/{operation}", headers=headers, content=pieces())

        assert response.status_code in ANSWERS
        kept = list(mock.app.files.folder.iterdir())
        assert len(kept) == (1 if response.status_code == 200 else 0)
        assert not [path for path in kept if path.name.startswith("passing")]


@settings(max_examples=60, deadline=timedelta(seconds=10))
@given(st.lists(st.tuples(st.integers(0, 8000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=10))
async def test_a_damaged_film_is_refused_or_described(damages):
    content = bytearray(video(2.0, sound="aac"))
    for place, damage in damages:
        content[place : place + len(damage)] = damage

    async with Mock("viddyscribe") as mock:
        team = team_of(mock)
        response = await team.upload(bytes(content))
        assert response.status_code in {200, 403, 415}
        if response.status_code != 200:
            return
        job_id = await team.job("video", response.json()["media_id"])
        await mock.until_idle()
        link = (await team.results(job_id))["video_signed_url"]

        assert (await mock.client().get(link)).status_code == 200


async def test_a_film_of_two_hours_in_600_kilobytes_is_refused_at_once(team):
    content = film(seconds=7200, rate=0.5, size=(32, 32), sound=None)
    content += (600_000 - len(content)).to_bytes(4, "big") + b"free" + bytes(600_000 - len(content) - 8)
    began = time.monotonic()

    response = await team.upload(content)

    assert ends(response) == (403, "video_too_long")
    assert time.monotonic() - began < 5


async def test_a_film_of_an_hour_that_is_all_the_same_is_described_in_bounded_time(mock, team, download):
    content = film(seconds=3599, rate=1, size=(32, 32), sound=None)
    job_id = await team.job("video", await team.media(content), ad_type="standard_ad")
    await mock.until_idle()
    link = (await team.results(job_id))["video_signed_url"]
    began = time.monotonic()

    made = (await download(link)).content

    assert packets(made) == packets(content)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_packed_body_is_not_unpacked(team, encoding):
    bomb = gzip.compress(bytes(50_000_000))
    headers = {"content-type": "application/json", "content-encoding": encoding}

    assert ends(await team.http.post(f"{API}/generate_ad_text", headers=headers, content=bomb)) == (
        400,
        "invalid_request",
    )


async def test_a_client_that_hangs_up_leaves_nothing(mock, team):
    await mock.set_account("vsk_test", limits={"concurrent_uploads": 1})
    headers = [(b"x-api-key", b"vsk_test"), (b"content-type", b"multipart/form-data; boundary=x")]
    scope = {"type": "http", "method": "POST", "path": f"{API}/upload_media", "query_string": b"", "scheme": "http"}
    begun = {"type": "http.request", "body": FORM[:-100], "more_body": True}
    messages, sent = iter([begun, {"type": "http.disconnect"}]), []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    await mock.app(scope | {"headers": headers, "client": ("127.0.0.1", 4000)}, receive, send)

    assert sent == []
    assert list(mock.app.files.folder.iterdir()) == []
    assert (await team.upload()).status_code == 200


async def test_a_json_body_has_a_bound(team):
    body = b'{"media_id": "' + b"x" * (5 * 2**20) + b'"}'

    assert ends(await team.http.post(f"{API}/generate_ad_text", content=body)) == (403, "file_too_large")


async def test_a_form_that_never_ends_is_cut_off(team):
    async def body():
        yield HEAD + b'note"\r\n\r\n'
        for _ in range(1000):
            yield bytes(100_000)

    headers = {"content-type": "multipart/form-data; boundary=x"}

    response = await team.http.post(f"{API}/upload_media", headers=headers, content=body())

    assert ends(response) == (400, "invalid_request")


async def test_the_journal_does_not_hold_the_film(mock, team):
    await team.upload(note="hello")

    exchange = (await mock.control.get("requests")).json()["items"][0]

    [text, file] = json.loads(exchange["request"]["body"])
    assert text == {"name": "note", "value": "hello"}
    assert set(file) == {"name", "filename", "type", "size", "sha256"}
    assert (file["name"], file["filename"], file["type"]) == ("file", "video.mp4", "video/mp4")
    assert file["size"] > 1000


@pytest.mark.parametrize("name", ["../../x", "a\0b", "/etc/passwd", "x" * 4000, "\u202e", ""])
async def test_a_file_s_name_plays_no_part(mock, team, name):
    try:
        response = await team.upload(name=name)
    except httpx.LocalProtocolError:
        return

    assert response.status_code == 200
    assert len(list(mock.app.files.folder.iterdir())) == 1
