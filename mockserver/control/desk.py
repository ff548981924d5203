"""Desk: what every control operation works at: the sandbox, the body, the answer."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from mockserver.core.house import House
from mockserver.core.refusals import BodyTooLarge
from mockserver.core.world import Sandbox, World
from mockserver.web.answers import json_reply
from mockserver.web.bodies import decoded, parse_query, read_body
from mockserver.web.complaints import sentence, worded
from mockserver.web.courier import Courier
from mockserver.web.provider import Provider

T = TypeVar("T")
BODY_LIMIT = 2**20
PAGE = 100
PAGE_AT_MOST = 1000
YEARS = range(1970, 4000)
MOST = 10**12
DECIMALS = 12
DIGITS = 20
SAFE = 2**53 - 1
"""The largest whole number that every reader of JSON reads exactly."""


class ControlError(Exception):
    """A control request that cannot be done; `hint` says what would help."""

    def __init__(self, status: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


class Desk:
    """One control request: its sandbox, what it asks, and the server it looks into."""

    def __init__(
        self,
        request: Request,
        world: World,
        providers: Mapping[str, Provider],
        options_with: Callable[[Mapping[str, object]], dict[str, Any]],
        courier: Courier,
    ) -> None:
        self.request = request
        self.world = world
        self.providers = providers
        self.options_with = options_with
        self.courier = courier
        self.query = parse_query(request.scope["query_string"])
        self.path: Mapping[str, str] = request.path_params

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the request is about, made on first use."""
        name = self.request.scope.get("mock_sandbox", "default")
        if name == "default":
            name = self.request.headers.get("x-mock-sandbox", name)
        return self.world.sandbox(name)

    def house(self, name: str) -> House:
        """The state of a provider in the sandbox; ControlError for one that is not served."""
        found = self.sandbox.houses.get(name)
        if found is None:
            raise ControlError(
                404,
                "unknown_provider",
                f"'{name[:80]}' is not served here.",
                f"Served are: {', '.join(self.providers)}",
            )
        return found

    def provider(self, name: str) -> Provider:
        """The provider of this name; ControlError for one that is not served."""
        self.house(name)
        return self.providers[name]

    async def body(self, of: type[T]) -> T:
        """The body, a JSON object of this shape; ControlError 400 for another."""
        raw_headers = dict(self.request.scope["headers"])
        try:
            raw = await read_body(self.request.receive, raw_headers, BODY_LIMIT)
            return decoded(raw or b"{}", of)
        except BodyTooLarge as error:
            raise ControlError(413, "body_too_large", f"A control request has at most {BODY_LIMIT} bytes.") from error
        except msgspec.ValidationError as error:
            where, what = worded(error, of)
            whole = "The body" if not where else f"'{where[:80]}'"
            raise ControlError(400, "bad_field" if where else "bad_body", f"{whole}: {what}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ControlError(400, "bad_json", f"The body is not JSON: {sentence(error)}") from error

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number of the query, from `least` to `most`."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS and least <= int(text) <= most):
            what = f"a whole number from {least} to {most}"
            raise ControlError(400, "bad_query", f"'{name}' is {what}, not {text[:80]!r}.")
        return int(text)


def instant(at: datetime, name: str) -> datetime:
    """Take an instant that somebody sent; ControlError for one without a zone, or out of reach of arithmetic."""
    if at.tzinfo is None:
        raise ControlError(400, "bad_field", f"'{name}' needs a zone, as in 2026-01-01T00:00:00Z.")
    if at.year not in YEARS:
        raise ControlError(400, "bad_field", f"'{name}' is in a year from {YEARS[0]} to {YEARS[-1]}.")
    return at


def amount(value: Decimal, name: str) -> Decimal:
    """Take a sum that somebody sent, to 12 decimals; ControlError for one that no account has."""
    if not (value.is_finite() and 0 <= value <= MOST):
        raise ControlError(400, "bad_field", f"'{name}' is a sum from 0 to {MOST}.")
    rounded = round(value, DECIMALS)
    return value if rounded == value else rounded


Task = Callable[[Desk], Awaitable[Response]]


def answer(value: Any, status: int = 200) -> Response:  # noqa: ANN401 - any JSON
    """Answer with JSON."""
    return json_reply(value, status)


def iso(at: datetime | None) -> str | None:
    """Write an instant as `2026-01-01T00:00:00Z`, with milliseconds where it has some.

    One that lies between two milliseconds is written to the microsecond: whoever moves time to it must reach it.
    """
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="auto" if at.microsecond % 1000 else "milliseconds")
    return text.replace(".000+", "+").replace("+00:00", "Z")


def money(amount: Decimal) -> str:
    """Write a sum as a decimal string, without needless zeros."""
    return format(amount.normalize(), "f") if amount else "0"


def page(items: list[Any], following: str | None = None) -> Response:
    """Answer with a list."""
    return answer({"items": items, "next": following})
