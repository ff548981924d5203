"""The careful moves that all clients make: reading, paying, waiting, fetching."""

import random  # noqa: TID251 - it spreads pauses, and a client cannot import the server's draws
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx

from . import errors
from .answers import Fields, Json, Status, WrongShapeError, parsed
from .downloads import Arrival, Kind, Watcher, part_of
from .patience import Patience, retry_after
from .scripts import DISTURBANCES, Ask, Script, pause, send

T = TypeVar("T")
S = TypeVar("S", bound=Status)

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
"""What happens before a single byte is sent: the provider cannot have accepted anything."""
NOT_YET = (errors.RateLimitError, errors.NotReadyError)
"""A clear no that may be a yes later."""
PASSING = (errors.TransportError, errors.ServerError, errors.RateLimitError)
"""What may be otherwise the next time."""
HOPS = 5
"""Redirects that are followed to a file."""
BY_STATUS: Mapping[int, type[errors.RefusedError]] = {
    400: errors.ValidationError,
    401: errors.AuthError,
    402: errors.MoneyError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    405: errors.ValidationError,
    409: errors.NotReadyError,
    410: errors.NotFoundError,
    413: errors.ValidationError,
    415: errors.ValidationError,
    416: errors.ValidationError,
    422: errors.ValidationError,
    429: errors.RateLimitError,
}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an order is, for bars and logs.

    `status` is the provider's word, `percent` its figure, where it tells one. While the file is fetched `bytes_done`
    counts up to `bytes_total`, which is None where nobody tells.
    """

    job: str
    status: str
    percent: float | None = None
    bytes_done: int = 0
    bytes_total: int | None = None


OnProgress = Callable[[Progress], object]


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a provider says of a refusal: its word for it, a sentence, and the field that is wrong, where it tells."""

    code: str | None = None
    message: str | None = None
    field: str | None = None
    kind: type[errors.RefusedError] | None = None


class Operations:
    """One provider's operations as scripts; the parts that differ are below `# what a provider says of itself`."""

    # what a provider says of itself
    home: str
    default_patience: Patience
    key_headers: tuple[str, ...] = ("authorization",)

    def complaint(self, body: Json) -> Complaint:
        """Read a refusal's body."""
        raise NotImplementedError

    # what all of them share
    def __init__(
        self,
        key: str,
        *,
        base_url: str | None,
        key_header: str | None,
        patience: Patience | None,
        seed: int | None,
        now: Callable[[], float],
    ) -> None:
        header = key_header or self.key_headers[0]
        if header not in self.key_headers:
            raise ValueError(f"the key goes into one of {', '.join(self.key_headers)}")
        self.auth = {header: f"Bearer {key}" if header == "authorization" else key}
        self.base = (base_url or self.home).rstrip("/")
        self.patience = patience or self.default_patience
        self.now = now
        self.chance = random.Random(seed)  # noqa: S311 - it spreads pauses

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | None] | None = None,
        json: object = None,
        form: Mapping[str, str | Path] | None = None,
    ) -> Ask:
        """A request to the provider, with the key; parameters that are None are left out."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return Ask(method=method, url=self.base + path, params=given, headers=self.auth, json=json, form=form)

    def link(self, url: str) -> str:
        """A link as the provider gives it, made absolute."""
        return str(httpx.URL(self.base + "/").join(url))

    # answers
    def body_of(self, response: httpx.Response) -> Json:
        """A good answer's JSON; raises RefusedError or BadAnswerError."""
        if not response.is_success:
            raise self.refusal(response)
        with self._as_documented(response):
            return parsed(response.text)

    def read(self, response: httpx.Response, reader: Callable[[Fields], T]) -> T:
        """A good answer, typed; raises RefusedError or BadAnswerError."""
        body = self.body_of(response)
        with self._as_documented(response):
            return reader(Fields(body))

    @contextmanager
    def _as_documented(self, response: httpx.Response) -> Generator[None]:
        try:
            yield
        except WrongShapeError as error:
            raise errors.BadAnswerError(
                f"{_named(response)}: {error}",
                status=response.status_code,
                body=response.text,
                clause=_clause(response),
            ) from error

    def refusal(self, response: httpx.Response) -> errors.RefusedError:
        """What a refusal means."""
        status = response.status_code
        try:
            body: Json | str = parsed(response.text)
        except WrongShapeError:
            body = response.text
        said = Complaint() if isinstance(body, str) else self.complaint(body)
        kind = said.kind or BY_STATUS.get(status) or (errors.ServerError if status >= 500 else errors.RefusedError)
        text = said.message or said.code or response.reason_phrase
        error = kind(f"{_named(response)}: {text}", status=status, code=said.code, body=body, clause=_clause(response))
        error.retry_after = retry_after(response, body)
        error.field = said.field
        return error

    # moves
    def fetch(self, ask: Ask, reader: Callable[[Fields], T]) -> Script[T]:
        """Send what costs nothing and may be sent twice, again if it is disturbed; give the typed answer."""
        return self._again(ask, lambda response: self.read(response, reader))

    def put(self, ask: Ask) -> Script[None]:
        """The same for what is answered with nothing."""
        return self._again(ask, self._nothing)

    def _nothing(self, response: httpx.Response) -> None:
        if not response.is_success:
            raise self.refusal(response)

    def _again(self, ask: Ask, digest: Callable[[httpx.Response], T]) -> Script[T]:
        attempt = 0
        while True:
            attempt += 1
            try:
                return digest((yield from self.answer(ask)))
            except PASSING as error:
                yield from self.try_later(attempt, error)

    def answer(self, ask: Ask) -> Script[httpx.Response]:
        """Send a request; raises TransportError where httpx has its own."""
        try:
            return (yield from send(ask))
        except DISTURBANCES as error:
            raise errors.TransportError(f"{ask.method} {ask.url}: {str(error) or type(error).__name__}") from error

    def pay(self, ask: Ask, reader: Callable[[Fields], T]) -> Script[T]:
        """Send what costs money: again only when it is certain that it was not accepted.

        That is so when no connection was made, and when the answer is 429 or says that something is not ready. Whatever
        else is not a clear refusal raises LostAnswerError.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._receipt(ask, (yield from send(ask)), reader)
            except NEVER_SENT as error:
                refused: errors.ClientError = errors.TransportError(f"{ask.method} {ask.url}: never sent: {error}")
                refused.__cause__ = error
            except httpx.RequestError as error:
                raise _lost(ask, error) from error
            except NOT_YET as error:
                refused = error
            yield from self.try_later(attempt, refused)

    def _receipt(self, ask: Ask, response: httpx.Response, reader: Callable[[Fields], T]) -> T:
        """A submission's answer; what says neither yes nor no is lost."""
        if not response.is_success and not response.is_client_error:
            raise _lost(ask, self.refusal(response))
        try:
            return self.read(response, reader)
        except errors.BadAnswerError as error:
            raise _lost(ask, error) from error

    def try_later(self, attempt: int, error: errors.ClientError) -> Script[None]:
        """Pause before the next attempt; raises `error` after the last one, or if the pause would be beyond `total`."""
        seconds = self.seconds(attempt, error)
        if attempt >= self.patience.tries or seconds > self.patience.total:
            raise error
        yield from pause(seconds)

    def seconds(self, disturbances: int, error: errors.ClientError | None = None) -> float:
        """How long to pause after so many disturbances, the last of which was `error`."""
        asked = error.retry_after if isinstance(error, errors.RefusedError) else None
        return self.patience.pause(disturbances, self.chance.random(), asked)

    def wait_for(self, job: str, poll: Ask, reader: Callable[[Fields], S], on_progress: OnProgress | None) -> Script[S]:
        """Poll until the job ends, and give its last status; raises JobError if it ended badly.

        Disturbances make the pauses longer and end nothing: the job is paid for. Raises WaitTimeoutError when the next
        poll would come after `patience.total`.
        """
        with about(job):
            return (yield from self._polled(job, poll, reader, on_progress))

    def _polled(self, job: str, poll: Ask, reader: Callable[[Fields], S], on_progress: OnProgress | None) -> Script[S]:
        until = self.now() + self.patience.total
        disturbances = 0
        while True:
            trouble: errors.ClientError | None = None
            try:
                status = self.read((yield from self.answer(poll)), reader)
            except PASSING as error:
                trouble = error
                disturbances += 1
            else:
                disturbances = 0
                if on_progress is not None:
                    on_progress(Progress(job=job, status=status.status, percent=status.percent))
                if status.state != "going":
                    return ended_well(job, status)
            seconds = self.seconds(disturbances, trouble)
            if self.now() + seconds > until:
                raise errors.WaitTimeoutError(f"{job} goes on after {self.patience.total:g} s") from trouble
            yield from pause(seconds)

    def file(
        self, url: str, to: Path | str, *, kind: Kind = "mp4", watcher: Watcher | None = None, keyed: bool = False
    ) -> Script[Path]:
        """Fetch a file: to `to` when it is whole, and nothing is left there otherwise. `keyed` sends the key along.

        Raises ResultExpiredError, BrokenDownloadError or RefusedError.
        """
        place = Path(to)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(place)
        try:
            with part.open("w+b") as file:
                yield from self._pieces(url, Arrival(file, watcher), kind, keyed=keyed)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        return place

    def _pieces(self, url: str, arrival: Arrival, kind: Kind, *, keyed: bool) -> Script[None]:
        until = self.now() + self.patience.total
        tries = 0
        while True:
            before = arrival.have
            trouble = yield from self._piece(url, arrival, kind, keyed=keyed)
            if trouble is None:
                return
            tries = 1 if arrival.have > before else tries + 1
            seconds = self.seconds(tries, trouble)
            if tries >= self.patience.tries or self.now() + seconds > until:
                raise errors.BrokenDownloadError(f"{url}: {trouble}", status=trouble.status) from trouble
            yield from pause(seconds)

    def _piece(self, url: str, arrival: Arrival, kind: Kind, *, keyed: bool) -> Script[errors.ClientError | None]:
        """Fetch what is missing; give what went wrong and may go better next time."""
        try:
            response = yield from self._located(url, arrival, self.auth if keyed else {})
        except errors.TransportError as error:
            return error
        if not response.is_success:
            if response.status_code == 416:
                arrival.forget()
            return self._no_file(response, keyed=keyed)
        flaw = arrival.flaw(kind)
        if flaw is None:
            return None
        if arrival.have == arrival.total:
            arrival.forget()
        return errors.BadAnswerError(flaw, status=response.status_code)

    def _located(self, url: str, arrival: Arrival, key: Mapping[str, str]) -> Script[httpx.Response]:
        """Ask for a file wherever redirects lead; the key is for the provider alone."""
        response = yield from self.answer(
            Ask(method="GET", url=url, headers={**arrival.headers(), **key}, sink=arrival)
        )
        for _ in range(HOPS):
            if response.next_request is None:
                break
            url = str(response.next_request.url)
            response = yield from self.answer(Ask(method="GET", url=url, headers=arrival.headers(), sink=arrival))
        return response

    def _no_file(self, response: httpx.Response, *, keyed: bool) -> errors.ClientError:
        refusal = self.refusal(response)
        if isinstance(refusal, PASSING) or response.status_code == 416:
            return refusal
        if not keyed and isinstance(refusal, errors.PermissionDeniedError | errors.NotFoundError):
            raise errors.ResultExpiredError(
                f"{_named(response)}: the link does not work any more",
                status=refusal.status,
                code=refusal.code,
                body=refusal.body,
                clause=refusal.clause,
            )
        raise refusal


@contextmanager
def about(job: str) -> Generator[None]:
    """Tell errors of the block which job they are about."""
    try:
        yield
    except errors.ClientError as error:
        error.job_id = job
        raise


def ended_well(job: str, status: S) -> S:
    """A last status, if it is a good one; raises JobError otherwise."""
    text = f"{job} ended as {status.status}" + (f": {status.complaint}" if status.complaint else "")
    if status.state == "failed":
        raise (errors.JobModeratedError if status.moderated else errors.JobFailedError)(text, status)
    if status.state == "cancelled":
        raise errors.JobCancelledError(text, status)
    return status


def watching(on_progress: OnProgress | None, job: str, status: str) -> Watcher | None:
    """What tells the progress of a download to whoever follows the job."""
    if on_progress is None:
        return None
    return lambda done, total: on_progress(Progress(job=job, status=status, bytes_done=done, bytes_total=total))


def segment(text: str) -> str:
    """An id as a part of a path."""
    return quote(text, safe="")


def _lost(ask: Ask, why: Exception) -> errors.LostAnswerError:
    known = why if isinstance(why, errors.ClientError) else errors.ClientError("")
    return errors.LostAnswerError(
        f"{ask.method} {ask.url} may have been accepted: {str(why) or type(why).__name__}",
        status=known.status,
        code=known.code,
        body=known.body,
        clause=known.clause,
    )


def _named(response: httpx.Response) -> str:
    request = response.request
    return f"{request.method} {request.url.path} answered {response.status_code}"


def _clause(response: httpx.Response) -> str | None:
    clause: str | None = response.headers.get("x-mock-clause")
    return clause
