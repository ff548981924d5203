"""Every reason to say no, before a provider words it.

A refusal carries facts, never text: each provider has one `answer(refusal)`, a `match` that ends in
`assert_never`, so mypy names every provider that does not word a new refusal. The family is closed:
`Refusal` at the end of the module is the union of all of it.

`clause` names the rule of `contracts/` that a refusal rests on, where the place that raises it knows
better than the provider's `answer`. `fault` is what asked for the refusal, where no rule did.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import final


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """The common root: raise one of the final classes below."""

    clause: str | None = field(default=None, kw_only=True)
    fault: str | None = field(default=None, kw_only=True)


@final
@dataclass(eq=False)
class UnknownPath(Refused):
    """Nothing lives at this path; `nearest` are routes that look like it."""

    path: str
    nearest: tuple[str, ...] = ()


@final
@dataclass(eq=False)
class WrongMethod(Refused):
    """The path exists, but not for this method; `allowed` are those it takes."""

    allowed: tuple[str, ...]


@final
@dataclass(eq=False)
class RequestTooLarge(Refused):
    """The request's `part` (`headers` or `address`) is larger than any real client's."""

    part: str


@final
@dataclass(eq=False)
class Crashed(Refused):
    """A defect of the mock itself; the provider answers as for its own internal error."""


@final
@dataclass(eq=False)
class Unavailable(Refused):
    """The mock cannot keep its state for now: what was asked may not be told as done."""


@final
@dataclass(eq=False)
class InTrouble(Refused):
    """The provider answers this `status` (its name is `phrase`), because a fault was asked for."""

    status: int
    phrase: str


@final
@dataclass(eq=False)
class KeyMissing(Refused):
    """The request carries no API key."""


@final
@dataclass(eq=False)
class KeyRejected(Refused):
    """The key is malformed, unknown, revoked or expired (`why` is one of these words)."""

    why: str


@final
@dataclass(eq=False)
class NotPermitted(Refused):
    """The key lacks a permission, for example `generate`."""

    permission: str


@final
@dataclass(eq=False)
class PlanLacks(Refused):
    """The account's plan does not include `feature`."""

    feature: str
    plan: str


@final
@dataclass(eq=False)
class BadBody(Refused):
    """The body is not what the operation reads: not JSON, not an object, not UTF-8 (`problem` says which)."""

    problem: str


@final
@dataclass(eq=False)
class BodyTooLarge(Refused):
    """The body is larger than `limit` bytes."""

    limit: int


@final
@dataclass(eq=False)
class MediaTooLarge(Refused):
    """One medium (`field`) is larger than `limit` bytes after decoding."""

    field: str
    limit: int


@final
@dataclass(eq=False)
class MediaTooLong(Refused):
    """One medium (`field`) runs longer than `limit`."""

    field: str
    limit: timedelta


@final
@dataclass(eq=False)
class MediaUnusable(Refused):
    """One medium (`field`) cannot be used; `problem` is a word such as `no_video_stream` or `bad_base64`."""

    field: str
    problem: str


@final
@dataclass(eq=False)
class MissingField(Refused):
    """A required field is absent or empty."""

    field: str


@final
@dataclass(eq=False)
class MissingMedia(Refused):
    """`model` (its display name) needs an input of this `kind`: image, video, audio or script."""

    model: str
    kind: str


@final
@dataclass(eq=False)
class WrongType(Refused):
    """The field has another JSON type than the one `expected`, in the validator's words."""

    field: str
    expected: str


@final
@dataclass(eq=False)
class BadValue(Refused):
    """The field's value is outside what is allowed; `allowed` says what would be."""

    field: str
    value: object
    allowed: str = ""


@final
@dataclass(eq=False)
class TooLong(Refused):
    """A text is longer than `limit` characters; `actual` is its length, `model` the display name it was for."""

    field: str
    limit: int
    actual: int
    model: str = ""


@final
@dataclass(eq=False)
class NotAccepted(Refused):
    """A field that this operation does not accept at all."""

    field: str


@final
@dataclass(eq=False)
class UnknownModel(Refused):
    """No such model; `model` is what was asked for."""

    model: str


@final
@dataclass(eq=False)
class Moderated(Refused):
    """The content was refused before a job existed (`url` is the address it was about, where there is one)."""

    url: str = ""


@final
@dataclass(eq=False)
class Unaffordable(Refused):
    """The account cannot pay: `price` was asked, `available` is left, `used` of `limit` units are gone."""

    price: object
    available: object
    used: object = None
    limit: object = None


@final
@dataclass(eq=False)
class OverLimit(Refused):
    """Too many requests, jobs or units; `limit` names the limit, `wait` is how long until the next one is welcome.

    `most` is the limit's figure, where the one who raises it knows it.
    """

    limit: str
    wait: timedelta
    most: int | None = None


@final
@dataclass(eq=False)
class NotFound(Refused):
    """No such thing of this `kind` (job, project, media, file …), or none that this account may know of."""

    kind: str
    id: str


@final
@dataclass(eq=False)
class NotYours(Refused):
    """It exists and belongs to another account, and the provider says so."""

    kind: str


@final
@dataclass(eq=False)
class Gone(Refused):
    """A result whose link has expired."""

    kind: str


@final
@dataclass(eq=False)
class NotReady(Refused):
    """It exists and is not ready, or never will be: `state` is the provider's word for what it is."""

    kind: str
    state: str


@final
@dataclass(eq=False)
class NotForThis(Refused):
    """It exists, but this operation is not for things like it; `what` says what it is for."""

    what: str


@final
@dataclass(eq=False)
class BadRange(Refused):
    """A byte range outside the file; `size` is the file's length in bytes."""

    size: int


Refusal = (
    UnknownPath
    | WrongMethod
    | RequestTooLarge
    | Crashed
    | Unavailable
    | InTrouble
    | KeyMissing
    | KeyRejected
    | NotPermitted
    | PlanLacks
    | BadBody
    | BodyTooLarge
    | MediaTooLarge
    | MediaTooLong
    | MediaUnusable
    | MissingField
    | MissingMedia
    | WrongType
    | BadValue
    | TooLong
    | NotAccepted
    | UnknownModel
    | Moderated
    | Unaffordable
    | OverLimit
    | NotFound
    | NotYours
    | Gone
    | NotReady
    | NotForThis
    | BadRange
)
