"""Judges requests and answers by a provider's OpenAPI description: one body, or one whole exchange."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from email.message import MIMEPart
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it ships no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from contracts.harness.load import Yaml, citations, load
from contracts.harness.pointers import escape, followed, pattern, stepped, template_of

DEFAULTS: Mapping[str, object] = MappingProxyType({})
"""No setting is other than it is by default."""


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


def judge_at(provider: str, pointer: str) -> Judge:
    """The validator of the schema at a JSON pointer into the description."""
    return _judge(provider, pointer)


def conform(provider: str, name: str, body: object) -> None:
    """Raise ConformanceError when `body` is not what the schema `name` of `provider` describes."""
    _no_errors(schema(provider, name), body, f"{provider}: schema {name}")


def validate(provider: str, method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> None:
    """Raise ConformanceError when an answer is not among those that the operation describes.

    `path` is the documented one, its parameters filled in, with or without a query. `body` is what the JSON holds, or
    the bytes as received; bytes that are no JSON are not looked at.
    """
    template = template_at(provider, path)
    operation = _at(provider, f"/paths/{escape(template)}").get(method.lower())
    if operation is None:
        raise ConformanceError(f"{provider}: {method} {template} is not described")
    where = f"{method} {template} {status} ({_sources(operation)})"
    pointer = f"/paths/{escape(template)}/{method.lower()}/responses/{status}"
    if str(status) not in operation["responses"]:
        raise ConformanceError(f"{where}: only {', '.join(operation['responses'])} are described")
    pointer = _followed(provider, pointer)
    received = {name.lower(): value for name, value in headers.items()}
    _check_headers(provider, pointer, received, where)
    _check_body(provider, pointer, received, body, where)


def validate_request(provider: str, method: str, address: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise ConformanceError when a request is not one that the operation describes.

    `address` is the documented path, its parameters filled in, with its query. Judged are the parameters (those that no
    description knows, too), the key, the content type and the body: JSON, or the parts of a form.
    """
    wrong = list(request_errors(provider, method, address, headers, body))
    if wrong:
        where = f"{method} {template_at(provider, address)} ({sources_of(provider, method, address)})"
        lines = [f"{e.error.json_path}: {e.error.message}" if e.error else e.message for e in wrong]
        raise ConformanceError("\n  ".join([f"{where}: {lines[0]}", *lines[1:]]))


class RequestError(NamedTuple):
    """What is wrong with a request: a place, a complaint, and for JSON and the parts of a form the validator's own.

    The place is `key`, `content-type`, `body`, `parameter NAME`, or `$` for what is inside the body.
    """

    place: str
    message: str
    error: Yaml = None


def request_errors(
    provider: str, method: str, address: str, headers: Mapping[str, str], body: bytes
) -> Iterator[RequestError]:
    """What is wrong with a request; raises ConformanceError where its operation is not described at all."""
    template = template_at(provider, address)
    operation = _at(provider, f"/paths/{escape(template)}").get(method.lower())
    if operation is None:
        raise ConformanceError(f"{provider}: {method} {template} is not described")
    received = {name.lower(): value for name, value in headers.items()}
    wanted = operation.get("security", load(provider).openapi.get("security", []))
    if wanted and not any(all(_carries(provider, name, received) for name in way) for way in wanted):
        yield RequestError("key", "there is no key in any of the ways that are described")
    yield from _parameter_errors(provider, template, method, address, received)
    yield from _request_body_errors(provider, f"/paths/{escape(template)}/{method.lower()}", received, body)


def _carries(provider: str, scheme: str, received: Mapping[str, str]) -> bool:
    described = load(provider).openapi["components"]["securitySchemes"][scheme]
    if described["type"] == "apiKey":
        return described["name"].lower() in received
    return re.fullmatch(r"Bearer \S+", received.get("authorization", "")) is not None


def _parameter_errors(
    provider: str, template: str, method: str, address: str, received: Mapping[str, str]
) -> Iterator[RequestError]:
    pointers = [
        _followed(provider, f"{at}/parameters/{number}")
        for at in (f"/paths/{escape(template)}", f"/paths/{escape(template)}/{method.lower()}")
        for number in range(len(_at(provider, at).get("parameters", [])))
    ]
    bare, _, query = address.partition("?")
    given = {"query": dict(parse_qsl(query, keep_blank_values=True)), "header": received}
    match = pattern(template).fullmatch(bare)
    given["path"] = {name: unquote(value) for name, value in (match.groupdict() if match else {}).items()}
    described = {(_at(provider, at)["in"], _at(provider, at)["name"].lower()): at for at in pointers}
    for name in given["query"]:
        if ("query", name.lower()) not in described:
            yield RequestError(f"parameter {name}", f"parameter {name} is not described")
    for at in pointers:
        yield from _in_parameter(provider, at, given)


def _in_parameter(provider: str, at: str, given: Mapping[str, Mapping[str, str]]) -> Iterator[RequestError]:
    parameter = _at(provider, at)
    name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
    value = given[parameter["in"]].get(name)
    if value is None and parameter.get("required"):
        yield RequestError(f"parameter {name}", f"parameter {name} is missing")
    if value is not None:
        judge = _judge(provider, f"{at}/schema")
        if not any(judge.is_valid(reading) for reading in _readings(value)):
            told = "; ".join(error.message for error in judge.iter_errors(value))
            yield RequestError(f"parameter {name}", f"parameter {name}: {told}")


def _readings(text: str) -> list[object]:
    """What a text in a query may stand for."""
    numbers: list[object] = [int(text)] if re.fullmatch(r"-?\d{1,18}", text) else []
    switches: list[object] = [text == "true"] if text in {"true", "false"} else []
    return [text, *numbers, *switches]


def _request_body_errors(provider: str, at: str, received: Mapping[str, str], body: bytes) -> Iterator[RequestError]:
    described = _at(provider, at).get("requestBody")
    if described is None:
        if body:
            yield RequestError("body", "no body is described")
        return
    media_type = received.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in described["content"]:
        known = ", ".join(described["content"])
        yield RequestError("content-type", f"content type {media_type!r} is none of {known}")
        return
    try:
        value = _read(media_type, received["content-type"], body)
    except ValueError:
        yield RequestError("body", f"the body is no {media_type}")
        return
    if value is not None:
        judge = _judge(provider, f"{at}/requestBody/content/{escape(media_type)}/schema")
        yield from (RequestError("$", "", error) for error in judge.iter_errors(value))


def _read(media_type: str, content_type: str, body: bytes) -> object:
    """What JSON or a form says; None for what only the bytes say. Raises ValueError."""
    if media_type == "application/json":
        return json.loads(body)
    return _parts(content_type, body) if media_type == "multipart/form-data" else None


def _parts(content_type: str, body: bytes) -> dict[str, object]:
    """The parts of a form by their names: JSON as what it says, files as a text that stands for them."""
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    return {str(part.get_param("name", header="content-disposition")): _part(part) for part in message.iter_parts()}


def _part(part: MIMEPart) -> object:
    if part.get_filename() is not None:
        return "the bytes of a file"
    text = bytes(part.get_payload(decode=True)).decode()
    return json.loads(text) if part.get_content_type() == "application/json" else text


def validate_body(provider: str, method: str, path: str, body: object) -> None:
    """Raise ConformanceError when a JSON body is not what the operation at this path takes."""
    template = template_at(provider, path)
    pointer = f"/paths/{escape(template)}/{method.lower()}/requestBody"
    operation = _at(provider, f"/paths/{escape(template)}").get(method.lower(), {})
    where = f"{method} {template} ({_sources(operation)}): request"
    if "requestBody" not in operation:
        raise ConformanceError(f"{where}: takes no body")
    pointer = _followed(provider, pointer)
    if "application/json" not in _at(provider, pointer)["content"]:
        raise ConformanceError(f"{where}: takes no JSON")
    _no_errors(_judge(provider, f"{pointer}/content/application~1json/schema"), body, where)


def described(provider: str, method: str, path: str, status: int) -> str | list[str] | None:
    """Where the description of an answer stands, as a JSON pointer.

    The statuses that are described, where this one is not; None where the operation is not described at all.
    """
    try:
        template = template_at(provider, path)
    except ConformanceError:
        return None
    operation = _at(provider, f"/paths/{escape(template)}").get(method.lower())
    if operation is None:
        return None
    if str(status) not in operation["responses"]:
        return list(operation["responses"])
    return _followed(provider, f"/paths/{escape(template)}/{method.lower()}/responses/{status}")


def header_errors(provider: str, pointer: str, headers: Mapping[str, str]) -> Iterator[tuple[str, str | None, str]]:
    """What is wrong with the headers (lowercase names) of an answer: name, value, and the complaint."""
    for name in _at(provider, pointer).get("headers", {}):
        at = _followed(provider, f"{pointer}/headers/{escape(name)}")
        value = headers.get(name.lower())
        if value is None and _at(provider, at).get("required"):
            yield name, None, "required"
        if value is not None:
            for error in _judge(provider, f"{at}/schema").iter_errors(value):
                yield name, value, error.message


def media_error(provider: str, pointer: str, headers: Mapping[str, str], content: bytes) -> tuple[str, str] | None:
    """What content type is described and what came, where they do not agree, or where JSON is announced and is none."""
    known = _at(provider, pointer).get("content")
    media_type = _media_type(headers)
    if known is None:
        return None
    if media_type not in known:
        return " or ".join(known), media_type or "absent"
    if "json" in media_type and "schema" in known[media_type] and not _is_json(content):
        return "a JSON body", f"{media_type} that is no JSON: {content[:40]!r}"
    return None


def body_errors(
    provider: str, pointer: str, headers: Mapping[str, str], body: object, settings: Mapping[str, object] = DEFAULTS
) -> list[Yaml]:
    """What is wrong with the JSON of an answer, as the validator's own complaints, with a server's settings."""
    content = (_at(provider, pointer).get("content") or {}).get(_media_type(headers), {})
    if "schema" not in content or "json" not in _media_type(headers):
        return []
    at = f"{pointer}/content/{escape(_media_type(headers))}/schema"
    return list(_judge(provider, at, stand_ins(provider, settings)).iter_errors(body))


def stand_ins(provider: str, settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Which schemas have others in their place under these settings (`nanogpt.profile`), as pairs of names."""
    found: dict[str, str] = {}
    for each in load(provider).openapi.get("x-settings", []):
        if all(str(settings.get(name)) == value for name, value in each["when"].items()):
            found = each["schemas"] | found
    return tuple(sorted(found.items()))


def sources_of(provider: str, method: str, path: str) -> str:
    """The lines that an operation rests on; empty where it is not described."""
    try:
        operation = _at(provider, f"/paths/{escape(template_at(provider, path))}").get(method.lower())
    except ConformanceError:
        return ""
    return _sources(operation) if operation else ""


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _check_headers(provider: str, pointer: str, received: Mapping[str, str], where: str) -> None:
    for name, value, complaint in header_errors(provider, pointer, received):
        raise ConformanceError(f"{where}: header {name}{' is missing' if value is None else f': {complaint}'}")


def _check_body(provider: str, pointer: str, received: Mapping[str, str], body: object, where: str) -> None:
    content = _at(provider, pointer).get("content")
    if content is None:
        return
    media_type = _media_type(received)
    if media_type not in content:
        raise ConformanceError(f"{where}: content type {media_type!r} is none of {', '.join(content)}")
    if "schema" in content[media_type] and "json" in media_type:
        value = json.loads(body) if isinstance(body, bytes) else body
        _no_errors(_judge(provider, f"{pointer}/content/{escape(media_type)}/schema"), value, where)


def _no_errors(judge: Judge, instance: object, where: str) -> None:
    wrong = [f"{error.json_path}: {error.message}" for error in judge.iter_errors(instance)]
    if wrong:
        raise ConformanceError("\n  ".join([f"{where}:", *wrong]))


def _sources(operation: Mapping[str, Yaml]) -> str:
    return "; ".join(str(citation) for citation in citations(operation.get("x-source"), "x-source"))


@cache
def _judge(provider: str, pointer: str, standing: tuple[tuple[str, str], ...] = ()) -> Judge:
    address = f"contract:{provider}"
    resource = Resource.from_contents(_with(provider, standing), default_specification=DRAFT202012)
    judge: Judge = Draft202012Validator(
        {"$ref": f"{address}#{pointer}"},
        registry=Registry().with_resource(address, resource),
        format_checker=FormatChecker(),
    )
    return judge


@cache
def _with(provider: str, standing: tuple[tuple[str, str], ...]) -> Mapping[str, Yaml]:
    """A description in which some schemas have others in their place."""
    openapi = load(provider).openapi
    if not standing:
        return openapi
    components = openapi["components"]
    others = {name: {"$ref": f"#/components/schemas/{other}"} for name, other in standing}
    return {**openapi, "components": {**components, "schemas": {**components["schemas"], **others}}}


def template_at(provider: str, path: str) -> str:
    """The template of a path, with or without a query; raises ConformanceError where there is none."""
    found = template_of(load(provider).openapi["paths"], path)
    if found is None:
        raise ConformanceError(f"{provider}: {path.partition('?')[0]} is not described")
    return found


def _followed(provider: str, pointer: str) -> str:
    return followed(load(provider).openapi, pointer)


def _at(provider: str, pointer: str) -> Yaml:
    return stepped(load(provider).openapi, pointer)
