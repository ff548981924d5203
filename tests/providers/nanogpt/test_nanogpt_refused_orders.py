"""Refused orders: blocked, too dear, too long; in which order reasons are given, and what a refusal costs."""

import pytest

from tests.providers.nanogpt.kit import KEY, LINK, accepted, balance, client_of, order, refused


@pytest.mark.clause("nanogpt.submit.content-policy")
@pytest.mark.parametrize("way", ["directive", "queue"])
async def test_a_blocked_prompt(nano, client, way):
    if way == "queue":
        await nano.queue("moderated")

    response = await order(client, prompt="a fox" if way == "queue" else "a fox [[mock: moderated]]")

    assert response.status_code == 400
    assert response.json() == {
        "error": {
            "message": "Your prompt was blocked due to safety concerns. Please modify your prompt.",
            "type": "CONTENT_POLICY_VIOLATION",
        },
        "status": 400,
    }


@pytest.mark.clause("nanogpt.submit.insufficient-balance")
async def test_an_order_that_costs_more_than_there_is(nano, client):
    await nano.set_account(KEY, available="0.39")

    assert await refused(client) == (402, {"error": "Insufficient balance", "status": 402})
    assert (await accepted(client, model="kling-v21-standard", imageUrl=LINK))["remainingBalance"] == 0.25
    assert (await refused(client_of(nano, "sk-nano-broke")))[0] == 402


@pytest.mark.clause("nanogpt.submit.refusal-is-free")
async def test_a_refused_order_costs_nothing_and_leaves_nothing(serve):
    nano = await serve("nanogpt", nanogpt__values="strict")
    client = client_of(nano)

    statuses = [
        (await refused(client, **wrong))[0]
        for wrong in (
            {"model": "nobody"},
            {"model": "kling-v21-standard"},
            {"prompt": None},
            {"prompt": "x" * 5001},
            {"prompt": "[[mock: moderated]]"},
            {"duration": 999},
            {"resolution": "9000p"},
            {"model": "longstories-movie", "prompt": 7},
            {"imageDataUrl": "data:image/png;base64," + "A" * 6_000_000},
        )
    ]

    assert statuses == [400] * 8 + [413]
    assert await balance(client) == "50"
    assert (await client.get("/api/generate-video/recover")).json() == {"data": []}
    await nano.set_account(KEY, available="0.1")
    assert (await refused(client))[0] == 402
    assert await balance(client) == "0.1"
    assert (await client.get("/api/generate-video/recover")).json() == {"data": []}


@pytest.mark.clause("nanogpt.submit.order-of-refusals")
async def test_of_several_reasons_the_first_is_given(serve):
    nano = await serve("nanogpt", nanogpt__values="strict")
    poor, blocked = client_of(nano, "sk-nano-broke"), {"x-mock-scenario": "moderated"}
    order = {"model": "nobody", "prompt": "x" * 5001, "resolution": "9000p"}

    async def reason(headers=blocked, **repaired):
        order.update(repaired)
        response = await poor.post("/api/generate-video", json=order, headers=headers)
        return response.json().get("error")

    assert await reason() == "Model not found: nobody"
    assert await reason(model="wan-video-image-to-video") == (
        "Wan 2.1 requires an input image. Please select an image to generate a video."
    )
    assert await reason(imageUrl=LINK) == "Invalid value for resolution"
    assert await reason(resolution="720p") == (
        "Your prompt is too long for Wan 2.1. Please shorten it to 5000 characters or less (current: 5001 characters)."
    )
    assert (await reason(prompt="x"))["type"] == "CONTENT_POLICY_VIOLATION"
    assert await reason(headers={}) == "Insufficient balance"
    await nano.set_account("sk-nano-broke", available="1")
    assert await reason(headers={}) is None


# The length of a prompt -------------------------------------------------------------------------------------------


@pytest.mark.clause("nanogpt.submit.prompt-cap-hailuo")
async def test_the_cap_of_hailuo(client):
    assert (await accepted(client, model="minimax-hailuo-02", prompt="x" * 2000))["model"] == "minimax-hailuo-02"
    assert await refused(client, model="minimax-hailuo-02", prompt="x" * 2001) == (
        400,
        {"error": "Your prompt is too long. Please shorten it to 2000 characters or less", "status": 400},
    )


@pytest.mark.clause("nanogpt.submit.prompt-cap-ltx")
async def test_the_cap_of_ltx(client):
    model = "lightricks-ltx-2-fast"

    assert (await accepted(client, model=model, prompt="x" * 3000))["model"] == model
    assert await refused(client, model=model, prompt="x" * 3001) == (
        400,
        {"error": "Prompt is too long. Please keep it under 3000 characters."},
    )


@pytest.mark.clause("nanogpt.submit.prompt-cap-wording", "nanogpt.submit.prompt-cap-otherwise")
@pytest.mark.parametrize(
    ("model", "name", "media"),
    [
        ("veo2-video", "Veo 2", {}),
        ("hunyuan-video", "Hunyuan", {}),
        ("kling-v21-standard", "Kling 2.1 Standard", {"imageUrl": LINK}),
    ],
)
@pytest.mark.parametrize("character", ["x", "é", "🦊"])
async def test_the_cap_of_the_others_is_5000_code_points(client, model, name, media, character):
    assert (await accepted(client, model=model, prompt=character * 5000, **media))["model"] == model
    assert await refused(client, model=model, prompt=character * 5001, **media) == (
        400,
        {
            "error": f"Your prompt is too long for {name}. Please shorten it to 5000 characters or less"
            " (current: 5001 characters).",
            "code": "prompt_too_long",
        },
    )
