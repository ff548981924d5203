"""What no client should send, over a real socket: an answer in the provider's voice, and the server goes on."""

import json
import socket
import struct

import httpx
import pytest

KEY = b"x-api-key: sk-nano-1\r\n"


@pytest.fixture(scope="module")
def server(serve):
    return serve("--clock", "frozen", "--only", "nanogpt")


@pytest.fixture(autouse=True)
def _it_goes_on(server):
    yield
    assert httpx.get(f"{server.url}/_mock/health").status_code == 200


def exchange(server, raw: bytes, finish: bool = False) -> bytes:
    """Send bytes, and read until the server has nothing more to say."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(raw)
        if finish:
            sock.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
        return answer


def post(body: bytes, more: bytes = b"") -> bytes:
    head = b"POST /api/generate-video HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n" + KEY + more
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def told(answer: bytes) -> tuple[int, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"text"', b'{"model": "\xff\xfe"}', b"[" * 1_000_000, b'{"a":' * 200_000,
        b'{"model": {"model": {}}}', b"\xef\xbb\xbf{}", b"\x00" * 100, b'{"model": "\\ud800"}', b'{"duration": 1e999}',
    ],
)  # fmt: skip
@pytest.mark.clause("nanogpt.submit.not-json")
def test_bodies_that_are_no_order(server, body):
    status, answer = told(exchange(server, post(body)))
    assert status == 400
    assert answer["status"] == 400
    assert isinstance(answer["error"], str)


@pytest.mark.clause("nanogpt.errors.body-too-large")
def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server):
    raw = b"POST /api/generate-video HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n" + KEY
    answer = exchange(server, raw + b"content-length: 33554433\r\n\r\n" + b"x" * 1000, finish=True)
    assert told(answer) == (413, {"error": "Request body too large", "status": 413})


def test_a_body_that_never_says_how_long_it_is_is_cut_off(server):
    raw = (
        b"POST /api/generate-video HTTP/1.1\r\nhost: mock\r\nconnection: close\r\ntransfer-encoding: chunked\r\n"
        + KEY
        + b"\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.sendall(raw)
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        sent = 0
        try:
            for _ in range(64):
                sock.sendall(chunk)
                sent += 1
        except OSError:
            pass
        sock.settimeout(5)
        try:
            answer = sock.recv(65536)
        except OSError:
            answer = b""
    assert sent >= 30
    assert not answer or b" 413 " in answer


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /api/video/status?requestId=%0A HTTP/1.1", 404),
        (b"GET /api/%0A HTTP/1.1", 404),
        (b"GET /../../etc/passwd HTTP/1.1", 404),
        (b"GET /media/nanogpt/..%2f..%2fetc/passwd HTTP/1.1", 404),
        (b"GET /%ff%fe HTTP/1.1", 404),
        (b"GET /api/video/status?%zz=%&&&=&requestId HTTP/1.1", 400),
        (b"DELETE /api/generate-video HTTP/1.1", 405),
        (b"TRACE /api/generate-video HTTP/1.1", 405),
        (b"GET /nope HTTP/1.1", 404),
        (b"GET /api/generate-video HTTP/1.0", 405),
        (b"GET /api/generate-video/recover?limit=" + b"9" * 5000 + b" HTTP/1.1", 400),
        (b"GET /api/video/status?requestId=" + b"x" * 60_000 + b" HTTP/1.1", 404),
    ],
)
def test_odd_requests_are_answered_in_the_providers_voice(server, line, status):
    found, answer = told(exchange(server, line + b"\r\nhost: mock\r\nconnection: close\r\n" + KEY + b"\r\n"))
    assert (found, answer["status"]) == (status, status)


def test_http_1_0_without_a_host(server):
    status, answer = told(exchange(server, b"GET /api/v1/video-models?detailed=false HTTP/1.0\r\n\r\n"))
    assert (status, answer["object"]) == (200, "list")


def test_a_flood_of_headers_is_refused(server):
    flood = b"".join(b"x-%d: 1\r\n" % number for number in range(1000))
    status, answer = told(
        exchange(server, b"GET /api/video/status HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n" + flood + b"\r\n")
    )
    assert (status, answer["status"]) == (431, 431)


def test_headers_that_never_end_are_cut_off(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            flood(sock)


def flood(sock):
    for number in range(20_000):
        sock.sendall(b"x-%d: " % number + b"y" * 1000 + b"\r\n")


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /\xff HTTP/1.1\r\n\r\n", b"\r\n\r\n\x00"]
)
def test_what_is_not_http_is_turned_away(server, raw):
    assert exchange(server, raw, finish=True)[:12] in {b"", b"HTTP/1.1 400"}


def test_clients_that_go_away_in_the_middle_leave_no_trace(server):
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
            sock.sendall(post(b'{"model": "veo2-video"}')[:-5])
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_pipelined_requests_are_answered_in_order(server):
    raw = (b"GET /api/video/status HTTP/1.1\r\nhost: mock\r\n" + KEY + b"\r\n") * 20
    last = b"GET /nope HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n"
    answer = exchange(server, raw + last)
    assert answer.count(b"HTTP/1.1 400") == 20
    assert answer.count(b"HTTP/1.1 404") == 1
