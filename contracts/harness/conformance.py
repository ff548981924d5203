"""Judges answers by a provider's OpenAPI description: one body, or one whole exchange."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Protocol
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it ships no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from contracts.harness.load import Yaml, citations, load


class ConformanceError(AssertionError):
    """An answer that the contract does not allow; the message names the operation and its source."""


class Judge(Protocol):
    """What this module uses of a JSON Schema validator."""

    def is_valid(self, instance: object) -> bool:
        """Whether `instance` conforms."""

    def iter_errors(self, instance: object) -> Iterable[Yaml]:
        """What is wrong with `instance`, each with `json_path` and `message`."""


def schema(provider: str, name: str) -> Judge:
    """The validator of a schema by its name among the components; raises KeyError when there is none."""
    if name not in load(provider).openapi["components"]["schemas"]:
        raise KeyError(f"{provider} has no schema {name!r}")
    return _judge(provider, f"/components/schemas/{name}")


def conform(provider: str, name: str, body: object) -> None:
    """Raise ConformanceError when `body` is not what the schema `name` of `provider` describes."""
    _no_errors(schema(provider, name), body, f"{provider}: schema {name}")


def validate(provider: str, method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> None:
    """Raise ConformanceError when an answer is not among those that the operation describes.

    `path` is the documented one, its parameters filled in, with or without a query. `body` is what the JSON holds, or
    the bytes as received; bytes that are no JSON are not looked at.
    """
    template = _template(provider, path)
    operation = _at(provider, f"/paths/{_escape(template)}").get(method.lower())
    if operation is None:
        raise ConformanceError(f"{provider}: {method} {template} is not described")
    where = f"{method} {template} {status} ({_sources(operation)})"
    pointer = f"/paths/{_escape(template)}/{method.lower()}/responses/{status}"
    if str(status) not in operation["responses"]:
        raise ConformanceError(f"{where}: only {', '.join(operation['responses'])} are described")
    pointer = _followed(provider, pointer)
    received = {name.lower(): value for name, value in headers.items()}
    _check_headers(provider, pointer, received, where)
    _check_body(provider, pointer, received, body, where)


def _check_headers(provider: str, pointer: str, received: Mapping[str, str], where: str) -> None:
    for name in _at(provider, pointer).get("headers", {}):
        at = _followed(provider, f"{pointer}/headers/{_escape(name)}")
        value = received.get(name.lower())
        if value is None and _at(provider, at).get("required"):
            raise ConformanceError(f"{where}: header {name} is missing")
        if value is not None:
            _no_errors(_judge(provider, f"{at}/schema"), value, f"{where}: header {name}")


def _check_body(provider: str, pointer: str, received: Mapping[str, str], body: object, where: str) -> None:
    content = _at(provider, pointer).get("content")
    if content is None:
        return
    media_type = received.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in content:
        raise ConformanceError(f"{where}: content type {media_type!r} is none of {', '.join(content)}")
    if "schema" in content[media_type]:
        value = json.loads(body) if isinstance(body, bytes) else body
        _no_errors(_judge(provider, f"{pointer}/content/{_escape(media_type)}/schema"), value, where)


def _no_errors(judge: Judge, instance: object, where: str) -> None:
    wrong = [f"{error.json_path}: {error.message}" for error in judge.iter_errors(instance)]
    if wrong:
        raise ConformanceError("\n  ".join([f"{where}:", *wrong]))


def _sources(operation: Mapping[str, Yaml]) -> str:
    return "; ".join(str(citation) for citation in citations(operation.get("x-source"), "x-source"))


@cache
def _judge(provider: str, pointer: str) -> Judge:
    address = f"contract:{provider}"
    resource = Resource.from_contents(load(provider).openapi, default_specification=DRAFT202012)
    judge: Judge = Draft202012Validator(
        {"$ref": f"{address}#{pointer}"},
        registry=Registry().with_resource(address, resource),
        format_checker=FormatChecker(),
    )
    return judge


def _template(provider: str, path: str) -> str:
    bare = path.partition("?")[0]
    templates = load(provider).openapi["paths"]
    for template in [bare, *templates]:
        if template in templates and _pattern(template).fullmatch(bare):
            return str(template)
    raise ConformanceError(f"{provider}: {bare} is not described")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in _split(template)))


def _split(template: str) -> list[str]:
    return re.split(r"(\{[^}]+\})", template)


def _followed(provider: str, pointer: str) -> str:
    """The pointer itself, or where a plain $ref there leads."""
    reference = _at(provider, pointer).get("$ref")
    return pointer if reference is None else str(reference).removeprefix("#")


def _at(provider: str, pointer: str) -> Yaml:
    found: Yaml = load(provider).openapi
    for step in pointer.split("/")[1:]:
        found = found[unquote(step).replace("~1", "/").replace("~0", "~")]
    return found


def _escape(step: str) -> str:
    """One step of a JSON pointer inside a fragment: slashes and braces must not be read as such."""
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
