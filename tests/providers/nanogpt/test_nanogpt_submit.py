"""Submitting: what an accepted order is answered with, what it needs, and how its values may be written."""

import re

import pytest

from tests.providers.nanogpt.kit import (
    CLIP,
    FIXTURES,
    LINK,
    accepted,
    client_of,
    order,
    printed,
    refused,
)

PRINTED_ORDERS = sorted(file.stem for file in FIXTURES.glob("submit-*.json"))
NOT_JSON = {"error": "Invalid JSON body", "status": 400}


def text(words):
    """A refusal of an order in the form that document 002 prints."""
    return 400, {"error": words, "status": 400}


# What comes back --------------------------------------------------------------------------------------------------


@pytest.mark.clause(
    "nanogpt.submit.accepted",
    "nanogpt.submit.answer-fields",
    "nanogpt.submit.id-is-run-id",
    "nanogpt.submit.status-pending",
    "nanogpt.submit.model-echoed",
    "nanogpt.submit.precharge-label",
)
@pytest.mark.parametrize(
    ("model", "cost", "left"),
    [("hunyuan-video", 0.4, 49.6), ("seedance-lite-video", 0.16201, 49.83799), ("veo3-video", 4.8, 45.2)],
)
async def test_an_accepted_order(client, model, cost, left):
    response = await order(client, model=model)

    answer = response.json()
    run_id, label = answer.pop("runId"), answer.pop("prechargeLabel")
    assert response.status_code == 202
    assert answer == {
        "id": run_id,
        "status": "pending",
        "model": model,
        "cost": cost,
        "paymentSource": "USD",
        "remainingBalance": left,
    }
    assert isinstance(label, str)
    assert 0 < len(label) <= 60


@pytest.mark.clause("nanogpt.submit.status-pending")
@pytest.mark.parametrize("scenario", ["succeeds", "slow", "stuck", "fails at=0", "moderated_late", "cancelled at=0"])
async def test_the_first_word_is_pending_whatever_comes_of_the_job(client, scenario):
    response = await order(client, prompt=f"a fox [[mock: {scenario}]]")

    assert response.json()["status"] == "pending"


@pytest.mark.clause("nanogpt.submit.printed-orders")
@pytest.mark.parametrize("values", ["lenient", "strict"])
@pytest.mark.parametrize("name", PRINTED_ORDERS)
async def test_every_printed_order_is_accepted(serve, name, values):
    client = client_of(await serve("nanogpt", nanogpt__values=values))
    sample = printed(name)["request"]

    response = await client.post("/api/generate-video", json=sample)

    assert response.status_code == 202, response.text
    assert response.json()["model"] == sample["model"]


def test_the_printed_orders_are_all_there():
    assert len(PRINTED_ORDERS) == 16 + 1  # those of document 002, and the example values of document 003


@pytest.mark.clause("nanogpt.submit.run-id-begins-with-vid", "nanogpt.submit.run-id-tail")
async def test_the_id_tells_when_the_job_was_submitted(nano, client):
    first = (await accepted(client))["runId"]
    await nano.advance(1.234)
    second = (await accepted(client))["runId"]

    assert all(re.fullmatch(r"vid_[0-9a-z]{17}", run_id) for run_id in (first, second))
    assert int(first[4:12], 36) == 1_767_225_600_000  # 2026-01-01T00:00:00Z, when a frozen clock begins
    assert int(second[4:12], 36) == 1_767_225_601_234


@pytest.mark.clause("nanogpt.submit.run-id-unique")
async def test_no_two_jobs_of_one_instant_share_an_id(serve):
    nano = await serve("nanogpt", nanogpt__submits_per_minute="null", nanogpt__balance="1000")
    clients = [client_of(nano, key) for key in ("one", "two")]

    ids = [(await accepted(client))["runId"] for _ in range(100) for client in clients]

    assert len(set(ids)) == 200


@pytest.mark.clause("nanogpt.submit.same-order-twice")
async def test_the_same_order_twice_makes_two_jobs(client):
    first, second = await accepted(client, seed=42), await accepted(client, seed=42)

    assert first["id"] != second["id"]
    assert (first["remainingBalance"], second["remainingBalance"]) == (49.6, 49.2)


# What an order needs ----------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.submit.model-required")
@pytest.mark.parametrize("body", [{}, {"prompt": "a fox"}, {"prompt": "a fox", "model": ""}, {"model": None}])
async def test_an_order_names_a_model(client, body):
    response = await client.post("/api/generate-video", json=body)

    assert (response.status_code, response.json()) == text("Model is required")


@pytest.mark.clause("nanogpt.submit.unknown-model")
@pytest.mark.parametrize("values", ["lenient", "strict"])
@pytest.mark.parametrize("model", ["veo9-video", "Veo2-Video", "veo2-video ", "promptchan-video"])
async def test_a_model_that_does_not_exist_is_refused(serve, values, model):
    client = client_of(await serve("nanogpt", nanogpt__values=values))

    assert await refused(client, model=model) == text(f"Model not found: {model}")


@pytest.mark.clause("nanogpt.submit.prompt-required")
@pytest.mark.parametrize("prompt", [None, ""])
@pytest.mark.parametrize(
    ("model", "media"),
    [
        ("veo2-video", {}),
        ("veo2-video", {"imageUrl": LINK}),
        ("hunyuan-video", {}),
        ("kling-v21-pro", {"imageUrl": LINK}),
        ("sora-2", {}),
        ("runwayml-gen4-aleph", {"videoUrl": CLIP}),
        ("wan-wavespeed-25-extend", {"videoUrl": CLIP}),
    ],
)
async def test_text_edit_and_extend_models_need_a_prompt(client, model, media, prompt):
    assert await refused(client, model=model, prompt=prompt, **media) == text("Prompt is required")


@pytest.mark.clause("nanogpt.submit.prompt-optional")
@pytest.mark.parametrize("prompt", [None, ""])
@pytest.mark.parametrize(
    ("model", "media"),
    [
        ("kling-v21-standard", {"imageUrl": LINK}),
        ("wan-video-image-to-video", {"imageUrl": LINK}),
        ("midjourney-video", {"imageUrl": LINK}),
        ("video-upscaler", {"videoUrl": CLIP}),
    ],
)
async def test_image_models_and_upscalers_need_no_prompt(client, model, media, prompt):
    assert (await accepted(client, model=model, prompt=prompt, **media))["model"] == model


@pytest.mark.clause("nanogpt.submit.script-for-prompt")
@pytest.mark.parametrize("model", ["longstories-movie", "longstories-pixel-art"])
async def test_a_story_takes_a_script_or_a_configuration(client, model):
    for words in ({"script": "Once upon a time."}, {"storyConfig": {"scenes": []}}):
        assert (await accepted(client, model=model, prompt=None, **words))["model"] == model
    status, body = await refused(client, model=model, prompt=None)
    assert (status, body["status"]) == (400, 400)


# How values may be written ----------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.submit.duration-spellings")
@pytest.mark.parametrize("spelling", [5, 5.0, "5", "5s"])
async def test_five_seconds_may_be_spelt(serve, spelling):
    client = client_of(await serve("nanogpt", nanogpt__values="strict"))

    assert (await accepted(client, model="kling-video-v2", duration=spelling))["cost"] == 1.4
    assert (await accepted(client, model="kling-video-v2", duration=10))["cost"] == 2.8


@pytest.mark.clause("nanogpt.submit.seconds-for-sora")
async def test_sora_is_billed_by_seconds(client):
    assert (await accepted(client, model="sora-2", seconds="12"))["cost"] == 1.2
    assert (await accepted(client, model="sora-2", seconds="8", duration="12"))["cost"] == 0.8


@pytest.mark.clause("nanogpt.submit.pro-spellings")
async def test_pro_mode_has_two_names(client):
    assert (await accepted(client))["cost"] == 0.4
    assert (await accepted(client, pro=True))["cost"] == 0.8
    assert (await accepted(client, pro_mode=True))["cost"] == 0.8


@pytest.mark.clause("nanogpt.submit.camera-spellings", "nanogpt.submit.wrong-type")
@pytest.mark.parametrize("field", ["camera_fix", "camera_fixed", "cameraFixed"])
async def test_the_camera_switch_has_three_names(client, field):
    assert (await accepted(client, model="seedance-video", **{field: True}))["cost"] == 0.57
    assert await refused(client, model="seedance-video", **{field: "on"}) == text(f"Invalid value for {field}")


@pytest.mark.clause("nanogpt.submit.seed-number-or-text")
@pytest.mark.parametrize("seed", [42, -1, 0.5, "42", "random"])
async def test_a_seed_is_a_number_or_a_text(client, seed):
    assert (await accepted(client, seed=seed))["cost"] == 0.4
    assert await refused(client, seed=[seed]) == text("Invalid value for seed")


@pytest.mark.clause("nanogpt.submit.unknown-keys-ignored")
async def test_unknown_keys_are_ignored(client):
    known = await accepted(client, model="veo2-video", duration="6s")
    more = await accepted(client, model="veo2-video", duration="6s", length=30, provider={"order": []}, webhook=None)

    assert (known["cost"], more["cost"]) == (4.08, 4.08)
    assert set(more) == set(known)


@pytest.mark.clause("nanogpt.submit.null-is-absent")
async def test_null_is_absent(client):
    unset = dict.fromkeys(("duration", "resolution", "aspect_ratio", "imageUrl", "seed", "pro_mode", "storyConfig"))

    assert (await accepted(client, model="seedance-video", **unset))["cost"] == 0.57
    assert await refused(client, model="kling-v21-standard", imageUrl=None) == text(
        "Kling 2.1 Standard requires an input image. Please select an image to generate a video."
    )


@pytest.mark.clause("nanogpt.submit.wrong-type")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", 5),
        ("prompt", ["a fox"]),
        ("negative_prompt", False),
        ("duration", True),
        ("duration", {"seconds": 5}),
        ("seconds", 4),
        ("resolution", 720),
        ("generateAudio", "true"),
        ("pro_mode", 1),
        ("cfg_scale", "0.5"),
        ("num_frames", 81.5),
        ("num_inference_steps", "20"),
        ("frames_per_second", 16.5),
        ("storyConfig", "scenes"),
        ("characters", {}),
        ("imageUrl", {"url": LINK}),
        ("imageDataUrl", 1),
        ("referenceImages", LINK),
        ("voice_speed", "1.0"),
        ("videoDuration", "10"),
        ("targetFaceIndex", "0"),
        ("conversationUUID", 7),
    ],
)
async def test_a_field_of_another_type_is_named(client, field, value):
    assert await refused(client, **{field: value}) == text(f"Invalid value for {field}")


@pytest.mark.clause("nanogpt.submit.not-json")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"model=veo2-video",
        b"[]",
        b'"model"',
        b"5",
        b"null",
        b'{"model": "veo2-video"',
        b'{"model": "veo2-video",}',
        b"{'model': 'veo2-video'}",
        b'{"model": "veo2-video", "prompt": "\xff"}',
        '{"model": "veo2-video", "prompt": "x"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"model": "veo2-video", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
async def test_a_body_is_a_json_object(client, body):
    response = await client.post("/api/generate-video", content=body)

    assert (response.status_code, response.json()) == (400, NOT_JSON)


@pytest.mark.clause("nanogpt.submit.content-type-not-judged")
@pytest.mark.parametrize(
    "content_type", [None, "application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"]
)
async def test_json_is_read_whatever_it_is_called(client, content_type):
    headers = {} if content_type is None else {"content-type": content_type}
    body = b'{"model": "hunyuan-video", "prompt": "a fox"}'

    response = await client.post("/api/generate-video", content=body, headers=headers)

    assert (response.status_code, response.json()["cost"]) == (202, 0.4)
