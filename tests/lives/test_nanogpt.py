"""NanoGPT: whatever is ordered, ended and waited for, its clauses hold."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from contracts.harness.lifecycle import Bill, Book, Fate, Graph, Life, Window
from tests.lives.house import House, Known, Order, Wrong
from tests.lives.machine import Lives, lived

WEEK = timedelta(days=7)
UNIFIED = Graph(
    means={
        "IN_QUEUE": "waiting", "IN_PROGRESS": "working", "COMPLETED": "done",
        "FAILED": "failed", "CANCELED": "cancelled",
    },
    next={
        "IN_QUEUE": ("IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED"),
        "IN_PROGRESS": ("COMPLETED", "FAILED", "CANCELED"),
    },
)  # fmt: skip
LISTED = Graph(
    means={
        "pending": "waiting", "processing": "working", "completed": "done",
        "failed": "failed", "cancelled": "cancelled",
    },
    next={
        "pending": ("processing", "completed", "failed", "cancelled"),
        "processing": ("completed", "failed", "cancelled"),
    },
)  # fmt: skip
GRAPHS = {"job": UNIFIED, "legacy": UNIFIED, "recover": LISTED}
ENDS = {"done": "COMPLETED", "failed": "FAILED", "cancelled": "CANCELED"}
PROMPT = {"prompt": "A gentle wave"}


def sold(price, **fields):
    """A clip of 5 to 10 seconds, which is done three to six minutes after its submission."""
    return Order(PROMPT | fields, Decimal(price), 180, 360)


class NanoGPT(House):
    name = "nanogpt"
    keys = ("sk-nano-1", "sk-nano-2")
    stranger = "sk-nano-stranger"
    settings: ClassVar = {
        "nanogpt__balance": "5",
        "nanogpt__submits_per_minute": 4,
        "nanogpt__recovers_per_minute": "null",
    }
    orders = (
        sold("0.40", model="hunyuan-video", duration="5"),
        sold("0.44", model="kling-v21-pro", duration="10"),
        sold("0.12002", model="seedance-video", resolution="480p", duration="5"),
        sold("0.32402", model="seedance-lite-video", resolution="720p", duration="10"),
        sold("3.40", model="veo2-video", duration="5s"),
    )
    wrong = (
        Wrong(PROMPT, 400),
        Wrong({"model": "no-such-model"} | PROMPT, 400),
        Wrong({"model": "hunyuan-video"}, 400),
        Wrong({"model": "hunyuan-video", "prompt": 7}, 400),
        Wrong({"model": "kling-v21-standard"} | PROMPT, 400),
        Wrong([], 400),
    )
    hello = ("POST", "/api/check-balance")
    submit_at = ("POST", "/api/generate-video")
    foreign = 403

    def headers(self, key):
        return {"x-api-key": key}

    def book(self, key, now):
        return Book(key, Decimal(5), "at_submission", now)

    def window(self, key):
        return "the address", Window(4, timedelta(minutes=1))  # whatever the key: nanogpt.limits.by-address-not-by-key

    def refusals(self, machine, key, order, scenario):
        if scenario == "moderated":
            return {400}
        return {402} if order.price > machine.books[key].left(machine.now) else set()

    def fate(self, order, scenario, words):
        least, most = timedelta(seconds=order.least), timedelta(seconds=order.most)
        done, failed, cancelled = ({words[how]} for how in ("done", "failed", "cancelled"))
        kept = self.kept(scenario, WEEK)
        return {
            "slow": Fate(10 * least, 10 * most, frozenset(done), kept),
            "stuck": Fate(least, None, frozenset(), kept),
            "fails": Fate(timedelta(0), most, frozenset(failed)),
            "moderated_late": Fate(timedelta(0), most, frozenset(failed)),
            "cancelled": Fate(timedelta(0), most, frozenset(cancelled)),
        }.get(scenario, Fate(least, most, frozenset(done), kept))

    def taken(self, machine, key, order, scenario, answer):
        told = answer.json()
        left = machine.books[key].left(machine.now) - order.price
        assert Decimal(str(told["cost"])) == order.price
        assert Decimal(str(told["remainingBalance"])) == Decimal(answer.headers["x-remaining-balance"]) == left
        lives = {
            name: Life(f"{name} of {told['runId']}", graph, self.fate(order, scenario, words(name)), machine.now)
            for name, graph in GRAPHS.items()
        }
        machine.books[key].bills.append(Bill(order.price, lives["job"], machine.now))
        return Known(told["runId"], key, order, scenario, machine.now, lives)

    def addresses(self, job):
        return {
            "job": f"/api/video/status?requestId={job.id}",
            "legacy": f"/api/generate-video/status?runId={job.id}",
        }

    def look(self, job, name, answer, now):
        data = answer.json()["data"]
        link = data.get("output", {}).get("video", {}).get("url")
        assert (link is not None) == (data["status"] == "COMPLETED" and job.scenario != "empty_result")
        assert ("cost" in data) == (data["status"] == "COMPLETED")
        life = job.lives[name]
        life.saw(now, data["status"], data)
        if link is not None:
            job.links[link] = (now, job.lives["job"])

    def called_off(self, job, how, now):
        for name, life in job.lives.items():
            life.called_off(now, Fate(timedelta(0), None, frozenset({words(name)[how]}), self.kept(job.scenario, WEEK)))

    def early(self, job):
        return f"/api/generate-video/content?model={job.order.body['model']}&runId={job.id}"

    def see_the_account(self, machine, key):
        """The balance as NanoGPT tells it, and the list of the key's own jobs and of no other's."""
        told = machine.ask(key, "/api/check-balance", "POST").json()["usd_balance"]
        machine.books[key].check(machine.now, left=Decimal(told))
        listed = machine.ask(key, "/api/generate-video/recover?limit=50").json()["data"]
        mine = {job.id: job for job in machine.jobs if job.key == key}
        assert {entry["runId"] for entry in listed} == set(mine)
        for entry in listed:
            mine[entry["runId"]].lives["recover"].saw(machine.now, entry["status"])


def words(name):
    """The words for the three ends at an address."""
    return ENDS if name != "recover" else {"done": "completed", "failed": "failed", "cancelled": "cancelled"}


class NanoGPTLives(Lives):
    house = NanoGPT()


@pytest.mark.clause(
    "nanogpt.status.in-order",
    "nanogpt.status.end-is-for-good",
    "nanogpt.limits.fifty-submissions-a-minute",
    "nanogpt.money.refund-on-failure",
    "nanogpt.results.seven-days",
)
class TestNanoGPTLives(lived(NanoGPTLives)):
    """Run by Hypothesis."""
