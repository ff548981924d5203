"""Nothing that is stored changes its shape without a new version: old files could not be read any more."""

import gzip
import json

from mockserver.stores.codec import VERSION
from mockserver.stores.sqlite import SqliteStore
from tests.states import shapes

PINNED = json.loads(shapes.PINNED.read_text())

WHAT_TO_DO = f"""what is stored differs from what is pinned for version {PINNED["version"]}.
Files of that version are out there, and Redis servers with its values. So:
1. keep a file of version {PINNED["version"]} as it is written before the change (tests/states/make.py tells how);
2. raise VERSION in mockserver/stores/codec.py;
3. add a stand-in for each class that changed, and a step for what lies elsewhere, to mockserver/stores/migrations.py;
4. show in tests/unit/test_migrations.py that the file is brought over;
5. pin the new shapes: python -m tests.states.shapes
What is merely new (a class, a shelf, a key that older files do not have) and what no server wrote yet needs 5 alone."""


def test_what_is_stored_is_what_its_version_says():
    found = shapes.outline(shapes.lived())
    for part, pinned in PINNED.items():
        assert found[part] == pinned, WHAT_TO_DO


def test_what_was_brought_over_is_of_the_same_shape(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(shapes.PINNED.with_name("version-1.db.gz").read_bytes()))
    store = SqliteStore(path)
    found = shapes.outline(store, store._read)
    store.close()

    assert PINNED["version"] == VERSION
    for part in ("shelves", "queues"):
        for name, kinds in found[part].items():
            assert set(kinds) <= set(PINNED[part].get(name, ())), f"{name} in {part}"
    assert found["classes"].items() <= PINNED["classes"].items()
    assert set(found["buckets"]) <= set(PINNED["buckets"])
