"""The contract guard: a transport that judges every exchange of a client, and keeps it; nothing goes by it.

Where a server's faults strike, its journal has to be asked what they did; a `Court` holds all exchanges of a sandbox
against it, so that none is missing on either side.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import httpx

from tests.clients.judging import KEPT, Exchange, Excuse, GuardError, Judge, due_to, way_of

PREFIX = re.compile(r"^(/@[^/]+)?")
ACT, STAYED = "guard.act", "guard.stayed"
"""What a transport of a test notes on a request: the excuse for what it did to it, and that no server saw it."""


class Guard(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that judges every exchange, at once or (`later`) when its court settles, and keeps it."""

    def __init__(self, inner, judge, base, court=None, *, kind="sync", later=False):
        self.inner, self.judge, self.base = inner, judge, httpx.URL(base)
        self.court = court if court is not None else Court()
        self.court.judges.append(judge)
        self.kind, self.later = kind, later
        self.exchanges = []

    def handle_request(self, request):
        request.read()
        try:
            response = self.inner.handle_request(request)
        except httpx.TransportError as error:
            self.keep(request, wrong=error)
            raise
        pieces, wrong = [], None
        try:
            for piece in response.stream:
                pieces.append(piece)  # noqa: PERF402 - what came before a break is wanted, which extend() forgets
        except httpx.TransportError as error:
            wrong = error
        response.close()
        return self.kept(request, response, b"".join(pieces), wrong)

    async def handle_async_request(self, request):
        await request.aread()
        try:
            response = await self.inner.handle_async_request(request)
        except httpx.TransportError as error:
            self.keep(request, wrong=error)
            raise
        pieces, wrong = [], None
        try:
            async for piece in response.stream:
                pieces.append(piece)  # noqa: PERF401 - what came before a break is wanted, which extend() forgets
        except httpx.TransportError as error:
            wrong = error
        await response.aclose()
        return self.kept(request, response, b"".join(pieces), wrong)

    def kept(self, request, response, content, wrong):
        self.keep(request, response, content, wrong)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=Replayed(content, wrong),
            extensions=response.extensions,
        )

    def keep(self, request, response=None, content=b"", wrong=None):
        sent = {name.lower(): value for name, value in request.headers.items()}
        exchange = Exchange(
            request.method,
            PREFIX.sub("", request.url.raw_path.decode()),
            tuple((name, sent[name]) for name in KEPT if name in sent),
            request.content,
            None if response is None else response.status_code,
            content,
            None if wrong is None else type(wrong).__name__,
            sent,
            {} if response is None else {name.lower(): value for name, value in response.headers.items()},
            None if request.url.netloc == self.base.netloc else request.url.host,
            STAYED in request.extensions,
        )
        self.exchanges.append(exchange)
        act = request.extensions.get(ACT)
        taken = Taken(self.judge, way_of(self.kind, request.url), exchange, () if act is None else (act,))
        self.court.take(taken, later=self.later)

    def close(self):
        self.inner.close()

    async def aclose(self):
        await self.inner.aclose()


class Replayed(httpx.SyncByteStream, httpx.AsyncByteStream):
    """What came of a body, and then the trouble that ended it, if any did."""

    def __init__(self, content, wrong):
        self.content, self.wrong = content, wrong

    def __iter__(self):
        yield self.content
        if self.wrong is not None:
            raise self.wrong

    async def __aiter__(self):
        for piece in self:
            yield piece


# Exchanges beside a server's journal ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """An exchange that was taken down: whose it was, how it went, and what was done to it on purpose."""

    judge: Judge
    way: str
    exchange: Exchange
    musts: tuple[Excuse, ...] = ()


@dataclass
class Court:
    """The exchanges of one sandbox's clients, in order, which its journal must have too.

    `announced` are the faults that may strike, as (fault, method, path with asterisks).
    """

    judges: list = field(default_factory=list)
    announced: Sequence[tuple[str, str, str]] = ()
    waiting: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    numbers: int = 0

    def take(self, taken, *, later=False):
        """Judge an exchange, unless that has to wait for the journal; raises GuardError."""
        self.waiting.append((taken, later))
        if not later:
            self.judge(taken)
            if self.complaints:
                raise GuardError(self.complaints[-1])

    def judge(self, taken, *musts):
        complaint = taken.judge.judge(taken.way, taken.exchange, *taken.musts, *musts)
        self.complaints += [] if complaint is None else [complaint]

    def settle(self, journal):
        """Hold what waits against the server's journal, the oldest entry first; hands over all complaints so far.

        Each entry is an exchange that was taken down, and each that a server saw has an entry; where a fault struck,
        it was announced.
        """
        entries = journal[self.numbers :]
        self.numbers = len(journal)
        for taken, later in self.waiting:
            exchange, fault = taken.exchange, None
            if not exchange.stayed and exchange.host is None:
                entry = taken_from(entries, exchange)
                self.complaints += matched(exchange, entry)
                fault = entry and entry["fault"]
            if fault is not None and not self.is_announced(fault, exchange):
                self.complaints.append(f"{exchange.method} {exchange.path}: the fault {fault} was not announced")
            if later:
                self.judge(taken, *([] if fault is None else [due_to(fault, taken.judge.provider, exchange)]))
        self.waiting = []
        self.complaints += [f"nobody took down {one['method']} {one['path']} {one['status']}" for one in entries]
        told, self.complaints = self.complaints, []
        return told

    def is_announced(self, fault, exchange):
        return any(
            fault == its and fnmatchcase(exchange.method, method) and fnmatchcase(exchange.path, path)
            for its, method, path in self.announced
        )

    def close(self, journal, *, every_excuse=True):
        """Settle; raises GuardError for what is wrong, and for excuses that nobody needed."""
        wrong = self.settle(journal) + [idle for judge in self.judges if every_excuse for idle in judge.idle()]
        if wrong:
            raise GuardError("\n".join(wrong))


def taken_from(entries, exchange):
    """Take the entry of an exchange out of a journal: the first that asked the same, since answers may be overtaken."""
    same = (one for one in entries if (one["method"], one["path"]) == (exchange.method, exchange.path))
    found = next(same, None)
    if found is not None:
        entries.remove(found)
    return found


def matched(exchange, entry):
    """What is wrong with an exchange and its entry in the journal being the same."""
    if entry is None:
        return [f"{exchange.method} {exchange.path} is not in the server's journal"]
    if exchange.status not in {None, entry["status"]} and entry["fault"] is None:
        return [f"{exchange.method} {exchange.path} {exchange.status} is {entry['status']} in the server's journal"]
    return []
