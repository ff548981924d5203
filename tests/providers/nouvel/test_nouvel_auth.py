"""Keys, plans and permissions."""

import pytest

from .conftest import bearer, customer_of, fixture

SUBMISSION = ("POST", "/api/v1/generate")
READS = [
    ("GET", "/api/v1/jobs/550e8400-e29b-41d4-a716-446655440000"),
    ("GET", "/api/v1/projects"),
    ("GET", "/api/v1/projects/550e8400-e29b-41d4-a716-446655440000"),
]
NO_KEY = fixture("error-key")["response"]


@pytest.mark.clause("nouvel.auth.missing-or-unknown-key", "nouvel.auth.refusal-text")
@pytest.mark.parametrize(("method", "path"), [SUBMISSION, *READS])
async def test_without_a_key_nothing_is_answered(mock, method, path):
    response = await mock.client().request(method, path)

    assert (response.status_code, response.json()) == (401, {"error": "Unable to resolve user from API key"})
    assert response.json() == NO_KEY


@pytest.mark.clause("nouvel.auth.missing-or-unknown-key", "nouvel.auth.refusal-text")
async def test_an_unknown_key_is_refused(serve):
    mock = await serve("nouvel", keys="listed", listed=["nvl_known"])

    assert (await customer_of(mock, "nvl_known").post()).status_code == 200
    assert await customer_of(mock, "nvl_stranger").refused() == (401, NO_KEY["error"])


@pytest.mark.clause("nouvel.auth.missing-or-unknown-key")
async def test_a_revoked_key_is_refused(mock, customer):
    await customer.submit()
    await mock.set_account("nvl_test", flags=["revoked"])

    assert await customer.refused() == (401, NO_KEY["error"])
    assert await customer_of(mock, "nvl_revoked").refused() == (401, NO_KEY["error"])


@pytest.mark.clause("nouvel.auth.bearer")
@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "nvl_test"},
        {"authorization": "Basic nvl_test"},
        {"authorization": "Token nvl_test"},
        {"x-api-key": "nvl_test"},
        {"authorization": "Bearer "},
    ],
)
async def test_only_a_bearer_token_is_a_key(mock, headers):
    assert (await mock.client(headers).get("/api/v1/projects")).status_code == 401


@pytest.mark.clause("nouvel.auth.prefix")
@pytest.mark.parametrize("key", ["test", "nvl", "nvl_", "sk-nvl_test", "NVL_test"])
async def test_a_key_begins_with_nvl(mock, key):
    assert await customer_of(mock, key).refused() == (401, NO_KEY["error"])


@pytest.mark.clause("nouvel.auth.keys-expire", "nouvel.auth.expired-key")
async def test_a_key_is_taken_until_it_expires(mock, customer):
    await mock.set_account("nvl_test", expires_at="2026-01-31T00:00:00Z")  # 30 days, as the document recommends
    await mock.advance(30 * 24 * 3600 - 1)
    await customer.submit()
    await mock.advance(1)

    assert await customer.refused() == (401, NO_KEY["error"])


@pytest.mark.clause("nouvel.auth.plan-without-api", "nouvel.auth.plan-refusal")
@pytest.mark.parametrize(("method", "path"), [SUBMISSION, *READS])
async def test_a_plan_without_api_access_is_refused_everywhere(mock, method, path):
    response = await mock.client(bearer("nvl_cheapplan")).request(method, path)

    assert response.status_code == 402
    assert response.json()["error"] == "API access requires a Scale or Business plan"
    assert set(response.json()) == {"error", "reason"}


@pytest.mark.clause("nouvel.auth.plan-without-api")
@pytest.mark.parametrize(
    ("plan", "status"), [("scale", 200), ("Scale", 200), ("business", 200), ("starter", 402), ("free", 402)]
)
async def test_scale_and_business_have_api_access(mock, customer, plan, status):
    await mock.set_account("nvl_test", plan=plan, available=1)

    assert (await customer.post()).status_code == status


@pytest.mark.clause("nouvel.auth.permissions", "nouvel.auth.missing-permission")
async def test_submitting_needs_generate(mock, customer):
    await mock.set_account("nvl_test", permissions=["projects:read"])

    assert await customer.refused() == (403, "This API key does not have the 'generate' permission")
    assert (await customer.post()).json() == fixture("error-permission-generate")["response"]
    assert await customer.projects() == (
        [],
        {"page": 1, "limit": 20, "total": 0, "totalPages": 0, "hasMore": False},
    )
    assert await customer_of(mock, "nvl_readonly").refused() == (
        403,
        "This API key does not have the 'generate' permission",
    )


@pytest.mark.clause("nouvel.auth.permissions", "nouvel.auth.missing-permission")
@pytest.mark.parametrize(("method", "path"), READS)
async def test_reading_needs_projects_read(mock, customer, method, path):
    await customer.submit()
    await mock.set_account("nvl_test", permissions=["generate"])
    response = await customer.http.request(method, path)

    assert (response.status_code, response.json()) == (
        403,
        {"error": "This API key does not have the 'projects:read' permission"},
    )
    assert response.json() == fixture("error-permission-projects")["response"]
    assert (await customer.post()).status_code == 200
