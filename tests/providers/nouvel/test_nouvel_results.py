"""What comes out: details, scripts, and the MP4 itself."""

from io import BytesIO

import pytest

from mockserver.providers.nouvel.outputs import clip_of

from .conftest import JACKET, MINUTE, SHOES, customer_of

av = pytest.importorskip("av")


def measured(content):
    """Width, height, seconds and sound of an MP4."""
    with av.open(BytesIO(content)) as found:
        video = found.streams.video[0]
        return video.width, video.height, round(found.duration / 1_000_000, 2), bool(found.streams.audio)


@pytest.mark.clause("nouvel.results.details", "nouvel.results.scene-count", "nouvel.results.fifteen-seconds")
async def test_details_have_these_fields(finished):
    job = await finished(urls=[SHOES, JACKET])

    assert [detail["projectId"] for detail in job["completedDetails"]] == [one["id"] for one in job["projects"]]
    for detail, url in zip(job["completedDetails"], [SHOES, JACKET], strict=True):
        assert set(detail) == {
            "projectId",
            "title",
            "url",
            "finalOutputUrl",
            "description",
            "status",
            "aspectRatio",
            "durationSeconds",
            "sceneCount",
            "script",
        }
        assert (detail["url"], detail["status"], detail["aspectRatio"]) == (url, "completed", "9:16")
        assert (detail["durationSeconds"], detail["sceneCount"]) == (15, 3)


@pytest.mark.clause(
    "nouvel.results.final-output",
    "nouvel.results.aspect-ratio",
    "nouvel.results.fifteen-seconds",
    "nouvel.results.picture",
    "nouvel.submit.aspect-ratio",
    "nouvel.submit.ad-duration",
)
@pytest.mark.parametrize(
    ("asked", "ratio", "size", "seconds"),
    [
        ({}, "9:16", (720, 1280), 15),
        ({"aspectRatio": "9:16", "adDuration": 15}, "9:16", (720, 1280), 15),
        ({"aspectRatio": "16:9", "adDuration": 30}, "16:9", (1280, 720), 30),
        ({"aspectRatio": "1:1"}, "1:1", (720, 720), 15),
    ],
)
async def test_the_link_gives_the_video_that_was_ordered(mock, finished, asked, ratio, size, seconds):
    [detail] = (await finished(**asked))["completedDetails"]
    video = await mock.client().get(detail["finalOutputUrl"])

    assert (video.status_code, video.headers["content-type"]) == (200, "video/mp4")
    assert measured(video.content) == (*size, seconds, True)
    assert (detail["aspectRatio"], detail["durationSeconds"]) == (ratio, seconds)
    assert detail["finalOutputUrl"].startswith("http://mock.test/")


async def test_what_is_seen_in_a_video_and_in_a_scene_of_it(mock, customer):
    job_id = await customer.submit(urls=[SHOES], variantCount=2, aspectRatio="16:9", adDuration=30)
    job = mock.house.job(job_id)
    second = (await customer.job(job_id))["projects"][1]
    video, scene = clip_of(job, 1, None), clip_of(job, 1, 4)

    assert (video.width, video.height, video.seconds, video.sound) == (1280, 720, 30, True)
    assert video.caption == ("Nouvel", second["id"], second["title"])
    assert (scene.width, scene.height, scene.seconds, scene.sound) == (1280, 720, 5, False)
    assert scene.caption == ("Nouvel", f"{second['id']} scene 5", second["title"])
    assert (video.comment, scene.comment) == (job_id, job_id)
    assert len({clip_of(job, index, one).seed for index in (0, 1) for one in (None, *range(6))}) == 14


@pytest.mark.clause("nouvel.submit.ad-duration", "nouvel.results.scene-count")
@pytest.mark.parametrize(("seconds", "scenes"), [(15, 3), (30, 6), (45, 9), (60, 12)])
async def test_lengths_and_their_scenes(customer, finished, seconds, scenes):
    job = await finished(adDuration=seconds)
    [detail] = job["completedDetails"]
    found = await customer.project(detail["projectId"])

    assert (detail["durationSeconds"], detail["sceneCount"], len(found["scenes"])) == (seconds, scenes, scenes)


@pytest.mark.clause("nouvel.results.script")
@pytest.mark.parametrize("asked", [{}, {"adDuration": 60}, {"overrideScript": "One. Two. Three. Four."}])
async def test_the_scenes_speak_the_script(customer, finished, asked):
    [detail] = (await finished(**asked))["completedDetails"]
    scenes = (await customer.project(detail["projectId"]))["scenes"]
    spoken = " ".join(scene["script_text"] for scene in scenes if scene["script_text"])

    assert spoken.split() == detail["script"].split()
    assert len(detail["script"].split()) >= 4


@pytest.mark.clause("nouvel.results.failed-entries")
async def test_a_failed_video_has_an_entry_without_a_result(mock, finished):
    await mock.queue("fails")
    [detail] = (await finished())["completedDetails"]

    assert detail["status"] == "failed"
    assert [detail[name] for name in ("finalOutputUrl", "script", "durationSeconds")] == [None, None, None]
    assert (detail["url"], detail["sceneCount"]) == (SHOES, 3)


@pytest.mark.clause("nouvel.results.no-file-before-the-end")
async def test_there_is_no_file_before_its_video_is_completed(mock, customer):
    job_id = await customer.submit(variantCount=2)
    path = f"/media/nouvel/{job_id}/video-1.mp4"
    await mock.advance(13 * MINUTE)
    assert (await customer.http.get(path)).status_code == 404
    await mock.until_idle()
    assert (await customer.http.get(path)).status_code == 200
    for name in ("video-3.mp4", "video-0.mp4", "video.mp4", "video-1.mov"):
        assert (await mock.client().get(f"/media/nouvel/{job_id}/{name}")).status_code == 404


@pytest.mark.clause("nouvel.results.no-file-before-the-end")
async def test_a_failed_video_has_no_file(mock, customer, finished):
    await mock.queue("partial")
    job = await finished(variantCount=2)

    assert (await customer.http.get(f"/media/nouvel/{job['jobId']}/video-1.mp4")).status_code == 200
    assert (await customer.http.get(f"/media/nouvel/{job['jobId']}/video-2.mp4")).status_code == 404


@pytest.mark.clause("nouvel.results.byte-ranges")
async def test_a_part_of_the_file_can_be_had(mock, customer, finished):
    [detail] = (await finished())["completedDetails"]
    url = detail["finalOutputUrl"]
    whole = (await mock.client().get(url)).content
    part = await customer.http.get(url, headers={"range": "bytes=4-7"})
    behind = await customer.http.get(url, headers={"range": f"bytes={len(whole)}-"})
    head = await mock.client().head(url)
    again = await customer.http.get(url, headers={"if-none-match": part.headers["etag"]})

    assert again.status_code == 304
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole)}"
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole)))


async def test_results_do_not_expire_unless_asked_to(mock, finished):
    [detail] = (await finished())["completedDetails"]
    await mock.advance(365 * 24 * 3600)
    assert (await mock.client().head(detail["finalOutputUrl"])).status_code == 200

    await mock.queue("expires_early")
    [detail] = (await finished())["completedDetails"]
    assert (await mock.client().head(detail["finalOutputUrl"])).status_code == 200
    await mock.advance(1)
    assert (await mock.client().head(detail["finalOutputUrl"])).status_code == 404


async def test_an_empty_result_is_completed_without_a_link(mock, customer, finished):
    await mock.queue("empty_result")
    job = await finished()

    assert (job["status"], job["completedDetails"][0]["finalOutputUrl"]) == ("completed", None)
    assert (await customer.http.get(f"/media/nouvel/{job['jobId']}/video-1.mp4")).status_code == 404


async def test_links_stay_in_the_sandbox_and_on_the_host(mock):
    customer = customer_of(mock, judged=False)
    job_id = (await customer.http.post("/@mine/nouvel/api/v1/generate", json={"urls": [SHOES]})).json()["jobId"]
    await mock.client(base="/_mock/").post("http://localhost/@mine/_mock/clock/advance", json={"until": "idle"})
    [detail] = (await customer.http.get(f"/@mine/api/v1/jobs/{job_id}")).json()["completedDetails"]

    assert detail["finalOutputUrl"] == f"http://mock.test/@mine/media/nouvel/{job_id}/video-1.mp4"
    assert (await mock.client().head(detail["finalOutputUrl"])).status_code == 200


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://shop.com/products/trail-shoe.html", "Trail Shoe Ad - Vertical"),
        ("https://shop.com/dp/12345/", "Dp Ad - Vertical"),
        ("https://shop.com/p/caf%C3%A9_au%20lait", "Café Au Lait Ad - Vertical"),
        ("https://shop.com/1/2", "shop.com Ad - Vertical"),
        ("https://shop.com/p/%00%0A%E2%80%AE", "P Ad - Vertical"),
    ],
)
async def test_titles_are_made_of_the_url(customer, url, title):
    job = await customer.job(await customer.submit(urls=[url]))

    assert job["projects"][0]["title"] == title
