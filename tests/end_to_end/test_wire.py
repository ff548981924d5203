"""Requests over a real socket, whole, in pieces and together: each is answered once, in its turn."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

KEY = b"x-api-key: sk-nano-1\r\n"
ORDER = b'{"model": "veo2-video", "prompt": "a cat", "duration": "5s"}'
POLL = b"GET /api/video/status?requestId=%b HTTP/1.1\r\nhost: mock\r\n" + KEY + b"\r\n"


@pytest.fixture(scope="module")
def server(serve):
    return serve("--clock", "frozen", "--set", "nanogpt.balance=1000000")


@contextmanager
def connected(server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        yield sock


def submission(more: bytes = b"") -> bytes:
    head = b"POST /api/generate-video HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\n" + KEY + more
    return head + b"content-length: %d\r\n\r\n" % len(ORDER) + ORDER


def answers(sock: socket.socket, wanted: int, *, bodies: bool = True) -> list[tuple[int, bytes]]:
    """Read so many answers, each by the length it states; status and body."""
    stream = sock.makefile("rb")
    found = []
    for _ in range(wanted):
        status = int(stream.readline().split()[1])
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name == b"content-length" else length
        found.append((status, stream.read(length) if bodies else b""))
    return found


def finished_clip(server) -> bytes:
    """Make a job that is done, and give its link's path."""
    with connected(server) as sock:
        sock.sendall(submission())
        ((_, body),) = answers(sock, 1)
        run_id = json.loads(body)["runId"].encode()
        end = (
            b'POST /_mock/jobs/%b/end HTTP/1.1\r\nhost: localhost\r\ncontent-length: 14\r\n\r\n{"as": "done"}' % run_id
        )
        sock.sendall(end)
        ((status, told),) = answers(sock, 1)
        assert status == 200, told
    return b"/media/nanogpt/%b/video.mp4" % run_id


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_request_in_pieces_is_answered_as_one_that_is_whole(server, size):
    raw = submission()
    with connected(server) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(raw), size):
            sock.sendall(raw[at : at + size])
        assert [status for status, _ in answers(sock, 1)] == [202]
        sock.sendall(raw)
        assert [status for status, _ in answers(sock, 1)] == [202]


def test_a_chunked_body_in_many_chunks_is_one_order(server):
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in ORDER)
    raw = submission().partition(b"content-length")[0] + b"transfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    with connected(server) as sock:
        sock.sendall(raw)
        assert [status for status, _ in answers(sock, 1)] == [202]


def test_who_expects_100_continue_is_told_to_go_on(server):
    head, _, body = submission(b"expect: 100-continue\r\n").partition(b"\r\n\r\n")
    with connected(server) as sock:
        sock.sendall(head + b"\r\n\r\n")
        assert sock.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert [status for status, _ in answers(sock, 1)] == [202]


def test_what_is_pipelined_behind_a_request_that_waits_is_answered_after_it(server):
    """The clip is rendered in a thread: its answer comes first nonetheless."""
    clip = finished_clip(server)
    get = b"GET %b HTTP/1.1\r\nhost: mock\r\n\r\n" % clip
    with connected(server) as sock:
        sock.sendall(get + POLL % b"vid_none" + submission() + get)
        first, poll, order, again = answers(sock, 4)

    assert [first[0], poll[0], order[0], again[0]] == [200, 404, 202, 200]
    assert first[1] == again[1]
    assert first[1][4:8] == b"ftyp"


def test_others_are_answered_while_one_waits(server):
    clip = finished_clip(server)
    with connected(server) as waits, connected(server) as asks:
        waits.sendall(b"GET %b HTTP/1.1\r\nhost: mock\r\n\r\n" % clip)
        for _ in range(20):
            asks.sendall(POLL % b"vid_none")
            assert [status for status, _ in answers(asks, 1)] == [404]
        assert [status for status, _ in answers(waits, 1)] == [200]


def test_who_goes_away_while_its_answer_is_made_leaves_the_server_in_order(server):
    clip = finished_clip(server)
    for _ in range(3):
        with connected(server) as sock:
            sock.sendall(b"GET %b HTTP/1.1\r\nhost: mock\r\n\r\n" % clip)
    with connected(server) as sock:
        sock.sendall(b"GET %b HTTP/1.1\r\nhost: mock\r\n\r\n" % clip)
        assert [status for status, _ in answers(sock, 1)] == [200]


def test_behind_a_request_that_closes_nothing_is_done_any_more(server):
    with connected(server) as sock:
        sock.sendall(submission(b"connection: close\r\n") + submission())
        answer = b""
        while piece := sock.recv(65536):
            answer += piece

    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close\r\n" in answer


def test_a_head_request_gets_a_head_and_the_connection_goes_on(server):
    clip = finished_clip(server)
    head = b"HEAD %b HTTP/1.1\r\nhost: mock\r\n\r\n" % clip
    with connected(server) as sock:
        sock.sendall(head)
        answers(sock, 1, bodies=False)
        sock.sendall(head + POLL % b"vid_none")
        assert [status for status, _ in answers(sock, 1, bodies=False)] == [200]


def test_a_connection_that_is_idle_for_five_seconds_is_closed_and_one_in_use_is_not(server):
    began = time.monotonic()
    with connected(server) as idle, connected(server) as used:
        for sock in (idle, used):
            sock.sendall(POLL % b"vid_none")
            answers(sock, 1)
        stop = threading.Event()
        while not stop.wait(1) and time.monotonic() - began < 7:
            used.sendall(POLL % b"vid_none")
            assert [status for status, _ in answers(used, 1)] == [404]
        assert idle.recv(1) == b""


def test_two_hundred_that_ask_at_once_are_all_answered(server):
    with connected(server) as sock:
        sock.sendall(submission())
        ((_, body),) = answers(sock, 1)
    run_id = json.loads(body)["runId"].encode()
    with_each = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(200)]
    try:
        for sock in with_each:
            sock.sendall((POLL % run_id) * 3)
        found = [answers(sock, 3) for sock in with_each]
    finally:
        for sock in with_each:
            sock.close()
    assert {status for three in found for status, _ in three} == {200}
