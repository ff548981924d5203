"""What a job makes to be heard and seen, and the links that lead to it."""

import io
import wave

import av
import pytest

from tests import witness
from tests.films import packets, seconds_of

from .conftest import ends, team_of, video

QUARTER = 15 * 60


@pytest.fixture
async def media_id(team):
    """A media with sound."""
    return await team.media(video(10.0, sound="aac"))


@pytest.mark.clause("viddyscribe.content.audio", "viddyscribe.content.audio-length")
async def test_an_audio_job_gives_a_wav_of_the_media_s_length(finished, download, media_id):
    results = await finished("audio", media_id)

    response = await download(results["audio_signed_url"])

    assert "video_signed_url" not in results
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(response.content)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(10.0, abs=0.1)


@pytest.mark.clause("viddyscribe.content.video", "viddyscribe.content.video-pictures")
@pytest.mark.parametrize("ad_type", ["standard_ad", "extended_ad"])
@pytest.mark.parametrize(("sound", "tracks"), [(None, 1), ("aac", 2)])
async def test_a_video_job_gives_the_uploaded_pictures_and_a_track_more(
    team, finished, download, ad_type, sound, tracks
):
    source = video(10.0, sound=sound)

    results = await finished("video", await team.media(source), ad_type=ad_type)
    response = await download(results["video_signed_url"])

    assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
    assert packets(response.content) == packets(source)
    with av.open(io.BytesIO(response.content)) as file:
        assert len(file.streams.audio) == tracks
        assert sum(frame.samples for frame in file.decode(audio=tracks - 1)) > 9 * file.streams.audio[0].rate


@pytest.mark.clause("viddyscribe.content.standard-same-length")
async def test_a_standard_video_keeps_its_length_and_has_a_track_beside_it(finished, download, media_id):
    results = await finished("video", media_id, ad_type="standard_ad")

    film, track = [(await download(results[f"{kind}_signed_url"])).content for kind in ("video", "audio")]

    assert seconds_of(film) == pytest.approx(10.0, abs=0.3)
    assert seconds_of(track) == pytest.approx(10.0, abs=0.1)


@pytest.mark.clause("viddyscribe.content.extended-longer")
async def test_an_extended_video_is_longer_by_what_is_spoken(finished, download, media_id):
    results = await finished("video", media_id, ad_type="extended_ad", format="json")
    spoken = sum(segment["end"] - segment["start"] for segment in results["output"]["segments"])

    film = (await download(results["video_signed_url"])).content

    assert spoken > 1
    assert seconds_of(film) == pytest.approx(10.0 + spoken, abs=0.3)
    assert "audio_signed_url" not in results


@pytest.mark.clause("viddyscribe.content.video", "viddyscribe.upload.url-stands-for-a-clip")
async def test_a_url_that_was_never_fetched_gives_a_video_as_well(mock, team, download):
    answer = (await team.nested("video", ad_type="standard_ad")).json()
    length = (await team.status(answer["media_id"]))["duration_seconds"]
    await mock.until_idle()

    film = (await download((await team.results(answer["job_id"]))["video_signed_url"])).content

    assert seconds_of(film) == pytest.approx(length, abs=0.1)


@pytest.mark.clause("viddyscribe.content.link-15-minutes", "viddyscribe.content.expired-link")
@pytest.mark.parametrize(("kind", "link"), [("audio", "audio_signed_url"), ("video", "video_signed_url")])
async def test_a_link_works_for_15_minutes(mock, finished, download, kind, link):
    url = (await finished(kind))[link]

    await mock.advance(QUARTER - 1)
    last = await download(url)
    await mock.advance(1)
    late = await download(url)

    assert last.status_code == 200
    assert ends(late) == (403, "link_expired")


@pytest.mark.clause("viddyscribe.content.link-15-minutes", "viddyscribe.content.expired-link")
@pytest.mark.parametrize("seconds", [0.25, 0.000001, 0.999999])
async def test_a_link_that_was_signed_between_two_seconds_works_as_long(mock, team, download, seconds):
    job_id = await team.job("audio")
    await mock.until_idle()
    await mock.advance(seconds)
    url = (await team.results(job_id))["audio_signed_url"]

    await mock.advance(QUARTER - 0.000001)
    last = await download(url)
    await mock.advance(0.000001)

    assert last.status_code == 200
    assert ends(await download(url)) == (403, "link_expired")


@pytest.mark.clause("viddyscribe.content.expired-link")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("signature=", "signature=0"),
        ("expires=1", "expires=2"),
        ("&signature=", "&s="),
        (".mp4", ".wav"),
        ("task_", "task_0"),
    ],
)
async def test_a_changed_link_is_refused(finished, download, old, new):
    url = (await finished("video"))["video_signed_url"]

    assert ends(await download(url.replace(old, new, 1))) == (403, "link_expired")


@pytest.mark.clause("viddyscribe.content.fresh-link")
async def test_a_later_poll_signs_a_fresh_link(mock, team, download):
    job_id = await team.job("audio")
    await mock.until_idle()
    first = (await team.results(job_id))["audio_signed_url"]

    await mock.advance(30 * 24 * 3600)
    second = (await team.results(job_id))["audio_signed_url"]
    await mock.advance(QUARTER - 1)

    assert (await download(first)).status_code == 403
    assert (await download(second)).status_code == 200


@pytest.mark.clause("viddyscribe.content.link-needs-no-key")
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "nonsense"}, {"X-API-Key": "vsk_revoked"}], ids=str)
async def test_a_link_needs_no_key_and_minds_none(finished, download, headers):
    url = (await finished("audio"))["audio_signed_url"]

    assert (await download(url, **headers)).status_code == 200


@pytest.mark.clause("viddyscribe.content.ranges")
@pytest.mark.parametrize(("kind", "link"), [("audio", "audio_signed_url"), ("video", "video_signed_url")])
async def test_downloads_answer_head_and_ranges(finished, download, kind, link):
    url = (await finished(kind))[link]
    whole = (await download(url)).content

    head = await download(url, "HEAD")
    part = await download(url, range="bytes=100-199")
    rest = await download(url, range=f"bytes={len(whole) - 5}-")
    beyond = await download(url, range=f"bytes={len(whole)}-")
    unchanged = await download(url, **{"if-none-match": head.headers["etag"]})

    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(whole)), b"")
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert rest.content == whole[-5:]
    assert ends(beyond) == (416, "range_not_satisfiable")
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.clause("viddyscribe.content.older-names")
async def test_older_names_are_answered_by_a_setting(serve):
    mock = await serve("viddyscribe", viddyscribe__results="earlier")
    team = team_of(mock, judged=False)
    jobs = {kind: await team.job(kind, language="es-ES", ad_type="standard_ad") for kind in ("text", "audio", "video")}
    await mock.until_idle()

    text, audio, film = [await team.results(job_id) for job_id in jobs.values()]

    for body in (text, audio, film):
        witness.conform("viddyscribe", "JobEarlier", body)
    base = {"job_id", "status", "media_id", "created_at", "updated_at"}
    assert text.keys() - base == {"output"}
    assert text["output"].keys() == {"language", "ad_type", "items", "vtt"}
    assert (text["output"]["language"], text["output"]["ad_type"]) == ("es-ES", "standard_ad")
    assert text["output"]["items"][0].keys() == {"start", "end", "text"}
    assert text["output"]["vtt"].startswith("WEBVTT\n\n")
    assert film.keys() - base == {"result_url"}
    assert audio.keys() - base == {"audio_signed_url"}
    assert (await mock.client().get(film["result_url"])).headers["content-type"] == "video/mp4"


@pytest.mark.clause("viddyscribe.content.link-15-minutes")
async def test_links_stay_on_the_host_and_in_the_sandbox_of_the_client(mock):
    team = team_of(mock, judged=False)
    media_id = (await team.http.post("/@mine/enterprise/api/upload_media", files={"file": video()})).json()["media_id"]
    job = (await team.http.post("/@mine/enterprise/api/generate_ad_audio", json={"media_id": media_id})).json()
    await mock.client(base="/_mock/").post("http://localhost/@mine/_mock/clock/advance", json={"until": "idle"})

    results = (await team.http.get("/@mine/enterprise/api/get_results", params={"job_id": job["job_id"]})).json()
    url = results["audio_signed_url"]

    assert url.startswith("http://mock.test/@mine/")
    assert (await mock.client().get(url)).status_code == 200
    assert (await mock.client().get(url.replace("/@mine", ""))).status_code == 403


async def test_each_file_has_an_entity_tag_of_its_own(finished, download):
    video = await finished("video", ad_type="standard_ad")
    audio = await finished("audio", audio_track_type="ad_only")
    links = [video["video_signed_url"], video["audio_signed_url"], audio["audio_signed_url"]]
    tags = [(await download(link, "HEAD")).headers["etag"] for link in links]

    assert tags[0] not in tags[1:]
    assert min(map(len, tags)) > 10
    assert tags == [(await download(link, "HEAD")).headers["etag"] for link in links]
