"""Near misses: which routes somebody may have meant who asked for what is not there, and what differs."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mockserver.web.provider import Operation, Provider

SHOWN = 3
LONGEST = 300
ALIKE = 0.5
"""How much a path has to look like a route's to be a near miss, from 0 to 1."""
VERY_ALIKE = 0.7
"""The same where more than one segment differs."""

Miss = tuple[float, dict[str, Any]]


def near_misses(method: str, path: str, providers: Mapping[str, Provider]) -> list[dict[str, Any]]:
    """The nearest routes to a path inside a sandbox, the nearest first.

    Each has its `route`, its `provider`, what `differs`, and a `hint` in words.
    """
    asked = [part for part in path[:LONGEST].split("/") if part]
    if asked and asked[0] in providers:
        asked = asked[1:]
    found = [miss for provider in providers.values() for miss in _misses(method, asked, provider)]
    return [miss for _, miss in sorted(found, key=lambda one: -one[0])[:SHOWN]]


def near_routes(method: str, path: str, providers: Mapping[str, Provider]) -> tuple[str, ...]:
    """The same as lines: `/api/video/status (/api is missing in front)`, a path once."""
    lines: dict[str, str] = {}
    for miss in near_misses(method, path, providers):
        template = miss["route"].partition(" ")[2]
        lines.setdefault(template, f"{template} ({miss['hint']})")
    return tuple(lines.values())


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
        values = sum(part.startswith("{") for part in wanted[shorter:])
        likeness = 0.95 - 0.02 * values - 0.005 * shorter  # what was asked by name comes before what may be a value
        return likeness + same_method, "prefix", f"/{'/'.join(wanted[:shorter])} is missing in front"
    if shorter < 0 and _fits(asked[-shorter:], wanted) and _named(wanted):
        return 0.9 + same_method, "prefix", f"/{'/'.join(asked[:-shorter])} is too much in front"
    filled = [asked[at] if part.startswith("{") and at < len(asked) else part for at, part in enumerate(wanted)]
    likeness = _likeness("/".join(asked), "/".join(filled))
    if likeness < ALIKE:
        return None
    others = [(sent, part) for sent, part in zip(asked, wanted, strict=False) if not _fits([sent], [part])]
    if len(others) > 1 and (shorter or likeness < VERY_ALIKE):
        return None
    if shorter == 0:
        spelt = ", ".join(f"{part!r} is spelt {sent[:80]!r}" for sent, part in others)
        return likeness * 0.9 + same_method, "segment", spelt
    what = f"{shorter} parts are missing" if shorter > 0 else f"{-shorter} parts are too much"
    return likeness * 0.8 + same_method, "length", what.replace("1 parts are", "1 part is")


def _likeness(one: str, other: str) -> float:
    """How much two paths look alike, from 0 to 1; one that is quickly seen to be another is not looked at closely."""
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def _named(wanted: Sequence[str]) -> bool:
    """Tell whether segments of a path template have a name among them, and not values alone."""
    return any(not part.startswith("{") for part in wanted)


def _fits(asked: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether segments are those of a path template, in which `{name}` stands for any."""
    return len(asked) == len(wanted) and all(
        part.startswith("{") or part == sent for sent, part in zip(asked, wanted, strict=True)
    )
