"""The street: finds the sandbox, the house and the operation of a request, without scanning a list of routes.

Every answer of a provider goes out through here, refusals and crashes too, and into the sandbox's journal.
"""

import logging
from collections.abc import Mapping, Sequence

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.core.faults import Fault, UnknownNameError
from mockserver.core.house import SandboxFullError
from mockserver.core.journal import BODY_KEPT, Exchange
from mockserver.core.refusals import Crashed, Refusal, Refused, RequestTooLarge, Unavailable, UnknownPath, WrongMethod
from mockserver.core.store import StoreUnavailableError
from mockserver.core.world import BadSandboxError, Sandbox, World
from mockserver.media.cache import Clips
from mockserver.media.files import Files
from mockserver.web.answers import Reply, mock_error
from mockserver.web.call import Address, Call, Struck
from mockserver.web.courier import Courier
from mockserver.web.faults import HEADER as FAULT
from mockserver.web.faults import Disturbed, foresee, swallow, unworded
from mockserver.web.gates import pass_gates
from mockserver.web.hints import hint
from mockserver.web.keys import first_key
from mockserver.web.near import near_routes
from mockserver.web.provider import Provider
from mockserver.web.readings import Readings
from mockserver.web.routes import Doors, Routes

log = logging.getLogger("mockserver")

CONTROL = "/_mock"

HEADERS_AT_MOST = 200


class Street:
    """The ASGI application: one world, its providers, and the control room."""

    def __init__(
        self,
        world: World,
        providers: Sequence[Provider],
        clips: Clips,
        files: Files | None = None,
        *,
        pure: bool = False,
    ) -> None:
        self.world = world
        self.providers = {provider.name: provider for provider in providers}
        self.clips = clips
        self.files = files or Files()
        self.readings = Readings()
        self.courier = Courier(world, providers)
        self.control: ASGIApp | None = None
        self.index: bytes | None = None
        self._announces = any(provider.announcements is not None for provider in providers)
        self._store = world.store
        self._waits = world.store.waits
        self.pure = pure
        self._all = Routes(providers)
        self._of = {provider.name: Routes([provider]) for provider in providers}
        self._only = providers[0] if len(providers) == 1 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await _decline(scope, receive, send)
            return
        try:
            path: str = scope["path"]
            if path.startswith((CONTROL, "/@")) and await self._controlled(scope, receive, send):
                return
            call = self._enter(scope, receive)
            response = await self._serve(call) if isinstance(call, Call) else call
        except ClientDisconnect:
            return
        except BadSandboxError as error:
            response = mock_error(400, "bad_sandbox", f"{error}.")
        except StoreUnavailableError as error:
            response = self._unavailable(scope, error)
        if not isinstance(response, Reply) or not response.sent(scope):
            await response(scope, receive, send)

    def close(self) -> None:
        """Let go of what is kept outside of this process."""
        self._store.close()

    async def _controlled(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Hand a request for `/_mock/…`, or `/@name/_mock/…`, to the control room; False if it is not for there."""
        name, path = split_sandbox(scope["path"])
        if self.control is None or (path != CONTROL and not path.startswith(f"{CONTROL}/")):
            return False
        await self.control({**scope, "path": path, "mock_sandbox": name}, receive, send)
        return True

    def _enter(self, scope: Scope, receive: Receive) -> Call | Reply:
        """Find sandbox, house and operation of a request; what is not there, or not like this, is answered."""
        cycle = scope.get("fauxreel")  # see mockserver.cycle
        head = None if cycle is None else cycle.head
        if head is not None and head.told is not None:
            known: Address = head.told
            return Call(self, scope, receive, self.world.sandbox(known.sandbox), known)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        name, path = None, scope["path"]
        if b"x-mock-sandbox" in headers or path.startswith("/@"):
            name, path = self._which_sandbox(path, headers)
        sandbox = self.world.sandbox("default" if name is None else name)
        found = self._all.find(path)
        if found is None:
            provider, found = self._inside(path, self._only)
            if found is None:
                return self._unknown(provider, sandbox, scope, path)
        doors, params = found
        door = doors.get(scope["method"])
        if door is None or len(headers) > HEADERS_AT_MOST:
            return self._not_like_this(doors, sandbox, scope, headers)
        key = first_key(headers, door[0].keys)
        address = Address(*door, params, headers, key, sandbox.name, "" if name is None else f"/@{name}")
        if head is not None:
            head.told = address
        return Call(self, scope, receive, sandbox, address)

    async def _serve(self, call: Call) -> Response:
        """Answer a call, when what it changed is kept; write it down, disturb it if it is to be, send what fell due."""
        store, sandbox = self._store, call.sandbox
        if self._waits and store.ailing and (refused := await self._unsaved(call)):
            return refused
        response = await self._handle(call)
        if self._waits and store.unsaved:
            response = await self._unsaved(call) or response
        _note(sandbox, call, response)
        if call.fault is not None:
            response = await self._disturb(call, response, call.fault)
        if self._announces and store.next_due(sandbox.post.queue) is not None:
            await self.courier.after(sandbox)
        return response

    def _which_sandbox(self, path: str, headers: Mapping[bytes, bytes]) -> tuple[str | None, str]:
        """Find the sandbox's name, if the request has one, and the path inside it."""
        if path.startswith("/@"):
            return split_sandbox(path)
        if not self.pure and b"x-mock-sandbox" in headers:
            return headers[b"x-mock-sandbox"].decode("latin-1"), path
        return None, path

    def _inside(
        self, path: str, provider: Provider | None
    ) -> tuple[Provider | None, tuple[Doors, Mapping[str, str]] | None]:
        """Look for `/{provider}/…`."""
        first, _, rest = path.lstrip("/").partition("/")
        named = self.providers.get(first)
        if named is None:
            return provider, None
        return named, self._of[first].find(f"/{rest}")

    async def _handle(self, call: Call) -> Response:
        """Pass the gates, run the handler, and word what was refused; a crash is worded as the provider's own."""
        provider = call.provider
        try:
            if FAULT in call.headers or call.sandbox.is_troubled():
                await foresee(call)
            pass_gates(call)
            handler = call.operation.handler
            response = await handler(call)
        except Refused as refusal:
            response = self._refuse(provider, refusal, call.options)
            call.clause = getattr(response, "clause", None)
        except StoreUnavailableError:
            response = self._refuse(provider, Unavailable(), call.options)
        except (Struck, UnknownNameError, SandboxFullError) as error:
            return unworded(error)
        except (ClientDisconnect, BadSandboxError):
            raise
        except Exception:
            log.exception("fauxreel crashed while it answered %s %r", call.scope["method"], call.scope["path"])
            response = self._refuse(provider, Crashed(), call.options)
            call.clause = response.clause
        if provider.stamp is not None:
            provider.stamp(call, response)
        response.raw_headers.extend(provider.headers)
        return response

    def _unavailable(self, scope: Scope, error: StoreUnavailableError) -> Response:
        """Say, in the voice of whoever lives at a path, that the state cannot be asked."""
        _, path = split_sandbox(scope["path"])
        found, provider = self._all.find(path), self._only
        if found is None:
            provider, found = self._inside(path, provider)
        if found is not None:
            provider = next(iter(found[0].values()))[0]
        if provider is None:
            return mock_error(503, "state_unavailable", f"{error}.")
        reply = self._refuse(provider, Unavailable(), self.world.trades[provider.name][1])
        reply.raw_headers.extend(provider.headers)
        return reply

    async def _unsaved(self, call: Call) -> Response | None:
        """Wait until what was changed outlives this process; give the refusal if it cannot be kept."""
        try:
            await self._store.saved()
        except StoreUnavailableError:
            return self._refuse(call.provider, Unavailable(), call.options)
        return None

    async def _disturb(self, call: Call, response: Response, fault: Fault) -> Response:
        """Let a fault act on an answer; where the request is to be carried out twice, do it again and answer that."""
        if fault.name == "refuse":
            await swallow(call)
        elif fault.name == "duplicate":
            again = call.again()
            response = await self._handle(again)
            if self._store.unsaved:
                response = await self._unsaved(again) or response
            _note(call.sandbox, again, response)
        if not self.pure:
            response.raw_headers.append((FAULT, fault.name.encode()))
        return Disturbed(response, fault)

    def _refuse(self, provider: Provider, refusal: Refused, options: object) -> Reply:
        known: Refusal = refusal  # type: ignore[assignment]  # the family is closed: core.refusals.Refusal is all of it
        reply = provider.answer(known, options)
        reply.clause = refusal.clause or reply.clause
        if reply.clause is not None and not self.pure:
            reply.raw_headers.append((b"x-mock-clause", reply.clause.encode("latin-1", "replace")))
            told = hint(refusal)
            if told is not None:
                reply.raw_headers.append((b"x-mock-hint", told))
        return reply

    def _unknown(self, provider: Provider | None, sandbox: Sandbox, scope: Scope, path: str) -> Reply:
        if self.index is not None and path == "/" and not self.pure:
            return Reply(self.index)
        nearest = () if self.pure else near_routes(scope["method"], path, self.providers)
        if provider is not None:
            reply = self._refuse(provider, UnknownPath(path, nearest), sandbox.houses[provider.name].options)
            reply.raw_headers.extend(provider.headers)
        else:
            hint = f"The nearest routes are: {', '.join(nearest)}" if nearest else self._hint()
            reply = mock_error(404, "unknown_path", f"No provider has anything at {path[:200]!r}.", hint)
        _note_plain(sandbox, scope, reply, provider)
        return reply

    def _hint(self) -> str:
        if self.control is not None:
            return f"See {CONTROL}/providers for what is served."
        return f"Served are: {', '.join(self.providers)}"

    def _too_large(self, doors: Doors, sandbox: Sandbox, scope: Scope) -> Reply:
        provider = next(iter(doors.values()))[0]
        reply = self._refuse(provider, RequestTooLarge("headers"), sandbox.houses[provider.name].options)
        reply.raw_headers.extend(provider.headers)
        _note_plain(sandbox, {**scope, "headers": scope["headers"][:HEADERS_AT_MOST]}, reply, provider)
        return reply

    def _not_like_this(self, doors: Doors, sandbox: Sandbox, scope: Scope, headers: Mapping[bytes, bytes]) -> Reply:
        if len(headers) > HEADERS_AT_MOST:
            return self._too_large(doors, sandbox, scope)
        provider = next(iter(doors.values()))[0]
        allowed = tuple(sorted(doors))
        if provider.cors and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            reply = _preflight(allowed, headers)
        else:
            reply = self._refuse(provider, WrongMethod(allowed), sandbox.houses[provider.name].options)
            reply.raw_headers.append((b"allow", ", ".join(allowed).encode()))
        reply.raw_headers.extend(provider.headers)
        _note_plain(sandbox, scope, reply, provider)
        return reply


def split_sandbox(path: str) -> tuple[str, str]:
    """Split `/@name/rest` into name and `/rest`; a path without one belongs to the sandbox `default`."""
    if not path.startswith("/@"):
        return "default", path
    name, slash, rest = path[2:].partition("/")
    return name, f"{slash}{rest}" or "/"


def _preflight(allowed: Sequence[str], headers: Mapping[bytes, bytes]) -> Reply:
    """Answer a browser that asks whether it may call from another origin."""
    wanted = headers.get(b"access-control-request-headers", b"*")
    reply = Reply(b"", 204)
    reply.raw_headers = [  # no length: what has no body states none
        (b"access-control-allow-methods", ", ".join(allowed).encode()),
        (b"access-control-allow-headers", wanted),
        (b"access-control-max-age", b"86400"),
    ]
    return reply


def _note(sandbox: Sandbox, call: Call, response: Response) -> None:
    scope = call.scope
    account, body, fault = call.known_account, call.read, call.fault
    answer = bytes(response.body[:BODY_KEPT]) if type(response) is Reply else b""  # files are not kept
    key = None if account is None else account.key
    if fault is not None and key is None:  # it struck before anybody asked whose the key is
        key = call.key
    if body is None and response.status_code >= 400:
        body = _arrived(scope)
    # fmt: off
    sandbox.journal.add((
        call.now, scope["method"], scope["path"], scope["query_string"], scope["headers"],
        body[:BODY_KEPT] if body else b"", call.client, call.provider.name, call.operation.name,
        key, response.status_code, response.raw_headers,
        answer, call.job_id, call.clause, None if fault is None else str(fault),
    ))
    # fmt: on


def _note_plain(sandbox: Sandbox, scope: Scope, reply: Reply, provider: Provider | None) -> None:
    client = scope.get("client")
    sandbox.journal.add(
        Exchange(
            sandbox.now(), scope["method"], scope["path"], scope["query_string"], scope["headers"],
            _arrived(scope), client[0] if client else "unknown", None if provider is None else provider.name, None,
            None, reply.status_code, reply.raw_headers, bytes(reply.body[:BODY_KEPT]), None, reply.clause,
        )
    )  # fmt: skip


def _arrived(scope: Scope) -> bytes:
    """The beginning of a body that nobody read, as far as it is there and JSON; a film is not worth keeping."""
    cycle = scope.get("fauxreel")  # see mockserver.cycle
    body = bytes(cycle.body[:BODY_KEPT]) if cycle is not None else b""
    return body if body.lstrip()[:1] in {b"{", b"["} else b""


async def _decline(scope: Scope, receive: Receive, send: Send) -> None:
    """Take part in start-up and shutdown, and turn web sockets away."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
