"""How a client asks for its jobs: how fast, for how long, with a key or without, and whether it waits when told to."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from mockserver.core.clock import SECOND
from mockserver.core.conduct.story import TIMERS, Event, Finding, Story, asked, span, times
from mockserver.core.journal import Exchange

ON_ITS_WAY = SECOND / 10
"""Real time within which a request may have been sent before the answer to another one was read."""
REFUSALS_REMEMBERED = 8


def polled_too_fast(story: Story) -> Iterator[Finding]:
    """Two polls of a job in shorter order than the provider asks for, while time ran by itself."""
    pace = story.advice.pace
    if pace is None:
        return
    for job, polls in story.polls.items():
        hasty = [
            (first, second)
            for first, second in pairwise(polls)
            if second.at - first.at < TIMERS * pace and story.ran(first, second) and not story.told_the_end(first)
        ]
        if hasty:
            shortest = min(second.at - first.at for first, second in hasty)
            how_often = "" if len(hasty) == 1 else f", and {len(hasty)} polls in all came too early"
            done = f"Job {job} was polled {span(shortest)} after the poll before{how_often}."
            first = [first for first, _ in hasty]
            yield story.finding("polled-too-fast", job, done, [second for _, second in hasty], besides=first, job=job)


def polled_after_the_end(story: Story) -> Iterator[Finding]:
    """A poll of a job whose end the client had been told; one before each download where polls give fresh links."""
    allowed = 1 if story.advice.fresh_links else 0
    for job, polls in story.polls.items():
        told: Event | None = None
        last, idle, offences = 0, 0, list[Event]()
        for poll in polls:
            if told is not None:
                used = any(last < event.number < poll.number for event in story.downloads.get(job, ()))
                idle = 1 if used else idle + 1
                if idle > allowed:
                    offences.append(poll)
            elif story.told_the_end(poll):
                told = poll
            last = poll.number
        if told is not None and offences:
            word = _word(story, told)
            done = f"Job {job} was polled again after the answer had said that it is {word}.{times(len(offences))}"
            yield story.finding("polled-after-the-end", job, done, offences, besides=[told], job=job)


def gave_up_early(story: Story) -> Iterator[Finding]:
    """A job that was polled while it ran and never again, before the provider's patience was over."""
    patience = story.advice.patience
    if patience is None:
        return
    for order in story.orders:
        job, polls = order.job, story.polls.get(order.job.id)
        if not polls or story.facts.now < job.submitted_at + patience or not story.ran_since(order.event):
            continue
        last = polls[-1]
        waited = last.at - job.submitted_at
        if waited < TIMERS * patience and not story.told_the_end(last) and not story.facts.announced(job.id):
            done = f"Job {job.id} was polled for the last time {span(waited)} after its submission, unfinished."
            yield story.finding("gave-up-early", job.id, done, [last], besides=[order.event], job=job.id)


def polled_without_key(story: Story) -> Iterator[Finding]:
    """A poll that was refused because it carried no key where the provider looks for one."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in story.facts.events:
        exchange = event.exchange
        refused = exchange.status == 401 and exchange.operation in story.advice.polls
        if refused and story.facts.key_of(exchange.headers) is None:
            found[exchange.operation or ""].append(event)
    for operation, events in found.items():
        exchange = events[0].exchange
        done = f"{asked(exchange)} was asked without a key.{times(len(events))}"
        yield story.finding("polled-without-key", operation, done, events)


# Waiting when told to -------------------------------------------------------------------------------------------


def ignored_retry_after(story: Story) -> Iterator[Finding]:
    """A request of a kind that had just been refused, before the wait that the refusal named was over."""
    active: dict[tuple[str, str], list[tuple[Event, datetime]]] = defaultdict(list)
    found: dict[str, dict[int, Event]] = defaultdict(dict)
    first: dict[str, tuple[Event, Event, timedelta]] = {}
    for event in story.facts.events:
        exchange = event.exchange
        if exchange.operation is None:
            continue
        who = exchange.key or exchange.client
        kind = "" if exchange.operation in story.advice.shared else exchange.operation
        refusals = [(refusal, until) for refusal, until in active[who, kind] if event.at < until]
        for refusal, until in refusals:
            if _too_soon(story, refusal, event):
                found[who][event.number] = event
                first.setdefault(who, (refusal, event, until - refusal.at))
                break
        wait = told_to_wait(exchange)
        if wait is not None:
            refusals.append((event, event.at + wait))
        active[who, kind] = refusals[-REFUSALS_REMEMBERED:]
    for who, events in found.items():
        refusal, sooner, wait = first[who]
        done = (
            f"{asked(refusal.exchange)} was refused and told to wait {span(wait)}; "
            f"the next request came {span(sooner.at - refusal.at)} later.{times(len(events))}"
        )
        yield story.finding("ignored-retry-after", who, done, list(events.values()), besides=[refusal])


def _too_soon(story: Story, refusal: Event, event: Event) -> bool:
    """Tell whether a request was sent although the refusal had been read; at once only the same request can tell."""
    wait = told_to_wait(refusal.exchange)
    if wait is None or event.at >= refusal.at + TIMERS * wait or not story.ran(refusal, event):
        return False
    if event.at - refusal.at > ON_ITS_WAY * story.facts.tempo.rate(event.number):
        return True
    one, other = refusal.exchange, event.exchange
    return (one.method, one.path, one.query, one.body) == (other.method, other.path, other.query, other.body)


def told_to_wait(exchange: Exchange) -> timedelta | None:
    """How long a refusal asks to wait, in its header or its body; None if it does not say."""
    if exchange.status not in {429, 503}:
        return None
    for name, value in exchange.answer_headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) <= 9:
            return int(value) * SECOND
    try:
        body = json.loads(exchange.answer)
    except (ValueError, RecursionError):
        return None
    for field in ("retry_after", "retryAfter"):
        seconds = body.get(field) if isinstance(body, dict) else None
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 1e9:
            return seconds * SECOND
    return None


def _word(story: Story, poll: Event) -> str:
    job = story.facts.job(poll.exchange.job or "")
    return "over" if job is None else job.at(poll.at).stage.word
