"""Requests at a steady rate over kept connections, and how long their answers take: wrk knows only full load."""

import asyncio
import socket
from collections import deque
from collections.abc import Mapping
from statistics import quantiles
from time import perf_counter

import uvloop

CONNECTIONS = 64
TICK = 0.001
"""Seconds between two looks at what is due."""


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Write a GET request."""
    lines = [
        f"GET {path} HTTP/1.1",
        "host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def p99(port: int, request: bytes, rate: float, seconds: float) -> float:
    """Give the seconds within which 99 of 100 answers came, at so many requests a second. Answers are JSON objects."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(_run(port, request, rate, seconds))
    return quantiles(took, n=100)[98]


async def _run(port: int, request: bytes, rate: float, seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    idle: deque[_Client] = deque()
    took: list[float] = []
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: _Client(loop, idle, took), "127.0.0.1", port)
    begun, sent = perf_counter(), 0
    while (over := perf_counter() - begun) < seconds:
        # What should have been sent and could not be, since nobody was idle, has waited since its time.
        while sent < over * rate and idle:
            idle.popleft().ask(request, late=over - sent / rate if over - sent / rate > 2 * TICK else 0.0)
            sent += 1
        await asyncio.sleep(TICK)
    return took


class _Client(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, idle: "deque[_Client]", took: list[float]) -> None:
        self._loop, self._idle, self._took = loop, idle, took
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # it is TCP
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._idle.append(self)

    def ask(self, request: bytes, late: float) -> None:
        """Send a request that should have been sent `late` seconds ago."""
        self._asked = perf_counter() - late
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take an answer, or a part of one."""
        if data.endswith(b"}"):
            self._took.append(perf_counter() - self._asked)
            self._idle.append(self)
