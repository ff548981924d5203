"""How a signed link writes the instant at which it ends: seconds since 1970, with up to six digits behind the point."""

import re
from datetime import datetime, timedelta

from mockserver.core.clock import EPOCH, SECOND

_WRITTEN = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?", re.ASCII)


def written(instant: datetime) -> str:
    """Write an instant to the microsecond: rounded up, a link would outlive its quarter of an hour."""
    whole, part = divmod(instant - EPOCH, SECOND)
    return f"{whole}.{part.microseconds:06}".rstrip("0") if part else str(whole)


def read(text: str) -> datetime | None:
    """Read what `written` wrote; None for other text, which never was in a link."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    whole, part = found.groups("")
    return EPOCH + timedelta(seconds=int(whole), microseconds=int(part.ljust(6, "0")))
