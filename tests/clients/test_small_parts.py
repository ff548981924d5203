"""The small parts of the clients: patience, the reading of answers, whose connection it is, and the two players."""

import asyncio
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from clients.core import errors
from clients.core.answers import Fields, WrongShapeError, meaning, parsed
from clients.core.operations import Operations
from clients.core.patience import Patience
from clients.core.scripts import Pause, pause, play, play_async
from clients.nanogpt import AsyncNanoGPT, NanoGPT

HERE = Path(errors.__file__).parents[1]


@pytest.mark.parametrize(
    ("disturbances", "seconds"), [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (9, 60), (10**9, 60)]
)
def test_a_pause_grows_with_each_disturbance_up_to_its_cap(disturbances, seconds):
    assert Patience(interval=5, total=600).pause(disturbances, 0.0) == seconds


def test_jitter_only_ever_adds():
    patience = Patience(interval=10, total=600, cap=1, jitter=0.5)

    assert (patience.pause(0, 0.0), patience.pause(0, 1.0), patience.pause(3, 0.0)) == (10, 15, 10)
    assert patience.pause(0, 0.0, asked=30) == 30


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("COMPLETED", "done"), ("completed", "done"), ("succeeded", "done"), ("done", "done"), ("partial", "done"),
        ("FAILED", "failed"), ("failed", "failed"), ("error", "failed"),
        ("CANCELED", "cancelled"), ("CANCELLED", "cancelled"), ("canceled", "cancelled"), ("cancelled", "cancelled"),
        ("IN_QUEUE", "going"), ("pending", "going"), ("REVIEWING", "going"), ("", "going"),
    ],
)  # fmt: skip
def test_the_words_of_both_generations_are_known_and_others_go_on(word, state):
    assert meaning(word) == state


def test_fields_are_taken_by_type_and_the_rest_is_kept():
    text = '{"t": "x", "n": 1.5, "w": 2, "b": true, "s": "3.40", "bad": "x", "in": {"a": 1, "new": 2}, "more": null'
    fields = Fields(parsed(text + ', "many": [{}, 3]}'))
    inner = fields.inner("in")

    assert (fields.text("t"), fields.number("n"), fields.whole("w"), fields.switch("b")) == ("x", 1.5, 2, True)
    assert (fields.sum("s"), fields.sum("bad"), fields.sum("none"), inner.whole("a")) == (
        Decimal("3.40"),
        None,
        None,
        1,
    )
    assert len(fields.many("many")) == 1
    assert fields.rest(inner=inner) == {"more": None, "inner": {"new": 2}}


def test_what_has_another_type_counts_as_missing():
    fields = Fields({"t": 1, "n": True, "w": True, "b": 1, "s": True, "in": [], "many": {}})

    assert fields.text("t") is fields.number("n") is fields.whole("w") is fields.switch("b") is fields.sum("s") is None
    assert fields.inner("in").rest() == {}
    assert fields.many("many") == []
    with pytest.raises(WrongShapeError):
        fields.need("t")


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", "[" * 100_000, '{"a": ' + "1" * 5000 + "}"])
def test_what_is_no_json_object_has_the_wrong_shape(text):
    with pytest.raises(WrongShapeError):
        parsed(text)


def test_the_clients_own_connections_are_closed_with_them_and_lent_ones_are_not():
    lent = httpx.Client()
    with NanoGPT("sk-1") as own, NanoGPT("sk-1", http=lent) as borrower:
        pass

    assert (own.http.is_closed, borrower.http.is_closed) == (True, False)
    lent.close()


def test_so_are_async_ones():
    async def use():
        lent = httpx.AsyncClient()
        async with AsyncNanoGPT("sk-1") as own, AsyncNanoGPT("sk-1", http=lent) as borrower:
            pass
        closed = own.http.is_closed, borrower.http.is_closed
        await lent.aclose()
        return closed

    assert asyncio.run(use()) == (True, False)


def test_a_key_goes_into_a_documented_header_only():
    with pytest.raises(ValueError, match="x-api-key, authorization"):
        NanoGPT("sk-1", key_header="cookie")


def test_a_client_of_nobody_cannot_read_refusals():
    with pytest.raises(NotImplementedError):
        Operations.complaint(object.__new__(Operations), {})


def test_a_script_that_only_pauses_sends_nothing():
    slept = []

    def script():
        yield from pause(2)
        yield Pause(3)
        return "done"

    async def sleep(seconds):
        slept.append(seconds)

    with httpx.Client() as http:
        assert play(script(), http, slept.append) == "done"
    assert asyncio.run(play_async(script(), None, sleep)) == "done"
    assert slept == [2, 3, 2, 3]


def test_the_errors_are_the_tree_that_their_page_draws():
    """A class's parent is the nearest line above it that stands further left."""
    above, drawn = {}, {}
    for line in errors.__doc__.splitlines():
        found = re.match(r"    ([│├└ ]*(?:── )?)(\w+Error)\b", line)
        if found:
            depth = len(found[1])
            above[depth] = found[2]
            drawn[found[2]] = above.get(depth - 4)
    real = {name: kind.__base__.__name__ for name, kind in vars(errors).items() if isinstance(kind, type)}

    assert drawn.pop("ClientError") is None
    assert real.pop("ClientError") == "Exception"
    assert drawn == real


@pytest.mark.parametrize("name", ["nanogpt", "nouvel", "viddyscribe", "artnex"])
def test_a_module_and_the_core_can_be_copied_into_an_app(tmp_path, name):
    home = tmp_path / "app" / "video"
    shutil.copytree(HERE / "core", home / "core", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / f"{name}.py", home)
    code = f"import sys, app.video.{name}; print([one for one in sys.modules if one.startswith(('clients', 'mock'))])"

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")
