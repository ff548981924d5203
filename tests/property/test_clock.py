"""Laws of mock time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clock import EPOCH, LAST, START, Clock, ClockWentBackError

MICROSECOND = timedelta(microseconds=1)
walls = st.integers(0, 20 * 365 * 86400 * 10**6).map(
    lambda micros: datetime(2020, 1, 1, tzinfo=UTC) + micros * MICROSECOND
)
mocks = st.integers(0, 1500 * 365 * 86400 * 10**6).map(lambda micros: EPOCH + micros * MICROSECOND)
rates = st.sampled_from([0.0, 0.001, 0.5, 1.0, 60.0, 1_000_000.0])
clocks = st.builds(Clock, wall=walls, mock=mocks, rate=rates)
spans = st.timedeltas(timedelta(0), timedelta(days=300 * 365))


@given(clocks, walls, walls)
def test_time_never_goes_back(clock, one, other):
    earlier, later = sorted((one, other))
    assert clock.now(earlier) <= clock.now(later)


@given(clocks, walls)
def test_time_never_passes_the_last_instant(clock, wall):
    assert clock.now(wall) <= LAST


@given(clocks, spans, walls)
def test_advancing_moves_time_by_just_that_much(clock, span, wall):
    still = Clock(wall=clock.wall, mock=clock.mock, rate=0)
    assert still.advanced(span).now(wall) - still.now(wall) == span


@given(clocks, spans, spans)
def test_advancing_twice_is_advancing_once_by_the_sum(clock, one, other):
    assert clock.advanced(one).advanced(other) == clock.advanced(one + other)


@given(clocks, rates, walls)
def test_another_rate_begins_where_time_stands(clock, rate, wall):
    assert clock.at_rate(rate, wall).now(wall) == clock.now(wall)


def test_sixty_times_real_time():
    clock = Clock(wall=datetime(2026, 11, 21, 12, 0, tzinfo=UTC), mock=START, rate=60)
    assert clock.now(datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC)) == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def test_a_frozen_clock_stands_still():
    clock = Clock.frozen()
    assert clock.now(datetime(2030, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.mode == "frozen"


@pytest.mark.parametrize("span", [timedelta(seconds=-1), timedelta(days=365 * 4000)])
def test_it_cannot_go_back_nor_past_the_end(span):
    with pytest.raises(ClockWentBackError):
        Clock.frozen().advanced(span)


def test_it_can_be_moved_to_an_instant():
    assert Clock.frozen().moved_to(datetime(2026, 3, 1, tzinfo=UTC)).mock == datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(ClockWentBackError):
        Clock.frozen().moved_to(datetime(2025, 3, 1, tzinfo=UTC))
