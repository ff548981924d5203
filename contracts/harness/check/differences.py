"""Where an answer differs from the contract, place by place, and what another server says there."""

import json as texts
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from contracts.harness import conformance
from contracts.harness.check.exchanges import Answer
from contracts.harness.load import Yaml

_SHOWN = 200
MEDIA_TYPE = "header content-type"


class Absent:
    """What is in a place where nothing is."""

    def __str__(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of an answer: what the contract says of it, what is there, and what the mock has there."""

    place: str
    contract: str
    live: str
    mock: str | None = None

    def __str__(self) -> str:
        mock = "" if self.mock is None else f" | mock: {self.mock}"
        return f"{self.place} | contract: {self.contract} | live: {self.live}{mock}"


def shown(value: object) -> str:
    """A value as JSON, cut where it is long; `absent` where there is none."""
    if value is ABSENT or isinstance(value, Decimal):
        return str(value)
    text = texts.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def from_contract(
    provider: str, method: str, path: str, answer: Answer, settings: Mapping[str, object] = conformance.DEFAULTS
) -> list[Difference]:
    """Where `answer` is not what the OpenAPI description of `provider` allows; none for what it does not describe.

    `settings` are those of a mock that are other than by default.
    """
    found = of_head(provider, method, path, answer)
    described = conformance.described(provider, method, path, answer.status)
    if not isinstance(described, str) or any(each.place == MEDIA_TYPE for each in found):
        return found
    media = conformance.media_error(provider, described, answer.headers, answer.content)
    if media:
        return [*found, Difference(MEDIA_TYPE, *media)]
    errors = conformance.body_errors(provider, described, answer.headers, answer.json, settings)
    return [*found, *_unique(each for error in errors for each in _places(error))]


def of_head(provider: str, method: str, path: str, answer: Answer) -> list[Difference]:
    """The same for status and headers alone, of an answer whose body did not come whole."""
    described = conformance.described(provider, method, path, answer.status)
    if described is None:
        return []
    if isinstance(described, list):
        return [Difference("status", f"one of {', '.join(described)}", str(answer.status))]
    found = [_header(*wrong) for wrong in conformance.header_errors(provider, described, answer.headers)]
    media = conformance.media_error(provider, described, answer.headers, b"null")
    return [*found, Difference(MEDIA_TYPE, *media)] if media else found


def in_request(error: conformance.RequestError) -> list[Difference]:
    """The places of a request that a complaint is about."""
    if error.error is None:
        return [Difference(error.place, error.message, "")]
    return _unique(_places(error.error, _distance_of_order))


def against_mock(found: Iterable[Difference], mock: Answer) -> list[Difference]:
    """The same differences, each with what the mock has in that place."""
    return [replace(each, mock=_at(mock, each.place)) for each in found]


def between(live: Answer, mock: Answer, *, known: Iterable[Difference] = ()) -> list[Difference]:
    """Where two servers differ in status, content type, or the keys and types of JSON, besides what is `known`."""
    there = {each.place for each in known}
    found = [
        Difference(place, "allows both", _at(live, place), _at(mock, place))
        for place in ("status", "header content-type")
        if _at(live, place).partition(";")[0] != _at(mock, place).partition(";")[0]
    ]
    if live.status == mock.status:
        found += _shapes("$", live.json, mock.json)
    return [each for each in found if each.place not in there]


def _shapes(place: str, live: object, mock: object) -> Iterator[Difference]:
    if isinstance(live, dict) and isinstance(mock, dict):
        for name in sorted(live.keys() | mock.keys()):
            yield from _shapes(f"{place}.{name}", live.get(name, ABSENT), mock.get(name, ABSENT))
    elif isinstance(live, list) and isinstance(mock, list):
        if live and mock:
            yield from _shapes(f"{place}[0]", live[0], mock[0])
    elif (live is ABSENT) != (mock is ABSENT) or _kind(live) != _kind(mock):
        yield Difference(place, "allows both", shown(live), shown(mock))


def _kind(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def _at(answer: Answer, place: str) -> str:
    """What an answer has in a place, as text: `status`, `header NAME`, or a JSON path such as `$.data.items[0]`."""
    if place == "status":
        return str(answer.status)
    if place.startswith("header "):
        return answer.headers.get(place.removeprefix("header ").lower(), str(ABSENT))
    return shown(value_at(answer.json, place))


def value_at(json: object, place: str) -> object:
    """What JSON holds at a path such as `$.data.items[0]`; ABSENT where there is nothing."""
    value = json
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", place):
        if name and isinstance(value, dict) and name in value:
            value = value[name]
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return ABSENT
    return value


def _header(name: str, value: str | None, complaint: str) -> Difference:
    return Difference(f"header {name.lower()}", complaint, str(ABSENT) if value is None else value)


Distance: TypeAlias = Callable[[list[Yaml]], tuple[int, int]]


def _places(error: Yaml, distance: Distance | None = None) -> Iterator[Difference]:
    """One difference for each place that a schema's complaint is about; alternatives are judged by the nearest one."""
    distance = distance or _distance
    if error.validator in {"oneOf", "anyOf"} and error.context:
        for each in _nearest(error, distance):
            yield from _places(each, distance)
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield from (Difference(f"{error.json_path}.{name}", "required", str(ABSENT)) for name in missing)
    elif error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {})
        extra = [name for name in error.instance if name not in known]
        for name in extra:
            yield Difference(f"{error.json_path}.{name}", "not described", shown(error.instance[name]))
    else:
        yield Difference(error.json_path, _wanted(error), shown(error.instance))


def _nearest(error: Yaml, distance: Distance) -> list[Yaml]:
    """The complaints of the alternative that fits best: whose fixed values fit, and which has the fewest complaints."""
    branches: dict[int, list[Yaml]] = {}
    for each in error.context:
        branches.setdefault(each.schema_path[0], []).append(each)
    return min(branches.values(), key=distance)


def _distance(errors: list[Yaml]) -> tuple[int, int]:
    fixed = sum(1 for error in errors if error.validator in {"const", "enum", "type"})
    return fixed, len(errors)


def _distance_of_order(errors: list[Yaml]) -> tuple[int, int]:
    """The same for what a client sends: it means the way of ordering whose names it used, whatever it wrote there."""
    missing = sum(1 for error in errors if error.validator == "required")
    fixed, number = _distance(errors)
    return fixed + missing, number


def _wanted(error: Yaml) -> str:
    wanted = error.validator_value
    match error.validator:
        case "const":
            return shown(wanted)
        case "enum":
            return f"one of {', '.join(map(shown, wanted))}"
        case "not" if wanted == {}:
            return "not described"
        case "type":
            return f"of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
        case "minimum" | "maximum" | "pattern" | "format" | "minLength" | "maxLength" | "minItems" | "maxItems":
            return f"{error.validator} {wanted}"
        case _:
            return str(error.message)[:_SHOWN]


def _unique(found: Iterable[Difference]) -> list[Difference]:
    return list(dict.fromkeys(found))
