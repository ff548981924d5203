"""What a server says before anybody has asked it for anything else."""

import httpx


def test_the_door_says_what_is_served_before_and_after_the_rest_is_loaded(serve):
    server = serve("--clock", "frozen", "--only", "nanogpt")
    before = httpx.get(f"{server.url}/")
    assert (before.status_code, before.json()["providers"], before.json()["control"]) == (200, ["nanogpt"], "/_mock")
    assert httpx.get(f"{server.url}/_mock/health").json()["providers"] == ["nanogpt"]
    assert httpx.get(f"{server.url}/").json() == before.json()
    assert httpx.head(f"{server.url}/").status_code == 200


def test_a_pure_server_has_no_door_of_its_own(serve):
    server = serve("--clock", "frozen", "--only", "nanogpt", "--pure")
    answer = httpx.get(f"{server.url}/")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found", "status": 404})
