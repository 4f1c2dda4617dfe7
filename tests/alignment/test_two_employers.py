"""R11: nothing crosses between employers, though both have the same requisition, manager and people."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from plugin.alignment import acting, acts
from plugin.alignment.links import LinkRefused, look_at
from plugin.alignment.terms import default_terms
from plugin.people import delete_profiles, identities
from plugin.rows import (
    ActingLink,
    Calibration,
    CalibrationScore,
    Commitment,
    Event,
    GuidanceNote,
    Mail,
    PersonKey,
    Profile,
    ProfileChange,
    RequirementRow,
    Requisition,
    ShortlistEntry,
    Staff,
)

ROWS: tuple[type[SQLModel], ...] = (
    ActingLink,
    Calibration,
    CalibrationScore,
    Commitment,
    Event,
    GuidanceNote,
    Mail,
    PersonKey,
    Profile,
    ProfileChange,
    RequirementRow,
    Requisition,
    ShortlistEntry,
    Staff,
)


def _of(house: Any) -> dict[str, list[dict[str, Any]]]:
    """Everything one employer has, as it stands."""
    with house.reading() as session:
        return {
            table.__name__: [
                row.model_dump()
                for row in session.exec(
                    select(table).where(table.employer_id == house.employer.key).order_by(table.id)  # type: ignore[attr-defined]
                )
            ]
            for table in ROWS
        }


def test_what_one_employer_does_leaves_the_other_as_it_was(two_houses: tuple[Any, Any]) -> None:
    first, second = two_houses
    first.ring()
    second.ring()
    before, written = _of(second), list(second.ats.writes)
    first.ats.edit(line="75")
    first.ring()
    first.ats.describe(first.ats.posts[0].content.replace("700万円", "800万円"))
    first.ring()
    with first.work.writing() as session:
        terms = default_terms(
            first.connection, first.calibration(session), first.manager(session), first.clock.now(), line=70
        )
        acting.decide_by_link(session, first.work, first.link("nudge"), terms)
        acts.set_guidance(session, first.connection, first.requisition(session), "Kubernetes必須", "staff:1")
        delete_profiles(session, first.work.vault, first.employer.key, ["p001", "p002"])
    first.settle()
    assert _of(second) == before and second.ats.writes == written
    with second.reading() as session:
        assert len(identities(session, second.work.vault, second.employer.key, ["p001", "p002"])) == 2


def test_the_same_person_hashes_differently_for_each(two_houses: tuple[Any, Any]) -> None:
    first, second = two_houses
    with first.reading() as session:
        rows = session.exec(select(Profile).where(Profile.profile_id == "p001").order_by(col(Profile.id))).all()
    assert rows[0].email_hash != rows[1].email_hash and rows[0].name_hash != rows[1].name_hash
    assert first.employer.key != second.employer.key


def test_a_link_acts_for_its_own_employer_alone(two_houses: tuple[Any, Any]) -> None:
    first, second = two_houses
    first.ring()
    second.ring()
    with first.reading() as session:
        assert look_at(session, first.link("nudge")).employer_id == first.employer.key
    with first.work.writing() as session:
        # A link of the second house's manager, bent to the first house's calibration.
        link = session.exec(
            select(ActingLink).where(ActingLink.employer_id == second.employer.key, ActingLink.purpose == "decide")
        ).one()
        link.subject_id = first.calibration(session).key
        session.add(link)
    with pytest.raises(LinkRefused, match="not_yours"), second.work.writing() as session:
        calibration = first.calibration(session)
        terms = default_terms(first.connection, calibration, first.manager(session), first.clock.now())
        acting.decide_by_link(session, second.work, second.link("nudge"), terms)
    assert first.commitments() == [] and second.commitments() == []
