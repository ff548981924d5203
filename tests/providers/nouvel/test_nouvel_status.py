"""Polling: what an answer has, and which jobs there are."""

import pytest

from .conftest import HAT, JACKET, MINUTE, SHOES, customer_of


@pytest.mark.clause("nouvel.status.shape", "nouvel.status.details-empty-before", "nouvel.status.details-at-the-end")
async def test_a_status_has_these_fields_from_the_beginning_to_the_end(mock, customer):
    job_id = await customer.submit(variantCount=2)
    for minutes in (0, 1, 8, 4):
        await mock.advance(minutes * MINUTE)
        status = await customer.job(job_id)
        assert status["completedDetails"] == []
    await mock.until_idle()
    ended = await customer.job(job_id)

    assert (
        set(status)
        == set(ended)
        == {
            "jobId",
            "status",
            "overallProgress",
            "stage",
            "totalProjects",
            "completedProjects",
            "failedProjects",
            "projects",
            "completedDetails",
        }
    )
    assert status["jobId"] == job_id
    assert len(ended["completedDetails"]) == 2


@pytest.mark.clause("nouvel.status.details-at-the-end")
async def test_details_wait_for_the_whole_job(mock, customer):
    job_id = await customer.submit(urls=[SHOES, JACKET, HAT], variantCount=3)
    seen = set()
    for _ in range(120):
        status = await customer.job(job_id)
        seen.add((status["completedProjects"], bool(status["completedDetails"])))
        await mock.advance(10)

    assert any(0 < finished < 9 for finished, _ in seen)
    assert {finished for finished, filled in seen if filled} == {9}


@pytest.mark.clause("nouvel.status.unknown-job", "nouvel.status.not-found-text")
@pytest.mark.parametrize(
    "job_id", ["550e8400-e29b-41d4-a716-446655440000", "clx8k9v2t0001qz8x7r4e5w6m", "%00", "a%2Fb"]
)
async def test_an_unknown_job_is_not_found(mock, job_id):
    response = await customer_of(mock, judged=False).http.get(f"/api/v1/jobs/{job_id}")

    assert (response.status_code, response.json()["error"]) in [(404, "Job not found"), (404, "Not found")]
    if "%2F" not in job_id:
        assert response.json() == {"error": "Job not found"}


@pytest.mark.clause("nouvel.status.foreign-job")
async def test_the_job_and_projects_of_another_key_are_not_found(mock, customer):
    job = await customer.job(await customer.submit())
    other = customer_of(mock, "nvl_other")
    found = [
        await other.http.get(f"/api/v1/jobs/{job['jobId']}"),
        await other.http.get(f"/api/v1/projects/{job['projects'][0]['id']}"),
    ]

    assert [(one.status_code, one.json()) for one in found] == [
        (404, {"error": "Job not found"}),
        (404, {"error": "Project not found"}),
    ]
    assert (await other.projects())[0] == []


async def test_with_an_auto_clock_polls_show_every_stage(serve):
    mock = await serve("nouvel", clock="auto")
    customer = customer_of(mock)
    job_id = await customer.submit(variantCount=2)
    stages = []
    while not stages or stages[-1][0] == "running":
        status = await customer.job(job_id)
        stages.append((status["status"], status["stage"]))

    assert stages == [
        ("running", "preparing"),
        ("running", "video"),
        ("running", "audio"),
        ("running", "lip_sync"),
        ("running", "stitching"),
        ("completed", "stitching"),
    ]


async def test_with_an_auto_clock_a_project_can_be_polled_too(serve):
    mock = await serve("nouvel", clock="auto")
    customer = customer_of(mock)
    project_id = (await customer.job(await customer.submit()))["projects"][0]["id"]
    words = [(await customer.project(project_id))["project"]["status"] for _ in range(5)]

    assert words == ["generating", "post_processing", "post_processing", "stitching", "completed"]


async def test_jobs_of_one_id_in_two_sandboxes_are_told_apart(mock, customer):
    job_id = await customer.submit()
    other = mock.client({"authorization": "Bearer nvl_test"}, base="/@other")
    assert (await other.post("/api/v1/generate", json={"urls": [SHOES]})).json()["jobId"] == job_id
    await mock.advance(2 * MINUTE)

    for _ in range(2):
        assert (await customer.job(job_id))["stage"] == "video"
        assert (await other.get(f"/api/v1/jobs/{job_id}")).json()["stage"] == "preparing"


async def test_a_job_is_told_as_it_was_when_time_goes_back(mock, customer):
    job_id = await customer.submit()
    before = await customer.job(job_id)
    (await mock.control.post("snapshots", json={"name": "early"})).raise_for_status()
    await mock.advance(1)
    await customer.job(job_id)
    await mock.advance(2 * MINUTE)
    later = await customer.job(job_id)
    (await mock.control.put("snapshots/early/restore")).raise_for_status()

    assert later["stage"] == "video"
    assert await customer.job(job_id) == before


async def test_a_job_that_is_ended_by_hand_is_told_as_ended_at_once(mock, customer):
    job_id = await customer.submit()
    assert (await customer.job(job_id))["status"] == "running"
    await mock.end(job_id, "cancelled")

    assert (await customer.job(job_id))["status"] == "cancelled"
