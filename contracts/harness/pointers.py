"""Ways through an OpenAPI description: JSON pointers and path templates."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from contracts.harness.load import Yaml


def escape(step: str) -> str:
    """One step of a JSON pointer inside a fragment: slashes and braces must not be read as such."""
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def stepped(document: Mapping[str, Yaml], pointer: str) -> Yaml:
    """What stands at a JSON pointer, such as `/components/schemas/Job`."""
    found: Yaml = document
    for step in pointer.split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        found = found[int(name) if isinstance(found, list) else name]
    return found


def followed(document: Mapping[str, Yaml], pointer: str) -> str:
    """The pointer itself, or where a plain $ref there leads in the end."""
    here = stepped(document, pointer)
    reference = here.get("$ref") if isinstance(here, dict) else None
    return pointer if reference is None else followed(document, str(reference).removeprefix("#"))


def pattern(template: str) -> re.Pattern[str]:
    """What the paths of a template look like; its parameters are groups."""
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join(f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in parts))


def template_of(templates: Iterable[str], path: str) -> str | None:
    """The template that a path, with or without a query, belongs to: itself, or the first that fits."""
    bare = path.partition("?")[0]
    known = list(templates)
    return bare if bare in known else next((each for each in known if pattern(each).fullmatch(bare)), None)
