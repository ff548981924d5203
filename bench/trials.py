"""A pytest plugin for bench/mutants.py: tests are collected once, and each mutant is tried in a fork of that process.

Collecting takes seconds, and most mutants die within one of them. What runs while modules are imported cannot be tried
in such a fork, since the wrong has to be there before: those mutants are told as `import`, and tried one by one in a
process that imports them (`--mutant NAME`).

Before, tests that are new or have changed are run without a mutant, all of them if anything else has: they have to
pass, and it is noted which functions each of them runs.
"""

import gc
import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import _lru_cache_wrapper, cache
from hashlib import sha256
from math import ceil, inf
from pathlib import Path
from select import select
from typing import NamedTuple, NoReturn, TextIO

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

SURVIVED, KILLED, NO_TESTS, CRASHED, TIMED_OUT, ON_IMPORT = 0, 1, 33, 3, 36, "import"
"""mutmut's own codes, but for the last: how a trial ended."""

NOBODY, NOTED = "", "stats"
"""mutmut's words for no mutant, and for none with a note of which functions are run."""

PATIENCE = 60.0
"""Seconds of wall time that any trial may take; ten times its tests' own time are added, and a second chance."""


class Trial(NamedTuple):
    """A mutant, the tests for it in their order, and how many seconds those take without it."""

    name: str
    tests: list[pytest.Item]
    lasts: float

    @property
    def function(self) -> str:
        """The function that it is a mutant of."""
        return self.name.partition("__mutmut_")[0]


class Child(NamedTuple):
    """A fork that tries a mutant."""

    trial: Trial
    reading: int
    started: float
    chance: int


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what is tried, and where it is told."""
    group = parser.getgroup("mutants")
    group.addoption("--trials", type=Path, help="a file with the names to try, one a line")
    group.addoption("--told", type=Path, help="where the outcomes go, one JSON list a line: name, code, seconds, test")
    group.addoption("--hits", type=Path, help="where it is kept which functions each test runs")
    group.addoption("--children", type=int, default=1, help="how many forks at once")
    group.addoption("--seconds", type=float, default=inf, help="how long the tests of one mutant may take, without it")
    group.addoption("--mutant", help="the one mutant that is there while modules are imported, too")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import everything with the one mutant, or note what runs meanwhile."""
    if session.config.option.trials:
        set_mutant_under_test(session.config.option.mutant or NOTED)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try all that is wanted, in place of running the tests."""
    options = session.config.option
    if not options.trials or session.testsfailed:
        return None  # pytest says what is wrong with what it collected
    alone = options.mutant is not None
    on_import = _hit()
    set_mutant_under_test(NOBODY)
    hits = Hits(options.hits)
    if not alone:
        hits.learn(session.items)
    if alone:
        on_import.add(Trial(options.mutant, [], 0).function)
    order = Order(session.items, hits, on_import, options.seconds)
    with options.told.open("a", buffering=1) as told:
        bench = Bench(told, order, options.children)
        for name in options.trials.read_text().split():
            if not alone and Trial(name, [], 0).function in on_import:
                bench.tell(name, ON_IMPORT, 0, "")
            else:
                bench.put(name)
        bench.wait_for(0)
    return True


# Which tests run what -------------------------------------------------------------------------------------------


class Hits:
    """Which functions each test runs, and how long it takes, kept in a file for as long as nothing changes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        kept = json.loads(file.read_text()) if file.exists() else {}
        self.code = _digest(path for path in sorted(_sources()) if not path.name.startswith("test_"))
        self.tests: dict[str, tuple[str, float, list[str]]] = kept["tests"] if kept.get("code") == self.code else {}

    def learn(self, items: list[pytest.Item]) -> None:
        """Run what is new or has changed in a fork; pytest ends if a test fails, whose name goes to the log."""
        new = [item for item in items if self.tests.get(item.nodeid, [""])[0] != _of_file(item.path)]
        if not new:
            return
        learnt = self.file.with_suffix(".learnt")
        if (pid := os.fork()) == 0:
            set_mutant_under_test(NOTED)
            with learnt.open("w") as lines:
                _run(new, lines)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        *passed, last = learnt.read_text().splitlines()
        known = {name: tuple(facts) for name, *facts in map(json.loads, passed if ended else [*passed, last])}
        there = {item.nodeid for item in items}
        self.tests = {name: facts for name, facts in (self.tests | known).items() if name in there}
        self.file.write_text(json.dumps({"code": self.code, "tests": self.tests}))
        if ended:
            pytest.exit(f"{last} fails without a mutant", returncode=1)


def _sources() -> Iterator[Path]:
    for name in ("mockserver", "contracts", "clients", "fixtures", "tests"):
        yield from (path for path in Path(name).rglob("*") if path.suffix in {".py", ".yaml", ".json"})


def _digest(paths: Iterator[Path]) -> str:
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


@cache
def _of_file(path: Path) -> str:
    return _digest(iter([path]))


def _hit() -> set[str]:
    """The functions that have been run since this was last asked."""
    found = set(state()._stats)  # noqa: SLF001 - mutmut has no other place where it says so
    state()._stats.clear()  # noqa: SLF001
    return found


def _run(items: list[pytest.Item], lines: TextIO) -> NoReturn:
    """Run tests, and write down what each runs; what a test has cached is forgotten, or it would be seen to run once.

    What is cached on import stays: a mutant of that is tried by all tests.
    """
    caches = [found for found in gc.get_objects() if isinstance(found, _lru_cache_wrapper)]
    ours = [found for found in caches if str(getattr(found, "__module__", "")).startswith("mockserver.")]
    ours = [found for found in ours if not found.cache_info().currsize]
    for item, following in zip(items, [*items[1:], None], strict=True):
        for one in ours:
            one.cache_clear()
        started = time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        facts = [item.nodeid, _of_file(item.path), round(time.process_time() - started, 4), sorted(_hit())]
        lines.write((item.nodeid if item.session.testsfailed else json.dumps(facts)) + "\n")
        if item.session.testsfailed:
            break
    lines.flush()
    os._exit(bool(items[0].session.testsfailed))


class Order:
    """Which tests are run for a mutant: first what has killed its like, then what runs little else, then what is quick.

    Where there are `seconds`, tests that do not fit into them any more are left out.
    """

    def __init__(self, items: list[pytest.Item], hits: Hits, on_import: set[str], seconds: float) -> None:
        self.seconds = seconds
        self.items = {item.nodeid: item for item in items}
        self.lasts = {name: seconds for name, (_, seconds, _) in hits.tests.items()}
        self.on_import = on_import
        self.kills: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.breadth = dict.fromkeys(self.items, 0)
        self.breadth |= {name: len(functions) for name, (_, _, functions) in hits.tests.items()}
        self.about = defaultdict(set)
        for name, (_, _, functions) in hits.tests.items():
            for function in functions:
                self.about[function].add(name)

    def trial(self, name: str) -> Trial:
        """Make a trial of a mutant. What runs on import may show in any test."""
        function = Trial(name, [], 0).function
        about, kills = self.about.get(function, set()), self.kills[function]
        chosen = self.items if function in self.on_import else about
        turns: dict[str, int] = defaultdict(int)  # of a test with parameters, one comes before the second of any
        ranks = {}
        for test in sorted((test for test in chosen if test in self.items), key=self._lasts):
            ranks[test] = turns[test.partition("[")[0]]
            turns[test.partition("[")[0]] += 1
        ranked = sorted(
            ranks,
            key=lambda test: (
                -kills[test], test not in about, self.breadth[test] // 10, ranks[test], self._lasts(test), test,
            ),
        )  # fmt: skip
        run, left = [], self.seconds
        for test in ranked:
            if self._lasts(test) <= left:
                run.append(test)
                left -= self._lasts(test)
        return Trial(name, [self.items[test] for test in run], sum(map(self._lasts, run)))

    def _lasts(self, test: str) -> float:
        return self.lasts.get(test, 0)


# Trials ---------------------------------------------------------------------------------------------------------


class Bench:
    """Forks that try mutants, so many at once."""

    def __init__(self, told: TextIO, order: Order, size: int) -> None:
        self.told = told
        self.order = order
        self.size = size
        self.children: dict[int, Child] = {}

    def put(self, name: str, chance: int = 1) -> None:
        """Try a mutant as soon as there is room."""
        self.wait_for(self.size - 1)
        trial = self.order.trial(name)
        if not trial.tests:
            self.tell(name, NO_TESTS, 0, "")
            return
        reading, writing = os.pipe()
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            os.close(reading)
            _try(trial, writing)
        os.close(writing)
        self.children[pid] = Child(trial, reading, time.monotonic(), chance)

    def wait_for(self, few: int) -> None:
        """Wait until no more than so many are at work."""
        while len(self.children) > few:
            select([child.reading for child in self.children.values()], [], [], 1)  # their ends close when they end
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in self.children:
                self._note(self.children.pop(pid), os.waitstatus_to_exitcode(status))
            else:
                self._stop_the_late()

    def tell(self, name: str, code: int | str, seconds: float, test: str) -> None:
        """Write down what became of one."""
        self.told.write(json.dumps([name, code, round(seconds, 3), test]) + "\n")

    def _note(self, child: Child, code: int) -> None:
        with os.fdopen(child.reading) as pipe:
            test = pipe.read()
        seconds = time.monotonic() - child.started
        if code == -9 and child.chance:  # stopped for the time on the wall, which a busy machine is to blame for, too
            self.put(child.trial.name, chance=0)
            return
        code = TIMED_OUT if code in {-9, -24} else CRASHED if code < 0 else code
        if test:
            self.order.kills[child.trial.function][test] += 1
        self.tell(child.trial.name, code, seconds, test)

    def _stop_the_late(self) -> None:
        for pid, child in self.children.items():
            if time.monotonic() - child.started > PATIENCE + 10 * child.trial.lasts:
                os.kill(pid, 9)


def _try(trial: Trial, writing: int) -> NoReturn:
    """Run tests until one fails, which is told by its name; the process ends with it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    seconds = ceil(PATIENCE / 2 + 10 * trial.lasts)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    set_mutant_under_test(trial.name)
    code = SURVIVED
    for item, following in zip(trial.tests, [*trial.tests[1:], None], strict=True):
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException:  # noqa: BLE001 - a mutant may raise anything, and nothing may leave this process
            item.session.testsfailed += 1
        if item.session.testsfailed:
            os.write(writing, item.nodeid.encode())
            code = KILLED
            break
    os._exit(code)
