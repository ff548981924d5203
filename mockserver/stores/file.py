"""The SQLite file of a server's state: who may use it, what is in it, and how changes are written."""

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mockserver.core.clock import EPOCH
from mockserver.core.store import StateError
from mockserver.stores.codec import VERSION, Codec
from mockserver.stores.migrations import STEPS, migrate

log = logging.getLogger("mockserver")

OURS = 0x46415558
"""SQLite's `application_id` of our files: FAUX."""

MICROSECOND = timedelta(microseconds=1)

Redo = tuple[Any, ...]
"""One change: `put` shelf key value, `drop` shelf key, `plan` queue at number item, `done` number,
`pass` bucket at until, `forget` prefix, `copy` source target (shelves and buckets; queues have new numbers)."""

SCHEMA = """
CREATE TABLE names (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, shelf INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, UNIQUE (shelf, key)
);
CREATE TABLE plans (number INTEGER PRIMARY KEY, queue INTEGER NOT NULL, at INTEGER NOT NULL, item BLOB NOT NULL);
CREATE INDEX plans_of ON plans (queue);
CREATE TABLE passes (bucket INTEGER NOT NULL, until INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX passes_of ON passes (bucket, until);
"""
"""Shelves, queues and buckets by name. Texts are UTF-8, lone surrogates too; instants are microseconds since 1970."""


class Raw(bytes):
    """A value as the file has it: nobody has looked at it since the start."""

    __slots__ = ()


class StateFile:
    """One server's state in an SQLite file; raises StateError for one that cannot be used, and leaves it as it is."""

    def __init__(self, path: Path, codec: Codec) -> None:
        self._path = path
        self._codec = codec
        self._names: dict[str, int] = {}
        beside = _beside(path)
        made = not beside.exists()
        self._lock = _taken(path)
        try:
            self._base = self._opened()
        except BaseException:
            self._lock.close()
            if made:  # a file that is refused is left with nothing beside it
                beside.unlink(missing_ok=True)
            raise

    def _opened(self) -> sqlite3.Connection:
        path = self._path
        fresh = not path.exists() or path.stat().st_size == 0
        try:
            # One thread at a time uses it: this one until the server runs, the writing one after that.
            base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StateError(f"{path} cannot be opened: {error}") from error
        try:
            if not fresh:
                self._examine(base)
            base.execute("PRAGMA synchronous = FULL")
            self._prepare(base, fresh=fresh)
            base.execute("PRAGMA journal_mode = WAL")
            self._names = {_text(name): number for name, number in base.execute("SELECT name, id FROM names")}
        except sqlite3.Error as error:
            base.close()
            raise StateError(f"{path} cannot be used: {error}") from error
        except BaseException:
            base.close()
            raise
        return base

    def _examine(self, base: sqlite3.Connection) -> None:
        """Refuse what is no file of ours, or one from the future, before anything is written to it."""
        try:
            [owner], [version] = base.execute("PRAGMA application_id"), base.execute("PRAGMA user_version")
        except sqlite3.DatabaseError as error:
            raise StateError(f"{self._path} is no state of fauxreel's: {error}. Name another file.") from error
        if owner[0] != OURS:
            raise StateError(f"{self._path} is a database of another program's. Name another file.")
        if version[0] > VERSION:
            raise StateError(
                f"{self._path} was written by a newer fauxreel (state version {version[0]}, this one knows {VERSION})."
                " Update fauxreel, or name another file."
            )
        if version[0] != VERSION and version[0] not in STEPS:
            raise StateError(f"{self._path} is damaged: there is no state version {version[0]}. Restore a copy.")

    def _prepare(self, base: sqlite3.Connection, *, fresh: bool) -> None:
        """Lay out a new file, or bring an older one up to today's version, whole or not at all."""
        if fresh:
            stamp = f"PRAGMA application_id = {OURS}; PRAGMA user_version = {VERSION};"
            base.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {stamp} COMMIT")
            return
        [[version]] = base.execute("PRAGMA user_version")
        if version == VERSION:
            return
        log.warning(
            "%s is of state version %d, and is brought to %d; that may take a while", self._path, version, VERSION
        )
        base.execute("BEGIN IMMEDIATE")
        try:
            migrate(base, self._codec, version)
            base.execute(f"PRAGMA user_version = {VERSION}")
            base.execute("COMMIT")
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            base.execute("ROLLBACK")
            raise StateError(
                f"{self._path} is of state version {version}, and cannot be brought to {VERSION}: {error}."
                " It stays as it was: use it with the fauxreel that wrote it, or name another file."
            ) from error
        except BaseException:
            with suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise

    # Reading it back ----------------------------------------------------------------------------------------------

    def shelves(self) -> dict[str, dict[str, Any]]:
        """Give all shelves: their values under their keys, in the order in which the keys were first put there."""
        names = {number: name for name, number in self._names.items()}
        found: dict[str, dict[str, Any]] = {}
        for shelf, key, value in self._rows("SELECT shelf, key, value FROM facts ORDER BY id"):
            found.setdefault(names[shelf], {})[_text(key)] = Raw(value)
        return found

    def queues(self) -> tuple[dict[str, list[tuple[datetime, int, Any]]], int]:
        """Give all queues as heaps of (due at, number, item), and the largest number."""
        names = {number: name for name, number in self._names.items()}
        found: dict[str, list[tuple[datetime, int, Any]]] = {}
        last = -1
        for number, queue, at, item in self._rows("SELECT number, queue, at, item FROM plans ORDER BY at, number"):
            found.setdefault(names[queue], []).append((_instant(at), number, Raw(item)))
            last = max(last, number)
        return found, last

    def passes(self) -> dict[str, list[datetime]]:
        """Give the instants at which requests were let through, by bucket, the earliest first."""
        names = {number: name for name, number in self._names.items()}
        found: dict[str, list[datetime]] = {}
        for bucket, at in self._rows("SELECT bucket, at FROM passes ORDER BY rowid"):
            found.setdefault(names[bucket], []).append(_instant(at))
        return found

    def _rows(self, query: str) -> Iterable[tuple[Any, ...]]:
        try:
            yield from self._base.execute(query)
        except sqlite3.Error as error:
            raise StateError(f"{self._path} is damaged: {error}. Restore a copy, or name another file.") from error
        except KeyError as error:
            raise StateError(f"{self._path} is damaged: a name is missing ({error}).") from error

    # Writing ------------------------------------------------------------------------------------------------------

    def write(self, batch: Sequence[Redo]) -> None:
        """Write changes, all or none, and come back when they are on the disk; raises sqlite3.Error."""
        if not batch:
            return
        base, names = self._base, dict(self._names)
        base.execute("BEGIN IMMEDIATE")
        try:
            page = _Page(base, self._codec, names)
            for change in batch:
                page.take(change)
            page.turn()
            base.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise
        self._names = names

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()
        self._lock.close()


class _Page:
    """Changes of one transaction, gathered so that each table is written in one go."""

    def __init__(self, base: sqlite3.Connection, codec: Codec, names: dict[str, int]) -> None:
        self._base = base
        self._packed = codec.packed
        self._names = names
        self._facts: dict[tuple[str, str], Any] = {}
        self._plans: dict[int, tuple[Any, ...]] = {}
        self._done: list[tuple[int]] = []
        self._passes: list[tuple[int, int, int]] = []

    def take(self, change: Redo) -> None:
        """Gather one change; one that depends on the order of others is carried out after them."""
        match change:
            case ("put", shelf, key, value):
                self._facts[shelf, key] = value
            case ("plan", queue, at, number, item):
                packed = item if isinstance(item, Raw) else self._packed(item)
                self._plans[number] = (number, self._name(queue), _number(at), packed)
            case ("done", number):
                if self._plans.pop(number, None) is None:
                    self._done.append((number,))
            case ("pass", bucket, at, until):
                self._passes.append((self._name(bucket), _number(until), _number(at)))
            case _:
                self.turn()
                self._carry_out(change)

    def _carry_out(self, change: Redo) -> None:
        """Make a change of what has been written by now."""
        match change:
            case ("drop", shelf, key):
                self._base.execute("DELETE FROM facts WHERE shelf = ? AND key = ?", (self._name(shelf), _key(key)))
            case ("forget", prefix):
                self._forget(prefix)
            case ("copy", source, target):
                self._copy(source, target)

    def turn(self) -> None:
        """Write what was gathered."""
        base, packed, name = self._base, self._packed, self._name
        base.executemany(
            "INSERT INTO facts (shelf, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT (shelf, key) DO UPDATE SET value = excluded.value",
            [(name(shelf), _key(key), packed(value)) for (shelf, key), value in self._facts.items()],
        )
        base.executemany("INSERT INTO plans (number, queue, at, item) VALUES (?, ?, ?, ?)", self._plans.values())
        base.executemany("DELETE FROM plans WHERE number = ?", self._done)
        base.executemany("INSERT INTO passes (bucket, until, at) VALUES (?, ?, ?)", self._passes)
        newest = {bucket: at for bucket, _, at in self._passes}
        base.executemany("DELETE FROM passes WHERE bucket = ? AND until <= ?", newest.items())
        self._facts, self._plans, self._done, self._passes = {}, {}, [], []

    def _forget(self, prefix: str) -> None:
        gone = [(number,) for name, number in self._names.items() if name.startswith(prefix)]
        for table, column in (("facts", "shelf"), ("plans", "queue"), ("passes", "bucket"), ("names", "id")):
            self._base.executemany(f"DELETE FROM {table} WHERE {column} = ?", gone)  # noqa: S608 - words of our own
        for name in [name for name in self._names if name.startswith(prefix)]:
            del self._names[name]

    def _copy(self, source: str, target: str) -> None:
        """Have all of one prefix under another too, in the same order."""
        found = [(name, number) for name, number in self._names.items() if name.startswith(source)]
        pairs = [(self._name(target + name[len(source) :]), number) for name, number in found]
        self._base.executemany(
            "INSERT INTO facts (shelf, key, value) SELECT ?, key, value FROM facts WHERE shelf = ? ORDER BY id", pairs
        )
        self._base.executemany(
            "INSERT INTO passes (bucket, until, at) SELECT ?, until, at FROM passes WHERE bucket = ? ORDER BY rowid",
            pairs,
        )

    def _name(self, name: str) -> int:
        found = self._names.get(name)
        if found is None:
            cursor = self._base.execute("INSERT INTO names (name) VALUES (?)", (_key(name),))
            found = self._names[name] = int(cursor.lastrowid or 0)
        return found


def _beside(path: Path) -> Path:
    """The file whose lock is held."""
    return path.with_name(f"{path.name}-lock")


def _taken(path: Path) -> sqlite3.Connection:
    """Hold the file for this process alone, by a lock that the system gives up with the process, however it ends."""
    if path.is_dir():
        raise StateError(f"{path} is a folder: name a file in it, such as {path / 'state.db'}.")
    try:
        lock = sqlite3.connect(_beside(path), isolation_level=None, timeout=0, check_same_thread=False)
        try:
            lock.execute("PRAGMA journal_mode = DELETE")
            lock.execute("BEGIN EXCLUSIVE")
        except BaseException:
            lock.close()
            raise
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise StateError(f"{path} is in use by another server.") from error
        raise StateError(f"{path} cannot be used: {error}.") from error
    return lock


def backup(path: Path, target: Path) -> None:
    """Copy a state file, also while a server uses it, as of one instant; raises StateError, and overwrites nothing."""
    if not path.is_file():
        raise StateError(f"there is no file {path}")
    if target.exists():
        raise StateError(f"{target} is there already")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
            [[owner]] = source.execute("PRAGMA application_id")
            if owner != OURS:
                raise StateError(f"{path} is no state of fauxreel's")
            with closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StateError(f"{path} cannot be copied: {error}") from error


def _key(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _number(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _instant(number: int) -> datetime:
    return EPOCH + number * MICROSECOND
