"""A pytest plugin for bench/mutants.py: tests are collected once, and each mutant is tried in a fork of that process.

Collecting takes seconds, and most mutants die within one of them. What runs while modules are imported cannot be tried
in such a fork, since the wrong has to be there before: those mutants are told as `import`, and tried one by one in a
process that imports them (`--mutant NAME`).
"""

import json
import os
import resource
import sys
import time
from collections import defaultdict
from math import ceil
from pathlib import Path
from select import select
from typing import NamedTuple, NoReturn, TextIO

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

SURVIVED, KILLED, NO_TESTS, CRASHED, TIMED_OUT, ON_IMPORT = 0, 1, 33, 3, 36, "import"
"""mutmut's own codes, but for the last: how a trial ended."""

CLEAN = ""
PATIENCE = 60.0
"""Seconds of wall time that any trial may take; ten times its tests' own time are added, and a second chance."""


class Trial(NamedTuple):
    """A mutant, the tests for it in their order, and how long it may take: seconds of processor time."""

    name: str
    tests: list[pytest.Item]
    limit: float

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
    group.addoption("--trials", type=Path, help="the names to try, one a line")
    group.addoption("--told", type=Path, help="where the outcomes go, one JSON list a line: name, code, seconds, test")
    group.addoption("--children", type=int, default=1, help="how many forks at once")
    group.addoption("--mutant", help="the one mutant that is there while modules are imported, too")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import everything with the one mutant, or note what runs meanwhile."""
    if session.config.getoption("--trials"):
        set_mutant_under_test(session.config.getoption("--mutant") or "stats")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try all that is wanted, in place of running the tests."""
    options = session.config.option
    if not options.trials or session.testsfailed:
        return None  # pytest says what is wrong with what it collected
    imported = set(state()._stats)  # noqa: SLF001 - mutmut has no other place where it says so
    set_mutant_under_test(CLEAN)
    names = options.trials.read_text().splitlines()
    order = Order(session.items, imported)
    with options.told.open("a", buffering=1) as told:
        bench = Bench(told, order, options.children)
        for name in names:
            if bench.is_unclean:
                break
            if options.mutant is None and Trial(name, [], 0).function in imported:
                bench.tell(name, ON_IMPORT, 0, "")
            else:
                bench.put(name)
            if name == CLEAN:
                bench.wait_for(0)
        bench.wait_for(0)
    return True


class Order:
    """Which tests are run for a mutant, and in which order: what has killed its like, then what is done soonest."""

    def __init__(self, items: list[pytest.Item], imported: set[str]) -> None:
        known = json.loads(Path("mutmut-stats.json").read_text())
        self.lasts = known["duration_by_test"]
        self.about = {name: set(tests) for name, tests in known["tests_by_mangled_function_name"].items()}
        self.items = {item.nodeid: item for item in items}
        self.imported = imported
        self.kills: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def trial(self, name: str) -> Trial:
        """Make a trial of a mutant; of none it is all tests. What runs on import may show in any test."""
        function = Trial(name, [], 0).function
        about = self.about.get(function, set())
        chosen = self.items if name == CLEAN or function in self.imported or self.is_on_import(name) else about
        ranked = sorted(
            (test for test in chosen if test in self.items),
            key=lambda test: (-self.kills[function][test], test not in about, self.lasts.get(test, 0), test),
        )
        return Trial(name, [self.items[test] for test in ranked], sum(self.lasts.get(test, 0) for test in ranked))

    def is_on_import(self, name: str) -> bool:
        """Tell whether this process was started with this mutant."""
        return bool(self.items) and name == next(iter(self.items.values())).config.getoption("--mutant")


class Bench:
    """Forks that try mutants, so many at once."""

    def __init__(self, told: TextIO, order: Order, size: int) -> None:
        self.told = told
        self.order = order
        self.size = size
        self.children: dict[int, Child] = {}
        self.is_unclean = False

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
        self.is_unclean |= child.trial.name == CLEAN and code != SURVIVED
        if test:
            self.order.kills[child.trial.function][test] += 1
        self.tell(child.trial.name, code, seconds, test)

    def _stop_the_late(self) -> None:
        for pid, child in self.children.items():
            if time.monotonic() - child.started > PATIENCE + 10 * child.trial.limit:
                os.kill(pid, 9)


def _try(trial: Trial, writing: int) -> NoReturn:
    """Run tests until one fails, which is told by its name; the process ends with it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    seconds = ceil(PATIENCE / 2 + 10 * trial.limit)
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
