"""How long Artnex's jobs take, and how they end.

Document 004 gives the bounds, 30 seconds and several minutes, and says that model and length of the clip decide;
the figures of the models are inferred, with a seeded variation of a tenth around them. Clients are told to give up
after five minutes, so a job that goes well is done by then.
"""

from datetime import timedelta

from mockserver.core.chance import Draw
from mockserver.core.clock import MINUTE, SECOND
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import FOREVER, Stage, Timeline, cancelled, done, failed, working

PENDING, COMPLETED, ERROR = "pending", "completed", "error"
GENERATION_FAILED, CONTENT_POLICY = "generation_failed", "content_policy_violation"
"""Why a job ended as `error`: the machine, or its content."""

SHORTEST, LONGEST = 30 * SECOND, 5 * MINUTE
SPREAD = 0.1

ENDINGS = {
    "done": done(COMPLETED),
    "failed": failed(ERROR, because=GENERATION_FAILED),
    "cancelled": cancelled(ERROR),
}

OUTCOMES = {
    "succeeds": "`pending`, `completed` with a link",
    "slow": "the same, ten times as long",
    "stuck": "`pending` for good",
    "fails": "`error`, `generation_failed`",
    "fails_once": "`error`; sent again, `completed`",
    "moderated": "422 `content_policy_violation`",
    "moderated_late": "`error`, `content_policy_violation`",
    "partial": "fails",
    "cancelled": "`error`, `cancelled`",
    "never_ready": "stuck",
    "upload_fails": "fails",
    "expires_early": "`completed`; a second later its link is 404",
    "empty_result": "`completed` without a link",
    "unknown_status": "`reviewing` once, within `pending`",
    "goes_back": "succeeds",
}
"""What is seen of each scenario; the name of another one means that it goes like that."""


def life(pace: int, seconds: int, draw: Draw) -> timedelta:
    """Say how long a job takes, with `pace` seconds of work for a second of clip."""
    return min(max(timedelta(seconds=pace * seconds) * draw.around(SPREAD), SHORTEST), LONGEST)


def planned(scenario: Scenario, pace: int, seconds: int, draw: Draw) -> Timeline:
    """Lay out a job's life as its scenario says; what Artnex cannot tell apart goes as its nearest documented kin."""
    lasts = life(pace, seconds, draw)
    early = lasts * (0.5 if scenario.at is None else scenario.at)
    match scenario.name:
        case "slow":
            return _pending(10 * lasts, ENDINGS["done"])
        case "stuck" | "never_ready":
            return _pending(FOREVER, ENDINGS["done"])
        case "fails" | "fails_once" | "partial" | "upload_fails":
            return _pending(early, ENDINGS["failed"])
        case "moderated_late":
            return _pending(early, failed(ERROR, because=CONTENT_POLICY))
        case "cancelled":
            return _pending(early, ENDINGS["cancelled"])
        case "unknown_status":
            third = lasts / 3
            reviewing = working("reviewing", lasts=third)
            return Timeline.of(working(PENDING, lasts=third), reviewing, working(PENDING, lasts=third), done(COMPLETED))
        case _:  # there is no status before `pending` that `goes_back` could go back to
            return _pending(lasts, ENDINGS["done"])


def _pending(lasts: timedelta, end: Stage) -> Timeline:
    return Timeline.of(working(PENDING, lasts=lasts), end)
