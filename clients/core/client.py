"""What makes a client of a provider's operations: sync or async, with the same names and types."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

import httpx

from .operations import Operations
from .patience import Patience
from .scripts import Script, play, play_async

Ops = TypeVar("Ops", bound=Operations)
P = ParamSpec("P")
T = TypeVar("T")

TIMEOUT = httpx.Timeout(60, connect=10)
"""Seconds that a connection may take, and an answer to begin or to go on."""


class Client(Generic[Ops]):
    """A sync client: `with NanoGPT(key) as nano: nano.generate(…)`.

    `base_url` is the provider's own unless told otherwise; `key_header` names the header that carries the key, where
    the provider takes several. `sleep` and `now` are in seconds; `seed` repeats what chance decides. A client that is
    given `http` leaves it open at the end.
    """

    operations_class: type[Ops]

    def __init__(
        self,
        key: str,
        *,
        base_url: str | None = None,
        key_header: str | None = None,
        patience: Patience | None = None,
        seed: int | None = None,
        http: httpx.Client | None = None,
        sleep: Callable[[float], object] = time.sleep,  # noqa: TID251 - a client of the real service waits in real time
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.operations = self.operations_class(
            key, base_url=base_url, key_header=key_header, patience=patience, seed=seed, now=now
        )
        self.http = http or httpx.Client(timeout=TIMEOUT)
        self.sleep = sleep
        self._lent = http is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections, unless they are somebody else's."""
        if not self._lent:
            self.http.close()


class AsyncClient(Generic[Ops]):
    """An async client: `async with AsyncNanoGPT(key) as nano: await nano.generate(…)`.

    As the sync one; files are read and written in pieces without leaving the event loop. `sleep` is asyncio's unless
    told otherwise: `AsyncNanoGPT(key, sleep=trio.sleep)`.
    """

    operations_class: type[Ops]

    def __init__(
        self,
        key: str,
        *,
        base_url: str | None = None,
        key_header: str | None = None,
        patience: Patience | None = None,
        seed: int | None = None,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.operations = self.operations_class(
            key, base_url=base_url, key_header=key_header, patience=patience, seed=seed, now=now
        )
        self.http = http or httpx.AsyncClient(timeout=TIMEOUT)
        self.sleep = sleep
        self._lent = http is not None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections, unless they are somebody else's."""
        if not self._lent:
            await self.http.aclose()


class Sync(Generic[Ops, P, T]):
    """An operation as a method of a sync client: `balance = Sync(Operations.check_balance)`."""

    def __init__(self, operation: Callable[Concatenate[Ops, P], Script[T]]) -> None:
        self._operation = operation
        self.__doc__ = operation.__doc__

    def __get__(self, client: Client[Ops], _: object = None) -> Callable[P, T]:
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return play(self._operation(client.operations, *args, **kwargs), client.http, client.sleep)

        return call


class Async(Generic[Ops, P, T]):
    """An operation as a method of an async client: `balance = Async(Operations.check_balance)`."""

    def __init__(self, operation: Callable[Concatenate[Ops, P], Script[T]]) -> None:
        self._operation = operation
        self.__doc__ = operation.__doc__

    def __get__(self, client: AsyncClient[Ops], _: object = None) -> Callable[P, Coroutine[Any, Any, T]]:
        def call(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
            return play_async(self._operation(client.operations, *args, **kwargs), client.http, client.sleep)

        return call
