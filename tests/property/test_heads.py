"""Heads that are remembered change nothing: what a wire answers that knows them, one answers that parses all."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mockserver.corked import Outbox
from mockserver.eager import Eager
from mockserver.heads import LONGEST, MOST, SEEN_AT_MOST, Heads
from mockserver.wire import HEAD_AT_MOST, TOO_LARGE, Wire

REST = b"host: mock\r\n"
LONE_LF = b"POST /quick HTTP/1.1\r\n" + REST + b"content-length: 8\n\n"
PLAIN = [
    b"GET /quick HTTP/1.1\r\n" + REST + b"\r\n",
    b"GET /slow?a=1 HTTP/1.1\r\n" + REST + b"\r\n",
    b"HEAD /quick HTTP/1.1\r\n" + REST + b"\r\n",
    b"POST /quick HTTP/1.1\r\n" + REST + b"content-length: 4\r\n\r\n",
    b"POST /slow HTTP/1.1\r\n" + REST + b"Content-Length: 8\r\n\r\n",
    b"POST /early HTTP/1.1\r\n" + REST + b"content-length: 4\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + REST + b"\r\n",
]
ODD = [
    b"POST /quick HTTP/1.1\r\n" + REST + b"content-length: 04\r\n\r\n",
    b"POST /quick HTTP/1.1\r\n" + REST + b"content-length: 4\r\ncontent-length: 4\r\n\r\n",
    b"POST /quick HTTP/1.1\r\n" + REST + b"transfer-encoding: chunked\r\n\r\n",
    b"POST /quick HTTP/1.1\r\n" + REST + b"expect: 100-continue\r\ncontent-length: 4\r\n\r\n",
    b"GET /quick HTTP/1.1\n" + b"host: mock\n\n",
    b"POST /close HTTP/1.1\r\n" + REST + b"content-length: 4\r\n\r\n",
    b"POST /crash HTTP/1.1\r\n" + REST + b"content-length: 4\r\n\r\n",
    *(
        b"POST /quick HTTP/1.1\r\n" + REST + odd + b"\r\n\r\n"
        for odd in (
            b"content-length: 4\r\ntransfer-encoding: ",
            b"content-length: 4\r\ntransfer-encoding: identity",
            b"content-length : 4",
            b"content-length: \r\n 4",
            b"content-length: 4\r\n 5",
            b"content-length: 4, 4",
            b"content-length: +4",
            b"content-length: 4\nx: y",
            b"content-length: 4\rx: y",
            b"content-length: 4\r\nexpect:",
            b"Connection: Close",
            b"connection: keep-alive, close",
            b"connection: keep-alive,\r\n close",
        )
    ),
    b"GET /quick HTTP/1.0\r\n" + REST + b"\r\n",
    b"GET /quick HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    b"GET /quick HTTP/1.1\r\nconnection: close\r\n\r\n",
    LONE_LF,
    b"GET /quick HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    b"CONNECT http://mock/quick HTTP/1.1\r\ncontent-length: 4\r\n\r\n",
    b"GET /" + b"a" * LONGEST + b" HTTP/1.1\r\n" + REST + b"\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\r\r\n\r\n",
    b"\n\r\n\r\n",
    b"NONSENSE\r\n\r\n",
]
HEADS = PLAIN + ODD
BODIES = [b"", b"body", b"\r\n\r\n", b"\r\n\r\nbody", b"a\r\n\r\nbcd", b"4\r\nbody\r\n0\r\n\r\n", b"GET / HTT"]


class Wireless:
    """A transport that goes nowhere and keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def writelines(self, pieces: Sequence[bytes]) -> None:
        self.written += b"".join(pieces)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"sockname": ("127.0.0.1", 4802), "peername": ("127.0.0.1", 50000)}.get(name, default)

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Go on: nothing is read here."""

    abort = resume_reading = pause_reading

    def set_write_buffer_limits(self, **limits: int) -> None:
        """Take any: nothing is ever left to write."""


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with all that a request says: `/slow` after a while, `/early` before its body is read."""
    if scope["path"] == "/slow":
        await asyncio.sleep(0)
    if scope["path"] == "/crash":
        raise ValueError
    body, more = b"", scope["path"] != "/early"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    names = ("method", "path", "raw_path", "query_string", "http_version", "headers", "client", "server", "scheme")
    told = repr([scope[name] for name in names] + [body]).encode()
    headers = [(b"content-length", b"%d" % len(told))]
    if scope["path"] == "/close":
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told})


class Forgetful(Heads):
    """Remembers no head."""

    def came(self, raw: bytes, scope: Any, body: int) -> None:
        """Forget it."""


async def said(heads: Heads, connections: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Give what is answered on each of some connections of one server, to pieces that come in turn."""
    config = uvicorn.Config(echo, lifespan="off", log_level="critical", access_log=False)
    config.load()
    eager, found = Eager(), []
    broken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: broken.append(what.get("exception")))
    for pieces in connections:
        state = ServerState()
        state.default_headers = [(b"server", b"uvicorn")]
        wire, transport = Wire(config, state, {}, eager=eager, heads=heads, outbox=Outbox()), Wireless()
        wire.connection_made(transport)  # type: ignore[arg-type]  # a transport in all that is asked of it
        for piece in pieces:
            if not transport.closed:
                asyncio.get_running_loop().call_soon(wire.data_received, piece)
            for _ in range(6):
                await asyncio.sleep(0)
        wire.connection_lost(None)
        found.append(transport.written)
    assert not any(broken)
    return found


requests = st.builds(lambda head, body: head + body, st.sampled_from(HEADS), st.sampled_from(BODIES))
plain = st.sampled_from(
    [HEADS[0], HEADS[1], HEADS[5] + b"body", HEADS[3] + b"body", HEADS[3] + b"\r\n\r\n", HEADS[4] + b"\r\n\r\nbody"]
)


@st.composite
def connections(draw: st.DrawFn) -> list[list[bytes]]:
    """Draw some connections, whose pieces are a request, part of one, or more than one."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        raws = draw(st.lists(st.one_of(plain, requests), min_size=1, max_size=12))
        pieces: list[bytes] = []
        for raw in raws:
            cut = draw(st.sampled_from([None, None, None, 1, len(raw) // 2, len(raw) - 1]))
            if draw(st.sampled_from([True, True, True, False])) or not pieces:
                pieces.append(raw)
            else:
                pieces[-1] += raw
            if cut:
                pieces[-1:] = [pieces[-1][:cut], pieces[-1][cut:]]
        found.append([piece for piece in pieces if piece])
    return found


@given(connections())
@example([[HEADS[3] + b"body"] * 4, [HEADS[3] + b"body", HEADS[3] + b"\r\n\r\n"]])
@example([[b"\r\n\r\n" + HEADS[0]] * 3 + [b"\r\n\r\n" + HEADS[2]]])
@example([[LONE_LF + b"\r\n\r\nbody"] * 3 + [LONE_LF + b"\r\n\r\nBODY"]])
@example([[HEADS[1] + HEADS[1]] * 3 + [HEADS[1]] * 3])
@example([[b"\n\r\n\r\n", HEADS[0]]])
@example([[b"\r\r\n\r\n", HEADS[0]]])
@example([[HEADS[0], *[b"\r\r\n\r\n"] * 3], [b"\r\r\n\r\n"]])
def test_what_is_answered_does_not_depend_on_what_is_remembered(connections):
    knowing = asyncio.run(said(Heads(), connections))
    assert knowing == asyncio.run(said(Forgetful(), connections))


async def test_a_head_is_remembered_when_it_has_come_twice():
    heads = Heads()
    answers = await said(heads, [[HEADS[0]], [HEADS[0]]])
    assert list(heads.known) == [HEADS[0]]
    assert await said(heads, [[HEADS[0]]]) == answers[:1]


async def test_what_says_more_than_a_head_should_is_not_remembered():
    heads = Heads()
    for head in ODD:
        for body in BODIES:
            await said(heads, [[head + body]] * 3)
    assert not heads.known


async def test_only_so_many_are_remembered():
    heads = Heads()
    scope = dict.fromkeys(("http_version", "method", "path", "raw_path", "query_string"), "")
    for number in range(SEEN_AT_MOST + MOST + 10):
        for _ in range(2):
            heads.came(b"GET /%d HTTP/1.1\r\n\r\n" % number, {**scope, "headers": []}, 0)
    assert 0 < len(heads.known) <= MOST


@pytest.mark.parametrize("size", [100, 1000, 10_000])
async def test_a_head_without_an_end_is_cut_off_whatever_the_size_of_its_pieces(size):
    pieces = [HEADS[0], b"GET / HTTP/1.1\r\n", *[b"x: " + b"y" * (size - 5) + b"\r\n"] * (2 * HEAD_AT_MOST // size)]
    (answer,) = await said(Heads(), [pieces])
    assert answer.endswith(TOO_LARGE)


@pytest.mark.parametrize("size", [100, 1000, 10_000])
async def test_a_body_in_small_pieces_is_not_counted_as_a_head(size):
    length = 2 * HEAD_AT_MOST // size * size
    head = b"POST /quick HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % length
    (answer,) = await said(Heads(), [[head, *[b"y" * size] * (length // size), HEADS[0]]])
    assert answer.count(b"HTTP/1.1 200 OK") == 2
