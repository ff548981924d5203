"""A state file that an earlier version wrote is brought over whole or not at all, and nobody sees the difference.

The file, what its own server said of it, and how both were made, are in `tests/states`.
"""

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import tests.houses
from mockserver.app import create_app
from mockserver.core.store import StateError
from mockserver.core.timeline import Timeline, done, waiting
from mockserver.settings import discover, load
from mockserver.stores import migrations
from mockserver.stores.codec import VERSION, Codec
from mockserver.stores.sqlite import SqliteStore
from tests.states import make

STATES = Path(make.__file__).parent
JANUARY, FIRST_OF_MAY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
NEXT_CYCLE = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    """A file of version 1, with its upload beside it."""
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress((STATES / "version-1.db.gz").read_bytes()))
    shutil.copytree(STATES / "version-1.db-files", tmp_path / "state.db-files")
    return path


@asynccontextmanager
async def serving(path):
    """Today's server on a file; what it is asked goes to the address that the file's own server had."""
    app = create_app(load({"clock": "frozen", "state": str(path)}))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4890") as client:
            yield client
    finally:
        app.close()


async def asked(client, path, headers=None):
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def version_of(path):
    with closing(sqlite3.connect(path)) as base:
        return base.execute("PRAGMA user_version").fetchone()[0]


def rows(path):
    """All that is in a file."""
    with closing(sqlite3.connect(path)) as base:
        return {
            table: sorted(base.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608 - words of our own
            for table in ("names", "facts", "plans", "passes")
        }


def refused(path, match):
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(StateError, match=match):
        SqliteStore(path)
    assert path.read_bytes() == before, "it stays as it was"
    assert sorted(path.parent.iterdir()) == beside, "nothing is left beside it"


KILLED = """
import os, sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("INSERT INTO names (name) VALUES (CAST('late/jobs' AS BLOB))")
base.execute("INSERT INTO facts (shelf, key, value) SELECT max(id), CAST('1' AS BLOB), X'80054B112E' FROM names")
os._exit(9)
"""
"""Writes a number, and dies before it is where the rest is."""


# What was there is there --------------------------------------------------------------------------------------------


async def test_all_that_its_own_server_said_of_it_is_still_said(path):
    async with serving(path) as client:
        for line in (STATES / "version-1.jsonl").read_text().splitlines():
            one = json.loads(line)
            assert make.kept(await asked(client, one["path"], one["headers"])) == one["says"], one["path"]
    assert version_of(path) == VERSION


async def test_jobs_money_and_time_go_on_from_where_they_were(path):
    async with serving(path) as client:
        assert (await asked(client, "/_mock/clock"))["now"] == "2026-02-01T01:03:00Z"
        before = await asked(client, "/_mock/accounts/nouvel/nvl_1")
        ended = await client.post("/_mock/clock/advance", json={"until": "idle"})
        account = await asked(client, "/_mock/accounts/nouvel/nvl_1")
        states = [job["state"] for job in (await asked(client, "/_mock/jobs"))["items"]]

        assert ended.status_code == 200
        # Of 100 dollars, 16 went for the two videos beyond January's quota of 3; February's 30 have 3 to pay.
        assert (before["available"], before["held"], before["credits"]) == ("27", "3", "84")
        assert (account["available"], account["spent"], account["credits"]) == ("27", "3", "84")
        assert sorted(states) == ["cancelled"] + 9 * ["done"] + 2 * ["failed"] + ["working"]
        for key, left in [("nanogpt/sk-nano-1", "43.2"), ("artnex/artnex-1", "97000"), ("nouvel/nvl_team", "29")]:
            assert (await asked(client, f"/_mock/accounts/{key}"))["available"] == left


async def test_what_is_spent_beyond_a_quota_is_still_counted_once_a_cycle(path):
    order = {"urls": [f"https://shop.example/products/{number}" for number in range(3)], "variantCount": 3}
    async with serving(path) as client:
        for _ in range(4):
            assert (await client.post("/api/v1/generate", headers=make.NOUVEL, json=order)).status_code < 300
        account = await asked(client, "/_mock/accounts/nouvel/nvl_1")
    # 36 and 3 of 30 in February are 9 too many: 84 - 9 * 8.
    assert account["credits"] == "12"


async def test_videos_and_uploads_can_be_had(path):
    async with serving(path) as client:
        await client.put("/_mock/snapshots/paid/restore")  # where no link has expired yet
        jobs = (await asked(client, "/_mock/jobs"))["items"]
        results = [job["result"] for job in jobs if job["result"] and job["provider"] != "viddyscribe"]
        for address in results:
            answer = await client.get(address)
            assert (answer.status_code, answer.content[4:8]) == (200, b"ftyp"), address
        [job] = [job for job in jobs if job["provider"] == "viddyscribe"]
        status = await asked(client, f"/enterprise/api/get_results?job_id={job['id']}", make.VIDDY)
        described = await client.get(status["video_signed_url"])
        upload = await asked(client, f"/enterprise/api/get_upload_status?media_id={status['media_id']}", make.VIDDY)

    assert len(results) == 5
    assert (described.status_code, described.content[4:8]) == (200, b"ftyp")
    assert (upload["upload_status"], upload["duration_seconds"]) == ("completed", 1)


async def test_a_snapshot_can_be_gone_back_to(path):
    async with serving(path) as client:
        restored = await client.put("/_mock/snapshots/paid/restore")
        projects = await asked(client, "/api/v1/projects", make.NOUVEL)
        account = await asked(client, "/_mock/accounts/nouvel/nvl_1")
        for project in projects["projects"]:
            await asked(client, f"/api/v1/projects/{project['id']}", make.NOUVEL)
        states = [job["state"] for job in (await asked(client, "/_mock/jobs"))["items"]]
        boxed = await client.put("/@box/_mock/snapshots/then/restore")
        [alone] = (await asked(client, "/@box/_mock/jobs"))["items"]

    assert restored.json()["clock"]["now"] == "2026-01-01T01:01:00Z"
    assert [project["product_url"].rpartition("/")[2] for project in projects["projects"]] == [
        "belt", "glove", "shoe", "shoe", "shoe",
    ]  # fmt: skip
    assert (account["available"], account["spent"], account["credits"]) == ("-2", "5", "84")
    assert sorted(states) == ["cancelled"] + 6 * ["done"] + 2 * ["failed"]
    assert boxed.json()["clock"]["now"] == "2027-05-01T00:00:00Z"
    assert alone["state"] == "working"


async def test_a_webhook_that_waits_is_still_sent(path):
    async with serving(path) as client:
        await client.post("/_mock/clock/advance", json={"until": "idle"})
        [told] = (await asked(client, "/_mock/webhooks"))["items"]
    assert (told["attempt"], told["delivered"]) == (1, False), "nobody listens at port 9, but it was tried"


def test_cycles_are_kept_by_the_money_that_paid(path):
    store = SqliteStore(path)
    cycles = {
        shelf.replace("/records/cycles/", " "): dict(reversed(list(store.newest(shelf))))
        for shelf in store._shelves
        if "/records/cycles/" in shelf
    }
    store.close()
    in_january = {
        "nvl_1": {"nvl_1#0": JANUARY},
        "nvl_a/b#c": {"nvl_a/b#c#0": JANUARY},
        "nvl_team": {"nvl_team#0": JANUARY},  # it has joined a team since
    }
    assert cycles == {
        "default/nouvel nvl_1": {"nvl_1#0": JANUARY, "nvl_1#1": NEXT_CYCLE},
        "default/nouvel nvl_a/b#c": in_january["nvl_a/b#c"],
        "default/nouvel nvl_team": in_january["nvl_team"],
        "default/nouvel t": {"t#1": NEXT_CYCLE},
        "box/nouvel nvl_1": {"nvl_1#0": FIRST_OF_MAY},
        "/snapshots/box/then/nouvel nvl_1": {"nvl_1#0": FIRST_OF_MAY},
        **{f"/snapshots/default/paid/nouvel {purse}": found for purse, found in in_january.items()},
    }


def test_a_life_knows_its_length_and_is_the_same_as_that_of_its_only_piece(path):
    store = SqliteStore(path)
    jobs = [job for _, job in store.newest("default/nouvel/jobs")]
    store.close()
    for job in jobs:
        for life in (job.timeline, *job.parts):
            assert life.length == sum((stage.lasts for stage in life.stages), timedelta())
    alone = [job for job in jobs if len(job.parts) == 1]
    assert len(alone) == 4
    assert all(job.parts[0] is job.timeline for job in alone), "it is kept once, and polls are quicker where it is so"


async def test_values_of_providers_that_are_not_served_can_be_read(path):
    path.unlink()
    there = [*discover(tests.houses), *discover()]

    def served(only):
        return create_app(load({"clock": "frozen", "state": str(path), "only": only}, providers=there), there)

    app = served("acme")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        await client.post("/v1/videos", headers={"authorization": "Bearer key"}, json={"prompt": "a cat"})
    app.close()
    app = served("nanogpt")
    [(_, job)] = app.world.store.newest("default/acme/jobs")
    app.close()
    assert job.provider == "acme"


def test_a_file_whose_server_was_killed_is_brought_over_with_all_that_it_was_answered_for(path):
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = WAL")
    late = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert late.returncode == 9
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0

    store = SqliteStore(path)
    assert store.get("late/jobs", "1") == 17
    store.close()
    assert version_of(path) == VERSION


def test_cycles_of_a_team_are_counted_from_the_openings_of_its_members(path):
    codec = Codec()
    with closing(sqlite3.connect(path)) as base, base:
        [(shelf, raw)] = base.execute(
            "SELECT shelf, value FROM facts JOIN names ON shelf = names.id"
            " WHERE name = CAST('default/nouvel/accounts' AS BLOB) AND key = CAST('nvl_team' AS BLOB)"
        )
        member = codec.unpacked(raw)
        stranger = replace(member, key="nvl_old", team=None, opened_at=JANUARY - timedelta(days=30))
        later = replace(member, key="nvl_later", opened_at=JANUARY + timedelta(days=10))
        for row, account in ((0, stranger), (None, later)):  # the stranger was there before all others
            values = (row, shelf, account.key.encode(), codec.packed(account))
            base.execute("INSERT INTO facts (id, shelf, key, value) VALUES (?, ?, ?, ?)", values)
        noted = codec.packed((3, (NEXT_CYCLE, NEXT_CYCLE + timedelta(days=10), JANUARY + timedelta(days=10))))
        base.execute(
            "UPDATE facts SET value = ? WHERE key = CAST('t' AS BLOB) AND shelf ="
            " (SELECT id FROM names WHERE name = CAST('default/nouvel/records/noted' AS BLOB))",
            (noted,),
        )

    store = SqliteStore(path)
    of_team = dict(store.newest("default/nouvel/records/cycles/t"))
    of_key = dict(store.newest("default/nouvel/records/cycles/nvl_team"))
    store.close()

    assert of_team == {"t#1": NEXT_CYCLE, "t#0": JANUARY + timedelta(days=10)}, "who came first says when one began"
    assert of_key == {"nvl_team#0": JANUARY}


def test_a_cycle_that_no_account_knows_is_still_there(path):
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "DELETE FROM facts WHERE shelf = (SELECT id FROM names WHERE name = CAST('box/nouvel/accounts' AS BLOB))"
        )
    store = SqliteStore(path)
    assert [began for _, began in store.newest("box/nouvel/records/cycles/nvl_1")] == [FIRST_OF_MAY]
    store.close()


@pytest.mark.parametrize("text", ["mockserver.providers.nouvel.outputs.money", "mockserver.core.timeline", "Noted"])
def test_what_clients_write_is_taken_for_no_class(path, text):
    stages = waiting("queued", lasts=timedelta(seconds=4)), done("ready")
    written = Codec().packed((text, tuple.__new__(Timeline, (stages,))))  # as version 1 had it: of stages alone
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("INSERT INTO names (name) VALUES (?)", (b"default/acme/records/any",))
        base.execute("INSERT INTO facts (shelf, key, value) SELECT max(id), ?, ? FROM names", (b"1", written))
    store = SqliteStore(path)
    assert store.get("default/acme/records/any", "1") == (text, Timeline(stages, timedelta(seconds=4)))
    store.close()


def test_what_is_queued_is_brought_over_as_well(path):
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "INSERT INTO plans SELECT 9999, shelf, 0, value FROM facts JOIN names ON shelf = names.id"
            " WHERE name = CAST('default/artnex/jobs' AS BLOB)"
        )
    store = SqliteStore(path)
    [job] = store.due("default/artnex/jobs", JANUARY)
    store.close()
    assert job.timeline.length == job.timeline.stages[0].lasts


def test_nothing_of_the_older_version_is_left(path):
    SqliteStore(path).close()
    found = rows(path)
    assert not [name for _, name in found["names"] if name.endswith(b"/records/noted")]
    assert not [row for row in found["facts"] if b"Noted" in row[3]]


# Whole or not at all ------------------------------------------------------------------------------------------------


def test_files_of_commits_that_wrote_2_and_called_it_1_are_taken_as_they_are(path):
    SqliteStore(path).close()
    once = rows(path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA user_version = 1")
    SqliteStore(path).close()
    assert rows(path) == once
    assert version_of(path) == VERSION


def test_what_was_brought_over_is_not_brought_over_again(path):
    SqliteStore(path).close()
    once = rows(path)
    SqliteStore(path).close()
    assert rows(path) == once
    assert version_of(path) == VERSION


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError, sqlite3.OperationalError])
def test_a_migration_that_fails_leaves_the_file_as_it_was(path, monkeypatch, error):
    bring = migrations.STEPS[1]

    def break_off(state):
        bring(state)
        raise error("in the middle")

    with monkeypatch.context() as broken:
        broken.setitem(migrations.STEPS, 1, break_off)
        refused(path, "in the middle")
    assert version_of(path) == 1
    SqliteStore(path).close()
    assert version_of(path) == VERSION


def test_a_migration_that_is_interrupted_leaves_the_file_as_it_was(path, monkeypatch):
    before = path.read_bytes()

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setitem(migrations.STEPS, 1, interrupt)
    with pytest.raises(KeyboardInterrupt):
        SqliteStore(path)
    assert path.read_bytes() == before


DIES = """
import os, sys
from pathlib import Path
from mockserver.stores import migrations
from mockserver.stores.sqlite import SqliteStore

bring = migrations.STEPS[1]
def die(state):
    bring(state)
    os._exit(9)
migrations.STEPS[1] = die
SqliteStore(Path(sys.argv[1]))
"""


def test_a_server_that_dies_in_the_middle_leaves_what_the_next_one_brings_over(path):
    before = rows(path)
    assert subprocess.run([sys.executable, "-c", DIES, str(path)], check=False).returncode == 9
    assert rows(path) == before
    assert version_of(path) == 1
    SqliteStore(path).close()
    assert version_of(path) == VERSION


@pytest.mark.parametrize(
    "value", [b"mockserver.core.timeline, and nonsense", b"cos\nsystem\n(Vmockserver.core.timeline\ntR."]
)
def test_a_value_that_cannot_be_brought_over_is_told(path, value):
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE facts SET value = ? WHERE id = (SELECT max(id) FROM facts)", (value,))
    refused(path, r"is of state version 1, and cannot be brought to \d+: .* It stays as it was")
    assert version_of(path) == 1


def test_a_version_that_there_never_was_is_told(path):
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA user_version = 0")
    refused(path, "there is no state version 0")


def test_each_older_version_has_a_step_and_stand_ins():
    assert list(migrations.STEPS) == list(migrations.STAND_INS) == list(range(1, VERSION))
