"""What the control API promises of every operation alike: who may not come in, what is too much, what is not there."""

import httpx
import pytest

from contracts.harness.citations import METHODS
from contracts.harness.conformance import ConformanceError
from contracts.harness.load import load
from mockserver.app import create_app
from mockserver.settings import load as settings
from tests import witness
from tests.kit import Mock

BAD_NAME = {"x-mock-sandbox": "no good name"}
LOST = {
    "POST /_mock/sandboxes": {"name": "copy", "from": "nothing"},
    "PUT /_mock/scenarios": {"default": "succeeds", "queue": [{"scenario": "fails", "provider": "nobody"}]},
    "POST /_mock/scenarios/queue": {"scenario": "fails", "provider": "nobody"},
    "POST /_mock/faults": {"fault": "reset", "match": {"provider": "nobody"}},
}
"""Bodies that name what is not there."""


def operations(status):
    """Every operation that promises a status: method and path template."""
    return [
        pytest.param(method.upper(), path, id=f"{method.upper()} {path}")
        for path, item in load("control").openapi["paths"].items()
        for method in METHODS
        if method in item and status in item[method]["responses"]
    ]


def filled(path):
    """A path whose parameters name nothing."""
    return path.replace("{provider}", "nobody").replace("{name}", "nothing").replace("{id}", "nothing").replace(
        "{key}", "nothing"
    )  # fmt: skip


async def told(method, path, *, host="localhost", token=None, **more):
    """What a server with all providers answers."""
    app = create_app(settings({"clock": "frozen"} | ({"control_token": token} if token else {})))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}") as client:
        if path.endswith("/events"):  # which would go on for good
            more["params"] = {"seconds": "0"} | (more.get("params") or {})
        return await client.request(method, path, **more)


@pytest.mark.parametrize(("method", "path"), operations("401"))
async def test_with_a_token_nobody_comes_in_without_it(method, path):
    answer = await told(method, filled(path), token="secret")

    assert answer.status_code == 401
    witness.judge("control", answer, filled(path))


@pytest.mark.parametrize(("method", "path"), operations("403"))
async def test_nobody_comes_in_by_another_name_of_this_machine(method, path):
    answer = await told(method, filled(path), host="mock.example")

    assert answer.status_code == 403
    witness.judge("control", answer, filled(path))


@pytest.mark.parametrize(("method", "path"), operations("405"))
async def test_every_path_names_its_methods(method, path):
    answer = await told("PATCH", filled(path))

    assert answer.status_code == 405
    assert method in answer.headers["allow"].split(", ")
    witness.judge("control", answer, filled(path), method)


@pytest.mark.parametrize(("method", "path"), operations("413"))
async def test_a_body_that_is_too_large_is_refused(method, path):
    somewhere = path.replace("{provider}", "nouvel").replace("{key}", "nvl_me").replace("{id}", "x")

    answer = await told(method, somewhere, content=b"x" * 2**21)

    assert answer.status_code == 413
    witness.judge("control", answer, somewhere)


@pytest.mark.parametrize(("method", "path"), operations("400"))
async def test_what_is_malformed_is_refused(method, path):
    """By the name of its sandbox, where it is about one; else by its body or its query."""
    somewhere = path.replace("{provider}", "nouvel").replace("{key}", "nvl_me")
    ways = [{"headers": BAD_NAME}, {"content": b"{"}, {"params": {"limit": "0"}}]
    if path.endswith("/events"):
        ways = ways[:1]

    answers = [await told(method, filled(somewhere), **way) for way in ways]

    answer = next(answer for answer in answers if answer.status_code == 400)
    witness.judge("control", answer, filled(somewhere))


@pytest.mark.parametrize(("method", "path"), operations("404"))
async def test_what_is_not_there_is_not_found(method, path):
    body = LOST.get(f"{method} {path}", {"as": "done"} if path.endswith("/end") else {})
    query = {"provider": "nobody"} if "{" not in path and method == "GET" else {}

    answer = await told(method, filled(path), params=query, json=None if method == "GET" else body)

    assert answer.status_code == 404, answer.text
    witness.judge("control", answer, filled(path))


@pytest.mark.parametrize("flag", ["revoked", "expired", "broke", "limited", "readonly", "cheapplan"])
async def test_an_account_can_have_each_flag(flag):
    async with Mock("nouvel") as mock:
        assert (await mock.set_account("nvl_me", flags=[flag]))["flags"] == [flag]


async def test_every_scenario_can_be_queued():
    async with Mock("viddyscribe") as mock:
        known = (await mock.control.get("scenarios")).json()["known"]
        for name in known:
            await mock.queue(name)

    assert len(known) >= 12


@pytest.mark.parametrize("provider", ["artnex", "nanogpt", "nouvel", "viddyscribe"])
async def test_a_providers_clauses_are_listed_by_kind_and_by_provenance(provider):
    async with Mock(provider) as mock:
        for query in (
            {"kind": "clause"},
            {"kind": "gap"},
            *({"provenance": p} for p in ("documented", "vendor", "inferred")),
        ):
            listed = await mock.control.get("clauses", params={"provider": provider} | query)
            assert listed.json()["items"]


@pytest.mark.parametrize(
    "document", ["000", "001", "002", "003", "004", "nanogpt:guide", "nouvel:errors", "artnex:authentication"]
)
async def test_clauses_are_found_by_what_they_rest_on(document):
    async with Mock("nanogpt") as mock:
        assert (await mock.control.get("clauses", params={"document": document})).json()["items"]


@pytest.mark.parametrize(("how", "kinds"), [("done", ["charge"]), ("cancelled", ["refund", "release"])])
async def test_a_job_can_be_ended_each_way_and_its_ledger_tells(how, kinds):
    seen = set()
    for provider, path, order, name in (
        ("nanogpt", "/api/generate-video", {"model": "hunyuan-video", "prompt": "A fox"}, "runId"),
        ("artnex", "/v1/video", {"model": "veo3.1", "prompt": "A fox"}, "request_id"),
    ):
        async with Mock(provider) as mock:
            headers = {"x-api-key": "me", "authorization": "Bearer me"}
            job = (await mock.client(headers).post(path, json=order)).json()[name]
            assert (await mock.control.get(f"jobs/{job}")).json()["state"] == "waiting" or provider == "artnex"
            await mock.end(job, how)
            ledger = (await mock.control.get(f"accounts/{provider}/me/ledger")).json()["items"]
            seen |= {entry["kind"] for entry in ledger}

    assert seen >= set(kinds)


def test_the_description_is_what_is_judged_by():
    with pytest.raises(ConformanceError):
        witness.judge("control", httpx.Response(418, request=httpx.Request("GET", "http://localhost/_mock/health")))
