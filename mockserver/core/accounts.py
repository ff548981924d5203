"""Accounts: what a provider knows of a key, and the words in a key that make it act."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from mockserver.core.faults import fault_of

FLAGS = ("revoked", "expired", "broke", "limited", "readonly", "cheapplan")
"""Words which, in the text of a key, give its account that property, on every provider; no letter may touch them."""

NO_LIMITS: Mapping[str, int | None] = MappingProxyType({})
NO_EXTRAS: Mapping[str, Any] = MappingProxyType({})
NO_GRANTS: Mapping[str, Decimal] = MappingProxyType({})

_LETTER = r"[^\W\d_]"
_WORD = re.compile(rf"(?<!{_LETTER})(?:{'|'.join(FLAGS)})(?!{_LETTER})")
_SCENARIO = re.compile(rf"(?<!{_LETTER})scenario-([a-z]+(?:_[a-z]+)*)(?!_*{_LETTER})")


@dataclass(frozen=True, slots=True)
class Account:
    """Who a key belongs to: its plan, what it may do, and what it was given to spend.

    `granted` is in `unit` (USD, credits, videos, minutes). `limits` overrides the provider's own figures by
    name (None lifts one); `scenario` is how all its jobs go when its key asks for that, `fault` what then disturbs
    all its exchanges; `extra` is what one provider alone knows of its accounts, for example the credits beside a
    plan's videos. With a `cycle`, what was granted lasts that long, counted from `opened_at`, and then begins again.
    """

    provider: str
    key: str
    unit: str
    plan: str
    granted: Decimal
    opened_at: datetime
    flags: frozenset[str] = frozenset()
    limits: Mapping[str, int | None] = field(default_factory=lambda: NO_LIMITS)
    permissions: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    scenario: str | None = None
    fault: str | None = None
    team: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NO_EXTRAS)
    cycle: timedelta | None = None

    @property
    def purse(self) -> str:
        """Where its money, limits and jobs are kept: its team's, if it has one, else its own."""
        return self.team or self.key

    def fund(self, at: datetime) -> str:
        """Which money pays what is ordered at `at`: the purse's, or the purse's of that cycle."""
        purse = self.team or self.key
        return purse if self.cycle is None else f"{purse}#{_cycles(at - self.opened_at, self.cycle)}"

    def cycle_began(self, at: datetime) -> datetime:
        """When the cycle of the instant `at` began; without cycles, when the account was opened."""
        if self.cycle is None:
            return self.opened_at
        return self.opened_at + self.cycle * _cycles(at - self.opened_at, self.cycle)


def _cycles(span: timedelta, cycle: timedelta) -> int:
    """How many whole cycles a span has; of cycles of whole days in a fifth of the time that a division takes."""
    return span // cycle if cycle.seconds or cycle.microseconds else span.days // cycle.days


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new account of a provider starts with; `grants` are the sums of plans that differ from `granted`."""

    unit: str
    plan: str
    granted: Decimal
    cheap_plan: str = ""
    permissions: frozenset[str] = frozenset()
    reads_only: frozenset[str] = frozenset()
    team: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NO_EXTRAS)
    cycle: timedelta | None = None
    grants: Mapping[str, Decimal] = field(default_factory=lambda: NO_GRANTS)

    def grant_of(self, plan: str, flags: frozenset[str] = frozenset()) -> Decimal:
        """What a plan grants an account with these flags."""
        return Decimal(0) if "broke" in flags else self.grants.get(plan, self.granted)


@dataclass(frozen=True, slots=True)
class Trade:
    """What the core has to know of a provider: its name, which keys it takes for keys, and how accounts begin."""

    name: str
    opening: Callable[[Any], Opening]
    well_formed: Callable[[str], bool] = bool


def flags_of(key: str) -> frozenset[str]:
    """Find the words in a key that make its account act."""
    return frozenset(_WORD.findall(key))


def scenario_of(key: str) -> str | None:
    """Find the scenario that a key asks for, as in `my-scenario-stuck-key`."""
    found = _SCENARIO.search(key)
    return found[1] if found else None


def flagged(account: Account, opening: Opening, flags: frozenset[str]) -> Account:
    """Give an account these flags, each of which acts as in a key; those taken away restore what accounts open with.

    What can be spent of the grant is the house's matter.
    """
    gone = account.flags - flags
    plan, permissions, granted = account.plan, account.permissions, account.granted
    if "cheapplan" in flags | gone and opening.cheap_plan:
        plan = opening.cheap_plan if "cheapplan" in flags else opening.plan
    if "readonly" in flags | gone:
        permissions = opening.reads_only if "readonly" in flags else opening.permissions
    if "broke" in flags | gone or plan != account.plan:
        granted = opening.grant_of(plan, flags)
    return replace(account, flags=flags, plan=plan, permissions=permissions, granted=granted)


def opened(trade: Trade, key: str, options: object, at: datetime, *, magic: bool) -> Account:
    """Open the account of a key nobody has used before; with `magic`, words in the key make it act."""
    opening = trade.opening(options)
    account = Account(
        provider=trade.name,
        key=key,
        unit=opening.unit,
        plan=opening.plan,
        granted=opening.grant_of(opening.plan),
        opened_at=at,
        permissions=opening.permissions,
        scenario=scenario_of(key) if magic else None,
        fault=fault_of(key) if magic else None,
        team=opening.team,
        extra=opening.extra,
        cycle=opening.cycle,
    )
    flags = flags_of(key) if magic else None
    return flagged(account, opening, flags) if flags else account
