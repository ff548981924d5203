"""A listener on this machine that webhooks are sent to: it keeps what it gets and answers what it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Receiver:
    """Answers with `codes` one after the other, then with 200; `got` holds headers (lower-case names) and bodies."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.codes: list[int] = []
        self.silent_for = 0.0
        self._arrived = threading.Condition()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, count: int, seconds: float = 5.0) -> None:
        """Wait until so many deliveries have arrived; TimeoutError if they do not."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.got) >= count, seconds):
                raise TimeoutError(f"{len(self.got)} of {count} deliveries arrived")

    def _take(self, headers: dict[str, str], body: bytes) -> int:
        with self._arrived:
            self.got.append((headers, body))
            self._arrived.notify_all()
        self._closing.wait(self.silent_for)
        return self.codes.pop(0) if self.codes else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                code = receiver._take({name.lower(): value for name, value in self.headers.items()}, body)
                try:
                    self.send_response(code)
                    self.send_header("content-length", "0")
                    self.end_headers()
                except OSError:
                    pass  # the sender lost patience

            def log_message(self, *_: object) -> None:
                pass

        return Handler
