"""Links between pages lead somewhere, and what is shown as JSON or TOML can be read."""

import json
import tomllib

import pytest

from tests.docs.pages import ROOT, Page, all_pages


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_relative_links_lead_to_files_and_headings(page):
    lost = [link for link in page.links() if not leads_somewhere(page, link)]
    assert not lost


def leads_somewhere(page, link):
    if link.startswith(("https://", "http://", "mailto:")):
        return True
    path, _, anchor = link.partition("#")
    target = (page.path.parent / path).resolve() if path else page.path
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in Page(target).anchors()


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_what_is_shown_as_json_or_toml_can_be_read(page):
    readers = {"json": json.loads, "toml": tomllib.loads}
    for block in page.blocks():
        if block.language in readers:
            readers[block.language](block.text)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_what_is_shown_as_javascript_is_in_the_example_that_is_run(page):
    example = "".join(path.read_text("utf-8") for path in sorted((ROOT / "docs/examples/javascript").glob("*.js")))
    for block in page.blocks():
        if block.language == "js":
            assert block.text in example, f"{page.name}:{block.line}"
