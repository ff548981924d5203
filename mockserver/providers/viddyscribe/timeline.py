"""How long ViddyScribe's jobs and verifications take, and how they end."""

from datetime import timedelta
from functools import lru_cache

from mockserver.core.clock import NOTHING
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import FOREVER, Stage, Timeline, done, failed, waiting, working

QUEUED, PROCESSING, DONE, FAILED = "queued", "processing", "done", "failed"

BROKEN, CONTENT, CANCELLED = "broken", "content", "cancelled"
"""Why a job failed: the machine, what the video shows, or because it was called off."""

ENDINGS = {
    "done": done(DONE),
    "failed": failed(FAILED, because=BROKEN),
    "cancelled": failed(FAILED, because=CANCELLED),  # the API has no word for it
}

OUTCOMES = {
    "succeeds": "`queued`, `processing`, `done` with a link",
    "slow": "the same, ten times as long",
    "stuck": "`processing` for good",
    "fails": "`failed`, `Processing failed. Please try again.`",
    "fails_once": "`failed`; sent again, `done`",
    "moderated": "400 `invalid_request`",
    "moderated_late": "`failed`, `The video violates the content policy.`",
    "partial": "fails",
    "cancelled": "`failed`, `The job was cancelled.`",
    "never_ready": "409 `upload_not_ready`",
    "upload_fails": "409 `upload_failed`",
    "expires_early": "`done`; a second later its link is 403",
    "empty_result": "`done` without a link",
    "unknown_status": "`reviewing` once, within `processing`",
    "goes_back": "`queued` once more, within `processing`",
}
"""What is seen of each scenario; the name of another one means that it goes like that."""
REASONS = {"moderated_late": CONTENT, "cancelled": CANCELLED}

UPLOAD_SCENARIOS = ("never_ready", "upload_fails")


def planned(scenario: Scenario, length: timedelta, wait: timedelta = NOTHING) -> Timeline:
    """Lay out the job for a media of this length, which is verified after `wait`.

    Ten minutes of video take five [viddyscribe:quickstart]; the first tenth of that the job is queued.
    """
    if scenario.name == "succeeds":
        return _success(length, wait)
    queue, work = _shares(length)
    match scenario.name:
        case "slow":
            return _life(wait + 10 * queue, 10 * work, done(DONE))
        case "stuck":
            return _life(wait + queue, FOREVER, done(DONE))
        case "fails" | "fails_once" | "partial" | "moderated_late" | "cancelled":
            end = failed(FAILED, because=REASONS.get(scenario.name, BROKEN))
            return _cut_off(wait + queue, work, 0.5 if scenario.at is None else scenario.at, end)
        case "unknown_status":
            return _interrupted(wait + queue, work, working("reviewing", lasts=work / 3))
        case "goes_back":
            return _interrupted(wait + queue, work, waiting(QUEUED, lasts=work / 3))
        case _:
            return _life(wait + queue, work, done(DONE))


def verification(scenario: Scenario, lasts: timedelta) -> Timeline:
    """Lay out the verification of an upload."""
    if scenario.name == "never_ready":
        lasts = FOREVER
    end = failed("failed", because=BROKEN) if scenario.name == "upload_fails" else done("completed")
    return Timeline.of(working("processing", lasts=lasts), end)


@lru_cache(maxsize=16_384)
def _success(length: timedelta, wait: timedelta) -> Timeline:
    """The timeline of a job that goes well; jobs of media of one length share it."""
    queue, work = _shares(length)
    return _life(wait + queue, work, ENDINGS["done"])


def _shares(length: timedelta) -> tuple[timedelta, timedelta]:
    """How long a job for a media of this length is queued, and how long it is worked at."""
    life = length / 2
    return life / 10, life * 9 / 10


def _life(queue: timedelta, work: timedelta, end: Stage) -> Timeline:
    return Timeline.of(waiting(QUEUED, lasts=queue), working(PROCESSING, lasts=work), end)


def _cut_off(queue: timedelta, work: timedelta, at: float, end: Stage) -> Timeline:
    """End a life early, when the fraction `at` of it is over."""
    until = (queue + work) * at
    return _life(min(queue, until), max(until - queue, NOTHING), end)


def _interrupted(queue: timedelta, work: timedelta, by: Stage) -> Timeline:
    """Put a stage in the middle of the work."""
    before, after = working(PROCESSING, lasts=work / 3), working(PROCESSING, lasts=work - 2 * (work / 3))
    return Timeline.of(waiting(QUEUED, lasts=queue), before, by, after, done(DONE))
