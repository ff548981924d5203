"""Too much of everything, over real sockets: sandboxes, pipelined requests, packed bodies, large pictures."""

import gzip
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.films import film

MEGABYTE = 2**20
KEY = b"x-api-key: sk-nano-1\r\n"
POLL = b"GET /api/video/status?requestId=none HTTP/1.1\r\nhost: mock\r\n" + KEY + b"\r\n"
LONG_POLL = POLL.replace(b"\r\n\r\n", b"\r\nx-long: " + b"y" * 900 + b"\r\n\r\n")
LAST = b"GET /nope HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(serve):
    return serve("--clock", "frozen")


@pytest.fixture(autouse=True)
def _it_goes_on_and_stays_small(server):
    httpx.get(f"{server.url}/_mock/health")
    before = memory(server)
    yield
    assert httpx.get(f"{server.url}/_mock/health").status_code == 200
    assert memory(server) - before < 150 * MEGABYTE


def memory(server):
    """What the server holds in memory, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        pytest.skip("memory is measured where there is a /proc")
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def upload(server, content):
    headers, files = {"x-api-key": "vsk_test"}, {"file": ("film.mp4", content, "video/mp4")}
    return httpx.post(f"{server.url}/enterprise/api/upload_media", headers=headers, files=files, timeout=30)


def test_there_are_a_thousand_sandboxes_and_not_one_more(serve):
    server = serve("--clock", "frozen", "--only", "nanogpt")
    with httpx.Client(base_url=server.url, headers={"x-api-key": "sk-nano-1"}) as client:
        before = memory(server)
        for number in range(1000):
            client.get(f"/@s{number}/api/video/status", params={"requestId": "none"})
        assert client.get("/_mock/health").json()["sandboxes"] == 1000
        assert memory(server) - before < 100 * MEGABYTE

        one_more = client.get("/@one-more/api/video/status")
        made = client.post("/_mock/sandboxes", json={"name": "one-more"})

        assert one_more.status_code == made.status_code == 400
        for answer in (one_more, made):
            error = answer.json()["error"]
            assert error["code"] == "bad_sandbox"
            assert "the server holds 1000 sandboxes already: delete one first" in error["message"].lower()
        assert client.get("/@s999/api/video/status", params={"requestId": "none"}).status_code == 404

        assert client.delete("/_mock/sandboxes/s500").status_code == 204
        assert client.post("/_mock/sandboxes", json={"name": "one-more"}).status_code == 201


def test_three_megabytes_of_requests_in_one_piece_are_answered_one_by_one(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as sock:
        sender = threading.Thread(target=sock.sendall, args=(LONG_POLL * 3000 + LAST,))
        sender.start()
        said = bytearray()
        while piece := sock.recv(65536):
            said += piece
        sender.join()

    assert said.count(b"HTTP/1.1 404 ") == 3001


def test_a_connection_is_used_for_as_much_as_one_likes(server):
    """What is bounded is one head: two kilobytes a thousand times are no head of two megabytes."""
    poll = POLL.replace(b"\r\n\r\n", b"\r\nx-long: " + b"y" * 2000 + b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        for _ in range(1000):
            sock.sendall(poll)
            assert sock.recv(65536).startswith(b"HTTP/1.1 404 ")


def test_the_rest_of_a_refused_body_is_read_so_that_the_refusal_can_be(server):
    """Five megabytes where one is allowed: who sends all before reading hears why, and can go on."""
    head = b"POST /api/v1/generate HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer nvl_test\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(head + b"content-length: 5000000\r\n\r\n")
        sock.sendall(bytes(5_000_000))
        assert sock.recv(65536).startswith(b"HTTP/1.1 413 ")
        sock.sendall(POLL)
        assert sock.recv(65536).startswith(b"HTTP/1.1 404 ")


def test_who_asks_on_and_on_and_never_reads_is_not_read_on_either(server):
    """What waits to be sent is bounded, and so is what is read of somebody who takes nothing."""
    before = memory(server)
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.5) as sock, suppress(TimeoutError):
        while sent < 200 * MEGABYTE:
            sent += sock.send(POLL * 1000)

    assert sent < 50 * MEGABYTE
    assert memory(server) - before < 20 * MEGABYTE


@pytest.mark.parametrize("path", ["/api/generate-video", "/v1/video", "/api/v1/generate", "/_mock/scenarios/queue"])
def test_a_packed_body_is_never_unpacked(server, path):
    before = memory(server)
    bomb = gzip.compress(bytes(200 * MEGABYTE), 1)
    headers = {"content-encoding": "gzip", "content-type": "application/json", "authorization": "Bearer nvl_artnex-1"}

    answer = httpx.post(server.url + path, content=bomb, headers=headers | {"x-api-key": "sk-nano-1"})

    assert 400 <= answer.status_code < 500
    assert memory(server) - before < 20 * MEGABYTE


def test_a_film_of_a_hundred_million_pixels_in_a_small_file_is_refused(server):
    bomb = film("mov", "mjpeg", seconds=0.2, rate=5, size=(12_000, 8_000), sound=None)

    answer = upload(server, bomb)

    assert (answer.status_code, answer.json()["error"]) == (415, "no_video_stream")


def test_a_film_that_lies_about_the_size_of_its_pictures_is_refused(server):
    """Its header says 64 x 64, each of its pictures has 96 million pixels."""
    bomb = film("mov", "mjpeg", seconds=0.2, rate=5, size=(12_000, 8_000), sound=None)
    lie = bomb.replace(struct.pack(">HH", 12_000, 8_000), struct.pack(">HH", 64, 64), 1)
    lie = lie.replace(struct.pack(">II", 12_000 << 16, 8_000 << 16), struct.pack(">II", 64 << 16, 64 << 16))

    assert upload(server, lie).status_code == 415
