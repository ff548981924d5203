"""The control room's door: who may come in, and which task is where."""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mockserver import __version__
from mockserver.control import (
    accounts,
    clauses,
    conduct,
    events,
    faults,
    jobs,
    requests,
    sandboxes,
    scenarios,
    snapshots,
    time,
    webhooks,
)
from mockserver.control.desk import ControlError, Desk, Task, answer
from mockserver.core.faults import UnknownNameError
from mockserver.core.post import is_loopback
from mockserver.core.store import StoreUnavailableError
from mockserver.core.world import BadSandboxError
from mockserver.web.answers import mock_error
from mockserver.web.complaints import sentence
from mockserver.web.street import CONTROL, Street

HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?", re.ASCII)

log = logging.getLogger("mockserver")


async def index(_: Desk) -> Response:
    """Say what the control API can do."""
    routes = [
        {"method": method, "path": f"{CONTROL}/{path}", "what": (task.__doc__ or "").partition("\n")[0]}
        for (method, path), task in TASKS.items()
    ]
    return answer({"fauxreel": __version__, "routes": routes})


TASKS: Mapping[tuple[str, str], Task] = {
    ("GET", ""): index,
    ("GET", "health"): sandboxes.health,
    ("GET", "providers"): sandboxes.list_providers,
    ("GET", "clauses"): clauses.list_clauses,
    ("GET", "clauses/{id}"): clauses.get_clause,
    ("GET", "sandboxes"): sandboxes.list_sandboxes,
    ("POST", "sandboxes"): sandboxes.make_sandbox,
    ("DELETE", "sandboxes"): sandboxes.delete_sandboxes,
    ("GET", "sandboxes/{name}"): sandboxes.get_sandbox,
    ("DELETE", "sandboxes/{name}"): sandboxes.delete_sandbox,
    ("POST", "reset"): sandboxes.reset,
    ("GET", "snapshots"): snapshots.list_snapshots,
    ("POST", "snapshots"): snapshots.take_snapshot,
    ("PUT", "snapshots/{name}/restore"): snapshots.restore_snapshot,
    ("DELETE", "snapshots/{name}"): snapshots.delete_snapshot,
    ("GET", "clock"): time.get_clock,
    ("PUT", "clock"): time.put_clock,
    ("POST", "clock/advance"): time.advance,
    ("GET", "jobs"): jobs.list_jobs,
    ("GET", "jobs/{id}"): jobs.get_job,
    ("POST", "jobs/{id}/end"): jobs.end_job,
    ("GET", "accounts/{provider}/{key}"): accounts.get_account,
    ("PUT", "accounts/{provider}/{key}"): accounts.put_account,
    ("GET", "accounts/{provider}/{key}/ledger"): accounts.get_ledger,
    ("GET", "events"): events.listen,
    ("GET", "requests"): requests.list_requests,
    ("POST", "requests/count"): requests.count_requests,
    ("GET", "requests.har"): requests.export_requests,
    ("GET", "conduct"): conduct.list_conduct,
    ("DELETE", "conduct"): conduct.forget_conduct,
    ("GET", "scenarios"): scenarios.get_scenarios,
    ("PUT", "scenarios"): scenarios.put_scenarios,
    ("POST", "scenarios/queue"): scenarios.queue_scenario,
    ("GET", "faults"): faults.list_faults,
    ("POST", "faults"): faults.lay_fault,
    ("DELETE", "faults"): faults.lift_faults,
    ("DELETE", "faults/{id}"): faults.lift_fault,
    ("GET", "webhooks"): webhooks.list_webhooks,
    ("POST", "webhooks/{id}/redeliver"): webhooks.redeliver,
}


def control_room(
    street: Street, options_with: Callable[[Mapping[str, object]], dict[str, Any]], token: str | None = None
) -> ASGIApp:
    """Build the control API of one street.

    Without a `token` it answers only to loopback Host headers and pages of the same origin; with one, to whoever
    sends it as `Authorization: Bearer …`.
    """
    by_path: dict[str, dict[str, Task]] = {}
    for (method, path), task in TASKS.items():
        by_path.setdefault(path, {})[method] = task
    doors = {f"{CONTROL}/{path}": _Door(street, options_with, tasks, token) for path, tasks in by_path.items()}
    doors[CONTROL] = doors[f"{CONTROL}/"]
    routes = [Route(path, door, methods=None) for path, door in doors.items()]
    app = Starlette(routes=routes, exception_handlers={404: _lost})
    app.router.redirect_slashes = False
    return app


class _Door:
    """The ASGI endpoint of one control path: guard, method, task, and errors in the mock's voice."""

    def __init__(
        self,
        street: Street,
        options_with: Callable[[Mapping[str, object]], dict[str, Any]],
        tasks: Mapping[str, Task],
        token: str | None,
    ) -> None:
        self._street = street
        self._options_with = options_with
        self._tasks = tasks
        self._token = token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own types
        request = Request(scope, receive)
        store = self._street.world.store
        try:
            if store.ailing:
                await store.saved()
            response = await self._answer(request)
            if store.unsaved:
                await store.saved()
        except StoreUnavailableError as error:
            response = mock_error(503, "state_unavailable", sentence(error))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        refused = guard(request, self._token)
        if refused is not None:
            return refused
        task = self._tasks.get("GET" if request.method == "HEAD" else request.method)
        if task is None:
            allowed = ", ".join(sorted(self._tasks))
            refused = mock_error(405, "wrong_method", f"{request.method} is not allowed here.", f"Allowed: {allowed}")
            refused.raw_headers.append((b"allow", allowed.encode()))
            return refused
        street = self._street
        desk = Desk(request, street.world, street.providers, self._options_with, street.courier)
        try:
            return await task(desk)
        except ControlError as error:
            return mock_error(error.status, error.code, error.message, error.hint)
        except (BadSandboxError, UnknownNameError) as error:
            return mock_error(400, "bad_request", sentence(error))
        except StoreUnavailableError:
            raise
        except Exception:
            log.exception("fauxreel crashed while it answered %s %r", request.method, request.url.path)
            return mock_error(500, "crashed", "This is a defect of fauxreel; its log has the traceback.")


def guard(request: Request, token: str | None) -> Response | None:
    """Refuse whoever may not come in: other hosts (DNS rebinding), pages of other origins, a wrong token."""
    if token is not None:
        sent = request.headers.get("authorization", "").encode("latin-1", "replace")
        if hmac.compare_digest(sent, f"Bearer {token}".encode()):
            return None
        return mock_error(
            401, "token_needed", "The control API wants its token.", "Send 'Authorization: Bearer TOKEN'."
        )
    host = request.headers.get("host", "localhost")
    if not is_here(host):
        return mock_error(
            403,
            "not_local",
            "The control API answers to loopback hosts only.",
            "Start the server with --control-token TOKEN.",
        )
    # A browser that sends no Origin with a GET or a form still says which page it comes from.
    page = request.headers.get("origin", request.headers.get("referer"))
    if page is not None and not _is_of(page, host):
        return mock_error(403, "other_origin", "The control API does not answer pages of another origin.")
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return mock_error(403, "other_origin", "The control API does not answer pages of another site.")
    return None


def is_here(host: str) -> bool:
    """Tell whether a Host header names this machine."""
    found = HOST.fullmatch(host)
    return found is not None and is_loopback(found["name"].strip("[]"))


def _is_of(page: str, host: str) -> bool:
    """Tell whether a page, as Origin or Referer names it, is one of this host."""
    try:
        return urlsplit(page).netloc.lower() == host.lower()
    except ValueError:
        return False


async def _lost(request: Request, _: Exception) -> Response:
    known = sorted({path for _, path in TASKS if path})
    near = get_close_matches(request.url.path.removeprefix(f"{CONTROL}/"), known, n=3, cutoff=0.5)
    hint = f"The nearest are: {', '.join(near)}" if near else f"There are: {', '.join(known)}"
    return mock_error(404, "unknown_path", f"The control API has nothing at {request.url.path[:200]!r}.", hint)
