"""Serving an app with uvicorn: a socket that is bound before anything is promised, and a protocol with bounds."""

import gc
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

from mockserver.app import create_app

if TYPE_CHECKING:
    from mockserver.settings import Settings
    from mockserver.web.provider import Provider


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


def config(settings: "Settings", providers: "Sequence[Provider] | None") -> uvicorn.Config:
    """Give uvicorn what it needs: no lifespan, no access log unless asked for, bounded heads."""
    return uvicorn.Config(
        create_app(settings, providers),
        http=protocol(),
        lifespan="off",
        ws="none",
        log_level="info" if settings.access_log else "warning",
        access_log=settings.access_log,
        server_header=False,
        timeout_graceful_shutdown=2,
        proxy_headers=False,
    )


def run_server(settings: "Settings", providers: "Sequence[Provider] | None", sock: socket.socket) -> None:
    """Serve on a bound socket until a signal ends it."""
    server = uvicorn.Server(config(settings, providers))
    calm_collector()
    server.run(sockets=[sock])


@contextmanager
def serving(settings: "Settings", providers: "Sequence[Provider] | None", sock: socket.socket) -> Iterator[None]:
    """Serve on a bound socket in a thread for as long as the block lasts."""
    server = uvicorn.Server(config(settings, providers))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def calm_collector() -> None:
    """Let the cyclic collector look at new objects only: jobs live long, and to look at them again costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1000)


def protocol() -> Any:  # noqa: ANN401 - uvicorn takes a class or a name
    """Give the protocol of our own, or uvicorn's portable one where httptools is not installed (Windows)."""
    try:
        from mockserver.wire import Wire  # noqa: PLC0415 - see above
    except ImportError:
        return "h11"
    return Wire
