"""What a type checker must find out about the clients; read by mypy and basedpyright, and never run."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from clients import artnex, nouvel, viddyscribe
from clients.nanogpt import Accepted, AsyncNanoGPT, Balance, Generated, Model, NanoGPT, Recovered, VideoStatus


def sync_answers(nano: NanoGPT) -> None:
    """A sync client answers with the answers themselves."""
    order = nano.generate_video("veo2-video", prompt="A fox", duration=5)
    assert_type(order, Accepted)
    assert_type(order.cost, Decimal | None)
    assert_type(nano.extend_video("vid_1", 0), Accepted)
    assert_type(nano.video_status("vid_1"), VideoStatus)
    assert_type(nano.video_status("vid_1").url, str | None)
    assert_type(nano.legacy_video_status("fal-request-1", model="veo2-video"), VideoStatus)
    assert_type(nano.wait("vid_1", legacy=True, on_progress=print), VideoStatus)
    assert_type(nano.recover_videos(limit=3), tuple[Recovered, ...])
    assert_type(nano.recover("tag"), Recovered | None)
    assert_type(nano.list_models(), tuple[Model, ...])
    assert_type(nano.check_balance(), Balance)
    assert_type(nano.download("https://cdn.example/v.mp4", "v.mp4"), Path)
    assert_type(nano.generate("veo2-video", to=Path("v.mp4"), prompt="A fox"), Generated)


def the_other_three(ad: nouvel.Nouvel, clip: artnex.Artnex, viddy: viddyscribe.ViddyScribe) -> None:
    """Each provider's answers are its own."""
    assert_type(ad.submit(["https://shop.example/p/1"], variantCount=2, adDuration=15), nouvel.AcceptedJob)
    assert_type(ad.wait("id").completed_details, tuple[nouvel.FinishedProject, ...])
    assert_type(ad.generate(["https://shop.example/p/1"], to="ads").files, tuple[Path, ...])
    assert_type(ad.recover(["https://shop.example/p/1"]), tuple[nouvel.Project, ...])
    assert_type(clip.create_video("A fox", "veo3.1", duration=8), artnex.Queued)
    assert_type(clip.generate("A fox", "veo3.1", to="fox.mp4").status, artnex.Video)
    assert_type(viddy.upload("talk.mp4"), viddyscribe.Media)
    assert_type(viddy.generate_ad_text("id", format="edl"), viddyscribe.AcceptedJob)
    assert_type(viddy.wait("id").segments, tuple[viddyscribe.Segment, ...])
    assert_type(viddy.generate_audio("id", to="track.wav"), viddyscribe.Generated)


async def async_answers(nano: AsyncNanoGPT) -> None:
    """An async client answers with what is awaited."""
    assert_type(await nano.generate_video("veo2-video", prompt="A fox"), Accepted)
    assert_type(await nano.wait("vid_1"), VideoStatus)
    assert_type(await nano.generate("veo2-video", to="v.mp4", prompt="A fox"), Generated)


def mistakes(nano: NanoGPT, ad: nouvel.Nouvel) -> None:
    """What is wrong is found before it runs: each of these lines must be an error, or the ignore itself is one."""
    nano.generate_video("veo2-video", promt="A fox")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    nano.video_status(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nano.download("https://cdn.example/v.mp4")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ad.submit(["https://shop.example/p/1"], adDuration=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    told: Callable[[int], object] = nano.check_balance  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    print(told)
