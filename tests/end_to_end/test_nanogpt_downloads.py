"""Downloads over a real connection: what is sent byte by byte, and where nothing may be sent."""

import socket

import httpx
import pytest

AUTH = {"x-api-key": "sk-nano-test"}


@pytest.fixture(scope="module")
def server(serve):
    return serve("--only", "nanogpt", "--clock", "auto")


@pytest.fixture(scope="module")
def link(server):
    """Where a finished video lies."""
    with httpx.Client(base_url=server.url, headers=AUTH) as client:
        order = {"model": "hunyuan-video", "prompt": "A gentle wave", "resolution": "480p"}
        run_id = client.post("/api/generate-video", json=order).json()["runId"]
        polls = [client.get("/api/video/status", params={"requestId": run_id}).json()["data"] for _ in range(3)]
    assert [poll["status"] for poll in polls] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    return polls[-1]["output"]["video"]["url"]


def exchange(port, method, url, *headers):
    """Ask once and read until the connection closes; the lines of the head, and the bytes after it."""
    path = "/" + url.split("/", 3)[3]
    request = "\r\n".join(
        [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers, "", ""]
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request.encode())
        received = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return [each.lower() for each in head.decode().split("\r\n")], body


def test_the_link_is_on_the_address_that_was_asked(server, link):
    assert link.startswith(f"{server.url}/")


@pytest.mark.clause("nanogpt.results.head")
@pytest.mark.parametrize("headers", [(), ("Range: bytes=0-9",)])
def test_head_sends_a_head_alone(server, link, headers):
    head, body = exchange(server.port, "GET", link, *headers)
    head_alone, nothing = exchange(server.port, "HEAD", link, *headers)

    assert len(body) > 0
    assert nothing == b""
    assert f"content-length: {len(body)}" in head
    same = [line for line in head if not line.startswith("date:")]
    assert [line for line in head_alone if not line.startswith("date:")] == same


@pytest.mark.clause("nanogpt.results.not-modified")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_the_file_is_sent_nothing_more(server, link, method):
    tag = httpx.head(link).headers["etag"]

    head, body = exchange(server.port, method, link, f"If-None-Match: {tag}")

    assert head[0].startswith("http/1.1 304")
    assert f"etag: {tag}" in head
    assert body == b""
    assert not [line for line in head if line.startswith(("content-length", "transfer-encoding", "content-range"))]


@pytest.mark.clause("nanogpt.results.ranges")
def test_parts_make_the_whole(server, link):
    _, whole = exchange(server.port, "GET", link)
    parts = []
    for first in range(0, len(whole), 20_000):
        head, part = exchange(server.port, "GET", link, f"Range: bytes={first}-{first + 19_999}")
        assert head[0].startswith("http/1.1 206")
        parts.append(part)

    assert len(parts) > 1
    assert b"".join(parts) == whole
