"""What each provider answers to each scenario and fault, for people to read."""

from collections.abc import Iterable, Iterator, Sequence

from mockserver.core.faults import FAULTS
from mockserver.core.scenarios import SCENARIOS
from mockserver.web.provider import Provider
from mockserver.web.voices import refusal_for

STATUSES = (401, 402, 403, 404, 429, 500, 502, 503)
ARGUMENTS = {"status": "status(503)", "delay": "delay(2)", "drip": "drip(5)"}


def outcome(provider: Provider, scenario: str) -> str:
    """What is seen of a scenario at a provider, in Markdown; `like fails` where it goes as another one."""
    found = provider.outcomes[scenario]
    return f"like `{found}`" if found in SCENARIOS else found


def listing(providers: Sequence[Provider]) -> Iterator[str]:
    """Lines that tell of all scenarios and faults, and what these providers answer."""
    yield "Scenarios: how a job goes (X-Mock-Scenario: NAME, [[mock: NAME]] in its text, or a key with scenario-NAME)"
    for name, meaning in SCENARIOS.items():
        yield ""
        yield f"{name}: {meaning}"
        yield from (f"  {provider.name:<12} {_plain(outcome(provider, name))}" for provider in providers)
    yield ""
    yield "Faults: what disturbs an exchange (X-Mock-Fault: NAME, [[mock: NAME]] in its text, or a key with fault-NAME)"
    yield ""
    yield from (f"{ARGUMENTS.get(name, name):<12} {meaning}" for name, meaning in FAULTS.items())
    for provider in providers:
        yield ""
        yield f"What status(…) is at {provider.title}:"
        yield from _statuses(provider)


def _statuses(provider: Provider) -> Iterable[str]:
    options = provider.options()
    for status in STATUSES:
        reply = provider.answer(refusal_for(provider, options, status), options)
        yield f"  {status}  {bytes(reply.body).decode()}"


def _plain(text: str) -> str:
    return text.replace("`", "")
