"""Bodies and queries: what a request carries, read as it comes, and as JSON of a certain type."""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from math import isinf
from typing import Any, TypeVar, cast
from urllib.parse import unquote_plus

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from mockserver.core.refusals import BadBody, BodyTooLarge, WrongType

T = TypeVar("T")

_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<where>[^`]*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<expected>[^`]*)`")


@lru_cache(maxsize=256)
def _decoder(of: Any) -> "msgspec.json.Decoder[Any]":  # noqa: ANN401 - a type
    return msgspec.json.Decoder(of)


def decoded(raw: bytes, of: type[T]) -> T:
    """Read JSON as a value of this type; raises the decoder's errors."""
    try:
        decode: Callable[[bytes], T] = _decoder(cast("Hashable", of)).decode
        return decode(raw)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
        # JSON has one kind of numbers: 5.0 is as whole as 5, for its schemas too.
        return msgspec.convert(_WHOLE.decode(raw), of)


def _whole(literal: str) -> float:
    number = float(literal)
    if isinf(number):
        raise ValueError("Number out of range")
    return int(number) if number.is_integer() else number


_WHOLE = msgspec.json.Decoder(float_hook=_whole)


def body_as(raw: bytes, of: type[T]) -> T:
    """Read a body, a JSON object, as a struct of this type; raises BadBody and WrongType as `Call.body` does."""
    try:
        return decoded(raw, of)
    except msgspec.ValidationError as error:
        raise wrong_type(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(str(error)) from error


def parse_query(raw: bytes) -> dict[str, str]:
    """Read a query string; broken escapes stay as they are, and of a repeated name the first value counts."""
    found: dict[str, str] = {}
    if raw:
        for pair in raw.decode("latin-1").split("&"):
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = unquote_plus(name), unquote_plus(value)
            if name and name not in found:
                found[name] = value
    return found


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """Read a request's body whole, and refuse it as soon as it is known to be longer than `limit` bytes."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length[:20]) > limit:
        raise BodyTooLarge(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and message["type"] == "http.request" and len(body) <= limit:
        return body
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise BodyTooLarge(limit)
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return b"".join(chunks)


def wrong_type(problem: str) -> WrongType | BadBody:
    """Turn the decoder's complaint, such as "Expected `str`, got `int` - at `$.a`", into a refusal naming the field."""
    found = _WHERE.match(problem)
    where = (found["where"] or "").lstrip(".") if found else ""
    expected = _EXPECTED.search(problem)
    if not where:
        return BadBody(problem)
    return WrongType(where, expected["expected"] if expected else problem)
