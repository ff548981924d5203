"""What can be set about this provider: the `[nanogpt]` table of the settings, or `FAUXREEL_NANOGPT_…`, or `--set`."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

AtLeastZero = msgspec.Meta(ge=0)
Days = msgspec.Meta(ge=0, le=36_500)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """NanoGPT's settings; the defaults are the API as its newest documents describe it."""

    profile: Literal["2026", "2025"] = "2026"
    """The generation of the API: `2026` (document 003: `vid_…` ids, `id`, `prechargeLabel`, `CANCELED`) or `2025`
    (document 002: `fal-request-…` ids, `CANCELLED`, no `cost` when completed). Both serve every path."""

    errors: Literal["doc002", "guide"] = "doc002"
    """The wording of refusals: `doc002` prints document 002's bodies exactly, `guide` wraps each in the
    `error.message` objects that document 003 speaks of and the vendor's guide prints."""

    status_shape: Literal["nested", "flat", "superset"] = "nested"
    """The answer of `/api/video/status`: `nested` with upper-case states (the vendor's status page), `flat` with
    lower-case states (the vendor's OpenAPI file), or `superset`, both at once."""

    prices: Literal["catalogue", "samples"] = "catalogue"
    """`catalogue` asks the prices of the vendor's model list; `samples` those of document 002's examples, where a
    `veo2-video` of 5 seconds costs 2.5 USD, and the catalogue's for every model without an example."""

    values: Literal["lenient", "strict"] = "lenient"
    """What becomes of values that a model does not offer: replaced by the model's default, as the live service was
    seen to do, or refused with 400."""

    status_auth: Literal["required", "optional"] = "required"
    """Whether polling needs a key; `optional` is for the browser samples of document 002, which send none."""

    balance: Decimal = Decimal(50)
    """US dollars in a new account. 50.00 is what document 002's example starts from."""

    submits_per_minute: Annotated[int, AtLeastZero] | None = 50
    """Submissions a minute for one client address (document 002); null for no limit."""

    extends_per_minute: Annotated[int, AtLeastZero] | None = 20
    """Midjourney extensions a minute for one client address (the vendor's extend page); null for no limit."""

    recovers_per_minute: Annotated[int, AtLeastZero] | None = 20
    """Requests to recover a minute for one client address (the vendor's recover page); null for no limit."""

    internal_auth: tuple[str, ...] = ()
    """Keys that no limit holds back: document 002's "internal auth"."""

    max_media_bytes: Annotated[int, AtLeastZero] = 4 * 2**20
    """Bytes of one medium sent as a data URL, after decoding (document 002: 4 MB)."""

    result_days: Annotated[int, Days] = 7
    """Days of mock time that a finished video can be downloaded (measured at the live service)."""
