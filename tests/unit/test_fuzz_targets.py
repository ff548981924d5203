"""What `make fuzz` starts from: each target takes its own inputs, and those cut short, without atheris."""

import pytest

from bench import fuzz, fuzz_targets


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_a_target_takes_the_inputs_that_it_begins_with(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seeds, one = getattr(fuzz_targets, name)()

    for seed in seeds:
        for end in (len(seed), len(seed) // 2, 1, 0):
            one(seed[:end])

    assert len(seeds) >= 3
