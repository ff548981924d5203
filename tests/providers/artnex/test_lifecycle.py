"""A job's life, and the ways in which it can be made to go."""

from statistics import mean

import pytest

from mockserver.core.chance import Draw
from mockserver.providers.artnex.catalogue import MODELS
from mockserver.providers.artnex.timeline import life

from .conftest import PROMPT, customer_of


async def course(mock, customer, **body):
    """Submit, and poll every 5 seconds for 5 minutes of mock time, as the document advises: the statuses, in order."""
    request_id = await customer.submit(**body)
    seen = []
    for _ in range(60):
        seen.append((await customer.status(request_id))["status"])
        if seen[-1] in {"completed", "error"}:
            break
        await mock.advance(5)
    return seen


def seconds(model, length, occasion=0):
    return life(MODELS[model].pace, length, Draw(1, occasion)).total_seconds()


@pytest.mark.clause("artnex.lifecycle.half-a-minute-to-minutes", "artnex.lifecycle.within-five-minutes")
@pytest.mark.parametrize("model", MODELS)
def test_a_job_takes_half_a_minute_at_least_and_five_minutes_at_most(model):
    lives = [seconds(model, length, draw) for length in MODELS[model].durations for draw in range(50)]

    assert min(lives) >= 30
    assert max(lives) <= 300


@pytest.mark.clause("artnex.lifecycle.by-model-and-length")
def test_longer_clips_take_longer_and_models_differ():
    def typical(model, length):
        return mean(seconds(model, length, draw) for draw in range(50))

    assert typical("veo3.1", 4) < typical("veo3.1", 6) < typical("veo3.1", 8)
    assert typical("sora-2", 4) < typical("sora-2", 8) < typical("sora-2", 12)
    assert typical("veo3-fast", 8) < typical("veo3.1", 8)
    assert typical("sora-2", 8) < typical("sora-2-pro", 8)


@pytest.mark.clause("artnex.lifecycle.pending-all-along", "artnex.lifecycle.within-five-minutes")
@pytest.mark.parametrize(("model", "duration"), [("veo3-fast", 4), ("kling-v2.6-pro", 16), ("sora-2-pro", 12)])
async def test_a_job_is_pending_until_it_is_completed(mock, customer, model, duration):
    seen = await course(mock, customer, model=model, duration=duration)

    assert len(seen) > 6
    assert seen == ["pending"] * (len(seen) - 1) + ["completed"]


async def test_with_an_auto_clock_the_second_poll_finds_it_completed(serve):
    customer = customer_of(await serve("artnex", clock="auto"))
    request_id = await customer.submit()

    assert [(await customer.status(request_id))["status"] for _ in range(3)] == ["pending", "completed", "completed"]


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_a_slow_job_takes_ten_times_as_long(serve):
    lives = []
    for scenario in ("succeeds", "slow"):
        mock = await serve("artnex", seed=5)
        await mock.queue(scenario)
        request_id = await customer_of(mock).submit()
        lives.append(mock.house.job(request_id).timeline.length)

    assert lives[1] == 10 * lives[0]


@pytest.mark.clause("artnex.lifecycle.scenarios")
@pytest.mark.parametrize("scenario", ["stuck", "never_ready"])
async def test_a_stuck_job_is_pending_for_good(mock, customer, scenario):
    await mock.queue(scenario)
    request_id = await customer.submit()

    await mock.advance(365 * 24 * 3600)

    assert (await customer.status(request_id))["status"] == "pending"


@pytest.mark.clause("artnex.lifecycle.scenarios")
@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("fails", "generation_failed"),
        ("partial", "generation_failed"),
        ("upload_fails", "generation_failed"),
        ("cancelled", "cancelled"),
    ],
)
async def test_a_job_can_end_badly_half_way_through(mock, customer, scenario, code):
    typical = life(MODELS["veo3.1"].pace, 8, Draw(1)).total_seconds()
    await mock.queue(scenario)
    request_id = await customer.submit(duration=8)

    await mock.advance(typical / 3)
    before = await customer.status(request_id)
    await mock.advance(typical / 3)
    after = await customer.status(request_id)

    assert before["status"] == "pending"
    assert (after["status"], after["error"]) == ("error", code)


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_a_failure_can_be_put_where_one_wants_it(mock, customer):
    await mock.queue("fails", at=0)

    assert (await customer.status(await customer.submit()))["status"] == "error"


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_what_fails_once_succeeds_when_it_is_sent_again(mock):
    customer = customer_of(mock, **{"x-mock-scenario": "fails_once"})

    ids = [await customer.submit() for _ in range(2)]
    await mock.until_idle()

    assert [(await customer.status(request_id))["status"] for request_id in ids] == ["error", "completed"]


@pytest.mark.clause("artnex.lifecycle.moderated")
async def test_a_moderated_submission_is_refused_and_costs_nothing(mock, customer):
    assert await customer.refused(prompt="[[mock: moderated]]") == (422, "content_policy_violation")
    assert (await mock.account("artnex-test"))["available"] == "100000"


@pytest.mark.clause("artnex.lifecycle.moderated")
async def test_a_submission_that_is_moderated_late_ends_as_error(finished):
    answer = await finished(prompt=f"{PROMPT} [[mock: moderated_late]]")

    assert (answer["status"], answer["error"]) == ("error", "content_policy_violation")


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_a_job_can_complete_without_a_link(mock):
    customer = customer_of(mock, judged=False)
    request_id = await customer.submit(prompt="[[mock: empty_result]]")
    await mock.until_idle()

    answer = await customer.status(request_id)

    assert answer["status"] == "completed"
    assert "video_url" not in answer
    assert (await customer.http.get(f"/media/artnex/video/{request_id}.mp4")).status_code == 404


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_a_link_can_die_a_second_after_completion(mock, customer):
    request_id = await customer.submit(prompt="[[mock: expires_early]]")
    await mock.until_idle()
    link = (await customer.status(request_id))["video_url"]

    await mock.advance(1)

    assert (await customer.http.get(link)).status_code == 404


@pytest.mark.clause("artnex.lifecycle.scenarios")
async def test_a_status_that_no_document_knows_is_shown_once(mock):
    seen = await course(mock, customer_of(mock, judged=False), prompt="[[mock: unknown_status]]", duration=8)

    assert list(dict.fromkeys(seen)) == ["pending", "reviewing", "completed"]
    assert seen.index("reviewing") > 0
    assert seen[seen.index("reviewing") :].count("pending") > 0


@pytest.mark.parametrize(("how", "code"), [("failed", "generation_failed"), ("cancelled", "cancelled")])
async def test_a_job_can_be_ended_by_hand(mock, customer, how, code):
    request_id = await customer.submit()

    await mock.end(request_id, how)

    assert (await customer.status(request_id))["error"] == code


async def test_a_job_can_be_completed_by_hand(mock, customer):
    request_id = await customer.submit()

    await mock.end(request_id, "done")

    assert (await customer.status(request_id))["video_url"].endswith(f"{request_id}.mp4")
