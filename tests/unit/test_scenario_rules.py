"""Rules: how jobs of a kind go, after the queue and before the default."""

import pytest

from mockserver.web.telling import told
from tests import witness
from tests.kit import Mock


async def lay(visitor, *rules, **more):
    answer = await visitor.put("/_mock/scenarios", json={"rules": list(rules), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ordered(visitor, key="key", headers=None, **body):
    answer = await visitor.post(
        "/v1/videos", json={"prompt": "a cat"} | body, headers={"authorization": f"Bearer {key}"} | (headers or {})
    )
    assert answer.status_code == 202, answer.text
    return (await visitor.get(f"/_mock/jobs/{answer.json()['id']}")).json()["scenario"]


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"provider": "acme"}, True),
        ({"model": "veo2"}, True),
        ({"model": "veo*"}, True),
        ({"model": "kling*"}, False),
        ({"key": "key"}, True),
        ({"key": "no*"}, False),
        ({"path": "/v1/videos"}, True),
        ({"path": "/v1/*"}, True),
        ({"path": "/v2/*"}, False),
        ({"text": "fox in snöw"}, True),
        ({"text": "owl"}, False),
        ({"model": "veo2", "text": "owl"}, False),
    ],
)
async def test_which_submissions_a_rule_is_for(visitor, match, fits):
    await lay(visitor, {"match": match, "scenario": "fails"})

    assert await ordered(visitor, model="veo2", prompt="a fox in snöw") == ("fails" if fits else "succeeds")


async def test_the_first_rule_that_fits_counts_and_is_used_up_after_its_times(visitor):
    await lay(
        visitor,
        {"match": {"text": "fox"}, "scenario": "fails", "times": 2, "at": 0.25},
        {"match": {"text": "fox"}, "scenario": "slow"},
    )

    assert [await ordered(visitor, key=f"k{number}", prompt="a fox") for number in range(4)] == [
        "fails",
        "fails",
        "slow",
        "slow",
    ]
    assert [rule["scenario"] for rule in (await visitor.get("/_mock/scenarios")).json()["rules"]] == ["slow"]


async def test_what_is_stronger_than_a_rule_leaves_it_as_it_is(visitor):
    plan = {"queue": [{"scenario": "stuck"}], "default": "partial"}
    await lay(visitor, {"scenario": "fails", "times": 1}, **plan)

    header = await ordered(visitor, headers={"x-mock-scenario": "slow"})
    directive = await ordered(visitor, prompt="[[mock: cancelled]]")
    key = await ordered(visitor, key="my-scenario-goes_back")
    queue, rule, default = [await ordered(visitor, key=f"k{number}") for number in range(3)]

    assert (header, directive, key) == ("slow", "cancelled", "goes_back")
    assert (queue, rule, default) == ("stuck", "fails", "partial")


async def test_what_is_shown_of_a_plan_can_be_laid_down_again(visitor):
    rule = {"match": {"provider": "acme", "model": "v*"}, "scenario": "fails", "at": 0.5, "times": 3}
    shown = await lay(visitor, rule, default="slow", queue=[{"scenario": "stuck", "times": 2}])
    again = await visitor.put("/_mock/scenarios", json={name: shown[name] for name in shown if name != "known"})

    assert again.json() == shown
    assert shown["rules"] == [
        {
            "match": {"provider": "acme", "model": "v*", "key": None, "path": None, "text": None},
            "scenario": "fails", "at": 0.5, "times": 3,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([{"scenario": "flails"}], 400),
        ([{"match": {"text": "x"}}], 400),
        ([{"scenario": "fails", "times": 0}], 400),
        ([{"scenario": "fails", "at": 2}], 400),
        ([{"scenario": "fails", "match": {"prompt": "x"}}], 400),
        ([{"scenario": "fails", "match": {"provider": "nobody"}}], 404),
        ([{"scenario": "fails"}] * 101, 400),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_and_nothing_has_changed(visitor, rules, status):
    answer = await visitor.put("/_mock/scenarios", json={"rules": rules, "default": "slow"})

    assert answer.status_code == status
    assert (await visitor.get("/_mock/scenarios")).json()["default"] == "succeeds"


async def test_to_queue_a_scenario_leaves_the_rules(visitor):
    await lay(visitor, {"scenario": "fails"})
    await visitor.post("/_mock/scenarios/queue", json={"scenario": "slow"})

    assert [await ordered(visitor), await ordered(visitor, prompt="b")] == ["slow", "fails"]


@pytest.mark.parametrize(
    ("body", "model", "text"),
    [
        (b'{"model": "veo2", "prompt": "sn\\u00f6w"}', "veo2", "snöw"),
        (b'{"model": 3}', "", "3"),
        (b"[1]", "", "1"),
        (b"prompt=a fox", "", "a fox"),
        (b"\xff\xfe", "", "\ufffd"),
        (b'{"a": "\\ud800"}', "", "a"),
        (b"[" * 5000, "", "[["),
    ],
)
def test_what_a_body_tells_a_rule(body, model, text):
    found, whole = told(body)

    assert found == model
    assert text in whole


async def test_a_thousand_wait_in_the_queue_and_no_more(visitor):
    full = [{"scenario": "fails"}] * 1000

    laid = await visitor.put("/_mock/scenarios", json={"queue": full})
    one_more = await visitor.post("/_mock/scenarios/queue", json={"scenario": "fails"})
    too_many = await visitor.put("/_mock/scenarios", json={"queue": [*full, {"scenario": "fails"}]})

    assert (laid.status_code, len(laid.json()["queue"])) == (200, 1000)
    assert (one_more.status_code, one_more.json()["error"]["code"]) == (409, "queue_full")
    witness.judge("control", one_more, "/_mock/scenarios/queue")
    assert too_many.status_code == 400
    assert len((await visitor.get("/_mock/scenarios")).json()["queue"]) == 1000


class TestNearlyDirectives:
    @pytest.mark.parametrize("prompt", ["[[MOCK: fails]]", "[[ mock: fails ]]", "a cat [[ Mock : fails]]"])
    async def test_case_and_spaces_do_not_matter(self, visitor, prompt):
        assert await ordered(visitor, prompt=prompt) == "fails"

    @pytest.mark.parametrize(
        ("prompt", "meant"),
        [
            ("[[mock fails]]", "[[mock: fails]]"),
            ("[[Mock=fails at=0.5]]", "[[mock: fails at=0.5]]"),
            ("[[mock: fails] a cat", "[[mock: fails]]"),
            ("[[mock-stuk]]", "[[mock: stuck]]"),
            ("[[mock status(503)]]", "[[mock: status(503)]]"),
        ],
    )
    async def test_what_is_nearly_one_orders_nothing(self, visitor, prompt, meant):
        answer = await visitor.post("/v1/videos", json={"prompt": prompt}, headers={"authorization": "Bearer key"})

        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "bad_directive")
        assert error["message"].endswith(f"is nearly a directive, which is written {meant}")
        assert (await visitor.get("/_mock/jobs")).json()["items"] == []

    @pytest.mark.parametrize(
        "prompt", ["a [[mock interview]]", "[[mockup]]", "[[1, 2], [3]]", "mock: fails", "[[cats]]"]
    )
    async def test_other_brackets_are_the_authors_own(self, visitor, prompt):
        assert await ordered(visitor, prompt=prompt) == "succeeds"

    async def test_a_pure_server_does_not_look(self):
        async with Mock("nanogpt", pure=True) as mock:
            client = mock.client(headers={"x-api-key": "sk-nano-1"})
            order = {"model": "veo2-video", "prompt": "[[mock fails]]", "duration": "5s"}
            assert (await client.post("/api/generate-video", json=order)).status_code == 202
