"""Sandboxes as they were: `GET, POST snapshots`, `PUT snapshots/{name}/restore`, `DELETE snapshots/{name}`."""

from typing import Any

import msgspec
from starlette.responses import Response

from mockserver.control.desk import ControlError, Desk, answer, iso, page
from mockserver.control.sandboxes import shown as sandbox_shown
from mockserver.control.sandboxes import snapshot_of
from mockserver.core import snapshots
from mockserver.core.snapshots import BadSnapshotError, Snapshot
from mockserver.web.complaints import sentence


class NewSnapshot(msgspec.Struct, forbid_unknown_fields=True):
    """A snapshot to take."""

    name: str


def shown(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON."""
    return {"name": snapshot.name, "at": iso(snapshot.at), "jobs": dict(snapshot.jobs)}


async def list_snapshots(desk: Desk) -> Response:
    """List the sandbox's snapshots, the newest first."""
    return page([shown(snapshot) for snapshot in snapshots.newest(desk.sandbox)])


async def take_snapshot(desk: Desk) -> Response:
    """Keep the sandbox as it is now, all but its journal."""
    new = await desk.body(NewSnapshot)
    try:
        return answer(shown(snapshots.take(desk.sandbox, new.name)), 201)
    except BadSnapshotError as error:
        raise ControlError(400, "bad_snapshot", sentence(error)) from error


async def restore_snapshot(desk: Desk) -> Response:
    """Have the sandbox as it was, at that mock time."""
    sandbox = desk.sandbox
    snapshots.restore(sandbox, snapshot_of(sandbox, desk.path["name"]))
    await desk.courier.after(sandbox)
    return answer(sandbox_shown(desk, sandbox))


async def delete_snapshot(desk: Desk) -> Response:
    """Forget a snapshot."""
    sandbox = desk.sandbox
    snapshots.forget(sandbox, snapshot_of(sandbox, desk.path["name"]).name)
    return Response(status_code=204)
