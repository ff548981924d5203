"""Servers that do one thing wrong: the mock, with an answer or a request changed on its way."""

import json
import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Passing:
    """One exchange on its way through: what is asked, and what the mock answers, both to be changed at will.

    `path` is without a sandbox. `again` asks the mock something else, in the same sandbox and with the same headers.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    asked: bytes
    status: int = 0
    told: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    again: Callable[..., Any] | None = None

    @property
    def json(self) -> Any:
        """The answer's JSON; None where it is none."""
        return json.loads(self.content) if "json" in self.told.get("content-type", "") else None

    @json.setter
    def json(self, value: Any) -> None:
        self.content = json.dumps(value).encode()

    def on(self, route: str) -> bool:
        """Whether this is an exchange of `GET /some/path`; a star stands for a part of the path."""
        method, _, path = route.partition(" ")
        return method == self.method and re.fullmatch(path.replace("*", "[^/]+"), self.path) is not None


class Badly:
    """An ASGI app that passes everything on, and lets `spoil` change each exchange but those of the control API.

    `spoil(passing)` changes answers; `ask(passing)`, if there is one, changes requests before they are passed on.
    """

    def __init__(self, app: Any, spoil: Any = None, ask: Any = None) -> None:
        self.app, self.spoil, self.ask = app, spoil, ask

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        path = re.sub(r"^/@[^/]+", "", scope["path"])
        if path.startswith("/_mock"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        passing = Passing(scope["method"], path, scope["query_string"].decode(), headers, await read(receive))
        if self.ask is not None:
            self.ask(passing)
        await self.answered(scope, passing)

        async def again(route: str, body: Any = None, **changes: str) -> Passing:
            method, _, address = route.partition(" ")
            path, _, query = address.partition("?")
            asked = b"" if body is None else json.dumps(body).encode()
            other = Passing(method, path, query, headers | changes, asked)
            await self.answered({**scope, "raw_path": path.encode()}, other)
            return other

        passing.again = again
        if self.spoil is not None:
            spoiled = self.spoil(passing)
            if spoiled is not None:
                await spoiled
        told = [(name.encode(), value.encode()) for name, value in passing.told.items() if name != "content-length"]
        await send({"type": "http.response.start", "status": passing.status, "headers": told})
        await send({"type": "http.response.body", "body": passing.content})

    async def answered(self, scope: MutableMapping[str, Any], passing: Passing) -> None:
        """Ask the mock, and note its answer."""
        prefix = re.match(r"^(/@[^/]+)?", scope["path"])[0]
        passed = dict(scope)
        passed |= {"method": passing.method, "path": prefix + passing.path, "query_string": passing.query.encode()}
        passed["raw_path"] = passed["path"].encode()
        passed["headers"] = [
            (name.encode(), value.encode()) for name, value in passing.headers.items() if name != "content-length"
        ] + [(b"content-length", str(len(passing.asked)).encode())]
        pieces = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": passing.asked, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                passing.status = message["status"]
                passing.told = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                pieces.append(message.get("body", b""))

        await self.app(passed, receive, send)
        passing.content = b"".join(pieces)


async def read(receive: Any) -> bytes:
    """The whole body of a request."""
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)
