"""The file of a server's state: who may use it, and what is said of one that cannot be used."""

import sqlite3
from contextlib import closing

import pytest

from mockserver.core.store import StateError, StoreUnavailableError
from mockserver.stores.codec import VERSION
from mockserver.stores.file import OURS, backup
from mockserver.stores.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


@pytest.fixture
def written(path):
    """A state file with one value in it."""
    store = SqliteStore(path)
    store.update("a/jobs", "1", lambda _: ("a fact",))
    store.close()
    return path


def stamped(path, **pragmas):
    with closing(sqlite3.connect(path)) as base:
        for name, value in pragmas.items():
            base.execute(f"PRAGMA {name} = {value}")


def refused(path, match):
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(StateError, match=match):
        SqliteStore(path)
    assert path.read_bytes() == before, "nothing is overwritten"
    assert sorted(path.parent.iterdir()) == beside, "nothing is left beside it"


def test_what_was_written_is_there_again(written):
    store = SqliteStore(written)
    assert store.get("a/jobs", "1") == ("a fact",)
    store.close()


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_text("my diary, " * 500)
    refused(path, "is no state of fauxreel's")


def test_another_programs_database_is_left_alone(path):
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE bookmarks (url TEXT)")
    refused(path, "another program's")


def test_a_newer_file_is_left_alone(written):
    stamped(written, user_version=VERSION + 1)
    refused(written, f"written by a newer fauxreel \\(state version {VERSION + 1}, this one knows {VERSION}\\)")


def test_a_damaged_file_is_told(written):
    content = bytearray(written.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for at in range(size, len(content), size):
        content[at : at + 200] = b"\xff" * 200
    written.write_bytes(content)
    refused(written, "damaged|cannot be used")


def test_a_value_that_cannot_be_read_is_told_when_it_is_looked_at(written):
    with closing(sqlite3.connect(written)) as base, base:
        base.execute("UPDATE facts SET value = ?", (b"nonsense",))
    store = SqliteStore(written)
    with pytest.raises(ValueError, match="a stored value cannot be read"):
        store.get("a/jobs", "1")
    store.close()


def test_a_file_is_used_by_one_server_at_a_time(written):
    first = SqliteStore(written)
    with pytest.raises(StateError, match="in use by another server"):
        SqliteStore(written)
    first.close()
    SqliteStore(written).close()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StateError, match="cannot be used"):
        SqliteStore(tmp_path / "nowhere" / "state.db")


def test_a_folder_is_told(tmp_path):
    with pytest.raises(StateError, match=r"is a folder: name a file in it, such as .*state\.db"):
        SqliteStore(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not tmp_path.with_name(f"{tmp_path.name}-lock").exists()


def test_the_lock_of_another_server_is_left_alone(path):
    path.write_text("my diary, " * 500)
    held = path.with_name(f"{path.name}-lock")
    held.touch()
    with pytest.raises(StateError, match="no state of fauxreel's"):
        SqliteStore(path)
    assert held.exists()


def test_a_new_file_says_whose_it_is(written):
    with closing(sqlite3.connect(written)) as base:
        assert base.execute("PRAGMA application_id").fetchone() == (OURS,)
        assert base.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_copy_can_be_made_while_a_server_uses_the_file(written, tmp_path):
    store, copy = SqliteStore(written), tmp_path / "copy.db"
    store.update("a/jobs", "2", lambda _: "another")
    store.flush()

    backup(written, copy)
    store.update("a/jobs", "3", lambda _: "too late")
    store.close()

    again = SqliteStore(copy)
    assert [key for key, _ in again.newest("a/jobs")] == ["2", "1"]
    again.close()


def test_a_copy_overwrites_nothing(written, tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(StateError, match="is there already"):
        backup(written, tmp_path / "copy.db")
    with pytest.raises(StateError, match="there is no file"):
        backup(tmp_path / "none.db", tmp_path / "other.db")
    with pytest.raises(StateError, match=r"no state of fauxreel's|cannot be copied"):
        backup(tmp_path / "copy.db", tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


async def test_what_cannot_be_written_is_nobodys_and_is_tried_again(path):
    store = SqliteStore(path)
    write, store._file.write = store._file.write, full
    store.update("a/jobs", "1", lambda _: "paid for")

    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await store.saved()
    assert store.ailing

    store._file.write = write
    await store.saved()
    assert not store.ailing
    assert not store.unsaved
    store.close()
    again = SqliteStore(path)
    assert again.get("a/jobs", "1") == "paid for"
    again.close()


def full(_):
    raise sqlite3.OperationalError("database or disk is full")
