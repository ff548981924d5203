"""The four providers, side by side on one server at their documented paths, and each alone."""

import httpx
import pytest

from mockserver.settings import discover

KEYS = {
    "nanogpt": {"x-api-key": "sk-nano-test"},
    "nouvel": {"authorization": "Bearer nvl_test"},
    "viddyscribe": {"x-api-key": "vsk_test"},
    "artnex": {"authorization": "Bearer artnex-test"},
}
ORDERS = {
    "nanogpt": ("/api/generate-video", {"model": "veo2-video", "prompt": "a fox"}, "runId"),
    "nouvel": ("/api/v1/generate", {"urls": ["https://shop.com/products/shoes"]}, "jobId"),
    "viddyscribe": (
        "/enterprise/api/generate_ad_text_from_url",
        {"source_url": "https://videos.example/fox.mp4", "language": "en-US"},
        "job_id",
    ),
    "artnex": ("/v1/video", {"model": "veo3.1", "prompt": "a fox"}, "request_id"),
}


@pytest.fixture(scope="module")
def everybody(serve):
    return serve("--clock", "frozen").url


def test_all_four_are_there():
    assert {provider.name for provider in discover()} == set(ORDERS)


@pytest.mark.parametrize("provider", ORDERS)
@pytest.mark.parametrize("prefix", ["", "/{provider}", "/@mine", "/@mine/{provider}"])
def test_each_takes_orders_at_its_documented_path(everybody, provider, prefix):
    path, body, name = ORDERS[provider]
    answer = httpx.post(everybody + prefix.format(provider=provider) + path, json=body, headers=KEYS[provider])

    assert answer.status_code in {200, 202}, answer.text
    assert answer.json()[name]


@pytest.mark.parametrize("provider", ORDERS)
def test_each_can_be_served_alone(serve, provider):
    url = serve("--clock", "frozen", "--only", provider).url
    for name, (path, body, _) in ORDERS.items():
        answer = httpx.post(url + path, json=body, headers=KEYS[name])
        assert answer.status_code in ({200, 202} if name == provider else {404, 405}), answer.text


def test_one_clock_drives_them_all(serve):
    url = serve("--clock", "frozen").url
    for provider, (path, body, _) in ORDERS.items():
        assert httpx.post(url + path, json=body, headers=KEYS[provider]).status_code in {200, 202}
    due = httpx.post(f"{url}/_mock/clock/advance", json={"until": "idle"}).json()["due"]
    jobs = httpx.get(f"{url}/_mock/jobs").json()["items"]

    assert {job["provider"] for job in jobs} == set(ORDERS)
    assert {job["state"] for job in jobs} == {"done"}
    assert {change["provider"] for change in due} == set(ORDERS)
    assert [change["at"] for change in due] == sorted(change["at"] for change in due)
