"""Sandboxes as they were: snapshots are taken, gone back to, and begun from; and what they have in them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from mockserver.core import snapshots
from mockserver.core.clock import START, Clock, wall_now


async def asked(visitor, method, path, status=200, body=None):
    answer = await visitor.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def submitted(visitor, box="", prompt="a cat"):
    return (await asked(visitor, "POST", f"{box}/v1/videos", 202, {"prompt": prompt}))["id"]


async def take(visitor, name="then", box=""):
    return await asked(visitor, "POST", f"{box}/_mock/snapshots", 201, {"name": name})


async def restore(visitor, name="then", box=""):
    return await asked(visitor, "PUT", f"{box}/_mock/snapshots/{name}/restore")


async def state(visitor, box=""):
    """All that can be seen of a sandbox but its journal."""
    jobs = (await asked(visitor, "GET", f"{box}/_mock/jobs"))["items"]
    return {
        "clock": await asked(visitor, "GET", f"{box}/_mock/clock"),
        "jobs": [{**job, "result": None} for job in jobs],
        "account": await asked(visitor, "GET", f"{box}/_mock/accounts/acme/key"),
        "ledger": await asked(visitor, "GET", f"{box}/_mock/accounts/acme/key/ledger"),
        "scenarios": await asked(visitor, "GET", f"{box}/_mock/scenarios"),
        "faults": await asked(visitor, "GET", f"{box}/_mock/faults"),
    }


async def lived(visitor, box=""):
    """Let a sandbox have something of everything."""
    await asked(visitor, "PUT", f"{box}/_mock/accounts/acme/key", 200, {"available": 50, "limits": {"x": 3}})
    await asked(visitor, "POST", f"{box}/_mock/scenarios/queue", 201, {"scenario": "fails", "times": 2})
    await asked(visitor, "POST", f"{box}/_mock/faults", 201, {"fault": "status(500)", "times": 1, "after": 50})
    first = await submitted(visitor, box)
    await asked(visitor, "POST", f"{box}/_mock/clock/advance", 200, {"seconds": 6})
    return first, await submitted(visitor, box)


async def changed(visitor, box=""):
    """Change something of everything."""
    await asked(visitor, "PUT", f"{box}/_mock/accounts/acme/key", 200, {"available": 7, "flags": ["readonly"]})
    await asked(visitor, "PUT", f"{box}/_mock/scenarios", 200, {"default": "slow"})
    await asked(visitor, "DELETE", f"{box}/_mock/faults", 204)
    await submitted(visitor, box)
    await asked(visitor, "POST", f"{box}/_mock/clock/advance", 200, {"until": "idle"})


class TestRestore:
    async def test_all_is_as_it_was(self, visitor):
        await lived(visitor)
        before = await state(visitor)
        taken = await take(visitor)
        await changed(visitor)
        assert await state(visitor) != before

        restored = await restore(visitor)

        assert await state(visitor) == before
        assert taken == {"name": "then", "at": "2026-01-01T00:00:06Z", "jobs": {"acme": 2}}
        assert (restored["clock"]["now"], restored["jobs"]) == ("2026-01-01T00:00:06Z", {"acme": 2})

    async def test_what_follows_is_what_would_have_followed(self, visitor):
        await lived(visitor)
        await take(visitor)
        await changed(visitor)
        await restore(visitor)
        again = await submitted(visitor)
        await restore(visitor)

        assert await submitted(visitor) == again

    async def test_it_can_be_gone_back_to_more_than_once_and_keeps_what_it_is(self, visitor):
        await lived(visitor)
        before = await state(visitor)
        await take(visitor)
        for _ in range(3):
            await changed(visitor)
            await restore(visitor)
            assert await state(visitor) == before

    async def test_money_that_was_still_to_come_comes_after_it_once(self, visitor):
        first, _ = await lived(visitor)
        await take(visitor)
        await asked(visitor, "POST", f"/_mock/jobs/{first}/end", 200, {"as": "done"})
        await restore(visitor)
        await asked(visitor, "POST", "/_mock/clock/advance", 200, {"until": "idle"})
        account = await asked(visitor, "GET", "/_mock/accounts/acme/key")

        # Two jobs of 3 credits, both of which fail as the queue says: held, then released.
        assert (account["available"], account["spent"], account["held"]) == ("50", "0", "0")

    async def test_the_journal_goes_on(self, visitor):
        await submitted(visitor)
        await take(visitor)
        await submitted(visitor)
        await restore(visitor)
        await submitted(visitor)

        assert [one["number"] for one in (await asked(visitor, "GET", "/_mock/requests"))["items"]] == [3, 2, 1]

    async def test_a_window_is_as_full_as_it_was(self, visitor, street):
        for _ in range(2):
            await submitted(visitor)
        await take(visitor)
        limit = street.world.sandbox().houses["acme"].options.per_minute
        codes = [(await visitor.post("/v1/videos", json={"prompt": "x"})).status_code for _ in range(limit - 1)]
        await restore(visitor)
        again = [(await visitor.post("/v1/videos", json={"prompt": "x"})).status_code for _ in range(limit - 1)]

        assert codes[-1] == 429
        assert 429 not in codes[:-1]
        assert again == codes

    async def test_a_clock_that_runs_goes_on_from_then(self, street):
        sandbox = street.world.sandbox()
        sandbox.set_clock(Clock(wall=wall_now(), mock=sandbox.now(), rate=60))
        snapshot = snapshots.take(sandbox, "then")
        sandbox.advance(timedelta(days=1))
        snapshots.restore(sandbox, snapshot)

        assert timedelta(0) <= sandbox.now() - snapshot.at < timedelta(minutes=10)  # ten seconds of real time
        assert sandbox.clock.rate == 60

    async def test_it_is_of_the_mock_time_at_which_it_was_taken(self, street):
        sandbox = street.world.sandbox()
        sandbox.set_clock(Clock(wall=wall_now() - timedelta(minutes=10), mock=START, rate=60))

        snapshot = snapshots.take(sandbox, "then")

        assert timedelta(hours=10) <= snapshot.at - START < timedelta(hours=20)  # ten minutes of real time
        assert snapshots.find(sandbox, "then").at == snapshot.at


class TestTaking:
    async def test_they_are_listed_replaced_and_forgotten(self, visitor):
        await take(visitor, "one")
        await take(visitor, "two")
        await submitted(visitor)
        await take(visitor, "one")
        listed = (await asked(visitor, "GET", "/_mock/snapshots"))["items"]
        await asked(visitor, "DELETE", "/_mock/snapshots/one", 204)

        assert [(one["name"], one["jobs"]["acme"]) for one in listed] == [("two", 0), ("one", 1)]
        assert [one["name"] for one in (await asked(visitor, "GET", "/_mock/snapshots"))["items"]] == ["two"]

    async def test_each_sandbox_has_its_own(self, visitor):
        await take(visitor, "then", "/@a")

        assert (await asked(visitor, "GET", "/@b/_mock/snapshots"))["items"] == []
        error = (await asked(visitor, "PUT", "/@b/_mock/snapshots/then/restore", 404))["error"]
        assert (error["code"], error["hint"]) == ("unknown_snapshot", "There are: none yet")

    async def test_a_reset_keeps_them_and_a_new_beginning_does_not(self, visitor):
        await submitted(visitor, "/@a")
        await take(visitor, "then", "/@a")
        await asked(visitor, "POST", "/@a/_mock/reset")
        assert (await restore(visitor, "then", "/@a"))["jobs"] == {"acme": 1}
        await asked(visitor, "POST", "/_mock/sandboxes", 201, {"name": "a"})
        assert (await asked(visitor, "GET", "/@a/_mock/snapshots"))["items"] == []

    async def test_nothing_of_them_is_left_when_the_sandbox_goes(self, visitor, street):
        await submitted(visitor, "/@a")
        await take(visitor, "then", "/@a")
        await asked(visitor, "DELETE", "/_mock/sandboxes/a", 204)
        store = street.world.store

        assert not [
            name
            for found in (store._shelves, store._queues, store._buckets)
            for name in found
            if name.startswith("/snapshots/a/")
        ]
        assert store.count("/snapshots/a") == 0

    async def test_there_is_an_end_to_them(self, visitor):
        for number in range(100):
            await take(visitor, f"s{number}")
        error = (await asked(visitor, "POST", "/_mock/snapshots", 400, {"name": "more"}))["error"]

        assert (error["code"], error["message"]) == (
            "bad_snapshot", "a sandbox has at most 100 snapshots: delete one first.",
        )  # fmt: skip
        await take(visitor, "s7")

    @pytest.mark.parametrize("name", ["", "../a", "a/b", "x" * 65, ".a", "a\nb"])
    async def test_a_name_that_is_none_is_refused(self, visitor, name):
        assert (await asked(visitor, "POST", "/_mock/snapshots", 400, {"name": name}))["error"][
            "code"
        ] == "bad_snapshot"


class TestFork:
    async def test_a_fork_begins_as_the_other_is_and_goes_its_own_way(self, visitor):
        await lived(visitor, "/@a")
        before = await state(visitor, "/@a")
        made = await asked(visitor, "POST", "/_mock/sandboxes", 201, {"name": "b", "from": "a"})
        assert await state(visitor, "/@b") == before
        await changed(visitor, "/@b")

        assert (made["name"], made["jobs"], made["requests"]) == ("b", {"acme": 2}, 0)
        assert await state(visitor, "/@a") == before

    async def test_the_same_requests_get_the_same_answers_in_both(self, visitor):
        first, _ = await lived(visitor, "/@a")
        await asked(visitor, "POST", "/_mock/sandboxes", 201, {"name": "b", "from": "a"})
        polls = [(await asked(visitor, "GET", f"{box}/v1/videos/{first}")) for box in ("/@a", "/@b")]
        orders = [await submitted(visitor, box) for box in ("/@a", "/@b")]

        assert orders[0] == orders[1]
        assert polls[0]["status"] == polls[1]["status"]
        assert [poll["watch"] for poll in polls] == [f"http://localhost/@{box}/watch/{first}" for box in "ab"]

    async def test_a_fork_of_a_snapshot_begins_as_it_was_then(self, visitor):
        await lived(visitor, "/@a")
        before = await state(visitor, "/@a")
        await take(visitor, "then", "/@a")
        await changed(visitor, "/@a")
        await asked(visitor, "POST", "/_mock/sandboxes", 201, {"name": "b", "from": "a", "snapshot": "then"})

        assert await state(visitor, "/@b") == before

    async def test_it_has_the_seed_and_the_settings_of_the_other(self, visitor):
        await asked(
            visitor, "POST", "/_mock/sandboxes", 201, {"name": "a", "seed": 9, "settings": {"acme.credits": "5"}}
        )
        made = await asked(visitor, "POST", "/_mock/sandboxes", 201, {"name": "b", "from": "a"})

        assert made["seed"] == 9
        assert (await asked(visitor, "GET", "/@b/_mock/accounts/acme/new"))["granted"] == "5"
        await asked(visitor, "POST", "/@b/_mock/reset")
        assert (await asked(visitor, "GET", "/@b/_mock/accounts/acme/new"))["granted"] == "5"

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"name": "b", "from": "nobody"}, 404, "unknown_sandbox"),
            ({"name": "b", "from": "a", "snapshot": "never"}, 404, "unknown_snapshot"),
            ({"name": "a", "from": "a"}, 400, "bad_sandbox"),
            ({"name": "b", "from": "a", "seed": 3}, 400, "bad_field"),
            ({"name": "b", "snapshot": "then"}, 400, "bad_field"),
            ({"name": "../b", "from": "a"}, 400, "bad_sandbox"),
        ],
    )
    async def test_what_cannot_be_forked_is_refused(self, visitor, body, status, code):
        await submitted(visitor, "/@a")

        assert (await asked(visitor, "POST", "/_mock/sandboxes", status, body))["error"]["code"] == code

    async def test_accounts_can_be_given_something_on_top(self, visitor):
        await submitted(visitor, "/@a")
        await asked(
            visitor, "POST", "/_mock/sandboxes", 201, {"name": "b", "from": "a", "accounts": {"acme": {"key": 99}}}
        )

        account = await asked(visitor, "GET", "/@b/_mock/accounts/acme/key")
        assert (account["available"], Decimal(account["held"])) == ("99", Decimal(3))


def test_a_sandbox_that_there_is_not_cannot_be_closed(street):
    street.world.sandbox("a")

    assert street.world.close("a") is True
    assert street.world.close("a") is False
    assert street.world.close("never") is False


def test_each_beginning_of_a_sandbox_is_another(street):
    times = [street.world.open("a").beginning.times for _ in range(3)]

    assert times == sorted(set(times))
