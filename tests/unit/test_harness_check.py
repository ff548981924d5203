"""The parts of `python -m contracts check`: commands that repeat requests, differences, reports, exit codes."""

import json
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import httpx
import pytest

from contracts.__main__ import main
from contracts.harness.check import command, reports
from contracts.harness.check.command import MANNERS, Surroundings, Wish, keys
from contracts.harness.check.differences import (
    ABSENT,
    Difference,
    against_mock,
    between,
    from_contract,
    in_request,
    value_at,
)
from contracts.harness.check.exchanges import Answer, Ask, Exchange, Upload, Who, curl
from contracts.harness.check.grounds import Claim, Ground
from contracts.harness.check.purse import Purse
from contracts.harness.check.runs import Outcome, Report, checks
from contracts.harness.check.servers import Server
from contracts.harness.check.visits import Bench, Finding
from contracts.harness.conformance import request_errors
from contracts.harness.load import load
from tests.contract.judging import judged, mock

HERE = "http://localhost"
JSON = {"content-type": "application/json"}


def answered(body, status=200, **headers):
    return Answer(status, JSON | headers, json.dumps(body).encode(), body)


@pytest.mark.parametrize(
    ("ask", "auth", "command"),
    [
        (Ask("GET", "/a?b=c"), "x-api-key: $KEY", "curl -s -i -X GET 'http://x/a?b=c' -H \"x-api-key: $KEY\""),
        (Ask("HEAD", "/a"), "", "curl -s -i -I http://x/a"),
        (Ask("POST", "/a", {"it's": 1}), "",
         """curl -s -i -X POST http://x/a -H 'Content-Type: application/json' --data-binary '{"it'"'"'s": 1}'"""),
        (Ask("POST", "/a", b"{", headers={"Content-Type": "text/plain"}), "",
         "curl -s -i -X POST http://x/a -H 'Content-Type: text/plain' --data-binary '{'"),
        (Ask("POST", "/a", files={"file": Upload("a b.mp4", b"", "video/mp4")}), "",
         "curl -s -i -X POST http://x/a -F 'file=@a b.mp4'"),
    ],
)  # fmt: skip
def test_a_request_can_be_repeated_by_hand(ask, auth, command):
    assert curl(ask, f"http://x{ask.path}", auth) == command


@pytest.mark.parametrize(
    ("place", "value"),
    [("$", {"a": [{"b": None}]}), ("$.a[0].b", None), ("$.a[1]", ABSENT), ("$.c.d", ABSENT), ("$.a.b", ABSENT)],
)
def test_a_place_has_a_value_or_none(place, value):
    assert value_at({"a": [{"b": None}]}, place) == value


ACCEPTED = {"success": True, "request_id": "req_a1", "status": "pending", "credits_used": 1500}
SUBMIT = ("artnex", "POST", "/v1/video")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (answered(ACCEPTED), []),
        (answered(ACCEPTED, 201),
         ["status | contract: one of 200, 400, 401, 402, 405, 413, 422, 429, 500 | live: 201"]),
        (answered(ACCEPTED | {"more": 1}), ["$.more | contract: not described | live: 1"]),
        (answered({"success": True}), [f"$.{name} | contract: required | live: absent"
                                       for name in ("request_id", "status", "credits_used")]),
        (answered(ACCEPTED | {"status": "new"}), ['$.status | contract: "pending" | live: "new"']),
        (answered(ACCEPTED | {"credits_used": 7}),
         ["$.credits_used | contract: one of 1500, 2000, 2600, 3000, 3500, 5500, 6000 | live: 7"]),
        (answered({}, 405), ["header allow | contract: required | live: absent",
                             *(f"$.{name} | contract: required | live: absent"
                               for name in ("success", "error", "message"))]),
        (Answer(200, {"content-type": "text/html"}, b"<p>"),
         ["header content-type | contract: application/json | live: text/html"]),
        (Answer(200, JSON, b"{"),
         ["header content-type | contract: a JSON body | live: application/json that is no JSON: b'{'"]),
    ],
)  # fmt: skip
def test_an_answer_is_held_against_the_contract_place_by_place(answer, found):
    assert [str(each) for each in from_contract(*SUBMIT, answer)] == found


def test_of_several_shapes_the_nearest_is_meant():
    failed = {"success": False, "request_id": "req_a1", "status": "error", "error": "broken", "message": "It broke.",
              "credits_used": 0}  # fmt: skip

    assert [str(each) for each in from_contract("artnex", "GET", "/v1/video/req_a1", answered(failed))] == [
        '$.error | contract: one of "generation_failed", "content_policy_violation", "cancelled" | live: "broken"'
    ]


STATUS = ("nanogpt", "GET", "/api/video/status?requestId=vid_1")
NESTED = {"requestId": "vid_1", "model": "veo2-video", "data": {"status": "IN_QUEUE", "requestId": "vid_1"}}
FLAT = {"requestId": "vid_1", "status": "queued", "videoUrl": None, "error": None, "completedAt": None, "progress": 0,
        "createdAt": "2026-01-01T00:00:00.000Z", "estimatedTimeRemaining": 9}  # fmt: skip
OLD = {"requestId": "fal-request-1", "model": "veo2-video", "data": {"status": "IN_QUEUE", "requestId": "vid_1"}}
GUIDE = {"error": {"message": "Forbidden", "type": "permission_error"}}


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, [NESTED]),
        ({"nanogpt.profile": "2026", "nanogpt.balance": 5}, [NESTED]),
        ({"nanogpt.status_shape": "flat"}, [FLAT]),
        ({"nanogpt.status_shape": "superset"}, [NESTED | FLAT]),
        ({"nanogpt.profile": "2025"}, [OLD]),
        ({"nanogpt.profile": "2025", "nanogpt.status_shape": "flat"}, [FLAT]),
        ({"nanogpt.errors": "guide"}, [NESTED, GUIDE]),
    ],
)
def test_a_setting_puts_other_shapes_in_the_place_of_the_usual_ones(settings, allowed):
    everything = [(200, NESTED), (200, FLAT), (200, NESTED | FLAT), (200, OLD), (403, GUIDE)]

    found = [told for status, told in everything if not from_contract(*STATUS, answered(told, status), settings)]

    assert found == allowed


@pytest.mark.parametrize(
    ("method", "address", "headers", "body", "found"),
    [
        ("POST", "/api/generate-video", JSON, b'{"model": "veo2-video", "prompt": ""}',
         ['$.prompt | contract: minLength 1 | live: ""']),
        ("POST", "/api/generate-video", JSON, b'{"model": "none", "prompt": "A fox"}',
         ['$.model | contract: one of "veo2-video", "veo3-video"']),
        ("POST", "/api/generate-video", JSON, b'{"model": "veo2-video"}', ["$.prompt | contract: required"]),
        ("POST", "/api/generate-video", JSON, b"{", ["body | contract: the body is no application/json | live: "]),
        ("GET", "/api/video/status?runId=a&id=b", {}, b"",
         ["parameter id | contract: parameter id is not described | live: ",
          "parameter requestId | contract: parameter requestId is missing | live: "]),
    ],
)  # fmt: skip
def test_a_request_is_held_against_the_contract_place_by_place(method, address, headers, body, found):
    errors = request_errors("nanogpt", method, address, headers | {"x-api-key": "sk-1"}, body)

    told = [str(each) for error in errors for each in in_request(error)]

    assert [line[: len(begins)] for line, begins in zip(told, found, strict=True)] == found


def test_what_an_alternative_excludes_is_told_in_its_place():
    body = {"job_id": "task_1", "status": "done", "media_id": "00000000-0000-4000-8000-000000000000",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "error": "none"}  # fmt: skip

    found = from_contract("viddyscribe", "GET", "/enterprise/api/get_results", answered(body))

    assert '$.error | contract: not described | live: "none"' in [str(each) for each in found]


CLAIM = Claim(Ask("GET", "/a/b?c"), 200, "main", frozenset({"$.a", "header x-a"}), {"$.b": "own", "status 4xx": "four"})
GROUNDS = (
    Ground("GET /a/.*", "200", {"status": "taken", "$.a": "a", "$.b": "b", '$.c "x"': "c-x", "$.d[].e": "e",
                                "$": "body"}),
    Ground("GET /other", "200", {"header x-a": "not this"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "contract", "status", "clause"),
    [
        ("status", "200", 500, "main"),
        ("status", "200", 404, "four"),
        ("status", "200", 202, "taken"),
        ("$.a", "1", 200, "a"),
        ("$.b", "1", 200, "own"),
        ("$.c", '"x"', 200, "c-x"),
        ("$.c", '"y"', 200, "body"),
        ("$.d[3].e", "1", 200, "e"),
        ("$.d[3].f", "1", 200, "body"),
        ("$.a", "1", 400, "main"),
        ("header x-a", "1", 200, "main"),
    ],
)
def test_a_difference_breaks_the_clause_that_speaks_of_its_place(place, contract, status, clause):
    assert CLAIM.clause(GROUNDS, Difference(place, contract, "?"), status) == clause


@pytest.mark.parametrize("provider", sorted(MANNERS))
def test_all_that_may_be_blamed_is_a_clause(provider):
    known = {clause.id for clause in load(provider).clauses}
    manner = MANNERS[provider]
    blamed = [table.values() for table in [*(each.on for each in manner.grounds), *(each.on for each in manner.probes)]]

    assert {name for names in blamed for name in names} <= known


def test_findings_of_one_cause_are_told_once_with_all_their_requests():
    other = replace(FOUND, check="another poll", exchange=replace(FOUND.exchange, ask=Ask("GET", "/v1/video/req_a2")))
    third = replace(FOUND, differences=(Difference("status", "404", "500"),))
    report = replace(REPORT, outcomes=tuple(Outcome(each.check, each.clauses, (each,)) for each in
                                            (FOUND, other, third)))  # fmt: skip

    told = reports.text([report])

    assert told.count("FAILED ") == 2
    assert "  the same in 1 more:\n    GET /v1/video/req_a2, another poll\n" in told
    assert "3 failed, 0 skipped; 2 findings; at most" in told
    causes = reports.as_json([report])["reports"][0]["causes"]
    assert [[each["check"] for each in cause["requests"]] for cause in causes] == [["a poll", "another poll"],
                                                                                  ["a poll"]]  # fmt: skip


def test_what_no_contract_describes_differs_in_nothing():
    assert from_contract("artnex", "GET", "/v9", answered({})) == []
    assert from_contract("artnex", "PUT", "/v1/video", answered({})) == []


def test_differences_get_the_side_of_the_mock():
    found = [Difference("$.a", "required", "absent"), Difference("header x-a", "required", "absent")]

    assert [str(each) for each in against_mock(found, answered({"a": 1}, **{"x-a": "2"}))] == [
        "$.a | contract: required | live: absent | mock: 1",
        "header x-a | contract: required | live: absent | mock: 2",
    ]


@pytest.mark.parametrize(
    ("live", "mock", "found"),
    [
        (answered({"a": 1}), answered({"a": 2.5}), []),
        (answered({"a": 1}), answered({"a": "1"}), ['$.a | contract: allows both | live: 1 | mock: "1"']),
        (answered({}), answered({"a": None}), ["$.a | contract: allows both | live: absent | mock: null"]),
        (answered([]), answered([{"a": 1}]), []),
        (answered([{"a": 1}]), answered([{}]), ["$[0].a | contract: allows both | live: 1 | mock: absent"]),
        (answered({"a": 1}, 400), answered({"b": 1}), ["status | contract: allows both | live: 400 | mock: 200"]),
    ],
)
def test_two_servers_differ_in_keys_and_types(live, mock, found):
    assert [str(each) for each in between(live, mock)] == found


def test_what_is_known_to_differ_is_not_told_twice():
    known = [Difference("$.a", "required", "absent")]

    assert between(answered({}), answered({"a": 1}), known=known) == []


ASK = Ask("GET", "/v1/video/req_a1")
FOUND = Finding("a poll", ("artnex.submit.starts-pending",), "404", (Difference("status", "404", "\x00200"),),
                Exchange(ASK, f"{HERE}{ASK.path}", answered({}), "Authorization: Bearer $KEY"))  # fmt: skip
REPORT = Report(
    "artnex",
    HERE,
    (
        Outcome("a poll", FOUND.clauses, (FOUND,), seconds=0.5),
        Outcome("a good one", ("artnex.submit.starts-pending",)),
        Outcome("a dear one", ("artnex.submit.starts-pending",), skipped="needs --spend"),
    ),
    "0 credits",
)


def test_the_text_names_clause_source_difference_and_command():
    assert reports.text([REPORT], verbose=True).splitlines() == [
        "passed   a good one",
        "skipped  needs --spend: a dear one",
        "",
        "FAILED   a poll",
        "  artnex.submit.starts-pending (documented: 004, lines 20-21)",
        "      The first status of a job is `pending`.",
        "  expected 404 (004, lines 9, 24-25)",
        "    status | contract: 404 | live: \x00200",
        '  curl -s -i -X GET http://localhost/v1/video/req_a1 -H "Authorization: Bearer $KEY"',
        "artnex at http://localhost: 1 passed, 1 failed, 1 skipped; 1 finding; at most 0 credits spent",
    ]


def test_the_xml_is_well_formed_and_counts():
    suite = ET.fromstring(reports.junit([REPORT]))[0]  # noqa: S314 - it is our own

    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped", "errors")} == {
        "name": "contracts.artnex", "tests": "3", "failures": "1", "skipped": "1", "errors": "0",
    }  # fmt: skip
    failed, passed, skipped = suite
    assert (
        failed[0].get("message")
        == "artnex.submit.starts-pending: status | contract: 404 | live: \N{REPLACEMENT CHARACTER}200"
    )
    assert "curl -s -i" in failed[0].text
    assert len(passed) == 0
    assert skipped[0].get("message") == "needs --spend"


def test_the_json_has_the_same():
    told = json.loads(json.dumps(reports.as_json([REPORT])))["reports"][0]

    assert told["counts"] == {"passed": 1, "failed": 1, "skipped": 1}
    finding = told["checks"][0]["findings"][0]
    assert finding["clauses"][0]["sources"] == ["004, lines 20-21"]
    assert finding["differences"] == [{"place": "status", "contract": "404", "live": "\x00200", "mock": None}]


def refuse_all(request):
    raise AssertionError(f"{request.url} was asked")


def run(monkeypatch, transport, *arguments):
    """The command over a transport; its exit code and what it said."""
    said = []
    monkeypatch.setattr(command, "Surroundings", lambda: Surroundings(transport, transport, say=said.append))
    return main(["check", *arguments, "--base-url", HERE]), "\n".join(said)


def test_a_dry_run_tells_all_and_sends_nothing(monkeypatch):
    code, said = run(
        monkeypatch, httpx.MockTransport(refuse_all), "artnex", "--key", "secret", "--spend", "9", "--dry-run"
    )

    assert code == 0
    assert 'curl -s -i -X GET http://localhost/v1/video/status -H "Authorization: Bearer $KEY"' in said
    assert "a length that the model does not have is refused (at most 1500 credits, if it is taken)" in said
    assert "a video is ordered, made and delivered (orders one video of 1500 credits)" in said
    assert "not sent, needs --control: a failed video costs nothing; a link lives for a day; " in said
    assert "not sent, needs --other-key: nobody sees another key's job" in said
    assert "secret" not in said


def test_findings_exit_1_and_are_written_where_wanted(monkeypatch, tmp_path):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    files = ("--junit", str(tmp_path / "j.xml"), "--json", str(tmp_path / "j.json"))

    code, said = run(monkeypatch, transport, "artnex", "--key", "secret", *files)

    assert code == 1
    assert "FAILED   a submission without a key is refused" in said
    assert 'failures="0"' not in (tmp_path / "j.xml").read_text()
    assert json.loads((tmp_path / "j.json").read_text())["reports"][0]["provider"] == "artnex"
    assert "secret" not in said + (tmp_path / "j.xml").read_text() + (tmp_path / "j.json").read_text()


def test_a_server_that_is_not_there_exits_2(monkeypatch, capsys):
    def lost(request):
        raise httpx.ConnectError("no route", request=request)

    code, _ = run(monkeypatch, httpx.MockTransport(lost), "artnex")

    assert code == 2
    assert "http://localhost cannot be reached" in capsys.readouterr().err


def test_a_connection_that_breaks_is_a_finding(monkeypatch):
    def broken(request):
        raise httpx.RemoteProtocolError("it hung up", request=request)

    code, said = run(monkeypatch, httpx.MockTransport(broken), "artnex")

    assert code == 1
    assert "the answer | contract: an answer | live: none: RemoteProtocolError it hung up" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--base-url", "localhost"], "--base-url: an address with http"),
        (["--base-url", HERE, "--mock", "localhost"], "--mock: an address with http"),
        (["--base-url", HERE, "--spend", "3"], "--spend: name one provider"),
        (["--base-url", HERE, "--key", "a", "--key", "b"], "--key: two keys for all"),
        (["--base-url", HERE, "--key", ""], "--key: the key is empty"),
        (["--base-url", HERE, "--key", "nouvel=a", "--key", "nouvel=b"], "--key: two keys for nouvel"),
        (["artnex", "--base-url", HERE, "--other-key", "nouvel=a"], "--other-key: there is a key for nouvel, which"),
    ],
)
def test_wrong_usage_exits_2(arguments, complaint, capsys):
    assert main(["check", *arguments]) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["acme", "--base-url", HERE], ["artnex"], ["artnex", "--base-url", HERE, "--spend", "much"],
     ["artnex", "--base-url", HERE, "--spend", "-1"], ["artnex", "--base-url", HERE, "--provenance", "rumour"]],
)  # fmt: skip
def test_what_the_command_line_cannot_be_exits_2(arguments):
    with pytest.raises(SystemExit, match="2"):
        main(["check", *arguments])


def test_only_checks_of_some_provenance_may_be_made():
    chosen = checks(MANNERS["artnex"], ("documented",))

    assert 5 < len(chosen) < len(checks(MANNERS["artnex"]))
    assert "a wrong method is refused" not in [check.name for check in chosen]


def test_a_finding_that_rests_on_a_guess_is_left_out_where_guesses_are(monkeypatch):
    def envelope(_):
        return httpx.Response(401, json={"success": False, "error": "invalid_api_key", "message": "No."})

    _, every = run(monkeypatch, httpx.MockTransport(envelope), "artnex")
    _, told = run(monkeypatch, httpx.MockTransport(envelope), "artnex", "--provenance", "inferred")

    assert "  artnex.auth.refusal-body (vendor: " in every
    assert "artnex.auth.refusal-body" not in told


def test_a_key_is_sent_as_it_was_given():
    wish = Wish(HERE, key="me", own_keys={"nouvel": "nvl_1"}, control=f"{HERE}/_mock")

    assert keys(MANNERS["nouvel"], wish)[Who.US] == "nvl_1"
    assert keys(MANNERS["viddyscribe"], wish)[Who.US] == "me"
    assert keys(MANNERS["nanogpt"], wish)[Who.US] == "me"
    assert keys(MANNERS["nanogpt"], wish)[Who.OTHER] == "me-another"
    assert Who.OTHER not in keys(MANNERS["nanogpt"], Wish(HERE, key="me"))


def test_one_key_for_all_goes_unchanged_to_those_that_it_can_belong_to(monkeypatch):
    sent = set()

    def noted(request):
        sent.update(request.headers.get(name) for name in ("x-api-key", "authorization"))
        return httpx.Response(200, json={})

    _, said = run(monkeypatch, httpx.MockTransport(noted), "--key", "sk-1", "--key", "viddyscribe=vsk_2")

    assert {"sk-1", "Bearer sk-1", "vsk_2"} <= sent
    assert not {"nvl_sk-1", "Bearer nvl_sk-1", "vsk_sk-1"} & sent
    line = "nouvel: skipped: its keys begin with nvl_, and yours does not; give it one: --key nouvel=KEY"
    assert line in said.splitlines()
    assert "nouvel at http://localhost: 0 passed, 0 failed, " in said


@pytest.mark.parametrize("provider", sorted(MANNERS))
async def test_a_key_that_is_refused_is_told_in_one_line_and_blamed_on_nobody(provider):
    key = MANNERS[provider].stranger

    report = await judged(provider, mock(), key=key, other_key=None, spend=None, control=None)

    assert report.findings == []
    (line,) = report.refused
    assert line.startswith("your key is refused (401): {")
    assert key not in line
    told = reports.text([report]).splitlines()
    assert [each for each in told if "your key is refused (401): {" in each] == [f"{provider}: {line}"]
    skipped = {outcome.skipped for outcome in report.outcomes if outcome.state == "skipped"}
    assert skipped == {"your key is refused (401)", "your key is refused (401), needs --spend"} & skipped
    assert "passed" in {outcome.state for outcome in report.outcomes}


async def test_another_key_that_is_refused_is_told_too():
    report = await judged("artnex", mock(), other_key=MANNERS["artnex"].stranger)

    assert report.findings == []
    assert [line.partition(":")[0] for line in report.refused] == ["your other key is refused (401)"]
    skipped = {outcome.name: outcome.skipped for outcome in report.outcomes if outcome.skipped}
    assert skipped == {"nobody sees another key's job": "your other key is refused (401)"}


def test_a_refused_key_exits_2_and_is_not_shown(monkeypatch):
    def door(request):
        if request.headers.get("authorization") == "Bearer sk-1":
            return httpx.Response(401, json={"error": "what is sk-1?"})
        raise AssertionError("no check is chosen that needs none")

    monkeypatch.setattr(command, "checks", lambda manner, _: [each for each in checks(manner) if "unknown job" in
                                                              each.name])  # fmt: skip
    code, said = run(monkeypatch, httpx.MockTransport(door), "nouvel", "--key", "sk-1")

    assert code == 2
    assert 'nouvel: your key is refused (401): {"error":"what is $KEY?"}' in said.splitlines()
    assert "sk-1" not in said


async def test_an_answer_is_read_up_to_a_bound():
    async def pieces():
        for _ in range(50):
            yield b"x" * 2**20

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=pieces()))

    async with Server(HERE, transport) as server:
        answer = await server.send(Ask("GET", "/"), {})

    assert 8 * 2**20 < len(answer.content) < 10 * 2**20


def test_a_bench_has_nothing_to_say_of_keys():
    bench = Bench(MANNERS["artnex"], Server(HERE), {Who.US: "secret"}, Purse(Decimal(1), "credits"))

    assert "secret" not in reports.plan(bench, checks(MANNERS["artnex"]))
