"""Clients that take their time, over real sockets: each is waited for so long and no longer, and others are served.

The bounds are those of `mockserver.patience`, made a hundred times shorter: here seconds are half-minutes.
"""

import errno
import socket
import struct
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.films import film

from .conftest import Served

KEY = b"x-api-key: sk-nano-1\r\n"
POLL = b"GET /api/video/status?requestId=none HTTP/1.1\r\nhost: mock\r\n" + KEY + b"\r\n"
ORDER = b"POST /api/generate-video HTTP/1.1\r\nhost: mock\r\n" + KEY + b"content-length: 1000\r\n\r\n"
HASTY = """
import sys
from mockserver import cli, patience
patience.LOOK, patience.HEAD_WITHIN, patience.BODY_WITHIN, patience.TAKEN_WITHIN = 0.05, 0.3, 0.3, 0.3
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    command = [sys.executable, "-c", HASTY, "serve", "-q", "-p", "0", "--clock", "frozen"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"TMPDIR": str(folder)}
    ) as process:
        running = Served(process.stdout.readline().strip().removeprefix("FAUXREEL_URL="), process)
        httpx.get(f"{running.url}/_mock/health").raise_for_status()
        yield running
        process.terminate()
        _, complaints = process.communicate(timeout=10)
    assert complaints == "", complaints
    assert list(folder.iterdir()) == []


@pytest.fixture(autouse=True)
def _nothing_stays_open(server):
    """Others are served while somebody dawdles, and afterwards the server has no more open than before."""
    before = open_files(server)
    yield
    assert httpx.get(f"{server.url}/_mock/health").status_code == 200
    wait_until(lambda: open_files(server) <= before)


def open_files(server):
    folder = Path(f"/proc/{server.process.pid}/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def wait_until(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.02)  # noqa: TID251 - another process, in real time
    raise AssertionError("it did not come to that")


@contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sock


def rest(sock):
    """All that the server says until it hangs up."""
    said = b""
    with suppress(ConnectionError):
        while piece := sock.recv(65536):
            said += piece
    return said


def dribbled(sock, raw):
    """Send a byte every 20 milliseconds until the server hangs up; what it said, and how long that took in seconds."""
    began = time.monotonic()
    sock.settimeout(0.02)
    said = b""
    for byte in raw:
        try:
            sock.sendall(bytes([byte]))
            said += (piece := sock.recv(65536))
            if not piece:
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return said, time.monotonic() - began


def test_who_never_says_a_word_is_hung_up_on(server):
    with connected(server) as sock:
        assert rest(sock) == b""


def test_a_head_that_comes_byte_by_byte_has_its_time_and_no_more(server):
    with connected(server) as sock:
        said, took = dribbled(sock, b"GET / HTTP/1.1\r\n" + b"x-and-on: and on\r\n" * 100)

    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert 0.2 < took < 5


def test_a_second_head_that_never_ends_is_no_way_around_it(server):
    with connected(server) as sock:
        sock.sendall(POLL + POLL[:20])
        said = rest(sock)

    assert said.count(b"HTTP/1.1 404 ") == 1
    assert said.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 408 " in said


def test_a_body_that_comes_byte_by_byte_has_its_time_and_no_more(server):
    with connected(server) as sock:
        sock.sendall(ORDER)
        said, took = dribbled(sock, b"x" * 1000)

    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert 0.2 < took < 5


def test_an_upload_that_stands_still_leaves_no_file(server):
    head = (
        b"POST /enterprise/api/upload_media HTTP/1.1\r\nhost: mock\r\nx-api-key: vsk_test\r\ncontent-length: 9999\r\n"
    )
    form = b'--x\r\ncontent-disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n'
    with connected(server) as sock:
        sock.sendall(head + b"content-type: multipart/form-data; boundary=x\r\n\r\n" + form + bytes(500))
        assert rest(sock).startswith(b"HTTP/1.1 408 ")


def test_a_large_upload_that_comes_steadily_is_not_hurried(server):
    """It takes longer than the bound, and earns more time with each piece."""
    content = film(seconds=0.4, rate=5, sound=None) + (300_000).to_bytes(4, "big") + b"free" + bytes(299_992)

    def steadily():
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n'
        for at in range(0, len(content), 15_000):
            time.sleep(0.04)  # noqa: TID251 - another process, in real time
            yield content[at : at + 15_000]
        yield b"\r\n--x--\r\n"

    headers = {"x-api-key": "vsk_test", "content-type": "multipart/form-data; boundary=x"}
    answer = httpx.post(f"{server.url}/enterprise/api/upload_media", headers=headers, content=steadily())

    assert answer.status_code == 200


def test_who_is_refused_and_goes_on_sending_is_hung_up_on(server):
    """The answer to what is too large comes at once; what still comes is read for a while, and never to its end."""
    with connected(server) as sock:
        sock.sendall(ORDER.replace(b"1000", b"99999999") + bytes(1000))
        said, took = dribbled(sock, bytes(1000))

    assert said.count(b"HTTP/1.1 ") == 1
    assert b" 413 " in said
    assert took < 5


def test_who_takes_nothing_of_an_answer_is_hung_up_on(server):
    """Their answers are held no longer than they may be, however large they are."""
    order = {"model": "veo2-video", "prompt": "a fox", "duration": "8s"}
    run_id = httpx.post(f"{server.url}/api/generate-video", headers={"x-api-key": "sk-nano-1"}, json=order).json()[
        "runId"
    ]
    httpx.post(f"{server.url}/_mock/jobs/{run_id}/end", json={"as": "done"}).raise_for_status()
    get = b"GET /media/nanogpt/%b/video.mp4 HTTP/1.1\r\nhost: mock\r\n\r\n" % run_id.encode()
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", server.port))
        sock.sendall(get * 40)

        wait_until(lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET)


def test_an_answer_that_is_made_slowly_is_waited_for(server):
    """A fault that delays it for longer than any bound is our own doing, not the client's."""
    with connected(server) as sock:
        sock.sendall(POLL.replace(b"\r\n\r\n", b"\r\nx-mock-fault: delay(0.8)\r\nconnection: close\r\n\r\n"))
        assert rest(sock).startswith(b"HTTP/1.1 404 ")


def test_two_hundred_that_dribble_keep_nobody_from_being_served(server):
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server)) for _ in range(200)]
        for sock in slow:
            sock.sendall(b"GET /api/video/status")
        for _ in range(20):
            assert httpx.get(f"{server.url}/_mock/health").status_code == 200
        assert all(rest(sock).startswith(b"HTTP/1.1 408 ") for sock in slow)


STAGES = {
    "in the request line": POLL[:10],
    "in the headers": POLL[:-10],
    "before the body": ORDER,
    "in the body": ORDER + b'{"model": "veo2',
    "in a chunk": b"POST /v1/video HTTP/1.1\r\nhost: mock\r\ntransfer-encoding: chunked\r\n\r\nffff\r\nab",
    "before the answer": POLL,
    "behind many requests": POLL * 50,
    "while the answer waits": POLL.replace(b"\r\n\r\n", b"\r\nx-mock-fault: delay(0.1)\r\n\r\n"),
    "while it listens": b"GET /_mock/events HTTP/1.1\r\nhost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("how", ["closed", "reset", "half closed"])
@pytest.mark.parametrize("raw", STAGES.values(), ids=STAGES.keys())
def test_who_goes_away_early_takes_everything_along(server, raw, how):
    for _ in range(5):
        with connected(server) as sock:
            sock.sendall(raw)
            if how == "reset":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif how == "half closed":
                sock.shutdown(socket.SHUT_WR)
