"""A careful client has no findings, whatever it orders and whenever it asks; nothing that is sent breaks the judge."""

import json
from dataclasses import replace

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.core.clock import Clock, Tempo
from mockserver.core.conduct import Event, Facts, by_clients, judged
from mockserver.core.journal import BODY_KEPT, Exchange
from mockserver.settings import discover, load
from mockserver.web.keys import first_key
from tests.providers.conduct.kit import START, STARTED, WAYS, Wall

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


NAMES = st.sampled_from(
    ["model", "duration", "input", "generation_config", "urls", "Prompt", "retry_after", "name", "value"]
)
NASTY = [
    b'{"a":' * 5000,
    b"[" * 5000,
    b'{"\\ud800": 1}',
    b'{"a": ' + b"9" * 5000,
    b'{"retry_after": 1e999}',
    b'{"x\\u001b[31m": 1}',
]
NOTHING = {"at": START, "client": "127.0.0.1", "key": None, "clause": None}
HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"content-type", b"authorization", b"x-api-key", b"retry-after"]),
        st.sampled_from(
            [b"multipart/form-data; boundary=x", b"application/json", b"", b"12", b"9" * 40, b"Bearer \xff"]
        ),
    ),
    max_size=4,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES | st.text(max_size=9), inside, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | st.sampled_from(NASTY)


@st.composite
def exchanges(draw, provider):
    """An exchange such as no client ever had."""
    body = draw(BODIES)
    return Exchange(
        method=draw(st.sampled_from(["GET", "POST", "HEAD", "\x1b[31m"])),
        path=draw(st.sampled_from(["/v1/video", "/@box/v1/video", "/@", "//", "/\ud800\x1b"])),
        query=draw(
            st.binary(max_size=20) | st.sampled_from([b"runId=1&runId=2&\xff", b"expires=99&signature=1", b"&=&%"])
        ),
        headers=draw(HEADERS),
        body=draw(st.sampled_from([body, body[: len(body) // 2], body.ljust(BODY_KEPT, b" ")])),
        provider=provider.name,
        operation=draw(st.none() | st.sampled_from([operation.name for operation in provider.routes])),
        status=draw(st.sampled_from([0, 200, 202, 400, 401, 403, 404, 413, 429, 503])),
        answer_headers=draw(HEADERS),
        answer=draw(BODIES),
        job=draw(st.none() | st.sampled_from(["a", "b"])),
        fault=draw(st.none() | st.sampled_from(["reset", "duplicate", "status(503)", ""])),
        **NOTHING,
    )


@pytest.mark.parametrize("provider", discover(), ids=lambda provider: provider.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_that_is_sent_breaks_the_judgement(provider, data):
    events = [Event(number, one) for number, one in enumerate(data.draw(st.lists(exchanges(provider), max_size=5)), 1)]
    facts = Facts(
        provider=provider.name,
        events=list(by_clients(events)),
        now=START,
        tempo=Tempo(Clock(START, START, 1)),
        job=lambda _: None,
        key_of=lambda headers: first_key(dict(headers), provider.keys),
        announced=lambda _: False,
    )

    for finding in judged(facts, provider.advice(provider.options())):
        assert finding.message.isprintable()
        assert finding.message.encode()
