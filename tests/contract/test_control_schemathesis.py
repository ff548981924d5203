"""The control API answers as its description says, to what Schemathesis thinks of asking."""

import httpx
from schemathesis.specs.openapi.checks import use_after_free

from tests.contract.schemathesis_kit import Passing, described, journeys

TOKEN = "secret"
WANT_MORE_THAN_A_SHAPE = (
    "makeSandbox", "putAccount", "putClock", "advanceClock", "layFault", "takeSnapshot",
    "listRequests", "countRequests", "exportRequests", "putScenarios",
)  # fmt: skip
MAY_BE_OUT_OF_REACH = {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}}
"""Where more than a shape decides: what is served, at which paths, which settings there are, what time it is."""

ABOUT_JOBS = ("listJobs", "getJob", "endJob", "listWebhooks", "redeliver")
BUSY_SANDBOX = {"header.X-Mock-Sandbox": "default"}
"""Jobs have ids: who follows them must stay in their sandbox."""


class Busy(Passing):
    """A server on which there is always a job to look at, whose end is announced, and time to go on."""

    def begin_again(self):
        super().begin_again()
        self.named = set()

    async def __call__(self, scope, receive, send):
        self.remember(scope)
        sandbox = self.app.world.sandbox()
        if sandbox.now().year > 2900:
            self.begin_again()
        if not sandbox.houses["nouvel"].count():
            await self.order()
        await super().__call__(scope, receive, send)

    def remember(self, scope):
        """Which sandboxes were named since they were deleted, by header: that alone makes one."""
        self.named |= {value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"x-mock-sandbox"}
        head, _, name = scope.get("path", "").rpartition("/")
        if scope.get("method") == "DELETE" and head == "/_mock/sandboxes":
            self.named.discard(name)

    async def order(self):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            ordered = await client.post(
                "/api/v1/generate",
                json={"urls": ["https://shop.com/products/shoes"], "webhookUrl": "https://app.example.com/hook"},
                headers={"authorization": "Bearer nvl_test"},
            )
        assert ordered.status_code == 200, ordered.text


CONTROL = described(
    "control",
    key=TOKEN,
    through=Busy,
    max_examples=60,
    control_token=TOKEN,
    sandboxes=1_000_000,
    fulfilled=["2xx", "404", "409"],
    refused=["400", "401", "404", "405"],
    operations=[
        *({"include-operation-id": name, "checks": MAY_BE_OUT_OF_REACH} for name in WANT_MORE_THAN_A_SHAPE),
        *({"include-operation-id": name, "parameters": BUSY_SANDBOX} for name in ABOUT_JOBS),
        {"include-operation-id": "listenToEvents", "parameters": {"query.seconds": 0}},  # else it has no end
    ],
)


@CONTROL.parametrize()
def test_each_operation_answers_as_described(case):
    case.call_and_validate()


def was_made_again(schema, _, case):
    """A sandbox that was deleted is there again once a request has named it; the default one always is, by Busy."""
    return case.operation.definition.raw["operationId"] == "getSandbox" and case.path_parameters["name"] in {
        "default",
        *schema.app.named,
    }


TestJourneys = journeys(CONTROL, scenarios=30, excuses={use_after_free: was_made_again})
