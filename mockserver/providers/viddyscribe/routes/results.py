"""Results: asked for, signed, made when they are first downloaded."""

from functools import partial
from pathlib import Path

from starlette.responses import Response

from mockserver.core.clock import SECOND
from mockserver.core.jobs import Job
from mockserver.core.refusals import Gone, MissingField
from mockserver.media.makers import described_sound, described_video, rendered
from mockserver.providers.viddyscribe import outputs
from mockserver.providers.viddyscribe.catalogue.orders import Footage
from mockserver.web.call import Call
from mockserver.web.files import path_reply

from . import links

TYPES = {"mp4": "video/mp4", "wav": "audio/wav"}


async def get_results(call: Call) -> Response:
    """`GET /enterprise/api/get_results`: a job as it stands, with fresh links once it is done."""
    job_id = call.query.get("job_id")
    if not job_id:
        raise MissingField("job_id")
    job = call.job(job_id)
    moment = job.at(call.now)
    made = _links(call, job) if moment.stage.state == "done" else {}
    answer = outputs.job_result(job, moment, made, call.now, call.options)
    call.polled(job)
    return call.json(answer)


def _links(call: Call, job: Job) -> dict[str, str]:
    """The addresses of a finished job's files, by their names."""
    until = call.now + links.LIFE
    if job.scenario == "expires_early" and job.ends_at is not None:
        until = job.ends_at + SECOND
    files = outputs.made_files(outputs.order_of(job))
    return {kind: links.signed(call, f"/enterprise/results/{job.id}.{ending}", until) for kind, ending in files.items()}


async def download(call: Call) -> Response:
    """`GET /enterprise/results/{file}`: a file of a job, by a signed link."""
    name = call.params["file"]
    job_id, _, ending = name.rpartition(".")
    job = call.house.job(job_id)
    call.job_id = None if job is None else job.id
    links.check(call, f"/enterprise/results/{name}")
    if job is None or job.at(call.now).stage.state != "done":
        raise Gone("link")
    order = outputs.order_of(job)
    file = outputs.file_name(order, ending)
    source, narration = await _source(call, order.footage), outputs.narration_of(order)
    make = (
        partial(described_video, source, narration)
        if ending == "mp4"
        else partial(described_sound, source, narration, own=order.mixed)
    )
    return path_reply(call, await call.files.made(file, make), TYPES[ending], file.partition(".")[0])


async def _source(call: Call, footage: Footage) -> Path:
    """Where the media's own video is; one that is stood in for is drawn."""
    if footage.file is not None:
        found = call.files.path(footage.file)
        if found is None:
            raise Gone("media")
        return found
    clip = outputs.stand_in(footage)
    return await call.files.made(f"{clip.key}.mp4", partial(rendered, clip))
