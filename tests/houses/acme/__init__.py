"""Acme, a provider that does not exist: one room is enough for it."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
from starlette.responses import Response

from mockserver.core.accounts import Opening, Trade
from mockserver.core.clock import MINUTE, SECOND
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.refusals import (
    BadBody,
    BadRange,
    KeyMissing,
    KeyRejected,
    MissingField,
    NotFound,
    OverLimit,
    Refusal,
    Unaffordable,
    UnknownPath,
    WrongMethod,
)
from mockserver.core.timeline import Timeline, done, failed, waiting, working
from mockserver.web.answers import Reply, json_reply
from mockserver.web.call import Call
from mockserver.web.keys import bearer
from mockserver.web.provider import Provider, on


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acme's settings."""

    credits: Decimal = Decimal(10)
    per_minute: int = 5


class NewVideo(msgspec.Struct):
    """An order."""

    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What Acme remembers of it."""

    prompt: str


async def create_video(call: Call) -> Response:
    body = await call.body(NewVideo)
    if not body.prompt:
        raise MissingField("prompt")
    scenario = call.scenario()
    end = failed("failed", because="broken") if scenario.name == "fails" else done("succeeded")
    draw = call.house.draw("job")
    job = Job(
        id=f"acme_{draw.token(8)}",
        provider="acme",
        key=call.account.purse,
        submitted_at=call.now,
        timeline=Timeline.of(waiting("queued", lasts=4 * SECOND), working("processing", lasts=30 * SECOND), end),
        price=Decimal(3),
        terms="when_done",
        order=Order(body.prompt),
        seed=draw.number(),
        scenario=scenario.name,
    )
    left = call.house.add(job, call.account, call.now)
    return call.json({"id": job.id, "status": "queued", "credits": left.available}, status=202)


async def get_video(call: Call) -> Response:
    job = call.job(call.params["video_id"])
    answer = {"id": job.id, "status": job.at(call.now).stage.word, "watch": call.url(f"/watch/{job.id}")}
    call.polled(job)
    return call.json(answer)


async def crash(call: Call) -> Response:
    raise ZeroDivisionError(call.now)


def answer(refusal: Refusal, options: Options) -> Reply:
    match refusal:
        case KeyMissing() | KeyRejected():
            return json_reply({"acme": "who are you?"}, 401, clause="acme.auth.key")
        case OverLimit(wait=wait):
            return json_reply({"acme": "slow down"}, 429, [(b"retry-after", b"%d" % wait.total_seconds())])
        case Unaffordable():
            return json_reply({"acme": "no credits"}, 402)
        case UnknownPath() | NotFound():
            return json_reply({"acme": "nothing here"}, 404)
        case WrongMethod():
            return json_reply({"acme": "not like this"}, 405)
        case BadBody() | MissingField() | BadRange():
            return json_reply({"acme": "what?"}, 400)
        case _:
            return json_reply({"acme": f"oh dear: {type(refusal).__name__}", "credits": options.credits}, 500)


def per_minute(call: Call) -> tuple[Limit, str]:
    return Limit("all", call.options.per_minute, MINUTE), call.account.key


PROVIDER = Provider(
    name="acme",
    title="Acme",
    home="https://api.acme.example",
    routes=(
        on("POST /v1/videos", create_video, limit=per_minute),
        on("GET /v1/videos/{video_id}", get_video),
        on("GET /v1/crash", crash, key="none"),
    ),
    answer=answer,
    trade=Trade(name="acme", opening=lambda options: Opening(unit="credits", plan="free", granted=options.credits)),
    keys=(bearer,),
    options=Options,
    endings={"done": done("succeeded"), "failed": failed("failed", because="broken")},
)
