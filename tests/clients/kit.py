"""What the tests of the clients share: one server in this process and one on a socket, and a guard on every exchange.

A test is written once, with a client that blocks, and runs in four ways: sync and async, in this process and over a
socket. Time is mock time: the client's `sleep` moves the sandbox's clock.
"""

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from contracts.harness.conformance import validate, validate_request
from mockserver.serving import bound_socket, serving
from mockserver.settings import load
from mockserver.testing import asgi_app

WAYS = ["sync-here", "async-here", "sync-socket", "async-socket"]
PREFIX = re.compile(r"^(/@[^/]+)?")


@dataclass(frozen=True)
class Exchange:
    """One exchange as both kinds of client must have it; `wrong` is what kept the answer from arriving."""

    method: str
    address: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    answer: bytes = b""
    wrong: str | None = None


@dataclass
class Guard(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that holds every exchange against the contract, and keeps it.

    `judged` says which sides: answers that faults disturb are not, nor requests that the description leaves open. With
    neither it lets everything through as it comes, bodies that break off too.
    """

    inner: Any
    provider: str
    judged: tuple[str, ...] = ("requests", "answers")
    exchanges: list[Exchange] = field(default_factory=list)

    def handle_request(self, request):
        request.read()
        if not self.judged:
            return self.inner.handle_request(request)
        try:
            response = self.inner.handle_request(request)
            response.read()
        except httpx.TransportError as error:
            self.keep(request, None, error)
            raise
        return self.keep(request, response)

    async def handle_async_request(self, request):
        await request.aread()
        if not self.judged:
            return await self.inner.handle_async_request(request)
        try:
            response = await self.inner.handle_async_request(request)
            await response.aread()
        except httpx.TransportError as error:
            self.keep(request, None, error)
            raise
        return self.keep(request, response)

    def keep(self, request, response, error=None):
        address = PREFIX.sub("", request.url.raw_path.decode())
        kept = tuple((name, request.headers[name]) for name in KEPT if name in request.headers)
        told = (request.method, address, kept, request.content)
        if response is None:
            self.exchanges.append(Exchange(*told, wrong=type(error).__name__))
            return None
        self.exchanges.append(Exchange(*told, response.status_code, response.content))
        if not address.startswith("/enterprise/uploads/"):
            assert ("/media/" not in address) or not {"x-api-key", "authorization"} & set(request.headers)
        if "requests" in self.judged:
            validate_request(self.provider, request.method, address, request.headers, request.content)
        if "answers" in self.judged:
            validate(self.provider, request.method, address, response.status_code, response.headers, response.content)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(response.content),
            extensions=response.extensions,
        )

    def close(self):
        self.inner.close()

    async def aclose(self):
        await self.inner.aclose()


KEPT = ("x-api-key", "authorization", "content-type", "range", "if-range")


class InProcess(httpx.BaseTransport):
    """An ASGI app for a sync client."""

    def __init__(self, app, runner):
        self.asgi = httpx.ASGITransport(app)
        self.runner = runner

    def handle_request(self, request):
        status, headers, content = self.runner.run(
            self.answered(request.method, request.url, request.headers, request.read())
        )
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    async def answered(self, method, url, headers, content):
        async with httpx.AsyncClient(transport=self.asgi) as client:
            response = await client.request(method, url, headers=headers, content=content)
            return response.status_code, response.headers.raw, response.content


class Street:
    """One server twice: as an app in this process, and on a socket."""

    def __init__(self, app, url, runner):
        self.app, self.url, self.runner = app, url, runner
        self.numbers = itertools.count(1)

    def stage(self, way):
        """A sandbox of its own, and a client's way to it."""
        return Stage(self, way, f"stage-{next(self.numbers)}")


@contextmanager
def street() -> Iterator[Street]:
    settings = load({"clock": "frozen"})
    sock = bound_socket("127.0.0.1", 0)
    with asyncio.Runner() as runner, serving(settings, sock):
        yield Street(asgi_app(clock="frozen"), f"http://127.0.0.1:{sock.getsockname()[1]}", runner)
    sock.close()


class Stage:
    """A sandbox whose time goes on while its clients sleep."""

    def __init__(self, street, way, name):
        self.street, self.way = street, way
        self.name = name
        self.kind, self.place = way.split("-")
        self.base = (street.url if self.place == "socket" else "http://localhost") + f"/@{name}"
        self.elapsed = 0.0
        self.pauses = []
        self.control = httpx.Client(transport=self.transport("sync"), base_url=self.base + "/_mock/")
        self.control_async = httpx.AsyncClient(transport=self.transport("async"), base_url=self.base + "/_mock/")
        self.closing = []
        self.begin()

    def transport(self, kind):
        if self.place == "socket":
            return httpx.HTTPTransport() if kind == "sync" else httpx.AsyncHTTPTransport()
        if kind == "sync":
            return InProcess(self.street.app, self.street.runner)
        return httpx.ASGITransport(self.street.app)

    def begin(self, **settings):
        """Begin the sandbox anew, with settings of a provider: `nanogpt__profile="2025"`."""
        named = {key.replace("__", "."): value for key, value in settings.items()}
        made = self.control.post("sandboxes", json={"name": self.name, "settings": named})
        assert made.status_code == 201, made.text

    def close(self):
        for close in self.closing:
            close()
        self.control.close()
        self.street.runner.run(self.control_async.aclose())

    def now(self):
        return self.elapsed

    def sleep(self, seconds):
        self.slept(seconds)
        self.control.post("clock/advance", json={"seconds": seconds}).raise_for_status()

    async def sleep_async(self, seconds):
        self.slept(seconds)
        (await self.control_async.post("clock/advance", json={"seconds": seconds})).raise_for_status()

    def slept(self, seconds):
        self.elapsed += seconds
        self.pauses.append(seconds)

    def client(self, kinds, key, *, provider, judged=("requests", "answers"), around=None, **options):
        """A client that blocks, of the kind that this stage is for; `kinds` is (sync, async).

        `around` is given the transport to the server, and gives what the client has in its place.
        """
        options = {"seed": 1, "now": self.now, "base_url": self.base} | options
        transport = self.transport(self.kind)
        guard = Guard(around(transport) if around else transport, provider, judged)
        if self.kind == "sync":
            http = httpx.Client(transport=guard)
            self.closing.append(http.close)
            return Blocking(kinds[0](key, http=http, sleep=self.sleep, **options), guard, None)
        http = httpx.AsyncClient(transport=guard)
        self.closing.append(lambda: self.street.runner.run(http.aclose()))
        return Blocking(kinds[1](key, http=http, sleep=self.sleep_async, **options), guard, self.street.runner)

    # the control room
    def ask(self, method, path, body=None):
        """Ask the control API, as `mockserver.testing.Sandbox` does."""
        answer = self.control.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def queue(self, scenario, **words):
        self.control.post("scenarios/queue", json={"scenario": scenario} | words).raise_for_status()

    def set_account(self, provider, key, **changes):
        self.control.put(f"accounts/{provider}/{key}", json=changes).raise_for_status()

    def account(self, provider, key):
        return self.control.get(f"accounts/{provider}/{key}").json()

    def jobs(self):
        return self.control.get("jobs").json()["items"]

    def advance(self, seconds):
        self.control.post("clock/advance", json={"seconds": seconds}).raise_for_status()

    def journal(self):
        """What the server was asked, the first one first, with paths as they are inside the sandbox."""
        asked = self.control.get("requests", params={"limit": 1000}).json()["items"]
        return [{**each, "path": PREFIX.sub("", each["path"])} for each in reversed(asked)]

    def originals(self, *places):
        """What was asked for at these places, as the server hands it out undisturbed; None where it no longer does."""
        links = {f"{each['path']}?{each['query']}" for each in self.journal() if each["path"].startswith(places)}
        with httpx.Client(transport=self.transport("sync")) as client:
            answers = [client.get(self.base + link) for link in sorted(links)]
        return [answer.content if answer.status_code == 200 else None for answer in answers]

    def forget(self):
        """Let the server forget the sandbox."""
        with httpx.Client(transport=self.transport("sync")) as client:
            client.delete(f"{self.base}/_mock/sandboxes/{self.name}").raise_for_status()


class Blocking:
    """A client of either kind whose methods block; `exchanges` is what went over its connection."""

    def __init__(self, client, guard, runner):
        self.client, self.guard, self.runner = client, guard, runner

    @property
    def exchanges(self):
        return self.guard.exchanges

    def asked(self):
        """Method, path and status of each exchange; the name of the trouble, where there was no answer."""
        return [f"{e.method} {e.address.partition('?')[0]} {e.status or e.wrong}" for e in self.exchanges]

    def __getattr__(self, name):
        method = getattr(self.client, name)
        if self.runner is None:
            return method
        return lambda *args, **kwargs: self.runner.run(awaited(method, *args, **kwargs))


async def awaited(method, *args, **kwargs):
    return await method(*args, **kwargs)


class Scripted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A provider that answers as it is told: each act is (status, body, headers), or an exception.

    A stream as the body may break off.
    """

    def __init__(self, *acts):
        self.acts, self.requests = list(acts), []

    def handle_request(self, request):
        self.requests.append(request)
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return answered(act)

    async def handle_async_request(self, request):
        return self.handle_request(request)


class Disturbed(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A connection on which some exchanges go wrong: `plan` says what happens, by an exchange's number from 0, or by a
    part of its path, which counts once.

    `"unsent"`: no connection is made. `"lost"`: the server gets the request, and its answer does not come. Otherwise an
    answer in place of the server's: (status, body, headers).
    """

    def __init__(self, inner, plan):
        self.inner, self.plan, self.number = inner, plan, -1

    def handle_request(self, request):
        act = self.act(request)
        if isinstance(act, httpx.Response):
            return act
        response = self.inner.handle_request(request)
        if act == "lost":
            response.close()
            raise httpx.ReadError("the connection was reset", request=request)
        return response

    async def handle_async_request(self, request):
        act = self.act(request)
        if isinstance(act, httpx.Response):
            return act
        response = await self.inner.handle_async_request(request)
        if act == "lost":
            await response.aclose()
            raise httpx.ReadError("the connection was reset", request=request)
        return response

    def close(self):
        self.inner.close()

    async def aclose(self):
        await self.inner.aclose()

    def act(self, request):
        self.number += 1
        parts = [part for part in self.plan if isinstance(part, str) and part in request.url.path]
        act = self.plan.pop(parts[0]) if parts else self.plan.get(self.number)
        if act == "unsent":
            raise httpx.ConnectError("nobody listens", request=request)
        return act if act is None or act == "lost" else answered(act)


def answered(act):
    """A response from (status, body, headers); the body is bytes, text, or what becomes JSON."""
    status, body, *told = act
    if isinstance(body, dict | list):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    stream = httpx.ByteStream(body) if isinstance(body, bytes) else body
    return httpx.Response(status, stream=stream, headers=told[0] if told else None)
