"""How long to wait, as data: between two polls, after a disturbance, and altogether."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

LONGEST_GROWTH = 32
"""Disturbances in a row after which the pause grows no more; 2 ** 32 is beyond every cap."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """What a client does with its time; all times are seconds.

    `interval` is the least time between two polls of a job, and `total` how long `wait()` waits, both as the provider
    documents them. A disturbance (no answer, a 5xx, a 429, broken JSON) makes the next pause `factor` times longer, up
    to `cap`. `jitter` adds a random part, never more than this fraction of the pause; nothing is ever taken away.
    A request that may be repeated is sent `tries` times.
    """

    interval: float
    total: float
    factor: float = 2.0
    cap: float = 60.0
    jitter: float = 0.1
    tries: int = 4

    def pause(self, disturbances: int, chance: float, asked: float | None = None) -> float:
        """How long to pause after so many disturbances in a row; `chance` is drawn from 0 to 1.

        `asked` is what the provider asked for, and is never undercut.
        """
        grown = self.interval * self.factor ** min(disturbances, LONGEST_GROWTH)
        longest = max(self.cap, self.interval)
        return max(min(grown, longest), asked or 0.0) * (1 + self.jitter * chance)


def retry_after(response: httpx.Response, body: Mapping[str, object] | str) -> float | None:
    """How many seconds the provider asks to wait: in the header, or in the body as `retry_after` or `retryAfter`."""
    header = response.headers.get("retry-after")
    if header is not None:
        return _seconds(header)
    told: Mapping[str, object] = {} if isinstance(body, str) else body
    return _seconds(str(told.get("retry_after", told.get("retryAfter"))))


def _seconds(text: str) -> float | None:
    """Read `23` or `0.5`; a date is not read, since the two clocks may differ, and counts as nothing."""
    plain = text.strip()
    return float(plain) if plain.replace(".", "", 1).isdecimal() and plain.isascii() else None
