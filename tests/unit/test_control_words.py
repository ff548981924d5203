"""The control API says what it can do, and what is wrong with a request, in words."""

import pytest

from mockserver.control.room import TASKS

SUM = "a sum from 0 to 1000000000000"


@pytest.mark.parametrize("path", ["/_mock", "/_mock/", "/@other/_mock", "/@other/_mock/"])
async def test_its_door_lists_what_is_behind_it(visitor, path):
    shown = await visitor.get(path)

    assert shown.status_code == 200
    assert len(shown.json()["routes"]) == len(TASKS)
    assert {
        "method": "POST",
        "path": "/_mock/reset",
        "what": "Begin the sandbox again: no jobs, full balances, the first instant.",
    } in shown.json()["routes"]


async def test_its_door_takes_no_more_than_the_question(visitor):
    refused = await visitor.post("/_mock")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("request_line", "body", "message"),
    [
        ("POST jobs/x/end", '{"as": "gone"}', "'as': 'gone' is none of cancelled, done, failed."),
        ("POST jobs/x/end", '{"as": 5}', "'as': expected one of cancelled, done, failed."),
        ("POST jobs/x/end", "{}", "'as': it is missing."),
        ("POST jobs/x/end", "[]", "The body: expected an object."),
        ("PUT clock", '{"mode": "slow"}', "'mode': 'slow' is none of auto, frozen, scaled."),
        ("PUT clock", '{"speed": "x"}', "'speed': expected a number or null."),
        ("PUT clock", '{"now": "soon"}', "'now': expected an instant such as 2026-01-01T00:00:00Z."),
        ("PUT clock", '{"mod": "auto"}', "'mod': there is no such field; there are: mode, speed, now."),
        ("PUT clock", '{"now": "2026-01-01T00:00:00"}', "'now' needs a zone, as in 2026-01-01T00:00:00Z."),
        ("PUT clock", '{"now": "9999-01-01T00:00:00Z"}', "'now' is in a year from 1970 to 3999."),
        ("POST scenarios/queue", '{"scenario": "stuk"}', "there is no scenario 'stuk'; did you mean 'stuck'?"),
        ("POST scenarios/queue", '{"scenario": "stuck", "times": 1.5}', "'times': expected a whole number."),
        ("POST sandboxes", '{"clock": {"mode": "no"}}', "'clock.mode': 'no' is none of auto, frozen, scaled."),
        ("POST sandboxes", '{"clock": 5}', "'clock': expected an object, null or one of auto, frozen, scaled."),
        ("PUT accounts/acme/k", '{"available": "lots"}', "'available': expected a sum such as 1.5."),
        ("PUT accounts/acme/k", '{"available": -1}', f"'available' is {SUM}."),
        ("PUT accounts/acme/k", '{"available": "NaN"}', f"'available' is {SUM}."),
        ("PUT accounts/acme/k", '{"available": 1e999999}', f"'available' is {SUM}."),
        ("GET requests?before=10000000000", "", "'before' is a whole number from 1 to 1073741824, not '10000000000'."),
        ("PUT accounts/acme/k", '{"limits": {"a": -1}}', "'limits[...]': expected a whole number >= 0."),
        ("PUT accounts/acme/k", '{"flags": [5]}', "'flags[0]': expected a text."),
        ("GET jobs?state=gone", "", "'state': 'gone' is none of waiting, working, done, failed, cancelled."),
        ("GET requests?status=fine", "", "'status' is a number such as 404, or a class such as 4xx, not 'fine'."),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(visitor, request_line, body, message):
    method, path = request_line.split()
    refused = await visitor.request(method, f"/_mock/{path}", content=body)
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, message)


async def test_a_long_value_is_not_told_whole(visitor):
    refused = await visitor.put("/_mock/clock", json={"mode": "x" * 10_000})
    assert len(refused.json()["error"]["message"]) < 200


async def test_whole_numbers_may_be_written_as_5_0(visitor):
    asked = {"scenario": "fails", "times": 2.0}
    assert (await visitor.post("/_mock/scenarios/queue", json=asked)).json()["queue"][0]["times"] == 2


@pytest.mark.parametrize(
    ("sent", "told"), [("1e-999999", "0"), (0.1, "0.1"), ("2.50", "2.5"), ("0.1234567890123", "0.123456789012")]
)
async def test_sums_are_exact_to_twelve_decimals(visitor, sent, told):
    await visitor.post("/_mock/sandboxes", json={"name": "own", "accounts": {"acme": {"k": sent}}})
    assert (await visitor.put("/_mock/accounts/acme/k", json={"available": sent})).json()["available"] == told
    assert (await visitor.get("/@own/_mock/accounts/acme/k")).json()["available"] == told


async def test_a_sandbox_that_cannot_be_made_leaves_the_one_of_its_name_alone(visitor):
    await visitor.post("/@here/v1/videos", json={"prompt": "x"})
    for wrong in (
        {"accounts": {"nobody": {"k": 1}}},
        {"accounts": {"acme": {"k": "NaN"}}},
        {"accounts": {"acme": {"k": "1e999999"}}},
        {"settings": {"acme.colour": 1}},
        {"clock": {"speed": 0}},
        {"seed": 2**64},
    ):
        assert (await visitor.post("/_mock/sandboxes", json={"name": "here", **wrong})).status_code == 400, wrong
    assert (await visitor.get("/_mock/sandboxes/here")).json()["jobs"] == {"acme": 1}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_instants_that_no_calendar_reaches_are_refused(visitor, at):
    assert (await visitor.put("/_mock/accounts/acme/k", json={"expires_at": at})).status_code == 400
    assert (await visitor.post("/_mock/clock/advance", json={"to": at})).status_code == 400
    made = await visitor.post("/_mock/sandboxes", json={"name": "a", "clock": {"mode": "frozen", "now": at}})
    assert made.status_code == 400


async def test_time_ends_in_a_sentence_and_not_in_a_crash(visitor):
    for seconds in (1e11, 1e300):
        refused = await visitor.post("/_mock/clock/advance", json={"seconds": seconds})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_field")
