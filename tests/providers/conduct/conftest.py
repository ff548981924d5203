"""Fixtures for conduct: a server at the pace of a clock that a test moves, and a client of one provider."""

import pytest

from tests.providers.conduct.kit import STARTED, Client, Wall


@pytest.fixture
def wall(monkeypatch):
    found = Wall()
    for module in ("core.clock", "core.world", "core.snapshots", "control.time", "control.sandboxes", "settings"):
        monkeypatch.setattr(f"mockserver.{module}.wall_now", found)
    return found


@pytest.fixture
def client_of(serve, wall):
    """Start a server for one provider, at speed 1 unless told otherwise, and give a client of it."""

    async def start(provider, **settings):
        return Client(await serve(provider, **{"clock": "scaled", "speed": 1, "start": STARTED} | settings), wall)

    return start
