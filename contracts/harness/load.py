"""Contracts as values: sources, clauses, gaps and the OpenAPI description of each provider."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

ROOT = Path(__file__).resolve().parent.parent
Span: TypeAlias = tuple[int, int]
Yaml: TypeAlias = Any  # what a YAML file may hold; each reader checks what it takes from it

_LINES = re.compile(r"\d+(-\d+)?(, ?\d+(-\d+)?)*")


class ContractError(Exception):
    """A contract that cannot be read; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page that may be cited; `lines` is how many it has, for the five documents alone."""

    key: str
    title: str
    address: str
    provider: str
    lines: int | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: its key, and for a document the spans of lines, first to last, counted from 1."""

    document: str
    lines: tuple[Span, ...] = ()

    def __str__(self) -> str:
        spans = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in self.lines)
        return f"{self.document}, lines {spans}" if spans else self.document


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of a provider: `rule` in a sentence, `provenance`, where it stands, and why if it stands nowhere."""

    id: str
    rule: str
    provenance: str
    citations: tuple[Citation, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact of the sources that is not imitated, and why not; `unseen` are items of coverage that it excuses."""

    id: str
    fact: str
    why: str
    citations: tuple[Citation, ...]
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """What one provider promises; `openapi` is its description as parsed, not to be changed."""

    provider: str
    clauses: tuple[Clause, ...]
    gaps: tuple[Gap, ...]
    openapi: Mapping[str, Yaml]


def providers(root: Path = ROOT) -> tuple[str, ...]:
    """The names of all providers that have clauses, sorted."""
    return tuple(sorted(file.parent.name for file in root.glob("*/clauses.yaml")))


@cache
def load(provider: str, root: Path = ROOT) -> Contract:
    """The contract of `provider`; raises ContractError when it is missing or malformed."""
    file = root / provider / "clauses.yaml"
    entry = _entry(_read(file), str(file), needed={"provider", "clauses"}, allowed={"gaps"})
    if entry["provider"] != provider:
        raise ContractError(f"{file}: provider is {entry['provider']!r}, but the folder is {provider!r}")
    return Contract(
        provider=provider,
        clauses=tuple(_clause(item, str(file)) for item in _items(entry["clauses"], f"{file}: clauses")),
        gaps=tuple(_gap(item, str(file)) for item in _items(entry.get("gaps", []), f"{file}: gaps")),
        openapi=_mapping(_read(root / provider / "openapi.yaml"), str(root / provider / "openapi.yaml")),
    )


@cache
def sources(root: Path = ROOT) -> Mapping[str, Source]:
    """All sources by their keys; raises ContractError when the file is malformed."""
    file = root / "sources.yaml"
    return {key: _source(key, item, f"{file}: {key}") for key, item in _mapping(_read(file), str(file)).items()}


def citations(value: Yaml, where: str) -> tuple[Citation, ...]:
    """The citations of a `source` or `x-source`: one, a list of them, or none."""
    if value is None:
        return ()
    return tuple(_citation(item, where) for item in (value if isinstance(value, list) else [value]))


def _source(key: str, item: Yaml, where: str) -> Source:
    entry = _entry(item, where, needed={"title", "address", "provider"}, allowed={"lines"})
    lines = entry.get("lines")
    if lines is not None and not isinstance(lines, int):
        raise ContractError(f"{where}: lines must be a number, not {lines!r}")
    title, address, provider = (_text(entry[name], f"{where}: {name}") for name in ("title", "address", "provider"))
    return Source(key, title, address, provider, lines)


def _clause(item: Yaml, file: str) -> Clause:
    where = f"{file}: {_id(item, file)}"
    entry = _entry(item, where, needed={"id", "rule", "provenance"}, allowed={"source", "reason"})
    return Clause(
        id=entry["id"],
        rule=_text(entry["rule"], f"{where}: rule"),
        provenance=_text(entry["provenance"], f"{where}: provenance"),
        citations=citations(entry.get("source"), where),
        reason=_text(entry["reason"], f"{where}: reason") if "reason" in entry else None,
    )


def _gap(item: Yaml, file: str) -> Gap:
    where = f"{file}: {_id(item, file)}"
    entry = _entry(item, where, needed={"id", "fact", "why"}, allowed={"source", "unseen"})
    unseen = tuple(_text(each, f"{where}: unseen") for each in _items(entry.get("unseen", []), f"{where}: unseen"))
    fact, why = _text(entry["fact"], f"{where}: fact"), _text(entry["why"], f"{where}: why")
    return Gap(entry["id"], fact, why, citations(entry.get("source"), where), unseen)


def _citation(item: Yaml, where: str) -> Citation:
    entry = _entry(item, f"{where}: source", needed={"document"}, allowed={"lines"})
    lines = str(entry.get("lines", ""))
    if lines and not _LINES.fullmatch(lines):
        raise ContractError(f"{where}: lines must look like 12, 12-15 or 12-15,20, not {lines!r}")
    spans = tuple(_span(span) for span in lines.split(",")) if lines else ()
    return Citation(_text(entry["document"], f"{where}: document"), spans)


def _span(text: str) -> Span:
    first, _, last = text.strip().partition("-")
    return int(first), int(last or first)


def _id(item: Yaml, file: str) -> str:
    found = item.get("id") if isinstance(item, dict) else None
    if not isinstance(found, str):
        raise ContractError(f"{file}: an entry without an id: {item!r}")
    return found


def _entry(item: Yaml, where: str, *, needed: set[str], allowed: set[str]) -> dict[str, Yaml]:
    entry = _mapping(item, where)
    if missing := needed - entry.keys():
        raise ContractError(f"{where}: {', '.join(sorted(missing))} missing")
    if unknown := entry.keys() - needed - allowed:
        raise ContractError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    return entry


def _mapping(value: Yaml, where: str) -> dict[str, Yaml]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ContractError(f"{where}: a mapping with texts as keys is expected")
    return value


def _items(value: Yaml, where: str) -> list[Yaml]:
    if not isinstance(value, list):
        raise ContractError(f"{where}: a list is expected")
    return value


def _text(value: Yaml, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ContractError(f"{where}: a text is expected, not {value!r}")
    return value


def _read(file: Path) -> Yaml:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader, and stricter
    except FileNotFoundError:
        raise ContractError(f"{file}: there is no such file") from None
    except yaml.YAMLError as error:
        raise ContractError(f"{file}: {error}") from error


class _Loader(yaml.CSafeLoader):
    """The safe loader, which also refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {', '.join(sorted(twice))}", node.start_mark)
        return super().construct_mapping(node, deep)
