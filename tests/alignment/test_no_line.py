"""Who can't name a line is shown why: by their own verdicts, and by what the evidence says of both sides."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from plugin.alignment import no_line
from plugin.rows import Calibration, Requisition, ShortlistEntry, Verdict


def judge(house: Any, matches: dict[int, tuple[bool, str]], met: dict[int, bool] | None = None) -> no_line.Gap:
    """Verdicts by rank; `met`: whether each of them meets 「Kotlin」."""
    with house.work.writing() as session:
        requisition = session.exec(select(Requisition)).one()
        calibration = session.get_one(Calibration, requisition.calibration_id)
        shown = select(ShortlistEntry).where(col(ShortlistEntry.calibration_id) == calibration.key)
        entries = {row.rank: row for row in session.exec(shown)}
        for rank, (match, reason) in matches.items():
            entry = entries[rank]
            session.add(
                Verdict(
                    employer_id=calibration.employer_id, calibration_id=calibration.key, match=match, reason=reason,
                    staff_id=requisition.manager_id, profile_id=entry.profile_id, created_at=house.clock.now(),
                )
            )  # fmt: skip
            if met is not None:
                row = {"label_ja": "Kotlinの経験", "label_en": "Kotlin", "status": "met" if met[rank] else "not_found"}
                entry.evidence = [{"name": "must", "rows": [row]}]
                session.add(entry)
        session.flush()
        return no_line.gap(session, calibration, requisition.manager_id, inclusive=True)


NO, YES = (False, "too_junior"), (True, "")


@pytest.mark.parametrize(
    ("matches", "kind"),
    [
        ({}, "unseen"),
        ({1: NO, 2: NO, 3: NO}, "all_refused"),
        ({1: YES, 2: YES}, "all_taken"),
        ({1: YES, 2: YES, 5: NO, 6: NO}, "one_line"),
    ],
)
def test_what_verdicts_say(house: Any, matches: dict[int, tuple[bool, str]], kind: str) -> None:
    house.ring()
    found = judge(house, matches)
    assert found.kind == kind
    for locale in ("ja", "en"):
        lines = no_line.said(found, locale)
        assert lines and all("%(" not in line for line in lines)


def test_a_requirement_that_separates_is_named(house: Any) -> None:
    """Low ones taken, high ones refused: the score misses what Kotlin says."""
    house.ring()
    matches = {rank: (YES if rank > 3 else NO) for rank in range(1, 7)}
    found = judge(house, matches, met={rank: rank > 3 for rank in matches})
    assert found.kind == "no_line"
    assert [(one.label("en"), one.taken, one.refused) for one in found.separates] == [("Kotlin", 3, 0)]
    assert "Kotlin" in " ".join(no_line.said(found, "ja"))
    assert found.reasons == (("too_junior", 3),)


def test_nothing_separates_what_is_not_written_down(house: Any) -> None:
    house.ring()
    matches = {rank: (YES if rank > 3 else NO) for rank in range(1, 7)}
    found = judge(house, matches, met=dict.fromkeys(matches, True))
    assert found.kind == "unsaid" and "選考の観点" in no_line.said(found, "ja")[-1]


def test_two_people_are_no_pattern(house: Any) -> None:
    house.ring()
    found = judge(house, {1: NO, 2: YES}, met={1: False, 2: True})
    assert found.separates == ()
