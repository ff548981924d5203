"""Contracts are read as values, and what cannot be read is named with its file and entry."""

import pytest

from contracts.harness.load import Citation, Clause, ContractError, Gap, Source, load, providers, sources

CLAUSES = """
provider: acme
clauses:
  - id: acme.video.ready-after-timeline
    rule: A video is ready when its timeline says so.
    provenance: documented
    source: [{document: "900", lines: "3-5,8"}, {document: "acme:faq"}]
  - id: acme.video.same-bytes
    rule: A video does not change.
    provenance: inferred
    reason: Nobody says that it does.
gaps:
  - id: acme.gap.colour
    fact: Videos are green.
    why: Ours are blue.
    source: {document: "900", lines: 7}
"""
SOURCES = """
"900": {title: Acme's guide, address: https://acme.test/guide, provider: acme, lines: 10}
acme:faq: {title: Acme's questions, address: https://acme.test/faq, provider: acme}
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "openapi.yaml").write_text("openapi: 3.1.0")
    (tmp_path / "acme" / "clauses.yaml").write_text(CLAUSES)
    (tmp_path / "sources.yaml").write_text(SOURCES)
    return tmp_path


def test_a_contract_is_read_as_a_value(root):
    contract = load("acme", root)

    assert contract.clauses == (
        Clause(
            id="acme.video.ready-after-timeline",
            rule="A video is ready when its timeline says so.",
            provenance="documented",
            citations=(Citation("900", ((3, 5), (8, 8))), Citation("acme:faq")),
            reason=None,
        ),
        Clause("acme.video.same-bytes", "A video does not change.", "inferred", (), "Nobody says that it does."),
    )
    assert contract.gaps == (
        Gap("acme.gap.colour", "Videos are green.", "Ours are blue.", (Citation("900", ((7, 7),)),)),
    )
    assert contract.openapi == {"openapi": "3.1.0"}


def test_sources_are_read_as_values(root):
    assert sources(root) == {
        "900": Source("900", "Acme's guide", "https://acme.test/guide", "acme", 10),
        "acme:faq": Source("acme:faq", "Acme's questions", "https://acme.test/faq", "acme", None),
    }


def test_a_folder_with_clauses_is_a_provider(root):
    (root / "empty").mkdir()

    assert providers(root) == ("acme",)


def test_a_citation_reads_like_one():
    assert str(Citation("900", ((3, 5), (8, 8)))) == "900, lines 3-5, 8"
    assert str(Citation("acme:faq")) == "acme:faq"


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("provider: acme", "provider: other", "provider is 'other', but the folder is 'acme'"),
        ("clauses:", "clauses_:", "clauses missing"),
        ("    rule: A video does not change.\n", "", "acme.video.same-bytes: rule missing"),
        ("    rule: A video does", "    rules: A video does", "acme.video.same-bytes: rule missing"),
        ("    reason:", "    because:", "acme.video.same-bytes: unknown key because"),
        ("rule: A video does not change.", "rule: 5", "acme.video.same-bytes: rule: a text is expected, not 5"),
        ("rule: A video does not change.", "rule: ' '", "acme.video.same-bytes: rule: a text is expected"),
        ('lines: "3-5,8"', "lines: three", "acme.video.ready-after-timeline: lines must look like"),
        ('{document: "acme:faq"}', "{page: 1}", "acme.video.ready-after-timeline: source: document missing"),
        ('{document: "acme:faq"}', '"acme:faq"', "acme.video.ready-after-timeline: source: a mapping"),
        ("    why: Ours are blue.\n", "", "acme.gap.colour: why missing"),
        ("  - id: acme.gap.colour\n    fact", "  - fact", "an entry without an id"),
        ("    provenance: inferred", "    provenance: inferred\n    provenance: vendor", "twice: provenance"),
        ("clauses:", "clauses: {", "expected"),
    ],
)
def test_what_cannot_be_read_is_named(root, right, wrong, complaint):
    assert right in CLAUSES
    (root / "acme" / "clauses.yaml").write_text(CLAUSES.replace(right, wrong, 1))

    with pytest.raises(ContractError, match=r"clauses\.yaml") as caught:
        load("acme", root)

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("lines: 10", "lines: ten", "900: lines must be a number, not 'ten'"),
        ("title: Acme's guide, ", "", "900: title missing"),
        ('"900":', "900:", "a mapping with texts as keys is expected"),
    ],
)
def test_sources_that_cannot_be_read_are_named(root, right, wrong, complaint):
    (root / "sources.yaml").write_text(SOURCES.replace(right, wrong, 1))

    with pytest.raises(ContractError, match=r"sources\.yaml") as caught:
        sources(root)

    assert complaint in str(caught.value)


def test_a_missing_file_is_named(root):
    (root / "acme" / "openapi.yaml").unlink()

    with pytest.raises(ContractError, match=r"openapi\.yaml: there is no such file"):
        load("acme", root)
