"""How jobs go that do not say so themselves: `GET, PUT scenarios`, `POST scenarios/queue`."""

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from mockserver.control.desk import ControlError, Desk, answer
from mockserver.control.faults import Text, matching
from mockserver.core.scenarios import SCENARIOS, Plan, Queued, Rule, Scenario, UnknownScenarioError, named
from mockserver.web.complaints import sentence

MOST = 1_000_000
RULES = 100
QUEUED_AT_MOST = 1000


class QueuedScenario(msgspec.Struct, forbid_unknown_fields=True):
    """A scenario for the next jobs."""

    scenario: str
    times: int = 1
    provider: str | None = None
    at: float | None = None


class Like(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which submissions a rule is for; all of it must fit."""

    provider: Text | None = None
    model: Text | None = None
    key: Text | None = None
    path: Text | None = None
    text: Text | None = None


class RuledScenario(msgspec.Struct, forbid_unknown_fields=True):
    """A scenario for the jobs whose submissions are like this."""

    scenario: str
    match: Like = Like()
    at: float | None = None
    times: int | None = None


class Defaults(msgspec.Struct, forbid_unknown_fields=True):
    """How jobs go that do not say so themselves."""

    default: str = "succeeds"
    at: float | None = None
    queue: Annotated[list[QueuedScenario], msgspec.Meta(max_length=QUEUED_AT_MOST)] = []
    rules: Annotated[list[RuledScenario], msgspec.Meta(max_length=RULES)] = []


def shown(plan: Plan) -> dict[str, Any]:
    """A plan as JSON; what it says can be laid down again."""
    return {
        "default": plan.default.name,
        "at": plan.default.at,
        "queue": [
            {
                "scenario": queued.scenario.name,
                "times": queued.times,
                "provider": queued.provider,
                "at": queued.scenario.at,
            }
            for queued in plan.queue
        ],
        "rules": [
            {
                "match": {name: getattr(rule.match, name) for name in Like.__struct_fields__},
                "scenario": rule.scenario.name,
                "at": rule.scenario.at,
                "times": rule.times,
            }
            for rule in plan.rules
        ],
        "known": dict(SCENARIOS),
    }


async def get_scenarios(desk: Desk) -> Response:
    """Say how the next jobs go, and which scenarios there are."""
    return answer(shown(desk.sandbox.plan))


async def put_scenarios(desk: Desk) -> Response:
    """Lay down how jobs go: queue, rules and default."""
    asked = await desk.body(Defaults)
    plan = Plan(
        _named(asked.default, asked.at),
        tuple(_queued(desk, one) for one in asked.queue),
        tuple(_rule(desk, one) for one in asked.rules),
    )
    desk.sandbox.set_plan(plan)
    return answer(shown(plan))


async def queue_scenario(desk: Desk) -> Response:
    """Put a scenario at the end of the queue."""
    queued = _queued(desk, await desk.body(QueuedScenario))
    if len(desk.sandbox.plan.queue) >= QUEUED_AT_MOST:
        raise ControlError(409, "queue_full", f"{QUEUED_AT_MOST} scenarios wait in the queue already.")
    return answer(shown(desk.sandbox.enqueue(queued)), 201)


def _queued(desk: Desk, asked: QueuedScenario) -> Queued:
    if asked.provider is not None:
        desk.house(asked.provider)
    return Queued(_named(asked.scenario, asked.at), _often(asked.times), asked.provider)


def _rule(desk: Desk, asked: RuledScenario) -> Rule:
    times = None if asked.times is None else _often(asked.times)
    return Rule(matching(desk, asked.match), _named(asked.scenario, asked.at), times)


def _often(times: int) -> int:
    if not 1 <= times <= MOST:
        raise ControlError(400, "bad_field", f"'times' is 1 to {MOST}.")
    return times


def _named(name: str, at: float | None) -> Scenario:
    try:
        return named(name, at)
    except UnknownScenarioError as error:
        raise ControlError(400, "unknown_scenario", sentence(error)) from error
