"""Named outcomes of a job: how it goes, decided once, at its submission."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType

from mockserver.core.asked import Asked, Match
from mockserver.core.faults import DIRECTIVES, FAULTS, UnknownNameError, is_fault

SCENARIOS = MappingProxyType(
    {
        "succeeds": "runs its typical life and delivers",
        "slow": "takes ten times as long",
        "stuck": "stays in its last working stage for good",
        "fails": "ends in the failed state, half-way through unless `at` says otherwise",
        "fails_once": "fails; the same request succeeds when it is sent again",
        "moderated": "is refused at submission because of its content",
        "moderated_late": "is accepted, then fails because of its content",
        "partial": "delivers some of its pieces, where a job has pieces; else it fails",
        "cancelled": "ends in the cancelled state, or failed where there is none; all money is given back",
        "never_ready": "its upload's verification goes on for good, where uploads are verified; else it is stuck",
        "upload_fails": "its upload's verification fails, where uploads are verified; else it fails",
        "expires_early": "the result's link dies a second after completion",
        "empty_result": "ends in the success state, without a link",
        "unknown_status": "shows a status that no document knows, once, between two documented ones",
        "goes_back": "shows an earlier status once more",
    }
)
"""Names and one line each; a provider that cannot tell one apart answers as a documented one."""

_NEARLY = re.compile(r"\[\[\s*mock(?P<colon>\s*:)?[\s=-]*(?P<said>[^\[\]]{0,80})", re.IGNORECASE)
"""The beginning of what is a directive, or nearly one."""


class BadDirectiveError(UnknownNameError):
    """Somebody wrote what is nearly a directive; the message says how it is written."""

    code = "bad_directive"


class UnknownScenarioError(UnknownNameError):
    """Somebody asked for a scenario, or an option of one, that there is not; the message names the nearest."""

    code = "unknown_scenario"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a job goes; `at` is the fraction of its life at which the matter happens (None: where it usually does)."""

    name: str = "succeeds"
    at: float | None = None


SUCCEEDS = Scenario()


def named(name: str, at: float | None = None) -> Scenario:
    """Give the scenario of this name.

    Raises UnknownScenarioError for an unknown name, and for an `at` outside 0 to 1.
    """
    if name not in SCENARIOS:
        near = get_close_matches(name, SCENARIOS, n=1) or get_close_matches(name, FAULTS, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else f"; known are: {', '.join(SCENARIOS)}"
        raise UnknownScenarioError(f"there is no scenario '{name[:80]}'{hint}")
    if at is not None and not 0 <= at <= 1:
        raise UnknownScenarioError(f"at={at:g} is not a fraction of a job's life: it goes from 0 to 1")
    return Scenario(name, at)


def parsed(text: str) -> Scenario:
    """Read `fails`, or `fails at=0.5`, as a header or a directive has it."""
    name, *options = text.strip().split() or [""]
    at = None
    for option in options:
        key, _, value = option.partition("=")
        try:
            at = float(value) if key == "at" else None
        except ValueError:
            at = None
        if at is None:
            raise UnknownScenarioError(f"'{option}' is no option of a scenario; known is: at=0.5")
    return named(name, at)


def directive(text: str) -> Scenario | None:
    """Find the first `[[mock: fails at=0.5]]` in a text; faults, which are written the same way, are passed over.

    Raises UnknownScenarioError for what is neither.
    """
    for found in DIRECTIVES.finditer(text):
        if not is_fault(found[1]):
            return parsed(found[1])
    return None


def check_directives(text: str) -> None:
    """Raise BadDirectiveError for `[[mock fails]]`, `[[mock: fails]` and the like: they are not to be a plain order.

    Brackets about other words, as in `[[mock interview]]`, are the author's own.
    """
    whole = {found.start() for found in DIRECTIVES.finditer(text)}
    for found in _NEARLY.finditer(text):
        word = re.split(r"[\s(]", found["said"].strip().lower(), maxsplit=1)[0]
        meant = get_close_matches(word, (*SCENARIOS, *FAULTS), n=1, cutoff=0.75)
        if found.start() not in whole and (meant or found["colon"]):
            rest = found["said"].strip()[len(word) :]
            spelling = f"[[mock: {meant[0]}{rest}]]" if meant else "[[mock: fails]]"
            raise BadDirectiveError(f"{found[0]!r} is nearly a directive, which is written {spelling}")


@dataclass(frozen=True, slots=True)
class Queued:
    """A scenario waiting for the next `times` jobs (of one provider, if it names one)."""

    scenario: Scenario
    times: int = 1
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How those jobs go whose submission is like this; the next `times` of them, or all."""

    match: Match
    scenario: Scenario
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How jobs go that do not say so themselves: as a queue says first, then as rules do, then by default."""

    default: Scenario = SUCCEEDS
    queue: tuple[Queued, ...] = ()
    rules: tuple[Rule, ...] = ()

    def take(self, provider: str, asked: Callable[[], Asked]) -> "tuple[Scenario, Plan]":
        """Answer how the provider's next job goes, and the plan that is left; `asked` tells what was submitted."""
        for index, queued in enumerate(self.queue):
            if queued.provider in (None, provider):
                rest = (Queued(queued.scenario, queued.times - 1, queued.provider),) if queued.times > 1 else ()
                return queued.scenario, replace(self, queue=self.queue[:index] + rest + self.queue[index + 1 :])
        return self._by_rule(asked()) if self.rules else (self.default, self)

    def _by_rule(self, asked: Asked) -> "tuple[Scenario, Plan]":
        for index, rule in enumerate(self.rules):
            if rule.match.fits(asked):
                if rule.times is None:
                    return rule.scenario, self
                left = (replace(rule, times=rule.times - 1),) if rule.times > 1 else ()
                return rule.scenario, replace(self, rules=self.rules[:index] + left + self.rules[index + 1 :])
        return self.default, self
