"""Two sandboxes of one server, used in turns, behave as two servers: each answer is the same."""

import anyio
import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.settings import discover, load

PROVIDERS = discover()
PROMPT = st.sampled_from(["a cat", "a dog", "a cat [[mock: fails at=0.5]]", "x [[mock: stuck]]"])
KEY = st.sampled_from(["1", "2", "broke"])
NTH = st.integers(0, 3)


def asks(method, path, headers=None, **body):
    """One request."""
    return method, path, headers or {}, body or None


def bearer(key):
    return {"authorization": f"Bearer {key}"}


nanogpt = st.builds(
    lambda key, prompt: asks(
        "POST", "/api/generate-video", {"x-api-key": f"sk-{key}"}, model="veo2-video", prompt=prompt
    ),
    KEY,
    PROMPT,
)
artnex = st.builds(
    lambda key, prompt: asks("POST", "/v1/video", bearer(f"art-{key}"), model="veo3.1", prompt=prompt, duration=8),
    KEY,
    PROMPT,
)
nouvel = st.builds(
    lambda key, names: asks(
        "POST",
        "/api/v1/generate",
        bearer(f"nvl_{key}"),
        urls=[f"https://shop.example/products/{name}" for name in names],
    ),
    KEY,
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
)
viddyscribe = st.builds(
    lambda key, name: asks(
        "POST",
        "/enterprise/api/generate_ad_text",
        {"x-api-key": f"vsk_{key}"},
        input={"type": "url", "url": f"https://films.example/{name}.mp4"},
        generation_config={"language": "en-US"},
    ),
    KEY,
    st.sampled_from("ab"),
)
control = st.one_of(
    st.integers(0, 400).map(lambda seconds: asks("POST", "/_mock/clock/advance", seconds=seconds)),
    st.just(asks("POST", "/_mock/clock/advance", until="idle")),
    st.sampled_from(["auto", "frozen"]).map(lambda mode: asks("PUT", "/_mock/clock", mode=mode)),
    st.just(asks("POST", "/_mock/reset")),
    st.builds(
        lambda name, provider: asks("POST", "/_mock/scenarios/queue", scenario=name, provider=provider),
        st.sampled_from(["fails", "slow", "moderated_late"]),
        st.sampled_from([None, "nanogpt", "artnex"]),
    ),
    st.builds(
        lambda code, times: asks("POST", "/_mock/faults", fault=f"status({code})", times=times, probability=0.5),
        st.sampled_from([429, 500]),
        st.integers(1, 3),
    ),
    st.builds(
        lambda key, left: asks("PUT", f"/_mock/accounts/nanogpt/sk-{key}", available=left), KEY, st.integers(0, 9)
    ),
    st.just(asks("POST", "/_mock/snapshots", name="then")),
    st.just(asks("PUT", "/_mock/snapshots/then/restore")),
    st.sampled_from(["jobs", "clock", "requests", "faults", "conduct"]).map(lambda path: asks("GET", f"/_mock/{path}")),
    KEY.map(lambda key: asks("GET", f"/_mock/accounts/nanogpt/sk-{key}/ledger")),
)
about_a_job = st.builds(lambda nth, what: (what, nth), NTH, st.sampled_from(["poll", "end"]))

requests = st.one_of(nanogpt, artnex, nouvel, viddyscribe, about_a_job, about_a_job, control)
steps = st.lists(st.tuples(st.sampled_from("ab"), requests), min_size=1, max_size=25)

POLLS = {
    "nanogpt": ("/api/video/status?requestId={}", "x-api-key"),
    "artnex": ("/v1/video/{}", "authorization"),
    "nouvel": ("/api/v1/jobs/{}", "authorization"),
    "viddyscribe": ("/enterprise/api/get_results?job_id={}", "x-api-key"),
}


def server():
    """One server, with the time that all begin at."""
    return create_app(load({"clock": "frozen", "seed": 7}), PROVIDERS)


class User:
    """Somebody who uses one sandbox of a server."""

    def __init__(self, client, sandbox):
        self._client = client
        self._box = f"/@{sandbox}"

    async def asks(self, request):
        """Make one request; about a job, it is about one of those that there are, newest first."""
        if len(request) == 2:
            return await self._of_job(*request)
        method, path, headers, body = request
        answer = await self._client.request(method, f"{self._box}{path}", headers=headers, json=body)
        return answer.status_code, dict(answer.headers), answer.text

    async def _of_job(self, what, nth):
        jobs = (await self._client.get(f"{self._box}/_mock/jobs")).json()["items"]
        if nth >= len(jobs):
            return None
        job = jobs[nth]
        if what == "end":
            return await self.asks(("POST", f"/_mock/jobs/{job['id']}/end", {}, {"as": "failed"}))
        path, header = POLLS[job["provider"]]
        key = job["key"] if header == "x-api-key" else f"Bearer {job['key']}"
        return await self.asks(("GET", path.format(job["id"]), {header: key}, None))


async def play(played):
    """Let two users share a server and two others have one each, all do the same, and compare what they are told."""
    apps = [server(), server(), server()]
    clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") for app in apps]
    sharing = {"a": User(clients[0], "a"), "b": User(clients[0], "b")}
    alone = {"a": User(clients[1], "a"), "b": User(clients[2], "b")}
    try:
        for who, request in played:
            here, there = await sharing[who].asks(request), await alone[who].asks(request)
            assert here == there, (who, request)
    finally:
        for client in clients:
            await client.aclose()


@settings(max_examples=60, deadline=None)
@given(steps)
def test_two_interleaved_sandboxes_behave_as_two_servers(played):
    anyio.run(play, played)
