"""Schemathesis over a provider's description, and a server in this process on which mock time goes on by itself.

A provider's tests are a few lines:

    ACME = described("acme", acme__balance="100000")

    @ACME.parametrize()
    def test_each_operation_answers_as_described(case):
        case.call_and_validate()

    TestJourneys = journeys(ACME)

Some hundred examples a provider run each time; with the profile `deep` (`make contract-deep`) ten thousand and more,
other ones each time. All of Schemathesis' checks are on. Where one cannot know what a server knows, it is not switched
off but told, case by case (EXCUSES).
"""

import json
from datetime import timedelta
from itertools import cycle
from math import ceil
from urllib.parse import urlsplit

import hypothesis
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from contracts.harness.conformance import ConformanceError, validate_request
from contracts.harness.load import load as load_contract
from mockserver.app import create_app
from mockserver.control.rules import rules
from mockserver.settings import discover, load

DEEP = 10_000
"""How many examples of a provider are tried at least, when there is a night for it."""

STEPS = (1, 15, 400)
"""Seconds that pass with one request, in turn: enough to meet each state of a job, whatever is asked in between."""

METHODS = {"get", "post", "put", "delete"}

FULFILLED, REFUSED = ["2xx", "304", "404", "416"], ["400", "401", "404", "405"]
"""What may come of a request that is in order (its job may be unknown, its range outside), and of one that is not."""


@schemathesis.check
def each_refusal_names_a_clause(ctx, response, case):  # noqa: ARG001 - the signature of a check
    """In a provider's voice; the mock's own answers have a code of their own."""
    if response.status_code >= 400:
        clause = response.headers.get("x-mock-clause", [None])[0]
        own = b'"code"' in response.content and b'"hint"' in response.content
        assert own or clause in rules(), f"a refusal with the clause {clause}"


class Passing:
    """A server on which mock time passes with each request."""

    def __init__(self, app):
        self.app = app
        self.begin_again()

    def begin_again(self):
        """Forget all that was, so that what follows depends on nothing before."""
        for sandbox in self.app.world.sandboxes():
            self.app.world.close(sandbox.name)  # its snapshots go with it
        self._steps = cycle(STEPS)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.app.world.sandbox().advance(timedelta(seconds=next(self._steps)))
        await self.app(scope, receive, send)


def described(
    provider, *, max_examples=60, fulfilled=FULFILLED, refused=REFUSED, operations=(), key=None, through=Passing,
    **settings,
):  # fmt: skip
    """The description of `provider`, to be tested against a server of its own.

    `settings` are the server's, with a double underscore in those of a provider (`nanogpt__balance="1000000"`): lift
    its limits and fill its accounts. Only the provider's sample key is taken, so that Schemathesis can see whether
    keys are heeded. `fulfilled` and `refused` are the statuses that may answer requests which the description allows
    and forbids. `operations` are tables of Schemathesis's own settings for single operations. What is no provider has a
    `key` of its own, and says by its settings what is served. Requests go `through` a Passing, or a kind of it.
    """
    flags = {"clock": "frozen"}
    if key is None:
        key = next(found.sample_key for found in discover() if found.name == provider)
        flags |= {"only": provider, "keys": "listed", "listed": key}
    app = create_app(load(flags | {name.replace("__", "."): value for name, value in settings.items()}))
    openapi = json.loads(json.dumps(load_contract(provider).openapi))  # a copy: Schemathesis works on what it is given
    if deep():
        max_examples = ceil(DEEP / sum(len(METHODS & set(item)) for item in openapi["paths"].values()))
    config = {
        "auth": {"openapi": _auth(openapi, key)},
        "generation": {"max-examples": max_examples, "deterministic": not deep(), "database": "none"},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": fulfilled},
            "negative_data_rejection": {"expected-statuses": refused},
        },
        "operations": list(operations),
    }
    if not deep():
        config["seed"] = 1
    schema = schemathesis.openapi.from_dict(openapi, config=SchemathesisConfig.from_dict(config))
    schema.app = through(app)
    schema.provider = provider
    return schema


def deep():
    """Whether there is a night for it."""
    return hypothesis.settings.get_current_profile_name() == "deep"


def _auth(openapi, key):
    """The key, as the first of the described security schemes carries it."""
    name, scheme = next(iter(openapi["components"]["securitySchemes"].items()))
    return {name: {"bearer" if scheme["type"] == "http" else "api_key": key}}


def became_lawful(schema, response, case):
    """Whether a request that was drawn as a wrong one is one that the description allows, as it was sent.

    A link puts a good value in the place of a bad one, and a form with a file is judged by Schemathesis as if it were
    JSON, in which no bytes are in order. Our own judge reads what went over the wire.
    """
    if response.status_code >= 400 or case.meta is None or not case.meta.generation.mode.is_negative:
        return False
    sent, address = response.request, urlsplit(response.request.url)
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    try:
        path = f"{address.path}?{address.query}" if address.query else address.path
        validate_request(schema.provider, sent.method, path, sent.headers, body)
    except (ConformanceError, ValueError):
        return False
    return True


EXCUSES = {negative_data_rejection: became_lawful}
"""Checks, and when what they complain of is in order: functions of the schema, the response and the case."""


def journeys(schema, *, scenarios=40, steps=12, excuses=None, seen=None):
    """A test case that walks along the description's links, `scenarios` times up to `steps` requests.

    `excuses` are more of EXCUSES; `seen` is shown each response and its case.
    """
    all_excuses = EXCUSES | (excuses or {})

    class Journeys(schema.as_state_machine()):
        def setup(self):
            schema.app.begin_again()

        def validate_response(self, response, case, additional_checks=None, **kwargs):
            if seen is not None:
                seen(response, case)
            excluded = [check for check, excuse in all_excuses.items() if excuse(schema, response, case)]
            case.validate_response(
                response,
                additional_checks=additional_checks,
                excluded_checks=excluded,
                transport_kwargs=kwargs or None,
                recorder=self.recorder,
            )

    case = Journeys.TestCase
    case.settings = hypothesis.settings(
        case.settings,
        derandomize=not deep(),
        database=None,
        max_examples=25 * scenarios if deep() else scenarios,
        stateful_step_count=steps,
    )
    return case
