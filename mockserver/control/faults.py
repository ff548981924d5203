"""Faults: what is to disturb the exchanges to come. `GET, POST, DELETE faults`, `DELETE faults/{id}`."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from mockserver.control.desk import ControlError, Desk, answer, instant, iso, page
from mockserver.control.paths import check_operation, check_path
from mockserver.core.asked import NAMES, Match
from mockserver.core.faults import Laid, TooManyFaultsError, UnknownFaultError, parsed
from mockserver.web.complaints import sentence

MOST = 1_000_000
YEAR = 366 * 24 * 3600
Whole = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Wanted(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which requests a fault is for; all of it must fit."""

    provider: Text | None = None
    method: Text | None = None
    path: Text | None = None
    key: Text | None = None
    operation: Text | None = None


class NewFault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault to lay down."""

    fault: str
    match: Wanted = Wanted()
    times: Whole | None = None
    after: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    every: Whole = 1
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    since: datetime | None = msgspec.field(name="from", default=None)
    until: datetime | None = None
    lasts: Annotated[float, msgspec.Meta(gt=0, le=YEAR)] | None = msgspec.field(name="for", default=None)


def shown(laid: Laid) -> dict[str, Any]:
    """A fault as JSON."""
    return {
        "id": laid.id,
        "fault": str(laid.fault),
        "match": {name: getattr(laid.match, name) for name in Wanted.__struct_fields__},
        "times": laid.times,
        "after": laid.after,
        "every": laid.every,
        "probability": laid.probability,
        "from": iso(laid.since),
        "until": iso(laid.until),
        "seen": laid.seen,
        "struck": laid.struck,
    }


async def list_faults(desk: Desk) -> Response:
    """List the faults that are laid down, with how often each has struck."""
    return page([shown(laid) for laid in desk.sandbox.trouble.laid])


async def lay_fault(desk: Desk) -> Response:
    """Lay down a fault for requests to come."""
    new = await desk.body(NewFault)
    try:
        fault = parsed(new.fault)
    except UnknownFaultError as error:
        raise ControlError(400, "unknown_fault", sentence(error)) from error
    since, until = _window(desk, new)
    match = matching(desk, new.match)
    laid = Laid("", fault, match, new.times, new.after, new.every, new.probability, since, until)
    try:
        return answer(shown(desk.sandbox.lay(laid)), 201)
    except TooManyFaultsError as error:
        raise ControlError(409, "too_many_faults", sentence(error)) from error


def matching(desk: Desk, wanted: msgspec.Struct) -> Match:
    """Take what somebody wants requests to be like; ControlError for what no request can be like.

    That is a provider that is not served, an operation that there is not, and a path without wildcards that no route
    has.
    """
    given = {name: getattr(wanted, name, None) for name in NAMES}
    among = desk.providers
    if given["provider"] is not None:
        among = {given["provider"]: desk.provider(given["provider"])}
    if given["operation"] is not None:
        check_operation(given["operation"], among, code="bad_field")
    if given["path"] is not None:
        check_path(given["path"], among, code="bad_field")
    return Match(**given)


def _window(desk: Desk, new: NewFault) -> tuple[datetime | None, datetime | None]:
    since = None if new.since is None else instant(new.since, "from")
    until = None if new.until is None else instant(new.until, "until")
    if new.lasts is not None:
        if until is not None:
            raise ControlError(400, "bad_field", "'for' and 'until' say the same: send one of them.")
        until = (since or desk.sandbox.now()) + timedelta(seconds=new.lasts)
    if since is not None and until is not None and since >= until:
        raise ControlError(400, "bad_field", "'until' is later than 'from'.")
    return since, until


async def lift_faults(desk: Desk) -> Response:
    """Take all faults away."""
    desk.sandbox.lift()
    return Response(status_code=204)


async def lift_fault(desk: Desk) -> Response:
    """Take one fault away."""
    wanted = desk.path["id"]
    if wanted not in {laid.id for laid in desk.sandbox.trouble.laid}:
        raise ControlError(404, "unknown_fault", f"There is no fault {wanted[:80]!r} in sandbox '{desk.sandbox.name}'.")
    desk.sandbox.lift(wanted)
    return Response(status_code=204)
