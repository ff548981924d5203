"""What can be set: the `[viddyscribe]` table of `fauxreel.toml`, `FAUXREEL_VIDDYSCRIBE_…`, `--set viddyscribe.…`."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

AtLeastZero = msgspec.Meta(ge=0)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """ViddyScribe's settings. The vendor publishes hardly a figure, so most of these are ours."""

    minutes: Decimal = Decimal(600)
    """Credits of a new team; one is a minute of source video."""

    plan: Literal["Enterprise", "Starter"] = "Enterprise"
    """The plan of a new team; a key that contains `cheapplan` has Starter."""

    requests_per_minute: Annotated[int, AtLeastZero] | None = 60
    """Requests of a team in a minute; null for no limit."""

    queued_jobs: Annotated[int, AtLeastZero] | None = 100
    """Jobs of a team that may be queued at once (the vendor's sample speaks of 100); null for no limit."""

    concurrent_uploads: Annotated[int, AtLeastZero] | None = 5
    """Uploads of a team that may be on their way or in verification at once; null for no limit."""

    verification_seconds: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0
    """Mock seconds that the verification of an upload takes; until then generation answers 409 upload_not_ready."""

    results: Literal["later", "earlier"] = "later"
    """Names in the answer of `get_results`: `later` has `video_signed_url` and `output.segments` or `output.content`,
    `earlier` has `result_url` and, for text jobs alone, `output` with `language`, `ad_type`, `items` and `vtt`."""
