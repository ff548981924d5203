"""Reading JSON into typed answers, without losing what they do not know."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

Json = Mapping[str, object]

State = Literal["going", "done", "failed", "cancelled"]
"""What a status means: what no provider documents is `going`, since a paid job is not given up for a new word."""

WORDS: Mapping[str, State] = {
    "completed": "done", "complete": "done", "done": "done", "succeeded": "done", "partial": "done",
    "failed": "failed", "error": "failed",
    "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip
"""The words, in lower case, that end a job at any of the providers, in either generation of their documents."""


class WrongShapeError(ValueError):
    """JSON is not as it is documented; becomes a BadAnswerError."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What all answers have: `extra` holds the fields that the client does not know, by the provider's names."""

    extra: Json = field(default_factory=dict[str, object], repr=False)


@dataclass(frozen=True, kw_only=True)
class Status(Answer):
    """How a job is going: the provider's word, what it means, and how far the job is, where the provider tells."""

    status: str
    state: State
    percent: float | None = None

    @property
    def complaint(self) -> str | None:
        """Why it failed, where the provider tells."""
        return None

    @property
    def moderated(self) -> bool:
        """Whether it failed because of its content."""
        return False


def meaning(word: str) -> State:
    """What a provider's word means."""
    return WORDS.get(word.strip().lower(), "going")


def parsed(text: str) -> Json:
    """Read a JSON object, with exact numbers; raises WrongShapeError."""
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise WrongShapeError(f"no JSON: {text[:80]!r}") from error
    if not isinstance(value, dict):
        raise WrongShapeError(f"no JSON object: {text[:80]!r}")
    return cast("Json", value)


class Fields:
    """The fields of one object: each is taken by its name, and `rest()` is what nobody took.

    A field that is missing, null or of another type is None, or raises WrongShapeError where it is needed.
    """

    def __init__(self, body: Json) -> None:
        self._left = dict(body)

    def need(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise WrongShapeError(f"{name} is missing")
        return value

    def text(self, *names: str) -> str | None:
        """The first text among some names."""
        found = [value for value in map(self._take, names) if isinstance(value, str)]
        return found[0] if found else None

    def whole(self, name: str) -> int | None:
        """A whole number."""
        value = self._take(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """A number."""
        value = self._take(name)
        return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None

    def sum(self, name: str) -> Decimal | None:
        """A sum of money: an exact number, or one in a text."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            return None
        try:
            return Decimal(value)
        except InvalidOperation:
            return None

    def switch(self, name: str) -> bool | None:
        """True or false."""
        value = self._take(name)
        return value if isinstance(value, bool) else None

    def inner(self, name: str) -> "Fields":
        """The fields of an object in this one; of an empty one, if there is none. Its own rest is lost with it."""
        value = self._take(name)
        return Fields(cast("Json", value) if isinstance(value, dict) else {})

    def many(self, name: str) -> list["Fields"]:
        """The fields of each object in a list."""
        value = self._take(name)
        items = cast("list[object]", value) if isinstance(value, list) else []
        return [Fields(cast("Json", item)) for item in items if isinstance(item, dict)]

    def rest(self, **inner: "Fields") -> Json:
        """What nobody took, with what nobody took from inner objects under their names."""
        left = {name: fields.rest() for name, fields in inner.items()}
        return self._left | {name: fields for name, fields in left.items() if fields}

    def _take(self, name: str) -> object:
        return self._left.pop(name, None)
