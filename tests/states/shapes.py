"""What is stored, in outline: classes with their fields, and of what the shelves and queues are made.

`python -m tests.states.shapes` pins it anew, in `shapes.json`, after VERSION was raised.
"""

import asyncio
import json
import re
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

import httpx

from mockserver.app import create_app
from mockserver.settings import discover, load
from mockserver.stores.codec import VERSION
from tests.states import make

PINNED = Path(__file__).with_name("shapes.json")

PURSES = r"nvl_1|nvl_a/b#c|nvl_team|sk-nano-1|vsk_1|artnex-1|t"
WHERE = re.compile(rf"(?<=/)(?:{PURSES}|127\.0\.0\.1)(?:#\d+)?$")
"""Whose something is, at the end of a name."""

MORE = [
    ("POST", "/_mock/webhooks/{webhook}/redeliver", {}, {}),
    ("PUT", "/_mock/scenarios", {}, {"default": "slow"}),
    ("POST", "/api/generate-video", make.NANO, {"model": "longstories", "prompt": "A tale", "conversationUUID": "c"}),
    ("POST", "/api/v1/generate", make.NOUVEL, {"urls": ["https://shop.example/products/x"], "userInstructions": "[[mock: fails_once]]"}),  # noqa: E501 - one order
    ("POST", "/enterprise/api/upload_media", make.VIDDY, {"input": {"type": "url", "url": "https://videos.example/a.mp4"}}),
    ("POST", "/enterprise/api/upload_media", make.VIDDY, {"input": {"type": "signed_url", "filename": "c.mp4"}}),
    ("POST", "/enterprise/api/generate_ad_text_from_url", make.VIDDY, {"source_url": "https://a.example/b.mp4", "language": "en-US"}),  # noqa: E501 - one order
    ("POST", "/enterprise/api/generate_ad_audio_from_url", make.VIDDY, {"source_url": "https://a.example/c.mp4", "language": "de-DE"}),  # noqa: E501 - one order
]  # fmt: skip
"""Of what a stored file has nothing."""


class InProcess(httpx.BaseTransport):
    """Asks a server in this process, one request after the other."""

    def __init__(self, app, runner):
        self._transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))
        self._runner = runner

    def handle_request(self, request):
        """Wait for all of the answer."""
        return self._runner.run(self._asked(request))

    async def _asked(self, request):
        answer = await self._transport.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


def lived():
    """The store of a server in memory on which much has happened."""
    app = create_app(load({"clock": "frozen"}))
    with (
        asyncio.Runner() as runner,
        httpx.Client(transport=InProcess(app, runner), base_url="http://localhost") as client,
    ):
        life = make.Life(client)
        make.live(life)
        life.control("POST", "clock/advance", until="idle")
        [webhook] = client.get("/_mock/webhooks").json()["items"]
        for method, path, headers, body in MORE:
            life.do(method, path.format(webhook=webhook["id"]), headers, json=body)
    return app.world.store


def outline(store, read=lambda value: value):
    """The outline of what a store in memory holds; `read` gives the values of what it has not looked at yet."""
    classes, shelves, queues = {}, {}, {}
    for provider in discover():
        _learn(provider.options(), classes)
    for name, values in store._shelves.items():
        shelves.setdefault(_place(name), set()).update(_learn(read(value), classes) for value in values.values())
    for name, heap in store._queues.items():
        queues.setdefault(_place(name), set()).update(_learn(read(item), classes) for _, _, item in heap)
    return {
        "version": VERSION,
        "classes": dict(sorted(classes.items())),
        "shelves": _told(shelves),
        "queues": _told(queues),
        "buckets": sorted({_place(name) for name in store._buckets}),
    }


def _told(found):
    return {name: sorted(kinds) for name, kinds in sorted(found.items()) if kinds}


def _place(name):
    """The name of a shelf, without whose it is."""
    name = re.sub(r"^/snapshots/[^/]+/[^/]+/|^/snapshots/[^/]+$|^[^/]+(?=/)", lambda found: _root(found[0]), name)
    return WHERE.sub("*", name)


def _root(name):
    if not name.startswith("/"):
        return "*"
    return "/snapshots/*" if name.count("/") == 2 else "*/"


def _learn(value, classes):
    """Learn the classes of a value, and say what kind of value it is."""
    kind = type(value)
    if kind.__module__.startswith("mockserver."):
        _learn_class(kind, classes)
        for name in fields_of(kind):
            _learn(getattr(value, name), classes)
        return f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(value, dict | MappingProxyType):
        return f"{kind.__name__}[{_one({_learn(each, classes) for each in value.values()})}]"
    if isinstance(value, tuple | frozenset):
        each = [_learn(one, classes) for one in value]
        inner = ", ".join(each) if len(set(each)) > 1 and kind is tuple else f"{_one(set(each))}, ..."
        return f"{kind.__name__}[{inner}]"
    return kind.__name__


def _one(kinds):
    return " | ".join(sorted(kinds))


def _learn_class(kind, classes):
    """Note the fields of a class, and of those that its fields may hold, whether any does so now or not."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in classes:
        return
    classes[name] = [one.name for one in kind] if issubclass(kind, Enum) else fields_of(kind)
    for hint in [] if issubclass(kind, Enum) else get_type_hints(kind).values():
        for held in _classes_in(hint):
            _learn_class(held, classes)


def _classes_in(hint: Any):
    """All classes of our own in a type that have fields."""
    for one in (hint, *get_args(hint)):
        if one is not hint:
            yield from _classes_in(one)
        elif isinstance(one, type) and one.__module__.startswith("mockserver.") and _is_stored(one):
            yield one


def _is_stored(kind):
    return issubclass(kind, Enum) or bool(fields_of(kind))


def fields_of(kind):
    """The names of a class's fields, in their order, which counts."""
    named = getattr(kind, "_fields", None) or getattr(kind, "__struct_fields__", None)
    if named is None and is_dataclass(kind):
        return [field.name for field in fields(kind)]
    return list(named or ())


if __name__ == "__main__":
    text = json.dumps(outline(lived()), indent=1)
    PINNED.write_text(re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text) + "\n")
    sys.stdout.write(f"{PINNED} has the shapes of version {VERSION} now\n")
