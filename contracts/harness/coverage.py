"""What a description promises, item by item, and which of it a run has seen: statuses, error codes, values.

An item is a text: `GET /v1/video 404` for a status of an operation, `/components/schemas/Job/properties/status "done"`
for a value that a schema names, at the JSON pointer of that schema; a provider's name goes before either.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from contracts.harness.citations import METHODS
from contracts.harness.conformance import judge_at
from contracts.harness.load import Contract, Yaml, load
from contracts.harness.pointers import escape, followed, stepped, template_of

Item = str
Place = tuple[str, Yaml]
"""A schema and its JSON pointer."""

JSON = "application/json"
_EITHER = ("oneOf", "anyOf")
_LISTS = ("allOf", *_EITHER)
_SINGLE = ("items", "additionalProperties", "then", "else")


@dataclass(frozen=True, slots=True)
class Account:
    """What is promised and was never seen, besides what is excused; and excuses that are none."""

    unseen: tuple[Item, ...]
    idle: tuple[Item, ...]
    seen: int
    excused: int

    @property
    def closed(self) -> bool:
        """Whether everything has been seen, and every excuse is needed."""
        return not (self.unseen or self.idle)

    def text(self) -> str:
        """A summary in one line, and a line for each item that is open."""
        return "\n".join(
            [
                f"{self.seen} promises seen, {self.excused} listed as gaps, {len(self.unseen)} never seen",
                *(f"never seen  {item}" for item in self.unseen),
                *(f"a gap, and seen or never promised  {item}" for item in self.idle),
            ]
        )


def promised(contract: Contract) -> frozenset[Item]:
    """Every item of a description: statuses of operations, and the values that answers, bodies and queries can have."""
    openapi = contract.openapi
    found = {status for status, _ in _answers(openapi)}
    roots = [*(root for _, roots in _answers(openapi) for root in roots), *_asked(openapi)]
    inside: set[str] = set()
    for root in roots:
        found.update(_values(openapi, root, inside))
    for root in _forms(openapi):  # what is in forms is not looked for
        set(_values(openapi, root, inside))
    for name in openapi.get("components", {}).get("schemas", {}):  # those that only a setting brings about
        found.update(_values(openapi, f"/components/schemas/{name}", inside))
    return frozenset(f"{contract.provider} {item}" for item in found)


def account(contracts: Collection[Contract], seen: Collection[Item]) -> Account:
    """Hold what was seen against what `contracts` promise; a gap excuses what it lists as `unseen`."""
    wanted = {item for contract in contracts for item in promised(contract)}
    excuses = {f"{contract.provider} {item}" for contract in contracts for gap in contract.gaps for item in gap.unseen}
    found = wanted & set(seen)
    return Account(
        unseen=tuple(sorted(wanted - found - excuses)),
        idle=tuple(sorted((excuses & found) | (excuses - wanted))),
        seen=len(found),
        excused=len(excuses & wanted - found),
    )


class Recorder:
    """Notes the items that exchanges show; what it has once seen of a place it does not look for again."""

    def __init__(self) -> None:
        self.seen: set[Item] = set()
        self._open: dict[tuple[str, str], bool] = {}

    def answer(self, provider: str, method: str, path: str, status: int, media_type: str, body: object) -> None:
        """Note an answer that conforms: its status, and the values in its JSON."""
        openapi = load(provider).openapi
        template = template_of(openapi["paths"], path)
        if template is None:
            return
        self.seen.add(f"{provider} {method.upper()} {template} {status}")
        pointer = followed(openapi, f"/paths/{escape(template)}/{method.lower()}/responses/{status}")
        if "schema" in (stepped(openapi, pointer).get("content") or {}).get(media_type, {}):
            self.body(provider, f"{pointer}/content/{escape(media_type)}/schema", body)

    def request(self, provider: str, method: str, address: str, body: object) -> None:
        """Note a request that was fulfilled: the values in its query, and in its JSON unless that is None."""
        openapi = load(provider).openapi
        template = template_of(openapi["paths"], address)
        if template is None:
            return
        operation = f"/paths/{escape(template)}/{method.lower()}"
        query = dict(parse_qsl(address.partition("?")[2]))
        for pointer in _parameters(openapi, operation):
            name = stepped(openapi, pointer)["name"]
            if name in query:
                self.body(provider, f"{pointer}/schema", query[name])
        if body is not None and JSON in (stepped(openapi, operation).get("requestBody") or {}).get("content", {}):
            self.body(provider, f"{operation}/requestBody/content/{escape(JSON)}/schema", body)

    def body(self, provider: str, pointer: str, body: object) -> None:
        """Note the values of JSON that conforms to the schema at `pointer`."""
        if self._open.setdefault((provider, pointer), True):
            self.seen.update(f"{provider} {item}" for item in _shown(provider, pointer, body))
            wanted = {f"{provider} {item}" for item in _values(load(provider).openapi, pointer, set())}
            self._open[provider, pointer] = not wanted <= self.seen


def _answers(openapi: Mapping[str, Yaml]) -> Iterator[tuple[Item, list[str]]]:
    """Each status of each operation, and the pointers of the schemas of its bodies."""
    for method, path, operation in _operations(openapi):
        for status in openapi["paths"][path][method].get("responses", {}):
            pointer = followed(openapi, f"{operation}/responses/{status}")
            media = stepped(openapi, pointer).get("content") or {}
            roots = [f"{pointer}/content/{escape(kind)}/schema" for kind in media if "schema" in media[kind]]
            yield f"{method.upper()} {path} {status}", roots


def _asked(openapi: Mapping[str, Yaml]) -> Iterator[str]:
    """The pointers of the schemas of what is asked: JSON bodies and queries."""
    for _, _, operation in _operations(openapi):
        if JSON in (stepped(openapi, operation).get("requestBody") or {}).get("content", {}):
            yield f"{operation}/requestBody/content/{escape(JSON)}/schema"
        yield from (f"{parameter}/schema" for parameter in _parameters(openapi, operation))


def _forms(openapi: Mapping[str, Yaml]) -> Iterator[str]:
    """The pointers of the schemas of bodies that are no JSON."""
    for _, _, operation in _operations(openapi):
        for kind in (stepped(openapi, operation).get("requestBody") or {}).get("content", {}):
            if kind != JSON:
                yield f"{operation}/requestBody/content/{escape(kind)}/schema"


def _operations(openapi: Mapping[str, Yaml]) -> Iterator[tuple[str, str, str]]:
    for path, item in openapi.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield method, path, f"/paths/{escape(path)}/{method}"


def _parameters(openapi: Mapping[str, Yaml], operation: str) -> Iterator[str]:
    """The pointers of an operation's parameters in the query."""
    for holder in (operation.rpartition("/")[0], operation):
        for number in range(len(stepped(openapi, holder).get("parameters", []))):
            pointer = followed(openapi, f"{holder}/parameters/{number}")
            if stepped(openapi, pointer)["in"] == "query":
                yield pointer


def _values(openapi: Mapping[str, Yaml], pointer: str, inside: set[str]) -> Iterator[Item]:
    """The values that a schema and all below it name; what is `inside` already is left aside."""
    pointer = followed(openapi, pointer)
    if pointer in inside:
        return
    inside.add(pointer)
    schema = stepped(openapi, pointer)
    for value in _named(schema):
        yield f"{pointer} {json.dumps(value)}"
    for below, _ in _below(pointer, schema):
        yield from _values(openapi, below, inside)


def _named(schema: Yaml) -> list[object]:
    if not isinstance(schema, dict):
        return []
    return [schema["const"]] if "const" in schema else list(schema.get("enum", []))


def _below(pointer: str, schema: Yaml) -> Iterator[Place]:
    if not isinstance(schema, dict):
        return
    for name, child in schema.get("properties", {}).items():
        yield f"{pointer}/properties/{escape(name)}", child
    for kind in _SINGLE:
        if isinstance(schema.get(kind), dict):
            yield f"{pointer}/{kind}", schema[kind]
    for kind in _LISTS:
        for number, child in enumerate(schema.get(kind, [])):
            yield f"{pointer}/{kind}/{number}", child


def _shown(provider: str, pointer: str, instance: object) -> Iterator[Item]:
    """The values of a conforming instance, at the pointers of the schemas that name them."""
    openapi = load(provider).openapi
    pointer = followed(openapi, pointer)
    schema = stepped(openapi, pointer)
    if not isinstance(schema, dict):
        return
    yield from (f"{pointer} {json.dumps(value)}" for value in _named(schema) if _same(value, instance))
    for below, part in _reached(provider, pointer, schema, instance):
        yield from _shown(provider, below, part)


def _reached(provider: str, pointer: str, schema: Yaml, instance: object) -> Iterator[tuple[str, object]]:
    """The schemas below one that judge an instance, each with the part of it that they judge."""
    if isinstance(instance, dict):
        yield from _members(pointer, schema, instance)
    if isinstance(instance, list) and "items" in schema:
        yield from ((f"{pointer}/items", item) for item in instance)
    yield from ((f"{pointer}/allOf/{number}", instance) for number in range(len(schema.get("allOf", []))))
    for branch in _branches(provider, pointer, schema, instance):
        yield branch, instance


def _members(pointer: str, schema: Yaml, instance: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    known, others = schema.get("properties", {}), isinstance(schema.get("additionalProperties"), dict)
    for name, value in instance.items():
        if name in known:
            yield f"{pointer}/properties/{escape(name)}", value
        elif others:
            yield f"{pointer}/additionalProperties", value


def _branches(provider: str, pointer: str, schema: Yaml, instance: object) -> Iterator[str]:
    """The alternatives of a schema that an instance takes."""
    alternatives = [f"{pointer}/{kind}/{number}" for kind in _EITHER for number in range(len(schema.get(kind, [])))]
    yield from (each for each in alternatives if judge_at(provider, each).is_valid(instance))
    if "if" in schema:
        branch = "then" if judge_at(provider, f"{pointer}/if").is_valid(instance) else "else"
        if branch in schema:
            yield f"{pointer}/{branch}"


def _same(value: object, instance: object) -> bool:
    return value == instance and isinstance(value, bool) == isinstance(instance, bool)
