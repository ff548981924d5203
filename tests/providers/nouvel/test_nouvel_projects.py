"""Projects: lists of videos, and one in full with its scenes."""

import uuid

import pytest

from .conftest import HAT, JACKET, MINUTE, SHOES, customer_of

ITEM = {
    "id",
    "title",
    "description",
    "status",
    "final_output_url",
    "aspect_ratio",
    "target_duration_seconds",
    "product_url",
    "created_at",
    "updated_at",
}
IN_FULL = ITEM | {"quality", "tone", "energy", "pacing", "caption_style", "content_mode"}
SCENE = {
    "id",
    "scene_order",
    "prompt",
    "script_text",
    "output_url",
    "status",
    "avatar_id",
    "duration_seconds",
    "created_at",
    "updated_at",
}


@pytest.mark.clause("nouvel.projects.list", "nouvel.projects.items")
async def test_items_agree_with_the_job_that_made_them(mock, customer):
    job_id = await customer.submit(urls=[SHOES, JACKET], variantCount=2, aspectRatio="1:1", adDuration=30)
    await mock.until_idle()
    job = await customer.job(job_id)
    items, _ = await customer.projects()
    by_id = {item["id"]: item for item in items}

    assert len(items) == 4
    for detail in job["completedDetails"]:
        item = by_id[detail["projectId"]]
        assert set(item) == ITEM
        assert (item["title"], item["status"], item["product_url"]) == (detail["title"], "completed", detail["url"])
        assert (item["final_output_url"], item["description"]) == (detail["finalOutputUrl"], detail["description"])
        assert (item["aspect_ratio"], item["target_duration_seconds"]) == ("1:1", 30)
        assert item["created_at"] == "2026-01-01T00:00:00.000Z" < item["updated_at"] < "2026-01-01T00:20:00.000Z"
        assert str(uuid.UUID(item["id"])) == item["id"]


@pytest.mark.clause("nouvel.projects.newest-first")
async def test_the_newest_comes_first(mock, customer):
    for url in (SHOES, JACKET, HAT):
        await customer.submit(urls=[url])
        await mock.advance(MINUTE)
    items, _ = await customer.projects()

    assert [item["product_url"] for item in items] == [HAT, JACKET, SHOES]
    assert [item["created_at"] for item in items] == sorted((item["created_at"] for item in items), reverse=True)


@pytest.mark.clause("nouvel.projects.filter")
async def test_a_list_can_be_narrowed_to_a_status(mock, customer):
    await mock.queue("fails", at=0.2)
    await customer.submit(urls=[SHOES])
    await mock.advance(17.9 * MINUTE)
    for url, minutes in ((JACKET, 14.9), (HAT, 3)):
        await customer.submit(urls=[url])
        await mock.advance(minutes * MINUTE)

    words = {}
    for status in ("generating", "post_processing", "stitching", "completed", "failed", "partial"):
        items, pagination = await customer.projects(status=status)
        assert {item["status"] for item in items} <= {status}
        assert pagination["total"] == len(items)
        words[status] = [item["product_url"] for item in items]

    assert words == {
        "generating": [HAT],
        "post_processing": [],
        "stitching": [],
        "completed": [JACKET],
        "failed": [SHOES],
        "partial": [],
    }


@pytest.mark.clause("nouvel.projects.filter")
@pytest.mark.parametrize("status", ["generating", "post_processing", "stitching"])
async def test_each_stage_has_its_filter(serve, status):
    mock = await serve("nouvel", seed=4)
    customer = customer_of(mock)
    job_id = await customer.submit()
    word = {"generating": "video", "post_processing": "lip_sync", "stitching": "stitching"}[status]
    entered = next(at for at, stage in mock.house.job(job_id).changes() if stage.word == word)
    await mock.advance((entered - mock.app.world.sandbox().now()).total_seconds() + 1)

    assert len((await customer.projects(status=status))[0]) == 1
    assert (await customer.projects(status="completed"))[0] == []


@pytest.mark.clause("nouvel.projects.pages", "nouvel.projects.page-past-the-end")
async def test_pages(customer):
    for _ in range(3):
        await customer.submit(urls=[SHOES, JACKET, HAT], variantCount=3)
    everything, pagination = await customer.projects(limit=100)
    assert (len(everything), pagination) == (
        27,
        {"page": 1, "limit": 100, "total": 27, "totalPages": 1, "hasMore": False},
    )

    usual, pagination = await customer.projects()
    assert (usual, pagination) == (
        everything[:20],
        {"page": 1, "limit": 20, "total": 27, "totalPages": 2, "hasMore": True},
    )
    last, pagination = await customer.projects(page=3, limit=10)
    assert (last, pagination) == (
        everything[20:],
        {"page": 3, "limit": 10, "total": 27, "totalPages": 3, "hasMore": False},
    )
    narrowed, pagination = await customer.projects(page=2, limit=20, status="generating")
    assert (narrowed, pagination["total"]) == ([], 0)
    past, pagination = await customer.projects(page=1_000_000)
    assert (past, pagination) == (
        [],
        {"page": 1_000_000, "limit": 20, "total": 27, "totalPages": 2, "hasMore": False},
    )


@pytest.mark.clause("nouvel.projects.bad-parameters")
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "one"}, "page"),
        ({"page": ""}, "page"),
        ({"page": "1.5"}, "page"),
        ({"page": "9" * 5000}, "page"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"status": "preparing"}, "status"),
        ({"status": "running"}, "status"),
        ({"status": ""}, "status"),
    ],
)
async def test_parameters_out_of_range_are_refused(customer, query, name):
    response = await customer.http.get("/api/v1/projects", params=query)

    assert response.status_code == 400
    assert response.json()["error"].startswith(f"{name} must be ")


@pytest.mark.clause("nouvel.projects.one", "nouvel.projects.scenes")
async def test_a_project_in_full(customer, finished):
    job = await finished(adDuration=15)
    found = await customer.project(job["projects"][0]["id"])
    [item], _ = await customer.projects()

    assert set(found) == {"project", "scenes"}
    assert set(found["project"]) == IN_FULL
    assert {name: found["project"][name] for name in ITEM} == item
    assert [scene["scene_order"] for scene in found["scenes"]] == [0, 1, 2]
    assert all(set(scene) == SCENE for scene in found["scenes"])
    assert {scene["avatar_id"] is None for scene in found["scenes"]} == {True, False}
    assert sum(scene["duration_seconds"] for scene in found["scenes"]) == 15


@pytest.mark.clause("nouvel.projects.scene-clips")
async def test_scenes_have_clips_once_they_are_filmed(mock, customer):
    job = await customer.job(await customer.submit())
    project_id = job["projects"][0]["id"]

    async def scenes():
        found = await customer.project(project_id)
        return found["project"]["status"], {(one["status"], one["output_url"] is None) for one in found["scenes"]}

    assert await scenes() == ("preparing", {("pending", True)})
    await mock.advance(5 * MINUTE)
    assert await scenes() == ("generating", {("generating", True)})
    await mock.advance(8 * MINUTE)
    assert await scenes() == ("post_processing", {("completed", False)})

    url = (await customer.project(project_id))["scenes"][2]["output_url"]
    clip = await mock.client().get(url)
    assert (clip.status_code, clip.headers["content-type"]) == (200, "video/mp4")
    assert (await mock.client().get(url.replace("scene-3", "scene-4"))).status_code == 404


@pytest.mark.parametrize(("at", "word"), [(0.5, "failed"), (0.9, "completed")])
async def test_the_scenes_of_a_failed_video_are_there_if_they_were_filmed(mock, customer, finished, at, word):
    await mock.queue("fails", at=at)
    job = await finished()
    found = await customer.project(job["projects"][0]["id"])

    assert {scene["status"] for scene in found["scenes"]} == {word}
    assert found["project"]["final_output_url"] is None
    clip = await mock.client().get(f"/media/nouvel/{job['jobId']}/video-1-scene-1.mp4")
    assert clip.status_code == {"failed": 404, "completed": 200}[word]


@pytest.mark.clause("nouvel.projects.scene-clips")
async def test_a_job_that_is_called_to_its_end_has_all_its_scenes(mock, customer):
    job_id = await customer.submit()
    await mock.advance(1 * MINUTE)
    await mock.end(job_id, "done")
    job = await customer.job(job_id)

    found = await customer.project(job["projects"][0]["id"])

    assert found["project"]["status"] == "completed"
    assert {scene["status"] for scene in found["scenes"]} == {"completed"}
    assert (await mock.client().head(found["scenes"][0]["output_url"])).status_code == 200


@pytest.mark.clause("nouvel.projects.unknown", "nouvel.status.not-found-text")
@pytest.mark.parametrize("project_id", ["550e8400-e29b-41d4-a716-446655440000", "1", "no-uuid", "%F0%9F%98%80"])
async def test_an_unknown_project_is_not_found(mock, project_id):
    response = await customer_of(mock, judged=False).http.get(f"/api/v1/projects/{project_id}")

    assert (response.status_code, response.json()) == (404, {"error": "Project not found"})


async def test_actor_and_product_take_turns_in_the_scenes(customer, finished):
    job = await finished(urls=["https://shop.com/products/trail-shoes"], adDuration=15)
    scenes = (await customer.project(job["projects"][0]["id"]))["scenes"]

    told = [scene["prompt"] for scene in scenes]

    assert told == [
        "An actor talks about Trail Shoes",
        "A close look at Trail Shoes",
        "An actor talks about Trail Shoes",
    ]
    assert len({scene["id"] for scene in scenes}) == 3
