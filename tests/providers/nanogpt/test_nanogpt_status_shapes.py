"""The unified status in its other shapes: flat, both at once, as in 2025; and refusals in guide style."""

from itertools import pairwise

import pytest

from tests.providers.nanogpt.kit import UNIFIED, accepted, ended, going, unified
from tests.witness import conform

DOCUMENTED_POLLS = 120  # every five seconds: document 002, lines 156-157
FLAT = {
    "requestId", "status", "videoUrl", "error", "createdAt", "completedAt", "progress", "estimatedTimeRemaining",
}  # fmt: skip


@pytest.fixture
async def flat(serve):
    return await serve("nanogpt", nanogpt__status_shape="flat")


async def flatly(client, run_id):
    body = await unified(client, run_id)
    conform("nanogpt", "StatusFlat", body)
    return body


def unjudged(mock, scenario="succeeds"):
    """A client of a server whose answers are not those of the default settings."""
    return going(mock, scenario, judging=False)


@pytest.mark.clause("nanogpt.status.flat", "nanogpt.status.flat-nulls")
async def test_the_flat_answer_has_all_at_the_top(flat):
    client = unjudged(flat)
    run_id = (await accepted(client))["runId"]

    waiting = await flatly(client, run_id)
    assert set(waiting) == FLAT
    left = waiting.pop("estimatedTimeRemaining")
    assert waiting == {
        "requestId": run_id,
        "status": "queued",
        "videoUrl": None,
        "error": None,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "completedAt": None,
        "progress": 0,
    }
    await flat.advance(left)
    done = await flatly(client, run_id)
    assert (await flat.client().get(done["videoUrl"])).headers["content-type"] == "video/mp4"
    assert done["createdAt"] == "2026-01-01T00:00:00.000Z"
    assert done["completedAt"] > "2026-01-01T00:03:00.000Z"
    assert (done["status"], done["error"], done["progress"]) == ("completed", None, 100)


@pytest.mark.clause("nanogpt.status.flat-nulls")
async def test_a_flat_answer_without_a_result_is_completed_without_a_link(flat):
    client = unjudged(flat, "empty_result")
    run_id = (await accepted(client))["runId"]
    await flat.until_idle()

    told = await flatly(client, run_id)

    assert (told["status"], told["videoUrl"], told["progress"]) == ("completed", None, 100)


@pytest.mark.clause("nanogpt.status.flat-words")
@pytest.mark.parametrize(
    ("scenario", "end"), [("succeeds", "completed"), ("fails", "failed"), ("cancelled", "cancelled")]
)
async def test_the_flat_words(flat, scenario, end):
    client = unjudged(flat, scenario)
    run_id = (await accepted(client))["runId"]
    words = []
    for _ in range(DOCUMENTED_POLLS):
        words.append((await flatly(client, run_id))["status"])
        await flat.advance(5)

    assert list(dict.fromkeys(words)) == ["queued", "processing", end]
    assert words == sorted(words, key=["queued", "processing", end].index)


@pytest.mark.clause("nanogpt.status.flat-nulls")
@pytest.mark.parametrize(
    ("scenario", "error"), [("fails", "Video generation failed"), ("moderated_late", "Content policy violation")]
)
async def test_a_flat_failure_has_an_error_and_no_link(flat, scenario, error):
    client = unjudged(flat, scenario)
    run_id = (await accepted(client))["runId"]
    await flat.advance(30)
    working = await flatly(client, run_id)
    assert [working[name] for name in ("videoUrl", "error", "completedAt")] == [None, None, None]

    await flat.until_idle()
    failed = await flatly(client, run_id)

    assert (failed["error"], failed["videoUrl"]) == (error, None)
    assert "2026-01-01T00:00:30.000Z" < failed["completedAt"] < "2026-01-01T00:06:00.000Z"


@pytest.mark.clause("nanogpt.status.flat-nulls")
async def test_a_flat_cancellation_has_neither_error_nor_link(flat):
    client = unjudged(flat, "cancelled")
    cancelled = await flatly(client, await ended(flat, client))

    assert (cancelled["error"], cancelled["videoUrl"]) == (None, None)
    assert cancelled["completedAt"].startswith("2026-01-01T00:0")


@pytest.mark.clause("nanogpt.status.flat-progress")
async def test_flat_progress_rises_to_100_and_the_time_that_is_left_falls_to_0(flat):
    client = unjudged(flat)
    run_id = (await accepted(client))["runId"]
    answers = []
    for _ in range(DOCUMENTED_POLLS):
        answers.append(await flatly(client, run_id))
        await flat.advance(5)
    progress = [answer["progress"] for answer in answers]
    left = [answer["estimatedTimeRemaining"] for answer in answers]

    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (0, 100)
    assert max(later - earlier for earlier, later in pairwise(progress)) <= 5  # a poll is a fiftieth of the life
    assert all((one == 100) == (answer["status"] == "completed") for one, answer in zip(progress, answers, strict=True))
    assert left == sorted(left, reverse=True)
    assert left[0] > 180
    assert left[-1] == 0
    assert all((seconds == 0) == (one == 100) for seconds, one in zip(left, progress, strict=True))


@pytest.mark.clause("nanogpt.status.superset")
@pytest.mark.parametrize(
    ("scenario", "word"), [("succeeds", "completed"), ("fails", "failed"), ("stuck", "processing")]
)
async def test_the_superset_is_both_answers_in_one(serve, nano, flat, scenario, word):
    both = await serve("nanogpt", nanogpt__status_shape="superset")
    answers = []
    for mock in (nano, flat, both):
        client = unjudged(mock, scenario)
        run_id = (await accepted(client))["runId"]
        await mock.advance(600)
        answers.append(await unified(client, run_id))
    nested, flatter, superset = answers

    conform("nanogpt", "StatusSuperset", superset)
    assert set(superset) == {"requestId", "model", "data"} | FLAT
    assert superset["status"] == word
    assert superset == flatter | nested


@pytest.mark.clause("nanogpt.status.nested")
@pytest.mark.parametrize(
    ("scenario", "end"), [("succeeds", "COMPLETED"), ("fails", "FAILED"), ("cancelled", "CANCELED")]
)
async def test_the_generation_of_2025_has_the_same_shape(serve, scenario, end):
    mock = await serve("nanogpt", nanogpt__profile="2025")
    client = unjudged(mock, scenario)
    run_id = (await accepted(client))["runId"]
    answers = []
    for seconds in (0, 30, 600):
        await mock.advance(seconds)
        answers.append(await unified(client, run_id))

    for answer in answers:
        conform("nanogpt", "StatusNested2025", answer)
        assert answer["requestId"] == run_id
    assert [answer["data"]["status"] for answer in answers] == ["IN_QUEUE", "IN_PROGRESS", end]


@pytest.mark.clause("nanogpt.status.missing-id", "nanogpt.status.unknown-id")
@pytest.mark.parametrize(
    ("params", "status", "message", "kind"),
    [
        ({}, 400, "Missing requestId", "invalid_request_error"),
        ({"runId": "vid_1"}, 404, "Video generation request not found", "not_found_error"),
    ],
)
async def test_in_guide_style_a_refusal_is_an_object(serve, params, status, message, kind):
    mock = await serve("nanogpt", nanogpt__errors="guide")

    response = await unjudged(mock).get(UNIFIED, params=params)

    conform("nanogpt", "ErrorGuide", response.json())
    assert (response.status_code, response.json()) == (status, {"error": {"message": message, "type": kind}})
