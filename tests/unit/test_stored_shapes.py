"""Nothing that is stored changes its shape without a new version: old files could not be read any more."""

import gzip
import json

from mockserver.stores.codec import VERSION
from mockserver.stores.sqlite import SqliteStore
from tests.states import shapes

PINNED = json.loads(shapes.PINNED.read_text())

WHAT_TO_DO = f"""What is stored differs from what is pinned for version {PINNED["version"]}.
Files of that version are out there, and Redis servers with its values. So:
1. keep a file of version {PINNED["version"]} as it is written before the change (tests/states/make.py tells how);
2. raise VERSION in mockserver/stores/codec.py;
3. add a stand-in for each class that changed, and a step for what lies elsewhere, to mockserver/stores/migrations.py;
4. show in tests/unit/test_migrations.py that the file is brought over;
5. pin the new shapes: python -m tests.states.shapes
What is merely new (a class, a shelf, a key that older files do not have) and what no server wrote yet needs 5 alone."""


def differences(found, pinned):
    """What is other than pinned, line by line."""
    if found["version"] != pinned["version"]:
        yield f"VERSION is {found['version']}, and version {pinned['version']} is pinned"
    for part in ("classes", "shelves", "queues"):
        for name in sorted(found[part].keys() | pinned[part].keys()):
            is_now, was = found[part].get(name), pinned[part].get(name)
            if is_now != was:
                yield f"{part}: {name} was {was}, and is {is_now}"
    for name in sorted(set(found["buckets"]) ^ set(pinned["buckets"])):
        yield f"buckets: {name} is new, or is gone"


def test_what_is_stored_is_what_its_version_says():
    found = list(differences(shapes.outline(shapes.lived()), PINNED))
    assert not found, "\n".join([*found, "", WHAT_TO_DO])


def test_what_differs_is_told():
    other = json.loads(json.dumps(PINNED))
    other["classes"]["mockserver.core.jobs.Job"].append("colour")
    del other["shelves"]["*/nouvel/records/projects/*"]
    other["buckets"].append("*/acme/limits/day/*")
    told = [line.partition(" was ")[0] for line in differences(other | {"version": 0}, PINNED)]
    assert told == [
        f"VERSION is 0, and version {VERSION} is pinned",
        "classes: mockserver.core.jobs.Job",
        "shelves: */nouvel/records/projects/*",
        "buckets: */acme/limits/day/* is new, or is gone",
    ]


def test_what_was_brought_over_is_of_the_same_shape(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(shapes.PINNED.with_name("version-1.db.gz").read_bytes()))
    store = SqliteStore(path)
    found = shapes.outline(store, store._read)
    store.close()

    for part in ("shelves", "queues"):
        for name, kinds in found[part].items():
            assert set(kinds) <= set(PINNED[part].get(name, ())), f"{name} in {part}"
    for name, fields in found["classes"].items():
        assert fields == PINNED["classes"].get(name), name
    assert set(found["buckets"]) <= set(PINNED["buckets"])
