"""The server, put together: `create_app()` gives an ASGI application with a world of its own."""

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from tempfile import gettempdir

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.core.store import Store
from mockserver.core.world import World
from mockserver.media.cache import Clips
from mockserver.media.files import Files
from mockserver.settings import SHARED, Settings, discover, options_of, with_options
from mockserver.stores.memory import MemoryStore
from mockserver.web.provider import Provider
from mockserver.web.street import Street


def create_app(settings: Settings | None = None, providers: Sequence[Provider] | None = None) -> Street:
    """Build one server: its world, the providers it serves, and the control room.

    `providers` are those of `mockserver.providers` unless others are given. Two servers share nothing.
    """
    there = list(discover() if providers is None else providers)
    settings = settings or Settings()
    served = [provider for provider in there if not settings.only or provider.name in settings.only]
    trades = {provider.name: (provider.trade, options_of(settings, provider)) for provider in served}
    store, files = _state(settings, there)
    world = World(store, settings.terms(), trades)
    street = Street(world, served, Clips(settings.clip_cache_mb * 2**20), files, pure=settings.pure)
    if settings.state is not None and not world.store.shared:
        street.courier.resume()
    if settings.control:
        street.control = _on_first_use(partial(_control_room, street, settings, served))
    return street


def _state(settings: Settings, there: Sequence[Provider]) -> tuple[Store, Files]:
    """Give the store of jobs, money and time, and the room for uploads: this process's own, or those of `state`."""
    state, files = settings.state, None if settings.files is None else Path(settings.files)
    if state is None:
        return MemoryStore(), Files(vault=files)
    packages = {provider.options.__module__.partition(".")[0] for provider in there}  # served or not
    if state.startswith(SHARED):
        from mockserver.stores.redis import RedisStore  # noqa: PLC0415 - a server without it starts sooner

        folder = f"fauxreel-{blake2b(f'{state} {settings.state_prefix}'.encode(), digest_size=8).hexdigest()}"
        return RedisStore(state, packages, settings.state_prefix), Files(vault=files or Path(gettempdir()) / folder)
    from mockserver.stores.sqlite import SqliteStore  # noqa: PLC0415 - as above

    path = Path(state)
    return SqliteStore(path, packages), Files(vault=files or path.with_name(f"{path.name}-files"))


def _control_room(street: Street, settings: Settings, served: Sequence[Provider]) -> ASGIApp:
    from mockserver.control.room import control_room  # noqa: PLC0415 - a server starts sooner without it

    return control_room(street, partial(with_options, settings, providers=served), settings.control_token)


def _on_first_use(make: Callable[[], ASGIApp]) -> ASGIApp:
    """Give an app that is made when the first request for it comes."""
    made: list[ASGIApp] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not made:
            made.append(make())
        await made[0](scope, receive, send)

    return app
