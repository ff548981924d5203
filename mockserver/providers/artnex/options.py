"""What can be set about Artnex: the `[artnex]` table of `fauxreel.toml`, `FAUXREEL_ARTNEX_…`, `--set artnex.…`."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

AtLeastZero = msgspec.Meta(ge=0)
Hours = msgspec.Meta(ge=0, le=876_000)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Artnex's settings; the defaults are the API as document 004 describes it."""

    credits: Decimal = Decimal(100_000)
    """Credits in a new account."""

    plan: Literal["free", "pro", "enterprise"] = "pro"
    """The plan of a new account: 100, 1,000 or any number of requests in 24 hours (the vendor's overview)."""

    polls_count: bool = False
    """Whether polls count towards the daily quota; no page says so."""

    throttle_polls: bool = False
    """Whether a second poll of a job within 5 seconds is refused, as document 004 says may happen."""

    result_hours: Annotated[int, Hours] = 24
    """Hours of mock time that a finished video can be downloaded (document 004)."""

    max_image_bytes: Annotated[int, AtLeastZero] = 10 * 2**20
    """Bytes of a start image that is sent as base64, after decoding (the vendor's remove-background page: 10 MB)."""
