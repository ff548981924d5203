"""What a client pays twice, or pays for and never takes: orders sent again, results fetched late or never."""

from collections.abc import Iterator
from itertools import pairwise

from mockserver.core.conduct.story import Event, Finding, Order, Story, answered, lost, span, times


def resubmitted_after_lost_answer(story: Story) -> Iterator[Finding]:
    """The same order once more after the answer to it got lost: the first job exists, and is paid."""
    for orders in story.same_orders():
        for first, second in pairwise(orders):
            if lost(first.event.exchange):
                done = (
                    f"The order of job {first.job.id}, whose answer got lost, was sent again "
                    f"and made a second job, {second.job.id}; both are paid."
                )
                yield _again("resubmitted-after-lost-answer", story, first, second, done)


def resubmitted_while_running(story: Story) -> Iterator[Finding]:
    """The same order once more while the first job still ran, which the client then forgot."""
    for orders in story.same_orders():
        for first, second in pairwise(orders):
            if not lost(first.event.exchange) and _forgotten(story, first, second):
                age = second.event.at - first.job.submitted_at
                done = (
                    f"The order of job {first.job.id} was sent again after {span(age)}, while it still ran, "
                    f"and made a second job, {second.job.id}; the first was not asked for any more."
                )
                yield _again("resubmitted-while-running", story, first, second, done)


def _forgotten(story: Story, first: Order, second: Order) -> bool:
    """Tell whether the second order took the place of the first, which still ran: only the second was followed."""
    again = second.event
    if first.job.at(again.at).stage.ends or story.facts.announced(first.job.id):
        return False
    retry_at = story.advice.retry_at
    if retry_at is not None and (again.at >= first.job.submitted_at + retry_at or not story.ran(first.event, again)):
        return False
    followed = any(poll.number > again.number for poll in story.polls.get(second.job.id, ()))
    return followed and not any(poll.number > again.number for poll in story.polls.get(first.job.id, ()))


def _again(kind: str, story: Story, first: Order, second: Order, done: str) -> Finding:
    return story.finding(kind, second.job.id, done, [second.event], besides=[first.event], job=first.job.id)


def downloaded_too_late(story: Story) -> Iterator[Finding]:
    """A download of a result whose time was over; a link that dies early by a scenario is nobody's fault."""
    for job_id, downloads in story.downloads.items():
        late = [event for event in downloads if _late(story, event)]
        job = story.facts.job(job_id)
        if late and job is not None and job.scenario != "expires_early":
            ended = job.ends_at
            after = "" if ended is None else f" {span(late[0].at - ended)} after its end"
            done = f"The result of job {job_id} was fetched{after}, when it was gone.{times(len(late))}"
            yield story.finding("downloaded-too-late", job_id, done, late, job=job_id)


def never_downloaded(story: Story) -> Iterator[Finding]:
    """A finished result that nobody fetched while it was there; who gave the job up before it ended is not meant."""
    for event, job in story.orders:
        if job.scenario == "expires_early" or story.advice.result_path(job) is None:
            continue
        expires_at = story.advice.expires_at(job)
        if expires_at is None or story.facts.now < expires_at or job.at(expires_at).stage.state != "done":
            continue
        polls, downloads = story.polls.get(job.id, []), story.downloads.get(job.id, [])
        if polls and not any(map(story.told_the_end, polls)):
            continue
        if not any(answered(one) or _late(story, one) for one in downloads):
            done = f"Job {job.id} was paid and finished, and its result was never fetched while it was there."
            yield story.finding("never-downloaded", job.id, done, [event], job=job.id)


def _late(story: Story, download: Event) -> bool:
    exchange = download.exchange
    return exchange.clause in story.advice.gone and story.advice.lapsed(exchange)
