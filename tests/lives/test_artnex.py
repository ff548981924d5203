"""Artnex: whatever is ordered, ended and waited for, its clauses hold."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from contracts.harness.lifecycle import Bill, Book, Fate, Graph, Life, Window
from tests.lives.house import House, Known, Order, Wrong
from tests.lives.machine import Lives, lived

DAY = timedelta(hours=24)
GRAPH = Graph(
    means={"pending": "working", "completed": "done", "error": "failed"},
    next={"pending": ("completed", "error")},
)
PROMPT = {"prompt": "A drone over a misty mountain range"}
PHOTO = "https://assets.example.com/cat.jpg"


def sold(price, **fields):
    """A job takes 30 seconds at least, and is done within five minutes."""
    return Order(PROMPT | fields, Decimal(price), 30, 300)


class Artnex(House):
    name = "artnex"
    keys = ("artnex-1", "artnex-2")
    stranger = "artnex-stranger"
    settings: ClassVar = {"artnex__credits": "12000"}
    orders = (
        sold(3000, model="veo3.1"),
        sold(2000, model="veo3-fast", duration=8),
        sold(1500, model="kling-v2.5-turbo-pro", duration=10, aspect_ratio="1:1"),
        sold(1500, model="wan-2.5-i2v", mode="image-to-video", image=PHOTO),
        sold(6000, model="sora-2-pro", duration=12),
    )
    wrong = (
        Wrong({"model": "veo3.1"}, 400),
        Wrong(PROMPT | {"model": "veo9"}, 400),
        Wrong(PROMPT | {"model": "veo3.1", "duration": 5}, 400),
        Wrong(PROMPT | {"model": "wan-2.5-i2v", "mode": "image-to-video"}, 400),
        Wrong([], 400),
    )
    hello = ("GET", "/v1/video/req_nobody")
    submit_at = ("POST", "/v1/video")
    foreign = 404
    quota = 6

    def headers(self, key):
        return {"authorization": f"Bearer {key}"}

    def book(self, key, now):
        return Book(key, Decimal(12000), "when_done", now)

    def window(self, key):
        return key, Window(self.quota, DAY)

    async def prepare(self, mock):
        for key in self.keys:
            await mock.set_account(key, limits={"requests_per_day": self.quota})

    def refusals(self, machine, key, order, scenario):
        refused = {422} if scenario == "moderated" else set()
        return refused | ({402} if order.price > machine.books[key].left(machine.now) else set())

    def fate(self, order, scenario):
        least, most = timedelta(seconds=order.least), timedelta(seconds=order.most)
        done, error, kept = frozenset({"completed"}), frozenset({"error"}), self.kept(scenario, DAY)
        badly = Fate(timedelta(0), most, error)
        return {
            "slow": Fate(10 * least, 10 * most, done, kept),
            "stuck": Fate(least, None, frozenset()),
            "fails": badly,
            "moderated_late": badly,
            "cancelled": badly,
        }.get(scenario, Fate(least, most, done, kept))

    def taken(self, machine, key, order, scenario, answer):
        told = answer.json()
        assert (told["status"], told["credits_used"]) == ("pending", order.price)
        life = Life(f"job {told['request_id']}", GRAPH, self.fate(order, scenario), machine.now)
        machine.books[key].bills.append(Bill(order.price, life, machine.now))
        return Known(told["request_id"], key, order, scenario, machine.now, {"job": life})

    def addresses(self, job):
        return {
            "by path": f"/v1/video/{job.id}",
            "by alias": f"/v1/video/status/{job.id}",
            "by query": f"/v1/video/status?request_id={job.id}",
        }

    def look(self, job, name, answer, now):
        told = answer.json()
        link = told.get("video_url")
        assert (link is not None) == (told["status"] == "completed" and job.scenario != "empty_result")
        assert told["credits_used"] == (0 if told["status"] == "error" else job.order.price)
        job.lives["job"].saw(now, told["status"], told)
        if link is not None:
            job.links[link] = (now, job.lives["job"])

    def called_off(self, job, how, now):
        end = frozenset({"completed" if how == "done" else "error"})
        job.lives["job"].called_off(now, Fate(timedelta(0), None, end, self.kept(job.scenario, DAY)))

    def early(self, job):
        return f"/media/artnex/video/{job.id}.mp4"


class ArtnexLives(Lives):
    house = Artnex()


@pytest.mark.clause(
    "artnex.status.ends",
    "artnex.status.completed-brings-the-url",
    "artnex.money.charged-on-completion",
    "artnex.money.held-until-then",
    "artnex.limits.rolling-day",
    "artnex.limits.refused-for-its-content-counts",
    "artnex.results.one-day",
)
class TestArtnexLives(lived(ArtnexLives)):
    """Run by Hypothesis."""
