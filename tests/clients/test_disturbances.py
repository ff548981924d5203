"""What the clients' shared moves do when connection or provider misbehave: told by a provider that follows a script."""

import httpx
import pytest

from clients.core import errors
from clients.core.patience import Patience
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from tests.clients.kit import Scripted, elsewhere, off

ORDER = {"model": "veo2-video", "prompt": "A fox"}
PAID = {"x-remaining-balance": "46.6"}
RECEIPT = {"runId": "vid_1", "id": "vid_1", "status": "pending", "model": "veo2-video", "cost": 3.4,
           "paymentSource": "USD", "remainingBalance": 46.6, "prechargeLabel": "Veo 2"}  # fmt: skip
ACCEPTED = (202, RECEIPT, PAID)
NO_ID = {name: value for name, value in RECEIPT.items() if name not in {"runId", "id"}}


def status(word, **more):
    return 200, {"requestId": "vid_1", "model": "veo2-video", "data": {"status": word, "requestId": "vid_1", **more}}


def text(status, body, **headers):
    """An act whose JSON is written out, right or wrong."""
    return status, body, {"content-type": "application/json"} | headers


GOING = status("IN_PROGRESS", details="Video is being generated")
DONE = status("COMPLETED", output={"video": {"url": "/v.mp4"}})
LIMITED = {"error": "Rate limit exceeded. Please wait before generating another video.", "status": 429}
PAGE = off((200, "<html>Sorry</html>"), "header content-type")
BROKEN = off(text(200, "{"), "header content-type")
ERROR, DOWN, BUSY = off((500, {}), "status"), off((503, "down"), "status"), off((429, {}), "status")
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
            around=lambda _: script,
            patience=patience,
            **options,
        )
        made.left, made.requests = script.acts, script.requests
        return made

    return told


# reading


@pytest.mark.parametrize(
    "trouble",
    [
        RESET,
        UNSENT,
        PAGE,
        ERROR,
        DOWN,
        BUSY,
        off(text(200, "[1]"), "$"),
        off((200, {}), "$.requestId", "$.model", "$.data"),
    ],
)
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
        nano(off((418, "a teapot", {"x-mock-clause": "some.clause"}), "status")).check_balance()

    assert type(caught.value) is errors.RefusedError
    assert (caught.value.status, caught.value.body, caught.value.clause) == (418, "a teapot", "some.clause")


# paying


@pytest.mark.parametrize("trouble", [UNSENT, httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full"), (429, LIMITED)])
def test_an_order_that_was_surely_not_accepted_is_sent_again(nano, trouble):
    client = nano(trouble, trouble, ACCEPTED)

    assert client.generate_video(**ORDER).run_id == "vid_1"


@pytest.mark.parametrize(
    "trouble",
    [
        RESET,
        httpx.ReadTimeout("slow"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("disconnected"),
        ERROR,
        off((503, "down", {"retry-after": "1"}), "status"),
        off((302, "", {"location": "/elsewhere"}), "status"),
        off((202, "<html>"), "header x-remaining-balance", "header content-type"),
        off((202, NO_ID, PAID), "$.runId", "$.id"),
        off(text(202, "[]", **PAID), "$"),
    ],
)
def test_an_order_that_may_have_been_accepted_is_never_sent_again(nano, trouble):
    client = nano(trouble, ACCEPTED)

    with pytest.raises(errors.LostAnswerError) as caught:
        client.generate_video(**ORDER, conversationUUID="mine")

    assert caught.value.reference == "mine"
    assert client.left == [ACCEPTED]


def test_an_order_that_never_gets_out_says_so(nano):
    with pytest.raises(errors.TransportError) as caught:
        nano(*[UNSENT] * 4).generate_video(**ORDER)

    assert type(caught.value) is errors.TransportError


@pytest.mark.parametrize(
    ("told", "pause"),
    [
        ((429, LIMITED, {"retry-after": "23"}), 23),
        (off((429, LIMITED | {"retry_after": 31}), "$.retry_after"), 31),
        (off((429, LIMITED | {"retryAfter": 40}), "$.retryAfter"), 40),
        ((429, LIMITED, {"retry-after": "1"}), 10),
        ((429, LIMITED, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), 10),
        ((429, LIMITED, {"retry-after": "-5"}), 10),
        (off((429, LIMITED | {"retry_after": "soon"}), "$.retry_after"), 10),
    ],
)
def test_the_pause_that_the_provider_asks_for_is_kept(stage, nano, told, pause):
    nano(told, ACCEPTED).generate_video(**ORDER)

    assert stage.pauses == [pause]


def test_a_pause_beyond_all_patience_is_not_made(stage, nano):
    tomorrow = {"retry-after": "86400"}
    paying, reading = nano((429, LIMITED, tomorrow)), nano(off((429, LIMITED, tomorrow), "status"))
    for ask in (lambda: paying.generate_video(**ORDER), reading.check_balance):
        with pytest.raises(errors.RateLimitError) as caught:
            ask()
        assert caught.value.retry_after == 86400

    assert stage.pauses == []


# waiting


def test_one_blip_does_not_kill_a_paid_job_nor_do_many(stage, nano):
    client = nano(GOING, RESET, PAGE, ERROR, BUSY, GOING, BROKEN, DONE)

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
        nano(GOING, off((429, {}, {"retry-after": "700"}), "status")).wait("vid_1")

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
LINK = "/media/nanogpt/vid_1/video.mp4"
TAG = {"etag": '"one"'}
WEAK = {"etag": 'W/"weak"'}


def whole(body=MP4, **headers):
    known = {"content-type": "video/mp4", "accept-ranges": "bytes", "content-length": str(SIZE)}
    return 200, body, known | (headers or TAG)


def cut(size=50, **headers):
    """The whole file, which breaks off after so many bytes."""
    return off(whole(Cut(MP4[:size]), **headers), "broken")


def rest(begin, said=None):
    said = said or f"bytes {begin}-{SIZE - 1}/{SIZE}"
    return 206, MP4[begin:], {"content-type": "video/mp4", "content-range": said} | TAG


UNTAGGED = off(whole(Cut(MP4[:50]), **{"content-language": "en"}), "broken", "header etag")
UNKNOWN_SIZE = off(rest(50, f"bytes 50-{SIZE - 1}/*"), "header content-range")
NONSENSE = off(rest(50, "nonsense"), "header content-range")
NO_SUCH_RANGE = off((416, ""), "header content-range", "header content-type")
BARE = "header accept-ranges", "header etag", "header content-type"
NO_VIDEO = {"error": "Video content is not available", "status": 404}
GONE = {"error": "Not found", "status": 404}


def test_a_file_is_fetched_and_watched(nano, tmp_path):
    seen = []

    file = nano(whole()).download(LINK, tmp_path / "deep" / "v.mp4", watcher=lambda *told: seen.append(told))

    assert file.read_bytes() == MP4
    assert seen == [(SIZE, SIZE)]
    assert [path.name for path in file.parent.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize(
    ("acts", "asked"),
    [
        ([cut(), rest(50)], [None, "bytes=50-"]),
        ([cut(), off((503, "busy"), "status"), rest(50)], [None, "bytes=50-", "bytes=50-"]),
        ([off(whole(MP4[:50]), "broken"), rest(50)], [None, "bytes=50-"]),
        ([cut(), UNKNOWN_SIZE], [None, "bytes=50-"]),
        ([cut(), whole()], [None, "bytes=50-"]),
        ([cut(), rest(60), whole()], [None, "bytes=50-", None]),
        ([cut(), NONSENSE, whole()], [None, "bytes=50-", None]),
        ([cut(), NO_SUCH_RANGE, whole()], [None, "bytes=50-", None]),
        ([cut(**WEAK), whole()], [None, None]),
        ([UNTAGGED, whole()], [None, None]),
        ([off((200, "<html>Sorry</html>"), *BARE), whole()], [None, None]),
        ([whole(b"x" * SIZE), whole()], [None, None]),
        ([RESET, BUSY, whole()], [None, None, None]),
        ([off((302, "", {"location": LINK}), "status"), whole()], [None, None]),
        ([off((200, MP4), *BARE)], [None]),
    ],
)
def test_a_file_arrives_whole_whatever_happens_on_its_way(nano, tmp_path, acts, asked):
    client = nano(*acts)

    file = client.download(LINK, tmp_path / "v.mp4")

    assert file.read_bytes() == MP4
    assert [request.headers.get("range") for request in client.requests] == asked
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize(
    "trouble",
    [
        RESET,
        off((200, "<html>Sorry</html>"), *BARE),
        ERROR,
        off(whole(MP4[:50], **{"content-language": "en"}), "broken", "header etag"),
        off((200, b"short"), *BARE),
    ],
)
def test_a_file_that_never_arrives_leaves_nothing_behind(nano, tmp_path, trouble):
    (tmp_path / "v.mp4").write_bytes(b"the one of yesterday")

    with pytest.raises(errors.BrokenDownloadError):
        nano(*[trouble] * 4).download(LINK, tmp_path / "v.mp4")

    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]
    assert (tmp_path / "v.mp4").read_bytes() == b"the one of yesterday"


def test_a_file_that_comes_in_crumbs_ends_with_the_patience(stage, nano, tmp_path):
    crumbs = [rest(begin) for begin in range(1, 150)]
    acts = [off((status, Cut(body[:1]), headers), "broken") for status, body, headers in crumbs]

    with pytest.raises(errors.BrokenDownloadError):
        nano(cut(1), *acts).download(LINK, tmp_path / "v.mp4")

    assert 500 < stage.elapsed <= 600


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ((403, {"error": "Forbidden", "status": 403}), errors.ResultExpiredError),
        ((404, GONE), errors.ResultExpiredError),
        (off((400, {"error": "Forbidden", "status": 400}), "status"), errors.ValidationError),
        (off((410, {"error": "Gone", "status": 410}), "status"), errors.ResultExpiredError),
    ],
)
def test_a_link_that_does_not_work_is_not_tried_again(nano, tmp_path, refusal, error):
    with pytest.raises(error):
        nano(refusal).download(LINK, tmp_path / "v.mp4")

    assert list(tmp_path.iterdir()) == []


def test_content_that_is_not_there_is_not_found(nano, tmp_path):
    with pytest.raises(errors.NotFoundError):
        nano((404, NO_VIDEO)).video_content("vid_1", "m", tmp_path / "v.mp4")


def test_the_key_goes_to_the_provider_alone(nano, tmp_path):
    moved = off((302, "", {"location": "https://cdn.example/v.mp4"}), "status")
    client = nano(moved, whole(), excuses=[elsewhere("cdn.example")])

    client.video_content("vid_1", "m", tmp_path / "v.mp4")

    assert [request.headers.get("x-api-key") for request in client.requests] == ["sk-1", None]


def test_redirects_end(nano, tmp_path):
    with pytest.raises(errors.RefusedError):
        nano(*[off((302, "", {"location": LINK}), "status")] * 6).download(LINK, tmp_path / "v.mp4")


@pytest.mark.parametrize(
    ("link", "excuses"), [("http://[", [elsewhere("%5b")]), ("ftp://old.example/v.mp4", [elsewhere("old.example")])]
)
def test_a_link_that_is_none_is_an_error_of_the_tree(stage, tmp_path, link, excuses):
    client = stage.client((NanoGPT, AsyncNanoGPT), "sk-1", provider="nanogpt", excuses=excuses)

    with pytest.raises(errors.ClientError):
        client.download(link, tmp_path / "v.mp4")


@pytest.mark.parametrize(("kind", "body"), [("wav", b"RIFF\0\0\0\0WAVEfmt "), ("jpeg", b"\xff\xd8\xff\xe0")])
def test_other_kinds_of_files_are_known_by_their_beginning(nano, tmp_path, kind, body):
    file = off((200, body), *BARE)

    assert nano(file).download(LINK, tmp_path / "file", kind=kind).read_bytes() == body


def test_a_program_that_stops_in_the_middle_leaves_nothing(nano, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nano(whole()).download(LINK, tmp_path / "v.mp4", watcher=stop)

    assert list(tmp_path.iterdir()) == []
