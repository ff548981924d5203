"""Sync and async clients say the same, byte for byte, and so they do in this process and over a socket."""

import pytest

from clients.nanogpt import AsyncNanoGPT, NanoGPT
from tests.clients.kit import WAYS


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


STORIES = [nanogpt]


@pytest.mark.parametrize("story", STORIES)
def test_all_four_ways_have_the_same_exchanges(the_street, tmp_path, story):
    told = {}
    for way in WAYS:
        stage = the_street.stage(way)
        client = story(stage, tmp_path / way)
        told[way] = [comparable(exchange, stage.base) for exchange in client.exchanges], stage.pauses
        stage.close()

    assert len(told[WAYS[0]][0]) > 20
    assert all(told[way] == told[WAYS[0]] for way in WAYS)


def comparable(exchange, base):
    """An exchange without the address of its server and sandbox."""
    return (
        exchange.method,
        exchange.address,
        exchange.headers,
        exchange.body,
        exchange.status,
        exchange.answer.replace(base.encode(), b""),
    )
