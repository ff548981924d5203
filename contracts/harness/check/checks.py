"""What a check is: a probe of one exchange, or a trial of several; what a provider's checks have in common."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Flag, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from contracts.harness.check.differences import Difference
from contracts.harness.check.exchanges import Answer, Ask
from contracts.harness.check.grounds import Ground

if TYPE_CHECKING:
    from contracts.harness.check.visits import Visit

NO_VALUES: Mapping[str, object] = MappingProxyType({})
NO_PATTERNS: Mapping[str, str] = MappingProxyType({})


class Needs(Flag):
    """What a check cannot do without."""

    NOTHING = 0
    KEY = auto()
    OTHER_KEY = auto()
    SPEND = auto()
    CONTROL = auto()


@dataclass(frozen=True, slots=True)
class Probe:
    """One exchange: what is asked, and what must come of it.

    `body` has values by their JSON paths, `headers` patterns that they match whole, `without` headers that must not be
    there, `also` finds more. What is wrong breaks the first of the clauses, unless `on` or the manner's grounds name
    another one for that place. `price` is what a server that took the request all the same would ask for it; None:
    there is nothing in it that could be made.
    """

    name: str
    clauses: tuple[str, ...]
    ask: Ask
    status: int
    body: Mapping[str, object] = field(default_factory=lambda: NO_VALUES)
    headers: Mapping[str, str] = field(default_factory=lambda: NO_PATTERNS)
    without: tuple[str, ...] = ()
    also: Callable[[Answer], Iterable[Difference]] | None = None
    price: Decimal | None = None
    on: Mapping[str, str] = field(default_factory=lambda: NO_PATTERNS)


@dataclass(frozen=True, slots=True)
class Trial:
    """Several exchanges that tell a story; `orders` says in words what it pays for."""

    name: str
    clauses: tuple[str, ...]
    run: Callable[["Visit"], Awaitable[None]]
    needs: Needs
    orders: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How one provider is spoken to, and all that is checked of it.

    `auth` gives the header for a key, `stranger` is a key that nobody has, `billable` are the paths at which money can
    be spent, `unit` is what it is counted in. `stranger` says "revoked", which is what a mock that takes any key
    refuses. `door` costs nothing, changes nothing, and shows whether a key is good: 401 says that it is not. `prefix`
    is how the provider's keys begin, where they have a form. `grounds` say what its answers rest on, place by place.
    """

    name: str
    auth: Callable[[str], tuple[str, str]]
    stranger: str
    billable: tuple[str, ...]
    unit: str
    probes: tuple[Probe, ...]
    trials: tuple[Trial, ...]
    door: Ask
    prefix: str = ""
    grounds: tuple[Ground, ...] = ()


Decorator = Callable[[Callable[["Visit"], Awaitable[None]]], Trial]


def trial(name: str, *clauses: str, needs: Needs, orders: str = "nothing") -> Decorator:
    """Make a trial of a function: what it shows in a sentence, the clauses, what it needs, and what it orders."""

    def made(run: Callable[["Visit"], Awaitable[None]]) -> Trial:
        return Trial(name, clauses, run, needs, orders)

    return made
