"""Faults, as clients meet them over a socket."""

import json
import re
import socket
import threading
from time import monotonic

import httpx
import pytest

from mockserver.core.faults import FAULTS
from tests.end_to_end.conftest import served

ORDER = {"model": "veo2-video", "prompt": "An eagle", "duration": "5s"}
KEY = {"x-api-key": "sk-nano-1"}


@pytest.fixture(scope="module")
def url(serve):
    return serve("--clock", "frozen").url


@pytest.fixture
def box(url, request):
    """A client in a sandbox of its own."""
    name = request.node.name.replace("[", ".").replace("]", "").replace("(", "-").replace(")", "")[:64]
    with httpx.Client(base_url=f"{url}/@{name}", headers=KEY, timeout=10) as client:
        yield client


def order(box, fault, **more):
    return box.post("/api/generate-video", json=ORDER, headers={"x-mock-fault": fault}, **more)


def jobs(box):
    return box.get("/_mock/jobs").json()["items"]


def available(box):
    return box.get("/_mock/accounts/nanogpt/sk-nano-1").json()["available"]


def exchanges(box):
    items = box.get("/_mock/requests").json()["items"]
    return [(one["status"], one["fault"], one["job"] is not None) for one in items]


def raw(box, fault, keep="keep-alive"):
    """What comes back over a bare socket, and how the connection ends."""
    body = json.dumps(ORDER).encode()
    path = f"{box.base_url.path.rstrip('/')}/api/generate-video"
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: sk-nano-1\r\n"
        f"x-mock-fault: {fault}\r\nconnection: {keep}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((box.base_url.host, box.base_url.port), timeout=10) as sock:
        sock.sendall(head.encode() + body)
        found = b""
        try:
            while piece := sock.recv(65536):
                found += piece
        except ConnectionResetError:
            return found, "reset"
        return found, "closed"


def test_a_reset_loses_the_answer_to_an_order_that_is_billed_and_can_be_found(box):
    with pytest.raises(httpx.ReadError):
        order(box, "reset")

    [job] = jobs(box)
    recovered = box.get("/api/generate-video/recover").json()["data"]
    assert [one["runId"] for one in recovered] == [job["id"]]
    assert available(box) == "46.6"
    assert exchanges(box)[-1] == (202, "reset", True)


@pytest.mark.parametrize("keep", ["keep-alive", "close"])
def test_a_reset_is_a_reset_on_the_wire(box, keep):
    assert raw(box, "reset", keep) == (b"", "reset")


@pytest.mark.parametrize("keep", ["keep-alive", "close"])
def test_a_refused_connection_is_closed_without_a_byte(box, keep):
    assert raw(box, "refuse", keep) == (b"", "closed")


def test_a_refused_connection_leaves_nothing_behind_but_a_line_in_the_journal(box):
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        order(box, "refuse")

    assert (jobs(box), available(box)) == ([], "50")
    assert exchanges(box) == [(0, "refuse", False)]


def test_a_truncated_answer_promises_more_than_comes(box):
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        order(box, "truncated")

    assert len(jobs(box)) == 1


def test_half_of_a_truncated_body_comes_and_then_the_end(box):
    found, end = raw(box, "truncated")

    head, _, body = found.partition(b"\r\n\r\n")
    promised = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert (end, len(body)) == ("closed", promised // 2)
    assert b"x-mock-fault: truncated" in head


def test_a_malformed_answer_is_whole_and_no_json(box):
    answer = order(box, "malformed")

    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
    assert len(answer.content) == int(answer.headers["content-length"])
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(jobs(box)) == 1


def test_a_gateways_page_is_html_and_nothing_has_happened(box):
    answer = order(box, "html")

    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert "502 Bad Gateway" in answer.text
    assert jobs(box) == []


def test_a_dripping_answer_comes_in_pieces_and_is_whole(box):
    with box.stream("POST", "/api/generate-video", json=ORDER, headers={"x-mock-fault": "drip(0.2)"}) as answer:
        pieces = list(answer.iter_raw())

    assert len(pieces) > 5
    assert json.loads(b"".join(pieces))["status"] == "pending"


def test_a_late_answer_comes_after_the_clients_patience_though_the_order_was_taken(box):
    with pytest.raises(httpx.ReadTimeout):
        order(box, "delay(30)", timeout=0.3)

    assert len(jobs(box)) == 1
    assert available(box) == "46.6"


def test_a_late_answer_comes_in_the_end(box):
    began = monotonic()

    answer = order(box, "delay(0.2)")

    assert monotonic() - began >= 0.2
    assert (answer.status_code, answer.headers["x-mock-fault"]) == (202, "delay")


def test_a_server_that_stops_does_not_wait_for_late_answers():
    outcome = []

    def ask(url):
        try:
            httpx.post(f"{url}/api/generate-video", json=ORDER, headers=KEY | {"x-mock-fault": "delay(30)"}, timeout=20)
        except httpx.TransportError as error:
            outcome.append(type(error))

    with served("--clock", "frozen") as server:
        asking = threading.Thread(target=ask, args=[server.url])
        asking.start()
        while not httpx.get(f"{server.url}/_mock/jobs").json()["items"]:
            pass
        began = monotonic()
    asking.join(timeout=10)

    assert monotonic() - began < 5
    assert outcome


def test_a_duplicated_order_is_two_jobs_that_are_billed_and_one_answer(box):
    answer = order(box, "duplicate")

    assert jobs(box)[0]["id"] == answer.json()["runId"]
    assert len(jobs(box)) == 2
    assert available(box) == "43.2"
    assert exchanges(box) == [(202, "duplicate", True), (202, "duplicate", True)]


def test_a_duplicated_upload_is_received_twice(url):
    with httpx.Client(base_url=f"{url}/@upload", headers={"x-api-key": "vsk_test"}) as client:
        answer = client.post(
            "/enterprise/api/upload_media", files={"file": b"no film"}, headers={"x-mock-fault": "duplicate"}
        )

        assert (answer.status_code, answer.headers["x-mock-fault"]) == (415, "duplicate")
        assert len(client.get("/_mock/requests").json()["items"]) == 2


def test_a_connection_serves_on_after_a_fault_that_leaves_it_open(box):
    statuses = [order(box, fault).status_code for fault in ("malformed", "status(500)", "html", "duplicate", "drip(0)")]

    assert statuses == [202, 500, 502, 202, 202]
    assert box.get("/api/v1/video-models").status_code == 200


def test_a_download_can_be_cut_off_and_tried_again(box):
    job = order(box, "delay(0)").json()["runId"]
    box.post("/_mock/clock/advance", json={"until": "idle"})
    link = box.get("/api/video/status", params={"requestId": job}).json()["data"]["output"]["video"]["url"]
    box.post("/_mock/faults", json={"fault": "truncated", "times": 1, "match": {"path": "/media/*"}})

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        httpx.get(link)
    whole = httpx.get(link)

    assert len(whole.content) == int(whole.headers["content-length"])


def test_an_order_of_nouvel_whose_answer_was_lost_is_among_its_projects_and_takes_of_the_quota(url):
    order = {"urls": ["https://shop.example/products/shoes"], "variantCount": 2}
    with httpx.Client(base_url=f"{url}/@lost", headers={"authorization": "Bearer nvl_1"}, timeout=10) as client:
        with pytest.raises(httpx.ReadError):
            client.post("/api/v1/generate", json=order, headers={"x-mock-fault": "reset"})

        projects = client.get("/api/v1/projects").json()["projects"]
        account = client.get("/_mock/accounts/nouvel/nvl_1").json()

    assert len(projects) == 2
    assert (account["granted"], account["held"], account["available"]) == ("30", "2", "28")


@pytest.mark.parametrize(
    ("path", "key", "order"),
    [
        ("/v1/video", {"authorization": "Bearer a"}, {"model": "veo3.1", "prompt": "A fox", "duration": 8}),
        (
            "/enterprise/api/generate_ad_text",
            {"x-api-key": "vsk_1"},
            {"input": {"type": "url", "url": "https://films.example/film.mp4"}, "generation_config": {}},
        ),
    ],
)
def test_where_a_provider_lists_no_jobs_the_control_api_has_the_lost_one(url, path, key, order):
    with httpx.Client(base_url=f"{url}/@lost{path.replace('/', '-')}", headers=key, timeout=10) as client:
        with pytest.raises(httpx.ReadError):
            client.post(path, json=order, headers={"x-mock-fault": "reset"})

        assert len(jobs(client)) == 1
        assert exchanges(client) == [(200, "reset", True)]


def test_a_file_from_disk_is_cut_damaged_and_dripped_as_well(url):
    order = {"input": {"type": "url", "url": "https://films.example/film.mp4"}, "generation_config": {}}
    with httpx.Client(base_url=f"{url}/@disk", headers={"x-api-key": "vsk_1"}, timeout=30) as client:
        job = client.post("/enterprise/api/generate_ad_audio", json=order).json()["job_id"]
        client.post("/_mock/clock/advance", json={"until": "idle"})
        text = client.get("/enterprise/api/get_results", params={"job_id": job}).text
        link = re.search(r'"(http[^"]*/enterprise/results/[^"]*)"', text)[1]
        whole = client.get(link).content

        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            client.get(link, headers={"x-mock-fault": "truncated"})
        damaged = client.get(link, headers={"x-mock-fault": "malformed"}).content
        dripped = client.get(link, headers={"x-mock-fault": "drip(0.1)"}).content

    assert len(whole) > 1000
    assert dripped == whole
    assert len(damaged) == len(whole)
    assert (damaged[:64], damaged[64:]) == (bytes(64), whole[64:])


def test_pipelined_requests_before_a_fault_are_answered(box):
    body = json.dumps(ORDER).encode()
    path = f"{box.base_url.path.rstrip('/')}/api/generate-video"
    whole = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: sk-nano-1\r\ncontent-length: {len(body)}\r\n".encode()
    )
    with socket.create_connection((box.base_url.host, box.base_url.port), timeout=10) as sock:
        sock.sendall(whole + b"\r\n" + body + whole + b"x-mock-fault: refuse\r\n\r\n" + body)
        found = b""
        while piece := sock.recv(65536):
            found += piece

    assert found.count(b"HTTP/1.1 202") == 1
    assert len(jobs(box)) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_makes_the_server_complain(box, fault):
    written = {"status": "status(503)", "delay": "delay(0)", "drip": "drip(0)"}.get(fault, fault)

    for path in ("/api/generate-video", "/api/check-balance"):
        try:
            box.post(path, json=ORDER, headers={"x-mock-fault": written})
        except httpx.TransportError:
            assert fault in {"reset", "refuse", "truncated"}

    assert box.get("/_mock/health").json()["status"] == "ok"
