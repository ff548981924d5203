"""Who may not come into the control room, and what names of sandboxes cannot do."""

import httpx
import pytest

from mockserver.app import create_app
from mockserver.control.room import TASKS
from mockserver.settings import load

HERE = "localhost:4747"


def visiting(base_url="http://localhost:4747", **settings):
    app = create_app(load({"clock": "frozen", **settings}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)


@pytest.fixture
async def visitor():
    async with visiting() as client:
        yield client


def paths():
    """Each task, with something in the place of each value."""
    for method, path in TASKS:
        yield (
            method,
            "/_mock/"
            + path.replace("{provider}", "nanogpt").replace("{key}", "sk-1").replace("{", "").replace("}", ""),
        )


# DNS rebinding: a name of the attacker's leads to this machine, and the page is of one origin with it --------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:4747", "127.0.0.1.evil.example", "localhost.evil.example", "evillocalhost",
        "0.0.0.0:4747", "localhost.", "evil@localhost", "localhost:80@evil.example", "localhost#evil", "localhost/evil",
        "localhost:evil", "localhost, evil.example", "[::1", "::1", "2130706433", "127.1", "[::ffff:169.254.169.254]",
        "169.254.169.254", "",
    ],
)  # fmt: skip
async def test_a_host_that_is_not_this_machine_is_refused_even_to_a_page_of_its_own(visitor, host):
    answer = await visitor.post("/_mock/reset", headers={"host": host, "origin": f"http://{host}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_local")


@pytest.mark.parametrize(("method", "path"), list(paths()))
async def test_every_route_is_closed_to_other_hosts_and_other_pages(visitor, method, path):
    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for prefix in ("", "/@mine"):
            answer = await visitor.request(method, prefix + path, headers=headers)
            assert answer.status_code == 403, answer.text


# Pages of other sites ---------------------------------------------------------------------------------------------

PAGES = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://[evil"},
    {"origin": "http://localhost:3000"},
    {"origin": "http://localhost:4747.evil.example"},
    {"origin": "http://localhost:4747@evil.example"},
    {"referer": "https://evil.example/page"},
    {"referer": "http://[evil"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost:4747"},
]


@pytest.mark.parametrize("headers", PAGES, ids=str)
async def test_pages_of_other_origins_are_refused_and_change_nothing(visitor, headers):
    for method, path in (("POST", "clock/advance"), ("PUT", "clock"), ("GET", "jobs"), ("DELETE", "sandboxes")):
        answer = await visitor.request(method, f"/_mock/{path}", json={"seconds": 60}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "other_origin")

    assert (await visitor.get("/_mock/clock")).json()["now"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b'{"seconds": 60}'),
        ("text/plain;charset=UTF-8", b'{"seconds": 60, "to":"="}'),
        ("application/x-www-form-urlencoded", b"%7B%22seconds%22%3A60%7D="),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="seconds"\r\n\r\n60\r\n--x--',
        ),
    ],
)
async def test_forms_of_other_sites_are_refused_whatever_they_send(visitor, kind, body):
    headers = {"content-type": kind, "origin": "https://evil.example", "sec-fetch-mode": "navigate"}
    answer = await visitor.post("/_mock/clock/advance", content=body, headers=headers)
    assert answer.status_code == 403


async def test_a_preflight_is_never_answered_with_leave(visitor):
    asks = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    refused = await visitor.options("/_mock/reset", headers=asks)
    own = await visitor.get("/_mock/health", headers={"origin": "http://localhost:4747"})

    assert refused.status_code == 403
    assert not [name for answer in (refused, own) for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:4747"},
        {"origin": "http://LOCALHOST:4747"},
        {"referer": "http://localhost:4747/_mock/"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"host": "[::1]:4747", "origin": "http://[::1]:4747"},
        {"host": "app.localhost:4747"},
    ],
    ids=str,
)
async def test_this_machine_and_its_own_pages_are_let_in(visitor, headers):
    assert (await visitor.post("/_mock/reset", headers=headers)).status_code == 200


# A token, and no control room at all -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [None, "", "secret", "Bearer", "Bearer ", "Bearer Secret", "Bearer secret2", "Basic secret"]
)
async def test_with_a_token_nobody_comes_in_without_it_not_even_this_machine(sent):
    async with visiting(control_token="secret") as visitor:
        headers = {} if sent is None else {"authorization": sent}
        answer = await visitor.post("/_mock/reset", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_needed")


async def test_with_a_token_its_bearer_comes_in_under_any_host():
    async with visiting("http://mock.example", control_token="secret") as visitor:
        assert (await visitor.post("/_mock/reset", headers={"authorization": "Bearer secret"})).status_code == 200


@pytest.mark.parametrize(("method", "path"), list(paths()))
async def test_without_a_control_room_there_is_nothing_there(method, path):
    async with visiting(control=False) as visitor:
        for prefix in ("", "/@mine"):
            assert (await visitor.request(method, prefix + path)).status_code == 404


# Names of sandboxes -----------------------------------------------------------------------------------------------

NAMES = [
    "..", ".", "%2e%2e", "%2E.", "..%5c", "-a", "%2e%2e%00", "a%00", "a%0a", "a%0d%0ax", "a%09", "%7f", "a%20b", "ä",
    "%C3%A4", "%ff", "\u202e", "%e2%80%ae", "a:b", "a;b", "a,b", "a@b", "~", "$HOME", "a" * 65, "a" * 5000, "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:12])
async def test_what_is_no_name_makes_no_sandbox(visitor, name):
    for path in ("/_mock/clock", "/_mock/jobs", "/api/v1/video-models", "/nowhere"):
        answer = await visitor.get(f"/@{name}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) in {(400, "bad_sandbox"), (400, "bad_request")}

    assert (await visitor.get("/_mock/sandboxes")).json()["items"] == []


@pytest.mark.parametrize(
    "path", ["/@a%2f..%2f..%2fetc/_mock/clock", "/@a/%2e%2e/_mock/clock", "/@a%2f%2e%2e/_mock/clock"]
)
async def test_what_comes_after_a_slash_is_a_path_and_leads_nowhere(visitor, path):
    answer = await visitor.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_path")


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "a\\b", "a\x00", "a b", "\xe4", "a" * 65, ""])
async def test_a_header_names_no_other_sandboxes_than_a_path(visitor, name):
    for path in ("/api/v1/video-models", "/_mock/clock"):
        answer = await visitor.get(path, headers={"x-mock-sandbox": name.encode("latin-1")})
        assert answer.status_code == 400, answer.text
    assert (await visitor.get("/_mock/sandboxes")).json()["items"] == []


@pytest.mark.parametrize("name", ["..", "../../etc", "a/b", "a\n", "a" * 65, "ä", "\ud83d"])
async def test_none_is_made_by_such_a_name_either(visitor, name):
    body = b'{"name": ' + ascii(name).replace("'", '"').replace("\\x", "\\u00").encode() + b"}"
    answer = await visitor.post("/_mock/sandboxes", content=body)
    assert answer.status_code == 400, answer.text
    assert (await visitor.get("/_mock/sandboxes")).json()["items"] == []


async def test_a_name_with_dots_is_a_name_and_nothing_more(visitor):
    assert (await visitor.get("/@a..b/_mock/clock")).status_code == 200
    assert [one["name"] for one in (await visitor.get("/_mock/sandboxes")).json()["items"]] == ["a..b"]
