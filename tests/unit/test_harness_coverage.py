"""What is promised is taken apart into items, what is seen is noted, and the account says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.harness import coverage
from contracts.harness.conformance import _judge
from contracts.harness.coverage import Recorder, account, promised
from contracts.harness.load import Contract, Gap

ROOT = Path(__file__).resolve().parents[2]
JSON = "application/json"
JOB = {
    "type": "object",
    "properties": {
        "status": {"enum": ["queued", "done", 7]},
        "paid": {"const": True},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        "extra": {"type": "object", "additionalProperties": {"enum": ["more"]}},
        "never": False,
    },
    "oneOf": [
        {"required": ["link"], "properties": {"kind": {"const": "video"}}},
        {"not": {"required": ["link"]}, "properties": {"kind": {"const": "text"}}},
    ],
    "if": {"properties": {"status": {"const": "done"}}},
    "then": {"properties": {"end": {"const": "good"}}},
    "else": {"properties": {"end": {"const": "none"}}},
}
PATHS = {
    "/jobs/{id}": {
        "parameters": [{"name": "id", "in": "path", "schema": {"enum": ["a"]}}],
        "get": {
            "parameters": [{"$ref": "#/components/parameters/Shape"}],
            "responses": {
                "200": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Job"}}, "video/mp4": {}}},
                "404": {"$ref": "#/components/responses/Lost"},
            },
        },
        "put": {
            "requestBody": {"content": {
                JSON: {"schema": {"properties": {"mode": {"enum": ["fast"]}}}},
                "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}},
            }},
            "responses": {"204": {}},
        },
    }
}  # fmt: skip
COMPONENTS = {
    "parameters": {"Shape": {"name": "shape", "in": "query", "schema": {"enum": ["flat", "deep"]}}},
    "responses": {"Lost": {"content": {JSON: {"schema": {"properties": {"error": {"const": "lost"}}}}}}},
    "schemas": {
        "Job": JOB, "Part": {"enum": ["x", "y"]}, "Form": {"enum": ["form"]}, "Setting": {"const": "set"},
    },
}  # fmt: skip
ACME = Contract("acme", (), (), {"openapi": "3.1.0", "paths": PATHS, "components": COMPONENTS})
IN_JOB = "acme /components/schemas/Job"
LOST = "acme /components/responses/Lost/content/application~1json/schema/properties/error"
BODY = "acme /paths/~1jobs~1%7Bid%7D/put/requestBody/content/application~1json/schema/properties/mode"
ALL = {
    "acme GET /jobs/{id} 200", "acme GET /jobs/{id} 404", "acme PUT /jobs/{id} 204",
    f'{IN_JOB}/properties/status "queued"', f'{IN_JOB}/properties/status "done"', f"{IN_JOB}/properties/status 7",
    f"{IN_JOB}/properties/paid true", f'{IN_JOB}/properties/extra/additionalProperties "more"',
    f'{IN_JOB}/oneOf/0/properties/kind "video"', f'{IN_JOB}/oneOf/1/properties/kind "text"',
    f'{IN_JOB}/then/properties/end "good"', f'{IN_JOB}/else/properties/end "none"',
    'acme /components/schemas/Part "x"', 'acme /components/schemas/Part "y"', 'acme /components/schemas/Setting "set"',
    'acme /components/parameters/Shape/schema "flat"', 'acme /components/parameters/Shape/schema "deep"',
    f'{LOST} "lost"', f'{BODY} "fast"',
}  # fmt: skip


@pytest.fixture
def recorder(monkeypatch):
    """A recorder whose one contract is Acme's."""
    monkeypatch.setattr(coverage, "load", lambda _: ACME)
    monkeypatch.setattr("contracts.harness.conformance.load", lambda _: ACME)
    _judge.cache_clear()
    yield Recorder()
    _judge.cache_clear()


def test_statuses_and_values_of_answers_bodies_and_queries_are_promised():
    assert promised(ACME) == ALL


def test_an_answer_shows_its_status_and_the_values_that_it_has(recorder):
    body = {"status": "done", "paid": True, "parts": ["x", "x"], "extra": {"a": "more"}, "link": "l", "kind": "video",
            "end": "good"}  # fmt: skip

    recorder.answer("acme", "get", "/jobs/a?shape=flat", 200, JSON, body)

    assert recorder.seen == {
        "acme GET /jobs/{id} 200", f'{IN_JOB}/properties/status "done"', f"{IN_JOB}/properties/paid true",
        'acme /components/schemas/Part "x"', f'{IN_JOB}/properties/extra/additionalProperties "more"',
        f'{IN_JOB}/oneOf/0/properties/kind "video"', f'{IN_JOB}/then/properties/end "good"',
    }  # fmt: skip


def test_the_other_branch_is_seen_by_what_takes_it(recorder):
    recorder.answer("acme", "GET", "/jobs/a", 200, JSON, {"status": 7, "kind": "text", "end": "none", "paid": 1})

    assert recorder.seen == {
        "acme GET /jobs/{id} 200", f"{IN_JOB}/properties/status 7", f'{IN_JOB}/oneOf/1/properties/kind "text"',
        f'{IN_JOB}/else/properties/end "none"',
    }  # fmt: skip


def test_an_answer_without_json_shows_its_status(recorder):
    recorder.answer("acme", "GET", "/jobs/a", 200, "video/mp4", None)

    assert recorder.seen == {"acme GET /jobs/{id} 200"}


def test_a_request_shows_its_query_and_its_body(recorder):
    recorder.request("acme", "GET", "/jobs/a?shape=deep&other=1", None)
    recorder.request("acme", "PUT", "/jobs/a", {"mode": "fast"})

    assert recorder.seen == {'acme /components/parameters/Shape/schema "deep"', f'{BODY} "fast"'}


def test_what_nobody_described_is_left_aside(recorder):
    recorder.answer("acme", "GET", "/nowhere", 200, JSON, {})
    recorder.request("acme", "GET", "/nowhere", {})

    assert recorder.seen == set()


def with_gap(*unseen):
    return Contract("acme", (), (Gap("acme.gap.a", "F.", "W.", (), unseen),), ACME.openapi)


def test_an_account_is_closed_when_all_is_seen():
    assert account([ACME], ALL).closed
    assert account([ACME], ALL | {"other GET /a 200"}).text() == "19 promises seen, 0 listed as gaps, 0 never seen"


def test_what_was_never_seen_is_named():
    open_ = account([ACME], ALL - {f'{LOST} "lost"'})

    assert not open_.closed
    assert open_.text().splitlines() == [
        "18 promises seen, 0 listed as gaps, 1 never seen", f'never seen  {LOST} "lost"',
    ]  # fmt: skip


def test_a_gap_excuses_what_it_lists():
    excused = LOST.removeprefix("acme ") + ' "lost"'

    assert account([with_gap(excused)], ALL - {f'{LOST} "lost"'}).closed


@pytest.mark.parametrize("excuse", ["GET /jobs/{id} 200", "GET /jobs/{id} 999"])
def test_an_excuse_that_is_not_needed_keeps_the_account_open(excuse):
    subject = account([with_gap(excuse)], ALL)

    assert not subject.closed
    assert subject.text().splitlines()[-1] == f"a gap, and seen or never promised  acme {excuse}"


SEEING = """
from tests.witness import RECORDER

def test_one(): RECORDER.seen.add("artnex POST /v1/video 200")
def test_two(): RECORDER.seen.add("artnex POST /v1/video 400")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_gathers_what_its_workers_have_seen(tmp_path, workers):
    (tmp_path / "test_one.py").write_text(SEEING)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = clause(*ids)\n")
    plugins = ["-p", "xdist", "-p", "tests.ledger_plugin", "-p", "tests.promises_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "--promises=artnex", "-n", workers]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "2 promises seen, " in done.stdout
    assert "never seen  artnex POST /v1/video 401\n" in done.stdout
    assert "never seen  artnex POST /v1/video 400\n" not in done.stdout
