"""`make demo`: what it promises is what it does."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import av
import httpx
import pytest
from rich.console import Console

from docs.demo.screen import Order, files
from tests.end_to_end.conftest import served

ROOT = Path(__file__).parents[2]


def demo(folder, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")}
    return subprocess.run(
        [sys.executable, "-m", "docs.demo", "--videos", str(folder), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env={**environment, "COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The demo, played once: what it said, and where its files are."""
    folder = tmp_path_factory.mktemp("videos")
    return demo(folder, "--speed", "1000", "--picture", str(folder / "picture.svg")), folder


def test_two_videos_are_saved_and_the_third_one_is_refunded(told):
    done, folder = told

    assert done.returncode == 0, done.stdout + done.stderr
    assert "after ordering   46.24 USD, 3.76 paid" in done.stdout
    assert "at the end       46.46 USD, 0.22 refunded" in done.stdout
    assert "Content policy violation, refunded" in done.stdout
    assert {shape(file) for file in folder.glob("vid_*.mp4")} == {("h264", 1280, 720, 5.0)}
    assert len(list(folder.glob("vid_*.mp4"))) == 2


def test_each_provider_makes_a_video_and_one_is_described_aloud(told):
    done, folder = told
    [clip], [description], [ad] = (folder.glob(f"{name}.mp4") for name in ("req_*", "task_*", "*-*-*-*-*"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert shape(ad) == ("h264", 720, 1280, 15.0)
    assert shape(clip) == ("h264", 1280, 720, 4.0)
    codec, width, height, seconds = shape(description)
    assert (codec, width, height) == ("h264", 720, 1280)
    assert seconds > 15  # it rests while the description is spoken
    for line in (
        r"NanoGPT +a text, veo2-video +3\.40 USD",
        r"Nouvel +an ad for a shoe +1 video of the plan",
        r"Artnex +a text, veo3\.1 +3000 credits",
        r"ViddyScribe +the ad, described aloud +0\.25 minutes",
    ):
        assert re.search(line, done.stdout), done.stdout


def test_what_it_shows_can_be_kept_as_a_picture_that_loads_nothing(told):
    _, folder = told
    drawn = (folder / "picture.svg").read_text("utf-8")

    assert all(word in drawn for word in ("COMPLETED", "described&#160;aloud", "refunded"))
    assert "@font-face" not in drawn
    assert "cdn" not in drawn


def test_eighty_columns_show_whole_names_of_files():
    longest = "videos/b7d7f976-d770-4ff4-9f53-5f1d3c6240c6.mp4"
    narrow = Console(width=80, file=io.StringIO())

    narrow.print(files([Order("Nouvel", "an ad for a shoe", file=Path(longest)), Order("NanoGPT", "none")]))

    assert [line.split() for line in narrow.file.getvalue().splitlines()] == [
        ["provider", "video"],
        ["Nouvel", longest],
    ]


def shape(file):
    """Codec, width, height and seconds of a file's picture."""
    with av.open(file) as video:
        stream = video.streams.video[0]
        return stream.codec_context.name, stream.width, stream.height, float(stream.duration * stream.time_base)


def test_it_uses_the_server_that_it_is_given(tmp_path):
    with served("--speed", "1000") as server:
        done = demo(tmp_path, "--url", server.url)
        conduct = httpx.get(f"{server.url}/_mock/conduct").json()

        found = httpx.get(f"{server.url}/_mock/conduct").json()

    assert (done.returncode, server.url in done.stdout) == (0, True), done.stdout + done.stderr
    assert len(re.findall(r"vid_\w+\.mp4", done.stdout)) == 2
    assert [finding["message"] for finding in conduct["items"]] == []
    assert conduct["requests"]["judged"] > 20
    assert (found["items"], found["requests"]["judged"] > 20) == ([], True)  # it is a careful client


def test_it_fails_when_nothing_is_refunded(tmp_path):
    with served("--speed", "1000", "--pure") as server:
        done = demo(tmp_path, "--url", server.url)

    assert (done.returncode, "The demo failed: the videos ended as" in done.stdout) == (1, True), done.stdout


def test_it_fails_when_nobody_answers(tmp_path):
    done = demo(tmp_path, "--url", "http://127.0.0.1:9")

    assert (done.returncode, "The demo failed" in done.stdout) == (1, True), done.stdout + done.stderr
