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
    402: lambda: no.Unaffordable(1, 0, 0, 0),
    403: lambda: no.NotPermitted("generate"),
    404: lambda: no.NotFound("job", ""),
    413: lambda: no.BodyTooLarge(2**20),
    429: lambda: no.OverLimit("requests", SECOND),
    500: no.Crashed,
}
"""What usually is refused with a status; who is over a limit may come again after a second."""


def refusal_for(provider: "Provider", options: Any, status: int) -> Refusal:  # noqa: ANN401 - the provider's own
    """Find the refusal that a provider words with this status; where it has none, it says the status's name."""
    usual = USUAL[status]() if status in USUAL else None
    if usual is not None and provider.answer(usual, options).status_code == status:
        return usual
    try:
        return no.InTrouble(status, HTTPStatus(status).phrase.capitalize())
    except ValueError:
        return no.InTrouble(status, f"Error {status}")
