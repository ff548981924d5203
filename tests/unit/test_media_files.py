"""The folder of files: received once, made once, and gone with the server."""

import gc
from hashlib import sha256

import anyio
import pytest

from mockserver.media.files import Files


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_what_was_received_is_kept_under_its_hash(files):
    with files.spool() as spool:
        spool.write(b"ab")
        spool.write(b"c")
        name = spool.keep()

    assert name == sha256(b"abc").hexdigest()
    assert files.path(name).read_bytes() == b"abc"
    assert spool.size == 3


def test_what_was_not_kept_leaves_nothing(files, tmp_path):
    with files.spool() as spool:
        spool.write(b"abc")

    assert list(tmp_path.iterdir()) == []
    assert files.path(spool.digest) is None


def test_the_same_content_is_kept_once(files, tmp_path):
    for _ in range(2):
        with files.spool() as spool:
            spool.write(b"abc")
            spool.keep()

    assert len(list(tmp_path.iterdir())) == 1


async def test_a_file_is_made_once_however_many_ask(files):
    made = []

    def make(path):
        made.append(path)
        path.write_bytes(b"made")

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(files.made, "film.mp4", make)

    assert len(made) == 1
    assert (await files.made("film.mp4", make)).read_bytes() == b"made"


async def test_a_file_that_could_not_be_made_leaves_nothing(files, tmp_path):
    def fail(path):
        path.write_bytes(b"half")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        await files.made("film.mp4", fail)

    assert list(tmp_path.iterdir()) == []


async def test_the_least_recently_used_goes_first_and_uploads_stay(tmp_path):
    files = Files(tmp_path, capacity=20)
    with files.spool() as spool:
        spool.write(b"u" * 100)
        upload = spool.keep()

    for name in ("a", "b", "a", "c"):
        await files.made(name, lambda path: path.write_bytes(b"x" * 10))

    assert files.path("b") is None
    assert files.path("a")
    assert files.path("c")
    assert files.path(upload)


def test_a_folder_of_its_own_goes_with_the_server():
    files = Files()
    folder = files.folder
    assert folder.is_dir()

    del files
    gc.collect()

    assert not folder.exists()
