"""An answer is judged by the description: its status, headers, content type and body."""

import pytest

from contracts.harness.conformance import ConformanceError, conform, schema, validate

ID = "vid_m1abc123def456"
ACCEPTED = {
    "runId": ID,
    "id": ID,
    "status": "pending",
    "model": "veo2-video",
    "cost": 2.5,
    "paymentSource": "USD",
    "remainingBalance": 47.5,
    "prechargeLabel": "Veo 2",
}
HEADERS = {"Content-Type": "application/json; charset=utf-8", "X-Remaining-Balance": "47.50"}
SUBMIT = ("nanogpt", "POST", "/api/generate-video")
MEDIA = ("nanogpt", "GET", f"/media/nanogpt/{ID}/video.mp4")


def test_a_good_answer_passes():
    validate(*SUBMIT, 202, HEADERS, ACCEPTED)


def test_a_path_may_have_parameters_and_a_query():
    state = {"requestId": ID, "model": "veo2-video", "data": {"status": "IN_QUEUE", "requestId": ID}}
    validate("nanogpt", "GET", f"/api/video/status?requestId={ID}", 200, HEADERS, state)
    validate(*MEDIA, 200, {"content-type": "video/mp4", "accept-ranges": "bytes", "etag": '"a"'}, b"\0\0")


def test_json_may_come_as_bytes():
    validate(*SUBMIT, 401, HEADERS, b'{"error": "Invalid session", "status": 401}')
    with pytest.raises(ConformanceError, match="Invalid session"):
        validate(*SUBMIT, 401, HEADERS, b'{"error": "Who are you?", "status": 401}')


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": None}, r"\$\.id: None is not of type 'string'"),
        ({"status": "processing"}, r"\$\.status: 'pending' was expected"),
        ({"extra": 1}, r"\$: Additional properties are not allowed \('extra' was unexpected\)"),
        ({"remainingBalance": -1}, r"\$\.remainingBalance: -1 is less than the minimum of 0"),
    ],
)
def test_a_bad_body_is_named_with_its_operation_and_source(change, complaint):
    with pytest.raises(ConformanceError, match=complaint) as caught:
        validate(*SUBMIT, 202, HEADERS, {**ACCEPTED, **change})

    assert "POST /api/generate-video 202 (002, lines 19-121; 003, lines 8-85)" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "body", "complaint"),
    [
        (200, HEADERS, ACCEPTED, "only 202, 400, 401, 402, 405, 413, 429 are described"),
        (202, {"content-type": "text/html"}, "<p>", "header x-remaining-balance is missing"),
        (202, {**HEADERS, "Content-Type": "text/html"}, "<p>", "content type 'text/html' is none of application/json"),
        (202, {"content-type": "application/json", "x-remaining-balance": "much"}, ACCEPTED, "'much' does not match"),
        (405, HEADERS, {"error": "Method not allowed", "status": 405}, "header Allow is missing"),
    ],
)
def test_a_bad_answer_is_named(status, headers, body, complaint):
    with pytest.raises(ConformanceError, match=complaint):
        validate(*SUBMIT, status, headers, body)


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/api/generate-video"), ("GET", "/api/nothing"), ("GET", "/media/nanogpt/a/b/c")]
)
def test_what_is_not_described_is_named(method, path):
    with pytest.raises(ConformanceError, match="is not described"):
        validate("nanogpt", method, path, 200, HEADERS, {})


def test_a_component_judges_by_its_name():
    assert schema("nanogpt", "RunId2025").is_valid("fal-request-abc123xyz")
    with pytest.raises(ConformanceError, match="nanogpt: schema RunId2025"):
        conform("nanogpt", "RunId2025", ID)
    with pytest.raises(KeyError, match="nanogpt has no schema 'Nothing'"):
        schema("nanogpt", "Nothing")


def test_formats_are_judged_too():
    assert schema("nanogpt", "Instant").is_valid("2025-01-17T12:34:56.000Z")
    assert not schema("nanogpt", "Instant").is_valid("2025-13-17T12:34:56.000Z")
