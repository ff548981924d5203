"""The street finds the house: by path, by name, in a sandbox; and a new house is a folder and nothing else."""

import pytest

import tests.houses
from mockserver.settings import discover
from mockserver.web.street import Routes


async def submitted(visitor, prefix=""):
    answer = await visitor.post(f"{prefix}/v1/videos", json={"prompt": "a cat"})
    assert answer.status_code == 202
    return answer.json()["id"]


def test_a_folder_is_a_provider():
    assert [provider.name for provider in discover(tests.houses)] == ["acme"]


def test_the_real_providers_are_found_and_do_not_collide():
    providers = discover()
    assert "nanogpt" in [provider.name for provider in providers]
    assert Routes(providers).find("/api/generate-video")


async def test_a_provider_is_found_by_its_documented_path(visitor):
    job = await submitted(visitor)
    assert (await visitor.get(f"/v1/videos/{job}")).json()["status"] == "queued"


@pytest.mark.parametrize("path", ["/acme/v1/videos/{}", "//v1//videos/{}", "/v1/videos/{}/", "/@default/v1/videos/{}"])
async def test_other_ways_to_the_same_job(visitor, path):
    job = await submitted(visitor)
    assert (await visitor.get(f"http://localhost{path.format(job)}")).json()["id"] == job


async def test_two_sandboxes_never_see_each_other(visitor):
    job = await submitted(visitor, "/@one")
    assert (await visitor.get(f"/@one/v1/videos/{job}")).status_code == 200
    assert (await visitor.get(f"/@two/v1/videos/{job}")).status_code == 404
    assert (await visitor.get(f"/v1/videos/{job}")).status_code == 404


async def test_a_header_picks_the_sandbox_too(visitor):
    job = await submitted(visitor, "/@one")
    answer = await visitor.get(f"/v1/videos/{job}", headers={"x-mock-sandbox": "one"})
    assert answer.json()["watch"] == f"http://localhost/@one/watch/{job}"


async def test_urls_stay_in_the_sandbox_and_on_the_host_that_was_named(visitor):
    job = await submitted(visitor, "/@one")
    answer = await visitor.get(f"/@one/v1/videos/{job}", headers={"host": "mock.example:8080"})
    assert answer.json()["watch"] == f"http://mock.example:8080/@one/watch/{job}"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a b", "é", "x" * 65, "-x", "a%2Fb%00"])
async def test_what_is_no_name_for_a_sandbox_is_said_so(visitor, name):
    answer = await visitor.get(f"/@{name}/v1/videos/1")
    assert answer.status_code in {400, 404}
    assert answer.status_code == 404 or answer.json()["error"]["code"] == "bad_sandbox"


async def test_an_unknown_path_is_answered_in_the_providers_voice_where_one_is_served_alone(visitor):
    answer = await visitor.get("/v1/viddeos")
    assert (answer.status_code, answer.json()) == (404, {"acme": "nothing here"})


@pytest.mark.parametrize("path", ["/v1/videos/%0A", "/%0A", "/v1/videos/..%2f..%2fetc", "/v1/videos/%ff%fe", "/%00"])
async def test_odd_paths_are_answered_in_the_providers_voice(visitor, path):
    answer = await visitor.get(path)
    assert (answer.status_code, answer.json()) == (404, {"acme": "nothing here"})


async def test_a_wrong_method_is_answered_with_those_that_are_right(visitor):
    answer = await visitor.delete("/v1/videos/1")
    assert (answer.status_code, answer.json()) == (405, {"acme": "not like this"})
    assert answer.headers["allow"] == "GET, HEAD"


async def test_head_is_get_without_a_body(visitor):
    job = await submitted(visitor)
    assert (await visitor.head(f"/v1/videos/{job}")).status_code == 200


async def test_a_crash_is_answered_in_the_providers_voice_and_logged(visitor, caplog):
    answer = await visitor.get("/v1/crash")
    assert (answer.status_code, answer.json()["acme"]) == (500, "oh dear: Crashed")
    assert "ZeroDivisionError" in caplog.text


async def test_a_rule_that_decided_is_named_and_the_key_asked_first(visitor):
    answer = await visitor.post("/v1/videos", content=b"{", headers={"authorization": ""})
    assert (answer.status_code, answer.headers["x-mock-clause"]) == (401, "acme.auth.key")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"prompt": "\xff"}', 400),
        (b'{"prompt": 5}', 500),
        (b"[" * 100_000, 400),
    ],
)
async def test_a_body_that_is_none_is_refused(visitor, body, status):
    assert (await visitor.post("/v1/videos", content=body)).status_code == status


async def test_more_headers_than_any_client_sends_are_refused(visitor):
    answer = await visitor.get("/v1/videos/1", headers={f"x-{number}": "1" for number in range(300)})
    assert answer.json()["acme"] == "oh dear: RequestTooLarge"


class TestHowJobsGo:
    async def end_of(self, visitor, **request):
        job = (await visitor.post("/v1/videos", **request)).json()["id"]
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})
        return (await visitor.get(f"/v1/videos/{job}")).json()["status"]

    async def test_by_header(self, visitor):
        assert await self.end_of(visitor, json={"prompt": "x"}, headers={"x-mock-scenario": "fails"}) == "failed"

    async def test_by_directive(self, visitor):
        assert await self.end_of(visitor, json={"prompt": "a cat [[mock: fails at=0.5]]"}) == "failed"

    async def test_by_key(self, visitor):
        headers = {"authorization": "Bearer my-scenario-fails-key"}
        job = (await visitor.post("/v1/videos", json={"prompt": "x"}, headers=headers)).json()["id"]
        await visitor.post("/_mock/clock/advance", json={"until": "idle"})
        assert (await visitor.get(f"/v1/videos/{job}", headers=headers)).json()["status"] == "failed"

    async def test_by_queue_in_order(self, visitor):
        await visitor.post("/_mock/scenarios/queue", json={"scenario": "fails", "times": 2})
        ends = [await self.end_of(visitor, json={"prompt": "x"}) for _ in range(3)]
        assert ends == ["failed", "failed", "succeeded"]

    async def test_a_header_is_stronger_than_a_directive_and_that_than_the_queue(self, visitor):
        await visitor.post("/_mock/scenarios/queue", json={"scenario": "fails"})
        text = {"prompt": "[[mock: fails]]"}
        assert await self.end_of(visitor, json=text, headers={"x-mock-scenario": "succeeds"}) == "succeeded"
        assert await self.end_of(visitor, json={"prompt": "[[mock: succeeds]]"}) == "succeeded"
        assert await self.end_of(visitor, json={"prompt": "x"}) == "failed"

    async def test_a_misspelt_scenario_is_answered_with_the_nearest(self, visitor):
        answer = await visitor.post("/v1/videos", json={"prompt": "x"}, headers={"x-mock-scenario": "stuk"})
        assert answer.status_code == 400
        assert "did you mean 'stuck'" in answer.json()["error"]["message"]


@pytest.mark.parametrize("word", ["revoked", "expired"])
async def test_a_key_that_says_so_is_refused(visitor, word):
    answer = await visitor.get("/v1/videos/1", headers={"authorization": f"Bearer my-{word}-key"})
    assert answer.status_code == 401


async def test_a_broke_key_cannot_pay_and_a_limited_one_must_wait(visitor):
    broke = await visitor.post("/v1/videos", json={"prompt": "x"}, headers={"authorization": "Bearer broke"})
    limited = await visitor.post("/v1/videos", json={"prompt": "x"}, headers={"authorization": "Bearer limited"})
    assert (broke.status_code, limited.status_code) == (402, 429)
    assert limited.headers["retry-after"] == "60"
