"""What each field may hold, and what is said of what it may not."""

import base64

import pytest

from mockserver.providers.artnex.outputs import clip

from .conftest import PNG, PROMPT, customer_of

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(16)).decode()
WEBP = base64.b64encode(b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(16)).decode()
ANIMATE = {"model": "veo3.1-i2v", "mode": "image-to-video"}


def picture(mock, request_id):
    """What the video of a job looks like."""
    return clip(mock.house.job(request_id))


@pytest.mark.clause("artnex.values.prompt-missing")
@pytest.mark.parametrize("body", [{"model": "veo3.1"}, {"model": "veo3.1", "prompt": ""}])
async def test_a_prompt_is_needed(customer, body):
    response = await customer.http.post("/v1/video", json=body)

    assert (response.status_code, response.json()["error"]) == (400, "missing_prompt")


@pytest.mark.clause("artnex.values.prompt-limit")
@pytest.mark.parametrize("letter", ["x", "é", "🦊"])
async def test_a_prompt_may_have_4000_characters(customer, letter):
    assert (await customer.post(prompt=letter * 4000)).status_code == 200


@pytest.mark.clause("artnex.values.prompt-too-long")
@pytest.mark.parametrize("letter", ["x", "🦊"])
async def test_a_prompt_may_not_have_4001_characters(customer, letter):
    assert await customer.refused(prompt=letter * 4001) == (400, "prompt_too_long")


@pytest.mark.clause("artnex.values.model-unknown")
@pytest.mark.parametrize("model", ["veo4", "VEO3.1", "z-image-turbo", "", "veo3.1 ", 5, ["veo3.1"], {}])
async def test_an_unknown_model_is_refused(customer, model):
    assert await customer.refused(model=model) == (400, "invalid_model")


@pytest.mark.clause("artnex.values.model-missing")
async def test_a_model_is_needed(customer):
    response = await customer.http.post("/v1/video", json={"prompt": PROMPT})

    assert (response.status_code, response.json()["error"]) == (400, "invalid_model")


@pytest.mark.clause("artnex.values.model-of-the-other-mode")
@pytest.mark.parametrize(
    "body",
    [
        {"model": "veo3.1", "mode": "image-to-video", "image": PNG},
        {"model": "veo3.1-i2v", "mode": "text-to-video", "image": PNG},
        {"model": "veo3.1-i2v", "image": PNG},
    ],
)
async def test_a_model_belongs_to_one_mode(customer, body):
    assert await customer.refused(**body) == (400, "invalid_model")


@pytest.mark.clause("artnex.values.mode-two-ways", "artnex.values.mode-default")
async def test_there_are_two_modes_and_text_is_the_default(customer):
    assert (await customer.post(model="veo3.1", mode="text-to-video")).status_code == 200
    assert (await customer.post(model="veo3.1")).status_code == 200
    assert (await customer.post(model="veo3.1-i2v", mode="image-to-video", image=PNG)).status_code == 200


@pytest.mark.clause("artnex.values.mode-invalid")
@pytest.mark.parametrize("mode", ["video-to-video", "Text-to-Video", "", 1, True, ["text-to-video"], {}])
async def test_there_is_no_third_mode(customer, mode):
    assert await customer.refused(mode=mode) == (400, "invalid_mode")


@pytest.mark.clause("artnex.values.image-missing")
@pytest.mark.parametrize("image", [{}, {"image": ""}, {"image": None}])
async def test_animating_needs_an_image(customer, image):
    assert await customer.refused(**ANIMATE, **image) == (400, "missing_image")


@pytest.mark.clause("artnex.values.image-missing")
@pytest.mark.parametrize("image", [{}, {"image": ""}, {"image": None}])
async def test_the_image_is_missing_whatever_the_model_is_made_for(customer, image):
    assert await customer.refused(model="veo3.1", mode="image-to-video", **image) == (400, "missing_image")


@pytest.mark.clause("artnex.values.image-forms")
@pytest.mark.parametrize(
    "image",
    [
        "https://example.com/start.png",
        "https://cdn.example.com:8443/a/b%20c.webp?size=large#top",
        "https://example.com",
        PNG,
        JPEG,
        WEBP,
        PNG.rstrip("="),
        "\n".join(PNG[at : at + 76] for at in range(0, len(PNG), 76)),
    ],
    ids=lambda image: image[:30],
)
async def test_an_image_is_an_https_address_or_base64(customer, image):
    assert (await customer.post(**ANIMATE, image=image)).status_code == 200


@pytest.mark.clause("artnex.values.image-data-url")
@pytest.mark.parametrize(
    "image", [f"data:image/png;base64,{PNG}", f"data:image/jpeg;base64,{JPEG}", f"data:image/webp;base64,{WEBP}"]
)
async def test_base64_may_have_a_data_url_prefix(customer, image):
    assert (await customer.post(**ANIMATE, image=image)).status_code == 200


@pytest.mark.clause("artnex.values.image-not-an-image")
@pytest.mark.parametrize(
    "image",
    [
        "http://example.com/start.png",
        "https://",
        "https:///start.png",
        "https://example.com/a b.png",
        "ftp://example.com/start.png",
        "start.png",
        "*****",
        "A",
        f"{PNG[:20]}*{PNG[20:]}",
        f"{PNG[:20]}-_{PNG[20:]}",
        base64.b64encode(b"GIF89a" + bytes(20)).decode(),
        base64.b64encode(b"no picture at all").decode(),
        "data:image/png,plain",
        "data:image/png;base64,",
    ],
)
async def test_what_is_no_image_is_refused(customer, image):
    assert await customer.refused(**ANIMATE, image=image) == (400, "invalid_image_format")


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("start.png", "image: bad base64"),
        (base64.b64encode(b"GIF89a" + bytes(20)).decode(), "image: not a picture"),
        ("data:image/png;base64,", "image: not a picture"),
    ],
)
async def test_a_hint_says_what_is_wrong_with_an_image(customer, image, why):
    assert (await customer.post(**ANIMATE, image=image)).headers["x-mock-hint"] == why


@pytest.mark.clause("artnex.values.image-too-large")
async def test_an_image_may_have_ten_megabytes_and_no_byte_more(customer):
    def image(size):
        return base64.b64encode(b"\xff\xd8\xff" + bytes(size - 3)).decode()

    assert (await customer.post(**ANIMATE, image=image(10 * 2**20))).status_code == 200
    assert await customer.refused(**ANIMATE, image=image(10 * 2**20 + 1)) == (400, "image_too_large")


@pytest.mark.clause("artnex.values.image-unused-for-text")
@pytest.mark.parametrize("image", ["https://example.com/start.png", PNG, "no image"])
async def test_an_image_is_ignored_where_the_prompt_is_enough(customer, image):
    assert (await customer.post(image=image)).status_code == 200


@pytest.mark.clause("artnex.values.aspect-ratio-accepted", "artnex.media.size")
@pytest.mark.parametrize(("ratio", "size"), [("16:9", (1280, 720)), ("9:16", (720, 1280)), ("1:1", (720, 720))])
async def test_a_ratio_that_the_model_has_shows_in_the_video(mock, customer, ratio, size):
    request_id = await customer.submit(model="wan-2.5", aspect_ratio=ratio)

    assert (picture(mock, request_id).width, picture(mock, request_id).height) == size


@pytest.mark.clause("artnex.values.aspect-ratio-falls-back")
@pytest.mark.parametrize("model", ["veo3.1", "veo3-fast", "sora-2", "sora-2-pro"])
async def test_a_ratio_that_the_model_lacks_falls_back(mock, customer, model):
    request_id = await customer.submit(model=model, aspect_ratio="1:1")

    assert (picture(mock, request_id).width, picture(mock, request_id).height) == (1280, 720)


@pytest.mark.clause("artnex.values.aspect-ratio-unheard-of")
@pytest.mark.parametrize("ratio", ["4:3", "21:9", "wide", ""])
async def test_a_ratio_that_nobody_has_falls_back_too(mock, customer, ratio):
    request_id = await customer.submit(model="wan-2.5", aspect_ratio=ratio)

    assert (picture(mock, request_id).width, picture(mock, request_id).height) == (1280, 720)


@pytest.mark.clause("artnex.values.aspect-ratio-default")
@pytest.mark.parametrize("model", ["veo3.1", "sora-2", "kling-v2.6-pro", "wan-2.5", "seedance-v1.5-pro-t2v"])
async def test_without_a_ratio_the_video_is_wide(mock, customer, model):
    request_id = await customer.submit(model=model)

    assert (picture(mock, request_id).width, picture(mock, request_id).height) == (1280, 720)


@pytest.mark.clause("artnex.values.image-models-ratios")
@pytest.mark.parametrize(
    ("model", "has_square"),
    [
        ("veo3.1-i2v", False),
        ("veo3-fast-i2v", False),
        ("kling-v2.5-turbo-pro-i2v", True),
        ("wan-2.5-i2v", True),
        ("seedance-v1.5-pro-i2v", True),
    ],
)
async def test_an_image_model_has_the_ratios_of_its_text_twin(mock, customer, model, has_square):
    request_id = await customer.submit(model=model, mode="image-to-video", image=PNG, aspect_ratio="1:1")

    assert (picture(mock, request_id).width == picture(mock, request_id).height) is has_square


@pytest.mark.clause("artnex.values.duration-invalid")
@pytest.mark.parametrize(
    ("model", "duration"),
    [
        ("veo3.1", 5),
        ("veo3.1", 0),
        ("veo3.1", -4),
        ("veo3.1", "4"),
        ("veo3.1", 4.5),
        ("veo3.1", True),
        ("veo3.1", [4]),
        ("veo3.1", 10**30),
        ("kling-v2.6-pro", 12),
        ("seedance-v1.5-pro-t2v", 3),
        ("seedance-v1.5-pro-t2v", 13),
        ("seedance-v1.5-pro-t2v", 4.5),
    ],
)
async def test_a_duration_that_the_model_does_not_list_is_refused(customer, model, duration):
    assert await customer.refused(model=model, duration=duration) == (400, "invalid_duration")


@pytest.mark.clause("artnex.values.duration-default")
@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"model": "veo3.1"}, 4),
        ({"model": "sora-2-pro"}, 4),
        ({"model": "kling-v2.6-pro"}, 5),
        ({"model": "seedance-v1.5-pro-t2v"}, 5),
        ({"model": "wan-2.5-i2v", "mode": "image-to-video", "image": PNG}, 5),
        ({"model": "seedance-v1.5-pro-i2v", "mode": "image-to-video", "image": PNG}, 5),
    ],
)
async def test_the_default_duration_is_the_first_listed_or_five_of_a_range(mock, customer, body, seconds):
    request_id = await customer.submit(**body)

    assert picture(mock, request_id).seconds == seconds


@pytest.mark.clause("artnex.values.body-not-an-object")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"prompt": "\xff"}',
        b'{"prompt": 5, "model": "veo3.1"}',
        b'{"prompt": "x", "model": "veo3.1", "image": 5}',
        b'{"prompt": "x", "model": "veo3.1", "aspect_ratio": ["16:9"]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda content: repr(content[:30]),
)
async def test_a_body_that_cannot_be_read_is_refused(customer, content):
    response = await customer.http.post("/v1/video", content=content, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.clause("artnex.values.order-of-checks")
async def test_what_is_wrong_first_is_told_first(mock):
    wrong = {"prompt": "", "model": "veo4", "mode": "none", "image": "", "duration": 99}
    poor = customer_of(mock, "broke-key")
    await mock.set_account("broke-key", limits={"requests_per_day": 7})
    told = [await customer_of(mock, "revoked-broke-key").refused(**wrong)]

    for repair in (
        {},
        {"prompt": PROMPT},
        {"model": "veo3.1-i2v"},
        {"mode": "image-to-video"},
        {"image": PNG},
        {"duration": 4},
    ):
        wrong |= repair
        told.append(await poor.refused(**wrong))
    told.append(await poor.refused())
    told.append(await poor.refused(prompt=""))

    assert told == [
        (401, "invalid_api_key"),
        (400, "missing_prompt"),
        (400, "invalid_model"),
        (400, "invalid_mode"),
        (400, "missing_image"),
        (400, "invalid_duration"),
        (402, "insufficient_credits"),
        (402, "insufficient_credits"),
        (429, "rate_limit_exceeded"),
    ]
