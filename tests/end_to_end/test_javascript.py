"""The example project in JavaScript: plain node wherever there is one, and vitest where npm has or gets it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin_kit import ROOT, environment

EXAMPLE = ROOT / "docs" / "examples" / "javascript"
NODE, NPM = shutil.which("node"), shutil.which("npm")
FAUXREEL = [sys.executable, "-m", "mockserver", "run", "--"]


def version() -> int:
    """The major version of node; 0 if there is none."""
    if NODE is None:
        return 0
    told = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    return int(re.match(r"v(\d+)", told)[1])


needs_node = pytest.mark.skipif(version() < 18, reason="there is no node of version 18 or newer")


@pytest.fixture
def project(tmp_path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("node_modules"))


def run(*words, folder):
    return subprocess.run(
        words,
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@needs_node
def test_plain_node(project):
    done = run(*FAUXREEL, "node", "--test", "--test-reporter=tap", folder=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 4" in done.stdout


@needs_node
def test_a_test_that_fails_makes_the_whole_fail(project):
    (project / "node.test.js").write_text('import { test } from "node:test"; test("no", () => { throw Error(); });')

    assert run(*FAUXREEL, "node", "--test", folder=project).returncode == 1


@needs_node
def test_vitest(project):
    installed = EXAMPLE / "node_modules"
    if installed.is_dir():
        (project / "node_modules").symlink_to(installed)
    else:
        install(project)

    done = run(*FAUXREEL, "npx", "vitest", "run", "--no-color", folder=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Tests +6 passed", done.stdout), done.stdout


def install(project):
    """Have npm install vitest without running anybody's scripts; where it cannot, the test is skipped."""
    if NPM is None:
        pytest.skip("there is no npm, and vitest is not in docs/examples/javascript/node_modules")
    done = run(
        NPM, "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock",
        "--fetch-retries=0", "--fetch-timeout=10000", folder=project,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm cannot install vitest here: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")
