"""Stored values come back as they were, and bytes of somebody else's run nothing."""

import os
import pickle
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from mockserver.core.accounts import opened
from mockserver.core.clock import START, Clock
from mockserver.settings import discover
from mockserver.stores.codec import Codec, UnreadableError
from tests.kit import Mock

CODEC = Codec()
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA"
    "DUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    "value",
    [
        17,
        "a key \ud800 with half a character",
        Decimal("46.600000000001"),
        START,
        timedelta(days=3, microseconds=1),
        (1, None, ("nested", frozenset({"a"}))),
        MappingProxyType({"requests_per_minute": None}),
        Clock.frozen(START),
        Path("videos") / "a.mp4",
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value):
    assert CODEC.unpacked(CODEC.packed(value)) == value


@pytest.mark.parametrize("provider", discover(), ids=lambda provider: provider.name)
def test_accounts_and_options_of_every_provider_come_back(provider):
    options = provider.options()
    account = opened(provider.trade, provider.sample_key, options, START, magic=True)
    assert CODEC.unpacked(CODEC.packed(account)) == account
    assert CODEC.unpacked(CODEC.packed(options)) == options


@pytest.mark.parametrize(
    "foreign",
    [
        pickle.dumps(os.system),
        pickle.dumps(eval),
        b"cmockserver.stores.codec\nCodec\n.",
        b"cmockserver.settings\nimportlib\n.",
        b"cmockserver.nothing\nThing\n.",
    ],
    ids=["a function of the system", "eval", "a class that is no value", "a module", "a module that is not there"],
)
def test_what_is_no_value_is_not_even_looked_up(foreign):
    with pytest.raises(UnreadableError):
        CODEC.unpacked(foreign)


def test_bytes_that_are_cut_off_are_told():
    with pytest.raises(UnreadableError, match="cannot be read"):
        CODEC.unpacked(CODEC.packed(("a", "b"))[:-3])


ORDERS = {
    "nanogpt": [
        ("/api/generate-video", {"model": "veo2-video", "prompt": "A fox", "duration": "5s"}),
        ("/api/generate-video", {"model": "kling-v21-standard", "prompt": "[[mock: fails]]", "imageDataUrl": PICTURE}),
        ("/api/generate-video", {"model": "longstories", "prompt": "A tale", "conversationUUID": "c"}),
    ],
    "nouvel": [
        ("/api/v1/generate", {"urls": ["https://shop.example/products/a"], "variantCount": 3, "aspectRatio": "1:1"}),
        ("/api/v1/generate", {"urls": ["https://shop.example/products/b"], "webhookUrl": "http://127.0.0.1:9/"}),
        ("/api/v1/generate", {"urls": ["https://shop.example/products/c"], "userInstructions": "[[mock: partial]]"}),
    ],
    "viddyscribe": [
        ("/enterprise/api/upload_media", {"input": {"type": "url", "url": "https://videos.example/a.mp4"}}),
        ("/enterprise/api/upload_media", {"input": {"type": "signed_url", "filename": "a.mp4"}}),
        ("/enterprise/api/generate_ad_text_from_url", {"source_url": "https://a.example/b.mp4", "language": "en-US"}),
        ("/enterprise/api/generate_ad_video_from_url", {"source_url": "https://a.example/c.mp4", "language": "de-DE"}),
    ],
    "artnex": [
        ("/v1/video", {"model": "veo3.1", "prompt": "A fox", "duration": 8}),
        ("/v1/video", {"model": "wan-2.5-i2v", "prompt": "A fox", "mode": "image-to-video", "image": PICTURE}),
    ],
}


@pytest.mark.parametrize("provider", ORDERS)
async def test_whatever_a_provider_puts_into_the_store_comes_back(provider):
    async with Mock(provider) as mock:
        client = mock.client({"x-api-key": "vsk_1", "authorization": "Bearer nvl_1"})
        for path, order in ORDERS[provider]:
            await client.post(path, json=order)
        await mock.set_account("vsk_1" if provider == "viddyscribe" else "nvl_1", available="7")
        store = mock.app.world.store

        assert store.count(f"default/{provider}/jobs") >= 2
        for values in store._shelves.values():
            for value in values.values():
                assert CODEC.unpacked(CODEC.packed(value)) == value
        for queue in store._queues.values():
            for _, _, item in queue:
                assert CODEC.unpacked(CODEC.packed(item)) == item
