"""The first act: three videos from NanoGPT, one of them moderated and refunded."""

import base64
import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx

from docs.demo.screen import Order, UnexpectedError, checked, console

HEADERS = {"x-api-key": "sk-nano-demo"}


class Video(Order):
    """A video of NanoGPT: paid at once, refunded when it fails."""

    house = "NanoGPT"
    good = "COMPLETED"
    bad = ("FAILED", "CANCELED")

    def __init__(self, client: httpx.Client, title: str, body: dict[str, Any]) -> None:
        super().__init__(client, title)
        self.body = body
        self.cost = Decimal(0)
        self.left = Decimal(0)

    def submit(self) -> None:
        """Order it."""
        accepted = checked(self.client.post("/api/generate-video", json=self.body, headers=HEADERS), 202)
        self.id, self.cost, self.state = accepted["runId"], Decimal(accepted["cost"]), accepted["status"]
        self.left = Decimal(accepted["remainingBalance"])  # asked later, a refund could be in it already

    def poll(self) -> None:
        """Ask for its status, and its progress, where the server tells."""
        answer = checked(self.client.get("/api/video/status", params={"requestId": self.id}, headers=HEADERS), 200)
        data = answer["data"]
        self.state = data["status"]
        self.complaint = data.get("error", "")
        if self.state == self.good:
            self.link = data["output"]["video"]["url"]
        percent = answer.get("progress")
        self.percent = None if percent is None else float(percent)

    @property
    def paid(self) -> str:
        """Its price."""
        return f"{self.cost:.2f} USD"


def orders(client: httpx.Client) -> list[Video]:
    """Give the three orders; the directive in the last one's prompt lets it fail for its content."""
    picture = f"data:image/png;base64,{base64.b64encode(png(64, 36)).decode()}"
    eagle = "A majestic eagle soaring through mountain peaks at sunset"
    return [
        Video(
            client,
            "a text, veo2-video",
            {"model": "veo2-video", "prompt": eagle, "duration": "5s", "aspect_ratio": "16:9"},
        ),
        Video(
            client,
            "an image, kling-v21-standard",
            {"model": "kling-v21-standard", "prompt": "A slow dolly zoom", "imageDataUrl": picture, "duration": "5"},
        ),
        Video(
            client,
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


def balance(client: httpx.Client) -> Decimal:
    """Ask what is left, in US dollars."""
    return Decimal(checked(client.post("/api/check-balance", headers=HEADERS), 200)["usd_balance"])


def judge(videos: Sequence[Video], before: Decimal, paid: Decimal, after: Decimal) -> None:
    """Compare what happened with what should have happened, and show the balances."""
    console.print(f"balance before  {before:>6.2f} USD", highlight=False)
    console.print(f"after ordering  {paid:>6.2f} USD, {before - paid:.2f} paid", highlight=False)
    console.print(f"at the end      {after:>6.2f} USD, [green]{after - paid:.2f} refunded[/]", highlight=False)
    if [video.state for video in videos] != ["COMPLETED", "COMPLETED", "FAILED"]:
        raise UnexpectedError(f"the videos ended as {[video.state for video in videos]}")
    if before - paid != sum(video.cost for video in videos):
        raise UnexpectedError(f"{before - paid} was taken, and the videos cost {sum(video.cost for video in videos)}")
    if after - paid != videos[-1].cost:
        raise UnexpectedError(f"{after - paid} was given back for a video that cost {videos[-1].cost}")
