"""The score of the mutants: which are drawn, and what a sample says of all."""

from types import SimpleNamespace

import pytest

from bench.mutants import _sample, interval


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(90, 100, 82.6, 94.5), (0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0), (0, 0, 0.0, 100.0)],
)
def test_the_interval_is_wilsons(hits, of, low, high):
    assert interval(hits, of) == pytest.approx((low, high), abs=0.05)


def test_a_sample_is_the_same_for_a_seed_whatever_else_there_is():
    few = dict.fromkeys("abcdefgh", "killed")
    drawn = _sample(few, SimpleNamespace(seed=1, sample=3))

    assert len(drawn) == 3
    assert drawn == _sample(dict(reversed(few.items())), SimpleNamespace(seed=1, sample=3))
    assert any(drawn != _sample(few, SimpleNamespace(seed=seed, sample=3)) for seed in range(2, 6))
