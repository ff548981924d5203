"""Conduct: what a client did against a provider's documented advice, as functions of the journal, the jobs and now.

Nothing is computed before somebody asks. What is judged is what the journal still holds: what never happened (a
result not fetched, a job not asked for again) is held against a client only where the whole story is there, from the
job's submission on. Pace is judged where mock time ran by itself: see `mockserver.core.clock.Tempo`.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from mockserver.core.conduct import asking, paying, polling
from mockserver.core.conduct.advice import Advice, Counsel, Fields, Misfit
from mockserver.core.conduct.story import Event, Facts, Finding, Story, by_clients

__all__ = [
    "FINDINGS", "Advice", "Counsel", "Event", "Facts", "Fields", "Finding", "Kind", "Misfit", "by_clients", "judged",
]  # fmt: skip


class Kind(NamedTuple):
    """One kind of finding: its title, the function that looks for it, and whether that has to know of all exchanges."""

    title: str
    look: Callable[[Story], Iterator[Finding]]
    of_all: bool = False


FINDINGS: Mapping[str, Kind] = MappingProxyType(
    {
        "polled-too-fast": Kind("Polled too fast", polling.polled_too_fast),
        "polled-after-the-end": Kind("Polled after the end", polling.polled_after_the_end),
        "polled-without-key": Kind("Polled without a key", polling.polled_without_key),
        "ignored-retry-after": Kind("Did not wait when told to", polling.ignored_retry_after),
        "gave-up-early": Kind("Gave up too early", polling.gave_up_early, of_all=True),
        "resubmitted-after-lost-answer": Kind("Paid twice after a lost answer", paying.resubmitted_after_lost_answer),
        "resubmitted-while-running": Kind(
            "Paid twice after losing patience", paying.resubmitted_while_running, of_all=True
        ),
        "downloaded-too-late": Kind("Downloaded too late", paying.downloaded_too_late),
        "never-downloaded": Kind("Paid and never downloaded", paying.never_downloaded, of_all=True),
        "unknown-field": Kind("Sent a field that nobody knows", asking.unknown_field),
        "wrong-type": Kind("Sent a value of the wrong type", asking.wrong_type),
        "wrong-value": Kind("Sent a value that no document lists", asking.wrong_value),
        "deprecated-endpoint": Kind("Used a deprecated address", asking.deprecated_endpoint),
        "media-too-large": Kind("Sent media over the size limit", asking.media_too_large),
    }
)
"""All kinds by their ids. Which of them a provider has is a matter of its advice."""


def judged(facts: Facts, advice: Advice) -> list[Finding]:
    """All that a provider's clients did against its advice, by the first request that each finding rests on."""
    story = Story(facts, advice)
    kinds = (FINDINGS[kind] for kind in advice.counsel)
    found = [finding for kind in kinds if facts.alone or not kind.of_all for finding in kind.look(story)]
    return sorted(found, key=lambda finding: (finding.requests[0].number, finding.id, finding.about))
