"""A sandbox as tests hold it in their hands: what it asks of a server, and what it tells."""

import asyncio
import multiprocessing
import os
import socket
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

try:
    import resource
except ImportError:
    resource = None

from mockserver.testing import ControlError, Server, ServerError


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.fixture
def box(server):
    sandbox = server.sandbox(clock="frozen")
    yield sandbox
    sandbox.close()


def ask(box, path, body=None, key="sk-nano-test", headers=None):
    """The status and the JSON that a provider answers."""
    method = "GET" if body is None else "POST"
    answer = httpx.request(method, box.url() + path, json=body, headers={"x-api-key": key, **(headers or {})})
    return answer.status_code, answer.json()


def order(box, model="veo2-video", key="sk-nano-test"):
    return ask(box, "/api/generate-video", {"model": model, "prompt": "an eagle", "duration": "5s"}, key)[1]["runId"]


class TestMoney:
    def test_a_job_counts_as_charged_until_its_price_was_given_back(self, box):
        box.queue("stuck", "fails", "succeeds")
        for _ in range(3):
            order(box)
        before = box.account("nanogpt").charged
        box.clock.advance(until="idle")

        account = box.account("nanogpt")
        assert (before, account.charged) == (3, 2)
        assert (account.spent, account.held, account.available) == (Decimal("6.8"), Decimal(0), Decimal("43.2"))
        assert [entry.kind for entry in account.ledger] == ["grant", "charge", "charge", "charge", "refund"]

    def test_a_price_that_is_only_held_does_not_count(self, box):
        sent = {"prompt": "a fox", "model": "veo3.1", "duration": 8}
        ask(box, "/v1/video", sent, headers={"authorization": f"Bearer {box.key('artnex')}"})
        account = box.account("artnex")
        before = (account.charged, account.held, account.unit)
        box.clock.advance(until="idle")

        assert (before, account.charged, account.held) == ((0, Decimal(3000), "credits"), 1, Decimal(0))

    def test_an_account_is_laid_down(self, box):
        account = box.account("nanogpt", "sk-of-mine")
        account.set(available=Decimal("1.5"), flags={"readonly"}, expires_at=datetime(2026, 2, 1, tzinfo=UTC))

        assert (account.available, account.told["flags"]) == (Decimal("1.5"), ["readonly"])
        assert account.told["expires_at"] == "2026-02-01T00:00:00Z"


class TestTime:
    def test_it_is_moved_by_spans_to_instants_and_until_idle(self, box):
        job = order(box)
        box.clock.advance(days=1, hours=1, minutes=1, seconds=1.5)
        assert box.clock.now == datetime(2026, 1, 2, 1, 1, 1, 500_000, tzinfo=UTC)
        box.clock.advance(to=datetime(2026, 1, 3, tzinfo=UTC))
        box.clock.advance(to="2026-01-04T00:00:00Z")
        other = order(box)

        due = box.clock.advance(until="idle")

        assert [(one.provider, one.id, one.what) for one in due] == [
            ("nanogpt", other, "IN_PROGRESS"), ("nanogpt", other, "COMPLETED"),
        ]  # fmt: skip
        assert box.job(job).state == "done"

    @pytest.mark.parametrize("move", [{"seconds": 1, "until": "idle"}, {"to": "2026-01-02T00:00:00Z", "days": 1}])
    def test_two_ways_at_once_are_a_mistake(self, box, move):
        with pytest.raises(TypeError, match="say one of them"):
            box.clock.advance(**move)

    def test_it_never_goes_back(self, box):
        with pytest.raises(ControlError, match="never goes back") as raised:
            box.clock.advance(seconds=-1)
        assert (raised.value.status, raised.value.code) == (400, "time_goes_forward")

    def test_it_is_let_run_stand_and_be_moved_by_polls(self, box):
        modes = []
        for change in (box.clock.run, box.clock.auto, box.clock.freeze):
            change()
            modes.append(box.clock.mode)
        assert modes == ["scaled", "auto", "frozen"]


class TestJobs:
    def test_the_default_leaves_the_queue_alone_and_the_queue_goes_first(self, box):
        box.scenario("fails", times=2)
        box.scenario("stuck")
        for _ in range(3):
            order(box)

        assert [job.scenario for job in box.jobs()] == ["fails", "fails", "stuck"]

    def test_a_rule_is_for_the_jobs_that_fit_and_what_was_said_last_is_asked_first(self, box):
        box.scenario("slow")
        box.scenario("stuck", provider="nanogpt")
        box.scenario("fails", model="veo*", times=1)
        for model in ("veo2-video", "veo2-video", "kling-v21-master"):
            order(box, model)
        box.scenario("cancelled")
        order(box)

        assert [job.scenario for job in box.jobs()] == ["fails", "stuck", "stuck", "stuck"]

    def test_the_next_jobs_of_one_provider(self, box):
        box.queue("stuck", provider="nouvel")
        box.queue("fails", "partial", times=2, at=0.5)
        for _ in range(5):
            order(box)

        assert [job.scenario for job in box.jobs()] == ["fails", "fails", "partial", "partial", "succeeds"]

    def test_a_scenario_that_there_is_not_is_said_so(self, box):
        with pytest.raises(ControlError, match="did you mean 'fails'"):
            box.scenario("flails")

    def test_one_is_ended_by_hand(self, box):
        job = order(box)
        ended = box.end(job, "failed")

        assert (ended.status, ended.price, ended.result) == ("FAILED", Decimal("3.4"), None)
        assert box.jobs(state="failed") == [ended]
        with pytest.raises(ControlError, match="has ended"):
            box.end(ended)

    def test_they_are_all_there_the_first_one_first(self, box):
        ids = [order(box, key=f"sk-{number % 30}") for number in range(40)]
        assert [job.id for job in box.jobs("nanogpt")] == ids
        assert box.jobs("nouvel") == []


class TestRequests:
    def test_they_are_listed_in_order_filtered_and_counted(self, box):
        order(box)
        ask(box, "/api/check-balance", {})
        ask(box, "/api/video/status?requestId=none")

        asked = box.requests()

        assert [(one.method, one.path.rpartition("/")[2], one.status) for one in asked] == [
            ("POST", "generate-video", 202), ("POST", "check-balance", 200), ("GET", "status", 404),
        ]  # fmt: skip
        assert asked[0].json()["model"] == "veo2-video"
        assert asked[0].answer_json()["status"] == "pending"
        assert box.requests(status=404) == [asked[2]]
        assert (box.count(), box.count(method="POST"), box.count(body={"model": "veo2-video"})) == (3, 2, 1)
        assert box.count(path="/api/generate-video") == len(box.requests(path="/api/generate-video")) > 0
        with pytest.raises(ControlError, match="'generate-video' is spelt 'generate-vidoe'"):
            box.count(path="/api/generate-vidoe")

    def test_a_filter_that_there_is_not_is_said_so(self, box):
        with pytest.raises(ControlError, match="no filter 'colour'"):
            box.requests(colour="red")

    def test_a_journal_longer_than_a_page_is_read_whole(self):
        with Server(journal=2500, only=["nanogpt"]) as large:
            box = large.sandbox()
            for _ in range(1002):
                box._line.ask("GET", f"/@{box.name}/api/v1/video-models")
            assert [one.number for one in box.requests()] == list(range(1, 1003))


class TestFaults:
    def test_one_strikes_as_often_as_it_is_told_and_is_lifted(self, box):
        laid = box.fault("status", 503, times=2, provider="nanogpt", method="POST")
        statuses = [ask(box, "/api/check-balance", {})[0] for _ in range(3)]
        box.fault("refuse", lasts=60)
        [spent, other] = box.faults()

        assert statuses == [503, 503, 200]
        assert (laid.fault, spent.struck, spent.match["method"], other.fault) == ("status(503)", 2, "POST", "refuse")
        box.lift(other)
        assert [one.id for one in box.faults()] == [laid.id]
        box.lift()
        assert box.faults() == []

    def test_a_fault_that_there_is_not_is_said_so(self, box):
        with pytest.raises(ControlError, match="did you mean 'reset'"):
            box.fault("resett")
        with pytest.raises(ControlError, match="often"):
            box.fault("reset", often=3)

    def test_the_timeline_says_what_an_unknown_path_may_have_meant(self, box):
        ask(box, "/api/video/staus")
        assert "GET /api/video/staus → 404 (near: GET /api/video/status: 'status' is spelt 'staus'" in box.timeline()

    def test_the_timeline_names_it(self, box):
        box.fault("status", 503)
        ask(box, "/api/check-balance", {})
        assert "POST /api/check-balance → 503" in box.timeline().replace(" key sk-…st", "")
        assert "fault status(503)" in box.timeline()


class TestConduct:
    def test_a_careful_client_is_not_accused_and_a_careless_one_is_told_why(self, box):
        job = order(box)
        box.clock.advance(until="idle")
        ask(box, f"/api/video/status?requestId={job}")
        before = box.conduct.findings
        ask(box, f"/api/video/status?requestId={job}")

        [found] = findings = box.conduct.findings
        assert repr(findings) == "<1 finding: nanogpt polled-after-the-end>"
        assert str(findings) == f"nanogpt polled-after-the-end: {found.message}"
        assert (before, found.id, found.provider, found.job) == ([], "polled-after-the-end", "nanogpt", job)
        assert (found.count, found.requests[-1]) == (1, 3)
        box.conduct.forget()
        assert box.conduct.findings == []


class TestSnapshots:
    def test_it_is_as_it_was_its_time_and_money_included(self, box):
        job = order(box)
        began = box.clock.now
        assert box.snapshot("ordered") == "ordered"
        box.clock.advance(until="idle")
        order(box)
        box.restore("ordered")

        assert (box.clock.now, box.account("nanogpt").charged) == (began, 1)
        assert [one.id for one in box.jobs()] == [job]
        with pytest.raises(ControlError, match="'never'"):
            box.restore("never")

    def test_a_fork_begins_as_it_is_and_goes_its_own_way(self, box):
        job = order(box)
        other = box.fork(f"{box.name}-fork")
        other.clock.advance(until="idle")

        assert [(one.id, one.state) for one in other.jobs()] == [(job, "done")]
        assert box.job(job).state == "waiting"
        other.close()


class TestIsolation:
    def test_it_begins_again_and_is_forgotten(self, server):
        box = server.sandbox()
        order(box)
        box.reset()
        assert box.jobs() == []
        order(box)
        box.close()
        box.close()
        assert server.sandbox(box.name).jobs() == []

    def test_threads_take_turns(self, box):
        wrong = []

        def look(number):
            key = f"sk-{number}"
            box.account("nanogpt", key).set(available=number)
            told = [box.account("nanogpt", key).told for _ in range(20)]
            wrong.extend(one for one in told if (one["key"], one["available"]) != (key, str(number)))

        threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []

    @pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes cannot be forked here")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_a_forked_process_has_a_line_of_its_own(self, box):
        before = box.clock.now
        fork = multiprocessing.get_context("fork")
        children = [fork.Process(target=_look_often, args=(box, number)) for number in range(1, 4)]
        for child in children:
            child.start()
        _look_often(box, 9)
        for child in children:
            child.join(60)

        assert [child.exitcode for child in children] == [0, 0, 0]
        assert box.clock.now == before


def _look_often(box, number):
    key = f"sk-{number}"
    assert {box.account("nanogpt", key).told["key"] for _ in range(50)} == {key}


async def test_a_receiver_in_the_tests_own_event_loop_is_reached_when_a_thread_moves_time(box):
    got = []

    async def answer(reader, writer):
        got.append((await reader.readline()).decode().split()[0])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as receiver:
        hook = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/hook"
        order = {"urls": ["https://shop.example/products/trail-shoe"], "webhookUrl": hook}
        ask(box, "/api/v1/generate", order, headers={"authorization": f"Bearer {box.key('nouvel')}"})
        await asyncio.to_thread(box.clock.advance, until="idle")

    assert got == ["POST"]
    assert [attempt.delivered for attempt in box.webhooks()] == [True]


def test_what_a_test_does_to_its_own_process_does_not_reach_the_server(box, monkeypatch):
    def never(*_, **__):
        raise AssertionError("real time was asked for")

    for name in ("time", "sleep", "perf_counter"):
        monkeypatch.setattr(time, name, never)
    monkeypatch.setattr("pathlib.Path.open", never)
    monkeypatch.setenv("FAUXREEL_CLOCK", "scaled")

    box.clock.run(speed=5)
    box.clock.freeze()
    box.account("nanogpt").set(available=3)

    assert box.account("nanogpt").available == 3


def test_what_is_no_provider_is_said_so(box):
    with pytest.raises(
        ValueError, match="'nanogtp' is not served here; there are: artnex, nanogpt, nouvel, viddyscribe"
    ):
        box.url("nanogtp")


def test_keys_act_by_a_word(box):
    status, _ = ask(box, "/api/generate-video", {"model": "veo2-video", "prompt": "a"}, key=box.key("nanogpt", "broke"))
    assert status == 402


def test_a_line_that_was_idle_for_long_is_made_anew(server, box):
    _ = box.clock.now
    server._line._connection.sock.shutdown(socket.SHUT_RDWR)  # as when the other side hangs up
    assert box.clock.mode == "frozen"


@pytest.mark.skipif(resource is None, reason="there is no limit of open files to raise on Windows")
def test_a_process_may_have_more_files_open_than_select_can_look_at(server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip(f"no process may have more than {hard} files open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    files = [os.dup(0) for _ in range(1100)]
    try:
        with Server(url=server.url) as again:
            box = again.sandbox(clock="frozen")
            assert again._line._connection.sock.fileno() > 1024
            assert box.clock.mode == "frozen"
            box.close()
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_that_is_gone_is_said_so():
    server = Server()
    box = server.sandbox()
    server._process.kill()
    server._process.wait()
    with pytest.raises(ServerError, match="no fauxreel answers at http://127"):
        _ = box.clock.now
    server.stop()


def test_what_answers_may_be_no_fauxreel():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        threading.Thread(target=_answer_once, args=(stranger,), daemon=True).start()
        server = Server(url=f"http://127.0.0.1:{stranger.getsockname()[1]}")
        with server, pytest.raises(ServerError, match="is no fauxreel"):
            server.sandbox()


def _answer_once(listening):
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:4747", "http://", "http://127.0.0.1:port"])
def test_an_address_that_is_none_is_said_so(url):
    with pytest.raises(ServerError, match="is no address of a server"):
        Server(url=url)
