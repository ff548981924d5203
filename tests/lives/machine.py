"""Lives: whatever is ordered, waited for, ended, downloaded and polled, the laws of `contracts.harness.lifecycle` hold.

Two servers are given the same orders. One is asked for everything after each step, and its time goes in pieces; the
other is left alone until the end, and its time goes in one. They must end up the same.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.harness.conformance import validate
from contracts.harness.lifecycle import Window
from mockserver.core.clock import START
from mockserver.media.cache import Clips
from tests.kit import Mock
from tests.lives.house import House, Known

MILLISECOND = timedelta(milliseconds=1)
JOBS_AT_MOST = 8
SIGNS = {
    "at_submission": {"grant": 1, "charge": -1, "refund": 1},
    "when_done": {"grant": 1, "hold": -1, "charge": 0, "release": 1},
}
"""What each line of a ledger does to what is left: what is charged when a job is done had been held before."""
ODD = {"empty_result"}
"""Scenarios in which a server answers what no document knows."""
some = st.integers(0, JOBS_AT_MOST - 1)
scenarios = st.integers(-8, 19)
"""Which of a house's scenarios; the first one, `succeeds`, more often than others."""


def lived(machine, few=15, steps=20):
    """The machine as a test: small and the same each time, or wide and different each night (profile `deep`)."""
    profile = settings.get_current_profile_name()
    deep = profile == "deep"
    case = machine.TestCase
    case.settings = settings(
        max_examples=20 * few if deep else few // 2 if profile == "mutants" else few,
        stateful_step_count=2 * steps if deep else steps,
        derandomize=not deep,
        deadline=None,
    )
    return case


class Lives(RuleBasedStateMachine):
    """The rules and laws; a provider's machine says which `house` it is about."""

    house: ClassVar[House]

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.run = self.runner.run
        self.now = START
        self.jobs: list[Known] = []
        self.judged: set[Any] = set()
        self.windows: dict[str, Window] = {}
        self.clients: dict[Any, Any] = {}
        self.asked, self.left_alone = (self.run(self.opened()) for _ in range(2))
        for key in self.house.keys:
            self.both(key, self.house.hello[1], self.house.hello[0])
        self.books = {key: self.house.book(key, self.now) for key in self.house.keys}

    async def opened(self):
        mock = Mock(self.house.name, **self.house.settings)
        mock.app.clips = Clips(
            make=lambda clip, kind: f"{kind} of {clip.key}".encode()
        )  # what films look like is elsewhere
        await mock.__aenter__()
        await self.house.prepare(mock)
        return mock

    def teardown(self):
        try:
            if sys.exception() is None:
                self.who_was_left_alone_is_no_different()
        finally:
            for mock in (self.asked, self.left_alone):
                self.run(mock.__aexit__())
            self.runner.close()

    # Asking -------------------------------------------------------------------------------------------------------

    def client(self, mock, key):
        found = self.clients.get((id(mock), key))
        if found is None:
            headers = self.house.headers(key) if key is not None else {}
            found = self.clients[id(mock), key] = mock.client(headers=headers)
        return found

    def ask(self, key, address, method="GET", mock=None, **more):
        """Send one request; the answer must be one that the contract allows, unless a scenario is made to break it."""
        answer = self.run(self.client(mock or self.asked, key).request(method, address, **more))
        path = answer.request.url.path
        if not path.startswith("/media/") and not any(job.id in address for job in self.jobs if job.scenario in ODD):
            kind = (method, path.rpartition("/")[0], answer.status_code, answer.content[:60])
            if kind not in self.judged:
                self.judged.add(kind)
                validate(self.house.name, method, path, answer.status_code, answer.headers, answer.content)
        return answer

    def both(self, key, address, method, **more):
        """Send the same to both servers; they must answer the same."""
        here, there = (self.ask(key, address, method, mock, **more) for mock in (self.asked, self.left_alone))
        assert (here.status_code, here.json()) == (there.status_code, there.json()), "polls or pauses made a difference"
        return here

    def control(self, method, path, **more):
        here, there = (self.run(mock.control.request(method, path, **more)) for mock in (self.asked, self.left_alone))
        assert here.status_code == there.status_code
        return here

    def pick(self, number):
        return self.jobs[number % len(self.jobs)]

    def window(self, key):
        name, fresh = self.house.window(key)
        return self.windows.setdefault(name, fresh)

    # Time ---------------------------------------------------------------------------------------------------------

    def go(self, by, *, times=1):
        """Let time go on: at one server in so many pieces, at the other at once."""
        whole = round(by / MILLISECOND)
        pieces = [whole // times] * (times - 1) + [whole - whole // times * (times - 1)]
        for piece in pieces:
            self.run(self.asked.advance(piece / 1000))
        self.run(self.left_alone.advance(whole / 1000))
        self.now += whole * MILLISECOND

    def go_to(self, at):
        """Let time go on to an instant; one that has passed is no matter."""
        if at > self.now:
            for mock in (self.asked, self.left_alone):
                self.run(mock.control.post("clock/advance", json={"to": at.isoformat()})).raise_for_status()
            self.now = at

    # Rules --------------------------------------------------------------------------------------------------------

    @initialize(orders=st.lists(st.tuples(st.integers(0, 1), some, scenarios), min_size=1, max_size=3))
    def begin(self, orders):
        for key, order, scenario in orders:
            self.submit(key, order, scenario)

    @precondition(lambda self: len(self.jobs) < JOBS_AT_MOST)
    @rule(key=st.integers(0, 1), order=some, scenario=scenarios)
    def submit(self, key, order, scenario):
        orders, others = self.house.orders, self.house.scenarios
        self.order(self.house.keys[key], orders[order % len(orders)], others[max(scenario, 0) % len(others)])

    def order(self, key, order, scenario):
        """Order something, and hold the answer against what the book and the window say."""
        admitted = self.window(key).admits(self.now)
        expected = self.house.refusals(self, key, order, scenario) if admitted else {429}
        answer = self.send(key, order, scenario)
        self.counted(key, answer.status_code, admitted)
        if expected:
            assert answer.status_code in expected, (answer.status_code, answer.text, expected)
        else:
            assert answer.status_code < 300, answer.text
            self.jobs.append(self.house.taken(self, key, order, scenario, answer))
        return answer

    def send(self, key, order, scenario="succeeds"):
        method, path = self.house.submit_at
        headers = {"X-Mock-Scenario": scenario}
        return self.both(key, order.path or path, method, json=self.house.body(key, order), headers=headers)

    def counted(self, key, status, admitted):
        if admitted and self.house.counts(status):
            self.window(key).note(self.now)

    @rule(key=st.integers(0, 1), which=some)
    def submit_what_is_wrong(self, key, which):
        self.send_wrong(self.house.keys[key], self.house.wrong[which % len(self.house.wrong)])

    def send_wrong(self, key, wrong):
        """Send what is always refused; it counts toward a limit nevertheless."""
        admitted = self.window(key).admits(self.now)
        answer = self.send(key, wrong)
        self.counted(key, answer.status_code, admitted)
        assert answer.status_code == (wrong.status if admitted else 429), answer.text

    @rule(which=some, broken=st.sampled_from(["", "revoked", "expired"]))
    def submit_without_a_good_key(self, which, broken):
        key = f"{self.house.stranger}-{broken}" if broken else None
        assert self.send(key, self.house.orders[which % len(self.house.orders)]).status_code == 401

    @rule(index=st.integers(0, 20), times=st.integers(1, 3))
    def wait(self, index, times):
        self.go(timedelta(seconds=self.house.pauses[index % len(self.house.pauses)]), times=times)

    @precondition(lambda self: self.jobs)
    @rule(number=some)
    def wait_for_the_next_change(self, number):
        changes = self.control("GET", f"jobs/{self.pick(number).id}").json()["changes"]
        at = next((at for at in (datetime.fromisoformat(change["at"]) for change in changes) if at > self.now), None)
        if at is not None and at < self.now + timedelta(days=30):
            self.go_to(at - MILLISECOND)
            self.look_at_everything()
            self.go_to(at)

    @precondition(lambda self: self.jobs)
    @rule(number=some)
    def wait_for_its_end(self, number):
        job = self.pick(number)
        most = job.lives["job"].fate.most
        if most is not None and not job.lives["job"].over:
            self.go_to(job.at + most)

    @precondition(lambda self: self.jobs)
    @rule(number=some, how=some)
    def end_by_hand(self, number, how):
        job, how = self.pick(number), self.house.endings[how % len(self.house.endings)]
        over = job.lives["job"].over
        answer = self.control("POST", f"jobs/{job.id}/end", json={"as": how})
        assert answer.status_code == (409 if over else 200), answer.text
        if not over:
            self.house.called_off(job, how, self.now)

    @precondition(lambda self: self.jobs)
    @rule(number=some)
    def somebody_else_asks(self, number):
        job = self.pick(number)
        others = [key for key in (*self.house.keys, self.house.stranger) if key != job.key]
        for key in others:
            for address in self.house.addresses(job).values():
                assert self.ask(key, address).status_code == self.house.foreign
        for address in self.house.addresses(job).values():
            assert self.ask(None, address).status_code == 401

    @precondition(lambda self: self.jobs)
    @rule(number=some, times=st.integers(1, 5))
    def poll_and_poll(self, number, times):
        job = self.pick(number)
        for address in self.house.addresses(job).values():
            answers = [self.ask(job.key, address).json() for _ in range(1 + times)]
            assert all(answer == answers[0] for answer in answers), "polling changed the answer"

    @precondition(lambda self: any(job.links for job in self.jobs))
    @rule(number=some)
    def let_a_result_expire(self, number):
        finished = [job for job in self.jobs if job.links]
        job = finished[number % len(finished)]
        until = self.house.expiry(job, next(iter(job.links)))
        if until is not None and until - self.now < timedelta(days=30):
            self.go_to(until - MILLISECOND)
            self.look_at_everything()
            self.go_to(until)

    @precondition(lambda self: len(self.jobs) < JOBS_AT_MOST)
    @rule(key=st.integers(0, 1))
    def run_out_of_money(self, key):
        key = self.house.keys[key]
        dearest = max(self.house.orders, key=lambda order: order.price)
        for _ in range(JOBS_AT_MOST - len(self.jobs)):
            if not self.window(key).admits(self.now):
                self.go_to(self.window(key).lifts(self.now))
                self.look_at_everything()
            if self.order(key, dearest, "stuck").status_code >= 400:
                return

    @rule(number=some)
    def hit_the_limit_and_wait_it_out(self, number):
        key, wrong = self.house.limited[number % len(self.house.limited)], self.house.wrong[0]
        window = self.window(key)
        while window.admits(self.now):
            self.send_wrong(key, wrong)
        assert self.send(key, wrong).status_code == 429
        lifts = window.lifts(self.now)
        self.go_to(lifts - MILLISECOND)
        assert self.send(key, wrong).status_code == 429
        self.go_to(lifts)
        self.send_wrong(key, wrong)

    # Laws ---------------------------------------------------------------------------------------------------------

    @invariant()
    def look_at_everything(self):
        """Ask for all there is to see, and hold it against the model."""
        for job in self.jobs:
            for name, address in self.house.addresses(job).items():
                answer = self.ask(job.key, address)
                assert answer.status_code == 200, answer.text
                self.house.look(job, name, answer, self.now)
            self.download(job)
        for key, book in self.books.items():
            self.check_money(key, book)

    def download(self, job):
        """A result is there exactly between completion and expiry, whoever has its address."""
        for link in job.links:
            self.follow(job, link)
        early = self.house.early(job)
        if early is not None:
            job.lives["job"].check_result(self.now, self.ask(job.key, early).status_code == 200)

    def follow(self, job, link):
        """Follow a link without a key, and hold what comes of it against the life of the result."""
        status = self.run(self.client(self.asked, None).get(link)).status_code
        assert status in {200, 403, 404}
        must = self.house.delivers(job, link, self.now)
        assert must is None or must == (status == 200), (status, must, job.links[link], self.now)

    def check_money(self, key, book):
        told = self.run(self.asked.account(key))
        sums = {
            ours: Decimal(told[name]) for ours, name in (("left", "available"), ("spent", "spent"), ("held", "held"))
        }
        book.check(self.now, **sums)
        assert book.left(self.now) >= 0
        ledger = self.run(self.asked.control.get(f"accounts/{self.house.name}/{key}/ledger")).json()["items"]
        signs = SIGNS[book.terms]
        assert sum(signs[item["kind"]] * Decimal(item["amount"]) for item in ledger) == sums["left"]
        self.house.see_the_account(self, key)

    def who_was_left_alone_is_no_different(self):
        """A server that nobody polled, and whose time went in one, tells the same of every job and account."""
        for job in self.jobs:
            for address in self.house.addresses(job).values():
                self.both(job.key, address, "GET")
        for key in self.books:
            for path in (f"accounts/{self.house.name}/{key}", f"accounts/{self.house.name}/{key}/ledger"):
                here, there = (self.run(mock.control.get(path)).json() for mock in (self.asked, self.left_alone))
                assert here == there
