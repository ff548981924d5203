"""Nouvel: pages, contract and server agree on every body that is printed."""

from contracts.harness.triangle import fixtures
from tests.contract.triangle_kit import Triangle

KEY = {"authorization": "Bearer nvl_test"}
GENERATE, PROJECTS = "/api/v1/generate", "/api/v1/projects"
SHOES = fixtures("nouvel")["generate-two-shops"].request


async def submit(mock, key="nvl_test", **body):
    return await mock.client({"authorization": f"Bearer {key}"}).post(GENERATE, json=SHOES | body)


async def one_product(mock):
    return await submit(mock, urls=SHOES["urls"][:1])


async def without_a_key(mock):
    return await mock.client().post(GENERATE, json=SHOES)


async def home_page(mock):
    return await submit(mock, urls=["https://example.com/"])


async def may_not_generate(mock):
    await mock.set_account("nvl_test", permissions=["projects:read"])
    return await submit(mock)


async def may_not_read(mock):
    await mock.set_account("nvl_test", permissions=["generate"])
    return await mock.client(KEY).get(PROJECTS)


async def used_up(mock):
    return await submit(mock, key="nvl_broke")


async def too_often(mock):
    client = mock.client(KEY)
    for _ in range(60):
        assert (await client.get(PROJECTS)).status_code == 200
    await mock.advance(37)
    return await client.post(GENERATE, json=SHOES)


async def no_urls(mock):
    return await submit(mock, urls=[])


TRIANGLE = Triangle(
    "nouvel",
    headers=KEY,
    situations={
        "error-key": without_a_key,
        "error-not-a-product": home_page,
        "error-permission-generate": may_not_generate,
        "error-permission-projects": may_not_read,
        "error-quota": used_up,
        "error-rate-limit": too_often,
        "error-urls": no_urls,
        "generated": one_product,
    },
    made_up={"jobId": r"[0-9a-f]{8}-[0-9a-f-]{27}"},
)
test_orders, test_answers, test_all = TRIANGLE.tests()
