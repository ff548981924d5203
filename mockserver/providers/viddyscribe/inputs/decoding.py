"""From JSON, or the texts of a form, to structs; what does not fit is refused by the name of its field."""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from mockserver.core.refusals import BadBody, BadValue, MissingField
from mockserver.web.bodies import wrong_type

T = TypeVar("T")

_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)` - at `\$\.(?P<where>[^`]+)`")

Body = bytes | Mapping[str, str]
"""A request's body: JSON, or the texts of a form by name."""


def decoded(raw: bytes | msgspec.Raw, of: type[T], where: str = "") -> T:
    """Read JSON as a struct; `where` is the field that it was found in."""
    try:
        return msgspec.json.decode(raw, type=of)
    except msgspec.ValidationError as error:
        raise _named(str(error), where) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(f"{where} is no JSON" if where else str(error)) from error


def converted(texts: Mapping[str, object], of: type[T]) -> T:
    """Read texts as a struct: numbers and booleans are written out in them."""
    try:
        return msgspec.convert(texts, of, strict=False)
    except msgspec.ValidationError as error:
        raise wrong_type(str(error)) from error


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is none of those allowed; a long list of them is not told."""
    if value not in allowed:
        raise BadValue(field, value, "" if len(allowed) > 20 else " or ".join(allowed))


def _named(problem: str, where: str) -> Exception:
    """Turn the decoder's complaint into a refusal that names the field, below `where`."""
    if where:
        problem = problem.replace("`$", f"`$.{where}") if "`$" in problem else f"{problem} - at `$.{where}`"
    if missing := _MISSING.fullmatch(problem):
        return MissingField(f"{missing['where']}.{missing['field']}")
    return wrong_type(problem)
