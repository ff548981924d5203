"""The OpenAPI descriptions are valid ones, and what they and the fixtures show as an example conforms to them."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from contracts.harness import export
from contracts.harness.citations import METHODS
from contracts.harness.conformance import conform
from contracts.harness.conformance import validate as validate_answer
from contracts.harness.load import citations, load, providers, sources

FIXTURES = [
    pytest.param(file, id=f"{file.parent.name}/{file.stem}")
    for file in sorted((Path(__file__).resolve().parents[2] / "fixtures").glob("*/*.json"))
]


def answers(provider):
    """Every answer that a description shows as an example: method, path, status, headers' media type, value."""
    openapi = load(provider).openapi
    for path, item in openapi["paths"].items():
        for method in METHODS:
            for status, response in item.get(method, {}).get("responses", {}).items():
                name = response.get("$ref", "").rpartition("/")[2]
                content = (openapi["components"]["responses"][name] if name else response).get("content", {})
                for media_type, media in content.items():
                    for example in media.get("examples", {}).values():
                        yield method, path, int(status), media_type, example["value"]


@pytest.mark.parametrize("provider", providers())
def test_a_description_is_valid_openapi(provider):
    validate(dict(load(provider).openapi))


def test_the_server_explains_itself_by_the_clauses_as_they_are():
    assert export.fresh(), f"mockserver/control/clauses.json is not what the contracts say: run {export.REFRESH}"


def test_the_examples_of_nanogpt_conform():
    shown = list(answers("nanogpt"))

    for method, path, status, media_type, value in shown:
        headers = {"content-type": media_type, "x-remaining-balance": "1", "allow": "GET", "content-range": "bytes */1"}
        validate_answer("nanogpt", method, path, status, headers, value)
    assert len(shown) > 40


@pytest.mark.parametrize("file", FIXTURES)
def test_a_fixture_names_its_source(file):
    (citation,) = citations(json.loads(file.read_text())["source"], file.name)
    source = sources()[citation.document]

    assert source.provider == file.parent.name
    assert all(first <= last <= source.lines for first, last in citation.lines)


@pytest.mark.parametrize("file", FIXTURES)
def test_a_fixture_that_names_a_component_conforms_to_it(file):
    fixture = json.loads(file.read_text())
    if "component" in fixture:
        conform(file.parent.name, fixture["component"], fixture.get("request", fixture.get("response")))
