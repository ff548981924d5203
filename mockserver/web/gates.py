"""Key, plan, permission and rate limit: asked before every handler, in one place."""

from datetime import timedelta

from mockserver.core.faults import parsed
from mockserver.core.refusals import KeyMissing, NotPermitted, OverLimit
from mockserver.web.call import Call
from mockserver.web.provider import Operation


def pass_gates(call: Call) -> None:
    """Let a call through to its handler, or raise what it meets first: key, its fault, plan, permission, rate limit."""
    operation = call.operation
    need = operation.key
    if not isinstance(need, str):
        need = need(call.options)
    if need != "none":
        key = call.key
        if key is not None:
            _let_in(call, operation, key)
        elif need == "required":
            raise KeyMissing
    if operation.limit is not None:
        _count(call, operation)


def _let_in(call: Call, operation: Operation, key: str) -> None:
    account = call.house.account(key, call.now)
    call.known_account = account
    if account.fault is not None and call.fault is None:
        call.meet(parsed(account.fault))
    admits = call.provider.admits
    if admits is not None:
        admits(call, account)
    permission = operation.permission
    if permission is not None and permission not in account.permissions:
        raise NotPermitted(permission)


def _count(call: Call, operation: Operation) -> None:
    limit_of = operation.limit
    found = limit_of(call) if limit_of is not None else None
    account = call.known_account
    if account is not None and account.flags and "limited" in account.flags:
        raise OverLimit(found[0].name if found else "limited", found[0].per if found else timedelta(minutes=1))
    call.limited = found
    if found is not None:
        limit, client = found
        call.house.admit(limit, client, call.now)
