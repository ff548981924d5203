"""Judges requests and answers by a provider's OpenAPI description: one body, or one whole exchange."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from email.message import MIMEPart
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from typing import Protocol
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it ships no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from contracts.harness.load import Yaml, citations, load
from contracts.harness.pointers import escape, followed, pattern, stepped, template_of


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
    template = _template(provider, path)
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
    template = _template(provider, address)
    operation = _at(provider, f"/paths/{escape(template)}").get(method.lower())
    if operation is None:
        raise ConformanceError(f"{provider}: {method} {template} is not described")
    where = f"{method} {template} ({_sources(operation)})"
    received = {name.lower(): value for name, value in headers.items()}
    _check_key(provider, operation, received, where)
    _check_parameters(provider, template, method, address, received)
    _check_request_body(provider, f"/paths/{escape(template)}/{method.lower()}", received, body, where)


def _check_key(provider: str, operation: Yaml, received: Mapping[str, str], where: str) -> None:
    wanted = operation.get("security", load(provider).openapi.get("security", []))
    if wanted and not any(all(_carries(provider, name, received) for name in way) for way in wanted):
        raise ConformanceError(f"{where}: there is no key in any of the ways that are described")


def _carries(provider: str, scheme: str, received: Mapping[str, str]) -> bool:
    described = load(provider).openapi["components"]["securitySchemes"][scheme]
    if described["type"] == "apiKey":
        return described["name"].lower() in received
    return re.fullmatch(r"Bearer \S+", received.get("authorization", "")) is not None


def _check_parameters(provider: str, template: str, method: str, address: str, received: Mapping[str, str]) -> None:
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
    for place, name in [("query", name) for name in given["query"]]:
        if (place, name.lower()) not in described:
            raise ConformanceError(f"{method} {template}: parameter {name} is not described")
    for at in pointers:
        _check_parameter(provider, at, given, f"{method} {template}")


def _check_parameter(provider: str, at: str, given: Mapping[str, Mapping[str, str]], where: str) -> None:
    parameter = _at(provider, at)
    name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
    value = given[parameter["in"]].get(name)
    if value is None and parameter.get("required"):
        raise ConformanceError(f"{where}: parameter {name} is missing")
    if value is not None:
        judge = _judge(provider, f"{at}/schema")
        if not any(judge.is_valid(reading) for reading in _readings(value)):
            _no_errors(judge, value, f"{where}: parameter {name}")


def _readings(text: str) -> list[object]:
    """What a text in a query may stand for."""
    numbers: list[object] = [int(text)] if re.fullmatch(r"-?\d{1,18}", text) else []
    switches: list[object] = [text == "true"] if text in {"true", "false"} else []
    return [text, *numbers, *switches]


def _check_request_body(provider: str, at: str, received: Mapping[str, str], body: bytes, where: str) -> None:
    described = _at(provider, at).get("requestBody")
    if described is None:
        if body:
            raise ConformanceError(f"{where}: no body is described")
        return
    media_type = received.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in described["content"]:
        raise ConformanceError(f"{where}: content type {media_type!r} is none of {', '.join(described['content'])}")
    schema_at = f"{at}/requestBody/content/{escape(media_type)}/schema"
    if media_type == "application/json":
        _no_errors(_judge(provider, schema_at), json.loads(body), where)
    elif media_type == "multipart/form-data":
        _no_errors(_judge(provider, schema_at), _parts(received["content-type"], body), where)


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
    template = _template(provider, path)
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
        template = _template(provider, path)
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


def body_errors(provider: str, pointer: str, headers: Mapping[str, str], body: object) -> list[Yaml]:
    """What is wrong with the JSON of an answer, as the validator's own complaints."""
    content = (_at(provider, pointer).get("content") or {}).get(_media_type(headers), {})
    if "schema" not in content or "json" not in _media_type(headers):
        return []
    return list(_judge(provider, f"{pointer}/content/{escape(_media_type(headers))}/schema").iter_errors(body))


def sources_of(provider: str, method: str, path: str) -> str:
    """The lines that an operation rests on; empty where it is not described."""
    try:
        operation = _at(provider, f"/paths/{escape(_template(provider, path))}").get(method.lower())
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
    found = template_of(load(provider).openapi["paths"], path)
    if found is None:
        raise ConformanceError(f"{provider}: {path.partition('?')[0]} is not described")
    return found


def _followed(provider: str, pointer: str) -> str:
    return followed(load(provider).openapi, pointer)


def _at(provider: str, pointer: str) -> Yaml:
    return stepped(load(provider).openapi, pointer)
