"""Provider: a front door and its table of routes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from starlette.responses import Response

from mockserver.core.accounts import Account, Trade
from mockserver.core.conduct.advice import Advice
from mockserver.core.house import House
from mockserver.core.jobs import Job
from mockserver.core.limits import Limit
from mockserver.core.post import Delivery, Rhythm
from mockserver.core.refusals import Refusal
from mockserver.core.timeline import Stage
from mockserver.web.answers import RawHeaders, Reply
from mockserver.web.call import Call
from mockserver.web.keys import KeySource

Handler = Callable[[Call], Awaitable[Response]]
NO_ENDINGS: Mapping[str, Stage] = MappingProxyType({})
NO_OUTCOMES: Mapping[str, str] = MappingProxyType({})
KeyNeed = Literal["required", "optional", "none"]
LimitOf = Callable[[Call], tuple[Limit, str] | None]
"""Which limit a call falls under, and whose bucket it draws from; None: it is not limited."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation: method, path template, handler, and what the gates ask before it."""

    method: str
    path: str
    handler: Handler
    key: KeyNeed | Callable[[Any], KeyNeed] = "required"
    limit: LimitOf | None = None
    permission: str | None = None
    name: str = ""
    """The handler's name, by which the journal knows the operation."""


def on(
    route: str,
    handler: Handler,
    *,
    key: KeyNeed | Callable[[Any], KeyNeed] = "required",
    limit: LimitOf | None = None,
    permission: str | None = None,
) -> Operation:
    """Tie a route such as `GET /v1/videos/{video_id}` to its handler.

    `key` says whether the operation needs one (or a function of the provider's options does), `limit` which rate
    limit it falls under, `permission` what its key must be allowed to do.
    """
    method, _, path = route.partition(" ")
    return Operation(method, path, handler, key, limit, permission, getattr(handler, "__name__", "operation"))


@dataclass(frozen=True, slots=True)
class Announcements:
    """How a provider announces the end of a job to an address that the client named.

    `patience` is how long a receiver may take (real time), by the provider's options; `message` composes body and
    headers of an attempt, which is numbered from 1.
    """

    rhythm: Rhythm
    patience: Callable[[Any], timedelta]
    message: Callable[[House, Job, Delivery, int], tuple[bytes, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Extras:
    """What one provider's accounts have besides what all have, for the control API: their names and types.

    `shown` gives the values of now, `laid_down` an account with some of them changed; it raises ValueError for a
    value that cannot be.
    """

    fields: Mapping[str, Any]
    shown: Callable[[House, Account, datetime], Mapping[str, Any]]
    laid_down: Callable[[House, Account, Mapping[str, Any], datetime], Account]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A front door: the provider's name, its routes, how it says no, whose keys it takes, and what can be set.

    `title` is the provider's name as people write it, `home` its real base address, `options` a msgspec struct
    whose fields are the settings of its table in `fauxreel.toml`. `headers` go out with every answer, `stamp`
    adds what depends on the call, `admits` refuses accounts whose plan lacks an operation. `endings` are the stages
    into which a job can be ended by hand (`done`, `failed`, `cancelled`), `outcomes` say what is seen of each scenario
    or as which other one it is answered, `result_path` is where a job's result lies. `announcements` are webhooks,
    `extras` what its accounts have besides, `advice` is what it asks of clients, by the options.
    """

    name: str
    title: str
    home: str
    routes: tuple[Operation, ...]
    answer: Callable[[Refusal, Any], Reply]
    trade: Trade
    keys: tuple[KeySource, ...]
    options: type[Any]
    sample_key: str = "sk-test"
    base_url_variables: tuple[str, ...] = ()
    key_variables: tuple[str, ...] = ()
    headers: RawHeaders = ()
    stamp: Callable[[Call, Response], None] | None = None
    admits: Callable[[Call, Account], None] | None = None
    cors: bool = False
    body_limit: int = 32 * 2**20
    endings: Mapping[str, Stage] = field(default_factory=lambda: NO_ENDINGS)
    outcomes: Mapping[str, str] = field(default_factory=lambda: NO_OUTCOMES)
    result_path: Callable[[Job], str | None] | None = None
    announcements: Announcements | None = None
    extras: Extras | None = None
    advice: Callable[[Any], Advice] | None = None
