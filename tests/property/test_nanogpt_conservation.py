"""Whatever is ordered, ended and waited for: a NanoGPT balance is what was granted less the jobs that did not fail."""

import asyncio
from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from tests.kit import Mock

GRANTED = Decimal(5)
KEYS = ("sk-nano-1", "sk-nano-2")
ORDERS = (
    ({"model": "hunyuan-video"}, Decimal("0.40")),
    ({"model": "kling-v21-pro", "duration": "10"}, Decimal("0.44")),
    ({"model": "seedance-video", "resolution": "480p", "duration": "5"}, Decimal("0.12002")),
    ({"model": "seedance-lite-video", "resolution": "720p", "duration": "10"}, Decimal("0.32402")),
    ({"model": "veo2-video", "duration": "5s"}, Decimal("3.40")),
)
"""What is ordered, and what the vendor's price list asks for it."""
SCENARIOS = ("succeeds", "fails", "moderated", "moderated_late", "cancelled", "stuck", "slow")
FREE = {"FAILED", "CANCELED"}


class Money(RuleBasedStateMachine):
    """Two keys order, time passes, jobs are ended by hand; after each step both are asked for all that they can see."""

    jobs = Bundle("jobs")

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.mock = Mock("nanogpt", nanogpt__balance=str(GRANTED), nanogpt__submits_per_minute="null")
        self.run(self.mock.__aenter__())
        self.clients = {key: self.mock.client({"x-api-key": key}) for key in KEYS}
        self.prices: dict[str, dict[str, Decimal]] = {key: {} for key in KEYS}

    def run(self, awaitable):
        return self.runner.run(awaitable)

    def teardown(self):
        self.run(self.mock.__aexit__())
        self.runner.close()

    def left(self, key):
        """What must be left, by what the jobs themselves say of how they go."""
        prices = self.prices[key].items()
        return GRANTED - sum(price for run_id, price in prices if self.status(key, run_id) not in FREE)

    def status(self, key, run_id):
        answer = self.run(self.clients[key].get("/api/video/status", params={"requestId": run_id}))
        return answer.json()["data"]["status"]

    @rule(target=jobs, key=st.sampled_from(KEYS), order=st.sampled_from(ORDERS), scenario=st.sampled_from(SCENARIOS))
    def submit(self, key, order, scenario):
        fields, price = order
        before = self.left(key)

        body = fields | {"prompt": f"A wave [[mock: {scenario}]]"}
        answer = self.run(self.clients[key].post("/api/generate-video", json=body))

        if scenario == "moderated" or price > before:
            assert answer.status_code == (400 if scenario == "moderated" else 402), answer.text
            return multiple()
        told = answer.json()
        assert (answer.status_code, Decimal(str(told["cost"]))) == (202, price)
        assert Decimal(str(told["remainingBalance"])) == before - price
        assert Decimal(answer.headers["x-remaining-balance"]) == before - price
        self.prices[key][told["runId"]] = price
        return told["runId"]

    @rule(seconds=st.sampled_from([0.001, 1, 10, 60, 200, 400, 4000]))
    def wait(self, seconds):
        self.run(self.mock.advance(seconds))

    @rule(job=jobs, how=st.sampled_from(["done", "failed", "cancelled"]))
    def end(self, job, how):
        self.run(self.mock.control.post(f"jobs/{job}/end", json={"as": how}))

    @invariant()
    def all_accounts_of_the_money_agree(self):
        for key, client in self.clients.items():
            left = self.left(key)
            account = self.run(self.mock.account(key))
            ledger = self.run(self.mock.control.get(f"accounts/nanogpt/{key}/ledger")).json()["items"]
            signs = {"grant": 1, "charge": -1, "refund": 1}

            assert Decimal(self.run(client.post("/api/check-balance")).json()["usd_balance"]) == left >= 0
            assert Decimal(account["available"]) == left
            assert Decimal(account["granted"]) - Decimal(account["spent"]) - Decimal(account["held"]) == left
            assert sum(signs[item["kind"]] * Decimal(item["amount"]) for item in ledger) == left


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
