"""Places: what a team may have so many of at once."""

from datetime import timedelta

import pytest

from mockserver.core.clock import START
from tests.kit import Mock

SECOND = timedelta(seconds=1)


@pytest.fixture
def house():
    return Mock("viddyscribe").house


def test_a_place_is_free_again_when_its_time_is_over(house):
    house.places.take("jobs", "blue", "a", START + SECOND)
    house.places.take("jobs", "blue", "b", START + 3 * SECOND)

    taken = [house.places.taken("jobs", "blue", START + seconds * SECOND) for seconds in (0, 1, 2, 3)]

    assert taken == [2, 1, 1, 0]
    assert house.places.next_free("jobs", "blue") is None


def test_a_place_is_given_back_before_its_time(house):
    for who in "abc":
        house.places.take("jobs", "blue", who, START + SECOND)

    house.places.give_back("jobs", "blue", lambda who: who != "b")

    assert house.places.taken("jobs", "blue", START) == 1
    assert house.places.next_free("jobs", "blue") == START + SECOND
    assert house.places.taken("jobs", "blue", START + SECOND) == 0


def test_teams_and_kinds_have_places_of_their_own(house):
    house.places.take("jobs", "blue", "a", START + SECOND)

    assert house.places.taken("jobs", "red", START) == house.places.taken("uploads", "blue", START) == 0
    house.places.give_back("jobs", "red", lambda _: True)
    assert house.places.taken("jobs", "blue", START) == 1
