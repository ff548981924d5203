"""Accounts: `GET, PUT accounts/{provider}/{key}`, `GET …/ledger`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec
from starlette.responses import Response

from mockserver.control.desk import SAFE, ControlError, Desk, amount, answer, instant, iso, money, page
from mockserver.core.accounts import FLAGS, Account, Opening, flagged
from mockserver.core.house import House
from mockserver.web.complaints import sentence
from mockserver.web.provider import Provider


class AccountChange(msgspec.Struct, forbid_unknown_fields=True):
    """What can be laid down of an account; what is left out stays."""

    plan: str | None = None
    available: Decimal | None = None
    limits: dict[str, Annotated[int, msgspec.Meta(ge=0, le=SAFE)] | None] | None = None
    flags: list[str] | None = None
    permissions: list[str] | None = None
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    team: str | msgspec.UnsetType | None = msgspec.UNSET


def change_of(provider: Provider) -> type[AccountChange]:
    """What can be laid down of a provider's accounts: its own fields beside those of all."""
    return AccountChange if provider.extras is None else _change_with(tuple(provider.extras.fields.items()))


@lru_cache(maxsize=64)
def _change_with(fields: tuple[tuple[str, Any], ...]) -> type[AccountChange]:
    own = [(name, of | msgspec.UnsetType, msgspec.UNSET) for name, of in fields]
    made = msgspec.defstruct("AccountChange", own, bases=(AccountChange,), forbid_unknown_fields=True)
    return cast("type[AccountChange]", made)


def shown(provider: Provider, house: House, account: Account, now: datetime) -> dict[str, Any]:
    """An account as JSON; sums are decimal strings."""
    extra = account.extra if provider.extras is None else provider.extras.shown(house, account, now)
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
        **{name: money(value) if isinstance(value, Decimal) else value for name, value in extra.items()},
    }


async def get_account(desk: Desk) -> Response:
    """Show an account; one that nobody used yet is shown as it would begin."""
    provider, house = desk.provider(desk.path["provider"]), desk.house(desk.path["provider"])
    now = desk.sandbox.now()
    return answer(shown(provider, house, house.known(desk.path["key"], now), now))


async def put_account(desk: Desk) -> Response:
    """Lay down what an account is from now on."""
    provider, house = desk.provider(desk.path["provider"]), desk.house(desk.path["provider"])
    change = await desk.body(change_of(provider))
    now = desk.sandbox.now()
    before = house.known(desk.path["key"], now)
    changed = _changed(before, change, provider.trade.opening(house.options), plans_of(provider))
    account = _with_own(provider, house, changed, change, now)
    available = _available(house, before, account, change, now)
    house.set_account(account)
    if available is not None:
        house.grant(account, available, now)
    return answer(shown(provider, house, account, now))


def _available(house: House, before: Account, account: Account, change: AccountChange, now: datetime) -> Decimal | None:
    """What can be spent from now on, if the change touches that: what it says, or what flags and plan make of it."""
    if change.available is not None:
        return amount(change.available, "available")
    if change.flags is not None and "broke" in before.flags | account.flags:
        return account.granted
    if account.granted != before.granted:
        return house.balance(replace(account, granted=before.granted), now).available + account.granted - before.granted
    return None


def _with_own(provider: Provider, house: House, account: Account, change: AccountChange, now: datetime) -> Account:
    """Lay down what the provider alone knows of its accounts."""
    if provider.extras is None:
        return account
    own = {name: getattr(change, name) for name in provider.extras.fields}
    laid = {name: value for name, value in own.items() if value is not msgspec.UNSET}
    try:
        return provider.extras.laid_down(house, account, laid, now) if laid else account
    except ValueError as error:
        raise ControlError(400, "bad_field", sentence(error)) from error


def plans_of(provider: Provider) -> tuple[str, ...]:
    """The plans that a provider's settings know; none where any name is one."""
    of = get_type_hints(provider.options).get("plan")
    return get_args(of) if get_origin(of) is Literal else ()


def _plan(asked: str, plans: Sequence[str]) -> str:
    """The plan that is asked for, as it is written; ControlError for one that there is not."""
    found = next((plan for plan in plans if plan.lower() == asked.lower()), asked if not plans else None)
    if found is None:
        raise ControlError(400, "bad_field", f"'plan': there is no '{asked[:80]}'.", f"There are: {', '.join(plans)}")
    return found


def _changed(account: Account, change: AccountChange, opening: Opening, plans: Sequence[str]) -> Account:
    """Let the flags act first: what the change lays down itself is stronger."""
    unknown = sorted(set(change.flags or ()) - set(FLAGS))
    if unknown:
        raise ControlError(
            400, "bad_field", f"'flags': there is no '{unknown[0][:80]}'.", f"There are: {', '.join(FLAGS)}"
        )
    if isinstance(change.expires_at, datetime):
        instant(change.expires_at, "expires_at")
    if change.flags is not None:
        account = flagged(account, opening, frozenset(change.flags))
    plan = None if change.plan is None else _plan(change.plan, plans)
    if plan is not None and plan != account.plan:
        account = replace(account, plan=plan, granted=opening.grant_of(plan, account.flags))
    return replace(
        account,
        limits=account.limits if change.limits is None else {**account.limits, **change.limits},
        permissions=account.permissions if change.permissions is None else frozenset(change.permissions),
        expires_at=account.expires_at if isinstance(change.expires_at, msgspec.UnsetType) else change.expires_at,
        team=account.team if isinstance(change.team, msgspec.UnsetType) else change.team,
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
