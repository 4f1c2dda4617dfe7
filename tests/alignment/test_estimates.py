"""Counts under a second reading: stored, labelled, with an interval; exact ones say nothing of the kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plugin.alignment.market import estimate_text, read_market, source_text
from plugin.connections import policy_of
from ranking.values import Estimate, Market, Tally

COUNTED = Market(
    40,
    900,
    800,
    (Tally(70, 0, True, 8), Tally(76, 1, False, 20), Tally(80, 0, True, 30), Tally(90, 2, True, 5)),
    {},
    (),
)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "the best 200 people were read again, after which 30 to 58 are expected at 75 points or more"),
        ("ja", "推定値です（上位200名の本文を読み直した結果から、75点以上は30〜58名の見込み）"),
    ],
)
def test_an_estimate_is_stored_and_said_beside_whose_data_it_is(house: Any, locale: str, said: str) -> None:
    house.desk.table = replace(COUNTED, estimate=Estimate(200, -4, 6))
    house.ring()
    with house.reading() as session:
        stored = read_market(session, house.calibration(session))
        policy = policy_of(house.connection)
    assert stored.market.estimate == Estimate(200, -4, 6)
    assert said in source_text(stored, policy, locale, 75)
    assert said not in source_text(stored, policy, locale)


def test_exact_counts_are_not_called_estimates(house: Any) -> None:
    house.desk.table = COUNTED
    house.ring()
    with house.reading() as session:
        stored = read_market(session, house.calibration(session))
        policy = policy_of(house.connection)
    assert estimate_text(stored, 75, "en") == ""
    assert source_text(stored, policy, "en", 75) == source_text(stored, policy, "en")
