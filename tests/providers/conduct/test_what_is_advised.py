"""Advice is about what there is: operations that are served, queries that the contract describes, clauses."""

import pytest

from contracts.harness.load import load
from mockserver.control.rules import rules
from mockserver.core.conduct import FINDINGS
from mockserver.settings import discover

PROVIDERS = {provider.name: provider for provider in discover()}
MEDIA = {
    "artnex": {"media"},
    "nanogpt": {"media", "content"},
    "nouvel": {"media"},
    "viddyscribe": {"download"},
}
KEYLESS = {"media", "download", "put_upload"}
"""What is asked without a key, and under an address that the provider has made: no client makes up its query."""


def advice_of(name):
    return PROVIDERS[name].advice(PROVIDERS[name].options())


def operations(name):
    """Names of operations, by their method and path."""
    return {(one.method, one.path): one.name for one in PROVIDERS[name].routes}


def described_queries(name):
    """The query parameters of each operation that the contract describes, by the name of the operation."""
    description, names = load(name).openapi, operations(name)
    found = {}
    for path, methods in description["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if (served := names.get((method.upper(), path))) and served not in KEYLESS:
                all_of_it = [referred(description, one) for one in [*shared, *operation.get("parameters", [])]]
                found.setdefault(served, set()).update(one["name"] for one in all_of_it if one["in"] == "query")
    return found


def described_bodies(name):
    """The fields of each JSON body that the contract describes, by the name of the operation."""
    description, names = load(name).openapi, operations(name)
    found = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            body = referred(description, operation.get("requestBody", {})) if isinstance(operation, dict) else {}
            schema = body.get("content", {}).get("application/json", {}).get("schema")
            if schema and (method.upper(), path) in names:
                found[names[method.upper(), path]] = {*properties(description, schema)}
    return found


def properties(description, schema):
    """The names of an object's fields, in whichever of its forms."""
    schema = referred(description, schema)
    yield from schema.get("properties", ())
    for kind in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(kind, ()):
            yield from properties(description, part)


def referred(description, part):
    """A part of a description, or what it refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    return description["components"][kind][name]


@pytest.mark.parametrize("name", PROVIDERS)
def test_advice_is_about_operations_that_are_served(name):
    advice = advice_of(name)
    about = advice.submits | advice.polls | advice.shared | {*advice.queries} | {*advice.deprecated}

    assert about - {*operations(name).values()} == set()
    assert advice.downloads == MEDIA[name]


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_query_that_the_contract_describes_is_known_and_no_other(name):
    assert {one: {*names} for one, names in advice_of(name).queries.items()} == described_queries(name)


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_field_that_the_contract_describes_is_known_and_no_other(name):
    advice = advice_of(name)
    for operation, described in described_bodies(name).items():
        known = {*advice.fields(operation, {})}
        if operation == "generate_video":  # the models' own parameters are known, too
            assert {"bgm", "cameraMovement"} <= known - described
            known &= described
        assert known == described, operation
    assert advice.fields("no operation", {}) is None


@pytest.mark.parametrize("name", PROVIDERS)
def test_advice_rests_on_clauses_and_is_of_kinds_that_there_are(name):
    advice = advice_of(name)
    resting = {counsel.clause for counsel in advice.counsel.values()} | advice.gone | advice.too_large

    assert resting - {*rules()} == set()
    assert {*advice.counsel} - {*FINDINGS} == set()


@pytest.mark.parametrize("name", PROVIDERS)
def test_who_polls_by_any_of_its_addresses_polls(name):
    """Each operation that answers how one job goes is a poll, as far as advice is concerned."""
    by_description = {
        "artnex": {"get_video", "find_video"},
        "nanogpt": {"video_status", "legacy_status", "story_status"},
        "nouvel": {"get_job"},
        "viddyscribe": {"get_results"},
    }

    assert advice_of(name).polls == by_description[name]
