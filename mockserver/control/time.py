"""Time, by hand: `GET, PUT clock`, `POST clock/advance`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from mockserver.control.desk import ControlError, Desk, answer, iso
from mockserver.core.clock import NOTHING, Clock, ClockWentBackError
from mockserver.core.world import Sandbox

FASTEST, SLOWEST = 1_000_000, 0.001
DUE_AT_MOST = 1000


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
        clock = _moved(clock, _aware(change.now, "now"))
    sandbox.set_clock(clock)
    await desk.courier.after(sandbox)
    return answer(shown(clock, _usual_speed(desk)))


async def advance(desk: Desk) -> Response:
    """Move time forward, deliver what became due on the way, and say what that was."""
    how = await desk.body(Advance)
    if [how.seconds, how.to, how.until].count(None) != 2:
        raise ControlError(400, "bad_body", "Say exactly one of 'seconds', 'to' and 'until'.")
    sandbox = desk.sandbox
    before = sandbox.now()
    target = _target(how, sandbox, before)
    clock = _moved(sandbox.clock, max(target, before))
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
        return _aware(how.to, "to")
    if how.until is not None:
        ends = [job.ends_at for house in sandbox.houses.values() for job in house.jobs()]
        return max((end for end in ends if end is not None), default=now)
    try:
        by = timedelta(seconds=how.seconds or 0)
    except (OverflowError, ValueError) as error:
        raise ControlError(400, "bad_field", f"'seconds': {error}") from error
    if by < NOTHING:
        raise ControlError(
            400, "time_goes_forward", "Mock time never goes back.", "Use another sandbox for another time."
        )
    try:
        return now + by
    except OverflowError as error:
        raise ControlError(400, "bad_field", "'seconds' goes past the end of time.") from error


def _aware(at: datetime, name: str) -> datetime:
    if at.tzinfo is None:
        raise ControlError(400, "bad_field", f"'{name}' needs a zone, as in 2026-01-01T00:00:00Z.")
    return at


def _moved(clock: Clock, to: datetime) -> Clock:
    try:
        return clock.moved_to(to)
    except ClockWentBackError as error:
        raise ControlError(400, "time_goes_forward", f"{error}.", "Use another sandbox for another time.") from error


def _changes(sandbox: Sandbox, after: datetime, until: datetime) -> Iterator[tuple[datetime, str, dict[str, str]]]:
    """Say what happened to jobs after one instant and up to another."""
    for name, house in sandbox.houses.items():
        for job in house.jobs():
            for at, stage in job.changes():
                if after < at <= until:
                    yield at, stage.word, {"provider": name, "id": job.id}
