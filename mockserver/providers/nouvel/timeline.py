"""How long Nouvel's videos take, how they end, and what that makes of their job.

Each video (a project, in Nouvel's words) has a life of its own: the stages of document 000's table, varied by up to 8
percent, which keeps a job between 15 and 20 minutes. A job goes on until its last video has ended, and is where its
least advanced video is.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from mockserver.core.chance import Draw
from mockserver.core.clock import NOTHING, SECOND
from mockserver.core.jobs import Job
from mockserver.core.scenarios import Scenario
from mockserver.core.timeline import FOREVER, Moment, Stage, Timeline, cancelled, done, failed, working

from .catalogue import STAGES

SPREAD = 0.08
COMPLETED, PARTIAL, FAILED, CANCELLED, RUNNING = "completed", "partial", "failed", "cancelled", "running"
BROKEN = "generation failed"

ENDINGS = {"done": done(COMPLETED), "failed": failed(FAILED, because=BROKEN), "cancelled": cancelled(CANCELLED)}

OUTCOMES = {
    "succeeds": "`completed`, each project with a link",
    "slow": "the same, ten times as long",
    "stuck": "`running` for good",
    "fails": "`failed`, as are its projects",
    "fails_once": "`failed`; the same URLs again, `completed`",
    "moderated": "422 `not_a_product`",
    "moderated_late": "fails",
    "partial": "`partial`: every second project `failed`",
    "cancelled": "`cancelled`, its projects `failed`",
    "never_ready": "stuck",
    "upload_fails": "fails",
    "expires_early": "`completed`; a second later its links are 404",
    "empty_result": "`completed` without links",
    "unknown_status": "`reviewing` once",
    "goes_back": "the stage `preparing` once more, within `video`",
}
"""What is seen of each scenario; the name of another one means that it goes like that."""

BANDS = {"preparing": (0, 20), "video": (20, 70), "audio": (70, 72), "lip_sync": (72, 85), "stitching": (85, 99)}
"""From which percentage to which each stage goes [nouvel:jobs]; audio's share of 70 to 85 is inferred."""
LONGEST_RAMP = STAGES["stitching"] * 3 / 4
MILLISECOND = SECOND / 1000
REST = 15 * SECOND
"""How long a video rests at 99 at least, before its end."""

PROJECT_WORDS = {
    "preparing": "preparing",
    "video": "generating",
    "audio": "post_processing",
    "lip_sync": "post_processing",
    "stitching": "stitching",
    CANCELLED: FAILED,
}
"""A project's words for its stages [nouvel:jobs]; no project status says cancelled."""


STEPS = 64
LIVES = 1024
"""How many different lives there are; videos share them."""
_CHOICES = tuple(
    tuple(working(word, lasts=lasts * (1 - SPREAD + 2 * SPREAD * step / (STEPS - 1))) for step in range(STEPS))
    for word, lasts in STAGES.items()
)
"""Each stage as long as it can be, from 8 percent below the table to 8 percent above it."""


# Lives ----------------------------------------------------------------------------------------------------------


def lives(scenario: Scenario, doomed: Collection[int], videos: int, draw: Draw) -> tuple[Timeline, ...]:
    """Lay out the lives of a job's videos as its scenario says; those that are `doomed` fail."""
    if scenario.name == "succeeds":
        return tuple([success(draw) for _ in range(videos)])
    return tuple([_life(scenario, index in doomed, videos, draw) for index in range(videos)])


def _life(scenario: Scenario, doomed: bool, videos: int, draw: Draw) -> Timeline:
    stages = list(success(draw).stages[:-1])
    early = 0.5 if scenario.at is None else scenario.at
    if doomed:
        word = PARTIAL if scenario.name == "partial" and videos == 1 else FAILED
        return _cut_off(stages, early, failed(word, because=BROKEN))
    match scenario.name:
        case "cancelled":
            return _cut_off(stages, early, ENDINGS["cancelled"])
        case "slow":
            stages = [working(stage.word, lasts=10 * stage.lasts) for stage in stages]
        case "stuck" | "never_ready":
            stages[-1] = working(stages[-1].word, lasts=FOREVER)
        case "goes_back":
            third = stages[1].lasts / 3
            back = [working(word, lasts=third) for word in ("video", "preparing", "video")]
            stages = [stages[0], *back, *stages[2:]]
    return Timeline.of(*stages, ENDINGS["done"])


def success(draw: Draw) -> Timeline:
    """Draw the life of a video that goes well."""
    return _success(draw.below(LIVES))


@lru_cache(maxsize=LIVES)
def _success(number: int) -> Timeline:
    """The life of this number of a video that goes well: each of its stages is as long as chance says."""
    draw = Draw(0, "life", number)
    return Timeline.of(*[choices[draw.below(STEPS)] for choices in _CHOICES], ENDINGS["done"])


def _cut_off(stages: Sequence[Stage], at: float, end: Stage) -> Timeline:
    """End a life early, when the fraction `at` of it is over."""
    left = sum((stage.lasts for stage in stages), NOTHING) * at
    kept = []
    for stage in stages:
        kept.append(working(stage.word, lasts=min(stage.lasts, left)))
        left -= kept[-1].lasts
        if not left:
            break
    return Timeline.of(*kept, end)


def doomed(scenario: Scenario, videos: int) -> Collection[int]:
    """Which of a job's videos fail: all, or with `partial` every second one (the only one, if there is but one)."""
    match scenario.name:
        case "fails" | "moderated_late" | "upload_fails":
            return range(videos)
        case "partial":
            return range(1, videos, 2) if videos > 1 else (0,)
        case _:
            return ()


# Jobs -----------------------------------------------------------------------------------------------------------


def whole(parts: Sequence[Timeline], scenario: Scenario) -> Timeline:
    """Put the life of a job together from those of its videos."""
    if len(parts) == 1 and scenario.name == "succeeds":
        return parts[0]
    end = _end([part.end for part in parts])
    if len(parts) == 1 and parts[0].end == end and scenario.name != "unknown_status":
        return parts[0]
    longest = max(parts, key=lambda part: len(part.stages))
    entries = [max(_entered(part, index) for part in parts) for index in range(len(longest.stages))]
    stages = [
        working(stage.word, lasts=after - before)
        for stage, (before, after) in zip(longest.stages, pairwise(entries), strict=False)
    ]
    if scenario.name == "unknown_status":
        stages[2] = working("reviewing", lasts=stages[2].lasts)
    return Timeline.of(*stages, end)


def _entered(part: Timeline, index: int) -> timedelta:
    """When a video comes to its stage of this number; one that has ended before is past it."""
    return sum((stage.lasts for stage in part.stages[:index]), NOTHING)


def _end(ends: Sequence[Stage]) -> Stage:
    if all(end.state == "done" for end in ends):
        return ENDINGS["done"]
    if any(end.state == "cancelled" for end in ends):
        return ENDINGS["cancelled"]
    return done(PARTIAL) if any(end.state == "done" for end in ends) else ENDINGS["failed"]


# Where they are -------------------------------------------------------------------------------------------------


def moments(job: Job, now: datetime) -> list[Moment]:
    """Say where each video of a job is."""
    if job.parts[0] is job.timeline:
        return [job.at(now)]
    return [job.part_at(part, now) for part in job.parts]


def progress(moment: Moment) -> int:
    """How much of a video is over, in percent; 100 only at its end, however it came to that."""
    stage, into = moment.stage, moment.into
    band = BANDS.get(stage.word)
    if band is None:  # an end: all other stages of a video have a band
        return 100
    low, high = band
    ramp = _ramp(stage)
    return low + int((high - low) * (into / ramp)) if into < ramp else high


def _ramp(stage: Stage) -> timedelta:
    """How long the percentage of a stage rises; after that it rests until the stage is over."""
    lasts = stage.lasts
    if stage.word != "stitching":
        return lasts
    return LONGEST_RAMP if lasts >= FOREVER else min(lasts * 3 / 4, lasts - REST)


def steady(moment: Moment) -> timedelta:
    """How long a video that is being made stays, at least, in its stage and at its percentage.

    A little less than until the next percent, or none at all: a millisecond is far more than is rounded in `progress`.
    """
    stage, into = moment.stage, moment.into
    low, high = BANDS[stage.word]
    ramp, left = _ramp(stage), stage.lasts - into
    if into < ramp:
        next_one = progress(moment) + 1 - low
        left = min(left, ramp * next_one / (high - low) - into)
    return max(left - MILLISECOND, NOTHING)


def overall(each: Sequence[int], *, ended: bool) -> int:
    """How much of a job is over: the mean of its videos' percentages, and 100 only at the end [nouvel:jobs]."""
    return 100 if ended else min(sum(each) // len(each), 99)


def status(moment: Moment, found: Sequence[Moment]) -> str:
    """Nouvel's word for a job: running, or what the ends of its videos make of it [000:25]."""
    stage = moment.stage
    if not stage.ends:
        return RUNNING if stage.word in BANDS else stage.word
    if stage.state == "cancelled":
        return CANCELLED
    delivered = sum(moment.stage.state == "done" for moment in found)
    return COMPLETED if delivered == len(found) else PARTIAL if delivered else FAILED


def stage_name(moment: Moment) -> str:
    """Nouvel's word for the stage of a job; after its end the last one stays."""
    stage = moment.stage
    if stage.ends:
        return "stitching"
    return stage.word if stage.word in BANDS else "audio"


def project_word(moment: Moment) -> str:
    """Nouvel's word for where a video is."""
    word = moment.stage.word
    return PROJECT_WORDS.get(word, word)
