"""Operations that are promised and operations that are served are compared, both ways."""

import pytest

from contracts.harness.load import Contract
from contracts.harness.surface import differences, promised

PATHS = {"/v1/videos": {"post": {}}, "/v1/videos/{id}": {"get": {}, "head": {}, "parameters": []}}
ACME = Contract("acme", (), (), {"paths": PATHS})
SERVED = {("POST", "/v1/videos"), ("GET", "/v1/videos/{video_id}")}


def test_each_method_of_each_path_is_promised():
    assert promised(ACME) == {("POST", "/v1/videos"), ("GET", "/v1/videos/{id}"), ("HEAD", "/v1/videos/{id}")}


def test_a_server_that_serves_what_is_promised_differs_in_nothing():
    assert differences(ACME, SERVED) == []
    assert differences(ACME, SERVED | {("HEAD", "/v1/videos/{id}")}) == []


@pytest.mark.parametrize(
    ("served", "difference"),
    [
        (SERVED - {("POST", "/v1/videos")}, "acme: POST /v1/videos is promised and not served"),
        (SERVED | {("PUT", "/v1/videos")}, "acme: PUT /v1/videos is served and not promised"),
        (SERVED | {("GET", "/v2/videos")}, "acme: GET /v2/videos is served and not promised"),
        (SERVED | {("HEAD", "/v1/videos")}, "acme: HEAD /v1/videos is served and not promised"),
    ],
)
def test_what_is_missing_and_what_is_extra_is_named(served, difference):
    assert differences(ACME, served) == [difference]


def test_a_promised_head_is_missing_where_get_is():
    assert differences(ACME, {("POST", "/v1/videos")}) == [
        "acme: GET /v1/videos/{id} is promised and not served",
        "acme: HEAD /v1/videos/{id} is promised and not served",
    ]
