"""`make demo`: what it promises is what it does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import av

from tests.end_to_end.conftest import served

ROOT = Path(__file__).parents[2]


def demo(folder, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")}
    return subprocess.run(
        [sys.executable, "-m", "docs.demo", "--videos", str(folder), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env={**environment, "COLUMNS": "200"},
    )  # fmt: skip


def test_two_videos_are_saved_and_the_third_one_is_refunded(tmp_path):
    done = demo(tmp_path, "--speed", "3000")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "after ordering   46.24 USD, 3.76 paid" in done.stdout
    assert "at the end       46.46 USD, 0.22 refunded" in done.stdout
    assert "Content policy violation, refunded" in done.stdout
    assert {shape(file) for file in tmp_path.iterdir()} == {("h264", 1280, 720, 5.0)}
    assert len(list(tmp_path.glob("vid_*.mp4"))) == 2


def shape(file):
    """Codec, width, height and seconds of a file's picture."""
    with av.open(file) as video:
        stream = video.streams.video[0]
        return stream.codec_context.name, stream.width, stream.height, float(stream.duration * stream.time_base)


def test_it_uses_the_server_that_it_is_given(tmp_path):
    with served("--speed", "3000") as server:
        done = demo(tmp_path, "--url", server.url)

    assert (done.returncode, server.url in done.stdout) == (0, True), done.stdout + done.stderr
    assert len(re.findall(r"vid_\w+\.mp4", done.stdout)) == 2


def test_it_fails_when_nothing_is_refunded(tmp_path):
    with served("--speed", "3000", "--pure") as server:
        done = demo(tmp_path, "--url", server.url)

    assert (done.returncode, "The demo failed: the videos ended as" in done.stdout) == (1, True), done.stdout


def test_it_fails_when_nobody_answers(tmp_path):
    done = demo(tmp_path, "--url", "http://127.0.0.1:9")

    assert (done.returncode, "The demo failed" in done.stdout) == (1, True), done.stdout + done.stderr
