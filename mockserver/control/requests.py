"""The journal: `GET requests`, `POST requests/count`, `GET requests.har`."""

from itertools import islice
from typing import Any

import msgspec
from starlette.responses import Response

from mockserver.control import har
from mockserver.control.desk import PAGE, PAGE_AT_MOST, ControlError, Desk, answer, page
from mockserver.control.exchanges import FILTERS, chosen, shown


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Which exchanges are meant: those that pass all that is not null; `body` is JSON that theirs contains."""

    provider: str | None = None
    operation: str | None = None
    status: int | str | None = None
    job: str | None = None
    method: str | None = None
    path: str | None = None
    key: str | None = None
    clause: str | None = None
    fault: str | None = None
    since: int | str | None = None
    text: str | None = None
    unmatched: bool | None = None
    body: dict[str, Any] | None = None


async def list_requests(desk: Desk) -> Response:
    """List exchanges, the newest first; filters narrow the list, `limit` and `before` (a number) page."""
    limit = desk.number("limit", PAGE, PAGE_AT_MOST)
    before = desk.number("before", 2**30, 2**30)
    found = (one for one in chosen(desk, _filters(desk, "limit", "before")) if one[0] < before)
    some = list(islice(found, limit + 1))
    return page([shown(desk, *one) for one in some[:limit]], str(some[limit - 1][0]) if len(some) > limit else None)


async def count_requests(desk: Desk) -> Response:
    """Count the exchanges that match, and say whether all that there ever were are still kept."""
    wanted = await desk.body(Wanted)
    filters = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in msgspec.structs.asdict(wanted).items()
        if value is not None and name != "body"
    }
    count = sum(1 for _ in chosen(desk, filters, wanted.body))
    return answer({"count": count, "complete": desk.sandbox.journal.complete})


async def export_requests(desk: Desk) -> Response:
    """Export exchanges as HAR 1.2, the oldest first, for a browser's network panel."""
    found = list(chosen(desk, _filters(desk)))
    return answer(har.log(reversed(found)))


def _filters(desk: Desk, *others: str) -> dict[str, str]:
    """The filters of a query; ControlError for a name that is none."""
    for name in desk.query:
        if name not in FILTERS and name not in others:
            known = ", ".join(sorted((*FILTERS, *others)))
            raise ControlError(400, "bad_query", f"There is no filter '{name[:80]}'.", f"There are: {known}")
    return {name: value for name, value in desk.query.items() if name in FILTERS}
