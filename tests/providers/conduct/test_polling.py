"""Conduct: polls that come too fast, too late, without a key, or not any more."""

import pytest

from tests.providers.conduct.kit import DAY, HOUR, MINUTE, alike, found_for, silent_for

PACE = {"nanogpt": 5, "nouvel": 10, "artnex": 5}
PATIENCE = {"nanogpt": 5 * MINUTE, "nouvel": 20 * MINUTE, "artnex": 5 * MINUTE}
TOO_FAST = {
    "nanogpt": "NanoGPT's examples wait 5 seconds between two polls, and its guide asks for proper delays. "
    "Wait at least 5 seconds between two polls of a job.",
    "nouvel": "Nouvel recommends a poll every 10 seconds; polling more frequently does not speed anything up, and "
    "counts "
    "towards 60 requests a minute. Wait at least 10 seconds between two polls of a job.",
    "artnex": "Artnex asks not to poll more frequently than once per 5 seconds, and may throttle who does. "
    "Wait at least 5 seconds between two polls of a job.",
}
PACE_CLAUSE = {
    "nanogpt": "nanogpt.conduct.poll-every-five-seconds",
    "nouvel": "nouvel.conduct.poll-every-ten-seconds",
    "artnex": "artnex.conduct.poll-every-five-seconds",
}
PATIENCE_CLAUSE = {
    "nanogpt": "nanogpt.conduct.wait-five-minutes",
    "nouvel": "nouvel.conduct.wait-twenty-minutes",
    "artnex": "artnex.conduct.wait-five-minutes",
}
# Too fast ---------------------------------------------------------------------------------------------------------


@found_for(PACE_CLAUSE)
async def test_two_polls_in_half_a_second_are_too_fast(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    for pause in (1, 0.5, PACE[provider]):
        client.passes(pause)
        await client.poll(job)

    assert await client.found() == ("polled-too-fast", clause, job, 1, [2, 3])
    assert await client.told() == f"Job {job} was polled 0.5 seconds after the poll before. {TOO_FAST[provider]}"


@found_for(PACE_CLAUSE)
async def test_a_run_of_fast_polls_is_one_finding(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    for _ in range(4):
        client.passes(2)
        await client.poll(job)

    assert await client.found() == ("polled-too-fast", clause, job, 3, [2, 3, 4, 5])
    assert (await client.told()).startswith(
        f"Job {job} was polled 2 seconds after the poll before, and 3 polls in all came too early. "
    )


@silent_for(PACE_CLAUSE)
async def test_polls_at_the_documented_pace_are_in_order_and_so_is_a_timer_that_is_a_little_early(client_of, provider):
    client = await client_of(provider)
    job = await client.submit()
    for pause in (1, PACE[provider], 0.95 * PACE[provider], 3 * PACE[provider]):
        client.passes(pause)
        await client.poll(job)

    assert await client.conduct() == []


@silent_for(PACE_CLAUSE)
@pytest.mark.parametrize("clock", ["frozen", "auto"])
async def test_where_time_does_not_run_nobody_is_accused_of_haste(client_of, provider, clock):
    client = await client_of(provider, clock=clock)
    job = await client.submit()
    for _ in range(3):
        if (await client.poll(job)).text.find("ompleted") < 0 and clock == "frozen":
            await client.mock.advance(1)

    assert [one for one in await client.conduct() if one["id"] == "polled-too-fast"] == []


@pytest.mark.parametrize(("pause", "count"), [(4.4, 1), (4.5, 0), (5, 0)])
async def test_a_tenth_is_allowed_for_timers_and_no_more(client_of, pause, count):
    client = await client_of("artnex")
    job = await client.submit()
    for seconds in (1, pause):
        client.passes(seconds)
        await client.poll(job)

    assert len(await client.conduct()) == count


async def test_polls_that_overtake_each_other_are_put_in_order(client_of):
    client = await client_of("artnex")
    job = await client.submit()
    for seconds in (5, 5, 5):
        client.passes(seconds)
        await client.poll(job)
    kept = client.mock.app.world.sandbox().journal._kept
    kept[1], kept[2] = kept[2], kept[1]  # as if the first poll had been answered after the second

    assert await client.conduct() == []


async def test_the_pace_of_two_jobs_is_not_mixed_up(client_of):
    client = await client_of("artnex")
    one, other = await client.submit(), await client.submit(prompt="A hare")
    for job in (one, other, one, other):
        client.passes(2.5)
        await client.poll(job)

    assert await client.conduct() == []


async def test_at_sixty_times_real_time_it_is_mock_time_that_counts(client_of):
    client = await client_of("artnex", speed=60)
    job = await client.submit()
    for real in (0.1, 0.1, 0.05):
        client.passes(real)
        await client.poll(job)

    assert await client.told() == f"Job {job} was polled 3 seconds after the poll before. {TOO_FAST['artnex']}"


# After the end ----------------------------------------------------------------------------------------------------

ENDED = {"nanogpt": "COMPLETED", "nouvel": "completed", "artnex": "completed"}
ENOUGH = {
    "nanogpt": "NanoGPT says to poll until the job reaches COMPLETED or FAILED. Keep that answer, and stop polling.",
    "nouvel": "Nouvel's job is over when its status is completed, partial, failed or cancelled, and all its details "
    "are "
    "in that answer. Keep that answer, and stop polling.",
    "artnex": "Artnex says to poll until status is `completed` or `error`. Keep that answer, and stop polling.",
}


@found_for(alike("poll-until-the-end", "nanogpt", "nouvel", "artnex"))
async def test_a_poll_after_the_end_was_told_is_one_too_many(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    for pause in (0.5, 1, 1, 1):
        client.passes(pause * client.life(job))
        await client.poll(job)

    assert await client.found() == ("polled-after-the-end", clause, job, 2, [3, 4, 5])
    assert await client.told() == (
        f"Job {job} was polled again after the answer had said that it is {ENDED[provider]}. That happened 2 times. "
        f"{ENOUGH[provider]}"
    )


@silent_for(alike("poll-until-the-end"))
async def test_polling_until_the_end_is_in_order(client_of, provider):
    client = await client_of(provider)
    job = await client.submit()
    for _ in range(3):
        client.passes(0.4 * client.life(job))
        await client.poll(job)

    assert await client.conduct() == []


@pytest.mark.clause("viddyscribe.conduct.poll-until-the-end")
async def test_viddyscribe_is_asked_once_more_for_a_fresh_link_and_not_twice(client_of):
    client = await client_of("viddyscribe")
    job = await client.submit()
    client.passes(client.life(job))
    for _ in range(2):
        link = await client.link(job)
    assert await client.conduct() == []
    await client.download(link)
    await client.poll(job)
    assert await client.conduct() == []

    await client.poll(job)

    assert await client.found() == ("polled-after-the-end", "viddyscribe.conduct.poll-until-the-end", job, 1, [2, 6])
    assert await client.told() == (
        f"Job {job} was polled again after the answer had said that it is done. ViddyScribe's jobs end as done or "
        "failed; asking again brings nothing but fresh links, and once is enough for a download. "
        "Keep that answer, and ask again only when its links are over."
    )


# Without a key ----------------------------------------------------------------------------------------------------

NO_KEY = {
    "nanogpt": "GET /api/video/status was asked without a key. That happened 2 times. NanoGPT's status pages want the "
    "key, which the browser samples of its guide leave out. Send `x-api-key` with each poll too.",
    "nouvel": "GET /api/v1/jobs/{job} was asked without a key. That happened 2 times. Nouvel refuses every request "
    "without a key. Send `Authorization: Bearer nvl_…` with each poll too.",
    "viddyscribe": "GET /enterprise/api/get_results was asked without a key. That happened 2 times. ViddyScribe wants "
    "the key in the header X-API-Key with all requests. Send it with each poll too.",
    "artnex": "GET /v1/video/{job} was asked without a key. That happened 2 times. Artnex refuses whoever sends no "
    "key, "
    "polls included. Send `Authorization: Bearer KEY` with each poll too.",
}


@found_for(alike("polls-carry-the-key"))
async def test_a_poll_without_a_key_is_reported_and_one_with_a_key_is_not(client_of, provider, clause):
    client = await client_of(provider)
    job = await client.submit()
    client.passes(10)
    await client.poll(job)
    assert await client.conduct() == []

    for _ in range(2):
        await client.poll(job, http=client.stranger)

    assert await client.found() == ("polled-without-key", clause, None, 2, [3, 4])
    assert await client.told() == NO_KEY[provider].format(job=job)


async def test_a_key_that_is_wrong_is_not_a_missing_one(client_of):
    client = await client_of("artnex", keys="listed", listed="artnex-test")
    job = await client.submit()
    await client.poll(job, http=client.mock.client(headers={"authorization": "Bearer another"}))

    assert await client.conduct() == []


async def test_nanogpt_may_be_polled_without_a_key_where_the_setting_says_so(client_of):
    client = await client_of("nanogpt", nanogpt__status_auth="optional")
    await client.poll(await client.submit(), http=client.stranger)

    assert await client.conduct() == []


# Giving up --------------------------------------------------------------------------------------------------------

GIVEN_UP = {
    "nanogpt": "NanoGPT recommends timeouts of 5 to 10 minutes, its examples poll 120 times at 5 seconds, and "
    "nothing is "
    "refunded because nobody asks. Go on polling for 10 minutes, and for 5 at the very least.",
    "nouvel": "Nouvel's jobs typically take 15 to 20 minutes, and one that rests at 99% is normal. "
    "Go on polling until 20 minutes have passed since the submission, or name a webhookUrl.",
    "artnex": "Artnex gives a job 5 minutes, 60 polls at 5 seconds, before it is to be treated as failed. "
    "Go on polling until 5 minutes have passed since the submission.",
}


async def stuck(client):
    """A job that takes for ever."""
    await client.mock.queue("stuck")
    return await client.submit()


@found_for(PATIENCE_CLAUSE)
async def test_who_stops_asking_after_a_minute_gave_up_too_early(client_of, provider, clause):
    client = await client_of(provider)
    job = await stuck(client)
    for _ in range(2):
        client.passes(30)
        await client.poll(job)
    client.passes(PATIENCE[provider] - 61)
    assert await client.conduct() == []

    client.passes(1)

    assert await client.found() == ("gave-up-early", clause, job, 1, [1, 3])
    assert await client.told() == (
        f"Job {job} was polled for the last time 1 minute after its submission, unfinished. {GIVEN_UP[provider]}"
    )


@silent_for(PATIENCE_CLAUSE)
async def test_who_waits_as_long_as_the_document_says_may_give_up(client_of, provider):
    client = await client_of(provider)
    job = await stuck(client)
    for _ in range(PATIENCE[provider] // 30):
        client.passes(30)
        await client.poll(job)
    client.passes(DAY)

    assert await client.conduct() == []


@silent_for(PATIENCE_CLAUSE)
async def test_time_that_was_moved_by_hand_is_not_held_against_who_did_not_ask_meanwhile(client_of, provider):
    client = await client_of(provider)
    job = await stuck(client)
    client.passes(30)
    await client.poll(job)

    await client.mock.advance(PATIENCE[provider])

    assert await client.conduct() == []


@pytest.mark.parametrize(("last", "count"), [(269, 1), (270, 0)])
async def test_who_gives_up_a_tenth_too_early_counted_like_a_timer(client_of, last, count):
    client = await client_of("artnex")
    job = await stuck(client)
    client.passes(last)
    await client.poll(job)
    client.passes(300)

    assert len(await client.conduct()) == count


async def test_who_comes_back_did_not_give_up(client_of):
    client = await client_of("artnex")
    job = await stuck(client)
    await client.poll(job)
    client.passes(10 * MINUTE)
    assert [one["id"] for one in await client.conduct()] == ["gave-up-early"]

    await client.poll(job)

    assert await client.conduct() == []


@pytest.mark.clause("nouvel.conduct.wait-twenty-minutes")
async def test_who_is_told_by_a_webhook_need_not_ask(client_of):
    client = await client_of("nouvel")
    job = await client.submit(webhookUrl="https://app.example.com/hook")
    await client.poll(job)
    client.passes(HOUR)

    assert await client.conduct() == []
