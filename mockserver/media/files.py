"""Files of one server on its disk: what was uploaded, kept once under its content's hash, and what was made of it."""

import hashlib
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import BinaryIO, Self, TypeVar
from weakref import WeakValueDictionary, finalize

import anyio
from anyio import to_thread

T = TypeVar("T")

Make = Callable[[Path], None]
"""Writes a file at a path."""

PASSING = "passing-"
"""How the names of files begin that are not complete."""

CAPACITY = 4 * 2**30  # bytes of files that can be made again


class Spool:
    """A file that is being received; leaving the `with` block throws it away unless it was kept.

    `size` is what has come, in bytes, `digest` names the content.
    """

    def __init__(self, path: Path, home: Path, *, durable: bool = False) -> None:
        self.path = path
        self._durable = durable
        self.size = 0
        self._home = home
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None

    def write(self, chunk: bytes) -> None:
        """Take more of it; the file begins with the first piece."""
        self._opened().write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def complete(self) -> Path:
        """All has come: close the file, so that it can be read."""
        self._opened().close()
        return self.path

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self.path.open("wb")
        return self._file

    @property
    def digest(self) -> str:
        """The content's name."""
        return self._hash.hexdigest()

    def keep(self) -> str:
        """Keep the file, and give the name under which it can be found; the same content is kept once."""
        complete = self.complete()
        if self._durable:
            _sync(complete)
        complete.replace(self._home / self.digest)
        if self._durable:
            _sync(self._home)
        return self.digest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self.path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk; some systems open no folders."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Files:
    """A folder of files, made on first use and removed with the server.

    Uploads stay; of what was made of them the least recently used goes first when more than `capacity` bytes are held.
    A `vault` is a folder that outlives the server: uploads are kept there, each of them whole or not at all.
    """

    def __init__(self, folder: Path | None = None, capacity: int = CAPACITY, vault: Path | None = None) -> None:
        self._folder = folder
        self._vault = vault
        if vault is not None:
            vault.mkdir(parents=True, exist_ok=True)
            for torn in vault.glob(f"{PASSING}*"):
                torn.unlink(missing_ok=True)
        self._capacity = capacity
        self._made: OrderedDict[str, int] = OrderedDict()
        self._guard = threading.Lock()
        self._turns: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()
        self._numbers = count()
        self._threads = anyio.CapacityLimiter(os.cpu_count() or 1)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="fauxreel-"))
            finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def spool(self) -> Spool:
        """Begin to receive a file."""
        if self._vault is None:
            return Spool(self._passing(), self.folder)
        return Spool(self._vault / self._passing().name, self._vault, durable=True)

    async def keep(self, spool: Spool) -> str:
        """Keep what was received, and give its name; where it has to be on the disk, a worker thread waits for that."""
        return spool.keep() if self._vault is None else await to_thread.run_sync(spool.keep)

    def path(self, name: str) -> Path | None:
        """Where a file is that was kept or made under this name; None if there is none."""
        places = [self.folder] if self._vault is None else [self._vault, self.folder]
        return next((place / name for place in places if (place / name).is_file()), None)

    async def read(self, work: Callable[[Path], T], path: Path) -> T:
        """Let a function look at a file in a worker thread."""
        return await to_thread.run_sync(work, path, limiter=self._threads)

    async def made(self, name: str, make: Make) -> Path:
        """Give the file of this name, made in a worker thread unless it is there; once, however many ask for it."""
        turn = self._turns.setdefault(name, anyio.Lock())
        async with turn:
            found = self.path(name)
            if found is None:
                await to_thread.run_sync(self._make, name, make, limiter=self._threads)
            else:
                self._used(name)
        return found or self.folder / name

    def _make(self, name: str, make: Make) -> None:
        passing = self._passing()
        try:
            make(passing)
            size = passing.stat().st_size
            passing.replace(self.folder / name)
        finally:
            passing.unlink(missing_ok=True)
        self._used(name, size)

    def _passing(self) -> Path:
        return self.folder / f"{PASSING}{id(self):x}-{next(self._numbers)}"

    def _used(self, name: str, size: int | None = None) -> None:
        """Remember that a made file was used, and give up the oldest until all fit; the latest always stays."""
        with self._guard:
            known = self._made.pop(name, 0)
            self._made[name] = known if size is None else size
            while len(self._made) > 1 and sum(self._made.values()) > self._capacity:
                oldest, _ = self._made.popitem(last=False)
                (self.folder / oldest).unlink(missing_ok=True)
