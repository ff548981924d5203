"""Announcements of ended jobs: `GET webhooks`, `POST webhooks/{id}/redeliver`."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from starlette.responses import Response

from mockserver.control.desk import PAGE, PAGE_AT_MOST, ControlError, Desk, answer, iso, page
from mockserver.core.post import Attempt, Delivery


def shown(desk: Desk, delivery: Delivery) -> Iterator[dict[str, Any]]:
    """A delivery as JSON: one item for each attempt, the last one first; one item if none was made yet."""
    next_at = desk.courier.next_at(desk.sandbox, delivery)
    tried: list[Attempt | None] = [None, *delivery.attempts]
    for number in range(len(tried) - 1, 0 if delivery.attempts else -1, -1):
        attempt = tried[number]
        yield {
            "id": delivery.id,
            "provider": delivery.provider,
            "job": delivery.job,
            "url": delivery.url,
            "at": iso(attempt.at) if attempt else None,
            "attempt": number,
            "status": attempt.status if attempt else None,
            "delivered": attempt is not None and attempt.delivered,
            "next_at": iso(next_at) if number == len(delivery.attempts) else None,
            "note": attempt.note if attempt else None,
        }


async def list_webhooks(desk: Desk) -> Response:
    """List attempts, those at the newest deliveries first; `job` and `limit` narrow the list."""
    limit = desk.number("limit", PAGE, PAGE_AT_MOST)
    job = desk.query.get("job")
    chosen = (delivery for delivery in desk.sandbox.post.newest() if job is None or delivery.job == job)
    return page(list(islice((item for delivery in chosen for item in shown(desk, delivery)), limit)))


async def redeliver(desk: Desk) -> Response:
    """Make one more attempt now, and show it."""
    delivery = desk.sandbox.post.get(desk.path["id"])
    job = desk.courier.job(desk.sandbox, delivery) if delivery is not None else None
    if delivery is None or job is None:
        raise ControlError(404, "unknown_webhook", f"There is no delivery {desk.path['id'][:80]!r}.")
    if not job.at(desk.sandbox.now()).stage.ends:
        raise ControlError(409, "not_ended", f"Job {job.id} is still going on: there is nothing to announce.")
    return answer(next(shown(desk, await desk.courier.redeliver(desk.sandbox, delivery, job))))
