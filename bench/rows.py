"""What the benchmark measures: each row's name, and its aim. A run fills them, the page of performance lists them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

SHOWN = 3
"""Digits that a figure is told with."""


@dataclass(frozen=True)
class Row:
    """One figure. `least` or `most` is its aim, if there is one; headlines are in the README too."""

    name: str
    least: float | None = None
    most: float | None = None
    headline: bool = False

    @property
    def aim(self) -> str:
        """The aim in words."""
        if self.least is not None:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}" if self.most is not None else "none"

    def verdict(self, value: float) -> str:
        """Whether so much is enough; empty without an aim."""
        if self.least is None and self.most is None:
            return ""
        reached = value >= self.least if self.least is not None else value <= (self.most or 0)
        return "reached" if reached else "missed"


def _faster_than(peer: str, least: float) -> tuple[Row, Row]:
    return Row(f"poll / {peer}'s", least, headline=True), Row(f"submit / {peer}'s", least, headline=True)


def _kept(where: str, submit: float | None = None) -> tuple[Row, Row]:
    return Row(f"poll on {where} / in memory"), Row(
        f"submit on {where} / in memory", submit, headline=submit is not None
    )


GROUPS: dict[str, tuple[Row, ...]] = {
    "hot": (
        Row("poll / bare", 0.65, headline=True),
        Row("submit / bare", 0.5, headline=True),
        Row("poll, no request sent twice / bare"),
        Row("submit, no request sent twice / bare"),
        Row("refusal (no key) / bare", 0.6, headline=True),
        Row("refusal (no money) / bare", 0.6),
        Row("p99 of polls at half load / bare's at that rate", most=3),
    ),
    "houses": tuple(
        Row(f"{house}: {what} / nanogpt's", 0.8)
        for house in ("nouvel", "viddyscribe", "artnex")
        for what in ("poll", "submit")
    ),
    "many": (
        Row("memory, KB a stored job", most=1, headline=True),
        Row("poll with many stored jobs / bare", 0.55),
        Row("submit with many stored jobs / bare", 0.45),
        Row("poll with many stored jobs / with few", 0.9, headline=True),
        Row("submit with many stored jobs / with few", 0.9, headline=True),
    ),
    "state": (
        *_kept("SQLite", 0.25),
        *_kept("Redis, one worker"),
        *_kept("Redis, two workers"),
    ),
    "media": (
        Row("first download of a clip of 8 s in 720p, seconds", most=1, headline=True),
        Row("the same from a server that has rendered nothing yet, seconds"),
        Row("downloads of that clip from memory / bare", 0.25),
        Row("downloads of a clip of 300 KB from memory / bare", 0.25),
    ),
    "connections": (
        Row("open connections: share that holds and is answered", 1, headline=True),
        Row("open connections: p99 of polls / over 64 connections"),
        Row("open connections: KB of memory each"),
    ),
    "start": (
        Row("start until ready / bare uvicorn's", most=1.5),
        Row("start until a provider answers / bare uvicorn's"),
        Row("--help / Python's own start"),
        Row("--help, milliseconds", most=150),
    ),
    "peers": (
        *_faster_than("Prism", 3),
        *_faster_than("Mockoon", 3),
        *_faster_than("WireMock", 3),
        *_faster_than("aimock", 1),
    ),
}


class Table:
    """The figures of one run, printed as they come."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}
        self.skipped: dict[str, str] = {}
        self._rows = {row.name: row for rows in GROUPS.values() for row in rows}
        self._width = max(map(len, self._rows))

    def note(self, name: str, value: float) -> None:
        """Take a figure; KeyError for one that no row has."""
        row = self._rows[name]
        self.figures[name] = value
        aim = "" if row.aim == "none" else f"{row.aim:<15}{row.verdict(value).replace('missed', 'MISSED')}"
        print(f"{name:<{self._width}}  {shown(value):>7}  {aim}".rstrip(), flush=True)

    def skip(self, names: Collection[str], reason: str) -> None:
        """Say why there are no figures for these rows."""
        for name in names:
            self.skipped[self._rows[name].name] = reason
            print(f"{name:<{self._width}}  skipped: {reason}", flush=True)

    def missed(self) -> Iterator[str]:
        """The rows that do not reach their aims."""
        return (name for name, value in self.figures.items() if self._rows[name].verdict(value) == "missed")

    def absent(self, groups: Collection[str]) -> Iterator[str]:
        """The rows of these groups that have neither a figure nor a reason."""
        rows = (row for group in groups for row in GROUPS[group])
        return (row.name for row in rows if row.name not in self.figures and row.name not in self.skipped)


def shown(value: float) -> str:
    """Write a figure with as many digits as say something: 0.0123, 0.67, 12.3, 1,234."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.1 or value == 0 else f"{value:.{SHOWN}g}"
