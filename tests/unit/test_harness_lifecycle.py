"""The model of lives lets through what is lawful, and names what is not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from contracts.harness.lifecycle import ALWAYS, Bill, Book, Fate, Graph, LawBrokenError, Life, Window

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
GRAPH = Graph(
    means={"queued": "waiting", "working": "working", "done": "done", "failed": "failed"},
    next={"queued": ("working",), "working": ("done", "failed")},
)
DONE = Fate(timedelta(seconds=30), timedelta(seconds=60), frozenset({"done"}), timedelta(seconds=100))


def after(seconds):
    return BEGAN + timedelta(seconds=seconds)


def life(fate=DONE):
    return Life("job 1", GRAPH, fate, BEGAN)


def seen(*words, fate=DONE):
    """A life that was seen at some seconds with some words."""
    found = life(fate)
    for second, word in words:
        found.saw(after(second), word)
    return found


@pytest.mark.parametrize(
    ("earlier", "later", "may"),
    [
        ("queued", "queued", True),
        ("queued", "working", True),
        ("queued", "done", True),
        ("working", "queued", False),
        ("done", "failed", False),
        ("failed", "working", False),
    ],
)
def test_words_that_were_passed_unseen_may_be_missing_and_nothing_goes_back(earlier, later, may):
    assert GRAPH.leads(earlier, later) is may


def test_what_goes_as_promised_is_lawful():
    found = seen((0, "queued"), (1, "queued"), (29, "working"), (30, "done"), (900, "done"))

    assert (found.over, found.state) == (True, "done")
    assert (found.ended_after, found.ended_by) == (after(29), after(30))


def test_a_life_that_nobody_saw_waits():
    assert (life().state, life().over) == ("waiting", False)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([(0, "reviewing")], "no document knows 'reviewing'"),
        ([(1, "working"), (2, "queued")], "'queued' came after 'working'"),
        ([(29.999, "done")], "was to take 0:00:30 at least"),
        ([(60, "working")], "still 'working' after 0:01:00"),
        ([(40, "failed")], "ended as 'failed', and was to end as done"),
    ],
)
def test_what_breaks_a_promise_is_named(words, complaint):
    with pytest.raises(LawBrokenError, match=complaint) as caught:
        seen(*words)

    assert str(caught.value).startswith("job 1, at 2026-01-01T00:")


def test_an_end_that_is_told_in_two_ways_is_named():
    found = life()
    found.saw(after(40), "done", {"cost": 1})
    found.saw(after(50), "done", {"cost": 1})

    with pytest.raises(LawBrokenError, match="an end is for good"):
        found.saw(after(60), "done", {"cost": 2})


def test_what_is_promised_to_go_on_for_good_may():
    assert not seen((10**9, "working"), fate=Fate(timedelta(0), None, frozenset())).over


@pytest.mark.parametrize(
    ("second", "delivers"),
    [(29, False), (41, True), (129.999, True), (130, None), (139.999, None), (140, False)],
)
def test_a_result_is_there_from_completion_until_it_expires_and_open_in_between(second, delivers):
    found = seen((30, "working"), *([(40, "done")] if second >= 40 else []))

    assert found.delivers(after(second)) is delivers


@pytest.mark.parametrize(("second", "given"), [(50, False), (141, True)])
def test_a_result_that_is_there_at_the_wrong_time_or_missing_at_the_right_one_is_named(second, given):
    with pytest.raises(LawBrokenError, match="given" if given else "refused"):
        seen((30, "working"), (40, "done")).check_result(after(second), given)


@pytest.mark.parametrize(("second", "given"), [(50, True), (135, True), (135, False), (141, False)])
def test_a_result_that_is_as_it_should_be_or_cannot_be_known_is_lawful(second, given):
    seen((30, "working"), (40, "done")).check_result(after(second), given)


def test_a_life_that_came_to_nothing_has_no_result():
    fate = Fate(timedelta(0), timedelta(seconds=60), frozenset({"failed"}))
    without = Fate(timedelta(0), timedelta(seconds=60), frozenset({"done"}), None)

    assert seen((50, "failed"), fate=fate).delivers(after(51)) is False
    assert seen((50, "done"), fate=without).delivers(after(51)) is False


def test_a_life_that_is_called_off_ends_now_as_it_was_told_to():
    found = seen((5, "queued"))
    found.called_off(after(10), Fate(DONE.least, None, frozenset({"failed"})))

    assert (found.ended_after, found.ended_by) == (after(10), after(10))
    with pytest.raises(LawBrokenError, match="still 'working'"):
        found.saw(after(10), "working")
    with pytest.raises(LawBrokenError, match="was to end as failed"):
        found.saw(after(11), "done")
    found.saw(after(10), "failed")


def test_calling_off_what_is_over_changes_nothing():
    found = seen((40, "done"))
    found.called_off(after(50), Fate(timedelta(0), None, frozenset({"failed"})))

    found.saw(after(60), "done")
    assert found.ended_by == after(40)


def test_a_result_that_nothing_takes_away_is_kept():
    fate = Fate(timedelta(0), timedelta(60), frozenset({"done"}), ALWAYS)

    assert seen((40, "done"), fate=fate).delivers(after(10**9)) is True


@pytest.mark.parametrize(
    ("terms", "word", "sums"),
    [
        ("at_submission", "working", (7, 3, 0)),
        ("at_submission", "done", (7, 3, 0)),
        ("at_submission", "failed", (10, 0, 0)),
        ("when_done", "queued", (7, 0, 3)),
        ("when_done", "working", (7, 0, 3)),
        ("when_done", "done", (7, 3, 0)),
        ("when_done", "failed", (10, 0, 0)),
    ],
)
def test_a_book_adds_up_what_jobs_cost_as_they_were_last_seen(terms, word, sums):
    book = Book("key 1", Decimal(10), terms, BEGAN)
    either = Fate(timedelta(0), timedelta(60), frozenset({"done", "failed"}))
    book.bills.append(Bill(Decimal(3), seen((50, word), fate=either), BEGAN))

    left, spent, held = sums
    book.check(after(50), left=Decimal(left), spent=Decimal(spent), held=Decimal(held))
    for name, wrong in {"left": left + 1, "spent": spent + 1, "held": held - 1}.items():
        with pytest.raises(LawBrokenError, match=f"key 1, .*: {name} is"):
            book.check(after(50), **{name: Decimal(wrong)})


def test_a_bill_stays_with_its_cycle():
    book = Book("key 1", Decimal(10), "when_done", BEGAN, cycle=timedelta(days=30))
    book.bills.append(Bill(Decimal(3), life(), BEGAN + timedelta(days=29)))

    assert book.left(BEGAN + timedelta(days=30) - timedelta(seconds=1)) == 7
    assert book.left(BEGAN + timedelta(days=30)) == 10


def test_a_window_slides():
    window = Window(2, timedelta(seconds=60))
    window.note(BEGAN)
    window.note(after(20))

    assert [window.admits(after(second)) for second in (20, 59.999)] == [False, False]
    assert window.lifts(after(30)) == after(60)
    assert window.admits(after(60))
    assert window.lifts(after(60)) == after(60)
    window.note(after(60))
    assert window.lifts(after(61)) == after(80)
