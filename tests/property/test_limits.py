"""Laws of sliding windows."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clock import MINUTE, NOTHING, SECOND, START
from mockserver.core.limits import Bucket, Limit

gaps = st.lists(st.timedeltas(NOTHING, timedelta(seconds=40)), min_size=1, max_size=60)
limits = st.builds(Limit, st.just("all"), st.integers(1, 8), st.just(MINUTE))


@given(limits, gaps)
def test_no_window_ever_holds_more_than_the_limit(limit, gaps):
    bucket, now, passed = Bucket(), START, []
    for gap in gaps:
        now += gap
        if bucket.admit(limit, now) is None:
            passed.append(now)
    for at in passed:
        assert sum(1 for other in passed if at - limit.per < other <= at) <= limit.requests


@given(limits, gaps)
def test_the_wait_that_is_named_is_exact(limit, gaps):
    bucket, now = Bucket(), START
    for gap in gaps:
        now += gap
        wait = bucket.copy().admit(limit, now)
        if wait is not None:
            assert wait > NOTHING
            assert bucket.copy().admit(limit, now + wait - timedelta(microseconds=1)) is not None
            assert bucket.copy().admit(limit, now + wait) is None
        bucket.admit(limit, now)


@given(limits, gaps)
def test_refused_requests_do_not_count(limit, gaps):
    bucket, now, other = Bucket(), START, Bucket()
    for gap in gaps:
        now += gap
        if bucket.admit(limit, now) is None:
            assert other.admit(limit, now) is None
        assert bucket.used(limit, now) == other.used(limit, now)


def test_the_fifty_first_in_a_minute_waits_until_the_first_is_a_minute_old():
    bucket, limit = Bucket(), Limit("submit", 50, MINUTE)
    assert [bucket.admit(limit, START + number * SECOND) for number in range(50)] == [None] * 50
    assert bucket.admit(limit, START + 50 * SECOND) == 10 * SECOND
    assert bucket.resets_at(limit, START + 50 * SECOND) == START + MINUTE
    assert bucket.admit(limit, START + 60 * SECOND) is None


def test_a_limit_of_nothing_lets_nobody_in():
    assert Bucket().admit(Limit("closed", 0, MINUTE), START) == MINUTE


def test_a_limit_that_was_lowered_waits_for_all_that_is_too_much():
    bucket = Bucket()
    for number in range(5):
        bucket.admit(Limit("all", 5, MINUTE), START + number * SECOND)
    assert bucket.admit(Limit("all", 2, MINUTE), START + 5 * SECOND) == 58 * SECOND
