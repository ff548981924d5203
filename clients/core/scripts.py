"""Conversations as generators, and the two players that hold them.

An operation is a `Script`: a generator that yields an `Ask` and is sent the response, or yields a `Pause` and is sent
nothing. It neither sends nor sleeps, so that one text serves sync and async programs alike. `play` and `play_async` do.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import SEEK_END
from pathlib import Path
from typing import IO, TypeVar, cast

import httpx

from .downloads import Arrival

T = TypeVar("T")

CHUNK = 65536
"""Bytes of a file that are sent at a time."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request. `form` and `upload` are read from disk while they are sent; the answer's body may go to a `sink`."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    json: object = None
    form: Mapping[str, str | Path] | None = None
    upload: Path | None = None
    sink: Arrival | None = None

    @contextmanager
    def opened(self, http: httpx.Client | httpx.AsyncClient) -> Generator[httpx.Request]:
        """The request for httpx, with its files open for as long as the block lasts."""
        with ExitStack() as stack:
            files = None
            if self.form is not None:
                files = {name: _part(value, stack) for name, value in self.form.items()}
            request = http.build_request(
                self.method,
                self.url,
                params=dict(self.params) or None,
                headers=dict(self.headers),
                json=self.json,
                files=files,
            )
            if self.upload is not None:
                request = _uploading(request, stack.enter_context(self.upload.open("rb")))
            yield request


@dataclass(frozen=True)
class Pause:
    """Do nothing for some seconds."""

    seconds: float


Script = Generator[Ask | Pause, httpx.Response | None, T]


def send(ask: Ask) -> Script[httpx.Response]:
    """Inside a script: send a request, get the response. Raises httpx.RequestError or httpx.InvalidURL."""
    return cast("httpx.Response", (yield ask))


def pause(seconds: float) -> Script[None]:
    """Inside a script: do nothing for some seconds."""
    yield Pause(seconds)


DISTURBANCES = (httpx.RequestError, httpx.InvalidURL)
"""What a player throws into a script in place of a response."""


def play(script: Script[T], http: httpx.Client, sleep: Callable[[float], object]) -> T:
    """Hold a conversation; give what the script returns, raise what it raises."""
    reply: httpx.Response | None = None
    trouble: Exception | None = None
    try:
        while True:
            step = script.throw(trouble) if trouble else script.send(reply)
            reply = trouble = None
            if isinstance(step, Pause):
                sleep(step.seconds)
                continue
            try:
                reply = _exchange(http, step)
            except DISTURBANCES as error:
                trouble = error
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        script.close()


async def play_async(script: Script[T], http: httpx.AsyncClient, sleep: Callable[[float], Awaitable[object]]) -> T:
    """Hold a conversation; give what the script returns, raise what it raises."""
    reply: httpx.Response | None = None
    trouble: Exception | None = None
    try:
        while True:
            step = script.throw(trouble) if trouble else script.send(reply)
            reply = trouble = None
            if isinstance(step, Pause):
                await sleep(step.seconds)
                continue
            try:
                reply = await _exchange_async(http, step)
            except DISTURBANCES as error:
                trouble = error
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        script.close()


def _exchange(http: httpx.Client, ask: Ask) -> httpx.Response:
    with ask.opened(http) as request:
        response = http.send(request, stream=True, follow_redirects=False)
        try:
            if ask.sink is None or not ask.sink.opens(response):
                response.read()
            else:
                for chunk in response.iter_raw():
                    ask.sink.write(chunk)
        finally:
            response.close()
    return response


async def _exchange_async(http: httpx.AsyncClient, ask: Ask) -> httpx.Response:
    with ask.opened(http) as request:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            if ask.sink is None or not ask.sink.opens(response):
                await response.aread()
            else:
                async for chunk in response.aiter_raw():
                    ask.sink.write(chunk)
        finally:
            await response.aclose()
    return response


class _FileStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A file as the body of a request, for either kind of client."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(CHUNK):
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def _uploading(request: httpx.Request, file: IO[bytes]) -> httpx.Request:
    """The same request with a file as its body."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    request.headers["content-length"] = str(size)
    return httpx.Request(
        request.method, request.url, headers=request.headers, stream=_FileStream(file), extensions=request.extensions
    )


def _part(value: str | Path, stack: ExitStack) -> tuple[str | None, IO[bytes] | str, str]:
    """A part of a form: a file, or JSON in a text."""
    if isinstance(value, Path):
        return value.name, stack.enter_context(value.open("rb")), "video/mp4"
    return None, value, "application/json"
