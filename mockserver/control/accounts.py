"""Accounts: `GET, PUT accounts/{provider}/{key}`, `GET …/ledger`."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response

from mockserver.control.desk import ControlError, Desk, answer, iso, money, page
from mockserver.core.accounts import FLAGS, Account
from mockserver.core.world import House

MOST = Decimal(10) ** 12


class AccountChange(msgspec.Struct, forbid_unknown_fields=True):
    """What can be laid down of an account; what is left out stays."""

    plan: str | None = None
    available: Decimal | None = None
    limits: dict[str, int | None] | None = None
    flags: list[str] | None = None
    permissions: list[str] | None = None
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    team: str | msgspec.UnsetType | None = msgspec.UNSET
    extra: dict[str, Any] | None = None


def shown(house: House, account: Account, now: datetime) -> dict[str, Any]:
    """An account as JSON; sums are decimal strings."""
    balance = house.balance(account, now)
    return {
        "provider": house.name,
        "key": account.key,
        "plan": account.plan,
        "unit": account.unit,
        "granted": money(balance.granted),
        "spent": money(balance.charged),
        "held": money(balance.held),
        "available": money(balance.available),
        "limits": dict(account.limits),
        "flags": sorted(account.flags),
        "permissions": sorted(account.permissions),
        "expires_at": iso(account.expires_at),
        "team": account.team,
        **account.extra,
    }


async def get_account(desk: Desk) -> Response:
    """Show an account; one that nobody used yet is shown as it would begin."""
    house = desk.house(desk.path["provider"])
    now = desk.sandbox.now()
    return answer(shown(house, house.known(desk.path["key"], now), now))


async def put_account(desk: Desk) -> Response:
    """Lay down what an account is from now on."""
    change = await desk.body(AccountChange)
    house = desk.house(desk.path["provider"])
    now = desk.sandbox.now()
    account = _changed(house.known(desk.path["key"], now), change)
    house.set_account(account)
    if change.available is not None:
        if not (change.available.is_finite() and abs(change.available) <= MOST):
            raise ControlError(400, "bad_field", f"'available' is a sum up to {MOST}.")
        house.grant(account, change.available, now)
    return answer(shown(house, account, now))


def _changed(account: Account, change: AccountChange) -> Account:
    unknown = sorted(set(change.flags or ()) - set(FLAGS))
    if unknown:
        raise ControlError(
            400, "bad_field", f"'flags': there is no '{unknown[0][:80]}'.", f"There are: {', '.join(FLAGS)}"
        )
    if isinstance(change.expires_at, datetime) and change.expires_at.tzinfo is None:
        raise ControlError(400, "bad_field", "'expires_at' needs a zone, as in 2026-01-01T00:00:00Z.")
    return replace(
        account,
        plan=account.plan if change.plan is None else change.plan,
        limits=account.limits if change.limits is None else {**account.limits, **change.limits},
        flags=account.flags if change.flags is None else frozenset(change.flags),
        permissions=account.permissions if change.permissions is None else frozenset(change.permissions),
        expires_at=account.expires_at if isinstance(change.expires_at, msgspec.UnsetType) else change.expires_at,
        team=account.team if isinstance(change.team, msgspec.UnsetType) else change.team,
        extra=account.extra if change.extra is None else {**account.extra, **change.extra},
    )


async def get_ledger(desk: Desk) -> Response:
    """List what moved an account's money, in order of time."""
    house = desk.house(desk.path["provider"])
    now = desk.sandbox.now()
    account = house.known(desk.path["key"], now)
    return page(
        [
            {"at": iso(entry.at), "job": entry.job, "kind": entry.kind, "amount": money(entry.amount)}
            for entry in house.entries(account, now)
        ]
    )
