"""What can be set about Nouvel: the `[nouvel]` table of `fauxreel.toml`, `FAUXREEL_NOUVEL_…`, `--set nouvel.…`."""

from decimal import Decimal
from typing import Annotated

import msgspec

AtLeastZero = msgspec.Meta(ge=0)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nouvel's settings."""

    plan: str = "scale"
    """The plan of a new account: `scale`, `business`, or any other name for a plan without API access."""

    scale_videos: Annotated[int, AtLeastZero] = 30
    """Videos of a billing cycle on the Scale plan."""

    business_videos: Annotated[int, AtLeastZero] = 100
    """Videos of a billing cycle on the Business plan."""

    credits: Decimal = Decimal(0)
    """US dollars of a new account for videos beyond the quota, 8 a video."""

    requests_per_minute: Annotated[int, AtLeastZero] | None = 60
    """Requests a minute with one key (document 000); null for no limit, and no rate headers."""

    loopback_webhooks: bool = True
    """Whether a `webhookUrl` may be http, and at this machine, which is the only place deliveries go to. The documented
    filter forbids both: off, it acts to the letter."""

    webhook_secret: str = "whsec_fauxreel"  # noqa: S105 - a mock has no secrets
    """What deliveries are signed with, unless the control API lays down another secret for an account."""

    webhook_seconds: Annotated[float, AtLeastZero] = 10.0
    """Real seconds that a receiver may take to answer a delivery."""
