"""Sync and async clients say the same, byte for byte, and so they do in this process and over a socket."""

import re

import pytest

from clients.artnex import Artnex, AsyncArtnex
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from clients.nouvel import AsyncNouvel, Nouvel
from clients.viddyscribe import AsyncViddyScribe, ViddyScribe
from tests.clients.kit import WAYS
from tests.films import film


def nanogpt(stage, folder):
    """A whole story: an order, a failure, a refusal, a download."""
    client = stage.client((NanoGPT, AsyncNanoGPT), "sk-nano-alike", provider="nanogpt")
    client.check_balance()
    client.generate("veo2-video", prompt="An eagle", to=folder / "eagle.mp4")
    stage.queue("fails")
    with pytest.raises(Exception, match="ended as FAILED"):
        client.generate("veo2-video", prompt="An eagle", to=folder / "none.mp4")
    client.recover_videos(limit=3)
    return client


def nouvel(stage, folder):
    client = stage.client((Nouvel, AsyncNouvel), "nvl_alike", provider="nouvel")
    client.generate(["https://shop.example/products/shoe"], to=folder)
    client.get_project(client.list_projects().projects[0].id)
    return client


def artnex(stage, folder):
    client = stage.client((Artnex, AsyncArtnex), "artnex-alike", provider="artnex")
    client.generate("A fox", "veo3.1", to=folder / "fox.mp4")
    stage.queue("moderated")
    with pytest.raises(Exception, match="answered 422"):
        client.create_video("A fox", "veo3.1")
    return client


def viddyscribe(stage, folder):
    client = stage.client((ViddyScribe, AsyncViddyScribe), "vsk_alike", provider="viddyscribe")
    folder.mkdir()
    (folder / "talk.mp4").write_bytes(film(seconds=2, rate=5, sound=None))
    media = client.upload(folder / "talk.mp4")
    client.generate(media.media_id, to=folder / "described.mp4")
    return client


@pytest.mark.parametrize("story", [nanogpt, nouvel, artnex, viddyscribe])
def test_all_four_ways_have_the_same_exchanges(the_street, tmp_path, story):
    told = {}
    for way in WAYS:
        stage = the_street.stage(way)
        client = story(stage, tmp_path / way)
        told[way] = [comparable(exchange, stage.base) for exchange in client.exchanges], stage.pauses
        stage.close()

    assert len(told[WAYS[0]][0]) >= 6
    assert all(told[way] == told[WAYS[0]] for way in WAYS)


def comparable(exchange, base):
    """An exchange without the address of its server and sandbox, and without what signs that address."""
    plain = re.sub(r"signature=[0-9a-f]+", "signature", exchange.answer.replace(base.encode(), b"").decode("latin-1"))
    address = re.sub(r"signature=[0-9a-f]+", "signature", exchange.address)
    return exchange.method, address, exchange.headers, exchange.body, exchange.status, plain
