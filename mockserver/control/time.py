"""Time, by hand: `GET, PUT clock`, `POST clock/advance`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from mockserver.control.desk import YEARS, ControlError, Desk, answer, instant, iso
from mockserver.core.clock import Clock, ClockWentBackError, wall_now
from mockserver.core.world import Sandbox
from mockserver.web.complaints import sentence

FASTEST, SLOWEST = 1_000_000, 0.001
DUE_AT_MOST = 1000
ANOTHER_TIME = "Use another sandbox for another time."


class ClockChange(msgspec.Struct, forbid_unknown_fields=True):
    """Any part of a clock."""

    mode: Literal["scaled", "frozen", "auto"] | None = None
    speed: float | None = None
    now: datetime | None = None


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """How far to go: exactly one of the three."""

    seconds: float | None = None
    to: datetime | None = None
    until: Literal["idle"] | None = None


def shown(clock: Clock, default_speed: float) -> dict[str, Any]:
    """A clock as JSON; a clock that stands shows the speed at which it would run."""
    return {"mode": clock.mode, "speed": clock.rate or default_speed, "now": iso(clock.now())}


async def get_clock(desk: Desk) -> Response:
    """Say how time goes, and what time it is."""
    return answer(shown(desk.sandbox.clock, _usual_speed(desk)))


async def put_clock(desk: Desk) -> Response:
    """Change how time goes; `now` may jump forward, never back."""
    change = await desk.body(ClockChange)
    sandbox = desk.sandbox
    clock = sandbox.clock
    if change.speed is not None and not SLOWEST <= change.speed <= FASTEST:
        raise ControlError(
            400, "bad_field", f"'speed' is {SLOWEST} to {FASTEST}.", 'To stop time, send {"mode": "frozen"}.'
        )
    mode = change.mode or ("scaled" if change.speed is not None else clock.mode)
    rate = (change.speed or clock.rate or _usual_speed(desk)) if mode == "scaled" else 0.0
    clock = clock.at_rate(rate, auto=mode == "auto")
    if change.now is not None:
        clock = _moved(clock, instant(change.now, "now"))
    sandbox.set_clock(clock)
    await desk.courier.after(sandbox)
    return answer(shown(clock, _usual_speed(desk)))


async def advance(desk: Desk) -> Response:
    """Move time forward, deliver what became due on the way, and say what that was."""
    how = await desk.body(Advance)
    if [how.seconds, how.to, how.until].count(None) != 2:
        raise ControlError(400, "bad_body", "Say exactly one of 'seconds', 'to' and 'until'.")
    sandbox = desk.sandbox
    wall = wall_now()  # read once: a clock that runs is behind nothing meanwhile
    before = sandbox.clock.now(wall)
    target = _target(how, sandbox, before)
    clock = _moved(sandbox.clock, max(target, before), wall)
    sandbox.set_clock(clock)
    now = clock.now()
    delivered = [
        (one.attempt.at, "webhook", {"provider": one.delivery.provider, "id": one.delivery.job})
        for one in await desk.courier.deliver(sandbox)
    ]
    changes = [*_changes(sandbox, before, now), *delivered]
    due = sorted(changes, key=lambda change: (change[0], change[2]["id"]))[:DUE_AT_MOST]
    return answer(
        {
            "now": iso(now),
            "advanced": (now - before).total_seconds(),
            "due": [{"at": iso(at), "what": what, **who} for at, what, who in due],
        }
    )


def _usual_speed(desk: Desk) -> float:
    return desk.world.terms.clock.rate or 60.0


def _target(how: Advance, sandbox: Sandbox, now: datetime) -> datetime:
    if how.to is not None:
        return instant(how.to, "to")
    if how.until is not None:
        ends = [job.ends_at for house in sandbox.houses.values() for job in house.jobs()]
        return max((end for end in ends if end is not None), default=now)
    if how.seconds is not None and how.seconds < 0:
        raise ControlError(400, "time_goes_forward", "Mock time never goes back.", ANOTHER_TIME)
    try:
        target = now + timedelta(seconds=how.seconds or 0)
    except OverflowError:
        target = datetime.max.replace(tzinfo=UTC)
    if target.year not in YEARS:
        raise ControlError(400, "bad_field", f"'seconds' goes beyond the year {YEARS[-1]}, where mock time ends.")
    return target


def _moved(clock: Clock, to: datetime, wall: datetime | None = None) -> Clock:
    wall = wall or wall_now()
    now = clock.now(wall)
    if to < now:
        raise ControlError(400, "time_goes_forward", f"Mock time never goes back: it is {iso(now)} now.", ANOTHER_TIME)
    try:
        return clock.moved_to(to, wall)
    except ClockWentBackError as error:
        raise ControlError(400, "time_goes_forward", sentence(error), ANOTHER_TIME) from error


def _changes(sandbox: Sandbox, after: datetime, until: datetime) -> Iterator[tuple[datetime, str, dict[str, str]]]:
    """Say what happened to jobs after one instant and up to another."""
    for name, house in sandbox.houses.items():
        for job in house.jobs():
            for at, stage in job.changes():
                if after < at <= until:
                    yield at, stage.word, {"provider": name, "id": job.id}
