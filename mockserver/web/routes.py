"""Routes: what lives at a path, found without scanning a list of routes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.web.provider import Operation, Provider

Door = tuple[Provider, Operation]
Doors = Mapping[str, Door]
NO_PARAMS: Mapping[str, str] = {}


class Routes:
    """Path templates as a tree of segments; `{name}` matches one segment.

    Static paths, and those with a value at their end alone, are found in one step.
    """

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._static: dict[str, dict[str, Door]] = {}
        self._tails: dict[str, tuple[dict[str, Door], str]] = {}
        self._tree: dict[str, Any] = {}
        for provider in providers:
            for operation in provider.routes:
                self._add(provider, operation)

    def _add(self, provider: Provider, operation: Operation) -> None:
        node: dict[str, Any] = self._tree
        for segment in operation.path.strip("/").split("/"):
            node = node.setdefault("{}" if segment.startswith("{") else segment, {})
        doors: dict[str, Door] = node.setdefault("", {})
        if operation.method in doors:
            raise ValueError(
                f"two operations at {operation.method} {operation.path}: {doors[operation.method][0].name}"
            )
        doors[operation.method] = (provider, operation)
        if operation.method == "GET":
            doors.setdefault("HEAD", (provider, operation))
        parent, _, last = operation.path.rpartition("/")
        if "{" not in operation.path:
            self._static[operation.path] = doors
        elif "{" not in parent:
            self._tails[parent] = (doors, last[1:-1])

    def find(self, path: str) -> tuple[Doors, Mapping[str, str]] | None:
        """Find what lives at a path: its operations by method, and the values in the path."""
        doors = self._static.get(path)
        if doors is not None:
            return doors, NO_PARAMS
        parent, _, last = path.rpartition("/")
        tail = self._tails.get(parent)
        if tail is not None and last:
            return tail[0], {tail[1]: last}
        segments = [segment for segment in path.split("/") if segment]
        values: list[str] = []
        doors = _walk(self._tree, segments, 0, values)
        if doors is None:
            return None
        template = next(iter(doors.values()))[1].path
        names = [segment[1:-1] for segment in template.split("/") if segment.startswith("{")]
        return doors, dict(zip(names, values, strict=True))


def _walk(node: dict[str, Any], segments: Sequence[str], at: int, values: list[str]) -> dict[str, Door] | None:
    """Follow segments through the tree; a literal segment is preferred to a value."""
    if at == len(segments):
        found: dict[str, Door] | None = node.get("")
        return found
    segment = segments[at]
    if segment in node and segment != "{}":
        doors = _walk(node[segment], segments, at + 1, values)
        if doors is not None:
            return doors
    if "{}" in node:
        values.append(segment)
        doors = _walk(node["{}"], segments, at + 1, values)
        if doors is not None:
            return doors
        values.pop()
    return None
