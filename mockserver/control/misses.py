"""Near misses: which routes somebody may have meant who asked for what is not there, and what differs."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mockserver.core.journal import Exchange
from mockserver.web.provider import Operation, Provider
from mockserver.web.street import split_sandbox

SHOWN = 3
LONGEST = 300
ALIKE = 0.5
"""How much a path has to look like a route's to be a near miss, from 0 to 1."""

Miss = tuple[float, dict[str, Any]]


def unmatched(exchange: Exchange) -> bool:
    """Tell whether a request met no operation: an unknown path, or a method that is not served there."""
    return exchange.operation is None and exchange.status in {404, 405}


def near_misses(exchange: Exchange, providers: Mapping[str, Provider]) -> list[dict[str, Any]]:
    """The nearest routes, the nearest first: `route`, its `provider`, what `differs`, and a `hint` in words."""
    path = split_sandbox(exchange.path)[1][:LONGEST]
    asked = [part for part in path.split("/") if part]
    if asked and asked[0] in providers:
        asked = asked[1:]
    found = [miss for provider in providers.values() for miss in _misses(exchange.method, asked, provider)]
    return [miss for _, miss in sorted(found, key=lambda one: -one[0])[:SHOWN]]


def _misses(method: str, asked: Sequence[str], provider: Provider) -> Iterator[Miss]:
    for operation in provider.routes:
        found = _compared(method, asked, operation)
        if found is not None:
            likeness, differs, hint = found
            route = f"{operation.method} {operation.path}"
            yield likeness, {"route": route, "provider": provider.name, "differs": differs, "hint": hint}


def _compared(method: str, asked: Sequence[str], operation: Operation) -> tuple[float, str, str] | None:
    """How much a request looks like one for an operation, what differs, and that in words; None: too little."""
    wanted = [part for part in operation.path.split("/") if part]
    same_method = 0.01 if method in {operation.method, "HEAD" if operation.method == "GET" else ""} else 0.0
    if _fits(asked, wanted):
        return 1.0 + same_method, "method", f"{method} was sent, and {operation.method} is served here"
    shorter = len(wanted) - len(asked)
    if shorter > 0 and _fits(asked, wanted[shorter:]) and _named(wanted[shorter:]):
        return 0.95 + same_method, "prefix", f"/{'/'.join(wanted[:shorter])} is missing in front"
    if shorter < 0 and _fits(asked[-shorter:], wanted) and _named(wanted):
        return 0.9 + same_method, "prefix", f"/{'/'.join(asked[:-shorter])} is too much in front"
    filled = [asked[at] if part.startswith("{") and at < len(asked) else part for at, part in enumerate(wanted)]
    likeness = SequenceMatcher(None, "/".join(asked), "/".join(filled)).ratio()
    if likeness < ALIKE:
        return None
    others = [(sent, part) for sent, part in zip(asked, wanted, strict=False) if not _fits([sent], [part])]
    if len(others) > 1:
        return None
    if shorter == 0:
        [(sent, part)] = others
        return likeness * 0.9 + same_method, "segment", f"{part!r} is spelt {sent[:80]!r}"
    what = f"{shorter} parts are missing" if shorter > 0 else f"{-shorter} parts are too much"
    return likeness * 0.8 + same_method, "length", what.replace("1 parts are", "1 part is")


def _named(wanted: Sequence[str]) -> bool:
    """Tell whether segments of a path template have a name among them, and not values alone."""
    return any(not part.startswith("{") for part in wanted)


def _fits(asked: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether segments are those of a path template, in which `{name}` stands for any."""
    return len(asked) == len(wanted) and all(
        part.startswith("{") or part == sent for sent, part in zip(asked, wanted, strict=True)
    )
