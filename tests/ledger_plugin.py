"""A pytest plugin: which clauses do the passing tests prove? With `--ledger`, an unproven clause fails the session."""

from collections import defaultdict
from pathlib import Path

import pytest

from contracts.harness import page
from contracts.harness.ledger import Ledger, Outcome, balance, unknown
from contracts.harness.load import Contract, load, providers

ALL = "all"
PROPERTY = "clause"  # how an id travels with the reports of a test, also from a worker of pytest-xdist


def pytest_addoption(parser):
    parser.getgroup("contracts").addoption(
        "--ledger",
        nargs="?",
        const=ALL,
        metavar="PROVIDERS",
        help="fail unless each clause of these providers (nanogpt,control; all unless named) has a passing test",
    )
    parser.getgroup("contracts").addoption(
        "--proofs", metavar="FILE", type=Path, help="write which tests are marked with each clause; for --collect-only"
    )


def pytest_configure(config):
    if not is_worker(config):
        config.pluginmanager.register(Clerk(chosen(config.getoption("--ledger"), "--ledger")), "ledger-clerk")


def pytest_collection_modifyitems(config, items):
    for item in items:
        item.user_properties.extend((PROPERTY, name) for name in marked(item))
    if file := config.getoption("--proofs"):
        file.write_text(page.written(proofs_of((name, item.nodeid) for item in items for name in marked(item))))
    if not is_worker(config):  # a worker cannot refuse to start, its tests fail instead
        refuse_strangers(pytest.UsageError, items)


def pytest_runtest_setup(item):
    refuse_strangers(pytest.fail.Exception, [item])


def refuse_strangers(refusal, items):
    ids = {name for item in items for name in marked(item)}
    if ids and (strangers := unknown(ids, map(load, providers()))):
        raise refusal("marked with what is no clause: " + ", ".join(strangers))


def proofs_of(marks):
    """Clauses, each with the tests that are marked with it; a test with parameters is one test."""
    found = defaultdict(set)
    for name, test in marks:
        found[name].add(test.partition("[")[0])
    return {name: sorted(tests) for name, tests in found.items()}


def marked(item) -> list[str]:
    return [name for mark in item.iter_markers("clause") for name in mark.args]


def is_worker(config) -> bool:
    """Whether this process runs tests for another one, under pytest-xdist."""
    return hasattr(config, "workerinput")


def chosen(option: str | None, name: str) -> list[Contract]:
    """The contracts that the option of that name names; none without it."""
    names = [] if option is None else list(providers()) if option == ALL else option.split(",")
    if strangers := set(names) - set(providers()):
        raise pytest.UsageError(f"{name}: there is no contract of {', '.join(sorted(strangers))}")
    return [load(each) for each in names]


class Clerk:
    """Gathers the outcomes of marked tests where the reports arrive, and closes the ledger at the end."""

    def __init__(self, contracts: list[Contract]):
        self.contracts = contracts
        self.outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)
        self.marks: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or not report.passed:
            for kind, name in report.user_properties:
                if kind == PROPERTY:
                    self.outcomes[name].append(Outcome(report.outcome))
                    self.marks.append((name, report.nodeid))

    def ledger(self) -> Ledger:
        return balance(self.contracts, self.outcomes)

    def stale(self) -> bool:
        """Whether all clauses were asked for, and what is written down of their proofs is not what has run."""
        everything = {contract.provider for contract in self.contracts} == set(providers())
        return everything and page.PROOFS.exists() and page.written(proofs_of(self.marks)) != page.PROOFS.read_text()

    def pytest_sessionfinish(self, session):
        if session.exitstatus == pytest.ExitCode.OK and (not self.ledger().balanced or self.stale()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.contracts:
            terminalreporter.section("ledger of clauses")
            terminalreporter.write_line(self.ledger().text())
            if self.stale():
                terminalreporter.write_line(f"{page.PROOFS.name} tells of other tests than have run: {page.REFRESH}")
