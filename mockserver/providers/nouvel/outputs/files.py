"""Where Nouvel's videos lie on this server, and what they look like."""

import re
from decimal import Decimal

from mockserver.core.jobs import Job, part_end
from mockserver.media.clip import Clip, frame_size
from mockserver.providers.nouvel.catalogue import SCENE_SECONDS, Order

from .words import title

RESOLUTION = "720p"

_NAME = re.compile(r"video-([1-9])(?:-scene-([1-9][0-9]?))?\.mp4")


def order_of(job: Job) -> Order:
    """The order that a job of this house keeps."""
    order = job.order
    if not isinstance(order, Order):
        raise TypeError("a job of another house")
    return order


def video_path(job: Job, index: int) -> str | None:
    """Where a finished video lies; None if it never has a link."""
    return None if job.scenario == "empty_result" else f"/media/nouvel/{job.id}/video-{index + 1}.mp4"


def scene_path(job: Job, index: int, scene: int) -> str:
    """Where the raw clip of a scene lies."""
    return f"/media/nouvel/{job.id}/video-{index + 1}-scene-{scene + 1}.mp4"


def result_path(job: Job) -> str | None:
    """Where the first video of a job lies that is ever finished."""
    finished = (n for n, part in enumerate(job.parts) if part_end(job, part)[1].state == "done")
    first = next(finished, None)
    return None if first is None else video_path(job, first)


def file_of(job: Job, name: str) -> tuple[int, int | None] | None:
    """Which video a file's name means, and which scene of it (None: all of it); None for no name of this job's."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    order, index = order_of(job), int(found[1]) - 1
    scene = int(found[2]) - 1 if found[2] else None
    return (index, scene) if index < order.videos and (scene or 0) < order.scenes else None


def clip_of(job: Job, index: int, scene: int | None) -> Clip:
    """What a video, or the raw clip of one scene, looks like."""
    order = order_of(job)
    width, height = frame_size(RESOLUTION, order.ratio)
    name = order.ids[index] if scene is None else f"{order.ids[index]} scene {scene + 1}"
    return Clip(
        width=width,
        height=height,
        seconds=Decimal(order.seconds if scene is None else SCENE_SECONDS),
        caption=("Nouvel", name, title(order, index)),
        seed=job.seed + 100 * index + (0 if scene is None else scene + 1),
        sound=scene is None,
        comment=job.id,
    )
