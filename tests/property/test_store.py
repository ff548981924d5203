"""The suite that every store passes: a store beside a plain model of it."""

from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.core.clock import MINUTE, START
from mockserver.core.limits import Limit
from mockserver.stores.memory import MemoryStore
from mockserver.stores.redis import RedisStore
from mockserver.stores.sqlite import SqliteStore
from tests.redis_server import needs_redis, shared

FOLDER = TemporaryDirectory()
shelves = st.sampled_from(["a/jobs", "a/accounts", "b/jobs"])
keys = st.sampled_from(["1", "2", "3", ""])
values = st.one_of(st.none(), st.integers(), st.text(max_size=3))
instants = st.integers(0, 100).map(lambda seconds: START + timedelta(seconds=seconds))


class BrokenError(Exception):
    pass


class Stores(RuleBasedStateMachine):
    """Shelves as a dict of dicts, queues as sorted lists."""

    def __init__(self):
        super().__init__()
        self.store = self.made()
        self.shelves = {}
        self.queues = {}
        self.number = 0
        self.passed = {}

    def made(self):
        return MemoryStore()

    def teardown(self):
        self.store.close()

    @rule(now=instants)
    def let_one_pass(self, now):
        since = now - MINUTE
        before = self.passed.get("a/", [])
        if before and now < before[-1]:
            return  # mock time goes forward
        passed = self.passed["a/"] = [at for at in before if at > since]
        expected = None if len(passed) < 2 else passed[0] - since
        if expected is None:
            passed.append(now)
        assert self.store.admit("a/limits/1", Limit("submit", 2, MINUTE), now) == expected

    @rule(shelf=shelves, key=keys, value=values)
    def put(self, shelf, key, value):
        seen = []
        answer = self.store.update(shelf, key, lambda old: seen.append(old) or value)
        assert seen == [self.shelves.get(shelf, {}).get(key)]
        assert answer == value
        self._place(shelf, key, value)

    def _place(self, shelf, key, value):
        if value is None:
            self.shelves.setdefault(shelf, {}).pop(key, None)
        else:
            self.shelves.setdefault(shelf, {})[key] = value

    @rule(shelf=shelves, key=keys, value=st.integers())
    def put_down(self, shelf, key, value):
        self.store.put(shelf, key, value)
        self._place(shelf, key, value)

    @rule(key=keys)
    def count_one_more(self, key):
        before = self.shelves.get("a/numbers", {}).get(key, 0)
        assert self.store.number("a/numbers", key) == before + 1
        self._place("a/numbers", key, before + 1)

    @rule(shelf=shelves, key=keys)
    def fail_to_change(self, shelf, key):
        def change(_):
            raise BrokenError

        with pytest.raises(BrokenError):
            self.store.update(shelf, key, change)

    @rule(one=shelves, other=shelves, key=keys, value=st.integers(), at=instants)
    def fail_half_way(self, one, other, key, value, at):
        def work():
            self.store.update(one, key, lambda _: value)
            self.store.put(other, "2", value)
            self.store.number("a/numbers", key)
            self.store.due("a/due", at)
            self.store.withdraw("a/due", lambda item: item % 2 == 0)
            self.store.schedule("a/due", at, 0)
            raise BrokenError

        with pytest.raises(BrokenError):
            self.store.atomically(work)

    @rule(one=shelves, key=keys, value=st.integers(), at=instants, undone=st.booleans())
    def do_together(self, one, key, value, at, undone):
        def work():
            taken = self.store.due("a/due", at)
            self.store.update(one, key, lambda old: seen.append(old) or value)
            self.store.update(one, key, lambda old: seen.append(old) or value + 1)
            self.store.schedule("a/due", at, 0)
            return taken

        seen = []
        waiting = sorted(self.queues.get("a/due", []))
        do = self.store.atomically if undone else self.store.together
        assert do(work) == [item for due_at, item in waiting if due_at <= at]
        assert seen == [self.shelves.get(one, {}).get(key), value]
        self._place(one, key, value + 1)
        self.queues["a/due"] = [(due_at, item) for due_at, item in waiting if due_at > at] + [(at, 0)]

    @rule(at=instants)
    def schedule(self, at):
        self.number += 1
        self.store.schedule("a/due", at, self.number)
        self.queues.setdefault("a/due", []).append((at, self.number))

    @rule(now=instants)
    def take_what_is_due(self, now):
        waiting = sorted(self.queues.get("a/due", []))
        assert self.store.due("a/due", now) == [item for at, item in waiting if at <= now]
        self.queues["a/due"] = [(at, item) for at, item in waiting if at > now]

    @rule(odd=st.booleans())
    def withdraw(self, odd):
        self.store.withdraw("a/due", lambda item: item % 2 == odd)
        self.queues["a/due"] = [(at, item) for at, item in self.queues.get("a/due", []) if item % 2 != odd]

    @rule(prefix=st.sampled_from(["a/", "b/"]))
    def clear(self, prefix):
        self.store.clear(prefix)
        self.shelves = {name: its for name, its in self.shelves.items() if not name.startswith(prefix)}
        self.queues = {name: its for name, its in self.queues.items() if not name.startswith(prefix)}
        self.passed.pop(prefix, None)

    @rule(pair=st.sampled_from([("a/", "b/"), ("b/", "a/"), ("a/", "/kept/a/"), ("/kept/a/", "a/")]))
    def copy(self, pair):
        source, target = pair
        self.store.copy(source, target)
        for found in (self.shelves, self.queues, self.passed):
            copied = {
                target + name[len(source) :]: its.copy() for name, its in found.items() if name.startswith(source)
            }
            for name in [name for name in found if name.startswith(target)]:
                del found[name]
            found.update(copied)

    @invariant()
    def all_is_found_again_newest_first(self):
        for shelf in (prefix + name for prefix in ("a/", "b/", "/kept/a/") for name in ("jobs", "accounts", "numbers")):
            expected = self.shelves.get(shelf, {})
            assert list(self.store.newest(shelf)) == list(reversed(expected.items()))
            assert self.store.count(shelf) == len(expected)
            assert all(self.store.get(shelf, key) == value for key, value in expected.items())

    @invariant()
    def the_earliest_is_next(self):
        for queue in ("a/due", "b/due", "/kept/a/due"):
            assert self.store.next_due(queue) == min((at for at, _ in self.queues.get(queue, [])), default=None)


class StoresOnDisk(Stores):
    """The same, with a file below that is let go of and opened again at any moment."""

    def made(self):
        self.folder = TemporaryDirectory()
        return SqliteStore(Path(self.folder.name) / "state.db")

    @rule()
    def restart(self):
        self.store.close()
        self.store = SqliteStore(Path(self.folder.name) / "state.db")

    @rule()
    def write(self):
        self.store.flush()

    def teardown(self):
        super().teardown()
        self.folder.cleanup()


def on_disk():
    """A store whose file is gone when Python cleans up."""
    return SqliteStore(Path(mkdtemp(dir=FOLDER.name)) / "state.db")


class StoresInRedis(Stores):
    """The same in Redis, which is asked by two at once: each step by another one of them."""

    def made(self):
        address, prefix = shared().address, f"test-{token_hex(6)}"
        self.two = [RedisStore(address, prefix=prefix) for _ in range(2)]
        self.turn = 0
        return self.two[0]

    @precondition(lambda self: hasattr(self, "two"))
    @rule()
    def another_worker(self):
        self.turn += 1
        self.store = self.two[self.turn % 2]

    def teardown(self):
        for prefix in ("a/", "b/"):
            self.store.clear(prefix)
        for store in self.two:
            store.close()


def in_redis():
    """A store whose keys expire by themselves."""
    return RedisStore(shared().address, prefix=f"test-{token_hex(6)}")


TestStores = Stores.TestCase
TestStoresOnDisk = StoresOnDisk.TestCase
TestStoresInRedis = needs_redis(StoresInRedis.TestCase)
TestStoresInRedis.settings = settings(max_examples=40, stateful_step_count=40)
TestStoresOnDisk.settings = settings(max_examples=25, stateful_step_count=30)


def test_keys_come_back_the_last_added_first():
    store = MemoryStore()
    for key in ("b", "a", "c"):
        store.update("shelf", key, lambda _: 1)
    store.update("shelf", "b", lambda _: 2)
    assert list(store.newest("shelf")) == [("c", 1), ("a", 1), ("b", 2)]


def test_buckets_are_told_apart():
    store, limit = MemoryStore(), Limit("submit", 1, MINUTE)
    assert store.admit("one", limit, START) is None
    assert store.admit("one", limit, START) == MINUTE
    assert store.admit("other", limit, START) is None
    assert store.window("one", limit, START) == (1, START + MINUTE)
    assert store.window("none", limit, START) == (0, START)


@pytest.mark.parametrize("made", [MemoryStore, on_disk, pytest.param(in_redis, marks=needs_redis)])
def test_what_is_due_together_keeps_its_order_in_a_copy(made):
    store = made()
    for item in ({"not": "sortable"}, {"nor": "this"}, {"neither": "that"}):
        store.schedule("a/due", START, item)
    store.copy("a/", "b/")
    store.schedule("b/due", START, "later")

    assert store.due("b/due", START) == [{"not": "sortable"}, {"nor": "this"}, {"neither": "that"}, "later"]
    assert len(store.due("a/due", START)) == 3
    store.close()


def test_a_bucket_and_its_copy_go_their_own_ways():
    store, limit = MemoryStore(), Limit("submit", 2, MINUTE)
    store.admit("a/x", limit, START)
    store.copy("a/", "b/")
    store.admit("a/x", limit, START)

    assert store.window("b/x", limit, START)[0] == 1
    assert store.window("a/x", limit, START)[0] == 2


def test_a_copy_of_what_nobody_has_looked_at_since_the_start_is_whole(tmp_path):
    first = SqliteStore(tmp_path / "state.db")
    first.update("a/jobs", "1", lambda _: ("x", START))
    first.schedule("a/due", START, ("y", 1))
    first.close()
    second = SqliteStore(tmp_path / "state.db")
    second.copy("a/", "b/")
    second.close()
    third = SqliteStore(tmp_path / "state.db")

    assert third.get("b/jobs", "1") == ("x", START)
    assert third.due("b/due", START) == [("y", 1)]
    third.close()
