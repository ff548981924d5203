"""Nouvel: whatever is ordered, ended and waited for, its clauses hold, for jobs and for each of their videos."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from contracts.harness.lifecycle import ALWAYS, NOTHING, Bill, Book, Fate, Graph, Life, Window
from tests.lives.house import House, Known, Order, Wrong
from tests.lives.machine import Lives, lived

SHOES, JACKET, HAT = (f"https://shop.com/products/{name}" for name in ("shoes", "jacket", "hat"))
JOB = Graph(
    means={
        "running": "working", "completed": "done", "partial": "done", "failed": "failed", "cancelled": "cancelled",
    },
    next={"running": ("completed", "partial", "failed", "cancelled")},
)  # fmt: skip
VIDEO = Graph(
    means={
        "preparing": "working", "generating": "working", "post_processing": "working", "stitching": "working",
        "completed": "done", "failed": "failed", "partial": "failed",
    },
    next={
        "preparing": ("generating", "failed", "completed"),
        "generating": ("post_processing", "failed", "completed", "partial"),
        "post_processing": ("stitching", "failed", "completed"),
        "stitching": ("completed", "failed"),
    },
)  # fmt: skip
QUARTER, THIRD = timedelta(minutes=15), timedelta(minutes=20)
"""A job that succeeds takes 15 to 20 minutes."""


def sold(*urls, variants=1):
    """A video of each URL in each variant; each takes one of the plan's."""
    videos = len(urls) * variants
    return Order({"urls": urls, "variantCount": variants}, Decimal(videos), 900, 1200, pieces=videos)


class Nouvel(House):
    name = "nouvel"
    keys = ("nvl_1", "nvl_2")
    stranger = "nvl_stranger"
    knocker = "nvl_knocker"
    settings: ClassVar = {"nouvel__scale_videos": 7, "nouvel__requests_per_minute": 10**6}
    orders = (
        sold(SHOES),
        sold(SHOES, variants=2),
        sold(SHOES, JACKET),
        sold(SHOES, JACKET, HAT),
        sold(SHOES, JACKET, variants=2),
    )
    wrong = (
        Wrong({"urls": []}, 400),
        Wrong({}, 400),
        Wrong({"urls": [SHOES] * 4}, 400),
        Wrong({"urls": [SHOES], "variantCount": 4}, 400),
        Wrong({"urls": ["ftp://shop.com/products/shoes"]}, 400),
        Wrong([], 400),
    )
    scenarios = (*House.scenarios, "partial")
    hello = ("GET", "/api/v1/projects")
    submit_at = ("POST", "/api/v1/generate")
    foreign = 404
    pauses = (0.001, 15, 60, 300, 600, 900, 20_000, 30 * 86_400)

    def headers(self, key):
        return {"authorization": f"Bearer {key}"}

    def book(self, key, now):
        return Book(key, Decimal(7), "when_done", now, cycle=timedelta(days=30))

    @property
    def limited(self):
        return (self.knocker,)

    def window(self, key):
        return key, Window(3 if key == self.knocker else 10**6, timedelta(minutes=1))

    async def prepare(self, mock):
        await mock.set_account(self.knocker, limits={"requests_per_minute": 3})

    def refusals(self, machine, key, order, scenario):
        if order.price > machine.books[key].left(machine.now):
            return {402}
        return {422} if scenario == "moderated" else set()

    def fates(self, order, scenario):
        """What is promised of a job, and of each of its videos."""
        kept = self.kept(scenario, ALWAYS)
        done, failed = frozenset({"completed"}), frozenset({"failed"})
        some = frozenset({"completed", "failed"})
        well, badly = Fate(QUARTER, THIRD, done, kept), Fate(NOTHING, THIRD, failed)
        stuck = Fate(QUARTER, None, frozenset())
        if scenario == "partial":
            alone = Fate(NOTHING, THIRD, frozenset({"partial"}))
            several = Fate(QUARTER, THIRD, frozenset({"partial"}), kept), Fate(NOTHING, THIRD, some, kept)
            return several if order.pieces > 1 else (badly, alone)
        return {
            "slow": (Fate(10 * QUARTER, 10 * THIRD, done, kept),) * 2,
            "stuck": (stuck, stuck),
            "fails": (badly, badly),
            "moderated_late": (badly, badly),
            "cancelled": (Fate(NOTHING, THIRD, frozenset({"cancelled"})), badly),
        }.get(scenario, (well, well))

    def taken(self, machine, key, order, scenario, answer):
        told = answer.json()
        assert (told["status"], told["totalProjects"]) == ("running", order.pieces)
        whole, each = self.fates(order, scenario)
        videos = [Life(f"video {n} of {told['jobId']}", VIDEO, each, machine.now) for n in range(order.pieces)]
        machine.books[key].bills.extend(Bill(Decimal(1), video, machine.now) for video in videos)
        lives = {"job": Life(f"job {told['jobId']}", JOB, whole, machine.now), **dict(enumerate(videos))}
        return Known(told["jobId"], key, order, scenario, machine.now, lives)

    def addresses(self, job):
        return {"job": f"/api/v1/jobs/{job.id}"}

    def look(self, job, name, answer, now):
        told = answer.json()
        over = told["status"] != "running"
        job.lives["job"].saw(now, told["status"], told)
        assert over == bool(told["completedDetails"])
        assert over == (told["overallProgress"] == 100)
        videos = [job.lives[number] for number in range(job.order.pieces)]
        for life, video in zip(videos, told["projects"], strict=True):
            life.saw(now, video["status"], video)
        done = sum(life.state == "done" for life in videos)
        failed = sum(life.state == "failed" for life in videos)
        assert (told["completedProjects"], told["failedProjects"]) == (done, failed)
        assert over == (done + failed == len(videos))
        if over and told["status"] != "cancelled":
            assert told["status"] == {len(videos): "completed", 0: "failed"}.get(done, "partial")
        for life, detail in zip(videos, told["completedDetails"], strict=False):
            link = detail["finalOutputUrl"]
            assert (link is not None) == (life.state == "done" and job.scenario != "empty_result")
            if link is not None:
                job.links[link] = (now, job.lives["job"] if job.scenario == "expires_early" else life)

    def called_off(self, job, how, now):
        kept = self.kept(job.scenario, ALWAYS)
        ends = {"done": {"completed", "partial"}, "failed": {"failed", "partial"}, "cancelled": {"cancelled"}}[how]
        end = frozenset({"completed" if how == "done" else "failed"})
        for name, life in job.lives.items():
            life.called_off(now, Fate(NOTHING, None, frozenset(ends) if name == "job" else end, kept))

    def see_the_account(self, machine, key):
        """The list of the key's own videos, and of no other's."""
        told = machine.ask(key, "/api/v1/projects?limit=100").json()
        assert told["pagination"]["total"] == sum(job.order.pieces for job in machine.jobs if job.key == key)


class NouvelLives(Lives):
    house = Nouvel()


@pytest.mark.clause(
    "nouvel.status.words",
    "nouvel.lifecycle.fifteen-to-twenty-minutes",
    "nouvel.lifecycle.stages",
    "nouvel.money.counted-at-submission",
    "nouvel.money.given-back-at-the-end",
    "nouvel.money.reset",
    "nouvel.limits.sliding-window",
)
class TestNouvelLives(lived(NouvelLives)):
    """Run by Hypothesis."""
