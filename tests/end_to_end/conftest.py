"""A server in a process of its own, as a user starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Served:
    """A running server: where it is, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def served(*flags: str) -> Iterator[Served]:
    """Start `fauxreel serve` on a free port; stop it as Ctrl+C does."""
    command = [sys.executable, "-m", "mockserver", "serve", "-q", "-p", "0", *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        line = process.stdout.readline().strip()
        if not line.startswith("FAUXREEL_URL="):
            raise AssertionError(f"no address but {line!r}: {process.stderr.read()}")
        try:
            yield Served(line.removeprefix("FAUXREEL_URL="), process)
        finally:
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=10)
    assert "Traceback" not in complaints, complaints


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., Served]]:
    """Start servers that live as long as the module's tests."""
    with ExitStack() as stack:
        yield lambda *flags: stack.enter_context(served(*flags))


collect_ignore = ["stranger"]
"""Somebody else's project, which `test_stranger.py` runs elsewhere."""
