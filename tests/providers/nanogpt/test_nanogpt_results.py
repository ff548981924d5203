"""The links of finished jobs: where they lead, to whom, for how long, and how HTTP asks for files."""

from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.providers.nanogpt.kit import LINK, accepted, client_of, ended, going, judge, legacy, seen, unified

DAYS = 86400
NOT_FOUND = (404, {"error": "Not found", "status": 404})
FORBIDDEN = (403, {"error": "Forbidden", "status": 403})


@pytest.fixture
def anybody(nano):
    """Somebody without a key."""
    return client_of(nano, None)


@pytest.fixture
async def link(nano, client):
    """Where a small video lies that is done."""
    return await link_of(client, await ended(nano, client, resolution="480p"))


async def link_of(client, run_id):
    return (await unified(client, run_id))["data"]["output"]["video"]["url"]


# Where links lead ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.results.link-is-absolute")
@pytest.mark.parametrize(
    "origin", ["http://mock.test", "https://video.example.com", "http://10.0.0.7:4747", "http://[::1]:8080"]
)
async def test_the_link_is_on_the_scheme_and_host_that_the_poll_named(nano, client, origin):
    run_id = await ended(nano, client)

    for address in ("/api/video/status", "/api/generate-video/status", "/nanogpt/api/video/status"):
        response = await client.get(f"{origin}{address}?runId={run_id}")
        url = response.json()["data"]["output"]["video"]["url"]
        assert url.startswith(f"{origin}/")
        assert (await client.get(url)).headers["content-type"] == "video/mp4"


@pytest.mark.clause("nanogpt.results.link-stays-in-the-sandbox")
@pytest.mark.parametrize("way", ["path", "header"])
@pytest.mark.parametrize("model", ["hunyuan-video", "grok-imagine-video", "midjourney-video"])
async def test_the_link_of_a_sandboxs_job_leads_into_that_sandbox(nano, way, model):
    sandbox = SandboxedClient(nano, "shop-7", way)
    run_id = (await accepted(sandbox, model=model, prompt="A fox", imageUrl=LINK, duration=1))["runId"]
    await sandbox.until_idle()

    output = (await unified(sandbox, run_id))["data"]["output"]
    links = [video["url"] for video in (output["video"], *output.get("videos", []))]

    for url in links:
        assert url.removeprefix("http://mock.test").startswith("/@shop-7/")
        bare = client_of(nano)
        assert (await bare.get(url)).headers["content-type"] == "video/mp4"
        assert (await bare.get(url.replace("/@shop-7", ""))).status_code == 404
        assert (await bare.get(url.replace("shop-7", "shop-8"))).status_code == 404


class SandboxedClient:
    """A client that asks inside a sandbox, by the path or by the header for that."""

    def __init__(self, mock, name, way):
        self._mock, self._prefix = mock, f"/@{name}"
        self._paths = self._prefix if way == "path" else ""
        self._client = client_of(mock, **({} if way == "path" else {"x-mock-sandbox": name}))

    async def get(self, path, **options):
        return await self._client.get(self._paths + path, **options)

    async def post(self, path, **options):
        return await self._client.post(self._paths + path, **options)

    async def until_idle(self):
        control = self._mock.client(host="localhost")
        (await control.post(f"{self._prefix}/_mock/clock/advance", json={"until": "idle"})).raise_for_status()


@pytest.mark.clause("nanogpt.results.no-key-needed")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": "sk-nano-test"},
        {"x-api-key": "another-key"},
        {"x-api-key": "a-revoked-key"},
        {"authorization": "Bearer an-expired-key"},
        {"authorization": "Basic bm9ib2R5"},
    ],
)
async def test_the_file_is_given_without_a_key_and_with_any(anybody, link, headers):
    assert (await anybody.get(link, headers=headers)).status_code == 200


@pytest.mark.clause("nanogpt.results.no-key-needed")
async def test_the_file_is_given_without_a_key_where_only_listed_keys_are_taken(serve):
    mock = await serve("nanogpt", keys="listed", listed="sk-nano-test")
    client = client_of(mock)
    url = await link_of(client, await ended(mock, client, resolution="480p"))

    assert (await client_of(mock, None).get(url)).status_code == 200
    assert (await client_of(mock, "not-listed").get(url)).status_code == 200


# How long they last -------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.results.seven-days")
@pytest.mark.parametrize("name", ["video.mp4", "thumbnail.jpg", "spritesheet.jpg"])
async def test_the_file_is_given_for_seven_days_and_then_refused(nano, anybody, link, name):
    url = link.replace("video.mp4", name)
    await nano.advance(7 * DAYS - 0.001)
    assert (await anybody.get(url)).status_code == 200

    await nano.advance(0.001)
    for later in (0, 1, 365 * DAYS):
        await nano.advance(later)
        response = await anybody.get(url)
        assert (response.status_code, response.json()) == FORBIDDEN


@pytest.mark.clause("nanogpt.results.seven-days")
async def test_the_seven_days_begin_with_completion(nano, client, anybody):
    slow = going(nano, "slow")
    run_id = (await accepted(slow, resolution="480p"))["runId"]
    await nano.end(run_id, "done")
    by_hand = await link_of(client, run_id)
    await nano.advance(3 * DAYS)
    later = await link_of(client, await ended(nano, client, resolution="480p"))

    await nano.advance(4 * DAYS)
    assert [(await anybody.get(url)).status_code for url in (by_hand, later)] == [403, 200]
    await nano.advance(3 * DAYS)
    assert [(await anybody.get(url)).status_code for url in (by_hand, later)] == [403, 403]


@pytest.mark.clause("nanogpt.results.status-outlives-the-file")
async def test_the_status_outlives_the_file(nano, client, anybody):
    run_id = await ended(nano, client, resolution="480p")
    before = await unified(client, run_id), await legacy(client, run_id)
    await nano.advance(8 * DAYS)

    assert (await anybody.get(await link_of(client, run_id))).status_code == 403
    assert (await unified(client, run_id), await legacy(client, run_id)) == before
    assert before[0]["data"]["status"] == "COMPLETED"


# How HTTP asks for files --------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.results.same-bytes")
async def test_each_download_gives_the_same_bytes_under_one_etag(serve):
    downloads = []
    for _ in range(2):  # the second server has to make anew what the first one made
        mock = await serve("nanogpt")
        client = client_of(mock)
        links = [await link_of(client, await ended(mock, client, resolution="480p")) for _ in range(2)]
        downloads += [[await client.get(url) for url in links] for _ in range(2)]

    for one, other in downloads[1:]:
        assert (one.content, other.content) == (downloads[0][0].content, downloads[0][1].content)
        assert one.headers["etag"] == downloads[0][0].headers["etag"]
        assert other.headers["etag"] == downloads[0][1].headers["etag"]
    assert downloads[0][0].content != downloads[0][1].content
    assert downloads[0][0].headers["etag"] != downloads[0][1].headers["etag"]


@pytest.mark.clause("nanogpt.results.not-modified")
async def test_a_client_that_has_the_file_is_told_so(anybody, link):
    tag = (await anybody.get(link)).headers["etag"]

    for known in (tag, f'"another", {tag}', f"W/{tag}", "*"):
        for method in ("GET", "HEAD"):
            response = await anybody.request(method, link, headers={"if-none-match": known})
            assert (response.status_code, response.content) == (304, b"")
            assert response.headers["etag"] == tag
            assert "content-length" not in response.headers
    for known in ('"another"', tag.strip('"'), ""):
        response = await anybody.get(link, headers={"if-none-match": known})
        assert (response.status_code, response.content != b"") == (200, True)


@pytest.mark.clause("nanogpt.results.not-modified")
async def test_the_content_address_says_so_as_well(nano, client):
    params = {"runId": await ended(nano, client, resolution="480p"), "model": "hunyuan-video"}
    tag = (await client.get("/api/generate-video/content", params=params)).headers["etag"]

    response = await client.get("/api/generate-video/content", params=params, headers={"if-none-match": tag})

    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.clause("nanogpt.results.ranges")
async def test_a_part_is_given_with_its_place(anybody, link):
    whole = await anybody.get(link)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert "content-range" not in whole.headers

    for asked, first, last in [
        ("bytes=0-0", 0, 0),
        ("bytes=1000-1999", 1000, 1999),
        (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=0-999999999", 0, size - 1),
        ("bytes=-500", size - 500, size - 1),
        ("bytes=-999999999", 0, size - 1),
    ]:
        part = await anybody.get(link, headers={"range": asked})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert part.headers["content-length"] == str(last - first + 1)
        assert part.content == whole.content[first : last + 1]
        assert part.headers["etag"] == whole.headers["etag"]


@pytest.mark.clause("nanogpt.results.ranges")
async def test_a_part_outside_of_the_file_is_refused_and_what_is_no_part_ignored(anybody, link):
    whole = (await anybody.get(link)).content
    size = len(whole)

    for outside in (f"bytes={size}-", f"bytes={size}-{size + 9}", "bytes=-0"):
        response = await anybody.get(link, headers={"range": outside})
        assert (response.status_code, response.headers["content-range"]) == (416, f"bytes */{size}")
        assert response.json() == {"error": "Range not satisfiable", "status": 416}
    for nonsense in ("bytes=", "bytes=-", "seconds=1-2", "bytes=5-2", "bytes=a-b", "bytes=0-1,4-5"):
        response = await anybody.get(link, headers={"range": nonsense})
        assert (response.status_code, response.content) == (200, whole)


@pytest.mark.clause("nanogpt.results.ranges")
async def test_a_download_is_resumed_only_if_the_file_is_the_same(anybody, link):
    whole = await anybody.get(link)

    same = await anybody.get(link, headers={"range": "bytes=100-", "if-range": whole.headers["etag"]})
    another = await anybody.get(link, headers={"range": "bytes=100-", "if-range": '"another"'})

    assert (same.status_code, same.content) == (206, whole.content[100:])
    assert (another.status_code, another.content) == (200, whole.content)


@pytest.mark.clause("nanogpt.results.head")
@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-99"}, {"range": "bytes=999999999-"}])
@pytest.mark.parametrize("name", ["video.mp4", "thumbnail.jpg", "spritesheet.jpg", "nothing.txt"])
async def test_head_gives_the_headers_of_get(nano, link, name, headers):
    client = nano.client()  # not judged: the contract names the files that there are
    url = link.replace("video.mp4", name)

    get, head = [await client.request(method, url, headers=headers) for method in ("GET", "HEAD")]

    assert head.status_code == get.status_code
    assert head.headers == get.headers
    assert int(head.headers["content-length"]) == len(get.content) > 0
    if name != "nothing.txt":
        await judge(head)


@pytest.mark.clause("nanogpt.results.pictures")
@pytest.mark.parametrize("name", ["thumbnail.jpg", "spritesheet.jpg"])
async def test_beside_the_video_lie_two_pictures(anybody, link, name):
    response = await anybody.get(link.replace("video.mp4", name))

    assert (response.status_code, response.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(response.content)).format == "JPEG"


@pytest.mark.clause("nanogpt.results.midjourney-names")
async def test_the_four_videos_of_midjourney_differ(nano, client, anybody):
    run_id = await ended(nano, client, model="midjourney-video", imageUrl=LINK)
    output = (await unified(client, run_id))["data"]["output"]
    links = [video["url"] for video in output["videos"]]

    assert [url.rpartition("/")[2] for url in links] == ["video-0.mp4", "video-1.mp4", "video-2.mp4", "video-3.mp4"]
    films = [(await anybody.get(url)).content for url in links]
    assert [seen(film)["seconds"] for film in films] == [5, 5, 5, 5]
    assert len(set(films)) == 4
    for name in ("video.mp4", "video-4.mp4"):
        assert (await nano.client().get(links[0].replace("video-0.mp4", name))).json() == NOT_FOUND[1]


# What is not there --------------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.results.not-there")
@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [
        ("succeeds", 0),
        ("succeeds", 60),
        ("stuck", 10 * DAYS),
        ("fails", 600),
        ("moderated_late", 600),
        ("cancelled", 600),
        ("empty_result", 600),
    ],
)
async def test_a_job_without_a_video_has_no_files(nano, anybody, link, scenario, seconds):
    run_id = (await accepted(going(nano, scenario)))["runId"]
    await nano.advance(seconds)
    folder = link.rpartition("/")[0].rpartition("/")[0]

    for name in ("video.mp4", "thumbnail.jpg", "spritesheet.jpg"):
        response = await anybody.get(f"{folder}/{run_id}/{name}")
        assert (response.status_code, response.json()) == NOT_FOUND


@pytest.mark.clause("nanogpt.results.not-there")
@pytest.mark.parametrize(
    "name", ["video", "video-0.mp4", "video.MP4", "thumbnail.png", "..", "%2e%2e%2fvideo.mp4", "%0A"]
)
async def test_a_file_of_another_name_is_not_there(nano, link, name):
    response = await nano.client().get(httpx.URL(link.replace("video.mp4", name)))

    assert (response.status_code, response.json()) == NOT_FOUND


@pytest.mark.clause("nanogpt.results.not-there")
async def test_a_job_that_never_was_has_no_files(anybody, link):
    response = await anybody.get(link.replace("vid_", "vid_0"))

    assert (response.status_code, response.json()) == NOT_FOUND
