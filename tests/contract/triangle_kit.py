"""Brings about what documents print, and holds document, contract and server against each other, for any provider.

TRIANGLE = Triangle("acme", headers=KEY, situations={"error-key": without_a_key}, made_up={"id": r"\\d+"})
test_orders, test_answers, test_all = TRIANGLE.tests()
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.harness.triangle import Answer, check_answer, check_order, fixtures
from tests.kit import Mock


@dataclass
class Triangle:
    """What a provider's fixtures need to be tried: a key, and how to get into the situation of each printed answer.

    A situation is a coroutine function of the server that gives the response; one that is not named is that of the
    order printed beside the answer. `settings` are the server's for single fixtures; `""` are those of all others.
    `ready` is a coroutine function of server and order that gives the order as it can be sent (with a real id for a
    printed one). What is `not_sent` has types in place of values.
    """

    provider: str
    headers: dict[str, str]
    situations: dict[str, Any]
    made_up: dict[str, str]
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    ready: Any = None
    not_sent: frozenset[str] = frozenset()

    def __post_init__(self):
        self.fixtures = fixtures(self.provider)
        self.orders = [n for n, one in self.fixtures.items() if one.request is not None and n not in self.not_sent]
        self.answers = [name for name, one in self.fixtures.items() if one.response is not None]

    def mock(self, name):
        return Mock(self.provider, **self.settings.get(name, self.settings.get("", {})))

    async def send(self, mock, name):
        """Send a printed order; give it as it was sent, and the response."""
        fixture = self.fixtures[name]
        order = fixture.request if self.ready is None else await self.ready(mock, fixture.request)
        return order, await mock.client(self.headers).request(fixture.method, fixture.path, json=order)

    async def order(self, name):
        async with self.mock("order") as mock:
            sent, response = await self.send(mock, name)
        check_order(self.fixtures[name], sent, told(response))

    async def answer(self, name):
        async with self.mock(name) as mock:
            situation = self.situations.get(name)
            response = (await self.send(mock, name))[1] if situation is None else await situation(mock)
        check_answer(self.fixtures[name], told(response), self.made_up)

    def tests(self):
        """Tests of the orders, of the answers, and of nothing being left out."""

        @pytest.mark.parametrize("name", self.orders)
        async def test_what_is_printed_as_an_order_is_taken(name):
            await self.order(name)

        @pytest.mark.parametrize("name", self.answers)
        async def test_what_is_printed_as_an_answer_is_answered(name):
            await self.answer(name)

        def test_each_printed_answer_can_be_brought_about():
            alone = {name for name in self.answers if name not in self.orders}
            assert alone <= set(self.situations) <= set(self.answers)
            assert self.not_sent <= set(self.fixtures)

        return (
            test_what_is_printed_as_an_order_is_taken,
            test_what_is_printed_as_an_answer_is_answered,
            test_each_printed_answer_can_be_brought_about,
        )


def told(response):
    return Answer(response.request.url.path, response.status_code, response.headers, response.content)
