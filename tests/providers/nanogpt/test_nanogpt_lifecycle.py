"""How jobs go: how long they take, and the scenarios that decide it."""

import json
from collections import Counter

import pytest

from tests.providers.nanogpt.kit import CLIP, KEY, LINK, accepted, client_of, ended, going, legacy, order, unified

POLICY = {
    "error": {
        "message": "Your prompt was blocked due to safety concerns. Please modify your prompt.",
        "type": "CONTENT_POLICY_VIOLATION",
    },
    "status": 400,
}
DAY = 86400

# Ways to say how a job is to go: each gives a client and the order's fields ------------------------------------------


async def by_header(nano, scenario):
    return going(nano, scenario), {}


async def by_directive(nano, scenario):
    return client_of(nano), {"prompt": f"A gentle wave [[mock: {scenario}]] at sunset"}


async def by_key(nano, scenario):
    return client_of(nano, f"sk-scenario-{scenario}"), {}


async def by_queue(nano, scenario):
    await nano.queue(scenario)
    return client_of(nano), {}


WAYS = pytest.mark.parametrize("way", [by_header, by_directive, by_key, by_queue], ids=lambda way: way.__name__)


async def data_after(nano, client, seconds, **fields):
    """Submit an order and poll it so many seconds later."""
    run_id = (await accepted(client, **fields))["runId"]
    await nano.advance(seconds)
    return (await unified(client, run_id))["data"]


@WAYS
async def test_succeeds(nano, way):
    client, fields = await way(nano, "succeeds")

    assert (await data_after(nano, client, 360, **fields))["status"] == "COMPLETED"


@pytest.mark.clause("nanogpt.lifecycle.slow")
@WAYS
async def test_slow(nano, way):
    client, fields = await way(nano, "slow")
    run_id = (await accepted(client, **fields))["runId"]
    words = []
    for _ in range(4):  # the sample client of document 002 gives up after ten minutes; ten lives are 30 to 60
        await nano.advance(900)
        words.append((await unified(client, run_id))["data"]["status"])

    assert words[0] == "IN_PROGRESS"
    assert words[-1] == "COMPLETED"


@pytest.mark.clause("nanogpt.lifecycle.stuck")
@WAYS
async def test_stuck(nano, way):
    client, fields = await way(nano, "stuck")
    run_id = (await accepted(client, **fields))["runId"]
    assert (await unified(client, run_id))["data"]["status"] == "IN_QUEUE"

    for later in (30, 600, DAY, 3650 * DAY):
        await nano.advance(later)
        assert (await unified(client, run_id))["data"]["status"] == "IN_PROGRESS"


@pytest.mark.clause("nanogpt.lifecycle.fails")
@WAYS
async def test_fails(nano, way):
    client, fields = await way(nano, "fails")
    data = await data_after(nano, client, 360, **fields)

    assert (data["status"], data["isNSFWError"], data["error"]) == ("FAILED", False, "Video generation failed")


@pytest.mark.clause("nanogpt.lifecycle.moderated")
@WAYS
async def test_moderated(nano, way):
    client, fields = await way(nano, "moderated")
    response = await order(client, **fields)

    assert (response.status_code, response.json()) == (400, POLICY)
    assert (await client.get("/api/generate-video/recover")).json() == {"data": []}
    assert (await client.post("/api/check-balance")).json()["usd_balance"] == "50"


@pytest.mark.clause("nanogpt.lifecycle.moderated-late")
@WAYS
async def test_moderated_late(nano, way):
    client, fields = await way(nano, "moderated_late")
    data = await data_after(nano, client, 360, **fields)

    assert (data["status"], data["isNSFWError"], data["error"]) == ("FAILED", True, "Content policy violation")


@pytest.mark.clause("nanogpt.lifecycle.cancelled")
@WAYS
async def test_cancelled(nano, way):
    client, fields = await way(nano, "cancelled")

    assert (await data_after(nano, client, 360, **fields))["status"] == "CANCELED"


async def test_the_stronger_way_counts(nano):
    await nano.queue("stuck")
    key, header = "sk-scenario-cancelled", {"x-mock-scenario": "fails"}
    directive = {"prompt": "A wave [[mock: moderated_late]]"}

    header_first = await data_after(nano, client_of(nano, key, **header), 360, **directive)
    then_directive = await data_after(nano, client_of(nano, key), 360, **directive)
    then_key = await data_after(nano, client_of(nano, key), 360)
    then_queue = await data_after(nano, client_of(nano), 360)
    at_last = await data_after(nano, client_of(nano), 360)

    assert (header_first["status"], header_first["isNSFWError"]) == ("FAILED", False)
    assert (then_directive["status"], then_directive["isNSFWError"]) == ("FAILED", True)
    assert [then_key["status"], then_queue["status"], at_last["status"]] == ["CANCELED", "IN_PROGRESS", "COMPLETED"]


async def test_the_queue_serves_so_many_jobs_in_turn(nano, client):
    await nano.queue("fails", times=2)
    await nano.queue("cancelled")

    words = [(await data_after(nano, client, 360))["status"] for _ in range(4)]

    assert words == ["FAILED", "FAILED", "CANCELED", "COMPLETED"]


@pytest.mark.parametrize(
    "field", [{"negative_prompt": "[[mock: fails]]"}, {"model": "longstories-movie", "script": "[[mock: fails]]"}]
)
async def test_a_directive_may_stand_in_any_text(nano, client, field):
    assert (await data_after(nano, client, 360, **field))["status"] == "FAILED"


async def test_the_scenarios_are_off_in_a_pure_server(serve):
    mock = await serve("nanogpt", pure=True)
    client = client_of(mock, "sk-scenario-stuck", **{"x-mock-scenario": "stuck"})

    assert (await data_after(mock, client, 360, prompt="[[mock: stuck]]"))["status"] == "COMPLETED"


@pytest.mark.parametrize("scenario", ["fails", "moderated_late", "cancelled"])
async def test_at_says_when_it_happens(serve, scenario):
    ends = []
    for text in (f"{scenario} at=0", f"{scenario} at=0.25", scenario, f"{scenario} at=1", "succeeds"):
        mock = await serve("nanogpt", nanogpt__status_shape="flat")
        client = going(mock, text, judging=False)
        ends.append((await unified(client, (await accepted(client))["runId"]))["estimatedTimeRemaining"])

    life = ends[4]
    assert ends[:4] == [pytest.approx(part * life, abs=0.001) for part in (0, 0.25, 0.5, 1)]


# How the others end: the nearest that NanoGPT has words for -----------------------------------------------------------


@pytest.mark.parametrize("scenario", ["partial", "upload_fails"])
async def test_what_nanogpt_cannot_tell_apart_fails(nano, scenario):
    assert (await data_after(nano, going(nano, scenario), 360))["error"] == "Video generation failed"


async def test_an_upload_that_is_never_ready_is_stuck(nano):
    assert (await data_after(nano, going(nano, "never_ready"), 365 * DAY))["status"] == "IN_PROGRESS"


async def test_fails_once_succeeds_when_the_same_request_is_sent_again(nano):
    client = going(nano, "fails_once")

    words = [(await data_after(nano, client, 360, prompt=text))["status"] for text in ("One", "Two", "One", "Two")]

    assert words == ["FAILED", "FAILED", "COMPLETED", "COMPLETED"]


async def test_the_link_of_expires_early_dies_a_second_after_completion(nano):
    client = going(nano, "expires_early")
    run_id = await ended(nano, client, resolution="480p")
    url = (await unified(client, run_id))["data"]["output"]["video"]["url"]

    await nano.advance(0.999)
    assert (await client.get(url)).status_code == 200
    await nano.advance(0.001)
    assert (await client.get(url)).status_code == 403
    assert (await unified(client, run_id))["data"]["status"] == "COMPLETED"


async def test_an_empty_result_is_completed_without_a_link(nano):
    client = going(nano, "empty_result", judging=False)
    run_id = await ended(nano, client)

    assert (await unified(client, run_id))["data"] == {"status": "COMPLETED", "requestId": run_id, "cost": 0.4}
    assert (await legacy(client, run_id))["data"] == {"status": "COMPLETED", "request_id": run_id, "cost": 0.4}


async def polled_words(serve, scenario, **settings):
    """The words that polls read which move time themselves."""
    mock = await serve("nanogpt", clock="auto", **settings)
    client = going(mock, scenario, judging=False)
    run_id = (await accepted(client))["runId"]
    answers = [await unified(client, run_id) for _ in range(7)]
    return [answer.get("status") or answer["data"]["status"] for answer in answers]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("succeeds", ["IN_QUEUE", "IN_PROGRESS", *["COMPLETED"] * 5]),
        ("fails", ["IN_QUEUE", "IN_PROGRESS", *["FAILED"] * 5]),
        ("stuck", ["IN_QUEUE", *["IN_PROGRESS"] * 6]),
        ("unknown_status", ["IN_QUEUE", "IN_PROGRESS", "REVIEWING", "IN_PROGRESS", *["COMPLETED"] * 3]),
        ("goes_back", ["IN_QUEUE", "IN_PROGRESS", "IN_QUEUE", "IN_PROGRESS", *["COMPLETED"] * 3]),
    ],
)
async def test_polls_that_move_time_see_each_state_in_order(serve, scenario, words):
    assert await polled_words(serve, scenario) == words


async def test_an_unknown_status_is_unknown_in_the_flat_shape_too(serve):
    words = await polled_words(serve, "unknown_status", nanogpt__status_shape="flat")

    assert words == ["queued", "processing", "reviewing", "processing", *["completed"] * 3]


async def test_a_scenario_that_is_none_is_refused_in_the_mocks_own_voice(nano):
    response = await order(going(nano, "sucseeds", judging=False))

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_scenario"
    assert "succeeds" in response.json()["error"]["message"]


# How long it takes ---------------------------------------------------------------------------------------------------

SHORT = [
    {"model": "hunyuan-video"},
    {"model": "veo2-video", "duration": "5s"},
    {"model": "veo3-video"},
    {"model": "kling-video-v2", "duration": 10},
    {"model": "kling-v21-standard", "imageUrl": LINK, "duration": 5},
    {"model": "seedance-video", "duration": 10},
    {"model": "wan-video-image-to-video", "imageUrl": LINK},
    {"model": "grok-imagine-video", "duration": 6},
    {"model": "midjourney-video", "imageUrl": LINK},
    {"model": "sora-2", "seconds": "8"},
    {"model": "video-upscaler", "videoUrl": CLIP, "videoDuration": 9},
]


async def lives(serve, orders, **settings):
    """How many seconds each of these jobs takes, as the flat status says at its submission."""
    mock = await serve(
        "nanogpt",
        nanogpt__status_shape="flat",
        nanogpt__balance="1000000",
        nanogpt__submits_per_minute=None,
        **settings,
    )
    client = client_of(mock, judging=False)
    found = []
    for fields in orders:
        run_id = (await accepted(client, **fields))["runId"]
        found.append((await unified(client, run_id))["estimatedTimeRemaining"])
    return found


@pytest.mark.clause("nanogpt.lifecycle.three-to-six-minutes")
@pytest.mark.parametrize("fields", SHORT, ids=lambda fields: fields["model"])
async def test_a_clip_of_five_to_ten_seconds_takes_three_to_six_minutes(serve, nano, client, fields):
    assert all(180 <= life <= 360 for life in await lives(serve, [fields] * 100))

    run_id = (await accepted(client, **fields))["runId"]
    await nano.advance(179)
    assert (await unified(client, run_id))["data"]["status"] == "IN_PROGRESS"
    await nano.advance(181)
    assert (await unified(client, run_id))["data"]["status"] == "COMPLETED"


@pytest.mark.clause("nanogpt.lifecycle.within-ten-minutes")
@pytest.mark.parametrize(
    "fields",
    [
        *SHORT,
        {"model": "veo2-video", "duration": 30},
        {"model": "longstories-movie", "script": "Once upon a time.", "duration": 600},
        {"model": "bytedance/seedance-2.5", "duration": 30},
        {"model": "lightricks-ltx-2-fast", "duration": 20},
        {"model": "video-upscaler", "videoUrl": CLIP, "videoDuration": 3600},
    ],
    ids=lambda fields: f"{fields['model']}-{fields.get('duration', '')}",
)
async def test_the_sample_client_of_document_002_sees_every_job_end(serve, fields):
    mock = await serve("nanogpt", nanogpt__balance="1000")
    client = client_of(mock)
    run_id = (await accepted(client, **fields))["runId"]
    for _ in range(120):
        if (await legacy(client, run_id))["data"]["status"] == "COMPLETED":
            return
        await mock.advance(5)
    pytest.fail("Video generation timed out")


@pytest.mark.clause("nanogpt.lifecycle.longer-takes-longer")
@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize(
    ("model", "durations"),
    [("veo2-video", range(5, 31)), ("kling-video-v2", [5, 10]), ("grok-imagine-video", range(1, 16))],
)
async def test_a_longer_clip_takes_no_less_time(serve, model, durations, seed):
    found = [(await lives(serve, [{"model": model, "duration": each}], seed=seed))[0] for each in durations]

    assert found == sorted(found)
    assert found[0] < found[-1]


@pytest.mark.clause("nanogpt.lifecycle.varies-by-seed")
@pytest.mark.parametrize("model", ["hunyuan-video", "grok-imagine-video", "kling-video-v2"])
async def test_lives_vary_and_the_same_seed_gives_the_same_again(serve, model):
    orders = [{"model": model, "duration": 10}] * 40

    one, again, other = [await lives(serve, orders, seed=seed) for seed in (1, 1, 2)]

    assert one == again
    assert one != other
    assert Counter(one).most_common(1)[0][1] < 4


@pytest.mark.clause("nanogpt.lifecycle.slow")
async def test_slow_is_ten_lives(serve):
    usual, slow = [await lives(serve, [{"prompt": text}]) for text in ("A wave", "A wave [[mock: slow]]")]

    assert slow == [pytest.approx(10 * usual[0], abs=0.001)]


async def test_a_job_can_be_ended_by_hand(nano, client):
    for how, word in (("done", "COMPLETED"), ("failed", "FAILED"), ("cancelled", "CANCELED")):
        run_id = (await accepted(client))["runId"]
        await nano.end(run_id, how)
        first = (await unified(client, run_id))["data"]
        await nano.advance(600)
        assert first["status"] == word
        assert (await unified(client, run_id))["data"] == first
    assert json.loads((await nano.account(KEY))["spent"]) == 0.4
