"""Lines of headers: remembered or not, they are what uvicorn writes, and nothing that a client sends can grow them."""

import pytest

from mockserver.lines import SHORT, VALUES, lines


def is_remembered(header: tuple[bytes, bytes]) -> bool:
    return lines([header])[0] is lines([header])[0]


def test_a_header_is_written_once():
    assert lines([(b"X-Once", b"yes")]) == [b"x-once: yes\r\n"]
    assert is_remembered((b"X-Once", b"yes"))


def test_a_long_value_is_written_each_time():
    """A browser's preflight has its own words sent back to it, however many they are."""
    assert is_remembered((b"x-words", b"a" * SHORT))
    assert not is_remembered((b"x-words", b"a" * (SHORT + 1)))


def test_of_one_header_so_many_values_are_remembered():
    found = [lines([(b"x-number", b"%d" % number)]) for number in range(VALUES + 1)]
    assert found == [[b"x-number: %d\r\n" % number] for number in range(VALUES + 1)]
    assert is_remembered((b"x-number", b"%d" % (VALUES - 1)))
    assert not is_remembered((b"x-number", b"%d" % VALUES))


@pytest.mark.parametrize(
    "header", [(b"x-a", b"b\r\nx-c: d"), (b"x-a", b"b\n"), (b"x-a", b"\0"), (b"x-a: b\r\nx-c", b"d"), (b"x a", b"b")]
)
def test_what_would_be_more_than_one_header_is_refused_each_time(header):
    for _ in range(2):
        with pytest.raises(ValueError, match="character"):
            lines([header])
