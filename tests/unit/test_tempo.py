"""How time went, told by the numbers of exchanges."""

from datetime import timedelta

from mockserver.core.clock import START, Clock, Tempo

RUNS = Clock(START, START, 60)
STANDS = Clock.frozen()
AUTO = Clock(START, START, 0, auto=True)


def test_time_that_runs_from_the_beginning_ran_between_any_two_exchanges():
    tempo = Tempo(RUNS)

    assert tempo.ran(1, 1000)
    assert tempo.ran(7, None)
    assert tempo.rate(3) == 60


def test_time_that_stands_or_is_moved_by_polls_did_not_run():
    for clock in (STANDS, AUTO):
        tempo = Tempo(clock)
        tempo.begins(5, clock.advanced(timedelta(hours=1)))

        assert not tempo.ran(1, 2)
        assert not tempo.ran(1, None)
        assert tempo.rate(9) == 0


def test_a_jump_divides_what_was_before_it_from_what_comes_after():
    tempo = Tempo(RUNS)
    tempo.begins(5, RUNS.advanced(timedelta(hours=1)))

    assert tempo.ran(1, 5)
    assert tempo.ran(6, 9)
    assert not tempo.ran(5, 6)
    assert not tempo.ran(5, None)
    assert tempo.ran(6, None)


def test_time_may_stand_for_a_while():
    tempo = Tempo(RUNS)
    tempo.begins(5, STANDS)
    tempo.begins(8, RUNS)

    assert [tempo.ran(first, first + 1) for first in (4, 5, 6, 8, 9)] == [True, False, False, False, True]


def test_what_was_longest_ago_is_forgotten_and_not_judged():
    tempo = Tempo(RUNS)
    for number in range(2 * Tempo.KEPT):
        tempo.begins(10 * number, RUNS)

    assert not tempo.ran(11, 12)
    assert tempo.rate(11) == 0
    assert tempo.ran(10 * 2 * Tempo.KEPT - 5, None)


def test_where_somebody_else_has_changed_the_clock_nothing_is_known_of_before():
    tempo = Tempo(RUNS)
    tempo.confirm(5, RUNS)
    assert tempo.ran(1, 5)

    tempo.confirm(5, RUNS.advanced(timedelta(hours=1)))

    assert not tempo.ran(1, 5)
    assert tempo.ran(6, 7)
