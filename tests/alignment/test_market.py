"""What is counted: lines and tables from stored tallies, and that no few people can be read off a table (R10)."""

from __future__ import annotations

import json
import random
import zlib
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from plugin.alignment import market
from plugin.alignment.market import (
    Fresh,
    StoredMarket,
    folded,
    line_counts,
    market_table,
    source_text,
)
from plugin.alignment.tables import Band, band_text, drawn_line, level_text
from plugin.alignment.withholding import LEAST, TOTAL, withheld
from plugin.policy import Policy
from plugin.rows import CalibrationMarket
from ranking.values import PAY_BEYOND, PAY_UNKNOWN, LanguageTally, Market, Tally

LEVELS = [(level, "stated") for level in range(6)] + [(4, "written"), (3, "written"), (-1, "")]

_TALLIES = st.lists(
    st.builds(
        lambda score, level, pay_band, count: LanguageTally(score, level[0], level[1], pay_band, count),
        score=st.integers(40, 100),
        level=st.sampled_from(LEVELS),
        pay_band=st.integers(-1, 30),
        count=st.integers(1, 12),
    ),
    max_size=40,
)
_PEOPLE = st.lists(
    st.builds(
        Tally,
        score=st.integers(40, 100),
        pay=st.integers(0, 2),
        contactable=st.booleans(),
        count=st.integers(1, 9),
    ),
    max_size=40,
)


def stored(
    people: list[Tally] | None = None, japanese: list[LanguageTally] | None = None, floor: int = 40
) -> StoredMarket:
    return StoredMarket(Market(floor, 9_999, 500, tuple(people or ()), {"japanese": tuple(japanese or ())}, ()))


@given(people=_PEOPLE, inclusive=st.booleans())
def test_the_slider_counts_who_is_above_each_line(people: list[Tally], inclusive: bool) -> None:
    counts = line_counts(stored(people), inclusive)
    assert [count.line for count in counts] == list(range(40, 101))
    for count in counts:
        there = [t for t in people if t.score > count.line or (inclusive and t.score == count.line)]
        payable = [t for t in there if t.pay != PAY_BEYOND]
        assert count.people == sum(t.count for t in payable)
        assert count.reachable == sum(t.count for t in payable if t.contactable)
        assert count.pay_unknown == sum(t.count for t in payable if t.pay == PAY_UNKNOWN)
        assert count.people + count.beyond == sum(t.count for t in there)


@given(tallies=_TALLIES, line=st.integers(40, 100))
def test_everybody_viable_is_in_the_table_or_said_to_be_left_out(tallies: list[LanguageTally], line: int) -> None:
    table = market_table(stored(japanese=tallies), line, "japanese")
    assert table.line == drawn_line(line, 40) and line - 5 < table.line <= line
    viable = [t for t in tallies if t.score >= table.line]
    unknown = sum(t.count for t in viable if t.pay_band < 0)
    known = sum(t.count for t in viable) - unknown
    expected = sum(part for part in (known, unknown) if part >= LEAST)
    assert table.left_out == any(0 < part < LEAST for part in (known, unknown))
    assert (table.viable or 0) == expected
    assert (table.viable is None) == (table.left_out and expected == 0)
    for row in table.rows:
        in_row = [t for t in viable if (t.level, t.basis) == (row.level, row.basis)]
        assert row.total is None or row.total <= sum(t.count for t in in_row)
        for band, count in zip(table.bands, row.counts, strict=True):
            truth = sum(t.count for t in in_row if _within(t.pay_band, band))
            assert count is None or (count == truth and (count == 0 or count >= LEAST))


def _within(pay_band: int, band: Band) -> bool:
    if band.low is None:
        return pay_band < 0
    return pay_band >= band.low and (band.high is None or pay_band < band.high)


@given(tallies=_TALLIES, line=st.integers(40, 100))
def test_bands_touch_and_each_holds_nobody_or_five(tallies: list[LanguageTally], line: int) -> None:
    table = market_table(stored(japanese=tallies), line, "japanese")
    bands = table.bands
    known = [band for band in bands if band.low is not None]
    assert all(one.high == other.low for one, other in pairwise(known))
    for band in bands:
        there = sum(t.count for t in tallies if t.score >= table.line and _within(t.pay_band, band))
        assert there == 0 or there >= LEAST


_TABLES = st.integers(1, 7).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 7, 30]), min_size=width, max_size=width),
        min_size=1,
        max_size=8,
    )
)


@settings(max_examples=300)
@given(counts=_TABLES)
def test_no_withheld_cell_can_be_worked_out(counts: list[list[int]]) -> None:
    """With all columns' totals and the grand total known, every withheld figure could also be another: shown by a
    change of the withheld figures alone that keeps every sum and leaves nobody negative."""
    for column in range(len(counts[0])):  # what the caller owes: no column of one to four
        if 0 < sum(row[column] for row in counts) < LEAST:
            counts[0][column] += LEAST
    hidden = sorted(withheld(counts))
    shown = [(r, c) for r, row in enumerate(counts) for c in range(len(row)) if (r, c) not in set(hidden)]
    assert all(counts[r][c] == 0 or counts[r][c] >= LEAST for r, c in shown)
    assert all(sum(row) == 0 or sum(row) >= LEAST or (r, TOTAL) in hidden for r, row in enumerate(counts))
    if not hidden:
        return
    place = {cell: number for number, cell in enumerate(hidden)}
    equations = []
    for r in range(len(counts)):
        equation = np.zeros(len(hidden))
        for c in range(len(counts[0])):
            if (r, c) in place:
                equation[place[r, c]] = 1
        if (r, TOTAL) in place:
            equation[place[r, TOTAL]] = -1
        equations.append(equation)
    for c in (*range(len(counts[0])), TOTAL):
        equations.append(np.array([1.0 if cell[1] == c else 0.0 for cell in hidden]))
    _u, sizes, directions = np.linalg.svd(np.array(equations))
    free = directions[int((sizes > 1e-9).sum()) :]
    # Every withheld figure is at least one, so any free direction can be followed a little both ways.
    assert all(np.abs(free[:, number]).max(initial=0) > 1e-9 for number in range(len(hidden)))
    assert all((sum(counts[r]) if c == TOTAL else counts[r][c]) >= 1 for r, c in hidden)


@settings(max_examples=200)
@given(tallies=_TALLIES)
def test_what_is_withheld_at_one_line_is_withheld_at_every_higher_one(tallies: list[LanguageTally]) -> None:
    """Else a cell could be caught between a lower and a higher line that show the same number."""
    held: set[tuple[int, str, int]] = set()
    rows_held: set[tuple[int, str]] = set()
    for line in range(40, 101, 5):
        table = market_table(stored(japanese=tallies), line, "japanese")
        for row in table.rows:
            assert row.total is None or (row.level, row.basis) not in rows_held or row.total == 0
            rows_held |= {(row.level, row.basis)} if row.total is None else set()
            for band, count in zip(table.bands, row.counts, strict=True):
                wants = [pay for pay in range(-1, 32) if _within(pay, band)]
                if count is None:
                    held |= {(row.level, row.basis, pay) for pay in wants}
                else:
                    assert count == 0 or not any((row.level, row.basis, pay) in held for pay in wants)


def test_a_lone_small_cell_takes_the_cheapest_way_round_with_it() -> None:
    assert withheld([[3, 9, 40], [20, 8, 50]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert withheld([[30, 9, 40], [20, 8, 50]]) == frozenset()


def test_a_column_too_small_to_protect_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than five"):
        withheld([[3, 9], [0, 8]])


def test_levels_from_the_top_stated_before_inferred_unknown_last() -> None:
    tallies = [LanguageTally(80, level, basis, 8, 9) for level, basis in random.Random(1).sample(LEVELS, len(LEVELS))]
    rows = market_table(stored(japanese=tallies), 70, "japanese").rows
    heads = [(row.level, row.basis) for row in rows]
    assert heads == [
        (5, "stated"), (4, "stated"), (4, "written"), (3, "stated"), (3, "written"), (2, "stated"), (1, "stated"),
        (0, "stated"), (-1, ""),
    ]  # fmt: skip
    assert level_text(4, "written", "en") == "fluent (inferred: the profile is written in it)"
    assert level_text(4, "written", "ja").endswith("推定）")


def test_unknown_pay_is_a_column_of_its_own() -> None:
    tallies = [LanguageTally(80, 5, "stated", band, 10) for band in (-1, 4, 9, 25)]
    table = market_table(stored(japanese=tallies), 70, "japanese")
    assert table.bands == (Band(4, 6), Band(6, 8), Band(8, 10), *(Band(low, low + 2) for low in range(10, 20, 2)), Band(20, None), Band(None, None))  # fmt: skip
    assert table.rows[0].counts == (10, 0, 10, 0, 0, 0, 0, 0, 10, 10)
    assert [band_text(band, "ja") for band in (Band(0, 4), Band(8, 10), Band(20, None))] == [
        "400万円未満", "800～1,000万円", "2,000万円以上",
    ]  # fmt: skip
    assert [band_text(band, "en") for band in (Band(0, 4), Band(8, 10), Band(20, None))] == [
        "under ¥4M", "¥8–10M", "¥20M and up",
    ]  # fmt: skip


@given(tallies=_TALLIES, line=st.integers(40, 100))
def test_folding_changes_no_table(tallies: list[LanguageTally], line: int) -> None:
    whole = stored(japanese=tallies)
    small = StoredMarket(folded(whole.market))
    assert market_table(small, line, "japanese") == market_table(whole, line, "japanese")


def test_the_source_is_ones_own_data_unless_declared() -> None:
    some = StoredMarket(Market(40, 4_812, 500, (), {}, ()), (), Fresh(4_812, 4_000, "2026-05"))
    assert source_text(some, Policy(), "ja") == "自社データ内 4,812名・最終更新の中央値 2026-05"
    assert source_text(some, Policy(), "en") == "Your own data: 4,812 people, median last update 2026-05"
    assert source_text(some, Policy(market_source="架空転職市場"), "ja").startswith("架空転職市場 4,812名")
    assert "unknown" in source_text(StoredMarket(some.market), Policy(), "en")


def test_what_is_stored_is_read_back_and_stays_small_at_four_million(house: Any) -> None:
    """Every cell that can be is there: the most a calibration of four million can count."""
    tallies = tuple(
        LanguageTally(score, level, basis, band, 1_000 + score)
        for score in range(40, 101)
        for level, basis in LEVELS
        for band in range(-1, 60)
    )
    people = tuple(
        Tally(score, pay, reach, 11_000) for score in range(40, 101) for pay in range(3) for reach in (True, False)
    )
    places = tuple((score, f"{place:02}", 900) for score in range(40, 101) for place in range(1, 48))
    whole = Market(40, 4_000_000, 3_900_000, people, {"japanese": tallies, "english": tallies}, places)
    house.ring()
    with house.work.writing() as session:
        calibration = house.calibration(session)
        session.delete(
            session.exec(select(CalibrationMarket).where(CalibrationMarket.calibration_id == calibration.key)).one()
        )
        session.flush()
        market.keep(session, calibration, StoredMarket(whole, (), Fresh(4_000_000, 1, "2026-01")), house.clock.now())
        session.flush()
        row = session.exec(select(CalibrationMarket).where(CalibrationMarket.calibration_id == calibration.key)).one()
        assert len(row.packed) < 200_000
        assert len(zlib.decompress(row.packed)) < 1_000_000
        assert json.loads(zlib.decompress(row.packed))["market"]["universe"] == 4_000_000
        again = market.read_market(session, calibration)
    assert again.fresh == Fresh(4_000_000, 1, "2026-01")
    assert market_table(again, 70, "english") == market_table(StoredMarket(whole), 70, "english")
    assert line_counts(again, True) == line_counts(StoredMarket(whole), True)


def test_how_old_the_data_is_is_the_median_month(house: Any) -> None:
    from plugin.alignment.freshness import freshness
    from plugin.rows import Profile

    with house.work.writing() as session:
        people = session.exec(select(Profile).order_by(Profile.profile_id)).all()
        for number, person in enumerate(people):
            person.as_of = datetime(2026, 1 + number % 9, 3, tzinfo=UTC) if number < 9 else None
            session.add(person)
        session.flush()
        assert freshness(session, house.employer.key, house.clock.now()) == Fresh(len(people), 9, "2026-05")
