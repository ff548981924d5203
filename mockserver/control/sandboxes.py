"""Sandboxes, and what is served in them: `sandboxes`, `reset`, `providers`, `health`."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from mockserver import __version__
from mockserver.control import time
from mockserver.control.desk import SAFE, ControlError, Desk, amount, answer, instant, page
from mockserver.core import snapshots
from mockserver.core.clock import EPOCH, Clock, wall_now
from mockserver.core.snapshots import Snapshot
from mockserver.core.world import BadSandboxError, Sandbox, Terms
from mockserver.web.complaints import sentence

NAMED = 10
"""How many sandboxes are named to who asked for one that is not there."""


class FirstClock(msgspec.Struct, forbid_unknown_fields=True):
    """How time begins in a sandbox."""

    mode: Literal["scaled", "frozen", "auto"] = "frozen"
    speed: float = 60.0
    now: datetime | None = None


class NewSandbox(msgspec.Struct, forbid_unknown_fields=True):
    """A sandbox to make; what is left out is as the server's settings say, or as it is in the one it is made `from`."""

    name: str
    clock: FirstClock | Literal["scaled", "frozen", "auto"] | None = None
    seed: Annotated[int, msgspec.Meta(ge=-SAFE, le=SAFE)] | None = None
    accounts: dict[str, dict[str, Decimal]] = {}
    settings: dict[str, Any] = {}
    source: str | None = msgspec.field(name="from", default=None)
    snapshot: str | None = None


async def health(desk: Desk) -> Response:
    """Say that the server is there, since when, and with how much."""
    return answer(
        {
            "status": "ok",
            "version": __version__,
            "uptime_seconds": round((wall_now() - desk.world.started).total_seconds(), 3),
            "sandboxes": len(desk.world.sandboxes()),
            "providers": list(desk.providers),
        }
    )


async def list_providers(desk: Desk) -> Response:
    """List the providers that are served, their operations, and how an app is pointed at them."""
    return page(
        [
            {
                "name": provider.name,
                "title": provider.title,
                "home": provider.home,
                "operations": [f"{operation.method} {operation.path}" for operation in provider.routes],
                "sample_key": provider.sample_key,
                "base_url_variables": list(provider.base_url_variables),
                "key_variables": list(provider.key_variables),
                "settings": msgspec.to_builtins(desk.sandbox.houses[provider.name].options),
            }
            for provider in desk.providers.values()
        ]
    )


def shown(desk: Desk, sandbox: Sandbox) -> dict[str, Any]:
    """A sandbox as JSON."""
    return {
        "name": sandbox.name,
        "seed": sandbox.seed,
        "clock": time.shown(sandbox.clock, desk.world.terms.clock.rate or 60.0),
        "jobs": {name: house.count() for name, house in sandbox.houses.items()},
        "requests": sandbox.journal.count,
    }


async def list_sandboxes(desk: Desk) -> Response:
    """List the sandboxes."""
    return page([shown(desk, sandbox) for sandbox in desk.world.sandboxes()])


def find(desk: Desk) -> Sandbox:
    """The sandbox that the path names; ControlError 404 if there is none."""
    for sandbox in desk.world.sandboxes():
        if sandbox.name == desk.path["name"]:
            return sandbox
    raise ControlError(404, "unknown_sandbox", f"There is no sandbox {desk.path['name'][:80]!r}.", _known(desk))


def _known(desk: Desk) -> str:
    """Name the sandboxes that there are, some of many."""
    names = [sandbox.name for sandbox in desk.world.sandboxes()]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"There are: {', '.join(names[:NAMED]) or 'none yet'}{more}"


async def get_sandbox(desk: Desk) -> Response:
    """Show one sandbox."""
    return answer(shown(desk, find(desk)))


async def make_sandbox(desk: Desk) -> Response:
    """Make a sandbox, or begin one of that name again."""
    new = await desk.body(NewSandbox)
    for provider, accounts in new.accounts.items():
        if provider not in desk.providers:
            raise ControlError(400, "bad_field", f"'accounts': '{provider[:80]}' is not served here.")
        for key, available in accounts.items():
            accounts[key] = amount(available, f"accounts.{provider}.{key[:80]}")
    sandbox = _made(desk, new) if new.source is None else _forked(desk, new, new.source)
    now = sandbox.now()
    for provider, accounts in new.accounts.items():
        house = sandbox.houses[provider]
        for key, available in accounts.items():
            house.grant(house.known(key, now), available, now)
    return answer(shown(desk, sandbox), 201)


def _forked(desk: Desk, new: NewSandbox, source: str) -> Sandbox:
    """Begin a sandbox as another one is, or as it was at a snapshot."""
    if new.clock is not None or new.seed is not None or new.settings:
        raise ControlError(
            400, "bad_field", "'from' leaves no room for 'clock', 'seed' and 'settings': they come along."
        )
    found = next((sandbox for sandbox in desk.world.sandboxes() if sandbox.name == source), None)
    if found is None:
        raise ControlError(404, "unknown_sandbox", f"There is no sandbox {source[:80]!r}.", _known(desk))
    snapshot = None if new.snapshot is None else snapshot_of(found, new.snapshot)
    try:
        return snapshots.fork(desk.world, new.name, found, snapshot)
    except BadSandboxError as error:
        raise ControlError(400, "bad_sandbox", sentence(error)) from error


def snapshot_of(sandbox: Sandbox, name: str) -> Snapshot:
    """The sandbox's snapshot of this name; ControlError 404 if there is none."""
    found = snapshots.find(sandbox, name)
    if found is None:
        known = ", ".join(one.name for one in snapshots.newest(sandbox)) or "none yet"
        where = f"The sandbox '{sandbox.name}' has no snapshot {name[:80]!r}."
        raise ControlError(404, "unknown_snapshot", where, f"There are: {known}")
    return found


def _made(desk: Desk, new: NewSandbox) -> Sandbox:
    """Begin a sandbox by the server's settings, and what differs."""
    if new.snapshot is not None:
        raise ControlError(400, "bad_field", "'snapshot' says which one of the sandbox that is named by 'from'.")
    terms = replace(
        desk.world.terms,
        clock=_clock(new.clock, desk.world.terms),
        seed=desk.world.terms.seed if new.seed is None else new.seed,
    )
    return _opened(desk, new, terms)


def _opened(desk: Desk, new: NewSandbox, terms: Terms) -> Sandbox:
    try:
        return desk.world.open(new.name, terms, desk.options_with(new.settings) if new.settings else None)
    except BadSandboxError as error:
        raise ControlError(400, "bad_sandbox", sentence(error)) from error
    except ValueError as error:
        raise ControlError(400, "bad_field", f"'settings': {sentence(error)}") from error


def _clock(asked: FirstClock | str | None, terms: Terms) -> Clock:
    if asked is None:
        return terms.clock
    first = msgspec.convert({"mode": asked}, FirstClock) if isinstance(asked, str) else asked
    if first.now is not None:
        instant(first.now, "clock.now")
    if not time.SLOWEST <= first.speed <= time.FASTEST:
        raise ControlError(400, "bad_field", f"'clock.speed' is {time.SLOWEST} to {time.FASTEST}.")
    if first.mode == "scaled":
        wall = wall_now()
        return Clock(wall=wall, mock=first.now or wall, rate=first.speed)
    frozen = Clock.frozen(first.now) if first.now else Clock.frozen()
    return replace(frozen, wall=EPOCH, auto=first.mode == "auto")


async def delete_sandbox(desk: Desk) -> Response:
    """Forget one sandbox."""
    desk.world.close(find(desk).name)
    return Response(status_code=204)


async def delete_sandboxes(desk: Desk) -> Response:
    """Forget all sandboxes."""
    for sandbox in desk.world.sandboxes():
        desk.world.close(sandbox.name)
    return Response(status_code=204)


async def reset(desk: Desk) -> Response:
    """Begin the sandbox again: no jobs, full balances, the first instant."""
    desk.sandbox.reset()
    return answer(shown(desk, desk.sandbox))
