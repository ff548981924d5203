"""Each kind of finding is found, in contracts that have nothing else wrong."""

from types import MappingProxyType

import pytest

from contracts.harness.citations import check, findings
from contracts.harness.load import Citation, Clause, Contract, Gap, Source

SOURCES = MappingProxyType(
    {
        "900": Source("900", "Acme's guide", "https://acme.test/guide", "acme", 10),
        "901": Source("901", "Other's guide", "https://other.test/guide", "other", 10),
        "acme:faq": Source("acme:faq", "Acme's questions", "https://acme.test/faq", "acme", None),
    }
)
GUIDE = Citation("900", ((3, 5),))
FAQ = Citation("acme:faq")


def clause(name="acme.video.ready", provenance="documented", cited=(GUIDE,), reason=None):
    return Clause(name, "A rule.", provenance, cited, reason)


def contract(*clauses, gaps=(), openapi=None):
    return Contract("acme", clauses, gaps, openapi or {})


def complaints(subject):
    return [f"{finding.where}: {finding.what}" for finding in findings(subject, SOURCES)]


def test_a_good_contract_has_no_findings():
    subject = contract(
        clause(),
        clause("acme.video.cost", "vendor", (FAQ,)),
        clause("acme.video.cost-again", "vendor", (GUIDE, FAQ)),
        clause("acme.video.kept-7-days", "inferred", (), "Nobody says."),
        gaps=(Gap("acme.gap.colour", "Green.", "Blue.", (GUIDE,)),),
        openapi=DESCRIPTION,
    )

    assert complaints(subject) == []


@pytest.mark.parametrize(
    ("subject", "complaint"),
    [
        (clause(cited=(Citation("902", ((1, 1),)), GUIDE)), "there is no source '902'"),
        (clause(cited=(Citation("901", ((1, 1),)), GUIDE)), "source '901' is of other"),
        (clause(cited=(Citation("900", ((9, 11),)),)), "lines 9-11 are not in document '900', which has 10"),
        (clause(cited=(Citation("900", ((0, 1),)),)), "lines 0-1 are not in document '900', which has 10"),
        (clause(cited=(Citation("900", ((5, 3),)),)), "lines 5-3 are not in document '900', which has 10"),
        (clause(cited=(Citation("900"),)), "document '900' is cited without lines"),
        (clause(cited=(GUIDE, Citation("acme:faq", ((1, 2),)))), "source 'acme:faq' has no lines to cite"),
        (clause(cited=(FAQ,)), "it is documented, and cites none of the documents"),
        (clause(cited=()), "it is documented, and cites none of the documents"),
        (clause(provenance="vendor"), "it is the vendor's, and cites none of the vendor's pages"),
        (clause(provenance="vendor", cited=()), "it is the vendor's, and cites none of the vendor's pages"),
        (clause(provenance="own"), "it is own, and not fauxreel's"),
        (clause(provenance="rumour"), "provenance 'rumour' is none of documented, vendor, inferred, own"),
        (clause(provenance="inferred"), "it is inferred, and gives no reason"),
        (clause(reason="Because."), "it gives a reason, and is not inferred"),
    ],
)
def test_each_kind_of_bad_clause_is_found(subject, complaint):
    assert complaints(contract(subject)) == [f"acme.video.ready: {complaint}"]


@pytest.mark.parametrize(
    "name", ["acme.video", "other.video.ready", "acme.video.Ready", "acme.gap.ready", "acme.video.a--b"]
)
def test_a_malformed_id_is_found(name):
    assert complaints(contract(clause(name))) == [f"{name}: the id should look like acme.topic.words-in-kebab"]


def test_a_gap_is_judged_like_a_clause():
    gaps = (Gap("acme.video.colour", "Green.", "Blue.", (Citation("902"),)),)

    assert complaints(contract(gaps=gaps)) == [
        "acme.video.colour: the id should look like acme.gap.words-in-kebab",
        "acme.video.colour: there is no source '902'",
    ]


def test_an_id_that_stands_twice_is_found():
    assert complaints(contract(clause(), clause())) == ["acme.video.ready: the id stands 2 times"]


SAID = {"document": "900", "lines": "3-5"}
DESCRIPTION = {
    "paths": {
        "/v1/videos": {
            "parameters": [{"name": "trace", "in": "query", "x-source": SAID}],
            "post": {
                "x-source": SAID,
                "parameters": [{"$ref": "#/components/parameters/Page"}],
                "responses": {"202": {"x-source": SAID}, "400": {"$ref": "#/components/responses/Bad"}},
                "callbacks": {"done": {"{$url}": {"post": {"x-source": SAID, "responses": {}}}}},
            },
        }
    },
    "components": {
        "parameters": {"Page": {"name": "page", "x-source": {"document": "acme:faq"}, "x-provenance": "vendor"}},
        "securitySchemes": {"key": {"type": "http", "x-source": SAID}},
        "headers": {"Wait": {"x-source": SAID}},
        "responses": {
            "Bad": {"x-source": [SAID], "x-provenance": "inferred", "headers": {"Allow": {"x-source": SAID}}},
        },
        "schemas": {"Video": {"x-source": SAID, "properties": {"id": {"type": "string"}}}},
    },
}


def changed(value, path, new):
    """A copy of `value` in which what lies at `path` is `new`."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, list):
        return [changed(item, rest, new) if place == first else item for place, item in enumerate(value)]
    return {**value, first: changed(value.get(first), rest, new)}


PATH = ("paths", "/v1/videos")
SCHEMA = ("components", "schemas", "Video")


@pytest.mark.parametrize(
    ("path", "new", "complaint"),
    [
        ((*PATH, "post", "x-source"), None, "POST /v1/videos: it has no x-source"),
        ((*PATH, "parameters", 0, "x-source"), None, "/v1/videos: parameter trace: it has no x-source"),
        ((*PATH, "post", "responses", "202", "x-source"), [], "POST /v1/videos: response 202: it has no x-source"),
        (("components", "parameters", "Page", "x-source"), None, "components.parameters.Page: it has no x-source"),
        (("components", "responses", "Bad", "x-source"), None, "components.responses.Bad: it has no x-source"),
        (("components", "responses", "Bad", "headers", "Allow", "x-source"), None,
         "components.responses.Bad: header Allow: it has no x-source"),
        (("components", "headers", "Wait", "x-source"), None, "components.headers.Wait: it has no x-source"),
        (("components", "securitySchemes", "key", "x-source"), None,
         "components.securitySchemes.key: it has no x-source"),
        ((*PATH, "post", "callbacks", "done", "{$url}", "post", "x-source"), None,
         "POST {$url}: it has no x-source"),
        ((*SCHEMA, "x-source"), None, "components.schemas.Video: it has no x-source"),
        ((*SCHEMA, "x-source"), {"document": "902"}, "components.schemas.Video: there is no source '902'"),
        ((*SCHEMA, "x-source"), {"document": "900", "lines": "11"},
         "components.schemas.Video: lines 11-11 are not in document '900', which has 10"),
        ((*SCHEMA, "x-source"), {"lines": "1"}, "components.schemas.Video: x-source: source: document missing"),
        ((*SCHEMA, "x-provenance"), "vendor",
         "components.schemas.Video: it is the vendor's, and cites none of the vendor's pages"),
        ((*SCHEMA, "x-provenance"), "rumour",
         "components.schemas.Video: provenance 'rumour' is none of documented, vendor, inferred, own"),
        ((*SCHEMA, "properties", "x-source"), SAID,
         "components.schemas.Video.properties: x-source inside properties is a property of that name"),
        ((*PATH, "post", "responses", "400", "x-source"), SAID,
         "POST /v1/videos: response 400: x-source beside a $ref is ignored"),
    ],
)  # fmt: skip
def test_each_kind_of_bad_description_is_found(path, new, complaint):
    found = complaints(contract(openapi=changed(DESCRIPTION, path, new)))

    assert complaint in found
    assert all("there is no source" in what or "cites none" in what for what in set(found) - {complaint})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({"clause": "acme.video.gone"}, "x-settings.0: there is no clause 'acme.video.gone'"),
        ({"schemas": {"Film": "Video"}}, "x-settings.0: there is no schema 'Film'"),
        ({"schemas": {"Video": "Film"}}, "x-settings.0: there is no schema 'Film'"),
        ({"why": "so"}, "x-settings.0: it has when, clause and schemas, not when, clause, schemas, why"),
    ],
)
def test_what_a_setting_changes_names_its_clause_and_schemas_that_there_are(change, complaint):
    stand_in = {"when": {"acme.age": "old"}, "clause": "acme.video.ready", "schemas": {"Video": "Video"}}

    found = complaints(contract(clause(), openapi=DESCRIPTION | {"x-settings": [stand_in | change]}))

    assert found == ([] if complaint is None else [complaint])


def test_all_contracts_of_a_folder_are_checked(tmp_path):
    (tmp_path / "sources.yaml").write_text("{}")
    for name in ("acme", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "openapi.yaml").write_text("openapi: 3.1.0")
        (tmp_path / name / "clauses.yaml").write_text(
            f"provider: {name}\nclauses:\n- {{id: {name}.a.b, rule: R., provenance: inferred}}"
        )

    assert [str(finding) for finding in check(tmp_path)] == [
        "acme/clauses.yaml: acme.a.b: it is inferred, and gives no reason",
        "other/clauses.yaml: other.a.b: it is inferred, and gives no reason",
    ]
