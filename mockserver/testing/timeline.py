"""The timeline of a sandbox: requests, changes of jobs and money, in the order in which they happened."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.testing.results import Job, instant, job

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Account, Sandbox

WIDTH = 160
READ_AT_MOST = 1000
ACCOUNTS_AT_MOST = 10


class Line(NamedTuple):
    """One line: `order` puts what happened at one instant in order."""

    at: datetime
    order: tuple[int, int]
    text: str


def timeline(sandbox: "Sandbox", lines: int) -> str:
    """Tell what happened in a sandbox: a head, the last `lines` events, and what its accounts have."""
    asked = sandbox.ask("GET", "requests", query={"limit": READ_AT_MOST})["items"]
    jobs = [job(told) for told in sandbox.ask("GET", "jobs", query={"limit": READ_AT_MOST})["items"]]
    clock = sandbox.ask("GET", "clock")
    now = instant(clock["now"])
    accounts = list(dict.fromkeys((one.provider, one.key) for one in reversed(jobs)))[:ACCOUNTS_AT_MOST]
    events = _folded(sorted(_events(sandbox, asked, jobs, now, accounts)))
    kept = events[-lines:] if lines > 0 else []
    told = [
        f"sandbox {sandbox.name}: {len(asked)} requests, {len(jobs)} jobs, clock {clock['mode']}, now {clock['now']}"
    ]
    if len(kept) < len(events):
        told.append(f"… {len(events) - len(kept)} earlier lines are left out")
    told += [f"{_time(at)}  {text}" for at, text in kept]
    told += [_account(sandbox, provider, key) for provider, key in accounts]
    return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in told)


def _folded(events: list[Line]) -> list[tuple[datetime, str]]:
    """Tell what happened several times in a row in one line: a poll is rarely alone."""
    found = []
    for text, group in groupby(events, key=lambda event: event.text):
        run = list(group)
        times = f" ({len(run)} times, until {_time(run[-1].at)})" if len(run) > 1 else ""
        found.append((run[0].at, text + times))
    return found


def _time(at: datetime) -> str:
    return f"{at:%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def _events(
    sandbox: "Sandbox", asked: list[Any], jobs: list[Job], now: datetime, accounts: list[tuple[str, str]]
) -> Iterator[Line]:
    """Give all events. At one instant what time brought comes before what a request did there.

    What a submission does, it does at its own instant: those lines follow its request.
    """
    first: dict[str, int] = {}
    for told in reversed(asked):
        yield Line(instant(told["at"]), (told["number"], 0), _request(told))
        if told["job"] is not None:
            first.setdefault(told["job"], told["number"])
    began = {one.id: (one.submitted_at, first.get(one.id, 0)) for one in jobs}
    for one in jobs:
        for change in one.changes:
            if change.at <= now:
                yield Line(change.at, _order(began[one.id], change.at), f"{one.provider} {one.id} {change.status}")
    for provider, key in accounts:
        yield from _entries(sandbox.account(provider, key), began)


def _entries(account: "Account", began: Mapping[str, tuple[datetime, int]]) -> Iterator[Line]:
    """Give what jobs did to an account's money."""
    unit = account.unit
    for entry in account.ledger:
        if entry.job is not None and entry.job in began:
            text = f"{account.provider} {entry.job} {entry.kind} {entry.amount:f} {unit}"
            yield Line(entry.at, _order(began[entry.job], entry.at, rank=2), text)


def _order(began: tuple[datetime, int], at: datetime, rank: int = 1) -> tuple[int, int]:
    submitted_at, number = began
    return (number if at == submitted_at else 0, rank)


def _request(told: Mapping[str, Any]) -> str:
    path = told["path"]
    inside = f"/{path.partition('/@')[2].partition('/')[2]}" if path.startswith("/@") else path
    query = f"?{told['query']}" if told["query"] else ""
    who = f" key {told['key']}" if told["key"] else ""
    why = f" ({told['clause']})" if told["clause"] else ""
    meant = ", ".join(f"{one['route']}: {one['hint']}" for one in told["near_misses"])
    near = f" (near: {meant})" if meant else ""
    fault = f" fault {told['fault']}" if told["fault"] else ""
    return f"{told['method']} {inside}{query}{who} → {told['status'] or 'no answer'}{why}{near}{fault}"


def _account(sandbox: "Sandbox", provider: str, key: str) -> str:
    from mockserver.core.journal import redacted_key  # noqa: PLC0415 - only a failing test needs it

    told = sandbox.account(provider, key).told
    sums = ", ".join(f"{told[name]} {name}" for name in ("granted", "spent", "held", "available"))
    return f"{provider} key {redacted_key(key)}: {sums} ({told['unit']})"
