"""The video behind the link."""

import io

import av
import pytest

from .conftest import PNG

HOURS = 3600


@pytest.fixture
async def link(finished):
    return (await finished(model="veo3-fast"))["video_url"]


def probe(content):
    """Seconds, width, height, and whether there is sound."""
    with av.open(io.BytesIO(content)) as container:
        video = container.streams.video[0]
        seconds = container.duration / av.time_base
        return round(seconds, 3), video.width, video.height, bool(container.streams.audio)


@pytest.mark.clause("artnex.results.direct-link")
async def test_the_link_gives_the_video_without_a_key(mock, link):
    response = await mock.client().get(link)

    assert response.status_code == 200
    assert response.headers["content-type"] == "video/mp4"
    assert response.content[4:8] == b"ftyp"


@pytest.mark.clause("artnex.results.link-form")
async def test_the_link_ends_in_the_request_id(finished):
    answer = await finished()

    assert answer["video_url"].endswith(f"/video/{answer['request_id']}.mp4")


@pytest.mark.clause("artnex.results.one-day", "artnex.results.gone-afterwards")
async def test_the_video_can_be_had_for_24_hours(mock, link):
    client = mock.client()

    await mock.advance(24 * HOURS - 1)
    last = await client.get(link)
    await mock.advance(1)
    late = await client.get(link)

    assert last.status_code == 200
    assert (late.status_code, late.json()["error"]) == (404, "not_found")


@pytest.mark.clause("artnex.results.direct-link")
async def test_there_is_no_video_before_completion_nor_for_strangers_names(customer):
    request_id = await customer.submit()
    names = [f"{request_id}.mp4", request_id, f"{request_id}.mov", "req_nobody.mp4"]

    found = [(await customer.http.get(f"/media/artnex/video/{name}")).status_code for name in names]

    assert found == [404, 404, 404, 404]


@pytest.mark.clause("artnex.results.byte-ranges")
async def test_the_link_answers_head_and_byte_ranges(mock, link):
    client = mock.client()
    whole = (await client.get(link)).content

    head = await client.head(link)
    part = await client.get(link, headers={"range": "bytes=4-7"})
    behind = await client.get(link, headers={"range": f"bytes={len(whole)}-"})
    again = await client.get(link, headers={"if-none-match": head.headers["etag"]})

    assert int(head.headers["content-length"]) == len(whole)
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole)}"
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    assert behind.json()["success"] is False
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.clause(
    "artnex.media.as-long-as-asked",
    "artnex.media.size",
    "artnex.media.sound",
    "artnex.values.aspect-ratio-accepted",
    "artnex.values.aspect-ratio-falls-back",
)
@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({"model": "veo3.1", "duration": 6, "aspect_ratio": "9:16"}, (6, 720, 1280, True)),
        ({"model": "sora-2", "duration": 4, "aspect_ratio": "1:1"}, (4, 1280, 720, True)),
        ({"model": "kling-v2.5-turbo-pro", "duration": 5, "aspect_ratio": "1:1"}, (5, 720, 720, False)),
        ({"model": "kling-v2.5-turbo-pro-i2v", "mode": "image-to-video", "image": PNG}, (5, 1280, 720, False)),
        ({"model": "wan-2.5-i2v", "mode": "image-to-video", "image": PNG, "duration": 7}, (7, 1280, 720, True)),
    ],
)
async def test_the_video_is_what_was_asked_for(mock, finished, body, made):
    link = (await finished(**body))["video_url"]

    assert probe((await mock.client().get(link)).content) == made


async def test_the_link_stays_in_the_sandbox_and_on_the_host_of_the_request(mock):
    client = mock.client(headers={"authorization": "Bearer k"}, host="video.example")
    body = {"prompt": "x", "model": "veo3.1"}
    request_id = (await client.post("/@mine/v1/video", json=body)).json()["request_id"]
    await mock.control.post("http://localhost/@mine/_mock/clock/advance", json={"until": "idle"})

    answer = (await client.get(f"/@mine/v1/video/{request_id}")).json()

    assert answer["video_url"] == f"http://video.example/@mine/media/artnex/video/{request_id}.mp4"
    assert (await client.get(answer["video_url"])).status_code == 200
    assert (await client.get(f"/v1/video/{request_id}")).status_code == 404
