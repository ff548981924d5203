"""Of document, contract and server the one that stands alone is named."""

import json
from dataclasses import replace

import pytest

from contracts.harness.triangle import Answer, DisagreementError, Fixture, _unlike, check_answer, check_order, fixtures

JSON = {"content-type": "application/json"}
TOLD = {"success": True, "request_id": "req_abc", "status": "pending", "credits_used": 3000}
ORDER = {"prompt": "A wave", "model": "veo3.1"}
FIXTURE = Fixture("artnex", "made-up", "004", "POST", "/v1/video", 200, request=ORDER, response=TOLD)
MADE_UP = {"request_id": "req_[a-z]+"}


def answer(body=None, status=200, **fields):
    return Answer("/v1/video", status, JSON, json.dumps((TOLD if body is None else body) | fields).encode())


REFUSED = answer({"success": False, "error": "invalid_model", "message": "No."}, status=400)


def culprit(check, *arguments):
    with pytest.raises(DisagreementError) as caught:
        check(*arguments)
    return str(caught.value).partition(":")[0]


def test_what_agrees_is_let_through():
    check_order(FIXTURE, ORDER, answer())
    check_answer(FIXTURE, answer(request_id="req_xyz"), MADE_UP)


def test_what_a_page_shows_in_part_may_be_more():
    part = replace(
        FIXTURE, part=True, request={"prompt": "A wave"}, response={"request_id": "<string>", "credits_used": 123}
    )

    check_order(part, ORDER, answer())
    check_answer(part, answer(), {})


def test_what_is_not_meant_literally_is_not_held_against_the_contract():
    printed = replace(FIXTURE, response=TOLD | {"request_id": 7}, not_literal={"request_id": "a number stands for it"})

    assert culprit(check_answer, replace(printed, not_literal={}), answer(), {"request_id": ""}) == "fixture"
    assert culprit(check_answer, printed, answer(), {"request_id": ""}) == "server"  # of another type all the same


@pytest.mark.parametrize(
    ("fixture", "told", "who"),
    [
        (FIXTURE, REFUSED, "server"),
        (FIXTURE, answer(more=1), "server"),
        (FIXTURE, answer(credits_used=3500), "server"),
        (FIXTURE, answer(request_id="job_1"), "server"),
        (FIXTURE, answer({"success": True, "request_id": "req_abc", "status": "pending"}), "server"),
        (FIXTURE, answer(credits_used="3000"), "server"),
        (replace(FIXTURE, response=TOLD | {"status": "later"}), answer(), "fixture"),
        (replace(FIXTURE, response=TOLD | {"status": "later"}), answer(TOLD | {"status": "later"}), "contract"),
    ],
)
def test_the_culprit_of_an_answer_is_named(fixture, told, who):
    told = told if isinstance(told, Answer) else answer(told)

    assert culprit(check_answer, fixture, told, MADE_UP) == who


@pytest.mark.parametrize(
    ("order", "told", "who"),
    [
        (ORDER, REFUSED, "server"),
        ({"prompt": 7}, answer(), "contract"),
        ({"prompt": 7}, REFUSED, "fixture"),
        (ORDER, answer({"success": True}), "server"),
    ],
)
def test_the_culprit_of_an_order_is_named(order, told, who):
    assert culprit(check_order, replace(FIXTURE, request=order), order, told) == who


def test_lists_are_compared_by_what_they_hold():
    printed, given = {"list": [{"id": 1}]}, {"list": [{"id": 2}, {"id": 3}]}

    assert list(_unlike(printed, given, "$", {}, exact=True)) == ["$.list[0].id is 2, not 1"]
    assert list(_unlike(printed, given, "$", {"id": r"\d"}, exact=True)) == []


@pytest.mark.parametrize("provider", ["artnex", "nanogpt", "nouvel", "viddyscribe"])
def test_each_fixture_says_which_operation_prints_it(provider):
    assert all(
        fixture.method in {"GET", "POST"} and fixture.path.startswith("/") for fixture in fixtures(provider).values()
    )
