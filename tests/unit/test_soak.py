"""What `make soak` calls a leak: it must see one, and must not see one in a server that breathes."""

from itertools import cycle

import pytest

from bench.soak import MIB, Sample, grown, left


def samples(count=120, **changing):
    """Two samples a second of a server at rest; `changing` gives a value by the sample's number."""
    at_rest = {"memory": 100 * MIB, "descriptors": 20, "threads": 4, "files": 5, "passing": 0, "state": 0}
    return [
        Sample(at=number / 2, **at_rest | {name: value(number) for name, value in changing.items()})
        for number in range(count)
    ]


def test_a_server_at_rest_has_grown_in_nothing():
    assert grown(samples(), 4) == []


def test_memory_that_goes_up_and_down_has_not_grown():
    breath = cycle((100, 160, 120, 150))
    assert grown(samples(memory=lambda _: next(breath) * MIB), 4) == []


def test_what_is_taken_while_it_warms_up_is_no_leak():
    assert grown(samples(memory=lambda number: min(number, 25) * 4 * MIB), 4) == []


@pytest.mark.parametrize(
    ("name", "leak", "told"),
    [
        ("memory", lambda number: (100 + number) * MIB, "memory: 190.0 MiB at least in the last quarter, 130.0"),
        ("descriptors", lambda number: 20 + number, "descriptors: 139 at the most in the last quarter, 79 in"),
        ("threads", lambda number: 4 + number // 10, "threads: 15 at the most"),
        ("state", lambda number: number * MIB, "state: "),
        ("passing", lambda number: number // 10, "11 half-done files at once"),
    ],
)  # fmt: skip
def test_what_grows_and_grows_is_named(name, leak, told):
    [problem] = grown(samples(**{name: leak}), 4)
    assert problem.startswith(told)


def test_what_a_server_leaves_is_named(tmp_path):
    temporary, errors = tmp_path / "tmp", tmp_path / "errors"
    (temporary / "fauxreel-1").mkdir(parents=True)
    (temporary / "fauxreel-1" / "passing-0").write_bytes(b"")
    errors.write_text("WARNING:  Invalid HTTP request received.\nTraceback (most recent call last):\n")

    problems = left(2**22 + 1, -9, temporary, errors, "http://127.0.0.1:1")

    assert problems == [
        "the server's exit code is -9",
        "left on the disk: fauxreel-1",
        "left on the disk: fauxreel-1/passing-0",
        "it complained: Traceback (most recent call last):",
    ]
