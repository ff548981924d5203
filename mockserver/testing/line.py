"""A line to a server's control API: one kept connection, and the standard library alone."""

import json
import os
import selectors
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

PATIENCE = 120.0
"""Seconds after which an answer is not waited for: moving time may deliver many webhooks first."""

SELECTOR: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""What looks at one connection without opening another file; `select` does not know files above the 1024th."""


class ServerError(RuntimeError):
    """There is no server to talk to: it did not start, or it is gone."""


class ControlError(RuntimeError):
    """The control API refused what it was asked: the message is its own, as are `status`, `code` and `hint`."""

    def __init__(self, status: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{message} {hint}" if hint else message)
        self.status, self.code, self.hint = status, code, hint


class Line:
    """Asks one server, past any proxy. Threads take turns; a process that was forked gets a connection of its own."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        try:
            self._host, self._port, self._root = parts.hostname or "", parts.port, parts.path.rstrip("/")
        except ValueError:
            self._host = ""
        if parts.scheme not in {"http", "https"} or not self._host:
            raise ServerError(f"{url!r} is no address of a server, such as http://127.0.0.1:4747")
        self.url = url.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._turn = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._process = os.getpid()

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask for `path` below the server's address; the answer's JSON, None if it is empty.

        Raises ControlError for a refusal, ServerError if no server answers.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        target = self._root + path + (f"?{urlencode(asked)}" if asked else "")
        content = None if body is None else json.dumps(body).encode()
        with self._turn:
            status, raw = self._exchange(method, target, content)
        try:
            answer = json.loads(raw) if raw else None
        except ValueError:
            raise ServerError(f"what answers at {self.url} is no fauxreel: {raw[:80]!r}") from None
        if status >= 400:
            raise _refusal(status, answer)
        return answer

    def close(self) -> None:
        """Hang up; the next question calls again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, target: str, content: bytes | None) -> tuple[int, bytes]:
        connection = self._connected()
        try:
            connection.request(method, target, content, self._headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            self.close()
            raise ServerError(f"no fauxreel answers at {self.url}: {str(error) or type(error).__name__}") from error
        except BaseException:
            self.close()  # an answer that nobody has read would be taken for the next one's
            raise

    def _connected(self) -> HTTPConnection:
        """The kept connection; another one if the server has closed it, or another process owns it."""
        if self._process != os.getpid():
            self._process, self._connection = os.getpid(), None
        if self._connection is not None and self._connection.sock is not None and _over(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._kind(self._host, self._port, timeout=PATIENCE)
        return self._connection


def _over(connection: HTTPConnection) -> bool:
    """Tell whether the other side has hung up: an idle connection that can be read has nothing else to say."""
    with SELECTOR() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))


def _refusal(status: int, answer: Any) -> ControlError:  # noqa: ANN401 - any JSON
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return ControlError(status, "refused", f"The server answered {status}: {str(answer)[:200]}")
    return ControlError(status, str(error.get("code")), str(error.get("message")), error.get("hint"))


def segment(text: str) -> str:
    """Write a text as one segment of a path."""
    return quote(text, safe="")
