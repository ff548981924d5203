"""A Redis (or Valkey) server of the tests' own, on a socket file; started at first use and stopped with the process."""

import atexit
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")

needs_redis = pytest.mark.skipif(PROGRAM is None, reason="no redis-server or valkey-server is installed")


class RedisServer:
    """One server that can be stopped and started again; `address` is where it is."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="fauxreel-redis-"))
        self.socket = self.folder / "redis.sock"
        self.address = f"unix://{self.socket}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections; what an earlier one was told is on the disk."""
        self._process = subprocess.Popen(
            [PROGRAM, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder),
             "--appendonly", "yes", "--appendfsync", "no", "--save", ""],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        for line in self._process.stdout:
            if "eady to accept connections" in line:
                return
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.communicate(timeout=10)

    def remove(self) -> None:
        """Stop it, and throw away what it had."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def shared() -> RedisServer:
    """The one that all tests of this process share; prefixes keep them apart."""
    server = RedisServer()
    server.start()
    atexit.register(server.remove)
    return server
