"""The examples of the pages are run: each page's `sh` blocks in order, in one shell, against a server of its own.

A block whose first line is a comment with a file name becomes that file. A `json` or `text` block after a `sh` block is
what the latter prints; in JSON "…" stands for anything, and as a key for further keys. `console` blocks are not run.
"""

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import DOCUMENTED, ROOT, Block, all_pages
from tests.end_to_end.conftest import served
from tests.plugin_kit import PLUGIN

LED = {"README.md", "docs/quickstart.md"}
NEXT = "\x1e"
TOOLS = {"fauxreel": "-m mockserver", "python": "", "python3": "", "pytest": " ".join(["-m pytest", *PLUGIN])}

needs_shell = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the examples are run by bash and curl"
)


def with_examples():
    """The pages that lead a reader by the hand."""
    led = [page for page in all_pages() if page.name in LED or page.name.startswith("docs/how-to/")]
    return [page for page in led if any(block.language == "sh" for block in page.blocks())]


@needs_shell
@pytest.mark.parametrize("page", with_examples(), ids=lambda page: page.name)
def test_the_examples_do_what_the_page_says(page, tmp_path):
    with served("--speed", "600") as server:
        here = [block.at(server.url) for block in page.blocks()]
        for block in here:
            if block.file:
                (tmp_path / block.file).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / block.file).write_text(block.text, "utf-8")
        printed = played([block.text for block in here if block.language == "sh"], tmp_path, server.url)
    for block, following in pairwise([*page.blocks(), Block("", "", 0)]):
        if block.language == "sh":
            shown = next(printed).replace(server.url, DOCUMENTED)
            compare(following, shown, f"{page.name}:{following.line}")


def played(scripts, folder, url):
    """What each of the scripts printed, run one after the other in one shell."""
    script = "".join(f"{text}\nprintf '{NEXT}'\n" for text in scripts)
    done = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PATH": f"{shims(folder)}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
             "FAUXREEL_URL": url},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return iter(done.stdout.split(NEXT))


def shims(folder: Path) -> Path:
    """A folder with the commands that a reader has once `make` has set up; it is `.venv/bin` too."""
    found = folder / ".bin"
    found.mkdir()
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(found)
    for name, words in TOOLS.items():
        (found / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (found / name).chmod(0o755)
    return found


def compare(documented, shown, where):
    """Compare what was printed with the block that follows: `json` by value, `text` to the letter, else not."""
    if documented.language == "json":
        same(json.loads(documented.text), json.loads(shown), where)
    elif documented.language == "text":
        assert shown.strip() == documented.text.strip(), where


def same(expected, actual, where):
    """Compare two JSON values, the first of which may have gaps."""
    match expected:
        case "…":
            pass
        case dict():
            assert set(actual) >= set(expected) - {"…"}, where
            assert "…" in expected or set(actual) == set(expected), where
            for name in set(expected) - {"…"}:
                same(expected[name], actual[name], f"{where} {name}")
        case [*first, "…"]:
            same(first, actual[: len(first)], where)
        case list():
            assert len(actual) == len(expected), where
            for index, one in enumerate(expected):
                same(one, actual[index], f"{where} [{index}]")
        case _:
            assert actual == expected, where
