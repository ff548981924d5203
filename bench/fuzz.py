"""Coverage-guided fuzzing of what reads strangers' bytes: `make fuzz`, a minute for each target unless told otherwise.

Each target runs in a process of its own, from a few inputs that are made on the spot. What crashes a target, takes it
too long or breaks a law that it states is kept in a scratch folder and named at the end; exit code 1 if there is any.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NO_ATHERIS = "fuzz: atheris is not installed; `make fuzz` does that, on Linux or macOS, for CPython 3.11 to 3.13."
TARGETS = ("query", "words", "range", "link", "settings", "form", "media", "wire")
INSTRUMENTED = ["mockserver", "python_multipart"]
LONGEST = {"media": 65536, "wire": 16384, "form": 16384}
"""Bytes of an input, where it is not 4,096."""

_RUNS = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz some targets, one after the other; exit code 1 if one of them has a crash."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"{', '.join(TARGETS)}: all of them unless named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations (1)")
    parser.add_argument("--again", type=Path, help="run one input once, to see what it does; with one target")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if options.child is not None:
        return _child(*options.child)
    if find_spec("atheris") is None:
        print(NO_ATHERIS)
        return 1
    if options.again is not None:
        return subprocess.run(_command(options.targets[0], [str(options.again)]), check=False, cwd=ROOT).returncode
    scratch = Path(tempfile.mkdtemp(prefix="fauxreel-fuzz-"))
    print(f"inputs and crashes are kept in {scratch}")
    failed = [target for target in options.targets or TARGETS if not _fuzzed(target, scratch, options)]
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "nothing crashed")
    return 1 if failed else 0


def _command(target: str, words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "bench.fuzz", "--child", target, *words]


def _fuzzed(target: str, scratch: Path, options: argparse.Namespace) -> bool:
    """Fuzz one target for its time, print a line about it, and tell whether it stood."""
    corpus, crashes = scratch / target / "corpus", scratch / target / "crashes"
    corpus.mkdir(parents=True)
    crashes.mkdir()
    words = [
        str(corpus), f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-artifact_prefix={crashes}/",
        f"-max_len={LONGEST.get(target, 4096)}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1",
    ]  # fmt: skip
    run = subprocess.run(
        _command(target, words), capture_output=True, text=True, check=False, cwd=ROOT, errors="replace"
    )
    (scratch / target / "log").write_text(run.stdout + run.stderr)
    runs, covered = _RUNS.search(run.stderr), _COVERED.findall(run.stderr)
    found = sorted(crashes.iterdir())
    stood = run.returncode == 0 and not found
    print(
        f"{target:9} {runs[1] if runs else '?':>9} runs, {covered[-1] if covered else '?':>6} branches,",
        "no crash" if stood else f"exit code {run.returncode}, {len(found)} crashes",
        flush=True,
    )
    if not stood:
        print(*(run.stdout.splitlines() or run.stderr.splitlines())[-25:], sep="\n")  # the traceback, if Python raised
        print(*(f"see it again: make fuzz ARGS='{target} --again {path}'" for path in found), sep="\n")
    return stood


def _child(target: str, *words: str) -> int:
    """Be the process that fuzzes: never returns by itself."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED):
        make = getattr(import_module("bench.fuzz_targets"), target)
        seeds, one = make()
    folder = Path(words[0])
    if folder.is_dir():
        for number, seed in enumerate(seeds):
            (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([target, *words], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
