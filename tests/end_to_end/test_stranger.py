"""A stranger's project: the wheel in a fresh environment, and pytest in a folder that is none of ours."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.plugin_kit import ROOT, environment

PROJECT = Path(__file__).parent / "stranger"
SHARED = sysconfig.get_paths()["purelib"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without a network by the builder that this environment has."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def stranger(wheel, tmp_path_factory):
    """The stranger's project, and an environment with fauxreel's wheel; what that needs is borrowed from this one."""
    folder = tmp_path_factory.mktemp("stranger")
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    run(*pip, "install", "-q", "--no-deps", "--no-index", str(wheel))
    purelib = run(str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").stdout.strip()
    (Path(purelib) / "shared.pth").write_text(f"{SHARED}\n")
    shutil.copytree(PROJECT, folder / "project")

    def tested(*words):
        return subprocess.run(
            [str(python), "-m", "pytest", "-q", *words], cwd=folder / "project", env=environment(), check=False,
            capture_output=True, text=True, timeout=240,
        )  # fmt: skip

    return tested


def run(*words, cwd=None):
    done = subprocess.run(words, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_has_the_server_and_its_plugin_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"mockserver", wheel.name.rpartition("-py3")[0] + ".dist-info"}
    assert {"mockserver/py.typed", "mockserver/pytest_plugin.py", "mockserver/testing/__init__.py"} <= set(names)


@pytest.mark.skipif(os.name == "nt", reason="the environment's programs are elsewhere on Windows")
@pytest.mark.parametrize("words", [[], ["-n", "2"]], ids=["one", "two workers"])
def test_a_stranger_installs_the_wheel_and_uses_it(stranger, words):
    done = stranger("--deselect", "test_broken.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^14 passed", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.skipif(os.name == "nt", reason="the environment's programs are elsewhere on Windows")
def test_a_strangers_failing_test_shows_what_happened(stranger):
    done = stranger("test_broken.py", "-n", "1")
    assert done.returncode == 1
    shown = re.sub(r"vid_\w+", "JOB", done.stdout)
    assert re.findall(r"^01-01 \S+  (.*)$", shown, re.MULTILINE) == [
        "POST /api/generate-video key sk-…st → 202", "nanogpt JOB IN_QUEUE", "nanogpt JOB charge 3.4 USD",
        "nanogpt JOB IN_PROGRESS", "nanogpt JOB FAILED", "nanogpt JOB refund 3.4 USD",
        "GET /api/video/status?requestId=JOB key sk-…st → 200",
    ]  # fmt: skip
