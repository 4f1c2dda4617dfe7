"""A manager's free times: given ones, a calendar's gaps, or proposals; never twice taken, never outside the promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from plugin.pipeline.calendar import is_business_day
from plugin.pipeline.feeds import set_addresses
from plugin.pipeline.slots import slots_of
from plugin.pipeline.times_given import read_times, set_times, times_given
from plugin.rows import Connection, MeetingTime, Requisition, Staff

TOKYO = ZoneInfo("Asia/Tokyo")
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def requisition(work: Any, connection: Connection) -> int:
    with work.writing() as session:
        staff = Staff(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            ats_id="m",
            name="鈴木 健一",
            email="suzuki@example.com",
            created_at=work.clock.now(),
        )
        session.add(staff)
        session.flush()
        row = Requisition(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            ats_id="r1",
            title="エンジニア",
            status="open",
            manager_id=staff.key,
            created_at=work.clock.now(),
        )
        session.add(row)
        session.flush()
        return row.key


def row_of(session: Session, requisition: int) -> Requisition:
    return session.get_one(Requisition, requisition)


def test_proposals_stand_on_business_days_at_noon_and_in_the_evening(work: Any, requisition: int) -> None:
    now = work.clock.now()
    with work.reading() as session:
        found = slots_of(session, requisition, after=now, before=now + timedelta(days=14))
    local = [slot.starts_at.astimezone(TOKYO) for slot in found]
    assert {slot.source for slot in found} == {"proposed"}
    assert {moment.hour for moment in local} == {12, 18, 19, 20}
    assert all(is_business_day(moment.date()) for moment in local)
    assert not any(moment.date().isoformat() == "2026-11-23" for moment in local), "勤労感謝の日"


def test_given_times_come_first_and_can_be_taken_back(work: Any, requisition: int) -> None:
    now = work.clock.now()
    times = [now + timedelta(days=day) for day in (3, 4, 5)]
    with work.writing() as session:
        set_times(session, row_of(session, requisition), 1, times, 45, by="staff:1")
        set_times(session, row_of(session, requisition), 1, times[:2], 45, by="staff:1")
    with work.reading() as session:
        found = slots_of(session, requisition, after=now, before=now + timedelta(days=30))
        assert [(slot.starts_at, slot.source) for slot in found] == [(at, "given") for at in times[:2]]
        assert times_given(session, requisition) == times[:2]
        assert len(session.exec(select(MeetingTime)).all()) == 3


def test_a_feed_leaves_what_it_says_is_free(work: Any, connection: Connection, requisition: int) -> None:
    now = work.clock.now()
    with work.writing() as session:
        row = set_addresses(
            session,
            work.vault,
            session.get_one(Connection, connection.key),
            row_of(session, requisition),
            1,
            feed="https://calendar.google.com/calendar/ical/x/basic.ics",
            scheduling="",
        )
        assert row is not None and row.sealed_feed is not None and b"google" not in row.sealed_feed
        evening = datetime(2026, 11, 24, 18, 30, tzinfo=TOKYO).astimezone(UTC)
        row.busy, row.read_at = [[evening.isoformat(), (evening + timedelta(hours=1)).isoformat()]], now
        session.add(row)
    with work.reading() as session:
        found = slots_of(session, requisition, after=now, before=now + timedelta(days=14))
    on_the_day = [s.starts_at.astimezone(TOKYO).hour for s in found if s.starts_at.astimezone(TOKYO).day == 24]
    assert on_the_day == [12, 20] and {slot.source for slot in found} == {"feed"}


def test_typed_times_are_the_managers_own(work: Any) -> None:
    now = work.clock.now()
    times, wrong = read_times(["2026-11-25T18:00", "", "2026-11-25T18:00", "yesterday", "2020-01-01T10:00"], "Asia/Tokyo", now)  # fmt: skip
    assert times == [datetime(2026, 11, 25, 9, 0, tzinfo=UTC)] and wrong == ["yesterday", "2020-01-01T10:00"]


@given(days=st.integers(0, 20), hours=st.integers(0, 200))
def test_every_slot_lies_inside_what_was_asked(work: Any, requisition: int, days: int, hours: int) -> None:
    after = work.clock.now() + timedelta(hours=hours)
    before = after + timedelta(days=days)
    with work.reading() as session:
        found = slots_of(session, requisition, after=after, before=before)
    assert all(after < slot.starts_at and slot.ends_at <= before for slot in found)
    assert [slot.starts_at for slot in found] == sorted({slot.starts_at for slot in found})
