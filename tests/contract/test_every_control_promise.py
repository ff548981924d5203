"""What the control API promises of every operation alike: who may not come in, what is too much, what is not there."""

import httpx
import pytest

from contracts.harness.citations import METHODS
from contracts.harness.conformance import ConformanceError
from contracts.harness.load import load
from mockserver.app import create_app
from mockserver.settings import load as settings
from mockserver.web.faults import DroppedError
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


async def test_faults_are_laid_listed_and_lifted_until_there_are_too_many():
    async with Mock("nanogpt") as mock:
        laid = (await mock.control.post("faults", json={"fault": "reset", "match": {"method": "DELETE"}})).json()
        assert len((await mock.control.get("faults")).json()["items"]) == 1
        assert (await mock.control.delete(f"faults/{laid['id']}")).status_code == 204
        answers = [(await mock.control.post("faults", json={"fault": "delay(0)"})).status_code for _ in range(101)]
        assert (await mock.control.delete("faults")).status_code == 204

    assert answers == [201] * 100 + [409]


async def test_a_sandbox_is_kept_and_brought_back():
    async with Mock("nanogpt") as mock:
        assert (await mock.control.post("snapshots", json={"name": "before"})).status_code == 201
        assert [each["name"] for each in (await mock.control.get("snapshots")).json()["items"]] == ["before"]
        assert (await mock.control.put("snapshots/before/restore")).status_code == 200
        assert (await mock.control.delete("snapshots/before")).status_code == 204


async def test_requests_are_counted_and_exported_lost_ones_and_cut_ones_too():
    async with Mock("nouvel") as mock:
        client = mock.client({"authorization": "Bearer nvl_me"})
        await client.get("/v1/projects")
        with pytest.raises(DroppedError):
            await client.get("/api/v1/projects", headers={"x-mock-fault": "refuse"})
        listed = (await mock.control.get("requests")).json()["items"]
        assert (await mock.control.post("requests/count", json={"method": "GET"})).json()["count"] == 2
        assert (await mock.control.get("requests.har")).json()["log"]["version"] == "1.2"

    assert [each["status"] for each in listed] == [0, 404]
    assert listed[1]["near_misses"][0]["differs"] == "prefix"


async def test_a_clause_is_told_by_its_id():
    async with Mock("nouvel") as mock:
        assert (await mock.control.get("clauses/nouvel.auth.bearer")).json()["id"] == "nouvel.auth.bearer"


async def test_events_end_when_they_were_asked_to_and_have_a_bound(monkeypatch):
    there = await told("GET", "/_mock/events")
    monkeypatch.setattr("mockserver.control.events.LISTENERS_AT_MOST", 0)
    full = await told("GET", "/_mock/events")

    assert (there.status_code, full.status_code) == (200, 503)
    for answer in (there, full):
        witness.judge("control", answer)


async def test_an_announcement_is_an_event():
    async with Mock("nouvel") as mock:
        await mock.control.get("events", params={"seconds": "0"})  # from here on they are kept
        order = {"urls": ["https://shop.com/products/shoes"], "webhookUrl": "https://app.example.com/hook"}
        await mock.client({"authorization": "Bearer nvl_me"}).post("/api/v1/generate", json=order)
        await mock.until_idle()
        await mock.advance(120)
        stream = await mock.control.get("events", params={"seconds": "0", "after": "0", "kind": "webhook"})
        frames = [frame for frame in stream.text.split("\n\n") if "data: " in frame]

    for frame in frames:
        witness.conform("control", "Event", dict(line.partition(": ")[::2] for line in frame.split("\n")))
    assert len(frames) >= 1


def test_the_description_is_what_is_judged_by():
    with pytest.raises(ConformanceError):
        witness.judge("control", httpx.Response(418, request=httpx.Request("GET", "http://localhost/_mock/health")))
