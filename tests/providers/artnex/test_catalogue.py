"""The two tables of models, row by row, written out from document 004."""

import pytest

from mockserver.providers.artnex.outputs import clip

from .conftest import PNG, PROMPT

WIDE_AND_TALL, ALL = {"16:9", "9:16"}, {"16:9", "9:16", "1:1"}
TEXT_MODELS = {
    "veo3.1": (3000, {4, 6, 8}, WIDE_AND_TALL),
    "veo3-fast": (2000, {4, 6, 8}, WIDE_AND_TALL),
    "sora-2": (3500, {4, 8, 12}, WIDE_AND_TALL),
    "sora-2-pro": (6000, {4, 8, 12}, WIDE_AND_TALL),
    "kling-v2.5-turbo-pro": (1500, {5, 10}, ALL),
    "kling-v2.6-pro": (5500, {5, 10, 16}, ALL),
    "wan-2.5": (3500, {5, 10}, ALL),
    "seedance-v1.5-pro-t2v": (2600, {4, 5, 6, 7, 8, 9, 10, 11, 12}, ALL),
}
IMAGE_MODELS = {
    "veo3.1-i2v": (3500, {4, 6, 8}),
    "veo3-fast-i2v": (2000, {4, 6, 8}),
    "kling-v2.5-turbo-pro-i2v": (1500, {5, 10}),
    "wan-2.5-i2v": (1500, {5, 6, 7, 8, 9, 10}),
    "seedance-v1.5-pro-i2v": (1500, {4, 5, 6, 7, 8, 9, 10, 11, 12}),
}


async def taken(mock, customer, **body):
    """Send a submission for each duration from 1 to 20; give those that are taken, and what they cost."""
    await mock.set_account("artnex-test", available=1_000_000)
    answers = {seconds: await customer.post(duration=seconds, **body) for seconds in range(1, 21)}
    good = {seconds: answer.json() for seconds, answer in answers.items() if answer.status_code == 200}
    return set(good), {answer["credits_used"] for answer in good.values()}


@pytest.mark.clause("artnex.catalogue.text-models", "artnex.catalogue.longer-costs-the-same")
@pytest.mark.parametrize("model", TEXT_MODELS)
async def test_a_text_model_has_the_price_and_the_durations_of_its_row(mock, customer, model):
    price, durations, _ = TEXT_MODELS[model]

    assert await taken(mock, customer, model=model) == (durations, {price})


@pytest.mark.clause("artnex.catalogue.text-model-ratios")
@pytest.mark.parametrize("model", TEXT_MODELS)
async def test_a_text_model_has_the_ratios_of_its_row(mock, customer, model):
    sides = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
    made = {ratio: clip(mock.house.job(await customer.submit(model=model, aspect_ratio=ratio))) for ratio in sides}

    assert {ratio for ratio, of in made.items() if (of.width, of.height) == sides[ratio]} == TEXT_MODELS[model][2]


@pytest.mark.clause("artnex.catalogue.image-models", "artnex.catalogue.longer-costs-the-same")
@pytest.mark.parametrize("model", IMAGE_MODELS)
async def test_an_image_model_has_the_price_and_the_durations_of_its_row(mock, customer, model):
    price, durations = IMAGE_MODELS[model]

    found = await taken(mock, customer, model=model, mode="image-to-video", image=PNG)

    assert found == (durations, {price})


async def test_a_whole_number_may_be_written_with_a_point(customer):
    body = b'{"prompt": "%s", "model": "veo3.1", "duration": 8.0}' % PROMPT.encode()

    response = await customer.http.post("/v1/video", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 200
