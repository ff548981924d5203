"""What the benchmark does when something is missing or does not work: it says so, and measures the rest."""

import argparse
import json

import pytest

from bench import load, peer_servers, peers, run, state
from bench.load import FailedError
from bench.peer_servers import PEERS, UnavailableError, install
from bench.rows import GROUPS
from bench.turns import Bench


@pytest.fixture
def bench():
    return Bench(seconds=1, rounds=1, stored=1, connections=1)


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(peer_servers.shutil, "which", lambda _: None)


@pytest.mark.usefixtures("nothing_installed")
def test_a_peer_whose_program_is_missing_is_unavailable():
    by_name = {peer.name: peer for peer in PEERS}

    with pytest.raises(UnavailableError, match=r"^node is not installed$"):
        install(by_name["Prism"])
    with pytest.raises(UnavailableError, match=r"^java is not installed$"):
        install(by_name["WireMock"])


def test_what_npm_says_is_the_reason_that_a_peer_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setattr(peer_servers, "CACHE", tmp_path)
    monkeypatch.setattr(peer_servers.shutil, "which", lambda name: f"/bin/{name}")
    failed = argparse.Namespace(returncode=1, stderr="\nnpm error code ENOTFOUND\nnpm error network\n")
    monkeypatch.setattr(peer_servers.subprocess, "run", lambda *_, **__: failed)

    with pytest.raises(UnavailableError, match=r"npm cannot install wiremock@3\.13\.2: npm error code ENOTFOUND$"):
        install(next(peer for peer in PEERS if peer.name == "WireMock"))


@pytest.mark.usefixtures("nothing_installed")
def test_peers_that_are_missing_are_skipped_each_with_its_reason(bench, monkeypatch):
    monkeypatch.setattr(peers, "stand_still", lambda: None)

    peers.measure(bench)

    assert bench.table.skipped == {
        "poll / Prism's": "node is not installed",
        "submit / Prism's": "node is not installed",
        "poll / Mockoon's": "node is not installed",
        "submit / Mockoon's": "node is not installed",
        "poll / WireMock's": "java is not installed",
        "submit / WireMock's": "java is not installed",
        "poll / aimock's": "node is not installed",
        "submit / aimock's": "node is not installed",
    }


def test_without_a_redis_its_rows_are_skipped_and_sqlites_are_measured(bench, monkeypatch):
    measured = []
    monkeypatch.setattr(state, "REDIS", None)
    monkeypatch.setattr(state, "running", _no_server)
    monkeypatch.setattr(state, "_turns", lambda _, kept: measured.extend(one.where for one in kept))

    state.measure(bench)

    assert measured == ["SQLite"]
    assert set(bench.table.skipped) == {row.name for row in GROUPS["state"] if "Redis" in row.name}


def test_a_group_that_fails_does_not_keep_the_others_from_being_measured(bench, monkeypatch, capsys):
    def fails(_):
        raise FailedError("wrk failed at /x")

    monkeypatch.setitem(run.MEASURES, "start", fails)

    run._measure(bench, ["start"])

    assert capsys.readouterr().err == "bench: start: wrk failed at /x\n"
    assert list(bench.table.absent(["start"])) == [row.name for row in GROUPS["start"]]


@pytest.mark.parametrize("refused", [False, True])
def test_a_run_whose_answers_have_another_status_than_they_should_is_no_figure(monkeypatch, refused):
    printed = "" if refused else "  Non-2xx or 3xx responses: 7\n"
    answered = argparse.Namespace(stdout=f"{printed}Requests/sec:  1234.50\n")
    monkeypatch.setattr(load.subprocess, "run", lambda *_, **__: answered)

    with pytest.raises(FailedError, match="wrk failed at /a"):
        load.wrk(1, "/a", 1, refused=refused)
    assert load.wrk(1, "/a", 1, refused=not refused) == 1234.5


def test_groups_are_measured_in_their_order_and_unknown_ones_are_named():
    assert run._groups("start,hot") == ["hot", "start"]
    assert set(run._groups("all")) == set(GROUPS)
    with pytest.raises(argparse.ArgumentTypeError, match="there is no cold; there are hot, "):
        run._groups("cold,hot")


def test_the_peers_are_asked_what_nanogpt_is_asked(tmp_path):
    environment = peer_servers._environment(4811)
    [submit, poll] = environment["routes"]

    assert (submit["method"], submit["endpoint"]) == ("post", "api/generate-video")
    assert (poll["method"], poll["endpoint"]) == ("get", "api/video/status")
    assert len({answer["uuid"] for route in (submit, poll) for answer in route["responses"]}) == 4
    home = tmp_path / "node_modules"
    (home / "wiremock/build").mkdir(parents=True)
    (home / "wiremock/build/wiremock-standalone-3.13.2.jar").touch()
    peer_servers._wiremock(home, tmp_path, 4812)
    stub = json.loads((tmp_path / "mappings/submit.json").read_text("utf-8"))
    assert [pattern["matchesJsonPath"]["expression"] for pattern in stub["request"]["bodyPatterns"]] == [
        "$.model",
        "$.prompt",
    ]


def _no_server(*_, **__):
    return _Nothing()


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None
