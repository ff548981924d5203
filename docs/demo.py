"""`make demo`: three videos ordered from a stand-in for NanoGPT, one of them moderated and refunded.

A client as an app would write it: httpx for the requests, rich for the bars. It starts a server of its own on a free
port, or uses the one that `--url` names, and exits with 1 when something is not as it should be.
"""

import argparse
import base64
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

KEY = "sk-nano-demo"
PATIENCE = 300.0  # seconds of real time after which the demo gives up
PAUSE = 0.15  # seconds of real time between two rounds of polling
ENDS = ("COMPLETED", "FAILED", "CANCELED")

console = Console()


class UnexpectedError(Exception):
    """The server did something that the demo did not expect."""


@dataclass
class Video:
    """One order: what is sent, and what has become of it."""

    title: str
    body: dict[str, Any]
    run_id: str = ""
    cost: Decimal = Decimal(0)
    state: str = "pending"
    link: str = ""
    complaint: str = ""
    file: Path | None = None


def orders() -> list[Video]:
    """Give the three orders; the directive in the last one's prompt lets it fail for its content."""
    picture = f"data:image/png;base64,{base64.b64encode(png(64, 36)).decode()}"
    eagle = "A majestic eagle soaring through mountain peaks at sunset"
    return [
        Video("a text, veo2-video", {"model": "veo2-video", "prompt": eagle, "duration": "5s", "aspect_ratio": "16:9"}),
        Video(
            "an image, kling-v21-standard",
            {"model": "kling-v21-standard", "prompt": "A slow dolly zoom", "imageDataUrl": picture, "duration": "5"},
        ),
        Video(
            "an image by link, kling-v21-pro",
            {
                "model": "kling-v21-pro",
                "prompt": "Something that no provider would show [[mock: moderated_late at=0.7]]",
                "imageUrl": "https://assets.example.com/reference/wave-hello.jpg",
                "duration": "5",
            },
        ),
    ]


def png(width: int, height: int) -> bytes:
    """Draw a small gradient as a PNG file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + bytes(part for x in range(width) for part in (255 * x // width, 255 * y // height, 128))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# The conversation -----------------------------------------------------------------------------------------------


def checked(response: httpx.Response, status: int) -> Any:  # noqa: ANN401 - any JSON
    """Give an answer's JSON with exact sums; raises UnexpectedError for another status."""
    if response.status_code != status:
        request = response.request
        raise UnexpectedError(f"{request.method} {request.url} answered {response.status_code}: {response.text[:300]}")
    return json.loads(response.text, parse_float=Decimal)


def balance(client: httpx.Client) -> Decimal:
    """Ask what is left, in US dollars."""
    return Decimal(checked(client.post("/api/check-balance"), 200)["usd_balance"])


def submit(client: httpx.Client, video: Video) -> None:
    """Order a video; it is paid at once."""
    accepted = checked(client.post("/api/generate-video", json=video.body), 202)
    video.run_id, video.cost, video.state = accepted["runId"], Decimal(accepted["cost"]), accepted["status"]


def poll(client: httpx.Client, video: Video) -> float | None:
    """Ask how a video is coming along; give its progress in percent, where the server tells."""
    answer = checked(client.get("/api/video/status", params={"requestId": video.run_id}), 200)
    data = answer["data"]
    video.state = data["status"]
    video.complaint = data.get("error", "")
    if video.state == "COMPLETED":
        video.link = data["output"]["video"]["url"]
    percent = answer.get("progress")
    return None if percent is None else float(percent)


def watch(client: httpx.Client, videos: list[Video]) -> None:
    """Poll all videos until each has ended, and show a bar for each."""
    columns = TextColumn("{task.description:<31}"), BarColumn(30), TextColumn("{task.fields[state]}")
    with Progress(*columns, console=console) as progress:
        bars = {video.run_id: progress.add_task(video.title, total=None, state=video.state) for video in videos}
        deadline = time.monotonic() + PATIENCE
        while running := [video for video in videos if video.state not in ENDS]:
            if time.monotonic() > deadline:
                raise UnexpectedError(f"{running[0].run_id} is still {running[0].state} after {PATIENCE:.0f} seconds")
            for video in running:
                draw(progress, bars[video.run_id], video, poll(client, video))
            time.sleep(PAUSE)  # noqa: TID251 - a client waits in real time


def draw(progress: Progress, bar: TaskID, video: Video, percent: float | None) -> None:
    """Bring a video's bar up to date; without a percentage it only moves to and fro."""
    colour = {"COMPLETED": "green", "FAILED": "red"}.get(video.state, "yellow")
    known = 100.0 if video.state in ENDS else percent
    total = None if known is None else 100.0
    progress.update(bar, total=total, completed=known or 0.0, state=f"[{colour}]{video.state}[/]")


def save(client: httpx.Client, video: Video, folder: Path) -> None:
    """Download a finished video into the folder."""
    answer = client.get(video.link, timeout=60)
    if answer.status_code != 200 or answer.content[4:8] != b"ftyp":
        raise UnexpectedError(f"{video.link} answered {answer.status_code} and no MP4")
    folder.mkdir(parents=True, exist_ok=True)
    video.file = folder / f"{video.run_id}.mp4"
    video.file.write_bytes(answer.content)


def tell(client: httpx.Client, folder: Path) -> None:
    """Play the whole story; raises UnexpectedError where it goes another way."""
    before = balance(client)
    videos = orders()
    for video in videos:
        submit(client, video)
    paid = balance(client)
    watch(client, videos)
    for video in videos:
        if video.state == "COMPLETED":
            save(client, video, folder)
    after = balance(client)
    console.print(table(videos))
    console.print()
    console.print(f"balance before  {before:>6.2f} USD", highlight=False)
    console.print(f"after ordering  {paid:>6.2f} USD, {before - paid:.2f} paid", highlight=False)
    console.print(f"at the end      {after:>6.2f} USD, [green]{after - paid:.2f} refunded[/]", highlight=False)
    judge(videos, before, paid, after)


def judge(videos: list[Video], before: Decimal, paid: Decimal, after: Decimal) -> None:
    """Compare what happened with what should have happened."""
    if [video.state for video in videos] != ["COMPLETED", "COMPLETED", "FAILED"]:
        raise UnexpectedError(f"the videos ended as {[video.state for video in videos]}")
    if before - paid != sum(video.cost for video in videos):
        raise UnexpectedError(f"{before - paid} was taken, and the videos cost {sum(video.cost for video in videos)}")
    if after - paid != videos[-1].cost:
        raise UnexpectedError(f"{after - paid} was given back for a video that cost {videos[-1].cost}")


def table(videos: list[Video]) -> Table:
    """Sum up what was ordered and what came of it."""
    found = Table("order", "paid", "what came of it", box=None, pad_edge=False)
    for video in videos:
        outcome = str(video.file) if video.file else f"[red]{video.complaint}[/], refunded"
        found.add_row(video.title, f"{video.cost:.2f}", outcome)
    return found


# The server -----------------------------------------------------------------------------------------------------


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
    parser = argparse.ArgumentParser(prog="make demo", description="Three videos, two files, one refund.")
    parser.add_argument("--url", help="use a server that runs already")
    parser.add_argument("--speed", type=float, default=40.0, help="of the demo's own server (default: 40)")
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
        return failed(f"an answer was not as NanoGPT words it: {error!r}")
    return 0


def failed(why: str) -> int:
    """Say why the demo failed, and give its exit code."""
    console.print(f"[red]The demo failed:[/] {escape(why)}", soft_wrap=True, highlight=False)
    return 1


def visit(url: str, folder: Path) -> None:
    """Tell the story to one server."""
    console.print(f"Three orders to NanoGPT as [bold]{url}[/] plays it; one is moderated.", highlight=False)
    with httpx.Client(base_url=url, headers={"x-api-key": KEY}, timeout=30) as client:
        tell(client, folder)


if __name__ == "__main__":
    sys.exit(main())
