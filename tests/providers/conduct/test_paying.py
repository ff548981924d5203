"""Conduct: orders that are paid twice, results that are fetched too late or never, and waits that are ignored."""

from contextlib import suppress

import httpx
import pytest

from tests.providers.conduct.kit import DAY, MINUTE, WAYS, alike, found_for, silent_for

# A lost answer ------------------------------------------------------------------------------------------------------

LOST = {
    "nanogpt": "NanoGPT charges each order as it is accepted, and lists recent jobs under GET "
    "/api/generate-video/recover. "
    "Look there for the job whose answer got lost, before ordering again.",
    "nouvel": "Nouvel takes the videos of each job from the plan's quota, and lists them all under GET "
    "/api/v1/projects. "
    "Look there for the job whose answer got lost, before ordering again.",
    "viddyscribe": "ViddyScribe takes the minutes of each job, and has no list in which a lost job could be found. "
    "Do not send an order again on a broken connection: report it, and let a person decide.",
    "artnex": "Artnex takes credits for each job that completes, and has no list in which a lost job could be found. "
    "Do not send an order again on a broken connection: report it, and let a person decide.",
}


async def lose(client, fault="reset"):
    """Order something whose answer gets lost; give the id of the job that nobody knows of."""
    with suppress(ConnectionResetError, httpx.HTTPError):
        await client.http.post(client.ways.submit, json=client.ways.order, headers={"x-mock-fault": fault})
    [job] = client.mock.house.jobs()
    return job.id


@found_for(alike("lost-answers-are-paid"))
async def test_an_order_that_is_sent_again_after_its_answer_got_lost_is_paid_twice(client_of, provider, clause):
    client = await client_of(provider)
    lost = await lose(client)
    assert await client.conduct() == []
    client.passes(2)

    again = await client.submit()

    assert await client.found() == ("resubmitted-after-lost-answer", clause, lost, 1, [1, 2])
    assert await client.told() == (
        f"The order of job {lost}, whose answer got lost, was sent again and made a second job, {again}; "
        f"both are paid. {LOST[provider]}"
    )


@silent_for(alike("lost-answers-are-paid"))
async def test_another_order_after_a_lost_answer_is_another_order(client_of, provider):
    client = await client_of(provider)
    await lose(client)

    await client.submit(**ANOTHER[provider])

    assert await client.conduct() == []


@pytest.mark.parametrize("fault", ["reset", "truncated", "malformed"])
async def test_an_answer_that_arrives_in_pieces_is_lost_too(client_of, fault):
    client = await client_of("nanogpt")
    await lose(client, fault)
    await client.submit()

    assert [one["id"] for one in await client.conduct()] == ["resubmitted-after-lost-answer"]


@pytest.mark.parametrize("fault", ["refuse", "status(503)", "html", "delay(0.01)"])
async def test_where_nothing_happened_or_nothing_got_lost_nobody_paid_twice(client_of, fault):
    client = await client_of("nanogpt")
    client.http.event_hooks = {}  # a fault's refusals rest on no clause
    with suppress(ConnectionResetError):
        await client.http.post(client.ways.submit, json=client.ways.order, headers={"x-mock-fault": fault})
    await client.submit()

    assert await client.conduct() == []


@pytest.mark.parametrize("provider", WAYS)
async def test_what_a_proxy_sent_twice_is_not_held_against_the_client(client_of, provider):
    client = await client_of(provider)
    twice = {"x-mock-fault": "duplicate"}
    job = (await client.http.post(client.ways.submit, json=client.ways.order, headers=twice)).json()[client.ways.id]
    client.passes(5)
    await client.http.get(client.ways.poll.format(job), headers=twice)
    client.passes(client.life(job))
    await client.http.get(client.ways.poll.format(job), headers=twice)

    assert client.mock.house.count() == 2
    assert await client.conduct() == []


ANOTHER = {
    "nanogpt": {"prompt": "A hare"},
    "nouvel": {"urls": ["https://shop.com/products/hat"]},
    "viddyscribe": {"language": "de-DE"},
    "artnex": {"prompt": "A hare"},
}

# Losing patience ------------------------------------------------------------------------------------------------------

STILL_RUNS = {
    "nanogpt": "nanogpt.conduct.running-jobs-are-paid",
    "nouvel": "nouvel.conduct.running-jobs-are-paid",
    "viddyscribe": "viddyscribe.conduct.running-jobs-are-paid",
    "artnex": "artnex.conduct.retry-after-five-minutes",
}
TWICE = {
    "nanogpt": "NanoGPT does not refund a job because nobody polls it any more; the second one is charged as well. "
    "Go on polling the first job, or find it again with GET /api/generate-video/recover.",
    "nouvel": "Nouvel says to continue polling while a job runs; the second one takes its videos from the quota as "
    "well. "
    "Go on polling the first job, and order again only when it has failed.",
    "viddyscribe": "ViddyScribe takes the minutes of the second job as well, and both wait in the team's queue. "
    "Go on polling the first job, and order again only when it has failed.",
    "artnex": "Artnex says to retry when a job has not completed within 5 minutes, and charges both if both do. "
    "Poll the first job for 5 minutes before ordering again.",
}


@found_for(STILL_RUNS)
async def test_an_order_that_takes_the_place_of_one_that_still_runs_is_paid_twice(client_of, provider, clause):
    client = await client_of(provider)
    await client.mock.queue("stuck")
    first = await client.submit()
    client.passes(20)
    await client.poll(first)
    client.passes(20)

    second = await client.submit()
    client.passes(20)
    await client.poll(second)

    assert await client.found() == ("resubmitted-while-running", clause, first, 1, [1, 3])
    assert await client.told() == (
        f"The order of job {first} was sent again after 40 seconds, while it still ran, and made a second job, "
        f"{second}; "
        f"the first was not asked for any more. {TWICE[provider]}"
    )


@silent_for(STILL_RUNS)
async def test_two_orders_alike_that_are_both_followed_are_two_orders(client_of, provider):
    client = await client_of(provider)
    await client.mock.queue("stuck", times=2)
    jobs = [await client.submit(), await client.submit()]
    client.passes(20)
    for job in jobs:
        await client.poll(job)

    assert await client.conduct() == []


@silent_for(STILL_RUNS)
async def test_an_order_may_be_sent_again_when_the_first_has_failed(client_of, provider):
    client = await client_of(provider)
    await client.mock.queue("fails")
    first = await client.submit()
    client.passes(client.life(first))
    await client.poll(first)

    await client.poll(await client.submit())

    assert await client.conduct() == []


@pytest.mark.clause("artnex.conduct.retry-after-five-minutes")
async def test_artnex_lets_a_client_order_again_after_five_minutes(client_of):
    client = await client_of("artnex")
    await client.mock.queue("stuck")
    first = await client.submit()
    for _ in range(10):
        client.passes(30)
        await client.poll(first)

    second = await client.submit()
    client.passes(20)
    await client.poll(second)

    assert await client.conduct() == []


async def test_two_accounts_that_order_the_same_are_two_customers(client_of):
    client = await client_of("nanogpt")
    await client.mock.queue("stuck", times=2)
    first = await client.submit()
    await client.poll(first)
    client.http = client.mock.client(headers={"x-api-key": "sk-nano-other"})

    await client.poll(await client.submit())

    assert await client.conduct() == []


# Downloads ------------------------------------------------------------------------------------------------------------

KEPT = {
    "nanogpt": (7 * DAY, "nanogpt.conduct.download-within-seven-days"),
    "artnex": (DAY, "artnex.conduct.download-within-a-day"),
}
GONE = {
    "nanogpt": "NanoGPT's files can be had for seven days. "
    "Download a video as soon as its job is COMPLETED, and keep it yourself.",
    "artnex": "Artnex keeps videos for 24 hours. Download a video as soon as its job is completed, and keep it "
    "yourself.",
}
HOW_LONG = {"nanogpt": "7 days", "artnex": "1 day"}
EXPIRES = {name: clause for name, (_, clause) in KEPT.items()}


async def finished(client):
    """A job that has ended, and its link."""
    job = await client.submit()
    client.passes(client.life(job))
    return job, await client.link(job)


@found_for(EXPIRES)
async def test_a_download_after_the_last_day_is_too_late(client_of, provider, clause):
    client = await client_of(provider)
    job, link = await finished(client)
    client.passes(KEPT[provider][0])

    await client.download(link)

    assert await client.found() == ("downloaded-too-late", clause, job, 1, [3])
    assert await client.told() == (
        f"The result of job {job} was fetched {HOW_LONG[provider]} after its end, when it was gone. {GONE[provider]}"
    )


@found_for(EXPIRES)
async def test_a_result_that_nobody_fetched_is_reported_when_it_is_gone(client_of, provider, clause):
    client = await client_of(provider)
    job, _ = await finished(client)
    client.passes(KEPT[provider][0] - 1)
    assert await client.conduct() == []

    client.passes(1)

    assert await client.found() == ("never-downloaded", clause, job, 1, [1])
    assert await client.told() == (
        f"Job {job} was paid and finished, and its result was never fetched while it was there. {GONE[provider]}"
    )


@silent_for(EXPIRES)
async def test_a_result_that_is_fetched_in_time_is_in_order(client_of, provider):
    client = await client_of(provider)
    _, link = await finished(client)
    client.passes(KEPT[provider][0] - 1)
    assert (await client.download(link)).status_code == 200
    client.passes(DAY)

    assert await client.conduct() == []


@silent_for(EXPIRES)
@pytest.mark.parametrize("scenario", ["fails", "empty_result", "expires_early"])
async def test_nobody_has_to_fetch_what_cannot_be_had(client_of, provider, scenario):
    client = await client_of(provider)
    await client.mock.queue(scenario)
    job = await client.submit()
    client.passes(client.life(job))
    await client.poll(job)
    client.passes(8 * DAY)

    assert await client.conduct() == []


@found_for(EXPIRES)
async def test_who_never_even_asked_lost_the_result_too(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    client.passes(client.life(job) + KEPT[provider][0])

    assert await client.found() == ("never-downloaded", clause, job, 1, [1])


@silent_for(EXPIRES)
async def test_who_gave_a_slow_job_up_as_the_document_allows_did_not_know_of_its_result(client_of, provider):
    client = await client_of(provider)
    await client.mock.queue("slow")
    job = await client.submit()
    for _ in range(6):
        client.passes(0.09 * client.life(job))
        await client.poll(job)
    client.passes(8 * DAY)

    assert await client.conduct() == []


@pytest.mark.clause("viddyscribe.conduct.links-of-fifteen-minutes")
async def test_a_link_of_viddyscribe_that_has_ended_was_used_too_late_and_a_fresh_one_is_in_order(client_of):
    client = await client_of("viddyscribe")
    job, link = await finished(client)
    client.passes(15 * MINUTE + 1)  # links end at a whole second
    assert (await client.download(await client.link(job))).status_code == 200
    assert await client.conduct() == []

    await client.download(link)

    assert await client.found() == (
        "downloaded-too-late", "viddyscribe.conduct.links-of-fifteen-minutes", job, 1, [5],
    )  # fmt: skip
    assert await client.told() == (
        f"The result of job {job} was fetched 15 minutes after its end, when it was gone. ViddyScribe's links work for "
        "15 minutes. Ask get_results for a fresh link just before a download."
    )


async def test_a_link_of_viddyscribe_that_was_never_signed_is_not_a_late_one(client_of):
    client = await client_of("viddyscribe")
    _, link = await finished(client)

    await client.download(link.replace("signature=", "signature=0"))

    assert await client.conduct() == []


async def test_a_result_of_nouvel_can_be_fetched_at_any_time(client_of):
    client = await client_of("nouvel")
    _, link = await finished(client)
    client.passes(365 * DAY)
    assert (await client.download(link)).status_code == 200

    assert await client.conduct() == []


# Waiting when told to -------------------------------------------------------------------------------------------------

TOLD_TO_WAIT = {"nouvel": "nouvel.conduct.wait-when-told", "viddyscribe": "viddyscribe.conduct.wait-when-told"}
LIMITS = {"nouvel": {"nouvel__requests_per_minute": 2}, "viddyscribe": {"viddyscribe__requests_per_minute": 2}}
REFUSED = {
    "nouvel": "GET /api/v1/jobs/{job} was refused and told to wait 1 minute; the next request came 50 seconds later. "
    "Nouvel says in `Retry-After` and `retryAfter` how many seconds to wait, and counts all operations of a key "
    "together. Send nothing with this key until that time is over.",
    "viddyscribe": "GET /enterprise/api/get_results was refused and told to wait 1 minute; the next request came 50 "
    "seconds later. ViddyScribe says in `retry_after` how many seconds to wait, for all keys of the team. "
    "Send nothing until that time is over.",
}


@found_for(TOLD_TO_WAIT)
async def test_a_request_before_the_wait_is_over_is_too_early(client_of, provider, clause):
    client = await client_of(provider, **LIMITS[provider])
    job = await client.submit()
    await client.submit(**ANOTHER[provider])
    assert (await client.poll(job)).status_code == 429
    client.passes(50)

    await client.http.post(client.ways.submit, json=client.ways.order)

    assert await client.found() == ("ignored-retry-after", clause, None, 1, [3, 4])
    assert await client.told() == REFUSED[provider].format(job=job)


@found_for(TOLD_TO_WAIT)
async def test_who_sends_the_refused_request_again_at_once_did_not_wait(client_of, provider, clause):
    client = await client_of(provider, **LIMITS[provider])
    job = await client.submit()
    await client.submit(**ANOTHER[provider])
    for _ in range(3):
        await client.http.post(client.ways.submit, json=client.ways.order)

    assert job
    assert await client.found() == ("ignored-retry-after", clause, None, 2, [3, 4, 5])


@silent_for(TOLD_TO_WAIT)
async def test_who_waits_as_told_is_in_order_and_so_are_requests_that_were_on_their_way(client_of, provider):
    client = await client_of(provider, **LIMITS[provider])
    jobs = [await client.submit(), await client.submit(**ANOTHER[provider])]
    for job in jobs:
        await client.poll(job)
    client.passes(60)
    await client.poll(jobs[0])

    assert await client.conduct() == []


@silent_for(TOLD_TO_WAIT)
async def test_where_time_stands_nobody_can_wait(client_of, provider):
    client = await client_of(provider, clock="frozen", **LIMITS[provider])
    job = await client.submit()
    await client.submit(**ANOTHER[provider])
    for _ in range(3):
        await client.poll(job)

    assert await client.conduct() == []


@pytest.mark.parametrize(("pause", "count"), [(0.1, 0), (0.2, 1), (53, 1), (54, 0)])
async def test_another_request_may_have_been_on_its_way_for_a_tenth_of_a_second_and_a_wait_has_a_tenth_off(
    client_of, pause, count
):
    client = await client_of("nouvel", nouvel__requests_per_minute=1)
    job = await client.submit()
    assert (await client.poll(job)).status_code == 429
    client.passes(pause)
    await client.http.get("/api/v1/projects")

    assert len(await client.conduct()) == count


async def test_on_its_way_is_a_matter_of_real_time(client_of):
    client = await client_of("nouvel", nouvel__requests_per_minute=1, speed=60)
    job = await client.submit()
    await client.poll(job)
    client.passes(0.05)
    await client.http.get("/api/v1/projects")
    assert await client.conduct() == []

    client.passes(0.1)
    await client.http.get("/api/v1/projects")

    assert [one["id"] for one in await client.conduct()] == ["ignored-retry-after"]


async def test_a_request_for_nothing_that_is_served_does_not_end_the_judgement(client_of):
    client = await client_of("nouvel", nouvel__requests_per_minute=1)
    job = await client.submit()
    await client.http.get("/api/v1/nothing")
    await client.poll(job)
    client.passes(20)
    await client.poll(job)

    assert [one["id"] for one in await client.conduct()] == ["ignored-retry-after"]


async def test_the_wait_of_one_key_is_not_that_of_another(client_of):
    client = await client_of("nouvel", nouvel__requests_per_minute=1)
    job = await client.submit()
    await client.poll(job)
    client.passes(1)
    await client.mock.client(headers={"authorization": "Bearer nvl_other"}).get("/api/v1/projects")

    assert await client.conduct() == []


@pytest.mark.parametrize("again", [299, 300])
async def test_artnex_counts_its_five_minutes_from_the_first_order(client_of, again):
    client = await client_of("artnex")
    await client.mock.queue("stuck")
    await client.poll(await client.submit())
    client.passes(again)
    await client.poll(await client.submit())

    found = [one["id"] for one in await client.conduct()]

    assert ("resubmitted-while-running" in found) == (again < 300)
