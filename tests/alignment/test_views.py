"""One shortlist for everybody; every number with its denominator."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from plugin.alignment.views import shortlist_view
from plugin.i18n import LOCALES
from plugin.people import delete_profiles
from plugin.rows import ShortlistEntry


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
