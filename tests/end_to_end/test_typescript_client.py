"""The reference clients in TypeScript: under node against a served mock, and read by the compiler if npm has it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from tests.clients.recorded import judged
from tests.docs.pages import page
from tests.end_to_end.test_javascript import NODE, NPM, needs_node
from tests.plugin_kit import ROOT, environment

CLIENTS = ROOT / "clients" / "typescript"
HERE = Path(__file__).parent / "typescript"
SOURCES = sorted(CLIENTS.glob("**/*.ts"))
PROVIDERS = {"nouvel.test.mjs": "nouvel"}
"""Whose client a file tests, unless it is NanoGPT's."""
TYPESCRIPT = json.loads((CLIENTS / "package.json").read_text("utf-8"))["devDependencies"]["typescript"]


def strips_types() -> bool:
    """Whether node runs TypeScript as it is, as versions from 22.18 on do."""
    if NODE is None:
        return False
    asked = [NODE, "--print", "Boolean(process.features.typescript)"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.strip() == "true"


@pytest.fixture(scope="module")
def url(serve):
    return serve().url


@needs_node
@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_clients_are_careful_and_all_that_they_say_and_hear_is_as_described(url, file, tmp_path):
    under_node(url, file, tmp_path)


@pytest.mark.skipif(not strips_types(), reason="this node does not run TypeScript as it is")
@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_node_runs_the_typescript_as_it_is(url, file, tmp_path):
    under_node(url, file, tmp_path, CLIENTS="ts")


def under_node(url, file, folder, **variables):
    record = folder / "record.jsonl"
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", HERE / file],
        env=environment(FAUXREEL_URL=url, FAUXREEL_RECORD=str(record), **variables),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    counted = {name: int(number) for name, number in re.findall(r"^# (\w+) (\d+)$", done.stdout, re.MULTILINE)}
    assert counted["pass"] == counted["tests"] == len(re.findall(r"^ok \d", done.stdout, re.MULTILINE)) > 0
    complaints, sent, outcomes = judged(PROVIDERS.get(file, "nanogpt"), record.read_text("utf-8").splitlines())
    assert complaints == []
    assert (sent > 50, outcomes.total()) == (True, sent), outcomes


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_javascript_beside_it_is_made_of_this_very_source(source):
    head, body = source.with_suffix(".js").read_text("utf-8").split("\n", 1)

    digest = sha256((source.read_text("utf-8") + body).encode()).hexdigest()[:16]
    assert head == f'// Made of {source.name} by "npm run build": change that one. {digest}'


def test_it_needs_nothing():
    imported = {
        name for source in SOURCES for name in re.findall(r'from "([^"]+)"|import\("', source.read_text("utf-8"))
    }

    assert all(name.startswith("./") for name in imported - {""}), imported
    assert (
        set(json.loads((CLIENTS / "package.json").read_text("utf-8"))) & {"dependencies", "peerDependencies"} == set()
    )


@pytest.fixture(scope="module")
def tsc() -> list[str]:
    """The compiler, from a cache in the system's temporary folder; where npm cannot get it, the test is skipped."""
    if NODE is None or NPM is None:
        pytest.skip("there is no node, or no npm")
    cache = Path(tempfile.gettempdir()) / f"fauxreel-typescript-{TYPESCRIPT}-{os.getuid()}"
    compiler = cache / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        install(cache)
    return [NODE, str(compiler)]


def install(cache: Path) -> None:
    """Fill the cache by a single move, since other workers may do the same."""
    folder = Path(tempfile.mkdtemp(dir=cache.parent))
    done = subprocess.run(
        [NPM, "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0",
         "--fetch-timeout=10000", "--prefix", str(folder), f"typescript@{TYPESCRIPT}"],
        cwd=folder, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if done.returncode == 0 and not cache.exists():
        with suppress(OSError):  # another worker was quicker
            folder.rename(cache)
    shutil.rmtree(folder, ignore_errors=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        pytest.skip(f"npm cannot install typescript {TYPESCRIPT} here: {why}")


def compiled(tsc, *words, folder):
    done = subprocess.run([*tsc, *words], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_hold_and_the_javascript_is_what_the_compiler_makes(tsc, tmp_path):
    compiled(tsc, "-p", ".", "--outDir", str(tmp_path), folder=CLIENTS)

    for source in SOURCES:
        made = source.with_suffix(".js")
        body = made.read_text("utf-8").split("\n", 1)[1]
        assert (tmp_path / made.relative_to(CLIENTS)).read_text("utf-8") == body, f"{made.name}: npm run build"


def test_an_app_has_the_types_that_it_needs_and_no_others(tsc, tmp_path):
    shutil.copytree(CLIENTS, tmp_path / "lib", ignore=shutil.ignore_patterns("node_modules", "*.js", "*.mjs"))
    shutil.copy(HERE / "app.ts", tmp_path)
    (shown,) = (block.text for block in page("docs/reference/clients.md").blocks() if block.language == "ts")
    (tmp_path / "lib" / "shown.ts").write_text(shown, "utf-8")

    compiled(
        tsc, "--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler",
        "--lib", "es2022,dom", "app.ts", "lib/shown.ts", folder=tmp_path,
    )  # fmt: skip
