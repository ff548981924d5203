"""How long NanoGPT's jobs take, and how they end.

A typical clip takes three to six minutes; no document gives figures for one model, so the share of each
model and length is inferred, with a seeded variation of a tenth around it.
"""

from datetime import timedelta

from mockserver.core.chance import Draw
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import FOREVER, Stage, Timeline, cancelled, done, failed, waiting, working

QUEUED, RUNNING = "IN_QUEUE", "IN_PROGRESS"
COMPLETED, FAILED, CANCELED = "COMPLETED", "FAILED", "CANCELED"

SHORTEST, LONGEST = 180.0, 360.0
"""Seconds of a typical life."""
SPREAD = 0.1

NSFW, BROKEN = "nsfw", "broken"
"""Why a job failed: its content, or the machine."""

ENDINGS = {"done": done(COMPLETED), "failed": failed(FAILED, because=BROKEN), "cancelled": cancelled(CANCELED)}


def life(pace: float, seconds: float, draw: Draw) -> tuple[timedelta, timedelta]:
    """Say how long a clip waits and how long it is worked at, with `pace` seconds of work for a second of clip."""
    queue = 5 + 15 * draw.fraction()
    total = min(max(pace * seconds * draw.around(SPREAD), SHORTEST), LONGEST)
    return timedelta(seconds=queue), timedelta(seconds=total - queue)


def planned(scenario: Scenario, pace: float, seconds: float, draw: Draw) -> Timeline:
    """Lay out a job's life as its scenario says; what NanoGPT cannot tell apart goes as its nearest documented kin."""
    queue, work = life(pace, seconds, draw)
    at = scenario.at
    match scenario.name:
        case "slow":
            return _life(10 * queue, 10 * work, done(COMPLETED))
        case "stuck" | "never_ready":
            return _life(queue, FOREVER, done(COMPLETED))
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
            return _life(queue, work, done(COMPLETED))


def _life(queue: timedelta, work: timedelta, end: Stage) -> Timeline:
    return Timeline((waiting(QUEUED, lasts=queue), working(RUNNING, lasts=work), end))


def _cut_off(queue: timedelta, work: timedelta, at: float, end: Stage) -> Timeline:
    """End a life early, when the fraction `at` of it is over."""
    until = (queue + work) * at
    return _life(min(queue, until), max(until - queue, timedelta(0)), end)
