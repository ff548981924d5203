"""What the benchmark needs: servers that run for a while, wrk, and single requests."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PATIENCE = 90.0
"""Seconds that a server may take to start."""


def freed() -> int:
    """Find a port that is free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


BARE, FAUX = freed(), freed()

BARE_COMMAND = [
    sys.executable, "-m", "uvicorn", "bare:app", "--app-dir", str(HERE), "--port", str(BARE),
    "--no-access-log", "--log-level", "warning",
]  # fmt: skip
PLAIN_COMMAND = [sys.executable, "-m", "mockserver", "serve", "-q", "-p", str(FAUX)]
LIFTED = {
    "nanogpt.submits_per_minute": "100000000",
    "nanogpt.balance": "100000000000",
    "nouvel.requests_per_minute": "100000000",
    "nouvel.scale_videos": "1000000000",
    "viddyscribe.requests_per_minute": "100000000",
    "viddyscribe.queued_jobs": "100000000",
    "viddyscribe.minutes": "1000000000000",
    "artnex.plan": "enterprise",
    "artnex.credits": "1000000000000",
}


class FailedError(Exception):
    """Something that was to be measured did not work; the message says what."""


class NotStartedError(FailedError):
    """A server that did not begin to answer; the message says which."""


def faux_command(port: int) -> list[str]:
    """Write the command of a fauxreel with everything on; limits and money are lifted to fit the load."""
    lifted = {**LIFTED, "jobs": "100000000"}
    return [*PLAIN_COMMAND[:-1], str(port), *(word for item in lifted.items() for word in ("--set", "=".join(item)))]


FAUX_COMMAND = faux_command(FAUX)


def wrk(  # noqa: PLR0913 - what wrk is told
    port: int,
    path: str,
    seconds: int,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    refused: bool = False,
    new: bool = False,
) -> float:
    """Give the requests a second that wrk (a thread, 64 connections) gets answered, with 2xx unless `refused`.

    `new`: no request is sent twice; each has a number in its head, and in the text of its body.
    """
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in (headers or {}).items()]
    if new:
        lines += [
            "local number, body = 0, wrk.body",
            "function request()",
            "number = number + 1",
            'wrk.headers["X-Request-Id"] = tostring(number)',
            """if body then wrk.body = body:gsub('": "', '": "' .. number .. ' ', 1) end""",
            "return wrk.format()",
            "end",
        ]
    return _loaded(port, path, seconds, [*_posting(body), *lines], refused=refused)


def wrk_in_turn(port: int, asked: Sequence[tuple[str, Mapping[str, str]]], seconds: int, body: str | None) -> float:
    """Give the rate of `wrk` for paths with their headers, asked in turn."""
    lines = [*_posting(body), "local all, last = {}, 0", "function init()"]
    for path, headers in asked:
        told_headers = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
        kind = '["Content-Type"] = "application/json", ' if body is not None else ""
        lines.append(f'all[#all + 1] = wrk.format(nil, "{path}", {{{kind}["Host"] = "localhost", {told_headers}}})')
    lines += ["end", "function request() last = last % #all + 1 return all[last] end"]
    return _loaded(port, asked[0][0], seconds, lines)


def _posting(body: str | None) -> list[str]:
    if body is None:
        return []
    return ['wrk.method = "POST"', f"wrk.body = [==[{body}]==]", 'wrk.headers["Content-Type"] = "application/json"']


def _loaded(port: int, path: str, seconds: int, lines: list[str], *, refused: bool = False) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{path}"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", printed)
    if found is None or ("Non-2xx" in printed) != refused:
        raise FailedError(f"wrk failed at {path}:\n{printed}")
    return float(found[1])


def ask(
    method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, port: int = FAUX
) -> tuple[int, bytes]:
    """Send one request, to fauxreel unless another port is given; give status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"content-type": "application/json", **(headers or {})})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def told(
    method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, port: int = FAUX
) -> Any:  # noqa: ANN401 - JSON
    """Send one request that has to succeed, and give its JSON."""
    status, content = ask(method, path, body, headers, port)
    if status >= 400:
        raise FailedError(f"{method} {path} answered {status}: {content[:300]!r}")
    return json.loads(content or b"null")


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(
    command: list[str], port: int, path: str = "/", *, quiet: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server, ready to answer, as long as the block lasts; `quiet`: unheard. Raises NotStartedError."""
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, cwd=HERE.parent, stdout=output, stderr=output)
    try:
        _wait_for(port, process, path)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def ready_after(command: list[str], port: int, path: str = "/") -> float:
    """Seconds from the command to its first answer."""
    started = time.perf_counter()
    with running(command, port, path):
        return time.perf_counter() - started


def duration(command: list[str]) -> float:
    """Seconds that a command takes to its end."""
    started = time.perf_counter()
    subprocess.run(command, cwd=HERE.parent, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _wait_for(port: int, process: subprocess.Popen[bytes], path: str) -> None:
    begun = time.perf_counter()
    while process.poll() is None and time.perf_counter() - begun < PATIENCE:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.002)  # noqa: TID251 - a benchmark waits for a process in real time
        else:
            return
    raise NotStartedError(f"the server on port {port} did not start")
