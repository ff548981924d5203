"""What brings a state file of an older version up to today's.

First its values are read as its version has them: classes that have changed since have stand-ins here, which give
today's values, so that what is written again is of today's shape whichever version it comes from. Then each step from
version to version puts shelves and keys where they belong by now. Who raises `VERSION` adds stand-ins for all older
versions, and a step.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from mockserver.core.accounts import Account
from mockserver.core.clock import NOTHING
from mockserver.core.timeline import Stage, Timeline
from mockserver.stores.codec import VERSION, Codec

PAGE = 500
"""How many values are read at once."""

StandIns = Mapping[tuple[str, str], type]
"""By module and name as they are written: what is read instead of a class."""


class OlderState:
    """An older file's tables, inside of the transaction that changes them."""

    def __init__(self, base: sqlite3.Connection, codec: Codec) -> None:
        self._base = base
        self._codec = codec

    def reshape(self, stand_ins: StandIns) -> None:
        """Write all values again in which there is a class that has a stand-in; raises UnreadableError."""
        packed, unpacked = self._codec.packed, self._codec.older(stand_ins).unpacked
        modules = sorted({module.encode() for module, _ in stand_ins})
        for table, key, column in (("facts", "id", "value"), ("plans", "number", "item")):
            update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608 - words of our own
            for page in self._naming(modules, table, key, column):
                self._base.executemany(update, [(packed(unpacked(raw)), number) for number, raw in page])

    def _naming(self, modules: list[bytes], table: str, key: str, column: str) -> Iterator[list[tuple[int, bytes]]]:
        """All rows of a table whose values name one of these modules, each row once, page by page."""
        named = " OR ".join([f"instr({column}, ?)"] * len(modules))
        query = f"SELECT {key}, {column} FROM {table} WHERE {key} > ? AND ({named}) ORDER BY {key} LIMIT ?"  # noqa: S608 - words of our own
        last = -1
        while page := self._base.execute(query, (last, *modules, PAGE)).fetchall():
            yield page
            last = page[-1][0]

    def shelves(self, pattern: str) -> list[tuple[int, re.Match[str]]]:
        """All names that a pattern fits as a whole, with their numbers."""
        found = self._base.execute("SELECT id, name FROM names ORDER BY id").fetchall()
        fits = [(number, re.fullmatch(pattern, _text(name), re.DOTALL)) for number, name in found]
        return [(number, fit) for number, fit in fits if fit is not None]

    def values(self, shelf: int) -> Iterator[tuple[int, str, Any]]:
        """The values of a shelf, each with the number of its row and its key, the first put there first."""
        last, query = -1, "SELECT id, key, value FROM facts WHERE shelf = ? AND id > ? ORDER BY id LIMIT ?"
        while page := self._base.execute(query, (shelf, last, PAGE)).fetchall():
            for row, key, raw in page:
                yield row, _text(key), self._codec.unpacked(raw)
            last = page[-1][0]

    def replace(self, row: int, value: Any) -> None:  # noqa: ANN401 - each shelf has its own type of value
        """Let a row hold another value."""
        self._base.execute("UPDATE facts SET value = ? WHERE id = ?", (self._codec.packed(value), row))

    def put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - as replace
        """Put a value under a key of a shelf, made if it is not there; what is there already stays."""
        self._base.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (_bytes(shelf),))
        self._base.execute(
            "INSERT OR IGNORE INTO facts (shelf, key, value) SELECT id, ?, ? FROM names WHERE name = ?",
            (_bytes(key), self._codec.packed(value), _bytes(shelf)),
        )

    def drop(self, shelf: int) -> None:
        """Forget a shelf."""
        self._base.execute("DELETE FROM facts WHERE shelf = ?", (shelf,))
        self._base.execute("DELETE FROM names WHERE id = ?", (shelf,))


Step = Callable[[OlderState], None]


def migrate(base: sqlite3.Connection, codec: Codec, version: int) -> None:
    """Bring the tables of an older version up to today's, inside of the caller's transaction.

    Raises UnreadableError for a value that nobody can read, or another error; then nothing of it may be kept.
    """
    state = OlderState(base, codec)
    state.reshape(STAND_INS[version])
    for number in range(version, VERSION):
        STEPS[number](state)


# From 1 to 2: a timeline knows its length, and Nouvel looks up projects and cycles in other ways. ------------------


class _Timeline1(Timeline):
    """A timeline of version 1, which had its stages alone; a few commits already wrote the length behind them."""

    def __new__(cls, stages: tuple[Stage, ...], _length: timedelta | None = None) -> Any:  # noqa: ANN401 - it gives a timeline of today
        return Timeline(stages, sum((stage.lasts for stage in stages), NOTHING))


class _Noted1(tuple[int, tuple[datetime, ...]]):
    """What version 1 noted of an account's orders at Nouvel: how many videos, and when the cycles of any began."""

    __slots__ = ()

    def __new__(cls, videos: int, cycles: tuple[datetime, ...]) -> Any:  # noqa: ANN401 - no class has this now
        return videos, cycles


HOUSE = "(?P<house>(?:/snapshots/[^/]+/)?[^/]+/nouvel)"
"""How the names of all begin that is Nouvel's, in sandboxes and in their snapshots."""


def _to_2(state: OlderState) -> None:
    """Let Nouvel find a project by its job's id alone, and cycles by the money that pays."""
    for shelf, _ in state.shelves(f"{HOUSE}/records/projects/.*"):
        for row, _, found in state.values(shelf):
            if isinstance(found, tuple):  # the job's id, and which of its videos; a few commits already wrote the id
                state.replace(row, found[0])
    for shelf, name in state.shelves(f"{HOUSE}/records/noted"):
        accounts = _accounts(state, f"{name['house']}/accounts")
        for _, purse, (_videos, cycles) in state.values(shelf):
            for began in cycles:
                fund = _fund(accounts, purse, began)
                state.put(f"{name['house']}/records/cycles/{purse}", fund, began)
        state.drop(shelf)


def _accounts(state: OlderState, name: str) -> list[Account]:
    return [account for shelf, _ in state.shelves(re.escape(name)) for _, _, account in state.values(shelf)]


def _fund(accounts: list[Account], purse: str, began: datetime) -> str:
    """Which money of a purse paid in the cycle that began then: cycles are counted from the opening of an account.

    An account that has joined a team since has another purse by now, but its cycles have stayed the same.
    """
    known = sorted(accounts, key=lambda account: (account.purse != purse, account.key != purse))
    for account in known:
        since = began - account.opened_at
        if account.cycle and since >= NOTHING and not since % account.cycle:
            return f"{purse}#{since // account.cycle}"
    return f"{purse}#{began.isoformat()}"  # an account that is nowhere: a name of its own will do


STAND_INS: dict[int, StandIns] = {
    1: {
        ("mockserver.core.timeline", "Timeline"): _Timeline1,
        ("mockserver.providers.nouvel.outputs.money", "Noted"): _Noted1,
    },
}
"""By version: what is read instead of classes that were different then."""

STEPS: dict[int, Step] = {1: _to_2}
"""By version: what makes the next one of it, once its values are of today's shape."""


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")
