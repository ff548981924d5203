"""Checks that everything a contract says names where it stands."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.harness import load as reading
from contracts.harness.load import ROOT, Citation, Clause, Contract, ContractError, Gap, Source, Yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PROVENANCES = ("documented", "vendor", "inferred", "own")
OURS = "control"
"""The one contract that is nobody else's: what it says nothing of the kind about is `own`."""

_KEBAB = "[a-z0-9]+(?:-[a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong in a contract: the file, the entry, and what."""

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.what}"


def check(root: Path = ROOT) -> list[Finding]:
    """The findings of all contracts under `root`."""
    known = reading.sources(root)
    return [finding for name in reading.providers(root) for finding in findings(reading.load(name, root), known)]


def findings(contract: Contract, known: Mapping[str, Source]) -> list[Finding]:
    """What is wrong with the citations, ids and provenances of one contract."""
    return [
        *(Finding(f"{contract.provider}/clauses.yaml", *found) for found in _in_clauses(contract, known)),
        *(Finding(f"{contract.provider}/openapi.yaml", *found) for found in _in_openapi(contract, known)),
    ]


def parts(openapi: Mapping[str, Yaml]) -> Iterator[tuple[str, Yaml]]:
    """Every operation, parameter, response, header, way to send a key, and named schema, each with its place.

    Operations are those of the paths, and those that a provider calls its clients back with.
    """
    for path, item in openapi.get("paths", {}).items():
        yield from _path(path, item)
    components = openapi.get("components", {})
    for kind in ("securitySchemes", "parameters", "headers", "schemas"):
        for name, part in components.get(kind, {}).items():
            yield f"components.{kind}.{name}", part
    for name, response in components.get("responses", {}).items():
        yield from _response(f"components.responses.{name}", response)


def _path(path: str, item: Yaml) -> Iterator[tuple[str, Yaml]]:
    yield from _parameters(path, item)
    for method in METHODS:
        if method in item:
            yield from _operation(f"{method.upper()} {path}", item[method])


def _operation(where: str, operation: Yaml) -> Iterator[tuple[str, Yaml]]:
    yield where, operation
    yield from _parameters(where, operation)
    for status, response in operation.get("responses", {}).items():
        yield from _response(f"{where}: response {status}", response)
    for callback in operation.get("callbacks", {}).values():
        for address, item in callback.items():
            yield from _path(address, item)


def _response(where: str, response: Yaml) -> Iterator[tuple[str, Yaml]]:
    yield where, response
    for name, header in response.get("headers", {}).items():
        yield f"{where}: header {name}", header


def _parameters(where: str, holder: Yaml) -> Iterator[tuple[str, Yaml]]:
    for parameter in holder.get("parameters", []):
        yield f"{where}: parameter {parameter.get('name', parameter.get('$ref'))}", parameter


def _in_clauses(contract: Contract, known: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    entries: list[Clause | Gap] = [*contract.clauses, *contract.gaps]
    for twice, times in Counter(entry.id for entry in entries).items():
        if times > 1:
            yield twice, f"the id stands {times} times"
    for entry in entries:
        for what in _in_entry(entry, contract.provider, known):
            yield entry.id, what


def _in_entry(entry: Clause | Gap, provider: str, known: Mapping[str, Source]) -> Iterator[str]:
    topic = "gap" if isinstance(entry, Gap) else f"(?!gap\\.){_KEBAB}"
    if not re.fullmatch(rf"{provider}\.{topic}\.{_KEBAB}", entry.id):
        yield f"the id should look like {provider}.{'gap' if isinstance(entry, Gap) else 'topic'}.words-in-kebab"
    if isinstance(entry, Gap):
        yield from _in_citations(entry.citations, provider, known)
        return
    yield from _in_provenance(entry.provenance, entry.citations, provider, known)
    if entry.provenance == "inferred" and entry.reason is None:
        yield "it is inferred, and gives no reason"
    if entry.provenance != "inferred" and entry.reason is not None:
        yield "it gives a reason, and is not inferred"


def _in_openapi(contract: Contract, known: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    for where, part in parts(contract.openapi):
        for what in _in_part(part, contract.provider, known):
            yield where, what
    yield from _in_settings(contract)
    for where in _misplaced(contract.openapi, ""):
        yield where, "x-source inside properties is a property of that name"


def _in_settings(contract: Contract) -> Iterator[tuple[str, str]]:
    """What is wrong with what settings put in the place of schemas: it needs a clause, and schemas that there are."""
    clauses = {clause.id for clause in contract.clauses}
    schemas = contract.openapi.get("components", {}).get("schemas", {})
    for number, each in enumerate(contract.openapi.get("x-settings", [])):
        where = f"x-settings.{number}"
        if each.keys() != {"when", "clause", "schemas"}:
            yield where, f"it has when, clause and schemas, not {', '.join(each)}"
            continue
        if each["clause"] not in clauses:
            yield where, f"there is no clause {each['clause']!r}"
        for name in {*each["schemas"], *each["schemas"].values()} - schemas.keys():
            yield where, f"there is no schema {name!r}"


def _in_part(part: Yaml, provider: str, known: Mapping[str, Source]) -> Iterator[str]:
    if "$ref" in part:
        if "x-source" in part:
            yield "x-source beside a $ref is ignored"
        return
    try:
        cited = reading.citations(part.get("x-source"), "x-source")
    except ContractError as error:
        yield str(error)
        return
    if not cited:
        yield "it has no x-source"
        return
    usual = "own" if provider == OURS else "documented"
    yield from _in_provenance(part.get("x-provenance", usual), cited, provider, known)


def _misplaced(value: Yaml, where: str) -> Iterator[str]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        place = f"{where}.{key}" if where else str(key)
        if key == "properties" and isinstance(child, dict) and "x-source" in child:
            yield place
        yield from _misplaced(child, place)


def _in_provenance(
    provenance: str, cited: tuple[Citation, ...], provider: str, known: Mapping[str, Source]
) -> Iterator[str]:
    if provenance not in PROVENANCES:
        yield f"provenance {provenance!r} is none of {', '.join(PROVENANCES)}"
    if provenance == "own" and provider != OURS:
        yield "it is own, and not fauxreel's"
    yield from _in_citations(cited, provider, known)
    found = [known[citation.document] for citation in cited if citation.document in known]
    if provenance == "documented" and not any(source.lines for source in found):
        yield "it is documented, and cites none of the documents"
    if provenance == "vendor" and all(source.lines for source in found):
        yield "it is the vendor's, and cites none of the vendor's pages"


def _in_citations(cited: tuple[Citation, ...], provider: str, known: Mapping[str, Source]) -> Iterator[str]:
    for citation in cited:
        source = known.get(citation.document)
        if source is None:
            yield f"there is no source {citation.document!r}"
        else:
            yield from _in_citation(citation, source, provider)


def _in_citation(citation: Citation, source: Source, provider: str) -> Iterator[str]:
    if source.provider != provider:
        yield f"source {source.key!r} is of {source.provider}"
    if source.lines is None and citation.lines:
        yield f"source {source.key!r} has no lines to cite"
    if source.lines is not None and not citation.lines:
        yield f"document {source.key!r} is cited without lines"
    for first, last in citation.lines:
        if source.lines is not None and not 1 <= first <= last <= source.lines:
            yield f"lines {first}-{last} are not in document {source.key!r}, which has {source.lines}"
