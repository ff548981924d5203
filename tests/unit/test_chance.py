"""Seeded draws."""

import pytest

from mockserver.core.chance import Draw, Urn, base36


def test_the_same_occasion_draws_the_same_and_another_one_does_not():
    assert Draw(7, "job", 17).token(9) == Draw(7, "job", 17).token(9)
    assert len({Draw(seed, "job", number).token(9) for seed in range(10) for number in range(10)}) == 100


def test_an_urn_gives_a_draw_for_each_number():
    first, again = Urn(7, "nanogpt", "job"), Urn(7, "nanogpt", "job")
    assert [first.draw(number).number() for number in range(5)] == [again.draw(number).number() for number in range(5)]
    assert len({first.draw(number).token(12) for number in range(1000)}) == 1000


def test_a_run_never_ends():
    draw = Draw(1, "long")
    assert len({draw.number() for _ in range(200)}) == 200
    assert len(draw.token(300)) == 300


def test_eight_hexadecimal_digits_are_the_number_that_would_be_drawn():
    one, other = Draw(7, "id"), Draw(7, "id")

    assert [one.hexadecimal(8) for _ in range(20)] == [f"{other.number():08x}" for _ in range(20)]


def test_draws_keep_to_their_bounds():
    draw = Draw(3, "bounds")
    assert all(0 <= draw.fraction() < 1 for _ in range(500))
    assert all(0.9 <= draw.around(0.1) <= 1.1 for _ in range(500))
    assert {draw.below(3) for _ in range(200)} == {0, 1, 2}
    assert set(draw.token(2000, "ab")) == {"a", "b"}


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (35, "z"), (36, "10"), (1295, "zz"), (1296, "100"), (1679616, "10000"), (1770331318327, "mla1k3lj")],
)
def test_whole_numbers_in_base_36(number, written):
    assert base36(number) == written
    assert [base36(number, width) for width in (4, 5, 8, 9)] == [written.rjust(width, "0") for width in (4, 5, 8, 9)]
    assert int(written, 36) == number
