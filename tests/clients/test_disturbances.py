"""What the clients' shared moves do when connection or provider misbehave: told by a provider that follows a script."""

import httpx
import pytest

from clients.core import errors
from clients.core.patience import Patience
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from tests.clients.kit import Scripted

ACCEPTED = (202, {"runId": "vid_1", "status": "pending"})
GOING = (200, {"requestId": "vid_1", "data": {"status": "IN_PROGRESS"}})
DONE = (200, {"requestId": "vid_1", "data": {"status": "COMPLETED", "output": {"video": {"url": "/v.mp4"}}}})
PAGE = (200, "<html>Sorry</html>")
MP4 = b"\0\0\0\x18ftypmp42" + bytes(range(200))
RESET = httpx.ReadError("reset")
STEADY = Patience(interval=5, total=600, jitter=0)
UNSENT = httpx.ConnectError("refused")


@pytest.fixture(params=["sync-here", "async-here"])
def stage(request, the_street):
    """No server answers here, so two of the four ways are enough."""
    built = the_street.stage(request.param)
    yield built
    built.close()


@pytest.fixture
def nano(stage):
    """A client of a provider that answers as it is told."""

    def told(*acts, patience=STEADY, **options):
        script = Scripted(*acts)
        made = stage.client(
            (NanoGPT, AsyncNanoGPT),
            "sk-1",
            provider="nanogpt",
            judged=(),
            around=lambda _: script,
            patience=patience,
            **options,
        )
        made.left, made.requests = script.acts, script.requests
        return made

    return told


# reading


@pytest.mark.parametrize("trouble", [RESET, UNSENT, PAGE, (500, {}), (503, "down"), (429, {}), (200, "[1]"), (200, {})])
def test_what_is_only_read_is_read_again(nano, trouble):
    client = nano(trouble, trouble, DONE)

    assert client.video_status("vid_1").state == "done"


def test_reading_ends_after_some_tries(stage, nano):
    client = nano(*[RESET] * 4)

    with pytest.raises(errors.TransportError):
        client.check_balance()

    assert stage.pauses == [10, 20, 40]


def test_a_clear_refusal_is_not_asked_again(nano):
    with pytest.raises(errors.AuthError):
        nano((401, {"error": "Invalid session", "status": 401})).check_balance()


def test_a_refusal_without_json_and_without_a_known_status_is_told_too(nano):
    with pytest.raises(errors.RefusedError) as caught:
        nano((418, "a teapot", {"x-mock-clause": "some.clause"})).check_balance()

    assert type(caught.value) is errors.RefusedError
    assert (caught.value.status, caught.value.body, caught.value.clause) == (418, "a teapot", "some.clause")


# paying


@pytest.mark.parametrize("trouble", [UNSENT, httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full"), (429, {})])
def test_an_order_that_was_surely_not_accepted_is_sent_again(nano, trouble):
    client = nano(trouble, trouble, ACCEPTED)

    assert client.generate_video("m").run_id == "vid_1"


@pytest.mark.parametrize(
    "trouble",
    [
        RESET,
        httpx.ReadTimeout("slow"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("disconnected"),
        (500, {}),
        (503, "down", {"retry-after": "1"}),
        (302, "", {"location": "/elsewhere"}),
        (202, "<html>"),
        (202, {"status": "pending"}),
        (202, "[]"),
    ],
)
def test_an_order_that_may_have_been_accepted_is_never_sent_again(nano, trouble):
    client = nano(trouble, ACCEPTED)

    with pytest.raises(errors.LostAnswerError) as caught:
        client.generate_video("m", conversationUUID="mine")

    assert caught.value.reference == "mine"
    assert client.left == [ACCEPTED]


def test_an_order_that_never_gets_out_says_so(nano):
    with pytest.raises(errors.TransportError) as caught:
        nano(*[UNSENT] * 4).generate_video("m")

    assert type(caught.value) is errors.TransportError


@pytest.mark.parametrize(
    ("told", "pause"),
    [
        ((429, {}, {"retry-after": "23"}), 23),
        ((429, {"retry_after": 31}), 31),
        ((429, {"retryAfter": 40}), 40),
        ((429, {}, {"retry-after": "1"}), 10),
        ((429, {}, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), 10),
        ((429, {}, {"retry-after": "-5"}), 10),
        ((429, {"retry_after": "soon"}), 10),
    ],
)
def test_the_pause_that_the_provider_asks_for_is_kept(stage, nano, told, pause):
    nano(told, ACCEPTED).generate_video("m")

    assert stage.pauses == [pause]


def test_a_pause_beyond_all_patience_is_not_made(stage, nano):
    for ask in (lambda client: client.generate_video("m"), lambda client: client.check_balance()):
        with pytest.raises(errors.RateLimitError) as caught:
            ask(nano((429, {}, {"retry-after": "86400"})))
        assert caught.value.retry_after == 86400

    assert stage.pauses == []


# waiting


def test_one_blip_does_not_kill_a_paid_job_nor_do_many(stage, nano):
    client = nano(GOING, RESET, PAGE, (500, {}), (429, {}), GOING, (200, "{"), DONE)

    assert client.wait("vid_1").state == "done"
    assert stage.pauses == [5, 10, 20, 40, 60, 5, 10]


def test_waiting_ends_with_its_patience_and_names_the_last_trouble(stage, nano):
    client = nano(*[RESET] * 50)

    with pytest.raises(errors.WaitTimeoutError) as caught:
        client.wait("vid_1")

    assert caught.value.job_id == "vid_1"
    assert type(caught.value.__cause__) is errors.TransportError
    assert 500 < stage.elapsed <= 600


def test_waiting_ends_before_a_pause_that_would_be_too_long(stage, nano):
    with pytest.raises(errors.WaitTimeoutError):
        nano(GOING, (429, {}, {"retry-after": "700"})).wait("vid_1")

    assert stage.elapsed < 6


def test_patience_is_data(stage, nano):
    patience = Patience(interval=1, total=3, jitter=0)

    with pytest.raises(errors.WaitTimeoutError):
        nano(*[GOING] * 9, patience=patience).wait("vid_1")

    assert stage.pauses == [1, 1, 1]


# fetching


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, content):
        self.content = content

    def __iter__(self):
        yield self.content
        raise httpx.ReadError("cut")

    async def __aiter__(self):
        yield self.content
        raise httpx.ReadError("cut")


SIZE = len(MP4)
LINK = "https://cdn.example/v.mp4"


def whole(body=MP4, **headers):
    return 200, body, {"content-length": str(SIZE), "etag": '"one"'} | headers


def rest(begin, said=None):
    return 206, MP4[begin:], {"content-range": said or f"bytes {begin}-{SIZE - 1}/{SIZE}", "etag": '"one"'}


def test_a_file_is_fetched_and_watched(nano, tmp_path):
    seen = []

    file = nano(whole()).download(LINK, tmp_path / "deep" / "v.mp4", watcher=lambda *told: seen.append(told))

    assert file.read_bytes() == MP4
    assert seen == [(SIZE, SIZE)]
    assert [path.name for path in file.parent.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize(
    ("acts", "asked"),
    [
        ([whole(Cut(MP4[:50])), rest(50)], [None, "bytes=50-"]),
        ([whole(Cut(MP4[:50])), (503, "busy"), rest(50)], [None, "bytes=50-", "bytes=50-"]),
        ([whole(MP4[:50]), rest(50)], [None, "bytes=50-"]),
        ([whole(Cut(MP4[:50])), rest(50, f"bytes 50-{SIZE - 1}/*")], [None, "bytes=50-"]),
        ([whole(Cut(MP4[:50])), whole()], [None, "bytes=50-"]),
        ([whole(Cut(MP4[:50])), rest(60), whole()], [None, "bytes=50-", None]),
        ([whole(Cut(MP4[:50])), rest(50, "nonsense"), whole()], [None, "bytes=50-", None]),
        ([whole(Cut(MP4[:50])), (416, ""), whole()], [None, "bytes=50-", None]),
        ([whole(Cut(MP4[:50]), etag='W/"weak"'), whole()], [None, None]),
        ([whole(Cut(MP4[:50]), etag=""), whole()], [None, None]),
        ([PAGE, whole()], [None, None]),
        ([whole(b"x" * SIZE), whole()], [None, None]),
        ([RESET, (429, {}), whole()], [None, None, None]),
        ([(302, "", {"location": "/there"}), whole()], [None, None]),
        ([(200, MP4)], [None]),
    ],
)
def test_a_file_arrives_whole_whatever_happens_on_its_way(nano, tmp_path, acts, asked):
    client = nano(*acts)

    file = client.download(LINK, tmp_path / "v.mp4")

    assert file.read_bytes() == MP4
    assert [request.headers.get("range") for request in client.requests] == asked
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize("trouble", [RESET, PAGE, (500, {}), whole(MP4[:50], etag=""), (200, b"short")])
def test_a_file_that_never_arrives_leaves_nothing_behind(nano, tmp_path, trouble):
    (tmp_path / "v.mp4").write_bytes(b"the one of yesterday")

    with pytest.raises(errors.BrokenDownloadError):
        nano(*[trouble] * 4).download(LINK, tmp_path / "v.mp4")

    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]
    assert (tmp_path / "v.mp4").read_bytes() == b"the one of yesterday"


def test_a_file_that_comes_in_crumbs_ends_with_the_patience(stage, nano, tmp_path):
    crumbs = [rest(begin) for begin in range(1, 150)]
    acts = [(status, Cut(body[:1]), headers) for status, body, headers in crumbs]

    with pytest.raises(errors.BrokenDownloadError):
        nano(whole(Cut(MP4[:1])), *acts).download(LINK, tmp_path / "v.mp4")

    assert 500 < stage.elapsed <= 600


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, errors.ResultExpiredError),
        (404, errors.ResultExpiredError),
        (400, errors.ValidationError),
        (410, errors.ResultExpiredError),
    ],
)
def test_a_link_that_does_not_work_is_not_tried_again(nano, tmp_path, status, error):
    with pytest.raises(error):
        nano((status, {"error": "Forbidden", "status": status})).download(LINK, tmp_path / "v.mp4")

    assert list(tmp_path.iterdir()) == []


def test_content_that_is_not_there_is_not_found(nano, tmp_path):
    with pytest.raises(errors.NotFoundError):
        nano((404, {"error": "Video content is not available"})).video_content("vid_1", "m", tmp_path / "v.mp4")


def test_the_key_goes_to_the_provider_alone(nano, tmp_path):
    client = nano((302, "", {"location": "https://cdn.example/v.mp4"}), whole())

    client.video_content("vid_1", "m", tmp_path / "v.mp4")

    assert [request.headers.get("x-api-key") for request in client.requests] == ["sk-1", None]


def test_redirects_end(nano, tmp_path):
    with pytest.raises(errors.RefusedError):
        nano(*[(302, "", {"location": "/again"})] * 6).download(LINK, tmp_path / "v.mp4")


@pytest.mark.parametrize("link", ["http://[", "ftp://old.example/v.mp4"])
def test_a_link_that_is_none_is_an_error_of_the_tree(stage, tmp_path, link):
    client = stage.client((NanoGPT, AsyncNanoGPT), "sk-1", provider="nanogpt", judged=())

    with pytest.raises(errors.ClientError):
        client.download(link, tmp_path / "v.mp4")


@pytest.mark.parametrize(("kind", "body"), [("wav", b"RIFF\0\0\0\0WAVEfmt "), ("jpeg", b"\xff\xd8\xff\xe0")])
def test_other_kinds_of_files_are_known_by_their_beginning(nano, tmp_path, kind, body):
    assert nano((200, body)).download(LINK, tmp_path / "file", kind=kind).read_bytes() == body


def test_a_program_that_stops_in_the_middle_leaves_nothing(nano, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nano(whole()).download(LINK, tmp_path / "v.mp4", watcher=stop)

    assert list(tmp_path.iterdir()) == []
