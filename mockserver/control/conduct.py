"""What clients did against the providers' advice: `GET, DELETE conduct`."""

from difflib import get_close_matches
from itertools import islice
from typing import Any

from starlette.responses import Response

from mockserver.control.desk import PAGE_AT_MOST, ControlError, Desk, answer, iso
from mockserver.core.conduct import FINDINGS, Event, Facts, Finding, by_clients, judged
from mockserver.core.journal import Headers
from mockserver.core.redaction import secrets_of, without_secrets
from mockserver.core.world import Sandbox
from mockserver.web.keys import first_key
from mockserver.web.provider import Provider

REQUESTS_SHOWN = 20


async def list_conduct(desk: Desk) -> Response:
    """List what clients did against the providers' advice; `provider`, `id` and `limit` narrow the list."""
    limit = desk.number("limit", PAGE_AT_MOST, PAGE_AT_MOST)
    wanted, journal = _wanted(desk), desk.sandbox.journal
    desk.sandbox.tempo.confirm(journal.count, desk.sandbox.clock)
    providers = [desk.provider(desk.query["provider"])] if "provider" in desk.query else list(desk.providers.values())
    found = sorted(
        (one for provider in providers for one in findings(desk.sandbox, provider) if wanted in {None, one.id}),
        key=lambda one: one.requests[0].number,
    )
    kept = sum(1 for _ in journal.newest())
    return answer(
        {
            "items": [shown(one) for one in islice(found, limit)],
            "next": None,
            "total": len(found),
            "requests": {"judged": kept, "forgotten": journal.count - kept},
        }
    )


def _wanted(desk: Desk) -> str | None:
    known = {"provider", "id", "limit"}
    for name in desk.query:
        if name not in known:
            raise ControlError(
                400, "bad_query", f"There is no filter '{name[:80]}'.", f"There are: {', '.join(sorted(known))}"
            )
    kind = desk.query.get("id")
    if kind is not None and kind not in FINDINGS:
        near = get_close_matches(kind[:80], FINDINGS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(FINDINGS)}"
        raise ControlError(400, "bad_query", f"There is no kind of finding '{kind[:80]}'.", hint)
    return kind


def findings(sandbox: Sandbox, provider: Provider) -> list[Finding]:
    """Judge what one provider's clients did in a sandbox."""
    if provider.advice is None:
        return []
    house = sandbox.houses[provider.name]
    kept = [
        (number, exchange)
        for number, exchange in sandbox.journal.newest()
        if exchange.provider == provider.name and number > sandbox.blameless_until
    ]

    def key_of(headers: Headers) -> str | None:
        return first_key(dict(headers), provider.keys)

    facts = Facts(
        provider=provider.name,
        events=list(by_clients(reversed(kept))),
        now=sandbox.now(),
        tempo=sandbox.tempo,
        job=house.job,
        key_of=key_of,
        announced=lambda job: sandbox.post.get(job) is not None,
        alone=not sandbox.store.shared,
    )
    return judged(facts, provider.advice(house.options))


def shown(finding: Finding) -> dict[str, Any]:
    """A finding as JSON, its keys redacted; of many requests the first are shown."""
    first = finding.offences[0].exchange
    secrets = secrets_of(first.key, first.headers)
    return {
        "id": finding.id,
        "provider": finding.provider,
        "title": FINDINGS[finding.id].title,
        "message": without_secrets(finding.message, secrets),
        "clause": finding.counsel.clause,
        "job": finding.job,
        "first_at": iso(finding.offences[0].at),
        "count": len(finding.offences),
        "requests": [_request(event) for event in finding.requests[:REQUESTS_SHOWN]],
    }


def _request(event: Event) -> dict[str, Any]:
    exchange = event.exchange
    secrets = secrets_of(exchange.key, exchange.headers)
    return {
        "number": event.number,
        "at": iso(exchange.at),
        "method": exchange.method,
        "path": without_secrets(exchange.path, secrets),
        "query": without_secrets(exchange.query.decode("latin-1"), secrets),
        "status": exchange.status,
    }


async def forget_conduct(desk: Desk) -> Response:
    """Begin to judge anew: what was asked until now is held against nobody any more."""
    desk.sandbox.blameless_until = desk.sandbox.journal.count
    return Response(status_code=204)
