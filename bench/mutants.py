"""How many mutants the tests kill: `make mutants`, or a seeded sample with `make mutants ARGS="--sample 300"`.

mutmut makes the mutants; `trials.py` finds out which tests run which function, and tries them. Each package is mutated
in a working copy of its own under `.mutants/`, where only the tests that are about it are run, without a socket: which
ones says `[tool.mutants]` in pyproject.toml. What was found is kept there: an interrupted run goes on where it was.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import inf, sqrt
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".mutants"
COPIED = ("mockserver", "contracts", "clients", "fixtures", "tests", "docs", "README.md", "CHANGELOG.md")
KILLED, NOT_TRIED = "killed", "not tried"
MEANINGS = {None: NOT_TRIED, 0: "survived", 1: KILLED, 3: KILLED, 5: "no tests", 33: "no tests", 36: "timeout"}
"""What mutmut says by its exit codes; a mutant that never ends was noticed, and so was one that crashes Python. Other
codes are those of a run that went wrong: nothing was noticed."""

LOG, TOLD, HITS, ON_IMPORT = "trials.log", "told.jsonl", "hits.json", "import"
"""In a copy: what pytest prints, what the trials tell, and which tests run what; and the trials' word for a mutant that
cannot be tried in a fork."""

NO_IMPORT = {int(pytest.ExitCode.INTERRUPTED), int(pytest.ExitCode.USAGE_ERROR)}
"""How pytest ends if the modules, or the tests and what they share, could not even be imported."""
WENT_WRONG = 35

MAKE = """
import mutmut.__main__ as mutmut
mutmut.set_mutant_under_test("mutant_generation")
mutmut.copy_src_dir()
mutmut.copy_also_copy_files()
mutmut.setup_source_paths()
mutmut.create_mutants(1)
"""
"""The first step of `mutmut run`; the others are ours."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try mutants and print the score; exit code 1 if a package is below `--at-least`."""
    options = _options(arguments)
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutants"]
    packages = options.packages or [name for name in chosen if isinstance(chosen[name], dict)]
    worst = 100.0
    for package in packages:
        copy = _prepared(package, chosen)
        if not options.only_count:
            _try(copy, options)
        results = _results(copy)
        tried = {name: what for name, what in results.items() if what != NOT_TRIED}
        if options.sample is not None:
            tried = {name: tried[name] for name in _sample(results, options) if name in tried}
        worst = min(worst, _print(package, tried, len(results), survivors=options.survivors))
    return int(worst < options.at_least)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", help="core, nanogpt, nouvel, viddyscribe, artnex (all)")
    parser.add_argument("--sample", type=int, help="so many mutants of each package, drawn by the seed (all)")
    parser.add_argument("--seed", type=int, default=1, help="what draws the sample (1)")
    parser.add_argument("--children", type=int, default=1, help="how many are tried at once (1)")
    parser.add_argument("--seconds", type=float, default=inf, help="of tests for each, in their order (all tests)")
    parser.add_argument("--again", action="store_true", help="try once more those that survived: there are new tests")
    parser.add_argument("--survivors", action="store_true", help="list what survived; `mutmut show NAME` in .mutants/…")
    parser.add_argument("--only-count", action="store_true", help="print what is known, and try nothing")
    parser.add_argument("--at-least", type=float, default=0, help="the percentage below which the exit code is 1 (0)")
    return parser.parse_args(arguments)


def _prepared(package: str, chosen: dict[str, dict[str, list[str]]]) -> Path:
    """A working copy of the repository, with mutmut's settings for one package."""
    copy = WORK / package
    copy.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        _copy(ROOT / name, copy / name)
    settings = {name: value for name, value in chosen.items() if not isinstance(value, dict)}
    settings |= {
        "only_mutate": chosen[package]["mutated"],
        "pytest_add_cli_args_test_selection": chosen[package]["tests"],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    text = (ROOT / "pyproject.toml").read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n"
    (copy / "pyproject.toml").write_text(text)
    return copy


def _copy(source: Path, target: Path) -> None:
    """Copy what has changed, and drop what is gone; what has not changed keeps its time, by which mutmut knows it."""
    for there in [target, target.parent / "mutants" / target.name]:
        for file in sorted(there.rglob("*.py")) if source.is_dir() else ():
            if not (source / file.relative_to(there)).exists():
                file.unlink()
    for file in [source] if source.is_file() else sorted(source.rglob("*")):
        there = target / file.relative_to(source) if source.is_dir() else target
        if file.is_file() and "__pycache__" not in file.parts and not _same(file, there):
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, there)


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def _try(copy: Path, options: argparse.Namespace) -> None:
    """Make the mutants that are not there yet, and try those that are wanted."""
    _note(copy)
    _make(copy)
    results = _results(copy)
    wanted = list(results) if options.sample is None else _sample(results, options)
    stale = {NOT_TRIED, "survived", "no tests", "timeout"} if options.again else {NOT_TRIED}
    left = [name for name in wanted if results[name] in stale]
    if left:
        print(f"{copy.name}: {len(left)} to try; {copy / TOLD} grows by a line for each", file=sys.stderr, flush=True)
        _trials(copy, left, f"--children={options.children}", f"--seconds={options.seconds}")
        _note(copy)


def _make(copy: Path) -> None:
    """Let mutmut mutate what is new or has changed; what it knows of mutants of other functions stays."""
    with (copy / LOG).open("w") as log:
        done = subprocess.run([sys.executable, "-c", MAKE], cwd=copy, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise SystemExit(f"mutmut could not mutate {copy.name}: see {copy / LOG}")


def _trials(copy: Path, names: Sequence[str], *how: str) -> None:
    """Try them in forks of one process that has the tests; what runs on import, in a process of its own each."""
    if _pytest(copy, names, *how):
        raise SystemExit(f"the tests of {copy.name} do not pass: see {copy / LOG}")
    for name in [name for name in names if _told(copy).get(name) == ON_IMPORT]:
        _alone(copy, name, *how)


def _alone(copy: Path, name: str, *how: str) -> None:
    """Try what runs on import: in the files of a few tests that run it, which takes seconds, then in all."""
    for tests in filter(None, [_files_about(copy, name.partition("__mutmut_")[0]), _settings(copy)[1]]):
        code = _pytest(copy, [name], *how, f"--mutant={name}", tests=tests)
        if _told(copy).get(name) == ON_IMPORT:
            with (copy / TOLD).open("a") as told:
                told.write(json.dumps([name, int(code in NO_IMPORT) or WENT_WRONG, 0, "import"]) + "\n")
        if _told(copy).get(name) == 1:
            return


def _files_about(copy: Path, function: str) -> list[str]:
    """The files of the quickest tests that run a function."""
    known = json.loads((copy / HITS).read_text())["tests"]
    about = sorted((seconds, test) for test, (_, seconds, functions) in known.items() if function in functions)
    return sorted({test.partition("::")[0] for _, test in about[:20]})


def _settings(copy: Path) -> tuple[list[str], list[str]]:
    """What pytest is started with: options, and the selection of tests."""
    found = tomllib.loads((copy / "pyproject.toml").read_text())["tool"]["mutmut"]
    return found["pytest_add_cli_args"], found["pytest_add_cli_args_test_selection"]


def _pytest(copy: Path, names: Sequence[str], *how: str, tests: Sequence[str] = ()) -> int:
    (copy / "trials.txt").write_text("\n".join(names))
    options, selection = _settings(copy)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--tb=native", "-q", "-p", "trials", *how]
    command += [f"--trials={copy / 'trials.txt'}", f"--told={copy / TOLD}", f"--hits={copy / HITS}"]
    command += [*options, *(tests or selection)]
    around = os.environ | {"PYTHONPATH": str(ROOT / "bench")}
    with (copy / LOG).open("w") as log:
        done = subprocess.run(command, cwd=copy / "mutants", env=around, stdout=log, stderr=log, check=False)
    return done.returncode


def _told(copy: Path) -> dict[str, int | str]:
    """What the trials have told so far, the last word on each."""
    lines = (copy / TOLD).read_text().splitlines() if (copy / TOLD).exists() else []
    return {name: code for name, code, *_ in map(json.loads, lines)}


def _note(copy: Path) -> None:
    """Carry what has been told over to mutmut's books, from which it strikes mutants whose function has changed."""
    told = _told(copy)
    for file in sorted((copy / "mutants").rglob("*.meta")):
        meta = json.loads(file.read_text())
        codes = meta["exit_code_by_key"]
        codes |= {name: told[name] for name in codes if told.get(name, ON_IMPORT) != ON_IMPORT}
        file.write_text(json.dumps(meta, indent=4))
    (copy / TOLD).unlink(missing_ok=True)


def _mutmut(copy: Path, arguments: Sequence[str]) -> None:
    command = [str(Path(sys.executable).parent / "mutmut"), "run", *arguments]
    with (copy / "mutmut.log").open("w") as log:
        subprocess.run(command, cwd=copy, stdout=log, stderr=subprocess.STDOUT, check=False)
    if not (copy / "mutants" / "mutmut-stats.json").exists():
        raise SystemExit(f"mutmut could not run the tests of {copy.name}: see {copy / 'mutmut.log'}")


def _results(copy: Path) -> dict[str, str]:
    """What became of each mutant, by its name."""
    return {
        name: MEANINGS.get(code, "timeout" if code in {24, 152} or (code or 0) < 0 else "suspicious")
        for file in sorted((copy / "mutants").rglob("*.meta"))
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items()
    }


def _sample(results: dict[str, str], options: argparse.Namespace) -> list[str]:
    """So many names, the same for the same seed, however many others there are."""
    return sorted(results, key=lambda name: sha256(f"{options.seed} {name}".encode()).digest())[: options.sample]


def _print(package: str, tried: dict[str, str], there: int, *, survivors: bool) -> float:
    killed = sum(what in {KILLED, "timeout"} for what in tried.values())
    low, high = interval(killed, len(tried))
    score = 100 * killed / len(tried) if tried else 0.0
    print(
        f"{package:12} {killed:5} of {len(tried):5} killed  {score:5.1f} %  (95 %: {low:.1f} to {high:.1f})  of {there}"
    )
    for name in _alive(tried) if survivors else ():
        print(f"    {tried[name]:10} {name}")
    return score


def _alive(tried: dict[str, str]) -> Iterator[str]:
    return (name for name, what in sorted(tried.items()) if what not in {KILLED, "timeout"})


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of Wilson, in percent: where the score of all mutants lies, as far as a sample can say."""
    if not of:
        return 0.0, 100.0
    z, share = 1.96, hits / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return tuple(100 * (middle + sign * spread) / (1 + z * z / of) for sign in (-1, 1))  # type: ignore[return-value]


if __name__ == "__main__":
    raise SystemExit(main())
