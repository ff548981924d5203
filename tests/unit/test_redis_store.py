"""What the store in Redis does when Redis, its client or the line to it fails."""

import sys
from datetime import timedelta
from secrets import token_hex

import pytest
import redis

from mockserver.core.asked import Asked, Match
from mockserver.core.clock import EPOCH, START, Clock
from mockserver.core.scenarios import Plan, Rule, parsed
from mockserver.core.store import StateError, StoreUnavailableError
from mockserver.core.world import Sandbox, Terms
from mockserver.stores.codec import VERSION
from mockserver.stores.redis import RedisStore
from tests.redis_server import needs_redis, shared


@pytest.fixture
def prefix():
    return f"test-{token_hex(6)}"


@pytest.fixture
def store(prefix):
    store = RedisStore(shared().address, prefix=prefix)
    yield store
    store.clear("a/")
    store.close()


@needs_redis
def test_an_answer_that_is_lost_is_looked_up_and_nothing_is_done_twice(store, monkeypatch):
    commit = store._commit

    def carried_out_without_an_answer(args):
        commit(args=args)
        raise redis.ConnectionError("the line broke")

    monkeypatch.setattr(store, "_commit", carried_out_without_an_answer)
    assert store.update("a/numbers", "job", lambda old: (old or 0) + 1) == 1
    monkeypatch.undo()
    assert store.get("a/numbers", "job") == 1


@needs_redis
def test_what_was_not_carried_out_is_not_told_as_done(store, monkeypatch):
    def broken(**_):
        raise redis.ConnectionError("the line broke")

    monkeypatch.setattr(store, "_commit", broken)
    with pytest.raises(StoreUnavailableError, match="the line broke"):
        store.update("a/numbers", "job", lambda _: 1)
    assert store.get("a/numbers", "job") is None


@needs_redis
def test_work_is_done_again_when_somebody_else_was_faster(store, prefix):
    other = RedisStore(shared().address, prefix=prefix)
    seen = []

    def change(old):
        seen.append(old)
        if len(seen) == 1:
            other.update("a/numbers", "job", lambda _: 10)
        return (old or 0) + 1

    assert store.update("a/numbers", "job", change) == 11
    assert seen == [None, 10]
    other.close()


@needs_redis
def test_what_is_due_is_given_to_one_alone(store, prefix):
    other = RedisStore(shared().address, prefix=prefix)
    store.schedule("a/due", START, "entry")
    taken = []

    def work():
        found = store.due("a/due", START)
        if not taken:
            taken.extend(other.due("a/due", START))
        return found

    assert store.atomically(work) == []
    assert taken == ["entry"]
    other.close()


@pytest.fixture
def workers(store, prefix):
    """One sandbox, as two workers that share the store have it."""
    other = RedisStore(shared().address, prefix=prefix)
    terms = Terms(clock=Clock(wall=EPOCH, mock=START, rate=0, auto=True))
    yield [Sandbox("a", each, terms, {}) for each in (store, other)]
    other.close()


@needs_redis
def test_what_is_queued_for_one_job_is_taken_by_one_of_two_workers(workers):
    here, there = workers
    here.set_plan(Plan(rules=(Rule(Match(), parsed("fails"), times=1),)))
    asked = Asked("acme", "POST", "/v1", "/v1", "create", "key", "", "")
    taken = []

    def meanwhile():
        if not taken:
            taken.append(None)
            taken[0] = there.next_scenario("acme", lambda: asked)
        return asked

    assert here.next_scenario("acme", meanwhile).name == "succeeds"
    assert taken[0].name == "fails"


@needs_redis
def test_time_that_another_worker_has_moved_further_does_not_go_back(workers):
    here, there = workers

    class Polled:
        def next_change(self, now):
            there.advance(timedelta(minutes=2))
            return now + timedelta(minutes=1)

    here.watched(Polled(), START)
    assert here.now() == START + timedelta(minutes=2)


@needs_redis
def test_servers_of_another_version_do_not_meet(store, prefix, monkeypatch):
    monkeypatch.setattr("mockserver.stores.redis.VERSION", VERSION + 1)
    newer = RedisStore(shared().address, prefix=prefix)
    store.update("a/jobs", "1", lambda _: "of today")
    newer.update("a/jobs", "2", lambda _: "of tomorrow")

    assert [list(one.newest("a/jobs")) for one in (store, newer)] == [[("1", "of today")], [("2", "of tomorrow")]]
    newer.clear("a/")
    assert store.get("a/jobs", "1") == "of today"
    keys = {key.decode() for key in newer._base.scan_iter(match=f"{prefix}:*:s:*")}  # a scan may name a key twice
    newer.close()
    assert keys == {f"{prefix}:v{VERSION}:s:a/jobs"}


@needs_redis
def test_others_that_are_faster_for_ever_are_not_waited_for(store, monkeypatch):
    monkeypatch.setattr(store, "_commit", lambda **_: 0)
    with pytest.raises(StoreUnavailableError, match="too many others"):
        store.update("a/numbers", "job", lambda _: 1)


def test_a_server_that_is_away_at_the_start_is_told():
    with pytest.raises(StateError, match="Is it running"):
        RedisStore("redis://127.0.0.1:1/0")


def test_an_address_that_is_none_is_told():
    with pytest.raises(StateError, match="is no address of a Redis server"):
        RedisStore("redis://host:port/0")


def test_without_the_client_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(StateError, match=r"pip install 'fauxreel\[redis\]'"):
        RedisStore("redis://127.0.0.1/0")
