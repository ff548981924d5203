"""Laws of faults that are laid down: which of the requests that match they strike."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.asked import Asked, Match
from mockserver.core.clock import EPOCH
from mockserver.core.faults import NO_TROUBLE, Fault, Laid

GET, POST = Asked(method="GET"), Asked(method="POST")
NOW = EPOCH + timedelta(days=1)
counts = st.integers(1, 5)
requests = st.lists(st.sampled_from([GET, POST]), max_size=40)


def strikes(laid, asked, seed=0, now=lambda _: NOW):
    """For each request whether the fault struck it; and what is laid down afterwards."""
    trouble, found = NO_TROUBLE.laying(laid), []
    for index, one in enumerate(asked):
        trouble, struck = trouble.meeting(one, now(index), seed)
        found.append(struck is not None)
    return found, trouble


@given(st.integers(0, 6), counts, st.none() | counts, requests)
def test_a_fault_passes_over_the_first_then_strikes_each_nth_until_it_is_spent(after, every, times, asked):
    laid = Laid("", Fault("reset"), Match(method="POST"), times=times, after=after, every=every)

    found, trouble = strikes(laid, asked)

    matching = [index for index, one in enumerate(asked) if one is POST]
    expected = matching[after + every - 1 :: every][: len(matching) if times is None else times]
    assert [index for index, struck in enumerate(found) if struck] == expected
    assert trouble.laid[0].struck == len(expected)
    assert trouble.laid[0].spent == (times is not None and len(expected) == times)


@given(st.floats(0, 1), st.integers(), requests)
def test_the_same_seed_strikes_the_same_requests(probability, seed, asked):
    laid = Laid("", Fault("reset"), probability=probability)

    assert strikes(laid, asked, seed) == strikes(laid, asked, seed)


@given(st.integers(), requests)
def test_what_is_certain_always_strikes_and_what_is_impossible_never_does(seed, asked):
    always, _ = strikes(Laid("", Fault("reset"), probability=1.0), asked, seed)
    never, _ = strikes(Laid("", Fault("reset"), probability=0.0), asked, seed)

    assert all(always)
    assert not any(never)


@given(st.integers(0, 20), st.integers(1, 20), st.integers(1, 40))
def test_a_window_is_open_from_its_first_instant_up_to_and_without_its_last(begin, lasts, requests):
    since = NOW + timedelta(seconds=begin)
    laid = Laid("", Fault("reset"), since=since, until=since + timedelta(seconds=lasts))

    found, trouble = strikes(laid, [GET] * requests, now=lambda index: NOW + timedelta(seconds=index))

    assert [index for index, struck in enumerate(found) if struck] == list(range(requests))[begin : begin + lasts]
    assert trouble.laid[0].seen == sum(found)


@given(requests, st.lists(st.tuples(st.none() | counts, st.booleans(), counts), min_size=1, max_size=5))
def test_a_request_meets_one_fault_at_the_most_and_each_strike_is_counted_once(asked, several):
    trouble = NO_TROUBLE
    for times, narrow, every in several:
        match = Match(method="POST") if narrow else Match()
        trouble = trouble.laying(Laid("", Fault("reset"), match, times=times, every=every))
    struck = 0
    for one in asked:
        trouble, fault = trouble.meeting(one, NOW, 0)
        struck += fault is not None

    assert sum(laid.struck for laid in trouble.laid) == struck
    assert all(laid.struck <= laid.seen for laid in trouble.laid)
    assert all(laid.times is None or laid.struck <= laid.times for laid in trouble.laid)


@given(requests)
def test_those_for_a_few_requests_are_asked_before_those_for_a_kind_and_those_before_the_rest(asked):
    trouble = NO_TROUBLE
    for laid in (
        Laid("", Fault("html")),
        Laid("", Fault("refuse"), Match(method="POST")),
        Laid("", Fault("reset"), times=2),
    ):
        trouble = trouble.laying(laid)
    names = []
    for one in asked:
        trouble, fault = trouble.meeting(one, NOW, 0)
        names.append(None if fault is None else fault.name)

    later = ["refuse" if one is POST else "html" for one in asked[2:]]
    assert names == ["reset"] * min(len(asked), 2) + later
