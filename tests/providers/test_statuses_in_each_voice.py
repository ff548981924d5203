"""`status(code)` is answered as each provider words that status, and by its name where it has no words for it."""

import pytest

ASKED = {
    "nanogpt": "/api/generate-video",
    "nouvel": "/api/v1/generate",
    "artnex": "/v1/video",
    "viddyscribe": "/enterprise/api/generate_ad_text",
}
VOICES = {
    ("nanogpt", 401): {"error": "Invalid session", "status": 401},
    ("nanogpt", 402): {"error": "Insufficient balance", "status": 402},
    ("nanogpt", 404): {"error": "Video generation request not found", "status": 404},
    ("nanogpt", 429): {
        "error": "Rate limit exceeded. Please wait before generating another video.", "status": 429,
    },
    ("nanogpt", 500): {"error": "Internal server error", "status": 500},
    ("nanogpt", 503): {"error": "Service unavailable", "status": 503},
    ("nouvel", 401): {"error": "Unable to resolve user from API key"},
    ("nouvel", 403): {"error": "This API key does not have the 'generate' permission"},
    ("nouvel", 429): {
        "error": "Rate limit exceeded", "reason": "You have made too many requests. Please wait before trying again.",
        "retryAfter": 1,
    },
    ("nouvel", 500): {"error": "Internal server error"},
    ("nouvel", 503): {"error": "Service unavailable"},
    ("artnex", 401): {
        "success": False, "error": "invalid_api_key", "message": "The API key provided is not valid.",
    },
    ("artnex", 500): {"success": False, "error": "internal_error", "message": "Something went wrong."},
    ("viddyscribe", 401): {"error": "unauthorized", "message": "Invalid or missing API key"},
    ("viddyscribe", 402): {"error": "payment_required", "message": "Payment required"},
    ("viddyscribe", 429): {
        "error": "rate_limit_exceeded", "message": "Too many requests. Please slow down.", "retry_after": 1,
    },
    ("viddyscribe", 500): {"error": "internal_error", "message": "Internal server error"},
}  # fmt: skip
UNWORDED = {
    "nanogpt": {"error": "Gateway timeout", "status": 504},
    "nouvel": {"error": "Gateway timeout"},
    "artnex": {"success": False, "error": "gateway_timeout", "message": "Gateway timeout."},
    "viddyscribe": {"error": "gateway_timeout", "message": "Gateway timeout"},
}


async def answered(serve, name, status):
    mock = await serve(name)
    answer = await mock.client({"x-mock-fault": f"status({status})"}).post(ASKED[name], json={})
    assert answer.status_code == status
    assert answer.headers["x-mock-fault"] == "status"
    assert answer.headers["x-mock-hint"] == f"the fault status({status}) asked for it"
    return answer


@pytest.mark.parametrize(("name", "status"), VOICES)
async def test_a_status_that_a_provider_has_words_for_comes_in_them(serve, name, status):
    assert (await answered(serve, name, status)).json() == VOICES[name, status]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.clause(f"{name}.errors.other-statuses")) for name in UNWORDED]
)
async def test_a_status_that_no_page_describes_comes_by_its_name_in_the_providers_shape(serve, name):
    answer = await answered(serve, name, 504)

    assert answer.json() == UNWORDED[name]
    assert answer.headers["x-mock-clause"] == f"{name}.errors.other-statuses"


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("status", [400, 402, 403, 404, 408, 409, 413, 418, 422, 451, 501, 502, 520, 599])
async def test_any_status_is_answered_in_json(serve, name, status):
    assert (await answered(serve, name, status)).json()["error"]


async def test_retry_after_comes_where_it_is_documented_alone(serve):
    found = {name: (await answered(serve, name, 429)).headers.get("retry-after") for name in ASKED}

    assert found == {"nanogpt": None, "nouvel": "1", "artnex": None, "viddyscribe": None}


async def test_nanogpts_guide_words_a_status_as_an_object(serve):
    mock = await serve("nanogpt", nanogpt__errors="guide")
    answer = await mock.client({"x-mock-fault": "status(502)"}).post("/api/generate-video", json={})

    assert answer.json() == {"error": {"message": "Bad gateway", "type": "server_error"}}
