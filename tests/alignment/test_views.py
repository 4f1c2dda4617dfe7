"""One shortlist for everybody; every number with its denominator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from plugin.alignment.market import LEAST, line_counts, market_table, withheld
from plugin.alignment.views import shortlist_view
from plugin.i18n import LOCALES
from plugin.people import delete_profiles
from plugin.rows import Calibration, ShortlistEntry
from ranking.values import MarketCell


def test_manager_and_recruiter_see_the_same_shortlist(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    with house.reading() as session:
        calibration = house.calibration(session)
        views = [
            shortlist_view(session, calibration, masked=masked, locale=locale, vault=house.work.vault)
            for masked in (True, False)
            for locale in LOCALES
        ]
    alike = [
        (v.shortlist_hash, [(e.rank, e.profile_id, e.score, e.evidence_hash, e.reachable) for e in v.entries])
        for v in views
    ]
    assert all(one == alike[0] for one in alike) and alike[0][0]
    masked, open_view = views[0], views[2]
    assert all(entry.identity is None for entry in masked.entries)
    assert open_view.entries[0].identity is not None and open_view.entries[0].identity.name == "Fiona Invented0"
    quotes = [row for entry in open_view.entries for d in entry.dimensions for row in d.rows]
    hidden = [row for entry in masked.entries for d in entry.dimensions for row in d.rows]
    assert "Fictional 0" in quotes[0].quote and "■" in hidden[0].quote
    assert [(row.start, row.end) for row in quotes] == [(row.start, row.end) for row in hidden]
    assert quotes[0].end == len(quotes[0].quote), "offsets are those of the unmasked words"


def test_no_score_is_stored_without_evidence(house: Any) -> None:
    house.ring()
    with house.reading() as session:
        for entry in session.exec(select(ShortlistEntry)):
            points = sum(row["points"] for d in entry.evidence for row in d["rows"])
            assert round(points) == entry.score and entry.evidence_hash and entry.sealed_evidence


def test_after_an_erasure_scores_stay_and_words_go(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        assert delete_profiles(session, house.work.vault, house.employer.key, ["p000"]) == 1
    with house.reading() as session:
        view = shortlist_view(session, house.calibration(session), masked=False, locale="ja", vault=house.work.vault)
    first = view.entries[0]
    assert first.score == 100 and first.identity is None and first.headline == ""
    assert all(row.quote == "" for d in first.dimensions for row in d.rows)
    assert view.entries[1].identity is not None


def _calibration(cells: list[MarketCell], floor: int = 40) -> Calibration:
    market = [
        [c.score, c.without_language, c.japanese, c.english, c.pay_band, c.place, c.contactable, c.count] for c in cells
    ]
    return Calibration(
        employer_id=1,
        requisition_id=1,
        requirement_id=1,
        short_id="C1",
        requirement_hash="",
        guidance_hash="",
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        floor=floor,
        market=market,
        considered=sum(c.count for c in cells),
        universe=9999,
    )


_CELLS = st.lists(
    st.builds(
        MarketCell,
        score=st.integers(0, 100),
        without_language=st.integers(0, 100),
        japanese=st.integers(-1, 5),
        english=st.integers(-1, 5),
        pay_band=st.integers(-1, 20),
        place=st.just("13"),
        contactable=st.booleans(),
        count=st.integers(1, 9),
    ),
    max_size=40,
)


@given(cells=_CELLS, inclusive=st.booleans())
def test_the_slider_counts_who_is_above_each_line(cells: list[MarketCell], inclusive: bool) -> None:
    counts = line_counts(_calibration(cells), inclusive)
    assert [count.line for count in counts] == list(range(40, 101))
    for count in counts:
        there = [c for c in cells if c.score > count.line or (inclusive and c.score == count.line)]
        assert count.people == sum(c.count for c in there)
        assert count.reachable == sum(c.count for c in there if c.contactable)


@given(cells=_CELLS, line=st.integers(40, 100))
def test_no_cell_of_fewer_than_five_is_shown_nor_worked_out(cells: list[MarketCell], line: int) -> None:
    table = market_table(_calibration(cells), line, "japanese")
    shown = [n for row in table.rows for n in row.counts]
    assert all(n is None or n == 0 or n >= LEAST for n in shown)
    hidden = sum(1 for n in shown if n is None)
    others = sum(1 for n in shown if n)
    assert hidden != 1 or others == 0
    assert table.viable == sum(c.count for c in cells if c.without_language >= line)
    if not hidden:
        assert sum(n or 0 for n in shown) == table.viable


def test_a_lone_small_cell_takes_the_next_smallest_with_it() -> None:
    assert withheld({(1, 1): 3, (1, 2): 9, (1, 3): 40}) == {(1, 1): None, (1, 2): None, (1, 3): 40}
    assert withheld({(1, 1): 3, (1, 2): 2, (1, 3): 40}) == {(1, 1): None, (1, 2): None, (1, 3): 40}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_note_says_how_many_are_reachable_and_why_not(house: Any, locale: str) -> None:
    from plugin.alignment.posting import note_text

    with house.work.writing() as session:
        from plugin.rows import Profile

        person = session.exec(select(Profile).where(Profile.profile_id == "p003")).one()
        person.contact_basis = "none"
        session.add(person)
    house.ring()
    with house.reading() as session:
        calibration = house.calibration(session)
        text = note_text(shortlist_view(session, calibration, masked=True, locale=locale, vault=house.work.vault))
    lines = text.splitlines()
    numbered = [line for line in lines if line.split(".")[0].isdigit()]
    assert len(numbered) == 20 and calibration.short_id in lines[0]
    assert ("19" in lines[1]) and ("75点以上" if locale == "ja" else "75 points or more") in lines[2]
    assert ("ご連絡の根拠がありません" if locale == "ja" else "no basis for contacting them") in numbered[3]
