"""The triangle: what a document prints, what the contract describes and what a server answers must agree.

Each side is held against both others, and the one that stands alone is the culprit.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contracts.harness.conformance import ConformanceError, conform, validate, validate_body
from contracts.harness.load import Yaml, citations

_FOR_TYPES = ("<string>", 123)
_OPTIONAL = ("request", "response", "component", "part", "placeholders", "not_literal")
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


class DisagreementError(AssertionError):
    """Two of the three agree and one does not; the message begins with the culprit: fixture, contract or server."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One body that a page prints: an order, an answer, or both.

    `component` is the schema that describes it, where it is not the one of the operation (an older generation's, say).
    `part` means that the page shows some of the fields alone (more may come), `placeholders` that the values stand for
    types: `<string>`, 123. `not_literal` are fields whose printed values the contract is not held to, each with the
    reason.
    """

    provider: str
    name: str
    source: str
    method: str
    path: str
    status: int
    request: Yaml = None
    response: Yaml = None
    component: str | None = None
    part: bool = False
    placeholders: bool = False
    not_literal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to the operation of a fixture; `path` is the documented one, filled in."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def fixtures(provider: str) -> dict[str, Fixture]:
    """Every fixture of a provider by its name; ValueError for one without an operation."""
    return {file.stem: _read(provider, file) for file in sorted((FIXTURES / provider).glob("*.json"))}


def _read(provider: str, file: Path) -> Fixture:
    found = json.loads(file.read_text())
    method, _, path = found.get("operation", "").partition(" ")
    if not path:
        raise ValueError(f"{file.name}: which operation prints this?")
    source = "; ".join(str(citation) for citation in citations(found["source"], file.name))
    given = {name: found[name] for name in _OPTIONAL if name in found}
    return Fixture(provider, file.stem, source, method, path, found.get("status", 200), **given)


def check_order(fixture: Fixture, sent: Yaml, answer: Answer) -> None:
    """Hold a printed order against the contract and the server's answer to it.

    `sent` is the order as it was sent: what a page shows in part, or with a name for a value, cannot be sent as it is.
    Raises DisagreementError.
    """
    described = _holds(lambda: _validate_order(fixture, sent))
    taken = answer.status < 400
    if described is None and taken:
        _check_answer_alone(fixture, answer)
    elif described is None:
        raise _culprit("server", fixture, f"refuses what is printed, and the contract allows it: {answer.body[:300]!r}")
    elif taken:
        raise _culprit("contract", fixture, f"forbids what is printed, and the server takes it: {described}")
    else:
        raise _culprit("fixture", fixture, f"is refused by the contract and the server alike: {described}")


def check_answer(fixture: Fixture, answer: Answer, made_up: Mapping[str, str]) -> None:
    """Hold a printed answer against the contract and what the server answers in the same situation.

    `made_up` are the fields whose values the page had to invent, each with a pattern that the server's must have
    (empty: any of the same type). Raises DisagreementError.
    """
    printed = None if fixture.part else _holds(lambda: _validate_printed(fixture, answer))
    given = _holds(lambda: _validate(fixture, answer.path, answer.headers, answer.body))
    if answer.status != fixture.status:
        what = f"answers {answer.status}, {fixture.status} is printed: {answer.body[:300]!r}"
        raise _culprit("server", fixture, what)
    if printed is not None and given is not None:
        raise _culprit("contract", fixture, f"forbids what is printed and what the server answers: {printed}")
    if printed is not None:
        raise _culprit("fixture", fixture, f"is not what the contract describes and the server answers: {printed}")
    if given is not None:
        raise _culprit("server", fixture, f"answers what the contract forbids: {given}")
    differences = list(_differences(fixture, answer, made_up))
    if differences:
        what = f"answers otherwise than printed, where the contract allows both: {'; '.join(differences)}"
        raise _culprit("server", fixture, what)


def _check_answer_alone(fixture: Fixture, answer: Answer) -> None:
    told = answer.status, answer.headers, answer.body
    given = _holds(lambda: validate(fixture.provider, fixture.method, answer.path, *told))
    if given is not None:
        raise _culprit("server", fixture, f"answers what the contract forbids: {given}")


def _validate_order(fixture: Fixture, sent: Yaml) -> None:
    order = sent if fixture.part else _with_literals(fixture, fixture.request, sent)
    if fixture.component is not None:
        conform(fixture.provider, fixture.component, order)
    else:
        validate_body(fixture.provider, fixture.method, fixture.path, order)


def _with_literals(fixture: Fixture, printed: Yaml, real: Yaml) -> Yaml:
    """The printed body, with a real value for each that is not meant literally."""
    return printed | {name: real[name] for name in fixture.not_literal} if fixture.not_literal else printed


def _validate_printed(fixture: Fixture, answer: Answer) -> None:
    body = (
        _with_literals(fixture, fixture.response, json.loads(answer.body)) if fixture.not_literal else fixture.response
    )
    _validate(fixture, fixture.path, {**answer.headers, "content-type": "application/json"}, body)


def _validate(fixture: Fixture, path: str, headers: Mapping[str, str], body: Yaml) -> None:
    if fixture.component is not None:
        conform(fixture.provider, fixture.component, json.loads(body) if isinstance(body, bytes) else body)
        return
    validate(fixture.provider, fixture.method, path, fixture.status, headers, body)


def _holds(check: Callable[[], None]) -> str | None:
    """What is wrong, or None."""
    try:
        check()
    except ConformanceError as error:
        return str(error)
    return None


def _differences(fixture: Fixture, answer: Answer, made_up: Mapping[str, str]) -> Iterator[str]:
    """What the answer has otherwise than the fixture: keys, types, and values, unless they had to be invented."""
    exact = not (fixture.part or fixture.placeholders)
    yield from _unlike(fixture.response, json.loads(answer.body), "$", made_up, exact=exact)


def _unlike(printed: Yaml, given: Yaml, at: str, made_up: Mapping[str, str], *, exact: bool) -> Iterator[str]:
    name = at.rpartition(".")[2].partition("[")[0]
    if _kind(printed) != _kind(given):
        yield f"{at} is {_kind(given)}, not {_kind(printed)}"
    elif isinstance(printed, dict):
        yield from (f"{at}.{key} is missing" for key in printed if key not in given)
        yield from (f"{at}.{key} is not printed" for key in given if exact and key not in printed)
        for key in [key for key in printed if key in given]:
            yield from _unlike(printed[key], given[key], f"{at}.{key}", made_up, exact=exact)
    elif isinstance(printed, list):
        for index, pair in enumerate(zip(printed, given, strict=False)):
            yield from _unlike(*pair, f"{at}[{index}]", made_up, exact=exact)
    elif name in made_up and not re.fullmatch(made_up[name] or ".*", str(given)):
        yield f"{at} is {given!r}, which does not look like {made_up[name]}"
    elif name not in made_up and given != printed and printed not in _FOR_TYPES:
        yield f"{at} is {given!r}, not {printed!r}"


def _kind(value: Yaml) -> str:
    """The JSON type of a value; numbers are one type."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _culprit(who: str, fixture: Fixture, what: str) -> DisagreementError:
    return DisagreementError(f"{who}: {fixture.provider}/{fixture.name} ({fixture.source}): {what}")
