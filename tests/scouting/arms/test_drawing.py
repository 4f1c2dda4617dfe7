"""Lots and shares: who gets which arm, and what a difference between two shares is worth."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.arms import draw
from plugin.scouting.compiler import COMMITTED, STANDARD
from plugin.scouting.shares import difference, needed, share

PEOPLE = st.lists(st.text(alphabet="abcdefu0123456789", min_size=1, max_size=8), unique=True, max_size=60)


@given(people=PEOPLE, experiment=st.integers(1, 10**6), ahead=st.integers(-3, 3))
def test_everybody_gets_one_arm_and_the_arms_are_even(people: list[str], experiment: int, ahead: int) -> None:
    arms = draw("key", experiment, people, ahead=ahead)
    assert set(arms) == set(people)
    counts = Counter(arms.values())
    assert abs(counts[COMMITTED] - counts[STANDARD]) <= 1
    if len(people) % 2 and ahead:
        # Who is left over evens out what came before.
        assert counts[COMMITTED] > counts[STANDARD] if ahead < 0 else counts[COMMITTED] < counts[STANDARD]


@given(people=PEOPLE, data=st.data(), experiment=st.integers(1, 10**6))
def test_the_same_people_get_the_same_arms_in_any_order(
    people: list[str], data: st.DataObject, experiment: int
) -> None:
    shuffled = data.draw(st.permutations(people))
    assert draw("key", experiment, people) == draw("key", experiment, shuffled)


def test_the_lot_depends_on_the_key_and_the_experiment_and_not_on_the_order_of_names() -> None:
    people = [f"u{number:04}" for number in range(2000)]
    one, other, third = draw("key", 1, people), draw("key", 2, people), draw("other", 1, people)
    for compared in (other, third):
        same = sum(one[person] == compared[person] for person in people)
        assert 850 < same < 1150
    # Whoever comes first in the list, best first, is no more often promised than who comes last.
    assert 420 < sum(one[person] == COMMITTED for person in people[:1000]) < 580


@pytest.mark.parametrize(
    ("expected", "hoped", "each"),
    # The formula's 198.96, 293.15, 434.43, 387.34 and 748.39, rounded up.
    [(0.10, 0.20, 199), (0.20, 0.30, 294), (0.05, 0.10, 435), (0.50, 0.60, 388), (0.03, 0.06, 749)],
)
def test_the_number_of_letters_is_the_formulas(expected: float, hoped: float, each: int) -> None:
    assert needed(expected, hoped) == each == needed(hoped, expected)


@pytest.mark.parametrize(("expected", "hoped"), [(0.1, 0.1), (0, 0.1), (0.5, 1.0), (-0.1, 0.2)])
def test_shares_nothing_can_be_worked_out_from_are_refused(expected: float, hoped: float) -> None:
    with pytest.raises(ValueError, match="share"):
        needed(expected, hoped)


def test_intervals_are_those_of_the_papers() -> None:
    # Newcombe (1998), example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    gap, low, high = difference(share(56, 70), share(48, 80))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)
    # Wilson: 81 of 263, 0.2553 to 0.3662 (Newcombe 1998, single proportion, method 3).
    one = share(81, 263)
    assert (round(one.low, 4), round(one.high, 4)) == (0.2553, 0.3662)


@given(of=st.integers(1, 5000), data=st.data())
def test_an_interval_holds_its_share_and_stays_between_nothing_and_all(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    one = share(hits, of)
    assert 0 <= one.low <= one.value <= one.high <= 1


@given(a=st.integers(0, 50), b=st.integers(0, 50), m=st.integers(50, 200), n=st.integers(50, 200))
def test_a_difference_holds_itself_and_turns_round_with_the_arms(a: int, b: int, m: int, n: int) -> None:
    gap, low, high = difference(share(a, m), share(b, n))
    back, back_low, back_high = difference(share(b, n), share(a, m))
    assert low <= gap <= high
    assert (round(gap, 9), round(low, 9), round(high, 9)) == (
        round(-back, 9),
        round(-back_high, 9),
        round(-back_low, 9),
    )


def test_there_is_no_share_without_a_denominator() -> None:
    with pytest.raises(ValueError, match="denominator"):
        share(0, 0)
