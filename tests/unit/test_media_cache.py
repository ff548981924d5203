"""The shelf of rendered clips: bounded, one rendering for many who ask, safe when somebody hangs up."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import anyio
import pytest
from anyio import from_thread, to_thread

from mockserver.media.cache import Clips
from mockserver.media.clip import Clip

CLIP = Clip(width=64, height=48, seconds=Decimal("0.2"), frames_per_second=5)


class Maker:
    """Makes ten bytes when the gate is open, and counts how often it was asked to."""

    def __init__(self):
        self.made = []
        self.begun = threading.Event()
        self.gate = threading.Event()

    def __call__(self, clip, kind):
        self.made.append((clip.seed, kind))
        self.begun.set()
        assert self.gate.wait(5)
        return b"%010d" % clip.seed


@pytest.fixture
def maker():
    return Maker()


@pytest.fixture
def open_maker(maker):
    maker.gate.set()
    return maker


async def test_a_clip_comes_in_three_kinds():
    clips = Clips()

    assert (await clips.get(CLIP))[4:8] == b"ftyp"
    assert (await clips.get(CLIP, "thumbnail"))[:3] == b"\xff\xd8\xff"
    assert (await clips.get(CLIP, "spritesheet"))[:3] == b"\xff\xd8\xff"


async def test_what_was_made_is_kept(open_maker):
    clips = Clips(make=open_maker)

    first = await clips.get(CLIP)
    again = await clips.get(replace(CLIP))

    assert first is again
    assert open_maker.made == [(0, "video")]
    assert clips.held == 10


async def test_the_least_recently_used_goes_first(open_maker):
    clips = Clips(capacity=30, make=open_maker)
    for seed in (1, 2, 3, 1, 4):
        await clips.get(replace(CLIP, seed=seed))

    for seed in (1, 3, 4, 2):
        await clips.get(replace(CLIP, seed=seed))

    assert [seed for seed, _ in open_maker.made] == [1, 2, 3, 4, 2]
    assert clips.held == 30


async def test_what_is_larger_than_the_shelf_is_made_and_not_kept(open_maker):
    clips = Clips(capacity=9, make=open_maker)

    assert await clips.get(CLIP) == b"0000000000"
    assert clips.held == 0


async def test_many_who_ask_at_once_wait_for_one_rendering(maker):
    clips, answers = Clips(make=maker), []

    async def ask():
        answers.append(await clips.get(CLIP))

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask)
        await to_thread.run_sync(maker.begun.wait, 5)
        maker.gate.set()

    assert answers == [b"0000000000"] * 50
    assert len(maker.made) == 1


async def test_somebody_who_hangs_up_leaves_the_others_waiting_for_the_same_rendering(maker):
    clips, answers = Clips(make=maker), []

    async def ask():
        answers.append(await clips.get(CLIP))

    async with anyio.create_task_group() as tasks:
        with anyio.move_on_after(0.05) as first:
            await clips.get(CLIP)
        for _ in range(5):
            tasks.start_soon(ask)
        await anyio.sleep(0.05)
        maker.gate.set()

    assert first.cancelled_caught
    assert answers == [b"0000000000"] * 5
    assert len(maker.made) == 1


async def test_a_task_that_is_cancelled_from_outside_spoils_nothing(maker):
    clips = Clips(make=maker)

    with suppress(TimeoutError):
        await asyncio.wait_for(clips.get(CLIP), 0.05)
    maker.gate.set()

    assert await clips.get(CLIP) == b"0000000000"
    assert len(maker.made) == 1


async def test_a_waiter_who_hangs_up_does_not_stop_the_rendering(maker):
    clips, answers = Clips(make=maker), []

    async def ask():
        answers.append(await clips.get(CLIP))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await to_thread.run_sync(maker.begun.wait, 5)
        with anyio.move_on_after(0.05):
            await clips.get(CLIP)
        maker.gate.set()

    assert answers == [b"0000000000"]


async def test_a_rendering_that_fails_is_tried_again():
    tries = []

    def make(_, kind):
        tries.append(kind)
        if len(tries) == 1:
            raise OSError("The disk is full.")
        return b"made"

    clips = Clips(make=make)

    with pytest.raises(OSError, match="disk"):
        await clips.get(CLIP)

    assert await clips.get(CLIP) == b"made"


async def test_little_is_left_of_a_rendering_but_its_bytes(open_maker):
    clips = Clips(make=open_maker)

    for seed in range(100):
        await clips.get(replace(CLIP, seed=seed))

    assert len(clips._flights) < 10  # an idle worker thread remembers its last task


async def test_the_loop_goes_on_while_a_clip_is_made():
    beats = []

    def make(*_):
        from_thread.run_sync(beats.append, "the loop answers")
        return b"made"

    await Clips(make=make).get(CLIP)

    assert beats == ["the loop answers"]
