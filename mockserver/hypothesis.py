"""Strategies for Hypothesis: how a provider may behave, from its best day to its worst, for tests of a client.

A `Behaviour` is how the next job goes and what disturbs the exchanges about it. Let one `play` in a sandbox, send the
client there, and demand what must hold whatever happens. A failure shrinks to the smallest misbehaviour that does it.

This needs Hypothesis, which fauxreel itself does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol, get_args

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("mockserver.hypothesis needs Hypothesis: pip install hypothesis") from missing

Moment = Literal["submit", "poll", "download"]
"""What an exchange is about."""

SCENARIOS = (
    "succeeds", "unknown_status", "goes_back", "fails", "cancelled", "moderated", "moderated_late", "partial",
    "empty_result", "expires_early", "slow", "stuck",
)  # fmt: skip
"""How a job may go, the kindest first: failures shrink towards the beginning."""

FAULTS = (
    "status(503)", "status(429)", "status(500)", "refuse", "reset", "html", "malformed", "truncated", "drip(0.05)",
)  # fmt: skip
"""What may disturb an exchange, the kindest first.

`duplicate` is not among them, since no client can help it; nor is `delay`, which takes real time. Ask for them by name.
"""

WHERE: Mapping[str, Mapping[Moment, tuple[str, str]]] = MappingProxyType(
    {
        "nanogpt": {
            "submit": ("POST", "/api/generate-video"),
            "poll": ("GET", "/api/*status"),
            "download": ("GET", "/media/nanogpt/*"),
        },
        "nouvel": {
            "submit": ("POST", "/api/v1/generate"),
            "poll": ("GET", "/api/v1/jobs/*"),
            "download": ("GET", "/media/nouvel/*"),
        },
        "viddyscribe": {
            "submit": ("POST", "/enterprise/api/generate_ad_*"),
            "poll": ("GET", "/enterprise/api/get_results"),
            "download": ("GET", "/enterprise/results/*"),
        },
        "artnex": {
            "submit": ("POST", "/v1/video"),
            "poll": ("GET", "/v1/video/*"),
            "download": ("GET", "/media/artnex/*"),
        },
    }
)
"""Method and path of the exchanges of each kind, for each provider."""


class Stage(Protocol):
    """Where a behaviour can be played: `mockserver.testing.Sandbox`, or whatever asks the control API likewise."""

    def ask(self, method: str, path: str, body: object = None) -> object:
        """Ask the control API of a sandbox."""


@dataclass(frozen=True)
class Disturbance:
    """A fault that strikes `times` exchanges of one kind, after the first `after` of them."""

    fault: str
    moment: Moment
    after: int = 0
    times: int = 1


@dataclass(frozen=True)
class Behaviour:
    """How a provider behaves towards the next job.

    `scenario` is how the job goes, `at` the fraction of its life at which the matter happens (None: as it is by
    itself), and `disturbances` are laid down together.
    """

    provider: str
    scenario: str = "succeeds"
    at: float | None = None
    disturbances: tuple[Disturbance, ...] = ()

    def play(self, sandbox: Stage) -> None:
        """Let a sandbox behave so from now on."""
        sandbox.ask("POST", "scenarios/queue", {"scenario": self.scenario, "provider": self.provider, "at": self.at})
        for one in self.disturbances:
            method, path = WHERE[self.provider][one.moment]
            match = {"provider": self.provider, "method": method, "path": path}
            sandbox.ask("POST", "faults", {"fault": one.fault, "match": match, "after": one.after, "times": one.times})


LATEST: Mapping[Moment, int] = MappingProxyType({"submit": 2, "poll": 12, "download": 2})
"""How many exchanges of a kind are passed over at the most: there are few submissions, and many polls."""


def disturbances(
    faults: Iterable[str] = FAULTS, moments: Iterable[Moment] = get_args(Moment), *, most_times: int = 8
) -> st.SearchStrategy[Disturbance]:
    """Draw one disturbance: a fault, what it strikes, how late and how often (a storm, if often)."""
    faults = tuple(faults)
    return st.one_of(
        [
            st.builds(
                Disturbance,
                fault=st.sampled_from(faults),
                moment=st.just(moment),
                after=st.just(0) | st.integers(0, LATEST[moment]),
                times=st.integers(1, most_times),
            )
            for moment in moments
        ]
    )


def behaviours(
    provider: str,
    *,
    scenarios: Iterable[str] = SCENARIOS,
    faults: Iterable[str] = FAULTS,
    most: int = 4,
) -> st.SearchStrategy[Behaviour]:
    """Draw how a provider behaves: a scenario, and up to `most` disturbances.

    Raises ValueError for a provider that is not known.
    """
    if provider not in WHERE:
        raise ValueError(f"there is no provider {provider!r}; known are: {', '.join(WHERE)}")
    return st.builds(
        Behaviour,
        provider=st.just(provider),
        scenario=st.sampled_from(tuple(scenarios)),
        at=st.none() | st.sampled_from((0.1, 0.5, 0.9)),
        disturbances=st.lists(disturbances(faults), max_size=most).map(tuple),
    )
