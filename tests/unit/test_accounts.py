"""Accounts: the words in a key that make it act, and the same words as flags."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mockserver.core.accounts import FLAGS, Opening, Trade, flagged, flags_of, opened, scenario_of

START = datetime(2026, 1, 1, tzinfo=UTC)
OPENING = Opening(
    unit="videos",
    plan="scale",
    granted=Decimal(0),
    grants={"scale": Decimal(30)},
    cheap_plan="starter",
    permissions=frozenset({"generate", "read"}),
    reads_only=frozenset({"read"}),
)
TRADE = Trade(name="acme", opening=lambda _: OPENING)


def account(key, *, magic=True):
    return opened(TRADE, key, None, START, magic=magic)


def facts(of):
    return of.plan, of.granted, sorted(of.permissions)


@pytest.mark.parametrize("word", FLAGS)
@pytest.mark.parametrize("key", ["{}", "my-{}-key", "{}2", "sk_{}_1", "7{}", "a.{}", "sk-{}-{}"])
def test_a_word_acts_where_no_letter_touches_it(word, key):
    assert flags_of(key.format(word, word)) == {word}


@pytest.mark.parametrize(
    "key", ["broker", "sk-unlimited-key", "unexpired", "limitedly", "my-Xbroke", "brokeX", "ébroke", "brokeß", "BROKE"]
)
def test_inside_another_word_it_is_no_more_than_letters(key):
    assert flags_of(key) == set()


def test_several_words_act_together():
    assert flags_of("nvl_cheapplan-readonly-limited-broke") == {"cheapplan", "readonly", "limited", "broke"}


@pytest.mark.parametrize(
    ("key", "scenario"),
    [
        ("scenario-stuck", "stuck"),
        ("my-scenario-stuck-key", "stuck"),
        ("scenario-fails_once", "fails_once"),
        ("scenario-fails_once_2", "fails_once"),
        ("sk_scenario-stuck7", "stuck"),
        ("scenario-stuck_", "stuck"),
        ("myscenario-stuck", None),
        ("scenario-stuckX", None),
        ("scenario-fails_onceX", None),
        ("scenario-", None),
        ("scenario-___", None),
        ("unscenario-x-scenario-partial", "partial"),
    ],
)
def test_a_scenario_in_a_key_is_a_word_of_its_own_too(key, scenario):
    assert scenario_of(key) == scenario


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("broke", ("scale", 0, ["generate", "read"])),
        ("readonly", ("scale", 30, ["read"])),
        ("cheapplan", ("starter", 0, ["generate", "read"])),
        ("limited", ("scale", 30, ["generate", "read"])),
    ],
)
def test_a_flag_makes_of_an_account_what_the_word_in_a_key_makes_of_it(word, expected):
    plain = account("key")
    marked = flagged(plain, OPENING, frozenset({word}))

    assert facts(marked) == expected == facts(account(f"a-{word}-key"))
    assert flagged(marked, OPENING, frozenset()) == plain


def test_a_key_is_a_key_and_nothing_else_where_there_is_no_magic():
    assert facts(account("broke-cheapplan-scenario-stuck", magic=False)) == ("scale", 30, ["generate", "read"])
