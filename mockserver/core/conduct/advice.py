"""Advice: what a provider's documents ask of clients, as data; each piece names the clause that it rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from mockserver.core.jobs import Job
from mockserver.core.journal import Exchange

Fields: TypeAlias = Mapping[str, "str | Fields"]
"""Names that a body may have: the documented type in words (empty: not judged), or what is inside."""


class Misfit(NamedTuple):
    """A value outside what is documented: the field's name, the value as it was sent, and what would fit, in words."""

    field: str
    value: object
    documented: str


NOTHING_KNOWN: Mapping[str, Any] = MappingProxyType({})


class Counsel(NamedTuple):
    """What to say of one kind of finding: the clause, what the document `says`, and what to do `instead`."""

    clause: str
    says: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What one provider asks of its clients; operations go by the names that the journal has for them.

    `counsel` is by id of finding: a kind that is not in it does not exist for this provider. `pace` is the least time
    between two polls of a job, `patience` how long a job is waited for at least, `retry_at` after how long an
    unfinished job may be ordered once more (None: never). `shared` are the operations of one rate limit. `fields` are
    the names that an operation knows in this very body, `queries` those in its query; None is not judged. `misfits` are
    the values of such a body that the documents do not list, though they are taken. `deprecated` says what replaces an
    operation. `gone` and `too_large` are the clauses of refusals of that kind. `result_path` tells whether a job that
    is done has something to download, `expires_at` until when. `fresh_links` says that a poll of a job that has ended
    gives new links, so that one such poll before each download is in order.
    """

    counsel: Mapping[str, Counsel]
    submits: frozenset[str]
    polls: frozenset[str]
    downloads: frozenset[str]
    pace: timedelta | None = None
    patience: timedelta | None = None
    retry_at: timedelta | None = None
    shared: frozenset[str] = frozenset()
    fields: Callable[[str, Mapping[str, Any]], Fields | None] = lambda _operation, _body: None
    misfits: Callable[[str, Mapping[str, Any]], Sequence[Misfit]] = lambda _operation, _body: ()
    queries: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING_KNOWN)
    deprecated: Mapping[str, str] = field(default_factory=lambda: NOTHING_KNOWN)
    gone: frozenset[str] = frozenset()
    lapsed: Callable[[Exchange], bool] = bool
    too_large: frozenset[str] = frozenset()
    result_path: Callable[[Job], str | None] = lambda _: None
    expires_at: Callable[[Job], datetime | None] = lambda _: None
    fresh_links: bool = False
