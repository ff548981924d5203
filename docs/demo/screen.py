"""What the demo shows: a bar for each order, a table of what came of them, and a picture of both for the README."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table

from clients.core.operations import Progress as Step

console = Console(record=True)


class UnexpectedError(Exception):
    """The server did something that the demo did not expect."""


@dataclass
class Order:
    """One order at a provider: what it is, what it cost, and what has become of it."""

    house: str
    title: str
    id: str = ""
    paid: str = ""
    state: str = "ordered"
    complaint: str = ""
    file: Path | None = None
    bars: "Bars | None" = field(default=None, repr=False)

    def place(self, folder: Path) -> Path:
        """Where its video goes."""
        return folder / f"{self.id}.mp4"

    def show(self, step: Step) -> None:
        """Take a step of the client's, and bring the bar up to date."""
        self.state = step.status
        if self.bars is not None:
            self.bars.draw(self, step.percent)

    def fetched(self, done: int, total: int | None) -> None:
        """Show how much of its file is there."""
        if self.bars is not None:
            self.bars.draw(self, 100 * done / total if total else None)

    def end(self, *, file: Path | None = None, state: str = "", complaint: str = "") -> None:
        """Say what came of it."""
        self.file, self.state, self.complaint = file, state or self.state, complaint
        if self.bars is not None:
            self.bars.draw(self, 100)


class Bars:
    """The bars of some orders."""

    def __init__(self, progress: Progress, orders: Sequence[Order]) -> None:
        self._progress = progress
        self._tasks: dict[int, TaskID] = {}
        for order in orders:
            order.bars = self
            name = f"{order.house}: {order.title}"
            self._tasks[id(order)] = progress.add_task(name, total=None, state=order.state)

    def draw(self, order: Order, percent: float | None) -> None:
        """Bring an order's bar up to date; without a percentage it only moves to and fro."""
        colour = "green" if order.file else "red" if order.complaint else "yellow"
        total = None if percent is None else 100.0
        self._progress.update(
            self._tasks[id(order)], total=total, completed=percent or 0.0, state=f"[{colour}]{order.state}[/]"
        )


@contextmanager
def bars(*orders: Order) -> Iterator[None]:
    """Show a bar for each order for as long as the block lasts."""
    columns = TextColumn("{task.description:<44}"), BarColumn(30), TextColumn("{task.fields[state]}")
    with Progress(*columns, console=console) as progress:
        Bars(progress, orders)
        yield


def table(orders: Sequence[Order]) -> Table:
    """Sum up what was ordered, what was paid, and what came of it."""
    found = Table("provider", "order", "paid", "what came of it", box=None, pad_edge=False)
    for order in orders:
        outcome = f"[green]{order.state}[/]" if order.file else f"[red]{order.complaint}[/], refunded"
        found.add_row(order.house, order.title, order.paid, outcome)
    return found


def files(orders: Sequence[Order]) -> Table:
    """Say where the videos are: apart from the rest, so that a narrow terminal shows whole names."""
    found = Table("provider", Column("video", overflow="fold"), box=None, pad_edge=False)
    for order in orders:
        if order.file:
            found.add_row(order.house, str(order.file))
    return found


def picture(place: Path) -> None:
    """Keep what was shown as a picture, which loads nothing from elsewhere: without the fonts that rich links to."""
    shape = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    drawn = console.export_svg(title="make demo", code_format=shape, unique_id="demo")
    place.write_text(drawn, "utf-8")
