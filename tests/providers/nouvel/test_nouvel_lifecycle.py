"""The life of a job: stages, progress, ends."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.chance import Draw
from mockserver.core.clock import START
from mockserver.core.jobs import Job
from mockserver.core.scenarios import Scenario
from mockserver.providers.nouvel import timeline
from mockserver.providers.nouvel.catalogue import Order
from mockserver.providers.nouvel.outputs import jobs as jobs_told

from .conftest import HAT, JACKET, MINUTE, SHOES, customer_of

STAGES = ["preparing", "video", "audio", "lip_sync", "stitching"]
LENGTHS = {"preparing": 60, "video": 600, "audio": 30, "lip_sync": 240, "stitching": 60}
WORDS = {
    "preparing": "preparing",
    "video": "generating",
    "audio": "post_processing",
    "lip_sync": "post_processing",
    "stitching": "stitching",
}
BASE = "http://mock.test".__add__
BANDS = {"preparing": (0, 20), "video": (20, 70), "audio": (70, 72), "lip_sync": (72, 85), "stitching": (85, 99)}


async def polled(mock, customer, job_id, *, every=5, until=1300):
    """Poll a job every few seconds: pairs of elapsed seconds and status, the last one of the ended job."""
    customer = customer_of(mock, judged=False)
    await mock.set_account("nvl_test", limits={"requests_per_minute": None})
    found = []
    for elapsed in range(0, until, every):
        found.append((elapsed, await customer.job(job_id)))
        if found[-1][1]["status"] != "running":
            break
        await mock.advance(every)
    return found


def job_of(scenario="succeeds", videos=1, seed=1, at=None):
    """A job as the house lays it out, for looking at its times without a server."""
    how = Scenario(scenario, at)
    parts = timeline.lives(how, timeline.doomed(how, videos), videos, Draw(seed))
    order = Order(urls=(SHOES,) * videos, variants=1, ids=tuple(map(str, range(videos))))
    return Job("job", "nouvel", "key", START, timeline.whole(parts, how), 1, "when_done", order, seed, scenario, parts)


def overall(job, now):
    each = [timeline.progress(moment) for moment in timeline.moments(job, now)]
    return timeline.overall(each, ended=job.at(now).stage.ends)


jobs = st.builds(
    job_of,
    scenario=st.sampled_from(["succeeds", "slow", "stuck", "fails", "partial", "cancelled", "unknown_status"]),
    videos=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
    at=st.none() | st.floats(0, 1),
)
instants = st.timedeltas(timedelta(0), timedelta(hours=4))


# Stages ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("nouvel.lifecycle.stages", "nouvel.status.words", "nouvel.lifecycle.project-words")
async def test_a_video_passes_the_stages_in_order(mock, customer):
    found = await polled(mock, customer, await customer.submit())
    stages = list(dict.fromkeys(status["stage"] for _, status in found))
    pairs = {(status["stage"], status["projects"][0]["status"]) for _, status in found[:-1]}

    assert stages == STAGES
    assert pairs == set(WORDS.items())
    assert {status["status"] for _, status in found[:-1]} == {"running"}
    assert found[-1][1]["status"] == "completed"
    assert found[-1][1]["projects"][0]["status"] == "completed"


@pytest.mark.clause("nouvel.lifecycle.stage-lengths", "nouvel.lifecycle.variation")
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_the_stages_last_about_as_long_as_the_table_says(seed, videos):
    for part in job_of(seed=seed, videos=videos).parts:
        lengths = {stage.word: stage.lasts.total_seconds() for stage in part.stages[:-1]}
        assert list(lengths) == STAGES
        for name, lasts in lengths.items():
            assert LENGTHS[name] * 0.92 <= lasts <= LENGTHS[name] * 1.08


@pytest.mark.clause("nouvel.lifecycle.variation")
async def test_videos_vary_and_a_seed_repeats(serve):
    async def ends(seed):
        mock = await serve("nouvel", seed=seed)
        job_id = await customer_of(mock).submit(variantCount=3)
        return [part.length for part in mock.house.job(job_id).parts]

    first = await ends(1)
    assert len(set(first)) == 3
    assert first == await ends(1)
    assert first != await ends(2)


@pytest.mark.clause("nouvel.lifecycle.fifteen-to-twenty-minutes")
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_a_job_takes_fifteen_to_twenty_minutes(seed, videos):
    length = job_of(seed=seed, videos=videos).timeline.length

    assert timedelta(minutes=15) <= length <= timedelta(minutes=20)


@pytest.mark.clause("nouvel.lifecycle.stage-of-several")
async def test_the_stage_of_a_job_is_that_of_its_least_advanced_video(mock, customer):
    order = ["preparing", "generating", "post_processing", "stitching", "completed"]
    found = await polled(mock, customer, await customer.submit(urls=[SHOES, JACKET, HAT], variantCount=3))
    mixed = 0
    for _, status in found[:-1]:
        words = {project["status"] for project in status["projects"]}
        mixed += len(words) > 1
        assert WORDS[status["stage"]] == min(words, key=order.index)
    assert mixed
    assert found[-1][1]["stage"] == "stitching"


@pytest.mark.clause("nouvel.lifecycle.polling-does-not-speed-up")
async def test_polling_more_often_changes_nothing(serve):
    ends = []
    for every in (5, 20):
        mock = await serve("nouvel", seed=3)
        customer = customer_of(mock)
        job_id = await customer.submit()
        await polled(mock, customer, job_id, every=every)
        ends.append(mock.house.job(job_id).ends_at)

    assert ends[0] == ends[1]


# Progress -------------------------------------------------------------------------------------------------------


@pytest.mark.clause(
    "nouvel.lifecycle.bands",
    "nouvel.lifecycle.audio-band",
    "nouvel.lifecycle.progress-range",
    "nouvel.lifecycle.at-most-99-while-running",
    "nouvel.status.projects",
)
async def test_progress_stays_in_the_band_of_its_stage(mock, customer):
    found = await polled(mock, customer, await customer.submit())
    progress = [status["overallProgress"] for _, status in found]
    for _, status in found[:-1]:
        low, high = BANDS[status["stage"]]
        [project] = status["projects"]
        assert set(project) == {"id", "title", "status", "progress"}
        assert low <= project["progress"] <= high
        assert status["overallProgress"] == project["progress"] <= 99

    assert progress == sorted(progress)
    assert progress[0] == 0
    assert progress[-1] == 100
    assert found[-1][1]["projects"][0]["progress"] == 100


@pytest.mark.clause("nouvel.lifecycle.overall-is-the-mean")
async def test_overall_progress_is_the_mean_of_the_videos(mock, customer):
    found = await polled(mock, customer, await customer.submit(urls=[SHOES, JACKET], variantCount=2), every=20)
    for _, status in found[:-1]:
        each = [project["progress"] for project in status["projects"]]
        assert status["overallProgress"] == min(sum(each) // 4, 99)


@pytest.mark.clause("nouvel.lifecycle.overall-is-the-mean")
async def test_a_failed_video_counts_as_over(mock, customer):
    await mock.queue("partial", at=0.1)
    job_id = await customer.submit(variantCount=2)
    await mock.advance(4 * MINUTE)
    status = await customer.job(job_id)
    running, failed = status["projects"]

    assert (failed["status"], failed["progress"], status["failedProjects"]) == ("failed", 100, 1)
    assert running["progress"] < 60
    assert status["overallProgress"] == (running["progress"] + 100) // 2


@pytest.mark.clause("nouvel.lifecycle.at-most-99-while-running", "nouvel.lifecycle.progress-range")
@given(jobs, instants)
def test_a_job_is_at_100_when_it_has_ended_and_only_then(job, elapsed):
    now = START + elapsed

    assert (overall(job, now) == 100) is job.at(now).stage.ends
    assert 0 <= overall(job, now) <= 100


@given(jobs, instants, instants)
def test_progress_and_stage_never_go_back(job, one, other):
    earlier, later = sorted((START + one, START + other))

    assert overall(job, earlier) <= overall(job, later)
    assert STAGES.index(timeline.stage_name(job.at(earlier))) <= STAGES.index(timeline.stage_name(job.at(later)))


@given(jobs, instants)
def test_a_job_ends_when_its_last_video_does(job, elapsed):
    now = START + elapsed
    assert job.at(now).stage.ends == all(moment.stage.ends for moment in timeline.moments(job, now))


@given(jobs, instants, st.lists(st.timedeltas(timedelta(seconds=-15), timedelta(seconds=15)), max_size=8))
def test_an_answer_that_is_told_again_is_the_one_that_would_be_made_anew(job, elapsed, later):
    now = START + elapsed
    for at in [now, now, *(now + by for by in later if elapsed + by >= timedelta(0))]:
        assert jobs_told.status(job, at, BASE) == msgspec.json.encode(jobs_told.in_full(job, at, BASE))


@given(st.sampled_from(["succeeds", "slow", "stuck"]), st.integers(0, 2**32 - 1), instants)
def test_a_video_stays_at_its_percentage_for_as_long_as_is_said(scenario, seed, elapsed):
    job = job_of(scenario, 1, seed)
    moment = job.at(START + elapsed)
    if moment.stage.ends:
        return
    lasts = timeline.steady(moment)
    for part in (lasts / 3, lasts):
        later = job.at(START + elapsed + part)
        assert (later.stage, timeline.progress(later)) == (moment.stage, timeline.progress(moment))


@pytest.mark.clause("nouvel.lifecycle.rests-at-99")
async def test_it_rests_at_99_while_it_still_runs(mock, customer):
    found = await polled(mock, customer, await customer.submit())
    at_99 = [status for _, status in found if status["overallProgress"] == 99]

    assert len(at_99) >= 2
    assert {(status["status"], status["stage"]) for status in at_99} == {("running", "stitching")}


@pytest.mark.clause("nouvel.lifecycle.rests-fifteen-seconds")
@given(
    st.sampled_from(["succeeds", "slow"]),
    st.integers(1, 9),
    st.integers(0, 2**32 - 1),
    st.floats(0, 15, exclude_min=True),
)
def test_the_rest_lasts_fifteen_seconds_at_least(scenario, videos, seed, before):
    job = job_of(scenario, videos, seed)
    now = job.ends_at - timedelta(seconds=before)
    if now < job.ends_at:
        assert overall(job, now) == 99
        assert timeline.stage_name(job.at(now)) == "stitching"


@pytest.mark.clause("nouvel.lifecycle.bands", "nouvel.lifecycle.rests-at-99")
@given(st.sampled_from(["succeeds", "slow"]), st.integers(0, 2**32 - 1))
def test_it_is_at_99_late_in_stitching_and_halfway_through_at_half(scenario, seed):
    job = job_of(scenario, 1, seed)
    lasts = job.timeline.stages[4].lasts
    rises = min(lasts * 3 / 4, lasts - timedelta(seconds=15))
    begins = job.ends_at - lasts

    at = [overall(job, begins + rises * part) for part in (0, 0.25, 0.5, 0.75, 1)]

    assert at[0] == 85
    assert at[1] in {88, 89}
    assert at[2] in {91, 92}
    assert at[3] in {95, 96}
    assert at[4] == 99
    assert overall(job, job.ends_at - timedelta(seconds=15)) == 99


@pytest.mark.clause("nouvel.lifecycle.stuck-at-99")
async def test_a_stuck_job_stays_at_99(mock, customer):
    await mock.queue("stuck")
    job_id = await customer.submit(variantCount=2)
    for minutes in (20, 5, 5, 60 * 24 * 365):
        await mock.advance(minutes * MINUTE)
        status = await customer.job(job_id)
        assert (status["status"], status["stage"], status["overallProgress"]) == ("running", "stitching", 99)
        assert status["completedDetails"] == []


# Ends -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("nouvel.lifecycle.completed", "nouvel.status.words")
async def test_a_job_whose_videos_all_succeed_is_completed(mock, customer, finished):
    status = await finished(urls=[SHOES, JACKET])

    assert (status["status"], status["completedProjects"], status["failedProjects"]) == ("completed", 2, 0)
    await mock.advance(24 * 3600)
    assert await customer.job(status["jobId"]) == status


@pytest.mark.clause("nouvel.lifecycle.failed", "nouvel.status.words")
async def test_a_job_whose_videos_all_fail_is_failed(mock, finished):
    await mock.queue("fails")
    status = await finished(variantCount=3)

    assert (status["status"], status["completedProjects"], status["failedProjects"]) == ("failed", 0, 3)
    assert {one["status"] for one in status["projects"]} == {"failed"}
    assert status["overallProgress"] == 100


@pytest.mark.clause("nouvel.lifecycle.partial", "nouvel.status.words", "nouvel.results.failed-entries")
async def test_a_job_can_be_partial(mock, finished):
    await mock.queue("partial")
    status = await finished(urls=[SHOES, JACKET, HAT])

    assert (status["status"], status["completedProjects"], status["failedProjects"]) == ("partial", 2, 1)
    good = [one for one in status["completedDetails"] if one["status"] == "completed"]
    [bad] = [one for one in status["completedDetails"] if one["status"] == "failed"]
    assert [one["url"] for one in good] == [SHOES, HAT]
    assert all(one["finalOutputUrl"] and one["script"] for one in good)
    assert (bad["url"], bad["finalOutputUrl"], bad["script"], bad["durationSeconds"]) == (JACKET, None, None, None)


@pytest.mark.clause("nouvel.lifecycle.partial-of-one")
async def test_one_video_alone_cannot_make_a_job_partial(mock, customer, finished):
    await mock.queue("partial")
    status = await finished()

    assert (status["status"], status["failedProjects"]) == ("failed", 1)
    assert status["projects"][0]["status"] == "partial"
    scenes = (await customer.project(status["projects"][0]["id"]))["scenes"]
    assert {scene["status"] for scene in scenes} == {"completed", "failed"}
    [listed], _ = await customer.projects(status="partial")
    assert listed["id"] == status["projects"][0]["id"]


@pytest.mark.clause("nouvel.lifecycle.second-attempt")
async def test_a_url_that_failed_once_succeeds_the_second_time(mock, finished):
    await mock.queue("fails_once", times=4)
    first = await finished(urls=[SHOES, JACKET])
    again = await finished(urls=[SHOES])
    mixed = await finished(urls=[JACKET, HAT])
    same = await finished(urls=[SHOES, JACKET])

    assert [one["status"] for one in (first, again, mixed, same)] == ["failed", "completed", "partial", "completed"]
    assert [one["status"] for one in mixed["projects"]] == ["completed", "failed"]


@pytest.mark.clause("nouvel.lifecycle.cancelled", "nouvel.status.words")
async def test_a_job_can_be_cancelled(mock, customer, finished):
    await mock.queue("cancelled")
    status = await finished(variantCount=2)

    assert (status["status"], status["overallProgress"], status["failedProjects"]) == ("cancelled", 100, 2)
    assert {one["status"] for one in status["projects"]} == {"failed"}

    by_hand = await customer.submit()
    await mock.advance(MINUTE)
    await mock.end(by_hand, "cancelled")
    assert (await customer.job(by_hand))["status"] == "cancelled"


async def test_a_job_ended_by_hand_leaves_what_had_ended_before(mock, customer):
    await mock.queue("partial", at=0.1)
    job_id = await customer.submit(variantCount=2)
    await mock.advance(4 * MINUTE)
    await mock.end(job_id, "done")

    status = await customer.job(job_id)
    assert status["status"] == "partial"
    assert [one["status"] for one in status["projects"]] == ["completed", "failed"]
    assert status["completedDetails"][0]["finalOutputUrl"]


async def test_a_status_that_no_document_knows_is_shown_once(mock):
    await mock.queue("unknown_status")
    customer = customer_of(mock, judged=False)
    job_id = await customer.submit()
    words = []
    for _ in range(110):
        status = await customer.job(job_id)
        words.append((status["status"], status["stage"]))
        await mock.advance(10)

    shown = list(dict.fromkeys(words))
    assert ("reviewing", "audio") in shown
    assert shown[-1] == ("completed", "stitching")


async def test_a_stage_can_come_back_once(mock, customer):
    await mock.queue("goes_back")
    found = await polled(mock, customer, await customer.submit())
    stages = [status["stage"] for _, status in found]

    assert [stage for index, stage in enumerate(stages) if stage != stages[index - 1]] == [
        "preparing",
        "video",
        "preparing",
        "video",
        "audio",
        "lip_sync",
        "stitching",
    ]


async def test_slow_is_ten_times_as_long(serve):
    lengths = []
    for scenario in ("succeeds", "slow"):
        mock = await serve("nouvel", seed=5)
        await mock.queue(scenario)
        job = mock.house.job(await customer_of(mock).submit(variantCount=2))
        lengths.append(job.timeline.length)

    assert lengths[1] == 10 * lengths[0]
