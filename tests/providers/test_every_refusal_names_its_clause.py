"""Every refusal of every provider names a clause that there is, whether or not a request meets it today."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

import mockserver
from mockserver.control.rules import rules
from mockserver.core import refusals as no
from mockserver.core.refusals import Refusal
from mockserver.settings import discover

PROVIDERS = {provider.name: provider for provider in discover()}
FIELDS = ("prompt", "model", "mode", "duration", "image", "urls", "variantCount", "page", "resolution", "anything")
WAIT = timedelta(seconds=7)
REASONS = [
    no.UnknownPath("/x"),
    no.WrongMethod(("GET",)),
    no.RequestTooLarge("headers"),
    no.RequestTooLarge("address"),
    no.Crashed(),
    no.Unavailable(),
    no.InTrouble(504, "Gateway timeout"),
    no.KeyMissing(),
    *(no.KeyRejected(why) for why in ("malformed", "unknown", "revoked", "expired")),
    no.NotPermitted("generate"),
    no.PlanLacks("API access", "free"),
    no.BadBody("not JSON"),
    no.BadBody("content type"),
    no.BodyTooLarge(1),
    no.MediaTooLarge("image", 1),
    no.MediaTooLong("video", WAIT),
    no.MediaUnusable("image", "bad_base64"),
    *(no.MissingField(field) for field in FIELDS),
    *(no.MissingMedia("Kling 2.1 Standard", kind) for kind in ("image", "video", "audio", "script")),
    *(no.MissingMedia("another", kind) for kind in ("image", "video", "audio", "script")),
    *(no.WrongType(field, "str") for field in FIELDS),
    *(no.BadValue(field, 7) for field in FIELDS),
    *(no.BadValue(field, "x", "1, 2") for field in FIELDS),
    no.BadValue("resolution", "1792x1024", "pro"),
    *(no.TooLong(field, 5, 6, model) for field in FIELDS for model in ("", "MiniMax Hailuo 02", "LTX-2 Fast")),
    *(no.NotAccepted(field) for field in FIELDS),
    no.UnknownModel("m"),
    no.Moderated(),
    no.Moderated("shop.example"),
    no.Unaffordable(2, 1, 29, 30),
    no.Unaffordable(1, 0, 30, 30),
    *(
        no.OverLimit(name, WAIT, 3)
        for name in ("submit", "extend", "recover", "polls", "daily", "queued_jobs", "concurrent_uploads", "other")
    ),
    *(no.NotFound(kind, "1") for kind in ("job", "project", "media", "file")),
    *(no.NotYours(kind) for kind in ("job", "media")),
    *(no.Gone(kind) for kind in ("video", "file", "link", "media")),
    *(no.NotReady(kind, state) for kind in ("original", "content", "file", "media") for state in ("failed", "working")),
    no.NotForThis("midjourney"),
    no.BadRange(9),
]


def test_all_reasons_are_tried():
    assert {type(reason) for reason in REASONS} == set(get_args(Refusal))


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_has_a_clause_for_each_reason(name):
    options = PROVIDERS[name].options()
    nameless = [reason for reason in REASONS if PROVIDERS[name].answer(reason, options).clause not in rules()]

    assert nameless == []


def test_each_clause_that_the_server_names_is_one():
    form = re.compile(rf"({'|'.join(PROVIDERS)})\.[a-z-]+\.[a-z0-9-]+")
    named = {
        node.value
        for file in Path(mockserver.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and form.fullmatch(node.value)
    }

    assert len(named) > 100
    assert named - set(rules()) == set()


ASKED = {"nanogpt": "/api/generate-video", "nouvel": "/api/v1/generate", "artnex": "/v1/video"}
HEADS = {name: f"{name}.errors.head-too-large" for name in PROVIDERS}
ASKED["viddyscribe"] = "/enterprise/api/generate_ad_text"
CRASHES = {
    "artnex": "artnex.errors.internal",
    "nanogpt": "nanogpt.errors.internal",
    "nouvel": "nouvel.errors.internal",
    "viddyscribe": "viddyscribe.errors.server-error",
}
UNKNOWN = {name: f"{name}.errors.unknown-path" for name in PROVIDERS} | {
    "viddyscribe": "viddyscribe.errors.not-found-slug"
}


def proving(ids):
    return [pytest.param(name, clause, marks=pytest.mark.clause(clause)) for name, clause in ids.items()]


async def journaled(mock):
    return (await mock.control.get("requests")).json()["items"][0]


@pytest.mark.parametrize(("name", "clause"), proving(HEADS))
async def test_too_many_headers_are_431(serve, name, clause):
    mock = await serve(name)
    answer = await mock.client({f"x-{number}": "1" for number in range(201)}).post(ASKED[name])

    assert (answer.status_code, answer.headers["x-mock-clause"]) == (431, clause)
    assert (await journaled(mock))["clause"] == clause


@pytest.mark.parametrize(("name", "clause"), proving(CRASHES))
async def test_a_crash_is_500_and_the_hint_says_whose_it_is(serve, name, clause, monkeypatch, caplog):
    mock = await serve(name)

    def crash(_):
        raise ZeroDivisionError

    monkeypatch.setattr("mockserver.web.street.pass_gates", crash)
    answer = await mock.client().post(ASKED[name])

    assert (answer.status_code, answer.headers["x-mock-clause"]) == (500, clause)
    assert answer.headers["x-mock-hint"] == "a defect of fauxreel: its log has the traceback"
    assert (await journaled(mock))["clause"] == clause
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("name", "clause"), proving(UNKNOWN))
async def test_an_unknown_path_is_404_and_the_hint_names_its_neighbours(serve, name, clause):
    answer = await (await serve(name)).client().post(f"/{name}{ASKED[name]}s")

    assert (answer.status_code, answer.headers["x-mock-clause"]) == (404, clause)
    assert ASKED[name] in answer.headers["x-mock-hint"]


@pytest.mark.clause("nouvel.errors.body-too-large")
async def test_a_body_beyond_what_nouvel_reads_is_413(serve):
    client = (await serve("nouvel")).client({"authorization": "Bearer nvl_1"})
    answer = await client.post("/api/v1/generate", content=b"{}", headers={"content-length": str(32 * 2**20 + 1)})

    assert (answer.status_code, answer.json()) == (413, {"error": "Request body too large"})
    assert answer.headers["x-mock-clause"] == "nouvel.errors.body-too-large"


async def test_a_hint_says_what_the_providers_words_do_not(serve):
    mock = await serve("nanogpt")
    client = mock.client({"x-api-key": "sk-revoked"})
    await mock.set_account("sk-2", flags=["limited"])
    order = {"model": "veo2-video", "prompt": "x"}

    revoked = await client.post("/api/generate-video", json=order)
    limited = await mock.client({"x-api-key": "sk-2"}).post("/api/generate-video", json=order)
    wrong = await mock.client({"x-api-key": "sk-3"}).post(
        "/api/generate-video", json={"model": "veo2-video", "prompt": 3}
    )

    assert revoked.headers["x-mock-hint"] == "the key is revoked, by its text or by the control API"
    assert limited.headers["x-mock-hint"] == "limit submit; the next is welcome in 60 s of mock time"
    assert wrong.headers["x-mock-hint"] == "prompt: str | null expected"


async def test_a_hint_is_one_line_of_ascii_whatever_was_sent(serve):
    client = (await serve("nanogpt", nanogpt__values="strict")).client({"x-api-key": "sk-1"})
    answer = await client.post(
        "/api/generate-video", content='{"model": "veo2-video", "prompt": "x", "duration": "ä\\r\\nb"}'
    )
    broken = await client.post("/api/generate-video", content=b'{"ab\xff\r\n": ')

    assert (answer.status_code, broken.status_code) == (400, 400)
    assert all(one.headers["x-mock-hint"].isascii() for one in (answer, broken))


async def test_pure_answers_have_neither_clause_nor_hint(serve):
    answer = await (await serve("nanogpt", pure=True)).client().post("/nanogpt/api/generate-videos")

    assert answer.status_code == 404
    assert not [name for name in answer.headers if name.startswith("x-mock")]
