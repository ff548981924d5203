"""What can be ordered, as the two lists of models tell it; and every id that they tell can be ordered."""

import re

import pytest

from tests.providers.nanogpt.kit import CLIP, LINK, PROMPT, client_of

VIDEO_MODELS, MODELS = "/api/v1/video-models", "/api/v1/models"
BRIEF = {"id", "object", "created", "owned_by"}
DETAILED = BRIEF | {
    "name", "description", "architecture", "pricing", "capabilities", "supported_parameters", "icon_url", "category",
}  # fmt: skip
OPTIONAL = {"label", "tags"}
OF_THE_DOCUMENTS = {
    "veo2-video", "veo3-video", "kling-video-v2", "kling-v21-standard", "kling-v21-pro", "hunyuan-video",
    "wan-video-image-to-video", "seedance-video", "seedance-lite-video", "wan-wavespeed-25-extend", "kling-lipsync-t2v",
    "runwayml-gen4-aleph", "sora-2", "midjourney-video", "longstories-movie", "lightricks-ltx-2-fast", "pixverse-v5",
}  # fmt: skip
EVERYTHING = {
    "prompt": PROMPT,
    "script": PROMPT,
    "imageUrl": LINK,
    "videoUrl": CLIP,
    "audioUrl": "https://assets.example.com/voice.mp3",
    "voice_id": "genshin_vindi2",
    "swapImage": LINK,
    "targetVideo": CLIP,
    "referenceImages": [LINK],
    "referenceVideos": [CLIP],
}
"""What any model could ask for."""


async def listed(client, path, **params):
    """The entries of a list, by id."""
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    return {entry["id"]: entry for entry in response.json()["data"]}


@pytest.mark.clause("nanogpt.catalogue.envelope")
async def test_the_list_counts_itself_and_says_when(nano, client):
    await nano.advance(90.5)

    told = (await client.get(VIDEO_MODELS)).json()

    assert set(told) == {"object", "data", "meta"}
    assert told["object"] == "list"
    assert told["meta"] == {"count": len(told["data"]), "generated_at": "2026-01-01T00:01:30.500Z"}
    assert len({entry["id"] for entry in told["data"]}) == len(told["data"]) > 160


@pytest.mark.clause("nanogpt.catalogue.entry")
async def test_each_entry_has_its_twelve_fields_and_at_most_two_more(client):
    entries = await listed(client, VIDEO_MODELS)

    assert set(entries) >= OF_THE_DOCUMENTS
    assert all(DETAILED <= set(entry) <= DETAILED | OPTIONAL for entry in entries.values())
    assert any("label" in entry for entry in entries.values())
    assert any("tags" in entry for entry in entries.values())


@pytest.mark.clause("nanogpt.catalogue.brief")
async def test_in_brief_an_entry_has_four(client):
    detailed = await listed(client, VIDEO_MODELS)

    brief = await listed(client, VIDEO_MODELS, detailed="false")

    assert brief == {name: {key: entry[key] for key in BRIEF} for name, entry in detailed.items()}
    assert await listed(client, VIDEO_MODELS, detailed="true") == detailed


@pytest.mark.clause("nanogpt.catalogue.video-models-in-models", "nanogpt.catalogue.models-brief-by-default")
async def test_the_general_list_has_the_video_models_too(client):
    response = await client.get(MODELS, params={"detailed": "true"})

    assert set(response.json()) == {"object", "data"}
    assert await listed(client, MODELS, detailed="true") == await listed(client, VIDEO_MODELS)
    assert await listed(client, MODELS) == await listed(client, VIDEO_MODELS, detailed="false")
    assert await listed(client, MODELS, detailed="false") == await listed(client, MODELS)


@pytest.mark.clause("nanogpt.catalogue.detailed-is-true-or-false")
@pytest.mark.parametrize("path", [VIDEO_MODELS, MODELS])
async def test_detailed_is_true_or_false_in_any_case(client, path):
    for yes, no in (("true", "false"), ("True", "False"), ("TRUE", "FALSE")):
        assert "pricing" in (await listed(client, path, detailed=yes))["veo2-video"]
        assert "pricing" not in (await listed(client, path, detailed=no))["veo2-video"]


@pytest.mark.clause("nanogpt.catalogue.detailed-is-true-or-false")
@pytest.mark.parametrize("path", [VIDEO_MODELS, MODELS])
@pytest.mark.parametrize("value", ["", "1", "0", "yes", "truee", "null", "\u0442rue"])
async def test_detailed_is_nothing_else(client, path, value):
    response = await client.get(path, params={"detailed": value})

    assert (response.status_code, response.json()) == (400, {"error": "Invalid value for detailed", "status": 400})


@pytest.mark.clause("nanogpt.catalogue.needs-no-key")
@pytest.mark.parametrize("path", [VIDEO_MODELS, MODELS])
async def test_the_lists_need_no_key_and_mind_none(nano, path):
    asked = [client_of(nano, key) for key in (None, "sk-nano-1", "sk-nano-revoked")]

    answers = [await client.get(path) for client in asked]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].content == answers[1].content == answers[2].content


@pytest.mark.clause("nanogpt.catalogue.models-of-the-lists")
async def test_whatever_is_listed_can_be_ordered_as_it_stands(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute="null", nanogpt__balance="1000000")
    client = client_of(mock)
    entries = await listed(client, VIDEO_MODELS)

    answers = {name: await client.post("/api/generate-video", json={"model": name, **EVERYTHING}) for name in entries}

    assert {name: answer.text for name, answer in answers.items() if answer.status_code != 202} == {}
    assert all(answer.json()["model"] == name for name, answer in answers.items())
    assert all(answer.json()["cost"] > 0 for answer in answers.values())


@pytest.mark.clause("nanogpt.catalogue.defaults-apply", "nanogpt.catalogue.descriptors")
async def test_an_order_with_the_listed_defaults_costs_what_one_without_them_does(serve):
    mock = await serve("nanogpt", nanogpt__submits_per_minute="null", nanogpt__balance="1000000")
    client = client_of(mock)
    entries = await listed(client, VIDEO_MODELS)

    async def cost(name, **fields):
        response = await client.post("/api/generate-video", json=fields | EVERYTHING | {"model": name})
        assert response.status_code == 202, (name, fields, response.text)
        return response.json()["cost"]

    for name, entry in entries.items():
        defaults = {key: value for key, value in entry["supported_parameters"]["defaults"].items() if value != ""}
        assert await cost(name) == await cost(name, **defaults), name


@pytest.mark.clause("nanogpt.catalogue.display-names")
async def test_the_name_in_the_list_is_the_name_in_a_refusal(client):
    entries = await listed(client, VIDEO_MODELS)
    response = await client.post("/api/generate-video", json={"model": "kling-v21-standard", "prompt": PROMPT})

    name = re.fullmatch("(.+) requires an input image.+", response.json()["error"])[1]

    assert name == "Kling 2.1 Standard" == entries["kling-v21-standard"]["name"]
    assert (entries["veo2-video"]["name"], entries["wan-video-image-to-video"]["name"]) == ("Veo 2", "Wan 2.1")
