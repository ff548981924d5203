"""The server, put together: `create_app()` gives an ASGI application with a world of its own."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.core.store import Store
from mockserver.core.world import World
from mockserver.media.cache import Clips
from mockserver.media.files import Files
from mockserver.settings import Settings, discover, options_of, with_options
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
    store, files = _state(settings, served)
    world = World(store, settings.terms(), trades)
    street = Street(world, served, Clips(settings.clip_cache_mb * 2**20), files, pure=settings.pure)
    if settings.state is not None:
        street.courier.resume()
    if settings.control:
        street.control = _on_first_use(partial(_control_room, street, settings, served))
    return street


def _state(settings: Settings, served: Sequence[Provider]) -> tuple[Store, Files]:
    """Give the store of jobs, money and time, and the room for uploads: this process's own, or those of `state`."""
    if settings.state is None:
        return MemoryStore(), Files()
    from mockserver.stores.sqlite import SqliteStore  # noqa: PLC0415 - a server without it starts sooner

    path = Path(settings.state)
    packages = {provider.options.__module__.partition(".")[0] for provider in served}
    return SqliteStore(path, packages), Files(vault=path.with_name(f"{path.name}-files"))


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
