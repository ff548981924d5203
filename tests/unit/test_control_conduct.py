"""The list of findings: its filters, what it says of itself, and how judging begins anew."""

import pytest

from contracts.harness.load import load
from mockserver.core.conduct import FINDINGS
from mockserver.settings import discover
from tests.kit import Mock

ADVICE = [
    (provider.name, kind, counsel)
    for provider in discover()
    for kind, counsel in provider.advice(provider.options()).counsel.items()
]


@pytest.fixture
async def mock():
    async with Mock("nanogpt") as found:
        yield found


async def misspell(mock, prefix=""):
    client = mock.client(headers={"x-api-key": "sk-nano-1"})
    answer = await client.post(
        f"{prefix}/api/generate-video", json={"model": "veo2-video", "prompt": "x", "Duration": 5}
    )
    assert answer.is_success


async def listed(mock, **query):
    return (await mock.control.get("conduct", params=query)).json()


async def test_nothing_is_found_where_nothing_was_asked(mock):
    assert await listed(mock) == {"items": [], "next": None, "total": 0, "requests": {"judged": 0, "forgotten": 0}}


async def test_a_finding_has_all_that_is_needed_to_understand_it(mock):
    await misspell(mock)

    assert (await listed(mock))["items"] == [
        {
            "id": "unknown-field",
            "provider": "nanogpt",
            "title": "Sent a field that nobody knows",
            "message": "POST /api/generate-video was sent with 'Duration' in its body; 'duration' is the nearest that "
            "is known. NanoGPT ignores unknown keys, so the request was taken as if the field were not there. "
            "Send only the fields that the chosen model has, by the names that the documents give.",
            "clause": "nanogpt.conduct.known-fields",
            "job": None,
            "first_at": "2026-01-01T00:00:00Z",
            "count": 1,
            "requests": [
                {
                    "number": 1,
                    "at": "2026-01-01T00:00:00Z",
                    "method": "POST",
                    "path": "/api/generate-video",
                    "query": "",
                    "status": 202,
                }
            ],
        }
    ]


async def test_it_is_narrowed_by_provider_and_kind(mock):
    await misspell(mock)

    assert len((await listed(mock, provider="nanogpt", id="unknown-field"))["items"]) == 1
    assert (await listed(mock, id="never-downloaded"))["items"] == []


async def test_of_many_findings_the_first_are_listed_and_all_are_counted(mock):
    client = mock.client(headers={"x-api-key": "sk-nano-1"})
    await client.post("/api/generate-video", json={"model": "veo2-video", "prompt": "x", "a1": 1, "b2": 2, "c3": 3})

    found = await listed(mock, limit=2)

    assert (len(found["items"]), found["total"]) == (2, 3)


async def test_of_many_requests_the_first_twenty_are_shown(mock):
    await mock.set_account("sk-nano-1", available="1000")
    for _ in range(30):
        await misspell(mock)
        await mock.advance(60)

    [one] = (await listed(mock))["items"]

    assert (one["count"], [request["number"] for request in one["requests"]]) == (30, list(range(1, 21)))


@pytest.mark.parametrize(
    ("query", "code", "hint"),
    [
        ({"id": "polled-to-fast"}, "bad_query", "Did you mean 'polled-too-fast'?"),
        ({"id": "x"}, "bad_query", "There are: polled-too-fast, "),
        ({"job": "x"}, "bad_query", "There are: id, limit, provider"),
        ({"provider": "acme"}, "unknown_provider", "Served are: nanogpt"),
        ({"limit": "0"}, "bad_query", ""),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(mock, query, code, hint):
    error = (await listed(mock, **query))["error"]

    assert error["code"] == code
    assert (error["hint"] or "").startswith(hint)


async def test_a_key_in_the_wrong_place_is_not_shown(mock):
    client = mock.client(headers={"x-api-key": "sk-nano-secret"})
    await client.get("/api/video/status", params={"apikey": "sk-nano-secret", "sk-nano-secret": 1, "runId": "x"})

    answer = await mock.control.get("conduct")

    assert answer.json()["total"] == 2
    assert "sk-nano-secret" not in answer.text


async def test_each_sandbox_has_its_own_conduct(mock):
    await misspell(mock, "/@one")

    assert (await listed(mock))["total"] == 0
    assert (await mock.control.get("http://localhost/@one/_mock/conduct")).json()["total"] == 1


async def test_what_was_before_is_held_against_nobody_after_a_delete(mock):
    await misspell(mock)
    assert (await mock.control.delete("conduct")).status_code == 204
    assert (await listed(mock))["total"] == 0

    await misspell(mock)

    [one] = (await listed(mock))["items"]
    assert [request["number"] for request in one["requests"]] == [2]


async def test_a_reset_forgets_all(mock):
    await misspell(mock)
    await mock.control.delete("conduct")
    await mock.control.post("reset")
    await misspell(mock)

    assert (await listed(mock))["total"] == 1


async def test_it_says_how_many_exchanges_it_could_not_judge_any_more():
    async with Mock("nanogpt", journal=10) as mock:
        for _ in range(12):
            await misspell(mock)

        assert (await listed(mock))["requests"] == {"judged": 10, "forgotten": 2}


async def test_what_the_journal_does_not_reach_back_to_is_not_called_missing():
    async with Mock("artnex", journal=5) as mock:
        client = mock.client(headers={"authorization": "Bearer artnex-1"})
        order = {"prompt": "x", "model": "veo3.1"}
        job = (await client.post("/v1/video", json=order)).json()["request_id"]
        await mock.until_idle()
        link = (await client.get(f"/v1/video/{job}")).json()["video_url"]
        await client.get(link)
        for _ in range(4):
            await client.post("/v1/video", json={})
        await mock.advance(2 * 86_400)

        assert (await listed(mock))["items"] == []


async def test_who_shares_a_state_does_not_judge_what_others_may_know(monkeypatch):
    async with Mock("artnex") as mock:
        client = mock.client(headers={"authorization": "Bearer artnex-1"})
        await client.post("/v1/video", json={"prompt": "x", "model": "veo3.1", "more": 1})
        await mock.until_idle()
        await mock.advance(2 * 86_400)
        alone = [one["id"] for one in (await listed(mock))["items"]]
        monkeypatch.setattr("mockserver.stores.memory.MemoryStore.shared", True)

        shared = [one["id"] for one in (await listed(mock))["items"]]

    assert (alone, shared) == (["never-downloaded", "unknown-field"], ["unknown-field"])


@pytest.mark.parametrize(("provider", "kind", "counsel"), ADVICE, ids=[f"{name}-{kind}" for name, kind, _ in ADVICE])
def test_each_piece_of_advice_is_of_a_known_kind_and_rests_on_a_clause_that_names_it(provider, kind, counsel):
    [clause] = [clause for clause in load(provider).clauses if clause.id == counsel.clause]

    assert kind in FINDINGS
    assert kind in clause.rule
    assert counsel.says.endswith(".")
    assert counsel.instead.endswith(".")


def test_each_kind_of_finding_exists_for_some_provider_and_each_clause_of_conduct_is_used():
    clauses = {
        clause.id for provider in discover() for clause in load(provider.name).clauses if ".conduct." in clause.id
    }

    assert {kind for _, kind, _ in ADVICE} == set(FINDINGS)
    assert {counsel.clause for _, _, counsel in ADVICE} == clauses
