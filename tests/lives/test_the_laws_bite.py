"""The machines notice a server with one thing wrong: each law, broken on purpose, is found to be broken."""

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from mockserver.core import ledger
from mockserver.core.limits import Bucket
from mockserver.core.world import Sandbox
from mockserver.providers.artnex import outputs as artnex_outputs
from mockserver.providers.artnex import timeline as artnex_timeline
from mockserver.providers.nanogpt import timeline as nanogpt_timeline
from mockserver.web.call import Call
from tests.lives.test_artnex import ArtnexLives
from tests.lives.test_nanogpt import NanoGPTLives

ENOUGH = settings(
    max_examples=60, stateful_step_count=20, derandomize=True, database=None, deadline=None, phases=[Phase.generate]
)


def one_too_many(patch):
    """A limit that bites one request late."""
    usual = Bucket.admit

    def admit(self, limit, now):
        wait = usual(self, limit, now)
        if wait is not None and self.used(limit, now) == limit.requests:
            self._passed.append(now)
            return None
        return wait

    patch.setattr(Bucket, "admit", admit)


def a_limit_that_never_lifts(patch):
    usual = Bucket.admit
    patch.setattr(
        Bucket, "admit", lambda self, limit, now: usual(self, limit, min(now, self._passed[0]) if self._passed else now)
    )


def no_money_back(patch):
    usual = ledger.settlement
    patch.setattr(ledger, "settlement", lambda terms, state: None if state == "cancelled" else usual(terms, state))


def polls_that_move_time(patch):
    patch.setattr(Sandbox, "watched", lambda self, *_: self.advance(timedelta(seconds=1)))


def jobs_that_anybody_sees(patch):
    patch.setattr(Call, "job", lambda self, job_id: self.house.job(job_id))


def results_a_second_too_long(patch):
    usual = artnex_outputs.expires_at
    patch.setattr(artnex_outputs, "expires_at", lambda *facts: usual(*facts) + timedelta(seconds=1))


def links_before_the_end(patch):
    patch.setattr(artnex_timeline, "ENDINGS", artnex_timeline.ENDINGS | {"failed": artnex_timeline.ENDINGS["done"]})


def a_status_that_goes_back(patch):
    usual = nanogpt_timeline.planned

    def planned(scenario, life):
        went = nanogpt_timeline.Scenario("goes_back") if scenario.name == "succeeds" else scenario
        return usual(went, life)

    patch.setattr(nanogpt_timeline, "planned", planned)


@pytest.mark.parametrize(
    ("machine", "broken"),
    [
        (ArtnexLives, one_too_many),
        (ArtnexLives, a_limit_that_never_lifts),
        (NanoGPTLives, no_money_back),
        (ArtnexLives, polls_that_move_time),
        (NanoGPTLives, jobs_that_anybody_sees),
        (ArtnexLives, results_a_second_too_long),
        (ArtnexLives, links_before_the_end),
        (NanoGPTLives, a_status_that_goes_back),
    ],
)
def test_a_server_that_breaks_a_law_is_caught(machine, broken, monkeypatch):
    broken(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=ENOUGH)
