"""The journal, as it is looked through: filters, counts, HAR, near misses, and no secret in any of it."""

import json
from pathlib import Path

import jsonschema
import pytest

from mockserver.core.redaction import secrets_of, without_media, without_secrets
from mockserver.settings import discover
from mockserver.web.near import near_routes
from tests.kit import Mock

HAR = json.loads((Path(__file__).parents[1] / "contract" / "har-1.2.schema.json").read_text())
KEY = {"authorization": "Bearer key-of-a-test"}


@pytest.fixture
async def visited(visitor):
    """Four exchanges: 1 a submission, 2 its poll, 3 an unknown job ten seconds later, 4 somebody without a key."""
    made = await visitor.post("/v1/videos", json={"prompt": "A Cat", "size": {"w": 1, "h": 2}}, headers=KEY)
    await visitor.get(f"/v1/videos/{made.json()['id']}", headers=KEY)
    await visitor.post("/_mock/clock/advance", json={"seconds": 10})
    await visitor.get("/v1/videos/none", params={"api_key": "hush-hush", "colour": "red"})
    await visitor.get("/v1/videos/none", headers={"authorization": ""})
    return visitor


async def numbers(visitor, **filters):
    answer = await visitor.get("/_mock/requests", params=filters)
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "4xx"}, [4, 3]),
        ({"status": "404"}, [3]),
        ({"method": "post"}, [1]),
        ({"path": "/v1/videos"}, [1]),
        ({"path": "/v1/videos/*"}, [4, 3, 2]),
        ({"key": "key-of-a-test"}, [2, 1]),
        ({"key": "key…st"}, [2, 1]),
        ({"clause": "acme.auth.key"}, [4]),
        ({"since": "2"}, [4, 3]),
        ({"since": "2026-01-01T00:00:10Z"}, [4, 3]),
        ({"since": "2026-01-01T01:00:10+01:00"}, [4, 3]),
        ({"text": "a cat"}, [1]),
        ({"text": "colour=RED"}, [3]),
        ({"text": "hush-hush"}, []),
        ({"operation": "get_video", "status": "2xx"}, [2]),
        ({"provider": "acme", "unmatched": "true"}, []),
    ],
)
async def test_each_filter_narrows_the_list(visited, filters, found):
    assert await numbers(visited, **filters) == found


@pytest.mark.parametrize(
    "path",
    [
        "/v1/videos/7",
        "/@mine/v1/videos/7",
        "/@mine/acme/v1/videos/7",
        "/acme/v1/videos/7",
        "/v1/videos/{video_id}",
        "/v1/*/7",
        "/@mine/*",
    ],
)
async def test_a_path_is_found_without_the_sandbox_and_the_provider_before_it(visitor, path):
    await visitor.get("/@mine/acme/v1/videos/7", headers=KEY)

    found = await visitor.get("/@mine/_mock/requests", params={"path": path})
    assert [one["path"] for one in found.json()["items"]] == ["/@mine/acme/v1/videos/7"]
    assert (await visitor.post("/@mine/_mock/requests/count", json={"path": path})).json()["count"] == 1


@pytest.mark.parametrize("path", ["/v1/videos/8", "/v1/videos", "/v2/*", "/elsewhere"])
async def test_another_path_is_not_found(visitor, path):
    await visitor.get("/@mine/v1/videos/7", headers=KEY)

    assert (await visitor.post("/@mine/_mock/requests/count", json={"path": path})).json()["count"] == 0


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        (
            {"path": "/v1/vidoes"},
            "'path': no route has '/v1/vidoes'.",
            "The nearest are: /v1/videos ('videos' is spelt 'vidoes')",
        ),
        ({"operation": "get_vidoe"}, "'operation': there is no 'get_vidoe'.", "The nearest are: get_video"),
        ({"provider": "acne"}, "'provider': 'acne' is not served here.", "Served are: acme"),
    ],
)
async def test_nobody_counts_on_the_absence_of_what_is_misspelt(visited, wanted, message, hint):
    for answer in (
        await visited.post("/_mock/requests/count", json=wanted),
        await visited.get("/_mock/requests", params=wanted),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (400, "bad_query", message)
        assert error["hint"].startswith(hint)


async def test_a_misspelt_path_that_somebody_asked_for_is_counted(visitor):
    await visitor.post("/v1/vidoes", json={})

    assert await numbers(visitor, path="/v1/vidoes") == [1]


@pytest.mark.parametrize(
    "query", ["status=6xx", "status=9999", "since=then", "since=2026-01-01T00:00:00", "unmatched=1"]
)
async def test_a_filter_that_means_nothing_is_refused(visitor, query):
    for path in ("requests", "requests.har"):
        assert (await visitor.get(f"/_mock/{path}?{query}")).json()["error"]["code"] == "bad_query"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 4),
        ({"status": 404}, 1),
        ({"status": "4xx", "method": "GET"}, 2),
        ({"unmatched": False}, 4),
        ({"since": 3}, 1),
        ({"body": {"prompt": "A Cat"}}, 1),
        ({"body": {"size": {"h": 2}}}, 1),
        ({"body": {"size": {"h": 3}}}, 0),
        ({"body": {"size": {"h": True}}}, 0),
        ({"body": {}}, 1),
    ],
)
async def test_exchanges_are_counted(visited, wanted, count):
    assert (await visited.post("/_mock/requests/count", json=wanted)).json() == {"count": count, "complete": True}


async def test_a_count_says_when_the_journal_has_forgotten(visitor):
    for _ in range(1001):
        await visitor.get("/v1/videos/none")

    assert (await visitor.post("/_mock/requests/count", json={})).json() == {"count": 1000, "complete": False}


@pytest.mark.parametrize("wanted", [{"colour": "red"}, {"status": "6xx"}, {"body": []}])
async def test_what_cannot_be_counted_is_refused(visitor, wanted):
    assert (await visitor.post("/_mock/requests/count", json=wanted)).status_code == 400


class TestArchive:
    async def test_it_is_har_1_2(self, visited):
        await visited.post("/v2/nowhere", content=b"\x00\xff\xfe")
        archive = (await visited.get("/_mock/requests.har")).json()

        jsonschema.Draft6Validator(HAR).validate(archive)
        assert archive["log"]["version"] == "1.2"
        assert [entry["request"]["method"] for entry in archive["log"]["entries"]] == [
            "POST",
            "GET",
            "GET",
            "GET",
            "POST",
        ]

    async def test_an_entry_has_what_was_asked_and_answered(self, visited):
        [post, _, lost, _] = (await visited.get("/_mock/requests.har")).json()["log"]["entries"]

        assert (post["startedDateTime"], post["time"]) == ("2026-01-01T00:00:00Z", 0)
        assert post["request"]["url"] == "http://localhost/v1/videos"
        assert json.loads(post["request"]["postData"]["text"])["prompt"] == "A Cat"
        assert post["request"]["bodySize"] == len(post["request"]["postData"]["text"])
        assert (post["response"]["status"], post["response"]["statusText"]) == (202, "Accepted")
        assert post["response"]["content"]["mimeType"] == "application/json"
        assert json.loads(post["response"]["content"]["text"])["status"] == "queued"
        assert lost["request"]["queryString"] == [
            {"name": "api_key", "value": "[redacted]"},
            {"name": "colour", "value": "red"},
        ]
        assert post["timings"] == {
            "blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 0, "receive": 0,
        }  # fmt: skip

    async def test_filters_narrow_it(self, visited):
        entries = (await visited.get("/_mock/requests.har?status=4xx")).json()["log"]["entries"]

        assert [entry["_number"] for entry in entries] == [3, 4]

    async def test_no_key_is_in_it(self, visited):
        text = (await visited.get("/_mock/requests.har")).text

        assert "key-of-a-test" not in text
        assert "hush-hush" not in text


class TestNearMisses:
    async def test_the_hint_of_the_404_names_the_routes_that_the_journal_names(self):
        async with Mock("nanogpt") as mock:
            answer = await mock.client().post("/generate-video", json={})
            [exchange] = (await mock.control.get("requests?unmatched=true")).json()["items"]

        first = "/api/generate-video (/api is missing in front)"
        assert answer.headers["x-mock-hint"].startswith(f"the nearest routes: {first}, ")
        assert [one["route"].split()[1] for one in exchange["near_misses"]] == [
            line.split()[0] for line in answer.headers["x-mock-hint"].removeprefix("the nearest routes: ").split(", ")
        ]

    def test_where_a_prefix_is_missing_all_who_have_the_rest_are_named(self):
        served = {provider.name: provider for provider in discover()}

        assert near_routes("GET", "/video/status", served) == (
            "/v1/video/status (/v1 is missing in front)",
            "/api/video/status (/api is missing in front)",
            "/api/v1/video/status (/api/v1 is missing in front)",
        )

    @pytest.mark.parametrize(
        ("request_line", "route", "differs", "hint"),
        [
            ("PUT /v1/videos", "POST /v1/videos", "method", "PUT was sent, and POST is served here"),
            ("POST /videos", "POST /v1/videos", "prefix", "/v1 is missing in front"),
            ("GET /videos/7", "GET /v1/videos/{video_id}", "prefix", "/v1 is missing in front"),
            ("POST /api/v1/videos", "POST /v1/videos", "prefix", "/api is too much in front"),
            ("POST /v1/vidoes", "POST /v1/videos", "segment", "'videos' is spelt 'vidoes'"),
            ("POST /acme/v1/video", "POST /v1/videos", "segment", "'videos' is spelt 'video'"),
            ("POST /@one/v1/video", "POST /v1/videos", "segment", "'videos' is spelt 'video'"),
            ("POST /v2/vidoes", "POST /v1/videos", "segment", "'v1' is spelt 'v2', 'videos' is spelt 'vidoes'"),
            ("GET /v1/videos/7/file", "GET /v1/videos/{video_id}", "length", "1 part is too much"),
        ],
    )
    async def test_the_nearest_route_is_named_with_what_differs(self, visitor, request_line, route, differs, hint):
        method, path = request_line.split()
        await visitor.request(method, path)
        base = "/@one" if path.startswith("/@one") else ""
        [exchange] = (await visitor.get(f"{base}/_mock/requests?unmatched=true")).json()["items"]

        assert exchange["near_misses"][0] == {"route": route, "provider": "acme", "differs": differs, "hint": hint}

    async def test_what_was_met_has_none(self, visited):
        assert not any(one["near_misses"] for one in (await visited.get("/_mock/requests")).json()["items"])

    async def test_what_looks_like_nothing_has_none(self, visitor):
        await visitor.get("/favicon.ico")
        [exchange] = (await visitor.get("/_mock/requests?unmatched=true")).json()["items"]

        assert (exchange["status"], exchange["near_misses"]) == (404, [])


class TestRedaction:
    async def test_a_key_is_hidden_wherever_it_stands(self, visitor):
        await visitor.post(
            "/v1/videos?x=key-of-a-test", json={"prompt": "key-of-a-test"}, headers=KEY | {"referer": "key-of-a-test"}
        )
        await visitor.get("/v1/videos/key-of-a-test", headers=KEY)

        assert "key-of-a-test" not in (await visitor.get("/_mock/requests")).text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ('{"api_key": "a\\"b", "n": 1}', '{"api_key": "[redacted]", "n": 1}'),
            ('{"webhook_secret":"s"}', '{"webhook_secret":"[redacted]"}'),
            ("https://x/y?expires=1&signature=abc", "https://x/y?expires=1&signature=[redacted]"),
            ('{"url":"https://x/y?signature=abc&z=1"}', '{"url":"https://x/y?signature=[redacted]&z=1"}'),
            ("token=abc&b=2", "token=[redacted]&b=2"),
            ('{"prompt": "the key to success"}', '{"prompt": "the key to success"}'),
            ('{"keyword": "x", "design": "y"}', '{"keyword": "x", "design": "y"}'),
        ],
    )
    def test_what_is_named_like_a_secret_is_hidden(self, text, shown):
        assert without_secrets(text, ()) == shown

    def test_a_short_key_is_no_secret(self):
        assert secrets_of("k", [(b"authorization", b"Bearer abcdef")]) == {"abcdef"}

    def test_media_are_told_by_their_length(self):
        data = "A" * 500
        assert without_media(f'{{"image": "data:image/png;base64,{data}"}}') == (
            '{"image": "data:image/png;base64,[500 characters]"}'
        )
        assert without_media(f'{{"image": "{data}=="}}') == '{"image": "[502 characters of base64]"}'
        assert without_media('{"prompt": "short"}') == '{"prompt": "short"}'

    async def test_a_body_that_nobody_read_is_told_by_its_length(self, visitor):
        await visitor.put("/v1/videos", content=b"1234567", headers={"content-type": "video/mp4"})
        [exchange] = (await visitor.get("/_mock/requests")).json()["items"]

        assert exchange["request"]["body"] == "(7 bytes of video/mp4, not kept)"
