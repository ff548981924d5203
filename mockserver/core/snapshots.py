"""Snapshots: a sandbox as it was at an instant, to go back to or to begin another sandbox with.

In it are clock, accounts, money, jobs, limits, places, scenarios, faults, webhooks and what a provider keeps besides:
all that lies in the store under the sandbox's name. The journal is not: it goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mockserver.core.accounts import Account
from mockserver.core.clock import Clock, wall_now
from mockserver.core.post import Delivery
from mockserver.core.world import SANDBOX_NAME, BadSandboxError, Sandbox, World, shelf_of_snapshots

AT_MOST = 100
"""How many snapshots a sandbox has."""


class BadSnapshotError(ValueError):
    """A snapshot's name that is none, or one snapshot more than a sandbox may have."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a snapshot: mock time then, how time went, how many jobs there were, by provider.

    `opened` are the accounts that keys had opened and that nothing was laid down of, by provider and key.
    """

    name: str
    clock: Clock
    jobs: Mapping[str, int]
    opened: Mapping[str, Mapping[str, Account]]

    @property
    def at(self) -> datetime:
        """Mock time when it was taken."""
        return self.clock.mock


def take(sandbox: Sandbox, name: str) -> Snapshot:
    """Keep the sandbox as it is now; a snapshot of that name makes room. Raises BadSnapshotError."""
    if not SANDBOX_NAME.fullmatch(name):
        raise BadSnapshotError(
            f"{name[:80]!r} is no name for a snapshot: 1 to 64 of letters, digits, '-', '_', '.', the first no sign"
        )
    store, shelf = sandbox.store, shelf_of_snapshots(sandbox.name)
    if store.get(shelf, name) is None and store.count(shelf) >= AT_MOST:
        raise BadSnapshotError(f"a sandbox has at most {AT_MOST} snapshots: delete one first")
    snapshot = Snapshot(
        name=name,
        clock=_standing(sandbox.clock),
        jobs={provider: house.count() for provider, house in sandbox.houses.items()},
        opened={provider: house.opened() for provider, house in sandbox.houses.items()},
    )
    store.copy(f"{sandbox.name}/", _prefix(sandbox.name, name))
    store.put(shelf, name, snapshot)
    return snapshot


def find(sandbox: Sandbox, name: str) -> Snapshot | None:
    """The sandbox's snapshot of this name."""
    found: Snapshot | None = sandbox.store.get(shelf_of_snapshots(sandbox.name), name)
    return found


def newest(sandbox: Sandbox) -> Iterator[Snapshot]:
    """All snapshots of a sandbox, the last made first."""
    return (snapshot for _, snapshot in sandbox.store.newest(shelf_of_snapshots(sandbox.name)))


def forget(sandbox: Sandbox, name: str) -> None:
    """Forget a snapshot."""
    sandbox.store.clear(_prefix(sandbox.name, name))
    sandbox.store.update(shelf_of_snapshots(sandbox.name), name, lambda _: None)


def restore(sandbox: Sandbox, snapshot: Snapshot) -> None:
    """Have the sandbox as it was, at that mock time; a running clock runs on from there."""
    if sandbox.watch is not None:
        sandbox.watch.look()
    sandbox.store.copy(_prefix(sandbox.name, snapshot.name), f"{sandbox.name}/")
    sandbox.begin_with(_running(snapshot.clock), snapshot.opened)


def fork(world: World, name: str, source: Sandbox, snapshot: Snapshot | None = None) -> Sandbox:
    """Begin a sandbox as another one is now, or was at its snapshot; raises BadSandboxError."""
    if name == source.name:
        raise BadSandboxError(f"{name!r} cannot begin as itself: restore a snapshot")
    made = world.open(name, source.beginning.terms, source.beginning.options)
    if snapshot is None:
        world.store.copy(f"{source.name}/", f"{name}/")
        made.begin_with(source.clock, {provider: house.opened() for provider, house in source.houses.items()})
    else:
        world.store.copy(_prefix(source.name, snapshot.name), f"{name}/")
        made.begin_with(_running(snapshot.clock), snapshot.opened)
    _readdress(made, source.name)
    return made


def _prefix(sandbox: str, name: str) -> str:
    return f"{shelf_of_snapshots(sandbox)}/{name}/"


def _standing(clock: Clock) -> Clock:
    """The clock with the mock time of now, whatever real time it is when somebody looks."""
    return replace(clock, mock=clock.now())


def _running(clock: Clock) -> Clock:
    """The clock, going on from its mock time now."""
    return replace(clock, wall=wall_now()) if clock.rate else clock


def _readdress(sandbox: Sandbox, source: str) -> None:
    """Let what is announced lead to the new sandbox."""
    for delivery in list(sandbox.post.newest()):
        sandbox.post.readdress(delivery.id, _base(delivery, source, sandbox.name))


def _base(delivery: Delivery, source: str, name: str) -> str:
    bare = delivery.base.removesuffix(f"/@{source}")
    return bare if name == "default" else f"{bare}/@{name}"
