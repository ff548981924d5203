"""What a `Range` header asks for, of files of any size; found by fuzzing where it says so."""

import pytest

from mockserver.core.refusals import BadRange
from mockserver.web.files import byte_range


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        (None, None), ("", None), ("bytes=-", None), ("bytes=0-", (0, 99)), ("bytes=10-19", (10, 19)),
        ("bytes=-5", (95, 99)), ("bytes=-500", (0, 99)), ("bytes=90-500", (90, 99)), ("bytes=7-3", None),
        ("bytes=0-1,5-6", None), ("pages=1-2", None), ("bytes=" + "9" * 30 + "-", None),
    ],
)  # fmt: skip
def test_a_range_is_read_as_rfc_9110_has_it(asked, span):
    assert byte_range(asked, 100) == span


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=999999999999999999-", "bytes=-0"])
def test_what_begins_behind_the_end_cannot_be_given(asked):
    with pytest.raises(BadRange):
        byte_range(asked, 100)


@pytest.mark.parametrize("asked", ["bytes=-5", "bytes=0-", "bytes=0-0"])
def test_of_an_empty_file_no_byte_can_be_given(asked):
    """Found by fuzzing: its last five bytes were those from 0 to -1."""
    with pytest.raises(BadRange):
        byte_range(asked, 0)
