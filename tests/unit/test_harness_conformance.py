"""Answers and requests are judged by the description: status, headers, key, parameters, content type and body."""

import re

import pytest

from contracts.harness.conformance import ConformanceError, conform, schema, validate, validate_request

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


def nanogpt_request(method="GET", address="/api/video/status?requestId=vid_1", body=b"", **headers):
    validate_request("nanogpt", method, address, {"x-api-key": "sk-1"} | headers, body)


JSON = {"content-type": "application/json"}


def test_requests_that_are_described_pass():
    nanogpt_request()
    nanogpt_request("POST", "/api/generate-video", b'{"model": "veo2-video", "prompt": "A fox"}', **JSON)
    nanogpt_request(address="/api/generate-video/recover?limit=5")
    nanogpt_request(address="/media/nanogpt/vid_1/video.mp4", range="bytes=0-")
    validate_request("nanogpt", "POST", "/api/check-balance", {"authorization": "Bearer sk-1"}, b"")
    validate_request("nanogpt", "GET", "/api/v1/models?detailed=true", {}, b"")


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({"address": "/api/nowhere"}, "/api/nowhere is not described"),
        ({"method": "DELETE"}, "DELETE /api/video/status is not described"),
        ({"address": "/api/video/status"}, "parameter requestId is missing"),
        ({"address": "/api/video/status?requestId="}, "parameter requestId"),
        ({"address": "/api/video/status?requestId=a&id=b"}, "parameter id is not described"),
        ({"address": "/api/generate-video/recover?limit=51"}, "parameter limit"),
        ({"address": "/api/generate-video/recover?limit=few"}, "parameter limit"),
        ({"address": "/media/nanogpt/vid_1/other.mp4"}, "parameter name"),
        ({"body": b"{}"}, "no body is described"),
        ({"method": "POST", "address": "/api/generate-video", "body": b"{}"}, "content type ''"),
        ({"method": "POST", "address": "/api/generate-video", "body": b"{}", **JSON}, "is not valid under any"),
    ],
)
def test_requests_that_nobody_describes_do_not(request_, complaint):
    with pytest.raises(ConformanceError, match=re.escape(complaint)):
        nanogpt_request(**request_)


@pytest.mark.parametrize("headers", [{}, {"authorization": "sk-1"}, {"authorization": "Bearer "}, {"cookie": "a=b"}])
def test_a_request_without_a_key_in_its_place_does_not_pass(headers):
    with pytest.raises(ConformanceError, match="there is no key"):
        validate_request("nanogpt", "GET", "/api/video/status?requestId=vid_1", headers, b"")


def form(**parts):
    pieces = [
        f'--limit\r\ncontent-disposition: form-data; name="{name}"{kind}\r\n\r\n'.encode() + content + b"\r\n"
        for name, (kind, content) in parts.items()
    ]
    return b"".join(pieces) + b"--limit--\r\n"


def test_the_parts_of_a_form_are_judged():
    where = "POST", "/enterprise/api/generate_ad_text"
    headers = {"x-api-key": "vsk_1", "content-type": "multipart/form-data; boundary=limit"}
    film = '; filename="a.mp4"\r\ncontent-type: video/mp4', b"\0\xff\r\n--"
    config = "\r\ncontent-type: application/json", b'{"language": "en-US"}'

    validate_request("viddyscribe", *where, headers, form(file=film, generation_config=config, language=("", b"fr-FR")))
    with pytest.raises(ConformanceError, match="file"):
        validate_request("viddyscribe", *where, headers, form(generation_config=config))
    with pytest.raises(ConformanceError, match="tlh"):
        validate_request("viddyscribe", *where, headers, form(file=film, language=("", b"tlh")))
