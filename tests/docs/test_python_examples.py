"""The Python of the pages is run: tests with pytest and its plugin, other files as programs. The rest can be read.

A block whose first line is a comment with a file name becomes that file. What a page's `sh` blocks run themselves is
left to `test_examples.py`.
"""

import ast
import re
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT, all_pages
from tests.plugin_kit import environment, run_pytest


def files(page):
    """The Python files of a page."""
    return {block.file: block.text for block in page.blocks() if block.language == "python" and block.file}


def left_to_run(page):
    """Those that nothing on the page runs or imports."""
    scripts = "".join(block.text for block in page.blocks() if block.language == "sh")
    code = "".join(files(page).values())
    return [
        name
        for name in files(page)
        if name not in scripts
        and not name.endswith("conftest.py")
        and not re.search(rf"^(import|from) {re.escape(name.removesuffix('.py'))}\b", code, re.MULTILINE)
    ]


def with_files():
    return [page for page in all_pages() if left_to_run(page)]


@pytest.mark.parametrize("page", with_files(), ids=lambda page: page.name)
def test_the_python_on_the_page_does_what_it_says(page, tmp_path):
    names = left_to_run(page)
    tests = [name for name in names if name.startswith("test_")]
    if tests:
        done = run_pytest(tmp_path, "-W", "error", *tests, files=files(page))
        assert done.returncode == 0, done.stdout + done.stderr
    for name in set(names) - set(tests):
        (tmp_path / name).write_text(files(page)[name], "utf-8")
        done = subprocess.run(
            [sys.executable, name], cwd=tmp_path, env=environment(PYTHONPATH=str(ROOT)), timeout=60, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_what_is_shown_as_python_can_be_read(page):
    for block in page.blocks():
        if block.language == "python":
            ast.parse(block.text, f"{page.name}:{block.line}")
