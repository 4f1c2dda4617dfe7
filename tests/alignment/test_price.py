"""What a line costs: never more letters than reachable people or the cap, hours that follow from the letters."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.alignment.market import LineCount
from plugin.alignment.price import WINDOW, Rate, assumption_text, letters_a_day, price_text, prices
from plugin.policy import Policy

_COUNTS = st.lists(st.integers(0, 5_000), min_size=61, max_size=61).map(
    lambda numbers: [
        LineCount(line, people * 2, people, people // 3)
        for line, people in zip(range(40, 101), sorted(numbers, reverse=True), strict=True)
    ]
)


@given(
    lines=_COUNTS,
    cap=st.integers(1, 1_000),
    minutes=st.integers(10, 240),
    rate=st.floats(0.001, 0.5),
    per_minute=st.integers(1, 60),
)
def test_a_higher_line_never_costs_more(
    lines: list[LineCount], cap: int, minutes: int, rate: float, per_minute: int
) -> None:
    policy = Policy(per_minute=per_minute)
    found = prices(lines, policy, max_people=cap, minutes=minutes, rate=Rate.around(rate))
    assert [price.line for price in found] == list(range(40, 101))
    for price in found:
        assert price.scouts == min(price.reachable, cap)
        assert price.yeses_low <= price.yeses <= price.yeses_high <= price.scouts
        assert price.hours <= price.hours_high <= price.hours_most
        assert price.hours_most == pytest.approx(min(price.scouts, WINDOW * letters_a_day(policy)) * minutes / 60)
        assert (price.days_to_send - 1) * letters_a_day(policy) < max(price.scouts, 1)
    for lower, higher in pairwise(found):
        assert higher.scouts <= lower.scouts and higher.hours <= lower.hours


def test_only_letters_that_leave_within_the_week_fill_it() -> None:
    slow = Policy(per_minute=1)  # 600 letters a business day
    (price,) = prices([LineCount(75, 9_000, 9_000)], slow, max_people=9_000, minutes=60, rate=Rate(0.1, 0.1, 0.1))
    assert (price.scouts, price.days_to_send) == (9_000, 15)
    assert price.hours == pytest.approx(300) and price.yeses == pytest.approx(900)


def test_what_the_manager_owes_already_is_on_top() -> None:
    (price,) = prices([LineCount(75, 10, 0)], Policy(), busy_hours=3.5)
    assert price.hours == price.hours_most == 3.5


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_price_is_said_with_its_assumption(locale: str) -> None:
    (price,) = prices([LineCount(75, 1_412, 380, 200)], Policy(max_people=100))
    text = price_text(price, locale)
    for said in ("1,412", "380", "100", "6", "4.5"):
        assert said in text
    assert "3%" in assumption_text(Rate(), locale) and "6%" in assumption_text(Rate(), locale)
    (nobody,) = prices([LineCount(99, 2, 0)], Policy())
    assert price_text(nobody, locale) != text
