"""Faults: named disturbances of one exchange, and which of the faults laid down strikes next.

A scenario decides how a job goes; a fault disturbs one exchange, whatever it is about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType

from mockserver.core.asked import EVERYTHING, Asked, Match
from mockserver.core.chance import Draw

FAULTS = MappingProxyType(
    {
        "status": "answers this status, 400 to 599, in the provider's voice; nothing else happens",
        "delay": "carries the request out and answers so many real seconds late, 60 at the most",
        "reset": "carries the request out and bills it, then resets the connection without an answer",
        "refuse": "closes the connection before anything happens",
        "truncated": "promises the whole answer, sends half of it, and closes the connection",
        "malformed": "answers JSON that breaks off, or a file that is damaged, as if it were whole",
        "html": "answers 502 with a gateway's page in HTML; nothing else happens",
        "drip": "sends the answer in small pieces, over so many real seconds (5 unless said, 60 at the most)",
        "duplicate": "carries the request out twice, as if a proxy had repeated it, and answers once",
    }
)
"""Names and one line each. `status(503)` and `delay(2)` have an argument, `drip(2)` may have one."""

BEFORE = frozenset({"status", "refuse", "html"})
"""Those that strike before anything happens."""

SECONDS_AT_MOST = 60.0
STATUSES = range(400, 600)
AT_MOST = 100
"""How many faults a sandbox holds."""
DRIP_SECONDS = 5.0

_WRITTEN = re.compile(r"\s*([a-z_]{1,32})\s*(?:\(\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)?\s*\))?\s*", re.ASCII)
_IN_KEY = re.compile(r"(?<![^\W\d_])fault-([a-z]+)(?:-([0-9]{1,9}(?:\.[0-9]{1,9})?))?(?![^\W\d_])")
DIRECTIVES = re.compile(r"\[\[\s*mock\s*:([^\[\]]*)\]\]", re.IGNORECASE)
"""What stands in a text as `[[mock: …]]`: the name of a fault or of a scenario, and what belongs to it."""
MENTION = re.compile(rb"\[\[\s*mock", re.IGNORECASE)
"""What a body has in it where there may be a directive; where there is no `[[`, nobody need look for it."""


class UnknownNameError(ValueError):
    """Somebody asked for a fault or a scenario that there is not; the message names the nearest, `code` says which."""

    code = "unknown_name"


class UnknownFaultError(UnknownNameError):
    """Somebody asked for a fault that there is not, or with an argument that it does not take."""

    code = "unknown_fault"


class TooManyFaultsError(ValueError):
    """A sandbox holds no more faults than AT_MOST that can still strike."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to an exchange; `argument` is a status, or real seconds."""

    name: str
    argument: float | None = None

    @property
    def before(self) -> bool:
        """Whether it strikes before anything happens."""
        return self.name in BEFORE

    def __str__(self) -> str:
        return self.name if self.argument is None else f"{self.name}({self.argument:g})"


def named(name: str, argument: float | None = None) -> Fault:
    """Give the fault of this name.

    Raises UnknownFaultError for an unknown name, and for an argument that it does not take.
    """
    if name not in FAULTS:
        close = get_close_matches(name, FAULTS, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else f"; known are: {', '.join(FAULTS)}"
        raise UnknownFaultError(f"there is no fault '{name[:80]}'{hint}")
    match name:
        case "status":
            if argument is None or argument not in STATUSES:
                raise UnknownFaultError("'status' needs a code from 400 to 599, as in status(503)")
        case "delay" | "drip":
            if argument is None and name == "delay":
                raise UnknownFaultError("'delay' needs its seconds, as in delay(2)")
            if argument is not None and not 0 <= argument <= SECONDS_AT_MOST:
                raise UnknownFaultError(f"'{name}' takes from 0 to {SECONDS_AT_MOST:g} seconds, not {argument:g}")
        case _:
            if argument is not None:
                raise UnknownFaultError(f"'{name}' takes nothing in parentheses")
    return Fault(name, argument)


def parsed(text: str) -> Fault:
    """Read `reset` or `status(503)`, as a header, a directive or the control API has it."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise UnknownFaultError(f"{text[:80]!r} is no fault; one is written like reset, status(503) or delay(2)")
    return named(found[1], None if found[2] is None else float(found[2]))


def directive(text: str) -> Fault | None:
    """Find the first `[[mock: reset]]` in a text; scenarios, which are written the same way, are passed over."""
    for found in DIRECTIVES.finditer(text):
        if is_fault(found[1]):
            return parsed(found[1])
    return None


def is_fault(written: str) -> bool:
    """Tell whether what a directive says names a fault."""
    return written.strip().partition("(")[0].strip() in FAULTS


def fault_of(key: str) -> str | None:
    """Find the fault that a key asks for, as in `my-fault-reset-key` or `sk-fault-status-503`, to be `parsed`."""
    found = _IN_KEY.search(key)
    if found is None:
        return None
    return found[1] if found[2] is None else f"{found[1]}({found[2]})"


@dataclass(frozen=True, slots=True)
class Laid:
    """A fault laid down for requests to come: for which, and for which of those.

    Of the requests that `match`, within the window of mock time from `since` up to `until`, it passes over the first
    `after`, then strikes each `every`th, with this `probability`, until it has struck `times`. `seen` counts the
    requests that matched while it could strike, `struck` the strikes.
    """

    id: str
    fault: Fault
    match: Match = EVERYTHING
    times: int | None = None
    after: int = 0
    every: int = 1
    probability: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    seen: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.times is not None and self.struck >= self.times

    @property
    def rank(self) -> int:
        """Which faults are asked first: those for a few requests, then those for some kind, then those for all."""
        if self.times is not None:
            return 0
        return 2 if self.match == EVERYTHING else 1

    def concerns(self, asked: Asked, now: datetime) -> bool:
        """Tell whether a request is one of those that count."""
        if self.spent or (self.since is not None and now < self.since):
            return False
        return (self.until is None or now < self.until) and self.match.fits(asked)

    def met(self, seed: int) -> "Laid":
        """Count one request that it concerns: the same with `seen`, and if it strikes with `struck`, one higher."""
        seen = self.seen + 1
        strikes = seen > self.after and (seen - self.after) % self.every == 0
        if strikes and self.probability is not None:
            strikes = Draw(seed, "fault", self.id, seen).fraction() < self.probability
        return replace(self, seen=seen, struck=self.struck + strikes)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The faults that are laid down in a sandbox, in that order, and how many there ever were."""

    laid: tuple[Laid, ...] = ()
    number: int = 0

    def laying(self, new: Laid) -> "Trouble":
        """Add a fault, under the next id; where there are too many, one that is spent makes room.

        Raises TooManyFaultsError if none is.
        """
        laid = self.laid
        if len(laid) >= AT_MOST:
            oldest = next((one for one in laid if one.spent), None)
            if oldest is None:
                raise TooManyFaultsError(f"a sandbox holds {AT_MOST} faults at the most: delete some first")
            laid = tuple(one for one in laid if one is not oldest)
        number = self.number + 1
        return Trouble((*laid, replace(new, id=f"fault_{number}")), number)

    def lifting(self, fault_id: str | None) -> "Trouble":
        """Take one fault away, or all."""
        return Trouble(() if fault_id is None else tuple(one for one in self.laid if one.id != fault_id), self.number)

    def concerns(self, asked: Asked, now: datetime) -> bool:
        """Tell whether any of them has to do with a request."""
        return any(one.concerns(asked, now) for one in self.laid)

    def meeting(self, asked: Asked, now: datetime, seed: int) -> "tuple[Trouble, Fault | None]":
        """Let a request come: answer what is laid down then, and what strikes it.

        They are asked by rank, then in the order in which they were laid down; those behind one that strikes do not
        see the request.
        """
        changed: Mapping[str, Laid] = {}
        struck: Fault | None = None
        for one in sorted(self.laid, key=lambda laid: laid.rank):
            if one.concerns(asked, now):
                met = one.met(seed)
                changed = {**changed, one.id: met}
                if met.struck > one.struck:
                    struck = one.fault
                    break
        return Trouble(tuple(changed.get(one.id, one) for one in self.laid), self.number), struck


NO_TROUBLE = Trouble()
