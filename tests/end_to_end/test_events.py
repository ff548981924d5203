"""Events over a real socket: they come while the client listens, and the stream ends with the server."""

import shutil
import signal
import subprocess

import httpx
import pytest

from tests.end_to_end.conftest import served


def names(lines, count):
    """The names of the next events."""
    found = []
    for line in lines:
        if line.startswith("event: "):
            found.append(line.removeprefix("event: "))
            if len(found) == count:
                break
    return found


def test_events_arrive_while_time_runs_and_end_with_the_client():
    with served("--speed", "6000") as server, httpx.Client(base_url=server.url, timeout=20) as client:
        with client.stream("GET", "/_mock/events?kind=job") as stream:
            assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            order = {"model": "veo2-video", "prompt": "An eagle"}
            httpx.post(f"{server.url}/api/generate-video", json=order, headers={"x-api-key": "sk-1"}).raise_for_status()
            assert names(lines, 3) == ["job", "job", "job"]
        assert client.get("/_mock/health").json()["status"] == "ok"


@pytest.mark.skipif(shutil.which("curl") is None, reason="it is curl that listens")
def test_a_stop_of_the_server_ends_the_stream_at_once_and_whole():
    with (
        served("--clock", "frozen") as server,
        subprocess.Popen(["curl", "-sN", f"{server.url}/_mock/events"], stdout=subprocess.PIPE, text=True) as curl,
    ):
        assert curl.stdout.readline() == "retry: 1000\n"
        httpx.get(f"{server.url}/nowhere")
        assert names((line.rstrip() for line in curl.stdout), 1) == ["request"]
        server.process.send_signal(signal.SIGTERM)
        assert curl.wait(10) == 0  # 18 would be a transfer that was cut
