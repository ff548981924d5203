"""Keeps what was rendered, as much as fits, and renders each thing once however many ask for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from os import cpu_count
from typing import Literal
from weakref import WeakValueDictionary

import anyio
from anyio import to_thread

from mockserver.media.clip import Clip

Kind = Literal["video", "thumbnail", "spritesheet"]
Make = Callable[[Clip, Kind], bytes]

CAPACITY = 256 * 2**20  # bytes


def make(clip: Clip, kind: Kind) -> bytes:
    """Render the clip as an MP4 (`video`) or a JPEG (`thumbnail`, `spritesheet`)."""
    from mockserver.media import render  # noqa: PLC0415 - encoders are loaded when the first clip is asked for

    match kind:
        case "video":
            return render.render(clip)
        case "thumbnail":
            return render.thumbnail(clip)
        case "spritesheet":
            return render.spritesheet(clip)


class _Flight:
    """One rendering: tasks wait for their turn; a thread that a cancelled task left behind is waited for as well."""

    def __init__(self) -> None:
        self.turn = anyio.Lock()
        self.work = threading.Lock()


class Clips:
    """The rendered clips of one server, on one event loop: the least recently used go first, `capacity` is in bytes."""

    def __init__(self, capacity: int = CAPACITY, make: Make = make) -> None:
        self._capacity = capacity
        self._make = make
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0
        self._guard = threading.Lock()
        self._flights: WeakValueDictionary[str, _Flight] = WeakValueDictionary()
        self._cores = anyio.CapacityLimiter(cpu_count() or 1)

    @property
    def held(self) -> int:
        """How many bytes are kept."""
        return self._held

    async def get(self, clip: Clip, kind: Kind = "video") -> bytes:
        """Return a clip's bytes, rendered in a worker thread unless they are kept; never blocks the event loop."""
        name = f"{clip.key}.{kind}"
        if found := self._find(name):
            return found
        flight = self._flights.setdefault(name, _Flight())
        async with flight.turn:
            if found := self._find(name):
                return found
            return await to_thread.run_sync(
                self._fly, flight, name, clip, kind, abandon_on_cancel=True, limiter=self._cores
            )

    def _fly(self, flight: _Flight, name: str, clip: Clip, kind: Kind) -> bytes:
        with flight.work:
            if found := self._find(name):
                return found
            made = self._make(clip, kind)
            self._keep(name, made)
            return made

    def _find(self, name: str) -> bytes | None:
        with self._guard:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: str, made: bytes) -> None:
        """Keep it as the latest, and give up the oldest until all fits; what is too large by itself is not kept."""
        if len(made) > self._capacity:
            return
        with self._guard:
            self._kept[name] = made
            self._held += len(made)
            while self._held > self._capacity:
                self._held -= len(self._kept.popitem(last=False)[1])
