"""What a machine has to know of a provider: its words, prices, limits and addresses, written from its clauses."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.harness.lifecycle import ALWAYS, Book, Life, Window

Answer = Any
"""An httpx.Response."""


@dataclass(frozen=True)
class Order:
    """Something that can be ordered: what is sent, its price, and how many seconds it takes at least and at most."""

    body: dict[str, Any]
    price: Decimal
    least: float
    most: float
    pieces: int = 1
    path: str | None = None


@dataclass(frozen=True)
class Wrong:
    """Something that is refused whatever the account has: what is sent, and the status of the refusal."""

    body: Any
    status: int
    path: str | None = None


@dataclass
class Known:
    """One job: who ordered what, and its lives as they are seen (`job` is the whole, others pieces or addresses)."""

    id: str
    key: str
    order: Order
    scenario: str
    at: datetime
    lives: dict[str, Life]
    links: dict[str, tuple[datetime, Life]] = field(default_factory=dict)
    """Links that were given, when last, and for whose result."""


class House(ABC):
    """One provider, seen from outside. Class attributes say what it sells; methods how to ask."""

    name: str
    keys: tuple[str, str]
    stranger: str
    settings: dict[str, Any]
    orders: tuple[Order, ...]
    wrong: tuple[Wrong, ...]
    scenarios: tuple[str, ...] = ("succeeds", "slow", "stuck", "fails", "moderated", "moderated_late", "cancelled",
                                  "expires_early", "empty_result")  # fmt: skip
    endings: tuple[str, ...] = ("done", "failed", "cancelled")
    hello: tuple[str, str]
    """A harmless request with which a key is used for the first time: that opens its account."""
    submit_at: tuple[str, str]
    foreign: int
    """The status of an answer to a key that asks for another's job."""
    pauses: tuple[float, ...] = (0.001, 1, 10, 60, 200, 400, 4000, 86_400)

    @property
    def limited(self) -> tuple[str, ...]:
        """The keys with which the limit is tried; where polls count, they are keys that nobody polls with."""
        return self.keys

    def body(self, key: str, order: Order | Wrong) -> Any:
        """What is sent."""
        return order.body

    @abstractmethod
    def headers(self, key: str) -> dict[str, str]:
        """How a request carries its key."""

    @abstractmethod
    def book(self, key: str, now: datetime) -> Book:
        """A new account."""

    @abstractmethod
    def window(self, key: str) -> tuple[str, Window]:
        """The limit on submissions that a key is under, and the name under which others share it."""

    async def prepare(self, mock: Any) -> None:  # noqa: B027 - most have nothing to lay down
        """Lay down what the settings cannot say."""

    @abstractmethod
    def refusals(self, machine: Any, key: str, order: Order, scenario: str) -> set[int]:
        """With which statuses an order that is legal may be refused now; none: it must be taken."""

    def counts(self, status: int) -> bool:
        """Whether a submission that was answered so counts toward the limit."""
        return status not in {401, 429}

    @abstractmethod
    def taken(self, machine: Any, key: str, order: Order, scenario: str, answer: Answer) -> Known:
        """A job that was taken, and what is promised of it; the answer is checked for what it says of the money."""

    @abstractmethod
    def addresses(self, job: Known) -> dict[str, str]:
        """Every address at which the job's status can be asked for, each with a name."""

    @abstractmethod
    def look(self, job: Known, name: str, answer: Answer, now: datetime) -> None:
        """Note what one of these addresses answered: words, links, and what else must hold."""

    @abstractmethod
    def called_off(self, job: Known, how: str, now: datetime) -> None:
        """Note that the job was brought to an end by hand."""

    def early(self, job: Known) -> str | None:
        """Where a result would be that nobody was given a link to; None if that cannot be known."""
        return None

    def delivers(self, job: Known, link: str, now: datetime) -> bool | None:
        """Whether a link that was given must work now; None where that cannot be known."""
        return job.links[link][1].delivers(now)

    def kept(self, scenario: str, usually: timedelta) -> timedelta | None:
        """How long a result can be had under a scenario."""
        return {"expires_early": timedelta(seconds=1), "empty_result": None}.get(scenario, usually)

    def expiry(self, job: Known, link: str) -> datetime | None:
        """When a link that was given stops working for sure; None if it never does, or did already."""
        life = job.links[link][1]
        if life.ended_by is None or life.fate.kept is None or life.fate.kept == ALWAYS:
            return None
        return life.ended_by + life.fate.kept

    def see_the_account(self, machine: Any, key: str) -> None:  # noqa: B027 - not every provider tells
        """Hold what the provider itself tells of the account against the book."""
