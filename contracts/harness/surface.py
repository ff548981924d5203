"""Compares the operations that a contract promises with those that a server has."""

import re
from collections.abc import Collection

from contracts.harness.citations import METHODS
from contracts.harness.load import Contract

Route = tuple[str, str]
"""A method and a path template, such as `("GET", "/v1/video/{request_id}")`."""


def promised(contract: Contract) -> frozenset[Route]:
    """Every operation of a contract's OpenAPI description."""
    paths = contract.openapi.get("paths", {})
    return frozenset((method.upper(), path) for path, item in paths.items() for method in METHODS if method in item)


def differences(contract: Contract, served: Collection[Route]) -> list[str]:
    """What is promised and not served, and what is served and not promised; a line for each, missing ones first.

    The names of parameters do not matter. Where GET is served so is HEAD, as HTTP wants it, promised or not.
    """
    wanted = {_nameless(route): route for route in promised(contract)}
    there = {_nameless(route): route for route in served}
    implied = {("HEAD", path) for method, path in there if method == "GET"}
    missing = [route for shape, route in wanted.items() if shape not in there.keys() | implied]
    extra = [route for shape, route in there.items() if shape not in wanted]
    return [
        *(f"{contract.provider}: {method} {path} is promised and not served" for method, path in sorted(missing)),
        *(f"{contract.provider}: {method} {path} is served and not promised" for method, path in sorted(extra)),
    ]


def _nameless(route: Route) -> Route:
    return route[0], re.sub(r"\{[^}]+\}", "{}", route[1])
