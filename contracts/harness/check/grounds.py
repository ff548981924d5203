"""Which clause a difference breaks: the one that speaks of its place, and none that holds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.harness.check.differences import Difference
from contracts.harness.check.exchanges import Ask


@dataclass(frozen=True, slots=True)
class Ground:
    """What one kind of answer rests on, whoever asks for it.

    `route` and `status` are patterns of "METHOD /path" and of the status. `on` has a clause for each place of such an
    answer: `$.data.status`, `$.data[].id` for each entry, `header allow`, `status` for another status that is a success
    too. A place with what the contract says of it, such as `$.status "pending"`, is more special, and `$` is all of the
    body that is not named.
    """

    route: str
    status: str
    on: Mapping[str, str]

    def speaks_of(self, ask: Ask, status: int) -> bool:
        """Whether an answer is of this kind."""
        asked = re.fullmatch(self.route, f"{ask.method} {ask.documented}")
        return asked is not None and re.fullmatch(self.status, str(status)) is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a check claims of one answer: its status, and values in places; `main` is the clause that it is asked for.

    `on` has clauses for places, as in Ground, and for statuses: `status 401`, `status 4xx`.
    """

    ask: Ask
    status: int
    main: str
    places: frozenset[str]
    on: Mapping[str, str]

    def clause(self, grounds: Iterable[Ground], difference: Difference, answered: int) -> str:
        """The clause that a difference breaks."""
        if difference.place == "status":
            return self._of_status(grounds, answered)
        exact = list(_spellings(difference.place, difference.contract))
        around = [] if difference.place in self.places else list(_around(difference.place))
        spoken = [ground.on for ground in grounds if ground.speaks_of(self.ask, answered)]
        tables = [(self.on, exact), *((on, exact) for on in spoken), *((on, around) for on in spoken)]
        return next((on[key] for on, keys in tables for key in keys if key in on), self.main)

    def _of_status(self, grounds: Iterable[Ground], answered: int) -> str:
        keys = (f"status {answered}", f"status {answered // 100}xx", "status")
        own = next((self.on[key] for key in keys if key in self.on), self.main)
        if self.status // 100 != 2 or answered // 100 != 2:
            return own
        spoken = [ground.on for ground in grounds if ground.speaks_of(self.ask, self.status)]
        return next((on["status"] for on in spoken if "status" in on), own)


def _spellings(place: str, contract: str) -> Iterator[str]:
    for each in dict.fromkeys((place, _unnumbered(place))):
        yield f"{each} {contract}"
        yield each


def _around(place: str) -> Iterator[str]:
    """The places that hold a place, the nearest first."""
    place = _unnumbered(place)
    while place.startswith("$") and place != "$":
        place = place.removesuffix("[]") if place.endswith("[]") else place.rpartition(".")[0]
        yield place


def _unnumbered(place: str) -> str:
    return re.sub(r"\[\d+\]", "[]", place)
