"""ViddyScribe: pages, contract and server agree on every body that is printed."""

from contracts.harness.triangle import fixtures
from tests.contract.triangle_kit import Triangle
from tests.films import film

API = "/enterprise/api"
KEY = {"X-API-Key": "vsk_test"}
FIXTURES = fixtures("viddyscribe")
PRINTED_MEDIA = "550e8400-e29b-41d4-a716-446655440000"
FILM = film(seconds=2, rate=5, sound=None)


async def upload(mock, headers=KEY):
    file = {"file": ("video.mp4", FILM, "video/mp4")}
    return await mock.client(headers).post(f"{API}/upload_media", files=file)


async def ready(mock, order):
    """The order with ids that this server gave in place of those that are printed."""
    if {"gcs_path", "media_id"} <= set(order):
        promise = (await mock.client(KEY).post(f"{API}/upload_media", json=FIXTURES["upload-signed"].request)).json()
        assert (await mock.client().put(promise["upload_url"], content=FILM)).status_code < 300
        return {name: promise[name] for name in order}
    named = order if "media_id" in order else order.get("input", {})
    if named.get("media_id") not in {PRINTED_MEDIA, "MEDIA_ID"}:
        return order
    media_id = (await upload(mock)).json()["media_id"]
    return order | ({"media_id": media_id} if named is order else {"input": named | {"media_id": media_id}})


async def order(mock, kind="video", headers=KEY, **options):
    media_id = (await upload(mock, headers)).json()["media_id"]
    return await mock.client(headers).post(f"{API}/generate_ad_{kind}", json={"media_id": media_id} | options)


async def queued(mock):
    job_id = (await order(mock)).json()["job_id"]
    return await mock.client(KEY).get(f"{API}/get_results", params={"job_id": job_id})


async def without_a_key(mock):
    return await mock.client().post(f"{API}/generate_ad_video", json={})


async def on_a_small_plan(mock):
    return await order(mock, headers={"X-API-Key": "vsk_cheapplan"})


async def too_many_queued(mock):
    media_id = (await upload(mock)).json()["media_id"]
    await mock.set_account("vsk_test", limits={"requests_per_minute": None})
    for _ in range(101):
        response = await mock.client(KEY).post(f"{API}/generate_ad_video", json={"media_id": media_id})
    return response


async def too_long(mock):
    await mock.set_account("vsk_test", limits={"max_duration_seconds": 1})
    return await upload(mock)


async def not_verified_yet(mock):
    return await order(mock)


TRIANGLE = Triangle(
    "viddyscribe",
    headers=KEY,
    situations={
        "error-feature-not-available": on_a_small_plan,
        "error-queue-limit-exceeded": too_many_queued,
        "error-unauthorized": without_a_key,
        "error-upload-not-ready": not_verified_yet,
        "error-video-too-long": too_long,
        "results-queued": queued,
    },
    made_up={
        "job_id": r"task_[0-9a-z]+",
        "media_id": r"[0-9a-f]{8}-[0-9a-f-]{27}",
        "created_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "updated_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "duration_seconds": r"[2-6]\d(\.\d+)?",
        "frame_rate": r"\d+(\.\d+)?",
        "upload_url": r"http://mock\.test/.+",
        "gcs_path": r"\S+/video\.mp4",
    },
    settings={"error-upload-not-ready": {"viddyscribe__verification_seconds": 30}},
    ready=ready,
)
test_orders, test_answers, test_all = TRIANGLE.tests()
