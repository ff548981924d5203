"""What a Nouvel account has: the videos of its plan in this billing cycle, and credits in dollars for more.

Videos beyond the quota are counted, not marked: credits left are what was laid down, less 8 dollars for each video by
which a cycle is overdrawn. So a video that fails gives back the dearest it could.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.core.accounts import Account
from mockserver.core.house import House
from mockserver.providers.nouvel.catalogue import OVERAGE

ZERO = Decimal(0)


def take_note(house: House, account: Account, fund: str, now: datetime) -> None:
    """Remember that an order is paid from the cycle of now, whose money `fund` is."""
    shelf = _cycles(account)
    if house.record(shelf, fund) is None:
        house.update_record(shelf, fund, lambda _: account.cycle_began(now))


def _cycles(account: Account) -> str:
    """The shelf that tells, by their funds, when the cycles began in which an account has ordered anything."""
    return f"cycles/{account.purse}"


def overdrawn(house: House, account: Account, now: datetime) -> Decimal:
    """How many videos beyond their quotas all cycles have taken."""
    began = [at for _, at in house.records(_cycles(account))]
    return sum((max(ZERO, -house.balance(account, now, cycle=at).available) for at in began), ZERO)


def credits_left(house: House, account: Account, now: datetime) -> Decimal:
    """US dollars left for videos beyond the quota."""
    laid = Decimal(account.extra["credits"])
    return laid - OVERAGE * overdrawn(house, account, now) if laid else laid


def usage(house: House, account: Account, now: datetime) -> tuple[int, int]:
    """How many videos of this cycle's quota are used, and how many there are; more can be used than there are."""
    limit = house.plan_grant(account.plan)
    return int(max(ZERO, limit - house.balance(account, now).available)), int(limit)


def shown(house: House, account: Account, now: datetime) -> Mapping[str, Any]:
    """What the control API shows besides what all accounts have."""
    return {"credits": credits_left(house, account, now), "webhook_secret": account.extra["webhook_secret"]}


def laid_down(house: House, account: Account, changes: Mapping[str, Any], now: datetime) -> Account:
    """Lay down credits (what can be spent from now on) and the secret; ValueError for no sum."""
    extra = dict(account.extra)
    if "credits" in changes:
        wanted = changes["credits"]
        if not (wanted.is_finite() and 0 <= wanted <= 10**12):
            raise ValueError("'credits' is a sum of dollars from 0 to 1000000000000")
        extra["credits"] = wanted + OVERAGE * overdrawn(house, account, now)
    if "webhook_secret" in changes:
        extra["webhook_secret"] = changes["webhook_secret"]
    return replace(account, extra=extra)
