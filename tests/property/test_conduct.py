"""A careful client has no findings, whatever it orders, however long its jobs take, and whenever it asks."""

from dataclasses import replace

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.settings import load
from tests.providers.conduct.kit import STARTED, WAYS, Wall

ALL = WAYS | {
    "viddyscribe": replace(WAYS["viddyscribe"], submit="/enterprise/api/generate_ad_text_from_url", link=None)
}
"""Ways that need no long work: texts have no files."""

PACE = {"nanogpt": 5, "nouvel": 10, "viddyscribe": 1, "artnex": 5}
PATIENCE = {"nanogpt": 600, "nouvel": 1200, "viddyscribe": 600, "artnex": 300}
SCENARIOS = ["succeeds", "slow", "stuck", "fails", "moderated_late", "cancelled", "unknown_status", "goes_back"]
ENDS = ("completed", "COMPLETED", "FAILED", "CANCELED", "failed", "partial", "cancelled", "done", "error")

PAUSES = st.lists(st.floats(1, 4), min_size=3, max_size=12)
"""How many times as long as it must a client waits between two polls; it goes round and round."""


async def drawn(*_):
    """A video, without the work that a real one is."""
    return b"a video"


def another(order, number):
    """The order once more, about something else: who gave a job up does not pay for the same a second time."""
    texts = {name: f"{value}{number}" for name, value in order.items() if name in {"prompt", "source_url"}}
    return order | texts | ({"urls": [f"{url}{number}" for url in order["urls"]]} if "urls" in order else {})


def word_of(answer):
    """The status that a poll tells."""
    return (answer.get("data") or answer)["status"]


async def live(client, ways, wall, order, pauses, patience):
    """Order, poll until the end or until patience is over, download at once; answer when it was over."""
    taken = await client.post(ways.submit, json=order)
    assert taken.is_success, taken.text
    job, began, turn = taken.json()[ways.id], wall.at, 0
    while True:
        wall.passes(pauses[turn % len(pauses)])
        turn += 1
        answer = (await client.get(ways.poll.format(job))).json()
        if word_of(answer) in ENDS:
            break
        if (wall.at - began).total_seconds() >= patience:
            return
    if word_of(answer) in {"completed", "COMPLETED"}:
        assert (await client.get(ways.link(answer))).status_code == 200


@pytest.mark.parametrize("provider", ALL)
@settings(
    max_examples=10,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(scenarios=st.lists(st.sampled_from(SCENARIOS), min_size=1, max_size=3), pauses=PAUSES, later=st.floats(0, 1e7))
async def test_a_careful_client_has_no_findings(provider, scenarios, pauses, later):
    ways, wall = ALL[provider], Wall()
    with pytest.MonkeyPatch.context() as patch:
        for module in ("mockserver.core.clock", "mockserver.settings"):
            patch.setattr(f"{module}.wall_now", wall)
        patch.setattr("mockserver.media.cache.Clips.get", drawn)
        settled = {"clock": "scaled", "speed": 1, "start": STARTED, "only": provider}
        transport = httpx.ASGITransport(create_app(load(settled)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=ways.headers) as client:
            for number, scenario in enumerate(scenarios):
                client.headers["x-mock-scenario"] = scenario
                wall.passes(60)
                order, paces = another(ways.order, number), [PACE[provider] * pause for pause in pauses]
                await live(client, ways, wall, order, paces, PATIENCE[provider])
            wall.passes(later)
            found = (await client.get("/_mock/conduct")).json()

    assert found["items"] == []
    assert found["requests"]["judged"] > len(scenarios)
