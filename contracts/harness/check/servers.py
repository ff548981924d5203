"""The server that is judged, and the control API of one that is a mock."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from contracts.harness.check.exchanges import Answer, Ask

MOST_BYTES = 8 * 2**20
"""What is read of an answer; a video may be longer."""


class UnreachableError(Exception):
    """There is no server at that address, or its control API does not do what it is asked; the message says which."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run waits and what time it is: the real clock's ways, unless a test brings its own."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.monotonic


class Server:
    """A server at a base URL: `async with Server("http://127.0.0.1:4747") as server`."""

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(transport=transport, timeout=60, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def url(self, path: str) -> str:
        """Where a path, or a link that the server has handed out, leads."""
        return path if path.startswith(("http://", "https://")) else self.base_url + path

    async def send(self, ask: Ask, headers: Mapping[str, str]) -> Answer:
        """Send a request with more headers; raises httpx.HTTPError where no answer comes."""
        kind = {} if ask.body is None or isinstance(ask.body, bytes) else {"content-type": "application/json"}
        files = {part: (file.name, file.content, file.media_type) for part, file in (ask.files or {}).items()}
        async with self._client.stream(
            ask.method,
            self.url(ask.path),
            headers=kind | dict(ask.headers) | dict(headers),
            content=ask.content() if files == {} else None,
            files=files or None,
        ) as response:
            content = await _read(response)
        return Answer(response.status_code, {**response.headers}, content, _json(response, content))


class Control:
    """The `/_mock` of a mock, which makes sandboxes and moves their time; every call is about one sandbox."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None, token: str | None = None) -> None:
        auth = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/", transport=transport, timeout=60, trust_env=False, headers=auth
        )

    async def open(self, sandbox: str) -> None:
        """Make a sandbox whose time stands."""
        await self._do("POST", "sandboxes", None, {"name": sandbox, "clock": "frozen"})

    async def close(self, sandbox: str) -> None:
        """Remove it."""
        await self._do("DELETE", f"sandboxes/{sandbox}", None)

    async def advance(self, sandbox: str, seconds: float) -> None:
        """Move its time on."""
        await self._do("POST", "clock/advance", sandbox, {"seconds": seconds})

    async def queue(self, sandbox: str, scenario: str) -> None:
        """Say how its next job goes."""
        await self._do("POST", "scenarios/queue", sandbox, {"scenario": scenario})

    async def account(self, sandbox: str, provider: str, key: str, changes: Mapping[str, object]) -> None:
        """Lay down what a key's account is from now on."""
        await self._do("PUT", f"accounts/{provider}/{key}", sandbox, changes)

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _do(self, method: str, path: str, sandbox: str | None, body: object = None) -> None:
        headers = {} if sandbox is None else {"x-mock-sandbox": sandbox}
        try:
            response = await self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise UnreachableError(f"the control API at {self._client.base_url} does not answer: {error}") from error
        if response.is_error:
            raise UnreachableError(f"the control API refuses {method} {path}: {response.status_code} {response.text}")


async def _read(response: httpx.Response) -> bytes:
    content = b""
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > MOST_BYTES:
            break
    return content


def _json(response: httpx.Response, content: bytes) -> object:
    if "json" not in response.headers.get("content-type", ""):
        return None
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return None
    return parsed
