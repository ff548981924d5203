"""The pytest plugin: `fauxreel`, a fresh sandbox for each test; loads nothing of the server's before its first use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from mockserver.testing import Sandbox, Server

HELP = {
    "fauxreel_url": "a server that runs already, in place of one of the session's own",
    "fauxreel_clock": "how time goes in a test: auto (default), frozen or scaled",
    "fauxreel_seed": "the seed of all chance in a test",
    "fauxreel_config": "the server's settings file (default: fauxreel.toml or [tool.fauxreel] in the root folder)",
    "fauxreel_settings": "settings of the server, a line each, such as nanogpt.profile=2025",
    "fauxreel_timeline": "how many lines of the timeline a failing test's report shows (default: 60; 0: none)",
}
MARKER = (
    "fauxreel(clock='auto', speed=60, start='2026-01-01T00:00:00Z', seed=0, scenario='succeeds', at=0.5, accounts={}, "
    "nanogpt={}): how the test's sandbox begins"
)
FINDINGS_SHOWN = 10
KEPT = pytest.StashKey[Any]()
"""A test's sandbox, its server, and how long the server's log was when the test began."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options: each in the ini file, and where the server is on the command line too."""
    parser.getgroup("fauxreel").addoption("--fauxreel-url", metavar="URL", help=HELP["fauxreel_url"])
    for name, text in HELP.items():
        kind: Literal["linelist", "string"] = "linelist" if name == "fauxreel_settings" else "string"
        parser.addini(name, text, type=kind, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def fauxreel_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The session's server (each worker of pytest-xdist has its own); `fauxreel_server.sandbox()` makes sandboxes."""
    from mockserver.testing import Server  # noqa: PLC0415 - tests that do not use it load nothing

    url = pytestconfig.getoption("--fauxreel-url") or pytestconfig.getini("fauxreel_url")
    config = pytestconfig.getini("fauxreel_config")
    root = pytestconfig.rootpath
    settings: dict[str, Any] = dict(_assignment(line) for line in pytestconfig.getini("fauxreel_settings") or ())
    token = os.environ.get("FAUXREEL_CONTROL_TOKEN") if url else None
    with Server(
        url=url or None, token=token, config=root / config if config else None, folder=root, **settings
    ) as server:
        yield server


@pytest.fixture
def fauxreel(request: pytest.FixtureRequest, fauxreel_server: Server) -> Iterator[Sandbox]:
    """A fresh sandbox for one test, as `@pytest.mark.fauxreel(…)` says; time goes by polls unless it says otherwise."""
    node = request.node
    sandbox = fauxreel_server.sandbox(**_terms(node))
    node.stash[KEPT] = (sandbox, fauxreel_server, fauxreel_server.log_size)
    yield sandbox
    del node.stash[KEPT]
    sandbox.close()


@pytest.fixture
def fauxreel_env(fauxreel: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the variables by which apps find the providers (base URLs and keys), for one test; answers them.

    No proxy stands between the app and this machine.
    """
    variables = fauxreel.variables()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost", prepend=",")
    return variables


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the sandbox's timeline to the report of a failing test."""
    report = yield
    if report.failed and KEPT in item.stash:
        from mockserver.testing import ControlError, ServerError  # noqa: PLC0415 - as above

        sandbox, server, since = item.stash[KEPT]
        lines = int(item.config.getini("fauxreel_timeline") or 60)
        try:
            told = sandbox.timeline(lines) if lines else ""
            against = sandbox.conduct.findings.told(FINDINGS_SHOWN) if lines else ""
            told += f"\n\nagainst the providers' advice (conduct):\n{against}" if against else ""
        except (ControlError, ServerError) as error:
            told = f"there is no timeline: {error}"
        for title, text in (("fauxreel", told), ("fauxreel's own log", server.log(since)[-4000:])):
            if text:
                report.sections.append((title, text))
    return report


def _terms(node: pytest.Item) -> dict[str, Any]:
    """How a test's sandbox begins: the nearest marker wins, then the ini file."""
    found: dict[str, Any] = {}
    if clock := node.config.getini("fauxreel_clock"):
        found["clock"] = clock
    if seed := node.config.getini("fauxreel_seed"):
        found["seed"] = int(seed)
    for marker in reversed(list(node.iter_markers("fauxreel"))):
        if marker.args:
            pytest.fail("@pytest.mark.fauxreel takes keywords, as in clock='frozen'", pytrace=False)
        found |= marker.kwargs
    return found


def _assignment(line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals:
        raise pytest.UsageError(f"fauxreel_settings: '{line}' is not NAME=VALUE, such as nanogpt.profile=2025")
    return name.strip(), value.strip()
