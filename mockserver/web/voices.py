"""A provider's own words for a status that somebody asked for."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mockserver.core import refusals as no
from mockserver.core.clock import SECOND
from mockserver.core.refusals import Refusal

if TYPE_CHECKING:
    from mockserver.web.provider import Provider

USUAL: Mapping[int, Callable[[], Refusal]] = {
    400: lambda: no.BadBody("broken"),
    401: lambda: no.KeyRejected("revoked"),
    402: lambda: no.Unaffordable(1, 0, 30, 30),
    403: lambda: no.NotPermitted("generate"),
    404: lambda: no.NotFound("job", ""),
    413: lambda: no.BodyTooLarge(2**20),
    429: lambda: no.OverLimit("requests", SECOND),
    500: no.Crashed,
    503: no.Unavailable,
}
"""What usually is refused with a status; who is over a limit may come again after a second."""


def refusal_for(provider: "Provider", options: Any, status: int) -> Refusal:  # noqa: ANN401 - the provider's own
    """Find the refusal that a provider words with this status; where it has none, it says the status's name."""
    found = USUAL[status]() if status in USUAL else None
    if found is None or provider.answer(found, options).status_code != status:
        found = no.InTrouble(status, _phrase(status))
    found.fault = f"status({status})"
    return found


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.capitalize()
    except ValueError:
        return f"Error {status}"
