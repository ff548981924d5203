"""A pytest plugin: no exchange of a client goes by unjudged.

It counts what every httpx client sends, by the method that all of them go through, and holds that against what the
contract guard has judged: after each test, and for the session, over all workers.
"""

from collections import Counter

import httpx
import pytest

from tests.clients.judging import BOOK, CAUGHT, JUDGED, way_of
from tests.ledger_plugin import is_worker

SEEN = "fauxreel_guard"
CONTROL = "/_mock/"


@pytest.fixture
def counted():
    """While a test goes on all that is sent is counted, but for what goes to the control API."""
    with pytest.MonkeyPatch.context() as patch:
        for kind, client in (("sync", httpx.Client), ("async", httpx.AsyncClient)):
            patch.setattr(client, "send", counting(kind, client.send))
        yield


def counting(kind, send):
    def counted(client, request, **options):
        if CONTROL not in request.url.path:
            BOOK.sent[way_of(kind, request.url)] += 1
        return send(client, request, **options)

    return counted


@pytest.fixture
def nothing_goes_by(counted):  # noqa: ARG001 - counting begins with it
    """After a test each exchange that was sent has been judged; set up first, so that it looks last."""
    before = BOOK.open()
    yield
    assert BOOK.open() == before, "exchanges went by without being judged, or were judged and never sent"


def pytest_configure(config):
    if not is_worker(config):
        config.pluginmanager.register(Teller(), "guard-teller")


def pytest_sessionfinish(session):
    if is_worker(session.config):
        outcomes = [[*key, number] for key, number in BOOK.outcomes.items()]
        session.config.workeroutput[SEEN] = [dict(BOOK.sent), outcomes]


class Teller:
    """Adds up what this process and its workers have counted, and tells it at the end."""

    def __init__(self):
        self.sent, self.outcomes = Counter(), Counter()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):  # noqa: ARG002 - xdist's own signature
        sent, outcomes = getattr(node, "workeroutput", {}).get(SEEN, ({}, ()))
        self.sent.update(sent)
        self.outcomes.update({(way, kind): number for way, kind, number in outcomes})

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self.sent.update(BOOK.sent)
        self.outcomes.update(BOOK.outcomes)
        if session.exitstatus == pytest.ExitCode.OK and self.sent.total() != self.outcomes.total():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.sent:
            terminalreporter.section("contract guard")
            for line in told(self.sent, self.outcomes):
                terminalreporter.write_line(line)


def told(sent, outcomes):
    """A line for each way, and one for each reason for which an exchange was not judged whole."""
    for way in sorted({*sent, *(way for way, _ in outcomes)}):
        mine = {kind: number for (its, kind), number in outcomes.items() if its == way}
        excused = sum(number for kind, number in mine.items() if kind not in {JUDGED, CAUGHT})
        caught = f", {mine[CAUGHT]} caught where a test meant them to be" if CAUGHT in mine else ""
        yield f"{way}: {sent[way]} exchanges sent, {mine.get(JUDGED, 0)} judged whole, {excused} in part{caught}"
    reasons = Counter()
    for (_, kind), number in outcomes.items():
        reasons[kind] += number
    for kind, number in sorted(reasons.items()):
        if kind not in {JUDGED, CAUGHT}:
            yield f"  {number} {kind}"
    if sent.total() != outcomes.total():
        yield f"{sent.total() - outcomes.total()} exchanges went by without being judged"
