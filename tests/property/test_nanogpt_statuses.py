"""Laws of NanoGPT's statuses, over HTTP: for any model, seed, scenario, and any habit of asking."""

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mockserver.providers.nanogpt.catalogue import models
from tests.kit import Mock
from tests.witness import conform

PHOTO, CLIP, VOICE = (f"https://assets.example.com/{name}" for name in ("cat.jpg", "clip.mp4", "voice.mp3"))
EVERYTHING = {
    "prompt": "A gentle wave",
    "script": "Once upon a time.",
    "imageUrl": PHOTO,
    "videoUrl": CLIP,
    "audioUrl": VOICE,
    "voice_id": "genshin_vindi2",
    "swapImage": PHOTO,
    "targetVideo": CLIP,
    "projectId": "proj_of_mine",
}
"""An order that has what any model could need: a model takes what it knows and leaves the rest."""
FREELY = {"nanogpt__balance": "100000", "nanogpt__recovers_per_minute": None}
SCENARIOS = ("succeeds", "slow", "stuck", "fails", "moderated_late", "cancelled", "expires_early")
PLACES = {
    "IN_QUEUE": 0, "IN_PROGRESS": 1, "COMPLETED": 2, "FAILED": 2, "CANCELED": 2,
    "pending": 0, "queued": 0, "processing": 1, "completed": 2, "failed": 2, "cancelled": 2,
    "PENDING": 0, "PROCESSING": 1,
}  # fmt: skip
"""Where each documented word stands in a job's life."""
ADDRESSES = ("/api/video/status", "/api/generate-video/status", "/api/generate-video/recover", "/api/v1/video/status")

orders = st.fixed_dictionaries(
    {
        "model": st.sampled_from(sorted(models())),
        "duration": st.sampled_from([None, 4, 5, 8, 10, 30, 60]),
        "resolution": st.sampled_from([None, "480p", "1080p"]),
    }
)
pauses = st.lists(st.sampled_from([0, 0.001, 1, 5, 12.5, 60, 200]) | st.floats(0, 1000), min_size=1, max_size=12)
seeds = st.integers(0, 2**32)
scenarios = st.sampled_from(SCENARIOS)


async def submitted(mock, order, scenario):
    """Submit an order; a client with the key, and the job's id."""
    client = mock.client({"x-api-key": "sk-nano-test", "x-mock-scenario": scenario})
    response = await client.post("/api/generate-video", json=EVERYTHING | order)
    assert response.status_code == 202, response.text
    return client, response.json()["runId"]


async def asked(client, run_id, address):
    """Poll at one of the addresses; the body, or None where a job that is no story has none."""
    names = {"runId": run_id, "requestId": run_id, "projectId": "proj_of_mine"}
    response = await client.get(address, params={} if "recover" in address else names)
    assert response.status_code == 200 or "v1" in address, response.text
    return response.json() if response.status_code == 200 else None


def word_of(body):
    """The status in any of the shapes."""
    if "status" in body:
        return body["status"]
    data = body["data"]
    return (data if isinstance(data, dict) else data[0])["status"]


@settings(max_examples=60)
@pytest.mark.clause("nanogpt.status.in-order", "nanogpt.status.end-is-for-good", "nanogpt.status.pending-only-once")
@given(orders, seeds, scenarios, pauses)
def test_no_status_goes_back_and_ends_are_for_good(order, seed, scenario, pauses):
    async def check():
        async with Mock("nanogpt", seed=seed, **FREELY) as mock:
            client, run_id = await submitted(mock, order, scenario)
            seen = {address: [] for address in ADDRESSES}
            for pause in (0, *pauses):
                await mock.advance(pause)
                for address, bodies in seen.items():
                    bodies.append(await asked(client, run_id, address))
        for address, bodies in seen.items():
            judge(address, [body for body in bodies if body is not None])

    asyncio.run(check())


def judge(address, bodies):
    """The bodies that were read at one address, in order, must tell of a life that only goes on."""
    words = [word_of(body) for body in bodies]
    places = [PLACES[word] for word in words]
    assert places == sorted(places), (address, words)
    ended = [body for body, place in zip(bodies, places, strict=True) if place == 2]
    assert all(body == ended[0] for body in ended)
    if address == "/api/video/status":
        assert "pending" not in words
        for body in bodies:
            conform("nanogpt", "StatusNested", body)


@settings(max_examples=60)
@pytest.mark.clause("nanogpt.status.flat-progress", "nanogpt.status.flat-nulls")
@given(orders, seeds, scenarios, pauses)
def test_flat_progress_never_falls_and_the_time_that_is_left_never_grows(order, seed, scenario, pauses):
    async def check():
        async with Mock("nanogpt", seed=seed, nanogpt__status_shape="flat", **FREELY) as mock:
            client, run_id = await submitted(mock, order, scenario)
            bodies = []
            for pause in (0, *pauses):
                await mock.advance(pause)
                bodies.append(await asked(client, run_id, "/api/video/status"))
        progress = [body["progress"] for body in bodies]
        left = [body["estimatedTimeRemaining"] for body in bodies]
        assert progress == sorted(progress)
        assert left == sorted(left, reverse=True) if scenario != "stuck" else set(left) == {None}
        for body in bodies:
            conform("nanogpt", "StatusFlat", body)
            assert (body["videoUrl"] is not None) == (body["status"] == "completed")
            assert (body["error"] is not None) == (body["status"] == "failed")
            assert (body["completedAt"] is not None) == (body["status"] in {"completed", "failed", "cancelled"})

    asyncio.run(check())


@settings(max_examples=40)
@given(orders, seeds, scenarios, pauses, st.integers(1, 4))
def test_polling_changes_nothing(order, seed, scenario, pauses, often):
    async def go(polls):
        async with Mock("nanogpt", seed=seed, **FREELY) as mock:
            client, run_id = await submitted(mock, order, scenario)
            for pause in pauses:
                await mock.advance(pause)
                for _ in range(polls):
                    for address in ADDRESSES:
                        await asked(client, run_id, address)
            answers = [await asked(client, run_id, address) for address in ADDRESSES]
            job = (await mock.control.get(f"jobs/{run_id}")).json()
            return answers, job, await mock.account("sk-nano-test")

    assert asyncio.run(go(often)) == asyncio.run(go(0))
