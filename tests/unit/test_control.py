"""The control room: looking behind the scenes, moving time, ending jobs; and who may not come in."""

import httpx
import pytest

from mockserver.app import create_app
from mockserver.settings import discover, load


async def submitted(visitor, **request):
    return (await visitor.post("/v1/videos", **({"json": {"prompt": "a cat"}} | request))).json()["id"]


async def test_health(visitor):
    answer = (await visitor.get("/_mock/health")).json()
    assert (answer["status"], answer["providers"]) == ("ok", ["acme"])


async def test_providers_tell_how_to_reach_them(visitor):
    [acme] = (await visitor.get("/_mock/providers")).json()["items"]
    assert acme["operations"] == ["POST /v1/videos", "GET /v1/videos/{video_id}", "GET /v1/crash"]


class TestTime:
    @pytest.mark.parametrize("how", [{"until": "idle"}, {"seconds": 0}, {"seconds": 0.001}])
    async def test_a_clock_that_runs_fast_is_moved_from_where_it_is(self, visitor, how):
        """Found by soaking: it had gone on between two looks, and seemed to be moved back."""
        await visitor.put("/_mock/clock", json={"speed": 1_000_000})
        for _ in range(5):
            assert (await visitor.post("/_mock/clock/advance", json=how)).status_code == 200

    async def test_it_stands_and_is_moved(self, visitor):
        assert (await visitor.get("/_mock/clock")).json() == {
            "mode": "frozen",
            "speed": 60.0,
            "now": "2026-01-01T00:00:00Z",
        }
        moved = (await visitor.post("/_mock/clock/advance", json={"seconds": 1.5})).json()
        assert (moved["now"], moved["advanced"]) == ("2026-01-01T00:00:01.500Z", 1.5)
        moved = (await visitor.post("/_mock/clock/advance", json={"to": "2026-01-02T00:00:00Z"})).json()
        assert moved["now"] == "2026-01-02T00:00:00Z"

    async def test_an_instant_between_milliseconds_is_told_whole_so_that_it_can_be_reached(self, visitor):
        moved = (await visitor.post("/_mock/clock/advance", json={"seconds": 1.000001})).json()
        again = (await visitor.post("/_mock/clock/advance", json={"to": moved["now"]})).json()
        assert (moved["now"], again["advanced"]) == ("2026-01-01T00:00:01.000001Z", 0.0)

    async def test_until_idle_ends_all_jobs_and_says_what_became_due(self, visitor):
        job = await submitted(visitor)
        moved = (await visitor.post("/_mock/clock/advance", json={"until": "idle"})).json()
        assert moved["advanced"] == 34.0
        assert [(due["at"], due["what"], due["id"]) for due in moved["due"]] == [
            ("2026-01-01T00:00:04Z", "processing", job),
            ("2026-01-01T00:00:34Z", "succeeded", job),
        ]

    async def test_auto_shows_every_state_once(self, visitor):
        await visitor.put("/_mock/clock", json={"mode": "auto"})
        job = await submitted(visitor)
        seen = [(await visitor.get(f"/v1/videos/{job}")).json()["status"] for _ in range(4)]
        assert seen == ["queued", "processing", "succeeded", "succeeded"]

    async def test_it_runs_again(self, visitor):
        answer = (await visitor.put("/_mock/clock", json={"speed": 120})).json()
        assert (answer["mode"], answer["speed"]) == ("scaled", 120.0)
        assert (await visitor.put("/_mock/clock", json={"mode": "frozen"})).json()["mode"] == "frozen"

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"seconds": -1}, {"seconds": 1e300}, {"seconds": 1, "until": "idle"}, {"to": "2026-01-02T00:00:00"},
            {"until": "tomorrow"}, {"seconds": "soon"}, {"hours": 1}, {"seconds": 10**15},
        ],
    )  # fmt: skip
    async def test_what_is_no_move_is_refused(self, visitor, body):
        answer = await visitor.post("/_mock/clock/advance", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"]

    @pytest.mark.parametrize("body", [{"speed": 0}, {"speed": 1e9}, {"now": "2020-01-01T00:00:00Z"}, {"mode": "slow"}])
    async def test_what_is_no_clock_is_refused(self, visitor, body):
        assert (await visitor.put("/_mock/clock", json=body)).status_code == 400


class TestJobs:
    async def test_a_job_is_shown_with_its_life_and_price(self, visitor):
        job = await submitted(visitor)
        shown = (await visitor.get(f"/_mock/jobs/{job}")).json()
        assert (shown["provider"], shown["status"], shown["state"], shown["price"]) == (
            "acme",
            "queued",
            "waiting",
            "3",
        )
        assert [change["status"] for change in shown["changes"]] == ["queued", "processing", "succeeded"]

    async def test_jobs_are_listed_newest_first_in_pages(self, visitor):
        jobs = [await submitted(visitor) for _ in range(3)]
        first = (await visitor.get("/_mock/jobs", params={"limit": 2})).json()
        second = (await visitor.get("/_mock/jobs", params={"limit": 2, "after": first["next"]})).json()
        assert [job["id"] for job in first["items"] + second["items"]] == jobs[::-1]
        assert second["next"] is None

    @pytest.mark.parametrize(("how", "status", "available"), [("done", "succeeded", "7"), ("failed", "failed", "10")])
    async def test_a_job_is_ended_by_hand_and_its_money_follows(self, visitor, how, status, available):
        job = await submitted(visitor)
        await visitor.post("/_mock/clock/advance", json={"seconds": 10})
        assert (await visitor.post(f"/_mock/jobs/{job}/end", json={"as": how})).json()["status"] == status
        assert (await visitor.get(f"/v1/videos/{job}")).json()["status"] == status
        account = (await visitor.get("/_mock/accounts/acme/key")).json()
        assert (account["available"], account["held"]) == (available, "0")

    async def test_what_has_ended_cannot_be_ended_and_an_unknown_end_is_said_so(self, visitor):
        job = await submitted(visitor)
        assert (await visitor.post(f"/_mock/jobs/{job}/end", json={"as": "cancelled"})).json()["error"][
            "code"
        ] == "no_such_end"
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})
        assert (await visitor.post(f"/_mock/jobs/{job}/end", json={"as": "done"})).status_code == 409
        assert (await visitor.get("/_mock/jobs/none")).status_code == 404


class TestAccounts:
    async def test_money_is_laid_down_and_listed(self, visitor):
        await visitor.put("/_mock/accounts/acme/key", json={"available": "3.5"})
        job = await submitted(visitor)
        account = (await visitor.get("/_mock/accounts/acme/key")).json()
        assert (account["granted"], account["held"], account["available"]) == ("3.5", "3", "0.5")
        entries = (await visitor.get("/_mock/accounts/acme/key/ledger")).json()["items"]
        assert [(entry["kind"], entry["amount"], entry["job"]) for entry in entries] == [
            ("grant", "10", None), ("grant", "-6.5", None), ("hold", "3", job),
        ]  # fmt: skip

    async def test_flags_and_expiry_act(self, visitor):
        await visitor.put("/_mock/accounts/acme/key", json={"flags": ["revoked"]})
        assert (await visitor.get("/v1/videos/1")).status_code == 401
        await visitor.put("/_mock/accounts/acme/key", json={"flags": [], "expires_at": "2026-01-01T00:01:00Z"})
        assert (await visitor.get("/v1/videos/1")).status_code == 404
        await visitor.post("/_mock/clock/advance", json={"seconds": 60})
        assert (await visitor.get("/v1/videos/1")).status_code == 401

    @pytest.mark.parametrize(
        "body",
        [
            {"flags": ["angry"]},
            {"available": "NaN"},
            {"available": "1e40"},
            {"money": 1},
            {"expires_at": "2026-01-01T00:00:00"},
        ],
    )
    async def test_what_is_no_account_is_refused(self, visitor, body):
        assert (await visitor.put("/_mock/accounts/acme/key", json=body)).status_code == 400

    async def test_an_unknown_provider_is_said_so(self, visitor):
        assert (await visitor.get("/_mock/accounts/nobody/key")).json()["error"]["hint"] == "Served are: acme"


class TestSandboxes:
    async def test_one_is_made_with_terms_of_its_own(self, visitor):
        body = {"name": "own", "clock": {"mode": "frozen", "now": "2030-01-01T00:00:00Z"}, "seed": 7,
                "accounts": {"acme": {"key": 3}}, "settings": {"acme.per_minute": 1}}  # fmt: skip
        made = await visitor.post("/_mock/sandboxes", json=body)
        assert (made.status_code, made.json()["clock"]["now"]) == (201, "2030-01-01T00:00:00Z")
        answers = [await visitor.post("/@own/v1/videos", json={"prompt": "x"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 429]
        assert answers[0].json()["credits"] == 0

    async def test_the_same_seed_gives_the_same_ids_and_another_gives_others(self, visitor):
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            await visitor.post("/_mock/sandboxes", json={"name": name, "seed": seed})
        ids = [(await visitor.post(f"/@{name}/v1/videos", json={"prompt": "x"})).json()["id"] for name in "abc"]
        assert ids[0] == ids[1] != ids[2]

    async def test_they_are_listed_and_deleted(self, visitor):
        await submitted(visitor)
        assert [box["jobs"]["acme"] for box in (await visitor.get("/_mock/sandboxes")).json()["items"]] == [1]
        assert (await visitor.delete("/_mock/sandboxes/default")).status_code == 204
        assert (await visitor.get("/_mock/sandboxes")).json()["items"] == []
        assert (await visitor.delete("/_mock/sandboxes/default")).status_code == 404

    async def test_reset_begins_again(self, visitor):
        job = await submitted(visitor)
        await visitor.post("/_mock/clock/advance", json={"seconds": 10})
        await visitor.post("/_mock/reset")
        assert (await visitor.get("/_mock/clock")).json()["now"] == "2026-01-01T00:00:00Z"
        assert (await visitor.get(f"/v1/videos/{job}")).status_code == 404
        assert await submitted(visitor) == job

    async def test_there_are_not_more_than_the_settings_say(self):
        providers = discover(__import__("tests.houses").houses)
        app = create_app(load({"sandboxes": 2}, providers=providers), providers)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as visitor:
            codes = [(await visitor.get(f"/@{name}/v1/videos/1")).status_code for name in "abc"]
        assert codes == [401, 401, 400]


class TestSize:
    async def test_a_full_sandbox_says_so_and_others_go_on(self):
        providers = discover(__import__("tests.houses").houses)
        app = create_app(load({"jobs": 2, "clock": "frozen"}, providers=providers), providers)
        headers = {"authorization": "Bearer key"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as visitor:
            codes = [(await visitor.post("/@a/v1/videos", json={"prompt": "x"})).status_code for _ in range(2)]
            full = await visitor.post("/@a/v1/videos", json={"prompt": "x"})
            assert (codes, full.status_code, full.json()["error"]["code"]) == ([202, 202], 507, "sandbox_full")
            assert "holds 2 jobs" in full.json()["error"]["message"]
            assert (await visitor.get("/@a/_mock/requests")).json()["items"][0]["status"] == 507
            assert (await visitor.get("/@a/_mock/accounts/acme/key")).json()["held"] == "6"
            assert (await visitor.post("/@b/v1/videos", json={"prompt": "x"})).status_code == 202
            await visitor.post("/@a/_mock/reset")
            assert (await visitor.post("/@a/v1/videos", json={"prompt": "x"})).status_code == 202


class TestRequests:
    async def test_they_are_listed_newest_first_with_keys_redacted(self, visitor):
        job = await submitted(visitor)
        await visitor.get(f"/v1/videos/{job}")
        [get, post] = (await visitor.get("/_mock/requests")).json()["items"]
        assert (get["number"], get["operation"], get["job"], get["status"]) == (2, "get_video", job, 200)
        assert (post["request"]["body"], post["request"]["headers"]["authorization"]) == (
            '{"prompt":"a cat"}',
            "[redacted]",
        )

    async def test_refusals_before_a_handler_are_there_too(self, visitor):
        await visitor.post("/v1/videos", json={"prompt": "x"}, headers={"x-mock-scenario": "stuk"})
        await visitor.delete("/v1/videos/1")
        [wrong, misspelt] = (await visitor.get("/_mock/requests")).json()["items"]
        assert (wrong["status"], wrong["provider"]) == (405, "acme")
        assert (misspelt["status"], misspelt["operation"]) == (400, "create_video")

    async def test_they_are_filtered_and_paged(self, visitor):
        for _ in range(3):
            await visitor.get("/v1/videos/1")
        first = (await visitor.get("/_mock/requests", params={"limit": 2, "status": 404})).json()
        second = (await visitor.get("/_mock/requests", params={"before": first["next"]})).json()
        assert [one["number"] for one in first["items"] + second["items"]] == [3, 2, 1]
        assert (await visitor.get("/_mock/requests", params={"colour": "red"})).status_code == 400


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, "not_local"),
        ({"host": "127.0.0.1.evil.example"}, "not_local"),
        ({"host": "localhost:4747", "origin": "https://evil.example"}, "other_origin"),
        ({"host": "localhost:4747", "sec-fetch-site": "cross-site"}, "other_origin"),
        ({"host": "[::1", "origin": "x"}, "not_local"),
    ],
)
async def test_strangers_are_not_let_in(visitor, headers, code):
    answer = await visitor.post("/_mock/reset", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


@pytest.mark.parametrize("host", ["localhost:4747", "127.0.0.1", "[::1]:4747", "app.localhost", "127.9.9.9:1"])
async def test_this_machine_is_let_in(visitor, host):
    assert (await visitor.get("/_mock/health", headers={"host": host, "origin": f"http://{host}"})).status_code == 200


async def test_with_a_token_only_the_token_counts():
    app = create_app(load({"control_token": "secret"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mock.example") as visitor:
        assert (await visitor.get("/_mock/health")).status_code == 401
        assert (await visitor.get("/_mock/health", headers={"authorization": "Bearer secret"})).status_code == 200


async def test_it_can_be_left_out():
    app = create_app(load({"control": False}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as visitor:
        assert (await visitor.get("/_mock/health")).status_code == 404


async def test_unknown_paths_and_wrong_methods_are_helped(visitor):
    lost = await visitor.get("/_mock/clok")
    assert (lost.status_code, lost.json()["error"]["hint"]) == (404, "The nearest are: clock")
    wrong = await visitor.delete("/_mock/clock")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"name": 5}'])
async def test_bodies_that_are_none_are_refused(visitor, body):
    assert (await visitor.post("/_mock/sandboxes", content=body)).status_code == 400


async def test_a_clock_that_is_to_go_back_says_what_time_it_is(visitor):
    refused = await visitor.put("/_mock/clock", json={"now": "2020-01-01T00:00:00Z"})

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "time_goes_forward")
    assert error["message"] == "Mock time never goes back: it is 2026-01-01T00:00:00Z now."
