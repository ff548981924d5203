"""ViddyScribe: whatever is ordered, ended and waited for, its clauses hold."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from contracts.harness.lifecycle import NOTHING, Bill, Book, Fate, Graph, Life, Window
from tests.films import film
from tests.lives.house import House, Known, Order, Wrong
from tests.lives.machine import Lives, lived

API = "/enterprise/api"
GRAPH = Graph(
    means={"queued": "waiting", "processing": "working", "done": "done", "failed": "failed"},
    next={"queued": ("processing", "done", "failed"), "processing": ("done", "failed")},
)
TEN_SECONDS = film(seconds=10, rate=5, sound=None)
OWN = "the key's own"
FIFTEEN_MINUTES, SECOND = timedelta(minutes=15), timedelta(seconds=1)


def sold(kind, price, **options):
    """A job takes half the length of its media, which has ten seconds; the credits are a sixth of a minute's rate."""
    return Order(options, Decimal(price), 5, 5, path=f"{API}/generate_ad_{kind}")


class ViddyScribe(House):
    name = "viddyscribe"
    keys = ("vsk_1", "vsk_2")
    stranger = "vsk_stranger"
    knocker = "vsk_knocker"
    settings: ClassVar = {
        "viddyscribe__minutes": "0.5",
        "viddyscribe__requests_per_minute": "null",
        "viddyscribe__queued_jobs": 3,
    }
    orders = (
        sold("video", "0.166667"),
        sold("text", "0.083333", format="json"),
        sold("audio", "0.125"),
        sold("video", "0.166667", ad_type="standard_ad"),
    )
    wrong = (
        Wrong({}, 400, f"{API}/generate_ad_text"),
        Wrong({"media_id": OWN, "language": "tlh"}, 400, f"{API}/generate_ad_text"),
        Wrong({"media_id": OWN, "format": "video"}, 400, f"{API}/generate_ad_text"),
        Wrong({"media_id": "6f1c7a30-0000-4000-8000-000000000000"}, 404, f"{API}/generate_ad_video"),
        Wrong([], 400, f"{API}/generate_ad_audio"),
    )
    hello = ("GET", f"{API}/get_results?job_id=task_nobody")
    submit_at = ("POST", f"{API}/generate_ad_text")
    foreign = 404
    pauses = (0.001, 0.25, 0.5, 1, 2, 5, 45, 1000, 86_400)

    def __init__(self):
        self.media = {}

    def headers(self, key):
        return {"X-API-Key": key}

    def book(self, key, now):
        return Book(key, Decimal("0.5"), "when_done", now)

    @property
    def limited(self):
        return (self.knocker,)

    def window(self, key):
        return key, Window(3 if key == self.knocker else 10**6, timedelta(minutes=1))

    async def prepare(self, mock):
        await mock.set_account(self.knocker, limits={"requests_per_minute": 3})
        for key in self.keys:
            file = {"file": ("video.mp4", TEN_SECONDS, "video/mp4")}
            uploaded = await mock.client(headers=self.headers(key)).post(f"{API}/upload_media", files=file)
            self.media[key] = uploaded.json()["media_id"]

    def body(self, key, order):
        mine = {"media_id": self.media.get(key, "none")}
        if isinstance(order, Order):
            return mine | order.body
        own = isinstance(order.body, dict) and order.body.get("media_id") == OWN
        return order.body | mine if own else order.body

    def refusals(self, machine, key, order, scenario):
        queued = sum(job.lives["job"].state == "waiting" for job in machine.jobs if job.key == key)
        if queued >= 3 or order.price > machine.books[key].left(machine.now):
            return {429, 400} if scenario == "moderated" else {429}
        return {400} if scenario == "moderated" else set()

    def fate(self, order, scenario):
        life = timedelta(seconds=order.least)
        done, failed = frozenset({"done"}), frozenset({"failed"})
        badly = Fate(NOTHING, life, failed)
        return {
            "slow": Fate(10 * life, 10 * life, done),
            "stuck": Fate(life, None, frozenset()),
            "fails": badly,
            "moderated_late": badly,
            "cancelled": badly,
        }.get(scenario, Fate(life, life, done))

    def taken(self, machine, key, order, scenario, answer):
        told = answer.json()
        assert (told["status"], told["media_id"]) == ("queued", self.media[key])
        life = Life(f"job {told['job_id']}", GRAPH, self.fate(order, scenario), machine.now)
        machine.books[key].bills.append(Bill(order.price, life, machine.now))
        return Known(told["job_id"], key, order, scenario, machine.now, {"job": life})

    def addresses(self, job):
        return {"job": f"{API}/get_results?job_id={job.id}"}

    def look(self, job, name, answer, now):
        told = answer.json()
        links = {told.pop(kind, None) for kind in ("video_signed_url", "audio_signed_url")} - {None}
        life = job.lives["job"]
        life.saw(now, told["status"], told)
        assert ("error" in told) == (life.state == "failed")
        delivers = life.state == "done" and job.scenario != "empty_result"
        assert ("output" in told) == delivers
        kind = job.order.path.rpartition("_")[2]
        both = kind == "video" and job.order.body.get("ad_type") == "standard_ad"
        assert len(links) == (0 if kind == "text" or not delivers else 2 if both else 1)
        oldest = dict(list(job.links.items())[:1])
        job.links = {**oldest, **dict.fromkeys(links - set(oldest), (now, life))}

    def called_off(self, job, how, now):
        job.lives["job"].called_off(now, Fate(NOTHING, None, frozenset({"done" if how == "done" else "failed"})))

    def delivers(self, job, link, now):
        """A link works for 15 minutes from the poll that signed it, or a second from completion; at most one longer."""
        signed, life = job.links[link]
        early = job.scenario == "expires_early"
        first, last = (life.ended_after + SECOND, life.ended_by + SECOND) if early else (signed + FIFTEEN_MINUTES,) * 2
        return True if now < first else False if now >= last + SECOND else None

    def expiry(self, job, link):
        signed, life = job.links[link]
        return life.ended_by + 2 * SECOND if job.scenario == "expires_early" else signed + FIFTEEN_MINUTES + SECOND


class ViddyScribeLives(Lives):
    house = ViddyScribe()


@pytest.mark.clause(
    "viddyscribe.status.order",
    "viddyscribe.status.half-the-length",
    "viddyscribe.money.held-then-charged",
    "viddyscribe.limits.queue",
    "viddyscribe.limits.requests-per-minute",
    "viddyscribe.content.link-15-minutes",
    "viddyscribe.content.fresh-link",
)
class TestViddyScribeLives(lived(ViddyScribeLives)):
    """Run by Hypothesis."""
