"""`make demo`: videos from stand-ins for four providers, one of them moderated and refunded, one described aloud.

An app as one would write it, with the reference clients and a bar for each order. It starts a server of its own on a
free port, or uses the one that `--url` names, and exits with 1 when something is not as it should be.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from rich.markup import escape

from clients.artnex import AsyncArtnex
from clients.core.client import AsyncClient
from clients.core.errors import ClientError
from clients.nanogpt import AsyncNanoGPT
from clients.nouvel import AsyncNouvel
from clients.viddyscribe import AsyncViddyScribe
from docs.demo.orders import Desk, Money, ad, balance, clip, described, judge, ordered, video
from docs.demo.screen import UnexpectedError, bars, console, files, picture, table

PATIENCE = 300.0  # seconds of real time after which a client gives up
PAUSE = 0.15  # seconds of real time between two polls, at the least
KEYS: dict[type[AsyncClient[Any]], str] = {
    AsyncNanoGPT: "sk-nano-demo",
    AsyncNouvel: "nvl_demo",
    AsyncArtnex: "artnex-demo",
    AsyncViddyScribe: "vsk_demo",
}


async def tell(url: str, folder: Path) -> None:
    """Play the whole story on one server; raises UnexpectedError where it goes another way."""
    async with AsyncExitStack() as stack:
        books = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
        speed = float((await books.get("/_mock/clock")).raise_for_status().json()["speed"])
        clients = [await stack.enter_async_context(hurried(kind, key, url, speed)) for kind, key in KEYS.items()]
        desk = Desk(*clients, folder=folder, books=books)
        money = Money(before=await balance(desk))
        orders = await ordered(desk, money)
        with bars(*orders):
            *_, job, _ = await asyncio.gather(
                *(video(desk, order) for order in orders[:3]), ad(desk, orders[3]), clip(desk, orders[4])
            )
        orders.append(await described(desk, job))
        console.print()
        console.print(table(orders))
        console.print()
        console.print(files(orders))
        console.print()
        judge(orders, money, await balance(desk))


def hurried(kind: type[AsyncClient[Any]], key: str, url: str, speed: float) -> AsyncClient[Any]:
    """A client whose seconds are the server's: they pass `speed` times as fast as real ones."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / speed)

    documented = kind.operations_class.default_patience
    patience = replace(documented, interval=max(documented.interval, PAUSE * speed), total=PATIENCE * speed)
    return kind(key, base_url=url, patience=patience, sleep=sleep, now=lambda: time.monotonic() * speed)


@contextmanager
def served(speed: float) -> Iterator[str]:
    """Run a server on a free port for as long as the block lasts; give its address."""
    words = ["serve", "-q", "-p", "0", "--speed", f"{speed:g}", "--set", "nanogpt.status_shape=superset"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")}
    with subprocess.Popen(  # noqa: S603 - our own server
        [sys.executable, "-m", "mockserver", *words], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            line = process.stdout.readline().strip() if process.stdout else ""
            if not line.startswith("FAUXREEL_URL="):
                raise UnexpectedError("the server did not start")
            yield line.removeprefix("FAUXREEL_URL=")
        finally:
            process.terminate()


def main() -> int:
    """Run the demo and give its exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description="Four providers, six orders, one refund.")
    parser.add_argument("--url", help="use a server that runs already")
    parser.add_argument("--speed", type=float, default=120.0, help="of the demo's own server (default: 120)")
    parser.add_argument("--videos", type=Path, default=Path("videos"), help="where the MP4s go (default: ./videos)")
    parser.add_argument("--picture", type=Path, help="keep what is shown as an SVG file")
    options = parser.parse_args()
    try:
        if options.url:
            visit(options.url, options.videos)
        else:
            with served(options.speed) as url:
                visit(url, options.videos)
    except (UnexpectedError, ClientError, httpx.HTTPError) as error:
        return failed(str(error))
    except (LookupError, TypeError, ValueError) as error:
        return failed(f"an answer was not as the provider words it: {error!r}")
    if options.picture:
        picture(options.picture)
    return 0


def failed(why: str) -> int:
    """Say why the demo failed, and give its exit code."""
    console.print(f"[red]The demo failed:[/] {escape(why)}", soft_wrap=True, highlight=False)
    return 1


def visit(url: str, folder: Path) -> None:
    """Tell the story to one server."""
    console.print(f"Six orders to four providers as [bold]{url}[/] plays them; one is moderated.\n", highlight=False)
    asyncio.run(tell(url, folder))


if __name__ == "__main__":
    sys.exit(main())
