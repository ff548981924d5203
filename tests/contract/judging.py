"""Puts a server in this process before the harness: the mock as it is, or one that does something wrong."""

from functools import cache

import httpx

from contracts.harness.check.command import Surroundings, Wish, judge
from contracts.harness.check.servers import Pace
from mockserver.app import create_app
from mockserver.settings import load
from tests.contract.badly import Badly

KEYS = {"nanogpt": "sk-nano-check", "nouvel": "nvl_check", "viddyscribe": "vsk_check", "artnex": "artnex-check"}
HERE = "http://localhost"
PLENTY = 1_000_000


@cache
def house():
    """One mock for all, since each check has a sandbox of its own in it; videos that are alike are rendered once."""
    return create_app(load({"clock": "frozen"}))


def mock(spoil=None, ask=None):
    """The mock as an app; its answers pass through `spoil` and its requests through `ask`, where there are any."""
    return house() if spoil is None and ask is None else Badly(house(), spoil, ask)


async def nobody_waits(seconds):
    """Tests never sleep."""


def around(app, beside=None, said=None, sleep=nobody_waits):
    """Surroundings in which servers are apps, waiting takes no time, and what is said is gathered in a list."""
    return Surroundings(
        transport=app if isinstance(app, httpx.AsyncBaseTransport) else httpx.ASGITransport(app),
        mock_transport=None if beside is None else httpx.ASGITransport(beside),
        pace=Pace(sleep, lambda: 0.0),
        say=([] if said is None else said).append,
    )


async def judged(provider, app, beside=None, **wishes):
    """The report of a run over one provider, by default with a control API, two keys and plenty to spend."""
    wish = {"control": f"{HERE}/_mock", "key": KEYS[provider], "other_key": f"{KEYS[provider]}-2", "spend": PLENTY}
    wish |= {"mock": None if beside is None else HERE} | wishes
    (report,) = await judge(Wish(HERE, (provider,), **wish), around(app, beside))
    return report


def provider_of(clause):
    """Whose clause it is."""
    return clause.partition(".")[0]


def named(report):
    """Every clause that a report's findings name."""
    return {clause for finding in report.findings for clause in finding.clauses}
