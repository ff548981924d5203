"""The server as an ASGI app inside this process, for `httpx.ASGITransport`."""

from typing import TYPE_CHECKING

from mockserver.testing.terms import flat

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


def asgi_app(**settings: object) -> "ASGIApp":
    """Make a server of its own, to be called without a socket: `httpx.ASGITransport(asgi_app(seed=7))`.

    Takes the settings of a server; those of a provider as a table, `nanogpt={"profile": "2025"}`. Time goes by polls
    (`clock="auto"`) unless told otherwise. Its control API wants a loopback host: `base_url="http://localhost"`.
    Where a fault drops a connection it raises the error that httpx would see over a socket.
    """
    import httpx  # noqa: PLC0415 - whoever only imports `testing` needs no server

    from mockserver.app import create_app  # noqa: PLC0415 - as above
    from mockserver.settings import load  # noqa: PLC0415 - as above
    from mockserver.web.faults import DroppedError  # noqa: PLC0415 - as above

    street = create_app(load({"clock": "auto", **flat(settings)}))

    async def app(scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            await street(scope, receive, send)
        except DroppedError as error:
            raise (httpx.ReadError if error.hard else httpx.RemoteProtocolError)(str(error)) from error

    return app
