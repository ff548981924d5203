"""What the decoder complains of, in words: which value it is, and what it should have been."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"(\w+)|\[[^\]]*\]")
_NAMED = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<kinds>[^`]*)`(?P<bound>[^,]*)")

QUOTED_AT_MOST = 80
KINDS = {
    "array": "a list",
    "bool": "true or false",
    "datetime": "an instant such as 2026-01-01T00:00:00Z",
    "decimal": "a sum such as 1.5",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "a text",
}
PHRASES = {
    "Invalid decimal string": "expected a sum such as 1.5",
    "Invalid RFC3339 encoded datetime": "expected an instant such as 2026-01-01T00:00:00Z",
    "Number out of range": "it is out of range",
}


def sentence(error: Exception) -> str:
    """An error's message, with a stop at its end."""
    text = str(error)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def worded(error: msgspec.ValidationError, of: Any) -> tuple[str, str]:  # noqa: ANN401 - a type
    """Say where in a value of the type `of` something is wrong, as in `clock.mode` (empty: all of it), and what."""
    found = _COMPLAINT.fullmatch(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    if named := _NAMED.fullmatch(what):
        place = f"{where}.{named['name']}" if where else named["name"]
        return place, "it is missing" if named["what"] == "missing required" else _unknown(of, where)
    choices = tuple(_choices(_inside(of, where)))
    if what.startswith("Invalid enum value "):
        return where, f"{_short(what.removeprefix('Invalid enum value '))} is none of {', '.join(choices)}"
    if expected := _EXPECTED.match(what):
        return where, f"expected {_kinds(expected['kinds'].split(' | '), choices)}{expected['bound']}"
    return where, PHRASES.get(what, what)


def _short(quoted: str) -> str:
    return quoted if len(quoted) <= QUOTED_AT_MOST else f"{quoted[:QUOTED_AT_MOST]}…{quoted[0]}"


def _kinds(names: list[str], choices: tuple[str, ...]) -> str:
    texts = f"one of {', '.join(choices)}" if choices else KINDS["str"]
    words = [KINDS.get(name, name) for name in names if name != "str"] + [texts] * ("str" in names)
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _unknown(of: Any, where: str) -> str:  # noqa: ANN401 - a type
    objects = (kind for kind in _inside(of, where) if isinstance(kind, inspect.StructType))
    names = (field.encode_name for kind in objects for field in kind.fields)
    return f"there is no such field; there are: {', '.join(names)}"


def _choices(kinds: list[inspect.Type]) -> Iterator[str]:
    return (str(value) for kind in kinds if isinstance(kind, inspect.LiteralType) for value in kind.values)


def _inside(of: Any, where: str) -> list[inspect.Type]:  # noqa: ANN401 - a type
    """What there may be at a place of a value of this type."""
    kinds = list(_flat(inspect.type_info(of)))
    for step in _STEP.finditer(where):
        kinds = [inner for kind in kinds for found in _next(kind, step[1]) for inner in _flat(found)]
    return kinds


def _flat(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _next(kind: inspect.Type, name: str | None) -> Iterator[inspect.Type]:
    """What a name, or an index, leads to."""
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == name)
    elif isinstance(kind, inspect.CollectionType):
        yield kind.item_type
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
