"""What a hint says of a refusal: what the mock knows and the provider's own words may leave out."""

from datetime import timedelta

import pytest

from mockserver.core import refusals as no
from mockserver.web.hints import hint


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (no.UnknownPath("/x", ("GET /a", "GET /b")), "the nearest routes: GET /a, GET /b"),
        (no.Crashed(), "a defect of fauxreel: its log has the traceback"),
        (no.KeyRejected("malformed"), "the key has not the form of this provider's keys"),
        (no.KeyRejected("unknown"), "the server takes listed keys alone"),
        (no.KeyRejected("revoked"), "the key is revoked, by its text or by the control API"),
        (no.KeyRejected("expired"), "the key has expired, by its text or by the control API"),
        (no.PlanLacks("API access", "free"), "the plan free lacks API access"),
        (no.NotPermitted("generate"), "the key lacks the permission generate"),
        (no.OverLimit("polls", timedelta(seconds=2.5)), "limit polls; the next is welcome in 2.5 s of mock time"),
        (no.BadBody("not JSON"), "not JSON"),
        (no.WrongType("prompt", "str"), "prompt: str expected"),
        (no.BadValue("duration", 7, "4, 6, 8"), "duration: 4, 6, 8"),
        (no.MediaUnusable("image", "bad_base64"), "image: bad base64"),
        (no.MediaTooLarge("image", 4194304), "image: at most 4194304 bytes"),
        (no.MediaTooLong("file", timedelta(minutes=30)), "file: at most 1800 s"),
        (no.MissingMedia("Kling 2.1", "image"), "Kling 2.1: image needed"),
        (no.TooLong("prompt", 4000, 4001), "prompt: at most 4000 characters, and not 4001"),
        (no.NotFound("job", "req_1"), "there is no job req_1"),
        (no.NotYours("job"), "the job belongs to another account"),
        (no.Gone("file"), "the file has expired"),
        (no.NotReady("file", "pending"), "the file is pending"),
        (no.NotForThis("midjourney"), "this is for midjourney"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_hint_tells_what_the_mock_knows(refusal, text):
    assert hint(refusal) == text.encode()


@pytest.mark.parametrize("refusal", [no.KeyMissing(), no.Moderated(), no.UnknownPath("/x"), no.BadValue("mode", 1)])
def test_where_the_answer_says_it_all_there_is_no_hint(refusal):
    assert hint(refusal) is None


def test_a_fault_is_named_before_anything_else():
    refusal = no.NotFound("job", "1")
    refusal.fault = "status(404)"

    assert hint(refusal) == b"the fault status(404) asked for it"


def test_a_hint_is_short_and_printable_ascii():
    assert hint(no.NotFound("job", "ä\r\n" + "x" * 1000)) == b"there is no job \\xe4  " + b"x" * 281
