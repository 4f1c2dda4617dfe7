"""A requisition whose ATS has no place yet to show a shortlist: a task says what to make, the manager is asked by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from connectors.base import ATSError, Unsupported
from connectors.records import RequisitionStatus, Said, ShortlistPost
from plugin.rows import Job, Task
from plugin.tasks import close_task

MAKE_ONE = Said("register a candidacy to ask on", "確認用の応募を登録してください")


def test_the_recruiter_is_told_what_to_make_and_the_manager_is_asked_by_mail(house: Any, monkeypatch: Any) -> None:
    def nowhere(requisition_id: str, post: ShortlistPost) -> str:
        raise Unsupported(MAKE_ONE)

    monkeypatch.setattr(house.ats, "post_shortlist", nowhere)
    house.ring()
    house.settle()
    with house.reading() as session:
        task = session.exec(select(Task).where(Task.kind == "no_place_in_ats")).one()
        assert task.facts["said"] == {"en": str(MAKE_ONE), "ja": MAKE_ONE.ja}
        assert house.calibration(session).posted_at is None, "what nobody was shown was not posted"
        assert session.exec(select(Job).where(Job.state == "parked")).all() == []
    assert len(house.mails("nudge")) == 1

    monkeypatch.undo()
    house.clock.move(timedelta(hours=1, minutes=1))
    house.settle()
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "no_place_in_ats")).one().state == "done"
        assert house.calibration(session).posted_at is not None
    assert len(house.mails("nudge")) == 1, "who was asked is not asked again"


def test_what_the_ats_refuses_for_good_keeps_no_manager_waiting(house: Any, monkeypatch: Any) -> None:
    def refused(requisition_id: str, post: ShortlistPost) -> str:
        raise ATSError("there is no field of that key", status=422, permanent=True)

    monkeypatch.setattr(house.ats, "post_shortlist", refused)
    house.ring()
    house.settle()
    with house.reading() as session:
        task = session.exec(select(Task).where(Task.kind == "no_place_in_ats")).one()
        assert task.facts["said"]["ja"] == "there is no field of that key", "the vendor's own words"
        assert session.exec(select(Job).where(Job.state == "parked")).all() == []
    assert len(house.mails("nudge")) == 1
    monkeypatch.undo()
    house.clock.move(timedelta(hours=1, minutes=1))
    house.settle()
    with house.reading() as session:
        assert session.exec(select(Task).where(Task.kind == "no_place_in_ats")).one().state == "done"


def test_nobody_looks_again_once_a_person_says_that_none_will_be_made(house: Any, monkeypatch: Any) -> None:
    asked: list[str] = []

    def nowhere(requisition_id: str, post: ShortlistPost) -> str:
        asked.append(requisition_id)
        raise Unsupported(MAKE_ONE)

    monkeypatch.setattr(house.ats, "post_shortlist", nowhere)
    house.ring()
    house.settle()
    house.clock.move(timedelta(hours=1, minutes=1))
    house.settle()
    assert len(asked) == 2
    with house.work.writing() as session:
        task = session.exec(select(Task).where(Task.kind == "no_place_in_ats")).one()
        close_task(session, task.employer_id, task.kind, task.name.partition(":")[2], by="staff:2")
    for _ in range(3):
        house.clock.move(timedelta(hours=1, minutes=1))
        house.settle()
    assert len(asked) == 3


def test_nobody_looks_again_once_the_requisition_is_closed(house: Any, monkeypatch: Any) -> None:
    asked: list[str] = []

    def nowhere(requisition_id: str, post: ShortlistPost) -> str:
        asked.append(requisition_id)
        raise Unsupported(MAKE_ONE)

    monkeypatch.setattr(house.ats, "post_shortlist", nowhere)
    house.ring()
    house.settle()
    house.ats.change(status=RequisitionStatus.CLOSED)
    house.ring()
    for _ in range(4):
        house.clock.move(timedelta(hours=1, minutes=1))
        house.settle()
    assert len(asked) <= 2


def test_both_languages_stand_where_the_reader_is_not_known() -> None:
    error = Unsupported(MAKE_ONE)
    assert str(error) == f"{MAKE_ONE} / {MAKE_ONE.ja}"
    assert (error.in_language("ja"), error.in_language("en")) == (MAKE_ONE.ja, str(MAKE_ONE))
    assert str(Unsupported("no such call")) == Unsupported("no such call").in_language("ja") == "no such call"
