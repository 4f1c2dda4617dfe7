"""An agency puts nobody before its client who has not agreed to it: the yes waits with owner and clock, and is not lost."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.pipeline.entries import decide_duplicate
from plugin.rows import Employer, Entry, Requisition, Scout
from plugin.scouting.disclosure import consent


@pytest.fixture
def agency(world: Any) -> Any:
    with world.work.writing() as session:
        session.get_one(Employer, world.connection.employer_id).mode = "agency"
    return world


def said_yes(world: Any) -> Any:
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    return scout


def test_a_yes_waits_for_the_consent_and_then_enters_once(agency: Any) -> None:
    scout = said_yes(agency)
    entry = agency.entry(scout)
    assert (entry.state, entry.because) == ("deciding", "consent_missing")
    assert entry.owner_id is not None and entry.held_until == agency.promise(scout).due_at
    assert not agency.ats.applications(), "nothing of them stands in the client's ATS"
    assert len(agency.mails("candidate_receipt")) == 1, "they hear at once, and where to agree"
    with agency.work.writing() as session:
        assert consent(session, session.get_one(Scout, scout.key), "candidate")
    agency.work_all()
    assert agency.entry(scout).state == "entered" and len(agency.ats.applications()) == 1
    assert len(agency.mails("candidate_receipt")) == 1
    assert agency.tasks("entry_stuck") == []


def test_nobody_here_enters_them_instead(agency: Any) -> None:
    scout = said_yes(agency)
    with agency.work.writing() as session:
        decide_duplicate(session, session.get_one(Entry, agency.entry(scout).key), by="staff:1")
    agency.work_all()
    assert agency.entry(scout).because == "consent_missing" and not agency.ats.applications()


def test_an_employer_named_from_the_start_needs_no_second_question(agency: Any) -> None:
    with agency.work.writing() as session:
        session.get_one(Requisition, agency.requisition.key).disclosure = "full"
    assert agency.entry(said_yes(agency)).state == "entered"


def test_in_house_the_ats_is_ones_own(world: Any) -> None:
    assert world.entry(said_yes(world)).state == "entered"
