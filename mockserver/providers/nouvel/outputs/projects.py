"""What Nouvel says of a project, one video of a job: in lists, and in full with its scenes; in snake case."""

from datetime import UTC, datetime
from typing import Any

from mockserver.core.chance import Draw
from mockserver.core.clock import NOTHING
from mockserver.core.jobs import Job, part_end
from mockserver.core.timeline import Moment
from mockserver.providers.nouvel import timeline
from mockserver.providers.nouvel.catalogue import SCENE_SECONDS, STAGES

from .files import order_of, scene_path, video_path
from .words import actor, description, product, scene_texts, title, uuid

STAGE_NAMES = tuple(STAGES)


def item(job: Job, index: int, now: datetime, base: str) -> dict[str, Any]:
    """A project as lists show it [nouvel:list-projects]."""
    order, moment = order_of(job), job.part_at(job.parts[index], now)
    path = video_path(job, index)
    return {
        "id": order.ids[index],
        "title": title(order, index),
        "description": description(order, index),
        "status": timeline.project_word(moment),
        "final_output_url": base + path if moment.stage.state == "done" and path else None,
        "aspect_ratio": order.ratio,
        "target_duration_seconds": order.seconds,
        "product_url": order.url(index),
        "created_at": timestamp(job.submitted_at),
        "updated_at": timestamp(now - moment.into),
    }


def one(job: Job, index: int, now: datetime, base: str) -> dict[str, Any]:
    """A project in full, with its scenes in playing order [nouvel:get-project]."""
    project = item(job, index, now, base)
    dates = {name: project.pop(name) for name in ("created_at", "updated_at")}
    moment = job.part_at(job.parts[index], now)
    texts = scene_texts(order_of(job), index)
    return {
        "project": {
            **project,
            "quality": None,
            "tone": None,
            "energy": None,
            "pacing": None,
            "caption_style": None,
            "content_mode": order_of(job).purpose,
            **dates,
        },
        "scenes": [_scene(job, index, n, text, moment, base) | dates for n, text in enumerate(texts)],
    }


def _scene(job: Job, index: int, n: int, text: str, moment: Moment, base: str) -> dict[str, Any]:
    order = order_of(job)
    acted = n % 2 == 0  # actor and product take turns
    written = moment.stage.ends or moment.stage.word != STAGE_NAMES[0]
    state = scene_word(job, index, n, moment)
    return {
        "id": uuid(Draw(0, job.id, "scene", index, n)),
        "scene_order": n,
        "prompt": f"{'An actor talks about' if acted else 'A close look at'} {product(order.url(index))}"
        if written
        else None,
        "script_text": text or None if written else None,
        "output_url": base + scene_path(job, index, n) if state == "completed" else None,
        "status": state,
        "avatar_id": actor(job.id, order, index) if acted else None,
        "duration_seconds": SCENE_SECONDS,
    }


def scene_word(job: Job, index: int, n: int, moment: Moment) -> str:
    """Say how far a scene is: its clip is made in the stage `video`, and stays when the video fails later."""
    if moment.stage.state == "done":
        return "completed"
    if moment.stage.ends:
        if moment.stage.word == timeline.PARTIAL:
            return "completed" if n % 2 == 0 else "failed"
        return "completed" if _filmed(job, index) else "failed"
    if moment.stage.word == STAGE_NAMES[0]:
        return "pending"
    return "generating" if moment.stage.word == STAGE_NAMES[1] else "completed"


def _filmed(job: Job, index: int) -> bool:
    """Tell whether a video that ended badly had come past the stage `video`."""
    part = job.parts[index]
    until = sum((stage.lasts for stage in part.stages if stage.word in STAGE_NAMES[:2]), NOTHING)
    return any(stage.word == STAGE_NAMES[2] for stage in part.stages) and part_end(job, part)[0] >= until


def timestamp(at: datetime) -> str:
    """An instant in UTC with milliseconds and a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
