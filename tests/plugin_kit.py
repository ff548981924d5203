"""pytest in a process of its own, with the plugin, as a user runs it."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[1]
INSTALLED = any(point.name == "fauxreel" for point in entry_points(group="pytest11"))
PLUGIN = [] if INSTALLED else ["-p", "mockserver.pytest_plugin"]
"""What loads the plugin where the environment is older than its entry point."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what runs of pytest and fauxreel leave in it."""
    left = ("FAUXREEL_", "PYTEST_", "COVERAGE_", "COV_CORE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left)} | more


def run_pytest(
    folder: Path, *words: str, files: dict[str, str] | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Write the files, and run pytest on the folder."""
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), "utf-8")
    (folder / "pytest.ini").touch()
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGIN, *words], cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), **variables), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
