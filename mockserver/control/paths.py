"""Providers, operations and paths by which somebody chooses requests: what they may be called, and whether they are."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase

from mockserver.control.desk import ControlError
from mockserver.core.journal import Exchange
from mockserver.web.near import near_routes
from mockserver.web.provider import Provider
from mockserver.web.routes import Routes
from mockserver.web.street import split_sandbox

Providers = Mapping[str, Provider]
WILD = frozenset("*?[")
_VALUE = re.compile(r"\{[^{}/]*\}")


def names_of(path: str, providers: Providers) -> list[str]:
    """A path as it was asked for, without the sandbox before it, without the provider's name, and last without both."""
    inside = split_sandbox(path)[1]
    first, _, rest = inside.lstrip("/").partition("/")
    if first not in providers:
        return [path, inside]
    return [path, inside, f"{path[: len(path) - len(inside)]}/{rest}", f"/{rest}"]


def has_path(value: str, providers: Providers) -> Callable[[Exchange], bool]:
    """What tells whether an exchange's path is meant: by one of its names, a glob, or a template with `{names}`."""
    if "*" in value:
        return lambda one: any(fnmatchcase(name, value) for name in names_of(one.path, providers))
    if "{" in value:
        literal = (re.escape(part) for part in _VALUE.split(value))
        template = re.compile("[^/]+".join(literal))
        return lambda one: any(
            name == value or template.fullmatch(name) is not None for name in names_of(one.path, providers)
        )
    return lambda one: value in names_of(one.path, providers)


def check_path(value: str, providers: Providers, *, code: str) -> None:
    """Raise ControlError for a path without wildcards that no route has."""
    if WILD.isdisjoint(value) and not is_served(value, providers):
        near = near_routes("", value, providers)
        hint = f"The nearest are: {', '.join(near)}" if near else "A glob such as /media/* is taken as it is."
        raise ControlError(400, code, f"'path': no route has {value[:80]!r}.", hint)


def is_served(path: str, providers: Providers) -> bool:
    """Tell whether a path is a route's, or its template."""
    templates = {operation.path for provider in providers.values() for operation in provider.routes}
    return path in templates or Routes(providers.values()).find(path) is not None


def check_operation(value: str, providers: Providers, *, code: str) -> None:
    """Raise ControlError for an operation that no provider has."""
    known = sorted({operation.name for provider in providers.values() for operation in provider.routes})
    if value not in known:
        near = get_close_matches(value[:80], known, n=3)
        hint = f"The nearest are: {', '.join(near)}" if near else f"There are: {', '.join(known)}"
        raise ControlError(400, code, f"'operation': there is no {value[:80]!r}.", hint)
