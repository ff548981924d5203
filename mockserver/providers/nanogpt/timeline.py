"""How long NanoGPT's jobs take, and how they end.

A typical clip takes three to six minutes; no document gives figures for one model, so the share of each
model and length is inferred, with a seeded variation of a tenth around it.
"""

from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from mockserver.core.chance import Draw
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import FOREVER, Stage, Timeline, cancelled, done, failed, waiting, working

QUEUED, RUNNING = "IN_QUEUE", "IN_PROGRESS"
COMPLETED, FAILED, CANCELED = "COMPLETED", "FAILED", "CANCELED"

SHORTEST, LONGEST = 180.0, 360.0
"""Seconds of a typical life."""
SPREAD = 0.1
WAITS, WORKS = 4, 128
"""How many different waits and lengths of work there are."""
LEAST_USUAL, MOST_USUAL = SHORTEST / (1 - SPREAD), LONGEST / (1 + SPREAD)

NSFW, BROKEN = "nsfw", "broken"
"""Why a job failed: its content, or the machine."""

ENDINGS = {"done": done(COMPLETED), "failed": failed(FAILED, because=BROKEN), "cancelled": cancelled(CANCELED)}

OUTCOMES = {
    "succeeds": "`IN_QUEUE`, `IN_PROGRESS`, `COMPLETED` with a link",
    "slow": "the same, ten times as long",
    "stuck": "`IN_PROGRESS` for good",
    "fails": "`FAILED`, `Video generation failed`",
    "fails_once": "`FAILED`; sent again, `COMPLETED`",
    "moderated": "400 `CONTENT_POLICY_VIOLATION`",
    "moderated_late": "`FAILED`, `Content policy violation`",
    "partial": "fails",
    "cancelled": "`CANCELED`",
    "never_ready": "stuck",
    "upload_fails": "fails",
    "expires_early": "`COMPLETED`; a second later its link is 403",
    "empty_result": "`COMPLETED` without a link",
    "unknown_status": "`REVIEWING` once, within `IN_PROGRESS`",
    "goes_back": "`IN_QUEUE` once more, within `IN_PROGRESS`",
}
"""What is seen of each scenario; the name of another one means that it goes like that."""


class Life(NamedTuple):
    """How long a job that succeeds waits, how long it is worked at, and the timeline of that."""

    queue: timedelta
    work: timedelta
    success: Timeline

    @property
    def seconds(self) -> int:
        """Whole seconds after which it is done."""
        return ceil((self.queue + self.work).total_seconds())


def life(scenario: Scenario, pace: float, seconds: float, draw: Draw) -> Life:
    """Draw the life of a clip of so many `seconds`, with `pace` seconds of work for each of them."""
    found = _lives(min(max(pace * seconds, LEAST_USUAL), MOST_USUAL))[draw.below(WAITS * WORKS)]
    return found if scenario.name != "slow" else _succeeding(10 * found.queue, 10 * found.work)


@lru_cache(maxsize=32)
def _lives(usual: float) -> tuple[Life, ...]:
    """All lives that a clip can have that usually takes so many seconds; jobs share them: that saves each a lot."""
    found = []
    for number in range(WAITS * WORKS):
        wait, work = divmod(number, WORKS)
        queue = 5 + 15 * wait / WAITS
        total = usual * (1 + SPREAD * (2 * work / (WORKS - 1) - 1))
        found.append(_succeeding(timedelta(seconds=queue), timedelta(seconds=total - queue)))
    return tuple(found)


def _succeeding(queue: timedelta, work: timedelta) -> Life:
    return Life(queue, work, _stages(queue, work, ENDINGS["done"]))


def planned(scenario: Scenario, life: Life) -> Timeline:
    """Lay out a job's life as its scenario says; what NanoGPT cannot tell apart goes as its nearest documented kin."""
    queue, work, success = life
    at = scenario.at
    match scenario.name:
        case "succeeds":
            return success
        case "stuck" | "never_ready":
            return _stages(queue, FOREVER, done(COMPLETED))
        case "fails" | "fails_once" | "partial" | "upload_fails":
            return _cut_off(queue, work, 0.5 if at is None else at, failed(FAILED, because=BROKEN))
        case "moderated_late":
            return _cut_off(queue, work, 0.5 if at is None else at, failed(FAILED, because=NSFW))
        case "cancelled":
            return _cut_off(queue, work, 0.5 if at is None else at, cancelled(CANCELED))
        case "unknown_status":
            third = work / 3
            return Timeline.of(
                waiting(QUEUED, lasts=queue),
                working(RUNNING, lasts=third),
                working("REVIEWING", lasts=third),
                working(RUNNING, lasts=work - 2 * third),
                done(COMPLETED),
            )
        case "goes_back":
            third = work / 3
            return Timeline.of(
                waiting(QUEUED, lasts=queue),
                working(RUNNING, lasts=third),
                waiting(QUEUED, lasts=third),
                working(RUNNING, lasts=work - 2 * third),
                done(COMPLETED),
            )
        case _:
            return success


def _stages(queue: timedelta, work: timedelta, end: Stage) -> Timeline:
    stages = Stage(QUEUED, "waiting", queue), Stage(RUNNING, "working", work), end
    return Timeline(stages, queue + work)


def _cut_off(queue: timedelta, work: timedelta, at: float, end: Stage) -> Timeline:
    """End a life early, when the fraction `at` of it is over."""
    until = (queue + work) * at
    return _stages(min(queue, until), max(until - queue, timedelta(0)), end)
