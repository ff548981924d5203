"""Call: one request as a handler sees it."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope

from mockserver.core import faults
from mockserver.core.accounts import Account
from mockserver.core.asked import Asked
from mockserver.core.faults import Fault, UnknownFaultError
from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.post import Delivery
from mockserver.core.refusals import BodyTooLarge, NotFound, NotYours
from mockserver.core.scenarios import SCENARIOS, SUCCEEDS, Scenario, check_directives, directive, parsed
from mockserver.core.world import Changing, Sandbox
from mockserver.media.cache import Clips
from mockserver.media.files import Files
from mockserver.web.answers import RawHeaders, Reply, encode
from mockserver.web.bodies import body_as, parse_query, read_body
from mockserver.web.readings import Reader
from mockserver.web.telling import told
from mockserver.web.voices import refusal_for

if TYPE_CHECKING:
    from mockserver.web.provider import Operation, Provider
    from mockserver.web.street import Street

T = TypeVar("T")
REPEATED_AT_MOST = 36 * 2**20
"""Bytes of an upload that can be carried out twice."""


class Struck(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """A fault that strikes before anything happens, and which no provider words."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Address(NamedTuple):
    """Where a request goes, as its head alone says it.

    `params` are the path's own values, `headers` those of the request by name, `key` is the API key among them.
    `prefix` is the part of the sandbox's address after the host.
    """

    provider: "Provider"
    operation: "Operation"
    params: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    key: str | None
    sandbox: str
    prefix: str


class Call:
    """One request: what was asked, by whom, in which sandbox, and when (`now`, read once).

    What its head says (see `Address`) is found here too. `account` is whose key was sent (None where an operation needs
    none and none came), `house` the provider's state in this sandbox, `options` the provider's settings, `street` the
    server itself. `fault` is what disturbs this exchange, `limited` the rate limit that it was counted for, and
    whose; `client` is the client's address.
    """

    __slots__ = (
        "_base", "_query", "_receive", "_whole", "address", "clause", "client", "fault", "headers", "house", "job_id",
        "key", "known_account", "limited", "now", "operation", "options", "params", "prefix", "provider", "read",
        "sandbox", "scope", "street",
    )  # fmt: skip

    def __init__(self, street: "Street", scope: Scope, receive: Receive, sandbox: Sandbox, address: Address) -> None:
        self.street = street
        self.scope = scope
        self._receive = receive
        self.sandbox = sandbox
        self.address = address
        self.provider, self.operation, self.params, self.headers, self.key, _, self.prefix = address
        self.house: House = sandbox.houses[self.provider.name]
        self.options: Any = self.house.options
        self.now: datetime = sandbox.now()
        client = scope.get("client")
        self.client: str = client[0] if client else "unknown"
        self.job_id: str | None = None
        self.clause: str | None = None
        self.fault: Fault | None = None
        self.limited: tuple[Limit, str] | None = None
        self.known_account: Account | None = None
        """The account of the key that was sent, if one was."""
        self.read: bytes | None = None
        """The body as far as a handler has read it; None if none did."""
        self._base: str | None = None
        self._query: dict[str, str] | None = None
        self._whole: bytes | None = None

    # What was asked -------------------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        """The address under which the client sees this sandbox."""
        base = self._base
        if base is None:
            base = self._base = f"{self.scope['scheme']}://{host(self.scope, self.headers)}{self.prefix}"
        return base

    @property
    def clips(self) -> Clips:
        """The server's rendered videos."""
        return self.street.clips

    @property
    def files(self) -> Files:
        """What was uploaded to the server, and what is made of that."""
        return self.street.files

    @property
    def pure(self) -> bool:
        """Whether the server is to show nothing that the real one has not."""
        return self.street.pure

    def header(self, name: str) -> str | None:
        """A request header's value, or None."""
        value = self.headers.get(name.lower().encode())
        return None if value is None else value.decode("latin-1")

    @property
    def query(self) -> dict[str, str]:
        """The query's values by name; of a repeated name the first counts."""
        found = self._query
        if found is None:
            found = self._query = parse_query(self.scope["query_string"])
        return found

    async def raw_body(self, limit: int | None = None) -> bytes:
        """The whole body.

        Raises BodyTooLarge beyond `limit` bytes (left out: the provider's), ClientDisconnect if the client goes away.
        """
        most = limit or self.provider.body_limit
        there = self._there(most)
        if there is None:
            there = await read_body(self._receive, self.headers, most)
            self._take(there)
        return there

    def _there(self, most: int) -> bytes | None:
        """The whole body, if it was read before or need not be waited for."""
        if self.read is not None:
            return self.read
        cycle = self.scope.get("fauxreel")  # see mockserver.cycle
        found: bytes | None = None if cycle is None else cycle.whole_body()
        if found is not None:
            if len(found) > most:
                raise BodyTooLarge(most)
            self._take(found)
        return found

    def _take(self, body: bytes) -> None:
        self.read = body
        if b"[[" in body:
            self._heed(body)

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """The body piece by piece, where it may be too large to be held; `note` what is worth remembering of it.

        Raises BodyTooLarge beyond `limit` bytes, ClientDisconnect if the client goes away.
        """
        if self.read is not None or (self.fault is not None and self.fault.name == "duplicate"):
            yield await self._in_one_piece(limit)
            return
        length, size = self.headers.get(b"content-length", b"0"), 0
        if length.isdigit() and int(length[:20]) > limit:
            raise BodyTooLarge(limit)
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body: bytes = message.get("body", b"")
            size += len(body)
            if size > limit:
                raise BodyTooLarge(limit)
            if body:
                yield body
            more = message.get("more_body", False)

    async def _in_one_piece(self, limit: int) -> bytes:
        whole = await self.raw_body(min(limit, REPEATED_AT_MOST))
        if len(whole) > limit:  # it was read before, for the sake of a fault
            raise BodyTooLarge(limit)
        return whole

    def note(self, read: bytes) -> None:
        """Remember this as the body that was read: for the journal, and for the directives in it."""
        self._whole = self.read
        self.read = read
        if b"[[" in read:
            self._heed(read)
            if self.fault is not None and self.fault.name == "duplicate" and self._whole is None:
                raise UnknownFaultError("'duplicate' comes too late in an upload: ask for it by header")

    async def body(self, of: type[T]) -> T:
        """The body, a JSON object, as a struct of this type.

        Raises BadBody for what is not JSON, WrongType for a field of another type.
        """
        return body_as(await self.raw_body(), of)

    async def reading(self, read: Reader[T]) -> T:
        """What a function of body and options reads in the body: the same small body is read once."""
        raw = self._there(self.provider.body_limit)
        if raw is None:
            raw = await self.raw_body()
        return self.street.readings.get(read, raw, self.options)

    # Who asks, and what they own ------------------------------------------------------------------------------

    @property
    def account(self) -> Account:
        """The account of the key that was sent; operations that need no key use `known_account`."""
        account = self.known_account
        if account is None:
            raise AssertionError("this operation lets requests without a key in: use known_account")
        return account

    def job(self, job_id: str) -> Job:
        """A job of the asking account.

        Raises NotFound for an unknown id; NotYours for somebody else's, unless nobody had to say who they are.
        """
        job = self.house.job(job_id)
        if job is None:
            raise NotFound("job", job_id)
        self.job_id = job_id
        account = self.known_account
        if account is not None and job.key != account.purse:
            raise NotYours("job")
        return job

    def polled(self, what: Changing) -> None:
        """Tell the sandbox that a job's status was asked for; with an `auto` clock, time then moves on."""
        self.sandbox.watched(what, self.now)

    def scenario(self, among: Collection[str] = SCENARIOS) -> Scenario:
        """How the job that is being submitted goes: header, directive, key, queue, rule, default, in this order.

        The body must have been read; call it once a job. What is not a job passes the names that concern it (`among`).
        Raises UnknownScenarioError for a name that is none.
        """
        chosen = self._chosen(among)
        if chosen.name == "fails_once" and not self._first_time():
            return SUCCEEDS
        return chosen

    def _first_time(self) -> bool:
        """Tell whether this account sends this very body for the first time (and remember that it did)."""
        who = self.known_account.purse if self.known_account is not None else ""
        asked = blake2b((self.read or b"") + b"|" + who.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        times: int = self.house.update_record("asked", asked, lambda before: (before or 0) + 1)
        return times == 1

    def _chosen(self, among: Collection[str]) -> Scenario:
        if not self.street.pure:
            asked = self.headers.get(b"x-mock-scenario")
            if asked is not None:
                return parsed(asked.decode("latin-1"))
            if self.read is not None and b"[[" in self.read and faults.MENTION.search(self.read):
                found = directive(self.read.decode("utf-8", "replace"))
                if found is not None:
                    return found
            if self.known_account is not None and self.known_account.scenario is not None:
                return parsed(self.known_account.scenario)
        return self.sandbox.next_scenario(self.provider.name, self.asked, among)

    def announce(self, job: Job, url: str) -> None:
        """Have a job of the asking account announced at an address when it ends (the provider says how)."""
        delivery = Delivery(job.id, job.provider, job.id, self.account.key, url, self.base)
        self.sandbox.post.add(delivery, job.ends_at)

    def asked(self, key: str | None = None) -> Asked:
        """What is asked, as far as it was read, for what is laid down; `key` says by whom, if the gates do not yet."""
        path = self.operation.path
        for name, value in self.params.items():
            path = path.replace(f"{{{name}}}", value)
        if key is None:
            key = "" if self.known_account is None else self.known_account.key
        model, text = told(self.read) if self.read else ("", "")
        method = self.scope["method"]
        return Asked(self.provider.name, method, path, self.operation.path, self.operation.name, key, model, text)

    # What disturbs it -----------------------------------------------------------------------------------------

    def meet(self, fault: Fault) -> None:
        """Let a fault disturb this exchange; raises a refusal or Struck if it does so before anything happens."""
        self.fault = fault
        if fault.name == "status":
            raise refusal_for(self.provider, self.options, int(fault.argument or 0))
        if fault.before:
            raise Struck(fault)

    def _heed(self, body: bytes) -> None:
        """Meet the fault that a directive in the body asks for, which is stronger than all but the header's."""
        if self.pure or b"x-mock-fault" in self.headers or faults.MENTION.search(body) is None:
            return
        text = body.decode("utf-8", "replace")
        check_directives(text)
        found = faults.directive(text)
        if found is not None:
            self.meet(found)

    def again(self) -> "Call":
        """The same request once more, as if it had been repeated on its way."""
        again = Call(self.street, self.scope, self._receive, self.sandbox, self.address)
        again.fault, again.read = self.fault, self.read if self._whole is None else self._whole
        return again

    # Answering ------------------------------------------------------------------------------------------------

    def url(self, path: str) -> str:
        """An absolute URL of this server, on the host that the client used and inside its sandbox."""
        return self.base + path

    def json(self, value: Any, status: int = 200, headers: RawHeaders = ()) -> Response:  # noqa: ANN401 - any JSON
        """Answer with JSON."""
        return Reply(encode(value), status, headers)


def host(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    """The host that the client asked for: what it said, else the address it reached."""
    asked = headers.get(b"host")
    if asked:
        return asked.decode("latin-1")
    server = scope.get("server")
    return f"{server[0]}:{server[1]}" if server else "localhost"
