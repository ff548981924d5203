"""What a client sees of a job, for every provider and scenario, boiled down so that two of them can be compared."""

import json
import re
from datetime import datetime
from typing import Any, NamedTuple

SHOP = "https://shop.example/products"
FILM = {"type": "url", "url": "https://films.example/film.mp4"}
ORDERS = {
    "nanogpt": ("/api/generate-video", {"model": "veo2-video", "prompt": "An eagle", "duration": "5s"}),
    "nouvel": ("/api/v1/generate", {"urls": [f"{SHOP}/a", f"{SHOP}/b"]}),
    "viddyscribe": ("/enterprise/api/generate_ad_audio", {"input": FILM, "generation_config": {}}),
    "artnex": ("/v1/video", {"model": "veo3.1", "prompt": "A fox", "duration": 8}),
}
KEYS = {
    "nanogpt": {"x-api-key": "sk-1"},
    "nouvel": {"authorization": "Bearer nvl_1"},
    "viddyscribe": {"x-api-key": "vsk_1"},
    "artnex": {"authorization": "Bearer artnex-1"},
}
POLLS = {
    "nanogpt": "/api/video/status?requestId={}",
    "nouvel": "/api/v1/jobs/{}",
    "viddyscribe": "/enterprise/api/get_results?job_id={}",
    "artnex": "/v1/video/status?request_id={}",
}
LINK = re.compile(r'"(http[^"]*/(?:media|results)/[^"]*)"')


class Seen(NamedTuple):
    """What there is to see of a submission: its status and, if it is refused, its body; else what became of the job.

    `statuses` are the words of its life, `polls` what a poll says at each of its changes and in the end, without ids,
    figures and addresses. `links` are the statuses of its links two seconds after the end, `again` how the job ends
    when the same order is sent once more.
    """

    submitted: int
    refusal: Any = None
    statuses: tuple[str, ...] = ()
    polls: tuple[Any, ...] = ()
    seconds: float = 0
    links: tuple[int, ...] = ()
    again: str = ""


async def outcome(mock, scenario):
    """Order something and see what becomes of it."""
    path, body = ORDERS[mock.only]
    client = mock.client(KEYS[mock.only])
    submitted = await client.post(path, json=body, headers={"x-mock-scenario": scenario})
    if submitted.status_code >= 400:
        return Seen(submitted.status_code, without_figures(submitted.json()))
    [job] = await jobs(mock)
    polls = [await poll(mock, client, job)]
    for change in job["changes"][1:]:
        await until(mock, change["at"])
        polls.append(await poll(mock, client, job))
    await mock.advance(2)
    await client.post(path, json=body, headers={"x-mock-scenario": scenario})
    return Seen(
        submitted.status_code,
        None,
        tuple(change["status"] for change in job["changes"]),
        tuple(without_figures(one) for one in polls),
        instant(job["changes"][-1]["at"]) - instant(job["submitted_at"]),
        tuple([(await client.get(link, headers={"range": "bytes=0-9"})).status_code for link in links(polls[-1])]),
        (await jobs(mock))[0]["changes"][-1]["status"],
    )


async def jobs(mock):
    return (await mock.control.get("jobs")).json()["items"]


async def poll(mock, client, job):
    return (await client.get(POLLS[mock.only].format(job["id"]))).json()


async def until(mock, at):
    answer = await mock.control.post("clock/advance", json={"to": at})
    assert answer.status_code == 200, answer.text


def instant(text):
    return datetime.fromisoformat(text).timestamp()


def links(body):
    return LINK.findall(json.dumps(body))


def without_figures(value):
    match value:
        case dict():
            return {name: without_figures(part) for name, part in value.items()}
        case list():
            return [without_figures(part) for part in value]
        case str() if re.search(r"http|\d", value):
            return "…"
        case int() | float() if not isinstance(value, bool):
            return "#"
        case _:
            return value
