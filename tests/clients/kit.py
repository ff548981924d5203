"""What the tests of the clients share: one server in this process and one on a socket, and misbehaviour to the letter.

A test is written once, with a client that blocks, and runs in four ways: sync and async, in this process and over a
socket. Time is mock time: the client's `sleep` moves the sandbox's clock.
"""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from mockserver.serving import bound_socket, serving
from mockserver.settings import load
from mockserver.testing import asgi_app
from tests.clients.guard import ACT, PREFIX, STAYED, Court, Guard
from tests.clients.judging import NONE, Judge, excuse

WAYS = ["sync-here", "async-here", "sync-socket", "async-socket"]


class InProcess(httpx.BaseTransport):
    """An ASGI app for a sync client."""

    def __init__(self, app, runner):
        self.asgi = httpx.ASGITransport(app)
        self.runner = runner

    def handle_request(self, request):
        request.read()
        status, headers, content = self.runner.run(self.answered(request))
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    async def answered(self, request):
        response = await self.asgi.handle_async_request(request)
        return response.status_code, response.headers.raw, await response.aread()


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
        self.court = Court()
        self.settings = {}
        self.wall = None
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

    def begin(self, *, wall=None, **settings):
        """Begin the sandbox anew, with settings of a provider: `nanogpt__profile="2025"`.

        With a `wall`, the real clock as far as the server can see, time runs, and sleeping moves that one.
        """
        named = {key.replace("__", "."): value for key, value in settings.items()}
        clock = {} if wall is None else {"clock": {"mode": "scaled", "speed": 1}}
        made = self.control.post("sandboxes", json={"name": self.name, "settings": named} | clock)
        assert made.status_code == 201, made.text
        self.settings, self.wall = named, wall

    def close(self, *, every_excuse=True):
        """Close all connections; raises GuardError for an exchange that is not accounted for, or an idle excuse.

        Where chance decides what happens not `every_excuse` needs to be needed.
        """
        for close in self.closing:
            close()
        try:
            self.court.close(self.journal(), every_excuse=every_excuse)
        finally:
            self.control.close()
            self.street.runner.run(self.control_async.aclose())

    def now(self):
        return self.elapsed

    def sleep(self, seconds):
        if self.slept(seconds):
            self.control.post("clock/advance", json={"seconds": seconds}).raise_for_status()

    async def sleep_async(self, seconds):
        if self.slept(seconds):
            (await self.control_async.post("clock/advance", json={"seconds": seconds})).raise_for_status()

    def slept(self, seconds):
        """Note a pause; whether the sandbox's clock has yet to be moved."""
        self.elapsed += seconds
        self.pauses.append(seconds)
        if self.wall is not None:
            self.wall.passes(seconds)
        return self.wall is None

    def client(self, kinds, key, *, provider, excuses=(), around=None, later=False, **options):
        """A client that blocks, of the kind that this stage is for; `kinds` is (sync, async).

        `around` is given the transport to the server, and gives what the client has in its place. `excuses` are for
        what is wrong on purpose. With `later` its exchanges are judged when the stage settles.
        """
        options = {"seed": 1, "now": self.now, "base_url": self.base} | options
        transport = self.transport(self.kind)
        judge = Judge(provider, self.settings, excuses)
        inner = around(transport) if around else transport
        guard = Guard(inner, judge, options["base_url"], self.court, kind=self.kind, later=later)
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

    def settle(self):
        """Judge the exchanges that had to wait for the journal; hands over all complaints so far."""
        return self.court.settle(self.journal())

    def originals(self, provider, client, *places):
        """What a client fetched from these places, as the server has it undisturbed; None where it no longer does."""
        links = {each.address for each in client.exchanges if each.path.startswith(places)}
        guard = Guard(self.transport("sync"), Judge(provider, self.settings), self.base, self.court)
        with httpx.Client(transport=guard) as http:
            answers = [http.get(self.base + link) for link in sorted(links)]
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


def wrong_request(operation, *places):
    """The excuse for a request that is wrong in these places, `$.prompt`; none where there are no places."""
    return [excuse("a wrong request", operation, *(f"request {place}" for place in places))] if places else []


def elsewhere(host):
    """The excuse for a link that leads to another host, where nothing is described."""
    return excuse("another host", "", f"host {host}")


ASTRAY = {
    ("nanogpt", "unknown_status"): ("GET /api/video/status", "answer $.data.status"),
    ("nanogpt", "empty_result"): ("GET /api/video/status", "answer $.data.output"),
    ("nouvel", "unknown_status"): ("GET /api/v1/jobs/{jobId}", "answer $.status"),
    ("viddyscribe", "unknown_status"): ("GET /enterprise/api/get_results", "answer $.status"),
    ("artnex", "unknown_status"): ("GET /v1/video/{request_id}", "answer $.status"),
    ("artnex", "empty_result"): ("GET /v1/video/{request_id}", "answer $.video_url"),
}
"""Where a scenario has a provider say what no document has: the operation, and what is wrong with its answer."""


def astray(provider, *scenarios):
    """The excuses for what scenarios say; none for those whose answers are all documented."""
    known = [(one, ASTRAY[provider, one]) for one in scenarios if (provider, one) in ASTRAY]
    return [excuse(f"the scenario {name}", *where) for name, where in known]


@dataclass(frozen=True)
class Off:
    """An act that leaves the contract on purpose, in these places of the answer and in no others."""

    act: object
    flaws: tuple[str, ...]


def off(act, *flaws):
    """Say what is wrong with an act: `off((500, {}), "status")`, `off((200, {}), "$.id", "$.status")`."""
    return Off(act, flaws)


def played(request, act, operation=""):
    """What an act makes of a request: a response, or its exception; the guard is told what was done on purpose."""
    flaws = act.flaws if isinstance(act, Off) else ()
    act = act.act if isinstance(act, Off) else act
    request.extensions[STAYED] = True
    if isinstance(act, Exception):
        request.extensions[ACT] = excuse("no answer from the script", operation, NONE)
        raise act
    request.extensions[ACT] = excuse("a scripted answer", operation, *(f"answer {flaw}" for flaw in flaws))
    return answered(act)


class Scripted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A provider that answers as it is told: each act is (status, body, headers), or an exception.

    What an act leaves of the contract is said by `off`. A stream as the body may break off.
    """

    def __init__(self, *acts):
        self.acts, self.requests = list(acts), []

    def handle_request(self, request):
        self.requests.append(request)
        return played(request, self.acts.pop(0))

    async def handle_async_request(self, request):
        return self.handle_request(request)


class Disturbed(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A connection on which some exchanges go wrong: `plan` says what happens, by an exchange's number from 0, or by a
    part of its path, which counts once.

    `"unsent"`: no connection is made. `"lost"`: the server gets the request, and its answer does not come. Otherwise an
    act as of a script, in place of the server's answer.
    """

    def __init__(self, inner, plan):
        self.inner, self.plan, self.number = inner, plan, -1

    def handle_request(self, request):
        act = self.act(request)
        if act is not None and act != "lost":
            return played(request, act)
        response = self.inner.handle_request(request)
        if act == "lost":
            response.close()
            raise lost(request)
        return response

    async def handle_async_request(self, request):
        act = self.act(request)
        if act is not None and act != "lost":
            return played(request, act)
        response = await self.inner.handle_async_request(request)
        if act == "lost":
            await response.aclose()
            raise lost(request)
        return response

    def close(self):
        self.inner.close()

    async def aclose(self):
        await self.inner.aclose()

    def act(self, request):
        self.number += 1
        parts = [part for part in self.plan if isinstance(part, str) and part in request.url.path]
        act = self.plan.pop(parts[0]) if parts else self.plan.get(self.number)
        return httpx.ConnectError("nobody listens", request=request) if act == "unsent" else act


def lost(request):
    """The answer that the server gave gets lost."""
    request.extensions[ACT] = excuse("a lost answer", "", NONE)
    return httpx.ReadError("the connection was reset", request=request)


def answered(act):
    """A response from (status, body, headers); the body is bytes, text, or what becomes JSON, which says so itself."""
    status, body, *told = act
    headers = dict(told[0]) if told else {}
    if isinstance(body, dict | list):
        body, headers = json.dumps(body), {"content-type": "application/json"} | headers
    if isinstance(body, str):
        body = body.encode()
    stream = httpx.ByteStream(body) if isinstance(body, bytes) else body
    return httpx.Response(status, stream=stream, headers=headers)
