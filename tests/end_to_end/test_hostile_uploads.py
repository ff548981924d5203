"""Uploads over real sockets: a server that stays small, goes on, and leaves nothing on the disk."""

import signal
import socket
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.films import film

from .conftest import served

API = "/enterprise/api"
KEY = {"X-API-Key": "vsk_test"}
MEGABYTE = 2**20
FILM = film(seconds=5, rate=5, sound=None)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server whose temporary files are in a folder of our own; none may be left when it has stopped."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with served("--only", "viddyscribe") as running:
        yield running
    assert list(tmp_path.iterdir()) == []


@contextmanager
def connection(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        yield sock


def post(length, body):
    """The beginning of an upload: a head that promises so many bytes, and fewer of them."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n' + body
    head = f"POST {API}/upload_media HTTP/1.1\r\nHost: x\r\nX-API-Key: vsk_test\r\nContent-Length: {length}\r\n"
    return head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + form


def passing(folder):
    return list(Path(folder).rglob("passing-*"))


def wait_until(condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.05)  # noqa: TID251 - another process, in real time
    raise AssertionError("it did not come to that")


def memory(process):
    """What a process holds in memory, in bytes."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        pytest.skip("memory is measured where there is a /proc")
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def test_a_truncated_upload_leaves_nothing_and_the_server_goes_on(server, tmp_path):
    for _ in range(5):
        with connection(server) as sock:
            sock.sendall(post(10 * MEGABYTE, bytes(MEGABYTE)))
            wait_until(lambda: passing(tmp_path))
        wait_until(lambda: not passing(tmp_path))

    answer = httpx.post(f"{server.url}{API}/upload_media", headers=KEY, files={"file": FILM})

    assert answer.status_code == 200


def test_an_upload_that_promises_too_much_is_refused_before_it_comes(server):
    with connection(server) as sock:
        sock.sendall(post(100 * MEGABYTE, b""))

        assert sock.recv(65536).startswith(b"HTTP/1.1 403")


def test_an_upload_without_a_length_is_cut_off(server, tmp_path):
    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n'
        for _ in range(100):
            yield bytes(MEGABYTE)

    headers = KEY | {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        answer = httpx.post(f"{server.url}{API}/upload_media", headers=headers, content=endless())
    except httpx.WriteError:  # it hung up on us while we were still sending
        return
    finally:
        wait_until(lambda: not passing(tmp_path))

    assert answer.json()["error"] == "file_too_large"


def test_a_large_upload_passes_through_a_small_server(server):
    promise = {"input": {"type": "signed_url", "filename": "large.mp4"}}
    media = httpx.post(f"{server.url}{API}/upload_media", headers=KEY, json=promise).json()
    httpx.post(f"{server.url}{API}/upload_media", headers=KEY, files={"file": FILM})  # encoders are loaded now
    padding = 300 * MEGABYTE
    before = memory(server.process)

    def large():
        yield FILM + (padding + 8).to_bytes(4, "big") + b"free"
        for _ in range(300):
            yield bytes(MEGABYTE)

    put = httpx.put(media["upload_url"], content=large(), timeout=60)
    notified = httpx.post(
        f"{server.url}{API}/notify_upload_complete", headers=KEY, json={"media_id": media["media_id"]}
    )

    assert put.status_code == 200
    assert notified.json()["upload_status"] == "completed"
    assert memory(server.process) - before < 40 * MEGABYTE


def test_a_long_track_is_made_and_sent_by_a_small_server(server):
    long = film(seconds=1800, rate=0.5, size=(32, 32), sound=None)
    media = httpx.post(f"{server.url}{API}/upload_media", headers=KEY, files={"file": long}).json()
    order = {"media_id": media["media_id"], "audio_track_type": "ad_only"}
    job = httpx.post(f"{server.url}{API}/generate_ad_audio", headers=KEY, json=order).json()
    httpx.post(f"{server.url}/_mock/clock/advance", json={"until": "idle"})
    link = httpx.get(f"{server.url}{API}/get_results", headers=KEY, params={"job_id": job["job_id"]}).json()
    before = memory(server.process)

    size = 0
    with httpx.stream("GET", link["audio_signed_url"], timeout=60) as answer:
        for chunk in answer.iter_bytes():
            size += len(chunk)

    assert size == 44 + 1800 * 24_000 * 2
    assert memory(server.process) - before < 40 * MEGABYTE


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_server_that_is_told_to_stop_takes_its_files_with_it(tmp_path, monkeypatch, how):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with served("--only", "viddyscribe") as running:
        httpx.post(f"{running.url}{API}/upload_media", headers=KEY, files={"file": FILM}).raise_for_status()
        assert list(tmp_path.iterdir())

        running.process.send_signal(how)
        running.process.wait(timeout=10)

    assert list(tmp_path.iterdir()) == []
