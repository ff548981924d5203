"""Submitting: what is taken, and what each field may be."""

import uuid

import pytest

from .conftest import HAT, JACKET, SHOES, customer_of, fixture

BAD_URLS = (400, "urls must be an array of 1-3 URLs")


@pytest.mark.clause(
    "nouvel.submit.accepted",
    "nouvel.submit.answers-200",
    "nouvel.submit.status-running",
    "nouvel.submit.job-id-is-uuid",
    "nouvel.submit.variant-count-default",
)
@pytest.mark.parametrize("name", ["generate-one", "generate-with-webhook", "generate-two-shops"])
async def test_the_documented_requests_are_accepted(customer, name):
    request = fixture(name)["request"]
    response = await customer.http.post("/api/v1/generate", json=request)

    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == set(fixture("generated")["response"]) == {"jobId", "totalProjects", "status"}
    assert answer["status"] == "running"
    assert answer["totalProjects"] == {"generate-one": 1, "generate-with-webhook": 2, "generate-two-shops": 2}[name]
    assert str(uuid.UUID(answer["jobId"])) == answer["jobId"]


@pytest.mark.clause("nouvel.submit.total-projects", "nouvel.submit.at-most-nine", "nouvel.submit.one-to-three-urls")
@pytest.mark.parametrize(
    ("urls", "variants", "total"),
    [([SHOES], 1, 1), ([SHOES], 3, 3), ([SHOES, JACKET], 2, 4), ([SHOES, JACKET, HAT], 3, 9)],
)
async def test_the_videos_are_urls_times_variants(customer, urls, variants, total):
    answer = (await customer.post(urls=urls, variantCount=variants)).json()
    job = await customer.job(answer["jobId"])

    assert answer["totalProjects"] == job["totalProjects"] == len(job["projects"]) == total


@pytest.mark.clause("nouvel.submit.urls-required", "nouvel.submit.one-to-three-urls", "nouvel.submit.urls-are-http")
@pytest.mark.parametrize(
    "urls",
    [
        None,
        "https://shop.com/products/shoes",
        {},
        [],
        [SHOES, JACKET, HAT, SHOES],
        [SHOES, None],
        [7],
        ["shop.com/products/shoes"],
        ["ftp://shop.com/products/shoes"],
        ["https:///products/shoes"],
        ["https://shop.com/products/two shoes"],
        ["https://shop.com:99999/products/shoes"],
        ["https://[shop/products/shoes"],
        [""],
    ],
)
async def test_urls_is_an_array_of_one_to_three_urls(customer, urls):
    assert await customer.refused(urls=urls) == BAD_URLS


@pytest.mark.clause("nouvel.submit.urls-required")
async def test_urls_is_the_one_required_field(customer):
    response = await customer.http.post("/api/v1/generate", json={"variantCount": 1})

    assert (response.status_code, response.json()) == (400, fixture("error-urls")["response"])


@pytest.mark.clause("nouvel.submit.urls-are-http")
async def test_http_is_as_good_as_https(customer):
    assert (await customer.post(urls=["http://shop.com/products/shoes"])).status_code == 200


@pytest.mark.clause("nouvel.submit.variant-count", "nouvel.submit.bad-values-are-400")
@pytest.mark.parametrize("count", [0, 4, -1, 1.5, "2", None, True, [1], 10**30])
async def test_variant_count_is_one_to_three(customer, count):
    status, error = await customer.refused(variantCount=count)

    assert status == 400
    assert error.startswith("variantCount ")


@pytest.mark.clause("nouvel.submit.instructions-limit", "nouvel.submit.bad-values-are-400")
async def test_instructions_have_at_most_2000_characters(customer):
    assert (await customer.post(userInstructions="é" * 2000)).status_code == 200
    status, error = await customer.refused(userInstructions="é" * 2001)
    assert (status, error) == (400, "userInstructions must be at most 2000 characters")


@pytest.mark.clause("nouvel.submit.instructions-show")
async def test_instructions_are_quoted_in_the_description(finished):
    instructions = fixture("generate-two-shops")["request"]["userInstructions"]
    with_them = await finished(userInstructions=instructions)
    without = await finished()

    assert instructions in with_them["completedDetails"][0]["description"]
    assert "Instructions" not in without["completedDetails"][0]["description"]


@pytest.mark.clause("nouvel.submit.variants-differ")
async def test_variants_have_scripts_and_actors_of_their_own(customer, finished):
    job = await finished(variantCount=3)
    scripts = {one["script"] for one in job["completedDetails"]}
    actors = set()
    for project in job["projects"]:
        scenes = (await customer.project(project["id"]))["scenes"]
        [actor] = {scene["avatar_id"] for scene in scenes} - {None}
        actors.add(actor)

    assert len(scripts) == len(actors) == 3


@pytest.mark.clause("nouvel.submit.bad-values-are-400")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aspectRatio", "4:5"),
        ("aspectRatio", 9),
        ("adDuration", 20),
        ("adDuration", "15"),
        ("contentType", "film"),
        ("contentType", None),
        ("scriptStyle", 1),
        ("userInstructions", ["a"]),
        ("webhookUrl", 1),
        ("webhookUrl", "nonsense"),
    ],
)
async def test_a_value_that_cannot_be_is_named(customer, field, value):
    status, error = await customer.refused(**{field: value})

    assert status == 400
    assert error.startswith(f"{field} must be ")


@pytest.mark.clause("nouvel.submit.broken-json")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"urls":'])
async def test_what_is_no_json_object_is_refused(customer, body):
    response = await customer.http.post("/api/v1/generate", content=body)

    assert (response.status_code, response.json()) == (400, {"error": "Invalid JSON body"})


@pytest.mark.clause("nouvel.submit.unknown-fields")
async def test_unknown_fields_are_ignored(customer):
    assert (await customer.post(budget=100, url="https://shop.com", variant_count="many")).status_code == 200


@pytest.mark.clause("nouvel.submit.content-type", "nouvel.submit.content-type-shows")
@pytest.mark.parametrize(
    ("asked", "mode"), [({}, "ad"), ({"contentType": "ad"}, "ad"), ({"contentType": "organic"}, "organic")]
)
async def test_the_content_type_is_the_mode_of_the_project(customer, asked, mode):
    job = await customer.job(await customer.submit(**asked))

    assert (await customer.project(job["projects"][0]["id"]))["project"]["content_mode"] == mode


@pytest.mark.clause("nouvel.submit.script-style")
async def test_the_script_style_decides_how_the_script_begins(finished):
    styles = ["problem_solution", "three_reasons", "discovery", "social_proof", "special_offers", "unboxing"]
    scripts = [(await finished(scriptStyle=style))["completedDetails"][0]["script"] for style in styles]
    [usual] = (await finished())["completedDetails"]

    assert len({script.split(".")[0] for script in scripts}) == 6
    assert usual["script"] == scripts[0]


@pytest.mark.clause("nouvel.submit.override-script")
async def test_an_own_script_is_taken_word_for_word(finished):
    script = "Hello.\nThis is  my own script, \u2014 as I wrote it."
    job = await finished(overrideScript=script, variantCount=2)

    assert [one["script"] for one in job["completedDetails"]] == [script, script]


@pytest.mark.clause("nouvel.submit.selected-actor")
async def test_the_chosen_actor_plays(customer):
    job = await customer.job(await customer.submit(selectedActorId="actor-7", variantCount=2))
    for project in job["projects"]:
        scenes = (await customer.project(project["id"]))["scenes"]
        assert {scene["avatar_id"] for scene in scenes} == {"actor-7", None}


@pytest.mark.clause("nouvel.submit.later-fields")
async def test_the_later_fields_are_taken_as_texts(customer):
    texts = {
        "avatarImageUrl": "https://shop.com/me.png",
        "language": "de",
        "accent": "Austrian",
        "targetAudience": "climbers",
        "formatPreset": "tiktok",
    }
    assert (await customer.post(**texts)).status_code == 200
    for name in texts:
        assert await customer.refused(**{name: 7}) == (400, f"{name} must be a string")


# No product page ------------------------------------------------------------------------------------------------


@pytest.mark.clause(
    "nouvel.product.not-a-product", "nouvel.product.refusal-text", "nouvel.product.decided-from-the-url"
)
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/?ref=home#top",
        "https://example.com/collections/summer",
        "https://example.com/Collections/summer/",
        "https://example.com/category/shoes",
        "https://example.com/categories/shoes",
        "https://example.com/blog/why-shoes",
        "https://example.com/blogs/news/why-shoes",
    ],
)
async def test_what_is_no_product_is_refused(mock, customer, url):
    response = await customer.post(urls=[url])

    assert (response.status_code, response.json()) == (422, fixture("error-not-a-product")["response"])
    assert response.json()["error"] == "not_a_product"
    assert response.json()["reason"].startswith("example.com ")
    assert mock.house.count() == 0
    assert await customer.projects() == ([], (await customer.projects())[1])


@pytest.mark.clause("nouvel.product.decided-from-the-url")
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/product",
        "https://example.com/products/protein-powder",
        "https://example.com/collections/summer/products/shoes",
        "https://example.com/category/shoes/p/123",
        "https://example.com/dp/B000123",
        "https://example.com/shoes?category=blog",
        "https://blog.example.com/shoes",
        "https://example.com/bloggers-shoes",
    ],
)
async def test_other_paths_are_products(customer, url):
    assert (await customer.post(urls=[url])).status_code == 200


@pytest.mark.clause("nouvel.product.one-is-enough", "nouvel.product.same-site-works")
async def test_one_wrong_page_refuses_all_and_the_right_ones_work(mock, customer):
    response = await customer.post(urls=[SHOES, "https://other.com/blog", JACKET])

    assert (response.status_code, response.json()["error"]) == (422, "not_a_product")
    assert response.json()["reason"].startswith("other.com ")
    assert mock.house.count() == 0
    assert (await customer.post(urls=[SHOES, "https://other.com/products/lamp", JACKET])).status_code == 200


async def test_a_moderated_submission_is_refused_as_no_product(mock):
    customer = customer_of(mock, **{"x-mock-scenario": "moderated"})

    assert await customer.refused() == (422, "not_a_product")
