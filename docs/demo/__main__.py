"""`make demo`: videos from stand-ins for four providers, one of them moderated and refunded, one described aloud.

A client as an app would write it: httpx for the requests, rich for the bars. It starts a server of its own on a free
port, or uses the one that `--url` names, and exits with 1 when something is not as it should be.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.markup import escape

from docs.demo import nanogpt
from docs.demo.houses import Ad, Clip, Description
from docs.demo.screen import Order, UnexpectedError, console, table, watch


def tell(client: httpx.Client, folder: Path) -> None:
    """Play the whole story; raises UnexpectedError where it goes another way."""
    before = nanogpt.balance(client)
    videos = nanogpt.orders(client)
    ad, clip = Ad(client, "an ad for a shoe"), Clip(client, "a text, veo3.1")
    for order in (*videos, ad, clip):
        order.submit()
    paid = videos[-1].left
    watch([*videos, ad, clip])
    described = describe(client, ad)
    for order in (*videos, ad, clip, described):
        if order.state == order.good:
            order.save(folder)
    after = nanogpt.balance(client)
    console.print(table([*videos, ad, clip, described]))
    console.print()
    nanogpt.judge(videos, before, paid, after)
    expect([ad, clip, described])


def describe(client: httpx.Client, ad: Ad) -> Description:
    """Feed the ad to ViddyScribe."""
    expect([ad])
    described = Description(client, "the ad, described aloud", ad.link)
    described.submit()
    watch([described])
    return described


def expect(orders: Sequence[Order]) -> None:
    """Demand that orders went well."""
    for order in orders:
        if order.state != order.good:
            raise UnexpectedError(f"{order.title} of {order.house} ended as {order.state}")


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
    options = parser.parse_args()
    try:
        if options.url:
            visit(options.url, options.videos)
        else:
            with served(options.speed) as url:
                visit(url, options.videos)
    except (UnexpectedError, httpx.HTTPError) as error:
        return failed(str(error))
    except (LookupError, TypeError, ValueError) as error:
        return failed(f"an answer was not as the provider words it: {error!r}")
    return 0


def failed(why: str) -> int:
    """Say why the demo failed, and give its exit code."""
    console.print(f"[red]The demo failed:[/] {escape(why)}", soft_wrap=True, highlight=False)
    return 1


def visit(url: str, folder: Path) -> None:
    """Tell the story to one server."""
    console.print(f"Six orders to four providers as [bold]{url}[/] plays them; one is moderated.", highlight=False)
    with httpx.Client(base_url=url, timeout=60) as client:
        tell(client, folder)


if __name__ == "__main__":
    sys.exit(main())
