"""What all acts of the demo share: orders that are watched until they end, answers that are checked, and the table."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

PATIENCE = 300.0  # seconds of real time after which the demo gives up
PAUSE = 0.15  # seconds of real time between two rounds of polling

console = Console()


class UnexpectedError(Exception):
    """The server did something that the demo did not expect."""


class Order(ABC):
    """One order at a provider: what is sent, and what has become of it."""

    house = ""
    good = ""
    bad: tuple[str, ...] = ()

    def __init__(self, client: httpx.Client, title: str) -> None:
        self.client = client
        self.title = title
        self.id = ""
        self.state = ""
        self.percent: float | None = None
        self.link = ""
        self.complaint = ""
        self.file: Path | None = None

    @abstractmethod
    def submit(self) -> None:
        """Send it."""

    @abstractmethod
    def poll(self) -> None:
        """Ask how it is coming along."""

    @property
    @abstractmethod
    def paid(self) -> str:
        """What it cost, with its unit."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state == self.good or self.state in self.bad

    def save(self, folder: Path) -> None:
        """Download the finished video into the folder."""
        answer = self.client.get(self.link, timeout=60)
        if answer.status_code != 200 or answer.content[4:8] != b"ftyp":
            raise UnexpectedError(f"{self.link} answered {answer.status_code} and no MP4")
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"{self.id}.mp4"
        self.file.write_bytes(answer.content)


def checked(response: httpx.Response, status: int) -> Any:  # noqa: ANN401 - any JSON
    """Give an answer's JSON with exact sums; raises UnexpectedError for another status."""
    if response.status_code != status:
        request = response.request
        raise UnexpectedError(f"{request.method} {request.url} answered {response.status_code}: {response.text[:300]}")
    return json.loads(response.text, parse_float=Decimal)


def watch(orders: Sequence[Order]) -> None:
    """Poll all orders until each has ended, and show a bar for each."""
    columns = TextColumn("{task.description:<44}"), BarColumn(30), TextColumn("{task.fields[state]}")
    with Progress(*columns, console=console) as progress:
        bars = [progress.add_task(f"{one.house}: {one.title}", total=None, state=one.state) for one in orders]
        deadline = time.monotonic() + PATIENCE
        while running := [order for order in orders if not order.ended]:
            if time.monotonic() > deadline:
                raise UnexpectedError(f"{running[0].id} is still {running[0].state} after {PATIENCE:.0f} seconds")
            for bar, order in zip(bars, orders, strict=True):
                if not order.ended:
                    order.poll()
                    draw(progress, bar, order)
            time.sleep(PAUSE)  # noqa: TID251 - a client waits in real time


def draw(progress: Progress, bar: TaskID, order: Order) -> None:
    """Bring an order's bar up to date; without a percentage it only moves to and fro."""
    colour = "green" if order.state == order.good else "red" if order.ended else "yellow"
    known = 100.0 if order.ended else order.percent
    total = None if known is None else 100.0
    progress.update(bar, total=total, completed=known or 0.0, state=f"[{colour}]{order.state}[/]")


def table(orders: Sequence[Order]) -> Table:
    """Sum up what was ordered, what was paid, and what came of it."""
    found = Table("provider", "order", "paid", "what came of it", box=None, pad_edge=False)
    for order in orders:
        outcome = str(order.file) if order.file else f"[red]{order.complaint}[/], refunded"
        found.add_row(order.house, order.title, order.paid, outcome)
    return found
