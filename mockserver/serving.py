"""Serving an app with uvicorn: a socket that is bound before anything is promised, and a protocol with bounds.

And running a command beside a server: signals are passed on to it, and its exit code is told as shells tell it.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from mockserver import __version__
from mockserver.settings import provider_names

if TYPE_CHECKING:
    from mockserver.settings import Settings


def bound_socket(host: str, port: int) -> socket.socket:
    """Take a port; raises OSError if somebody has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(2048)
    except BaseException:
        sock.close()
        raise
    sock.set_inheritable(True)
    return sock


class Front:
    """The ASGI app that stands at the door until the first real request comes, and then makes the real one.

    Loading all providers takes longer than starting a server: who only asks whether it is there (`GET /`) is
    answered at once.
    """

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self.config: uvicorn.Config | None = None
        self._street: Any = None
        self._index = index(settings)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own types
        """Answer `/`, or hand the request on."""
        if scope["type"] == "http" and scope["path"] == "/" and not self._settings.pure and self._street is None:
            headers = [(b"content-length", b"%d" % len(self._index)), (b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self._index})
            return
        await self._made()(scope, receive, send)

    def opened(self) -> Any:  # noqa: ANN401 - an ASGI app
        """Make the real app now; raises StateError if its state cannot be used."""
        return self._made()

    def _made(self) -> Any:  # noqa: ANN401 - an ASGI app
        if self._street is None:
            from mockserver.app import create_app  # noqa: PLC0415 - this is what takes long

            self._street = create_app(self._settings)
            self._street.index = self._index
            if self.config is not None:
                self.config.loaded_app = self._street  # new connections find it themselves
            calm_collector()
        return self._street


def index(settings: "Settings") -> bytes:
    """What `GET /` says: that this is fauxreel, and what it serves."""
    names = [name for name in provider_names() if not settings.only or name in settings.only]
    control = "/_mock" if settings.control else None
    return json.dumps({"fauxreel": __version__, "providers": names, "control": control}).encode()


def server(settings: "Settings") -> uvicorn.Server:
    """Give uvicorn what it needs: no lifespan, no access log unless asked for, bounded heads."""
    front = Front(settings)
    # A state that cannot be used is told before anything is served.
    front.config = config = uvicorn.Config(
        front if settings.state is None else front.opened(),
        http=protocol(),
        lifespan="off",
        ws="none",
        log_level="info" if settings.access_log else "warning",
        access_log=settings.access_log,
        server_header=False,
        timeout_graceful_shutdown=2,
        proxy_headers=False,
    )
    return uvicorn.Server(config)


def run_server(running: uvicorn.Server, sock: socket.socket) -> None:
    """Serve on a bound socket until a signal ends it."""
    try:
        running.run(sockets=[sock])
    finally:
        _closed(running)


@contextmanager
def serving(settings: "Settings", sock: socket.socket) -> Iterator[None]:
    """Serve on a bound socket in a thread for as long as the block lasts; raises StateError as `server` does."""
    running = server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        running.should_exit = True
        thread.join(timeout=10)
        _closed(running)


def _closed(stopped: uvicorn.Server) -> None:
    """Let go of the state of a server that has stopped."""
    close = getattr(stopped.config.app, "close", None)
    if close is not None:
        close()


def leave_by_the_door(*signals: signal.Signals) -> None:
    """Let signals (SIGTERM, if none is named) end this process as an exit does, so that files it made are removed.

    uvicorn raises them once more when it has stopped.
    """
    for number in signals or (signal.SIGTERM,):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def end_with_stdin() -> None:
    """End this process as Ctrl+C does when its standard input ends: a server does not outlive who started it."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


class Relay:
    """Passes on to a command the signals that are meant for it; what comes before it has begun, when it has.

    On a terminal the command stays in this process's group, so that it can read: Ctrl+C reaches it by itself. Elsewhere
    it leads a group of its own, and what it has started hears the signals too.
    """

    def __init__(self) -> None:
        self._shared = any(os.isatty(stream) for stream in range(3)) or not hasattr(os, "killpg")
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def take(self, number: int, _: object) -> None:
        """Take a signal."""
        if self._process is None:
            self._early.append(number)
        elif not self._shared:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
        elif number != signal.SIGINT:
            self._process.send_signal(number)

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command; its exit code, or 128 and the number of the signal that killed it.

        Raises OSError if it cannot be started.
        """
        heard = {number: signal.signal(number, self.take) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            process = subprocess.Popen(words, env=environment, process_group=None if self._shared else 0)  # noqa: S603 - the user's own command
            self._process = process
            for number in self._early:
                self.take(number, None)
            code = process.wait()
        finally:
            for number, handler in heard.items():
                signal.signal(number, handler)
        return code if code >= 0 else 128 - code


def calm_collector() -> None:
    """Let the cyclic collector look at new objects only: jobs live long, and to look at them again costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1000)


def protocol() -> Any:  # noqa: ANN401 - uvicorn takes a class or a name
    """Give the protocol of our own, or the portable one where httptools is not installed (Windows)."""
    try:
        from mockserver.corked import Outbox  # noqa: PLC0415 - see above
        from mockserver.eager import Eager  # noqa: PLC0415 - see above
        from mockserver.heads import Heads  # noqa: PLC0415 - see above
        from mockserver.wire import Wire  # noqa: PLC0415 - see above
    except ImportError:
        from mockserver.plain import PlainWire  # noqa: PLC0415 - see above

        return PlainWire
    return partial(Wire, eager=Eager(), heads=Heads(), outbox=Outbox())
