"""Faults where httptools is not installed, as on Windows: uvicorn's portable protocol drops connections as well."""

import threading
from contextlib import contextmanager
from time import monotonic

import httpx
import pytest

from mockserver import serving
from mockserver.plain import PlainWire
from mockserver.settings import load

ORDER = {"model": "veo2-video", "prompt": "An eagle", "duration": "5s"}


@contextmanager
def served():
    """A server in a thread of this process, and a client of it."""
    sock = serving.bound_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    with serving.serving(load({"clock": "frozen"}), sock), httpx.Client(base_url=url, timeout=10) as found:
        found.headers["x-api-key"] = "sk-1"
        yield found


@pytest.fixture(autouse=True)
def plain(monkeypatch, caplog):
    monkeypatch.setattr(serving, "protocol", lambda: PlainWire)
    yield
    assert "Exception" not in caplog.text
    assert "ASGI callable" not in caplog.text


def order(client, fault, **more):
    return client.post("/api/generate-video", json=ORDER, headers={"x-mock-fault": fault}, **more)


def jobs(client):
    return len(client.get("/_mock/jobs").json()["items"])


def test_connections_are_dropped_and_the_server_serves_on():
    with served() as client:
        with pytest.raises(httpx.ReadError):
            order(client, "reset")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            order(client, "refuse")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            order(client, "truncated")

        assert jobs(client) == 2
        assert order(client, "drip(0)").json()["status"] == "pending"
        assert order(client, "duplicate").status_code == 202
        assert jobs(client) == 5


def test_a_server_that_stops_does_not_wait_for_late_answers():
    outcome = []

    def ask(url):
        try:
            httpx.post(
                f"{url}/api/generate-video", json=ORDER, timeout=20,
                headers={"x-api-key": "sk-1", "x-mock-fault": "delay(30)"},
            )  # fmt: skip
        except httpx.TransportError as error:
            outcome.append(error)

    with served() as client:
        asking = threading.Thread(target=ask, args=[str(client.base_url).rstrip("/")])
        asking.start()
        until = monotonic() + 10
        while not jobs(client) and monotonic() < until:
            pass
        with pytest.raises(httpx.ReadTimeout):
            order(client, "delay(30)", timeout=0.2)
        assert jobs(client) == 2
        began = monotonic()
    asking.join(timeout=10)

    assert monotonic() - began < 5
    assert outcome
