"""Accounts: what a provider knows of a key, and the words in a key that make it act."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

FLAGS = ("revoked", "expired", "broke", "limited", "readonly", "cheapplan")
"""Words which, inside the text of a key, give its account that property, on every provider."""

NO_LIMITS: Mapping[str, int | None] = MappingProxyType({})
NO_EXTRAS: Mapping[str, Any] = MappingProxyType({})

_SCENARIO = re.compile(r"scenario-([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Account:
    """Who a key belongs to: its plan, what it may do, and what it was given to spend.

    `granted` is in `unit` (USD, credits, videos, minutes). `limits` overrides the provider's own figures by
    name (None lifts one); `scenario` is how all its jobs go when its key asks for that; `extra` is what one
    provider alone knows of its accounts, for example the credits beside a plan's videos.
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
    team: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NO_EXTRAS)

    @property
    def purse(self) -> str:
        """Where its money, limits and jobs are kept: its team's, if it has one, else its own."""
        return self.team or self.key


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new account of a provider starts with."""

    unit: str
    plan: str
    granted: Decimal
    cheap_plan: str = ""
    permissions: frozenset[str] = frozenset()
    reads_only: frozenset[str] = frozenset()
    team: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NO_EXTRAS)


@dataclass(frozen=True, slots=True)
class Trade:
    """What the core has to know of a provider: its name, which keys it takes for keys, and how accounts begin."""

    name: str
    opening: Callable[[Any], Opening]
    well_formed: Callable[[str], bool] = bool


def flags_of(key: str) -> frozenset[str]:
    """Find the words in a key that make its account act."""
    return frozenset(flag for flag in FLAGS if flag in key)


def scenario_of(key: str) -> str | None:
    """Find the scenario that a key asks for, as in `my-scenario-stuck-key`."""
    found = _SCENARIO.search(key)
    return found[1].rstrip("_") if found else None


def opened(trade: Trade, key: str, options: object, at: datetime, *, magic: bool) -> Account:
    """Open the account of a key nobody has used before; with `magic`, words in the key make it act."""
    opening = trade.opening(options)
    flags = flags_of(key) if magic else frozenset[str]()
    return Account(
        provider=trade.name,
        key=key,
        unit=opening.unit,
        plan=opening.cheap_plan if "cheapplan" in flags and opening.cheap_plan else opening.plan,
        granted=Decimal(0) if "broke" in flags else opening.granted,
        opened_at=at,
        flags=flags,
        permissions=opening.reads_only if "readonly" in flags else opening.permissions,
        scenario=scenario_of(key) if magic else None,
        team=opening.team,
        extra=opening.extra,
    )
