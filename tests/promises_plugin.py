"""A pytest plugin: what do the contracts promise that no test has seen? With `--promises`, that fails the session.

Statuses of operations, error codes and enumerated values are noted wherever a test holds a server's answer against the
contract (`tests/witness.py`); under pytest-xdist each worker sends home what it has seen when it ends.
"""

import pytest

from contracts.harness.coverage import Account, account
from tests.ledger_plugin import ALL, chosen, is_worker
from tests.witness import RECORDER

SEEN = "fauxreel_seen"


def pytest_addoption(parser):
    parser.getgroup("contracts").addoption(
        "--promises",
        nargs="?",
        const=ALL,
        metavar="PROVIDERS",
        help="fail unless each status, error code and value that these contracts promise (all unless named) is seen",
    )


def pytest_configure(config):
    if not is_worker(config):
        contracts = chosen(config.getoption("--promises"), "--promises")
        config.pluginmanager.register(Accountant(contracts), "promises-accountant")


def pytest_sessionfinish(session):
    if is_worker(session.config):
        session.config.workeroutput[SEEN] = sorted(RECORDER.seen)


class Accountant:
    """Gathers what this process and its workers have seen, and closes the account at the end."""

    def __init__(self, contracts):
        self.contracts = contracts
        self.seen = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):  # noqa: ARG002 - xdist's own signature
        self.seen.update(getattr(node, "workeroutput", {}).get(SEEN, ()))

    def account(self) -> Account:
        return account(self.contracts, self.seen | RECORDER.seen)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        if session.exitstatus == pytest.ExitCode.OK and not self.account().closed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.contracts:
            terminalreporter.section("account of promises")
            terminalreporter.write_line(self.account().text())
