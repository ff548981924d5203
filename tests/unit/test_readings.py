"""A small body is read once; a refusal, a large body and other options are read anew."""

import pytest

from mockserver.web.readings import LONGEST, MOST, Readings


class Reader:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, raw, options):
        self.asked.append(raw)
        if raw == b"bad":
            raise LookupError
        return (raw, options)


@pytest.fixture
def read():
    return Reader()


def test_the_same_body_is_read_once(read):
    readings, options = Readings(), {"strict": False}
    first, second = readings.get(read, b"order", options), readings.get(read, b"order", options)

    assert first == second == (b"order", options)
    assert read.asked == [b"order"]


def test_other_options_are_another_reading_even_if_they_are_equal(read):
    readings = Readings()
    for options in ({"strict": False}, {"strict": False}):
        assert readings.get(read, b"order", options)[1] is options
    assert len(read.asked) == 2


def test_another_reader_reads_for_itself(read):
    readings, other = Readings(), Reader()
    readings.get(read, b"order", None)
    readings.get(other, b"order", None)

    assert other.asked == [b"order"]


def test_a_refusal_is_made_each_time(read):
    readings = Readings()
    for _ in range(2):
        with pytest.raises(LookupError):
            readings.get(read, b"bad", None)
    assert read.asked == [b"bad", b"bad"]


def test_a_large_body_is_not_kept(read):
    readings, large = Readings(), b"x" * (LONGEST + 1)
    readings.get(read, large, None)
    readings.get(read, large, None)

    assert len(read.asked) == 2
    assert not readings._known


def test_only_so_many_are_kept(read):
    readings = Readings()
    for number in range(3 * MOST):
        readings.get(read, b"%d" % number, None)
        assert len(readings._known) <= MOST
