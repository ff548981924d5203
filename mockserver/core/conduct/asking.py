"""What a client sends: unknown fields, values of the wrong type or out of range, old addresses, large media."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote_plus

from mockserver.core.conduct.advice import Fields
from mockserver.core.conduct.story import Event, Finding, Story, asked, printable, times, whole
from mockserver.core.journal import Exchange

NAME_AT_MOST = 80


def unknown_field(story: Story) -> Iterator[Finding]:
    """A name in a body or a query that no document has; the nearest one that it has is named."""
    found: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    nearest: dict[tuple[str, str, str], str] = {}
    for event in story.facts.events:
        for where, name, near in _unknown(story, event.exchange):
            about = (event.exchange.operation or "", where, name)
            found[about].append(event)
            nearest[about] = near
    for about, events in found.items():
        _, where, name = about
        exchange = events[0].exchange
        meant = f"; '{nearest[about]}' is the nearest that is known" if nearest[about] else ""
        done = f"{asked(exchange)} was sent with '{name}' in its {where}{meant}.{times(len(events))}"
        yield story.finding("unknown-field", " ".join(about), done, events)


def _unknown(story: Story, exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    known = story.advice.queries.get(exchange.operation or "")
    if known is not None:
        for name in _query_names(exchange.query):
            if name not in known:
                yield "query", printable(name[:NAME_AT_MOST]), near(name, known)
    for name, path, _, among in _fields(story, exchange):
        if name not in among:
            yield "body", printable(path[:NAME_AT_MOST]), near(name, among)


def wrong_type(story: Story) -> Iterator[Finding]:
    """A value of another type than the documents give, which the provider takes all the same."""
    found: dict[tuple[str, str, str, str], list[Event]] = defaultdict(list)
    for event in story.facts.events:
        exchange = event.exchange
        if exchange.status >= 400:
            continue
        for name, path, value, among in _fields(story, exchange):
            documented = among.get(name, "")
            if isinstance(documented, str) and not fits(value, documented):
                found[exchange.operation or "", printable(path[:NAME_AT_MOST]), kind_of(value), documented].append(
                    event
                )
    for (operation, path, sent, documented), events in found.items():
        exchange = events[0].exchange
        done = (
            f"{asked(exchange)} was sent with {sent} as '{path}', "
            f"which is documented as {documented}.{times(len(events))}"
        )
        yield story.finding("wrong-type", f"{operation} {path} {sent}", done, events)


def wrong_value(story: Story) -> Iterator[Finding]:
    """A value outside what the documents list for a field, which the provider takes and replaces."""
    found: dict[tuple[str, str, str, str], list[Event]] = defaultdict(list)
    for event in story.facts.events:
        exchange = event.exchange
        if exchange.status < 400:
            operation = exchange.operation or ""
            for field, value, documented in story.advice.misfits(operation, body_of(exchange)):
                shown = printable(json.dumps(value, ensure_ascii=False)[:NAME_AT_MOST])
                found[operation, field, shown, documented].append(event)
    for (operation, field, shown, documented), events in found.items():
        done = (
            f"{asked(events[0].exchange)} was sent with {shown} as '{field}', "
            f"where the documented values are {documented}.{times(len(events))}"
        )
        yield story.finding("wrong-value", f"{operation} {field} {shown} {documented}", done, events)


def deprecated_endpoint(story: Story) -> Iterator[Finding]:
    """A request to an address that the provider's documents call deprecated."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in story.facts.events:
        operation = event.exchange.operation or ""
        if operation in story.advice.deprecated:
            found[operation].append(event)
    for operation, events in found.items():
        exchange = events[0].exchange
        done = f"{asked(exchange)} was asked.{times(len(events))}"
        yield story.finding("deprecated-endpoint", operation, done, events)


def media_too_large(story: Story) -> Iterator[Finding]:
    """A medium that was refused because of its size."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in story.facts.events:
        if event.exchange.clause in story.advice.too_large:
            found[event.exchange.operation or ""].append(event)
    for operation, events in found.items():
        exchange = events[0].exchange
        done = f"{asked(exchange)} was sent with more than it takes.{times(len(events))}"
        yield story.finding("media-too-large", operation, done, events)


# Bodies and queries ---------------------------------------------------------------------------------------------


def body_of(exchange: Exchange) -> dict[str, Any]:
    """The fields of a JSON body or of a form, as far as the journal holds them; none for a body that is neither."""
    if exchange.body.lstrip()[:1] != b"{":
        return _parts(exchange.body) if is_form(exchange) else {}
    try:
        found = json.loads(exchange.body)
    except (ValueError, RecursionError):
        return {} if whole(exchange) else _beginning(exchange.body.decode("utf-8", "ignore"))
    return found if isinstance(found, dict) else {}


def is_form(exchange: Exchange) -> bool:
    """Tell whether a request says that it is a multipart form."""
    return any(
        name.lower() == b"content-type" and value.lower().startswith(b"multipart/form-data")
        for name, value in exchange.headers
    )


def _parts(summary: bytes) -> dict[str, Any]:
    """The texts of a form, of which the journal has a list; what is JSON in one of them is read."""
    parts, found = _json(summary), dict[str, Any]()
    for part in parts if isinstance(parts, list) else ():
        name, text = (part.get("name"), part.get("value")) if isinstance(part, dict) else (None, None)
        if isinstance(name, str) and isinstance(text, str):
            found[name] = _json(text) if text[:1] == "{" else text
    return found


def _json(text: str | bytes) -> object:
    """Read JSON; what is none stays as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _beginning(text: str) -> dict[str, Any]:
    """The fields of an object that was cut off; a value that is cut itself is left out, and its name is kept."""
    decoder, found = json.JSONDecoder(), dict[str, Any]()
    at = text.index("{") + 1
    try:
        while True:
            at = _after(text, at, "")
            name, at = decoder.raw_decode(text, at)
            if not isinstance(name, str):
                return found
            found[name] = None
            at = _after(text, at, ":")
            found[name], at = decoder.raw_decode(text, at)
            at = _after(text, at, ",")
    except (ValueError, RecursionError):
        return found


def _after(text: str, at: int, sign: str) -> int:
    """Go on behind a sign and the blanks around it; raises ValueError where it is not there."""
    while text[at : at + 1].isspace():
        at += 1
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign!r} at {at}")
    at += len(sign)
    while text[at : at + 1].isspace():
        at += 1
    return at


def _fields(story: Story, exchange: Exchange) -> Iterator[tuple[str, str, Any, Fields]]:
    """Each field of a body by its name and its path, its value, and the names that are known beside it."""
    body = body_of(exchange)
    fields = story.advice.fields(exchange.operation or "", body) if body else None
    if fields is not None:
        yield from _walked(body, fields, "")


def _walked(body: Mapping[str, Any], fields: Fields, prefix: str) -> Iterator[tuple[str, str, Any, Fields]]:
    for name, value in body.items():
        yield name, f"{prefix}{name}", value, fields
        inside = fields.get(name)
        if inside is not None and not isinstance(inside, str) and isinstance(value, dict):
            yield from _walked(value, inside, f"{prefix}{name}.")


def _query_names(query: bytes) -> list[str]:
    pairs = query.decode("latin-1").split("&") if query else []
    return [name for name in dict.fromkeys(unquote_plus(pair.partition("=")[0]) for pair in pairs) if name]


def near(name: str, known: Collection[str]) -> str:
    """The known name that looks most like this one; empty if none does."""
    plain = {_plain(one): one for one in known}
    found = plain.get(_plain(name))
    if found is not None:
        return found
    return next(iter(get_close_matches(name[:NAME_AT_MOST], sorted(known), n=1)), "")


def _plain(name: str) -> str:
    """A name without what styles of writing differ in."""
    return name.replace("_", "").replace("-", "").lower()


KINDS: Mapping[str, tuple[type, ...]] = {
    "a text": (str,),
    "a number": (int, float),
    "a whole number": (int,),
    "true or false": (bool,),
    "a list": (list,),
    "an object": (dict,),
}


def kind_of(value: object) -> str:
    """A JSON value's type, in words."""
    for kind in ("true or false", "a text", "a whole number", "a number", "a list"):
        if isinstance(value, KINDS[kind]):
            return kind
    return "an object"


def fits(value: object, documented: str) -> bool:
    """Tell whether a JSON value has the documented type; null is as good as absent, and 5.0 is a whole number."""
    if value is None or not documented:
        return True
    if documented == "a whole number" and isinstance(value, float):
        return value.is_integer()
    if isinstance(value, bool):
        return documented == "true or false"
    return isinstance(value, KINDS[documented])
