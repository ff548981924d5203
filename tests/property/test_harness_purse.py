"""Whatever a server says its orders cost, and whatever it answers, a run never sends more than it may spend."""

import json
from decimal import Decimal

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.harness.check.command import Wish, judge
from contracts.harness.check.nanogpt import LISTED
from contracts.harness.check.purse import NotSentError, Purse
from tests.contract.judging import HERE, KEYS, around

SUMS = st.decimals("0", "20", places=4)
ODD = st.sampled_from([None, "free", -1, "-0.5", 1e12, [], {}, True, "1e3", "Infinity"])
FIGURES = SUMS.map(float) | SUMS.map(str) | ODD
STATUSES = st.sampled_from([200, 202, 202, 200, 400, 402, 429, 500])
WORDS = st.sampled_from(
    ["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "pending", "done", "running", "new", 7, None]
)


class Whimsical:
    """A server that answers all sorts of things, and notes each order that it is sent with our key."""

    def __init__(self, provider, figures, statuses, words):
        self.provider = provider
        self.figures, self.statuses, self.words = figures, statuses, words
        self.listed = None
        self.orders = []
        self.turn = 0

    def drawn(self, choices):
        self.turn += 1
        return choices[self.turn % len(choices)]

    def __call__(self, request):
        body = json.loads(request.content) if request.content[:1] == b"{" and request.content != b"{" else {}
        ours = KEYS[self.provider] in (*request.headers.values(), request.headers.get("authorization", "")[7:])
        if request.method == "POST" and ours and self.is_order(request.url.path, body):
            return self.order(body)
        if request.url.path == "/api/v1/video-models":
            return self.catalogue()
        if request.url.path.endswith("upload_media"):
            self.listed = self.drawn(self.figures)
            return answer(200, {"media_id": "m", "status": "created", "duration_seconds": self.listed, "frame_rate": 5})
        word, figure = self.drawn(self.words), self.drawn(self.figures)
        told = {"status": word, "data": {"status": word, "requestId": "x"}, "usd_balance": figure, "cost": figure}
        return answer(200, told | {"jobId": "x", "request_id": "x", "job_id": "x", "overallProgress": figure})

    def is_order(self, path, body):
        """Whether something can be made of it; an order for what does not exist is none."""
        if self.provider == "viddyscribe":
            return "generate_ad" in path and body.get("media_id") == "m"
        if self.provider == "nouvel":
            return path == "/api/v1/generate" and str(body.get("urls", [""])[:1])[2:].startswith("https://")
        return bool(body.get("prompt")) and body.get("model") in {"seedance-lite-video", "kling-v2.5-turbo-pro"}

    def catalogue(self):
        figure = self.drawn(self.figures)
        if self.listed is None:
            self.listed = figure
        pricing = {"currency": "USD", "base_prices_by_resolution": {"480p": figure}}
        return answer(200, {"object": "list", "data": [{"id": "seedance-lite-video", "pricing": pricing}]})

    def order(self, body):
        """Note what is known of its price, and answer with another one."""
        figure = self.drawn(self.figures)
        self.orders.append((self.price(body), figure))
        ids = {"runId": "x", "id": "x", "request_id": "x", "jobId": "x", "job_id": "x", "media_id": "m"}
        return answer(self.drawn(self.statuses), ids | {"cost": figure, "credits_used": figure, "model": "m"})

    def price(self, body):
        if self.provider == "artnex":
            return Decimal(1500)
        if self.provider == "nouvel":
            return Decimal(len(body["urls"]) * body.get("variantCount", 1))
        return LISTED * 200 if body.get("duration") == 999 else None


def answer(status, body):
    return httpx.Response(status, json=body)


@pytest.mark.parametrize("provider", sorted(KEYS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    most=SUMS | st.sampled_from([Decimal(0), Decimal(1500), Decimal(4000)]),
    figures=st.lists(FIGURES, min_size=1, max_size=7),
    statuses=st.lists(STATUSES, min_size=1, max_size=5),
    words=st.lists(WORDS, min_size=1, max_size=5),
)
def test_the_known_prices_of_what_is_sent_stay_within_the_sum(provider, most, figures, statuses, words):
    server = Whimsical(provider, figures, statuses, words)
    said = []
    keys = {"key": KEYS[provider], "other_key": f"{KEYS[provider]}-2"}
    wish = Wish(HERE, (provider,), **keys, spend=most)

    (report,) = anyio.run(judge, wish, around(httpx.MockTransport(server), said=said))

    quotes = [Decimal(line.split(" costs ")[1].split()[0]) for line in said if line.startswith("order: ")]
    assert len(server.orders) <= len(quotes)
    assert sum(quotes) <= most
    known = [price for price, _ in server.orders if price is not None]
    assert sum(known) <= most
    if not usable(server.listed) and provider in {"nanogpt", "viddyscribe"}:
        assert [price for price, _ in server.orders if price is None] == []
    assert {outcome.state for outcome in report.outcomes} <= {"passed", "failed", "skipped"}


def usable(figure):
    """Whether somebody can tell from it what an order costs."""
    try:
        return not isinstance(figure, bool) and Decimal(str(figure)).is_finite() and Decimal(str(figure)) >= 0
    except ArithmeticError:
        return False


@given(most=SUMS, orders=st.lists(st.tuples(SUMS | st.none(), SUMS | st.none()), max_size=30))
def test_a_purse_never_gives_more_than_it_holds(most, orders):
    purse = Purse(most, "USD")
    sent, known = Decimal(0), Decimal(0)

    for price, actual in orders:
        try:
            purse.pay(price)
        except NotSentError:
            assert price is None or known + price > most
            continue
        assert known + price <= most
        purse.charged(price, actual)
        sent += price
        known += max(price, actual or 0)

    assert sent <= most
    assert purse.left == max(Decimal(0), most - known)


def test_nothing_is_spent_where_nothing_may_be():
    with pytest.raises(NotSentError, match="needs --spend"):
        Purse(None, "USD").pay(Decimal(0))


@pytest.mark.parametrize("price", ["-1", "Infinity", "NaN"])
def test_what_is_no_price_is_not_sent(price):
    with pytest.raises(NotSentError):
        Purse(Decimal(10), "USD").pay(Decimal(price))
