"""Several processes that serve on one port and share one state; one that dies is begun again."""

import signal
import socket
import threading
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mockserver.app import create_app
from mockserver.serving import leave_by_the_door, run_server, server

if TYPE_CHECKING:
    from mockserver.settings import Settings

PAUSE = 1.0
"""Seconds before a worker is begun again, so that one that cannot live does not keep the machine busy."""

PATIENCE = 10.0
"""Seconds that a worker has to end."""


def run_workers(settings: "Settings", sock: socket.socket) -> None:
    """Serve on a bound socket with `settings.workers` processes until SIGINT or SIGTERM."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    workers = [_begun(settings, sock) for _ in range(settings.workers)]
    try:
        while not stopping.is_set():
            if wait([worker.sentinel for worker in workers], timeout=PAUSE / 2) and not stopping.wait(PAUSE):
                workers = [worker if worker.is_alive() else _begun(settings, sock) for worker in workers]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(PATIENCE)


def check(settings: "Settings") -> None:
    """Raise StateError if the state cannot be used: it is told once, and not by each worker."""
    create_app(settings).close()


def _begun(settings: "Settings", sock: socket.socket) -> BaseProcess:
    worker = get_context("spawn").Process(target=_work, args=(replace(settings, workers=1), sock), daemon=True)
    worker.start()
    return worker


def _work(settings: "Settings", sock: socket.socket) -> None:
    leave_by_the_door()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all; who began this worker ends it
    run_server(server(settings), sock)
