"""The six orders, as programs that use the reference clients would make them."""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import httpx

from clients.artnex import AsyncArtnex
from clients.core.errors import JobModeratedError
from clients.nanogpt import AsyncNanoGPT, OrderFields
from clients.nouvel import AsyncNouvel, Job
from clients.viddyscribe import AsyncViddyScribe
from docs.demo.screen import Order, UnexpectedError, bars, console

EAGLE = "A majestic eagle soaring through mountain peaks at sunset"
SHOE = "https://shop.example/products/trail-shoe"


@dataclass(frozen=True)
class Desk:
    """A client of each provider, where the videos go, and the server's own books."""

    nano: AsyncNanoGPT
    nouvel: AsyncNouvel
    artnex: AsyncArtnex
    viddy: AsyncViddyScribe
    folder: Path
    books: httpx.AsyncClient

    async def minutes(self) -> Decimal:
        """What ViddyScribe has charged; it does not tell by itself."""
        answer = await self.books.get("/_mock/accounts/viddyscribe/vsk_demo")
        return Decimal(answer.raise_for_status().json()["spent"])


@dataclass
class Money:
    """What there is at NanoGPT: before, after ordering, and at the end, in dollars."""

    before: Decimal
    paid: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    refund: Decimal = Decimal(0)


def picture_of_nothing(width: int = 64, height: int = 36) -> str:
    """A small gradient as a PNG, in a data URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + bytes(part for x in range(width) for part in (255 * x // width, 255 * y // height, 128))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def videos() -> list[tuple[str, str, OrderFields]]:
    """Title, model and fields of NanoGPT's orders; the directive in the last prompt lets it fail for its content."""
    bad = "Something that no provider would show [[mock: moderated_late at=0.7]]"
    link = "https://assets.example.com/reference/wave-hello.jpg"
    return [
        ("a text, veo2-video", "veo2-video", {"prompt": EAGLE, "duration": "5s", "aspect_ratio": "16:9"}),
        (
            "an image, kling-v21-standard",
            "kling-v21-standard",
            {"prompt": "A slow dolly zoom", "imageDataUrl": picture_of_nothing(), "duration": "5"},
        ),
        (
            "an image by link, kling-v21-pro",
            "kling-v21-pro",
            {"prompt": bad, "imageUrl": link, "duration": "5"},
        ),
    ]


async def ordered(desk: Desk, money: Money) -> list[Order]:
    """Order the videos at NanoGPT, an ad at Nouvel, and a clip at Artnex."""
    orders = []
    for title, model, fields in videos():
        video = await desk.nano.generate_video(model, **fields)
        if video.cost is None or video.remaining_balance is None:
            raise UnexpectedError("NanoGPT does not say what an order costs")
        money.paid, money.refund = video.remaining_balance, video.cost
        money.cost += video.cost
        orders.append(Order("NanoGPT", title, video.run_id, f"{video.cost:.2f} USD"))
    ad = await desk.nouvel.submit([SHOE], userInstructions="For people who like mud.")
    orders.append(Order("Nouvel", "an ad for a shoe", ad.job_id, f"{ad.total_projects} video of the plan"))
    clip = await desk.artnex.create_video("A drone over a misty ridge", "veo3.1", duration=4)
    orders.append(Order("Artnex", "a text, veo3.1", clip.request_id, f"{clip.credits_used} credits"))
    return orders


async def video(desk: Desk, order: Order) -> None:
    """Wait for a video of NanoGPT, and fetch it; one that is moderated is refunded."""
    try:
        done = await desk.nano.wait(order.id, on_progress=order.show)
    except JobModeratedError as error:
        order.end(complaint=str(getattr(error.job, "error", None) or error))
        return
    file = await desk.nano.download(done.url or "", order.place(desk.folder), watcher=order.fetched)
    order.end(file=file)


async def ad(desk: Desk, order: Order) -> Job:
    """Wait for an ad of Nouvel, and fetch it."""
    job = await desk.nouvel.wait(order.id, on_progress=order.show)
    link = job.completed_details[0].final_output_url
    order.end(file=await desk.nouvel.download(link or "", order.place(desk.folder), watcher=order.fetched))
    return job


async def clip(desk: Desk, order: Order) -> None:
    """Wait for a clip of Artnex, and fetch it."""
    done = await desk.artnex.wait(order.id, on_progress=order.show)
    order.end(file=await desk.artnex.download(done.url or "", order.place(desk.folder), watcher=order.fetched))


async def described(desk: Desk, job: Job) -> Order:
    """Feed the ad to ViddyScribe by its address, which is this server's own and so is read; fetch what it makes."""
    before = await desk.minutes()
    link = job.completed_details[0].final_output_url or ""
    accepted = await desk.viddy.generate_ad_video_from_url(link, language="en-US", ad_type="extended_ad")
    order = Order("ViddyScribe", "the ad, described aloud", accepted.job_id)
    with bars(order):
        await desk.viddy.wait(order.id, on_progress=order.show)
        done = await desk.viddy.get_results(order.id)  # its links live for minutes: a fresh one
        place = order.place(desk.folder)
        order.end(file=await desk.viddy.download(done.video_signed_url or "", place, watcher=order.fetched))
    order.paid = f"{await desk.minutes() - before:f} minutes"
    return order


async def balance(desk: Desk) -> Decimal:
    """What is left at NanoGPT, in dollars."""
    left = (await desk.nano.check_balance()).usd_balance
    if left is None:
        raise UnexpectedError("NanoGPT does not say what is left")
    return left


def judge(orders: Sequence[Order], money: Money, after: Decimal) -> None:
    """Compare what happened with what should have happened, and show the balances."""
    console.print(f"balance before  {money.before:>6.2f} USD", highlight=False)
    console.print(f"after ordering  {money.paid:>6.2f} USD, {money.before - money.paid:.2f} paid", highlight=False)
    console.print(f"at the end      {after:>6.2f} USD, [green]{after - money.paid:.2f} refunded[/]", highlight=False)
    states = [order.state for order in orders[:3]]
    if states != ["COMPLETED", "COMPLETED", "FAILED"]:
        raise UnexpectedError(f"the videos ended as {states}")
    if money.before - money.paid != money.cost:
        raise UnexpectedError(f"{money.before - money.paid} was taken, and the videos cost {money.cost}")
    if after - money.paid != money.refund:
        raise UnexpectedError(f"{after - money.paid} was given back for a video that cost {money.refund}")
