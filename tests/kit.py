"""What provider tests share: a server in this process, a client for each key, and its control room."""

import re
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx

from mockserver.app import create_app
from mockserver.control.rules import rules
from mockserver.settings import load
from tests import witness


class Mock:
    """One server in this process, with a frozen clock unless told otherwise: `async with Mock("nanogpt") as mock`.

    Settings are keyword arguments; those of a provider have a double underscore: `nanogpt__profile="2025"`.
    """

    def __init__(self, only: str, **settings: Any) -> None:
        flags = {"clock": "frozen", "only": only} | {name.replace("__", "."): value for name, value in settings.items()}
        self.app = create_app(load(flags))
        self.house = self.app.world.sandbox().houses[only]
        self.only = only
        self.pure = bool(settings.get("pure"))
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.control = self.client(base="/_mock/")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        self.app.close()

    def client(
        self, headers: dict[str, str] | None = None, address: str = "127.0.0.1", base: str = "", host: str = "mock.test"
    ) -> httpx.AsyncClient:
        """A client with headers of its own (its key), which reaches the server from an address of its own."""
        where = "http://localhost" if base.startswith("/_mock") else f"http://{host}"
        transport = httpx.ASGITransport(self.app, client=(address, 4000))
        hooks = {"response": [_is_described] if base.startswith("/_mock") else [self._is_explained]}
        client = httpx.AsyncClient(transport=transport, base_url=where + base, headers=headers, event_hooks=hooks)
        self._stack.push_async_callback(client.aclose)
        return client

    async def _is_explained(self, answer: httpx.Response) -> None:
        """Each refusal names a clause that there is, but for what the mock says in its own voice."""
        if answer.status_code >= 400 and not self.pure:
            await answer.aread()
            clause = answer.headers.get("x-mock-clause")
            assert clause in rules() or _own(answer), f"{answer.status_code} {answer.text[:200]} has clause {clause}"

    async def advance(self, seconds: float) -> None:
        """Move mock time forward."""
        (await self.control.post("clock/advance", json={"seconds": seconds})).raise_for_status()

    async def until_idle(self) -> None:
        """Move mock time until every job has ended."""
        (await self.control.post("clock/advance", json={"until": "idle"})).raise_for_status()

    async def queue(self, scenario: str, times: int = 1, at: float | None = None) -> None:
        """Say how the next jobs go."""
        (
            await self.control.post("scenarios/queue", json={"scenario": scenario, "times": times, "at": at})
        ).raise_for_status()

    async def set_account(self, key: str, **changes: Any) -> dict[str, Any]:
        """Lay down what an account is from now on: available, flags, limits, plan, permissions …"""
        answer = await self.control.put(f"accounts/{self.only}/{key}", json=changes)
        answer.raise_for_status()
        return answer.json()

    async def account(self, key: str) -> dict[str, Any]:
        """The account as the control room shows it; sums are decimal strings."""
        return (await self.control.get(f"accounts/{self.only}/{key}")).json()

    async def end(self, job_id: str, how: str) -> None:
        """Call a job to an end: done, failed or cancelled."""
        (await self.control.post(f"jobs/{job_id}/end", json={"as": how})).raise_for_status()


async def _is_described(answer: httpx.Response) -> None:
    """Each answer of the control API is as its description says; streams are left to those who read them."""
    if "event-stream" not in answer.headers.get("content-type", ""):
        await answer.aread()
        path = re.sub(r"^/@[^/]+", "", answer.request.url.path)
        witness.judge("control", answer, path)


def _own(answer: httpx.Response) -> bool:
    """Tell whether the mock speaks in its own voice: of a sandbox or a scenario that there is not."""
    try:
        return {"code", "message", "hint"} == set(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return False
