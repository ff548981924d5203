"""What the header `X-Mock-Hint` tells beside a refusal of Nouvel, whose own words leave it open."""

from .conftest import MINUTE, customer_of


def hint(response):
    return response.status_code, response.headers["x-mock-hint"]


async def test_how_long_instructions_may_be_and_are(customer):
    response = await customer.post(userInstructions="x" * 2005)

    assert hint(response) == (400, "userInstructions: at most 2000 characters, and not 2005")


async def test_what_there_is_not_and_what_is_somebody_elses(mock, customer):
    job_id = await customer.submit()
    stranger = customer_of(mock, "nvl_stranger", judged=False)

    assert hint(await customer.http.get("/api/v1/projects/none")) == (404, "there is no project none")
    assert hint(await customer.http.get("/api/v1/jobs/none")) == (404, "there is no job none")
    assert hint(await stranger.http.get(f"/api/v1/jobs/{job_id}")) == (404, "the job belongs to another account")


async def test_why_a_link_gives_no_video(mock, customer):
    await mock.queue("expires_early")
    path = f"/media/nouvel/{await customer.submit()}/video-1.mp4"
    unknown = hint(await customer.http.get(path.replace("video-1", "video-2")))
    new = hint(await customer.http.get(path))
    unfilmed = hint(await customer.http.get(path.replace("video-1", "video-1-scene-1")))
    await mock.advance(6 * MINUTE)
    early = hint(await customer.http.get(path))
    await mock.until_idle()
    await mock.advance(1)
    late = hint(await customer.http.get(path))

    assert unknown == (404, "there is no file video-2.mp4")
    assert new == (404, "the file is preparing")
    assert unfilmed == (404, "the file is preparing")
    assert early == (404, "the file is video")
    assert late == (404, "the file has expired")
