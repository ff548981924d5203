"""A property that fails says for which values, though Schemathesis' plugin is there, which keeps Hypothesis from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def test_a_property_that_fails_names_the_values_it_fails_for():
    @settings(database=None)
    @given(st.integers())
    def small(n):
        assert n < 5

    with pytest.raises(AssertionError) as caught:
        small()

    assert "n=5" in "".join(caught.value.__notes__)
