"""The small questions that findings rest on: how long one was told to wait, which type a value has, what is near."""

import json
from datetime import timedelta

import pytest

from mockserver.core.clock import START
from mockserver.core.conduct import asking, polling, story
from mockserver.core.journal import Exchange


def exchange(status=200, answer=b"", told=(), **more):
    facts = {
        "at": START, "method": "POST", "path": "/v1/x", "query": b"", "headers": (), "body": b"", "client": "1.2.3.4",
        "provider": "acme", "operation": "x", "key": "key",
    }  # fmt: skip
    return Exchange(**(facts | more), status=status, answer_headers=told, answer=answer)


@pytest.mark.parametrize(
    ("status", "headers", "answer", "seconds"),
    [
        (429, [(b"retry-after", b"7")], b"", 7),
        (503, [(b"Retry-After", b"7")], b"", 7),
        (429, [(b"other", b"9"), (b"RETRY-AFTER", b"100000000")], b"", 100_000_000),
        (429, [(b"retry-after", b"1000000000")], b"", None),
        (429, [(b"retry-after", b"soon")], b'{"retry_after": 3}', 3),
        (429, [], b'{"retryAfter": 2.5}', 2.5),
        (429, [], b'{"retry_after": 0}', None),
        (429, [], b'{"retry_after": -1}', None),
        (429, [], b'{"retry_after": 1}', 1),
        (429, [], b'{"retry_after": true}', None),
        (429, [], b'{"retry_after": "7"}', None),
        (429, [], b'{"retry_after": 1000000000}', None),
        (429, [], b"[7]", None),
        (429, [], b"{", None),
        (200, [(b"retry-after", b"7")], b"", None),
        (428, [(b"retry-after", b"7")], b"", None),
        (502, [(b"retry-after", b"7")], b"", None),
    ],
)
def test_how_long_a_refusal_asks_to_wait(status, headers, answer, seconds):
    wait = None if seconds is None else timedelta(seconds=seconds)

    assert polling.told_to_wait(exchange(status, answer, headers)) == wait


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "true or false"),
        ("x", "a text"),
        (5, "a whole number"),
        (5.5, "a number"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_the_type_of_a_value_in_words(value, kind):
    assert asking.kind_of(value) == kind
    assert asking.fits(value, kind)
    others = {"true or false", "a text", "a whole number", "a number", "a list", "an object"} - {kind}
    assert {other for other in others if asking.fits(value, other)} == (
        {"a number"} if value == 5 and kind[2] == "w" else set()
    )


@pytest.mark.parametrize(
    ("value", "documented", "fits"),
    [(None, "a text", True), (5, "", True), (5.0, "a whole number", True), (True, "a whole number", False)],
)
def test_what_fits_though_it_is_written_otherwise(value, documented, fits):
    assert asking.fits(value, documented) is fits


def test_the_nearest_name_is_one_that_differs_in_style_or_a_little():
    known = {"aspect_ratio", "webhookUrl", "duration"}

    assert asking.near("aspectRatio", known) == "aspect_ratio"
    assert asking.near("WEBHOOK-URL", known) == "webhookUrl"
    assert asking.near("durations", known) == "duration"
    assert asking.near("colour", known) == ""


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"a": 1, "b": [2]}', {"a": 1, "b": [2]}),
        (b' {"a": 1}', {"a": 1}),
        (b'["a"]', {}),
        (b'{"a": ', {}),
        (b"", {}),
    ],
)
def test_the_fields_of_a_body(body, fields):
    assert asking.body_of(exchange(body=body)) == fields


def test_the_fields_of_a_form_are_its_texts_and_what_is_json_in_them_is_read():
    parts = [{"name": "a", "value": "x"}, {"name": "b", "value": '{"c": 1}'}, {"name": "file", "filename": "f"}, 7]
    headers = ((b"Content-Type", b"Multipart/Form-Data; boundary=x"),)
    body = json.dumps(parts).encode()

    assert asking.body_of(exchange(body=body, headers=headers)) == {"a": "x", "b": {"c": 1}}
    assert asking.body_of(exchange(body=body)) == {}
    assert asking.body_of(exchange(body=b"{", headers=headers)) == {}


def test_of_a_body_that_was_cut_off_the_fields_before_the_cut_are_known():
    long = b'{"a": 1, "b" : {"c": 2}, "d": "' + b"x" * 100_000

    assert asking.body_of(exchange(body=long)) == {"a": 1, "b": {"c": 2}, "d": None}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "0.5 seconds"),
        (1, "1 second"),
        (10, "10 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (7 * 86_400, "7 days"),
        (1234, "20.6 minutes"),
        (123_456_789, "1429 days"),
    ],
)
def test_a_span_in_words(seconds, text):
    assert story.span(timedelta(seconds=seconds)) == text


def test_what_was_asked_is_told_without_the_sandbox_and_without_what_acts_on_a_terminal():
    assert story.asked(exchange(path="/@box/v1/x")) == "POST /v1/x"
    assert story.asked(exchange(path="/v1/\x1b[2J", method="GET")) == "GET /v1/\ufffd[2J"
    assert story.asked(exchange(path="/" + "x" * 300)) == "POST /" + "x" * 199
    assert story.times(1) == ""
    assert story.times(2) == " That happened 2 times."


@pytest.mark.parametrize(
    ("status", "fault", "answered", "lost"),
    [
        (200, None, True, False),
        (299, "delay(2)", True, False),
        (199, None, False, False),
        (300, None, False, False),
        (200, "reset", False, True),
        (200, "truncated", False, True),
        (200, "malformed", False, True),
        (200, "duplicate", True, False),
    ],
)
def test_whether_an_answer_came(status, fault, answered, lost):
    one = exchange(status, fault=fault)

    assert story.answered(story.Event(1, one)) is answered
    assert story.lost(one) is lost


def test_of_a_request_that_was_carried_out_twice_the_first_is_left_out():
    twice = exchange(202, fault="duplicate", body=b"a")
    other = exchange(202, body=b"b")
    numbers = [event.number for event in story.by_clients([(1, twice), (2, twice), (3, other), (4, twice), (5, twice)])]

    assert numbers == [2, 3, 5]
