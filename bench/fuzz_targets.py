"""What is fuzzed: each target gives the inputs to begin with, and a function that takes one.

A function returns, whatever it is given: what a module promises to raise is caught, and all else is a crash. Beside
that each states a law, as an assertion.
"""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Target = tuple[list[bytes], Callable[[bytes], None]]


def query() -> Target:
    """`parse_query` reads what the standard library reads, of a repeated name the first value."""
    from mockserver.web.bodies import parse_query

    def one(data: bytes) -> None:
        expected: dict[str, str] = {}
        for name, value in parse_qsl(data.decode("latin-1"), keep_blank_values=True):
            if name:
                expected.setdefault(name, value)
        assert parse_query(data) == expected

    return [b"requestId=vid_1&model=veo2-video", b"a=1&a=2&b", b"%zz=%&&&=&x", b"p=a+b%20c%C3%A9%ff"], one


def words() -> Target:
    """Scenarios and faults, as headers, directives and keys ask for them: known ones, or a clear error."""
    from mockserver.core import faults, scenarios

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        with suppress(faults.UnknownNameError):
            assert scenarios.parsed(text).name in scenarios.SCENARIOS
        with suppress(faults.UnknownNameError):
            found = scenarios.directive(text)
            assert found is None or found.name in scenarios.SCENARIOS
        with suppress(faults.UnknownNameError):
            fault = faults.parsed(text)
            assert faults.parsed(str(fault)).name == fault.name
        with suppress(faults.UnknownNameError):
            faults.directive(text)
        asked = faults.fault_of(text)
        if asked is not None:
            with suppress(faults.UnknownNameError):
                faults.parsed(asked)

    seeds = [b"fails at=0.5", b"status(503)", b"delay( 2.5 )", b"a [[mock: fails at=1e-3]] b [[mock: reset]]",
             b"sk-fault-status-503-x", b"[[mock:[[mock: drip(5)]]"]  # fmt: skip
    return seeds, one


def range() -> Target:  # noqa: A001 - called what the header is called
    """`Range` headers: bytes that the file has, the whole of it, or 416."""
    from mockserver.core.refusals import BadRange
    from mockserver.web.files import byte_range

    def one(data: bytes) -> None:
        size = int.from_bytes(data[:3], "big")
        with suppress(BadRange):
            found = byte_range(data[3:].decode("latin-1"), size)
            assert found is None or 0 <= found[0] <= found[1] < size

    return [
        b"\0\1\0bytes=" + asked for asked in (b"0-99", b"-5", b"5-", b"-0", b"9999999999-", b"1-2,3-4", b"7-3")
    ], one


def link() -> Target:
    """No link works but those that were signed, at their path and before their end."""
    from mockserver.core.refusals import Gone
    from mockserver.providers.viddyscribe.routes import links
    from mockserver.web.bodies import parse_query

    now = datetime(2026, 1, 1, tzinfo=UTC)
    sandbox = SimpleNamespace(seed=0, name="default")
    path = "/media/viddyscribe/job.mp4"
    call: Any = SimpleNamespace(sandbox=sandbox, now=now, url=lambda rest: rest, query={})
    good = [links.signed(call, path, now + timedelta(seconds=seconds)) for seconds in (1, 900)]
    old = links.signed(call, path, now - timedelta(seconds=1))
    queries = [parse_query(urlsplit(one).query.encode()) for one in good]

    def one(data: bytes) -> None:
        call.query = parse_query(data)
        try:
            links.check(call, path)
        except Gone:
            return
        assert {name: call.query[name] for name in ("expires", "signature")} in queries

    return [urlsplit(each).query.encode() for each in (*good, old)], one


def settings() -> Target:
    """A settings file, a flag and a variable of any content: settings, or SettingsError."""
    from mockserver import settings as module

    providers = module.discover()
    file = Path(tempfile.mkdtemp(prefix="fauxreel-fuzz-")) / "fauxreel.toml"
    names = [*module._known(providers)]  # noqa: SLF001 - all that can be set

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        name = names[(data[0] if data else 0) % len(names)]
        file.write_bytes(data)
        variable = f"FAUXREEL_{name.replace('.', '_').upper()}"
        for flags, environment, source in (
            ({name: text[1:]}, {}, None),
            ({}, {variable: text[1:]}, None),
            ({}, {}, file),
        ):
            with suppress(module.SettingsError):
                module.load(flags, environment, source or file.with_name("none.toml") if source else None, providers)

    files = [
        b'start = "2026-01-01T00:00:00Z"', b'speed = 600\nonly = ["artnex"]\n[nanogpt]\nprofile = "2025"\nbalance = 5',
        b'state = "redis://x"\nworkers = 2', b"[nouvel]\nlisted = 1\n",
    ]  # fmt: skip
    return [*files, b"\x01none", b"\x054,5", b"\x001e999"], one


def form() -> Target:
    """A form, whole or in pieces, is the same form, or is refused; what is too large never reaches the disk."""
    from mockserver.core.refusals import BadBody, MediaTooLarge
    from mockserver.media.files import Files
    from mockserver.providers.viddyscribe.inputs.form import read_form

    files = Files(Path(tempfile.mkdtemp(prefix="fauxreel-fuzz-")))
    largest = 1024

    def read(kind: bytes, pieces: list[bytes]) -> object:
        asked: Any = Asked(kind, pieces)
        with files.spool() as spool:
            try:
                found = _run(read_form(asked, spool, largest))
            except (BadBody, MediaTooLarge) as refusal:
                return type(refusal)
            assert spool.size <= largest
            return found, spool.size, spool.digest

    def one(data: bytes) -> None:
        kind, _, body = data.partition(b"\n")
        step = kind[0] % 7 + 1 if kind else 1
        pieces = [body[at : at + step] for at in _steps(len(body), step)]
        assert read(kind[1:], [body]) == read(kind[1:], pieces)
        assert not list(files.folder.iterdir())

    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="v.mp4"\r\n\r\nbytes\r\n'
    text = b'--x\r\nContent-Disposition: form-data; name="config"\r\n\r\n{"a": 1}\r\n'
    kind = b"\1multipart/form-data; boundary=x\n"
    return [
        kind + part + text + b"--x--\r\n",
        kind + text + b"--x--",
        kind + part,
        b'\2multipart/form-data; boundary="y z"\n',
    ], one


class Asked:
    """As much of a call as a form needs."""

    def __init__(self, kind: bytes, pieces: list[bytes]) -> None:
        self.headers = {b"content-type": kind}
        self._pieces = pieces

    def header(self, name: str) -> str:
        """Tell a header."""
        return self.headers[name.encode()].decode("latin-1")

    async def chunks(self, _: int) -> Any:  # noqa: ANN401 - an iterator of bytes
        """Give the pieces."""
        for piece in self._pieces:
            yield piece

    def note(self, read: bytes) -> None:
        """Take what the journal would show."""
        assert read


def media() -> Target:
    """Files that are nearly films: measured, or refused, in time and in a small memory."""
    import av

    from mockserver.media.measure import NoVideo, measure
    from mockserver.media.probe import NotMedia, probe
    from tests.films import film

    av.logging.set_level(av.logging.PANIC)
    path = Path(tempfile.mkdtemp(prefix="fauxreel-fuzz-")) / "film"

    def one(data: bytes) -> None:
        with suppress(NotMedia):
            found = probe(data)
            assert found.has_video or found.has_audio
        path.write_bytes(data)
        with suppress(NoVideo):
            measured = measure(path)
            assert measured.duration is not None
            assert measured.duration > 0

    small: dict[str, Any] = {"seconds": 0.4, "rate": 5, "size": (32, 32)}
    return [
        film(**small),
        film(**small, sound=None),
        film("matroska", **small),
        film("mov", "mjpeg", **small, sound=None),
    ], one


def wire() -> Target:
    """Raw bytes, in pieces, through our protocol into the whole server: answers one could read, and never a crash."""
    from uvicorn.server import ServerState

    from mockserver.app import create_app
    from mockserver.corked import Outbox
    from mockserver.eager import Eager
    from mockserver.heads import Heads
    from mockserver.settings import load
    from mockserver.wire import Wire

    heads = Heads()
    servers = _servers(lambda: create_app(load({"clock": "frozen", "journal": 10})))

    async def talk(pieces: list[bytes]) -> None:
        tasks = ServerState()
        transport: Any = Transport()
        protocol = Wire(next(servers), tasks, {}, eager=Eager(), heads=heads, outbox=Outbox())
        protocol.connection_made(transport)
        for piece in pieces:
            if transport.closing:
                break
            protocol.data_received(piece)
            await asyncio.sleep(0)
        for task in list(tasks.tasks):
            with suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(asyncio.shield(task), 0.05)
        protocol.connection_lost(None)
        for task in list(tasks.tasks):
            await task
        answers = bytes(transport.written)
        assert not answers or answers.startswith(b"HTTP/1.1 ")
        assert b"HTTP/1.1 500" not in answers, answers

    def one(data: bytes) -> None:
        step = data[0] * 4 + 1 if data else 1
        asyncio.run(talk([data[at : at + step] for at in _steps(len(data), step, first=1)]))

    head = b" HTTP/1.1\r\nhost: m\r\nx-api-key: sk-nano-1\r\nauthorization: Bearer artnex-1\r\n"
    order = b'{"model": "veo2-video", "prompt": "a [[mock: fails]]"}'
    posts = [
        (b"/api/generate-video", order), (b"/v1/video", b'{"prompt": "a", "model": "veo3.1", "duration": 8}'),
        (b"/api/v1/generate", b'{"urls": ["https://a.b/c"]}'), (b"/_mock/scenarios/queue", b'{"scenario": "fails"}'),
    ]  # fmt: skip
    seeds = [b"\xffPOST " + path + head + b"content-length: %d\r\n\r\n" % len(body) + body for path, body in posts]
    get = b"GET /api/video/status?requestId=1" + head + b"\r\n"
    chunked = b"\4POST /api/generate-video" + head + b"transfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n"
    upload = (
        b"\x20POST /enterprise/api/upload_media"
        + head
        + b"content-type: multipart/form-data; boundary=x\r\ncontent-length: 4\r\n\r\n--x--"
    )
    return [*seeds, b"\x80" + get * 3, chunked, upload, b"\x10HEAD /@a/_mock/ HTTP/1.0\r\n\r\n"], one


def _servers(make: Callable[[], Any]) -> Iterator[Any]:
    """Give a server for each conversation, a new one now and then: jobs are kept for good."""
    from uvicorn import Config

    while True:
        made = Config(make(), lifespan="off", ws="none", log_level="critical", server_header=False)
        made.load()
        yield from repeat(made, 500)


class Transport:
    """A connection to nobody."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.closing = False

    def write(self, data: bytes) -> None:
        """Keep what is sent."""
        self.written += data

    def writelines(self, pieces: list[bytes]) -> None:
        """Keep what is sent."""
        self.written += b"".join(pieces)

    def close(self) -> None:
        """Send no more."""
        self.closing = True

    abort = close

    def is_closing(self) -> bool:
        """Tell whether it was closed."""
        return self.closing

    def get_write_buffer_size(self) -> int:
        """All has gone out."""
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as transports have it
        """Tell two addresses, and no more."""
        return {"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 9)}.get(name, default)

    def pause_reading(self) -> None:
        """Go on: what was sent has been sent."""

    resume_reading = pause_reading

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is nothing to limit."""


def _steps(size: int, step: int, first: int = 0) -> Iterator[int]:
    at = first
    while at < size:
        yield at
        at += step


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - what it returns
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")
