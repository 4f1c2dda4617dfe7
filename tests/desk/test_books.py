"""The books: what several do at once, and what nobody wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.base import ATSError
from connectors.records import Attachment, EntryKind, EventKind, NewEntry
from plugin.desk.books import ON_A_PAGE
from plugin.rows import DeskApplication, DeskFile, DeskPerson, DeskRequisition, Job

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])


def entry(position: int, ref: str = "K-1", **how: Any) -> NewEntry:
    values = {"email": "taro@example.com", "phone": "", **how}
    return NewEntry(str(position), ref, EntryKind.APPLICATION, "太郎", "見本", **values)


def test_one_person_entered_at_once_on_two_positions_is_one(desk: Any) -> None:
    positions = [desk.position(), desk.position(title="SRE")]
    with ThreadPoolExecutor(6) as hands:
        made = list(hands.map(lambda number: desk.ats.add_entry(entry(positions[number % 2])), range(6)))
    assert len(desk.all(DeskPerson)) == 1 and len(desk.all(DeskApplication)) == 2
    assert len({one.candidate_id for one in made}) == 1
    assert sum(not one.found for one in made) == 2


@ONE_DATABASE
def test_lists_come_by_the_page_and_go_on_where_they_stood(desk: Any) -> None:
    position = desk.position()
    row = desk.one(DeskRequisition)
    with desk.work.writing() as db:
        for number in range(ON_A_PAGE + 20):
            values = row.model_dump() | {"id": None, "title": f"求人{number}"}
            db.add(DeskRequisition(**values))  # all of one moment: the id tells them apart
    first = desk.ats.requisitions_page(None)
    assert len(first.items) == ON_A_PAGE and first.cursor
    rest = desk.ats.requisitions_page(None, first.cursor)
    ids = [one.id for one in (*first.items, *rest.items)]
    assert len(ids) == len(set(ids)) == ON_A_PAGE + 21 and str(position) in ids and not rest.cursor
    for cursor in ("nonsense", "2026-11-20T00:00:00 1", "2026-11-20T00:00:00+00:00 x"):
        with pytest.raises(ATSError) as problem:
            desk.ats.requisitions_page(None, cursor)
        assert problem.value.permanent


@ONE_DATABASE
def test_what_is_not_there_is_said_and_ids_of_others_are_not_there(desk: Any, other_desk: Any) -> None:
    position = desk.position()
    entered = desk.ats.add_entry(entry(position))
    theirs = other_desk.ats
    for write in (
        lambda ats: ats.add_entry(entry(position)),
        lambda ats: ats.post_message(str(position), "x"),
        lambda ats: ats.note(entered.candidate_id, "N-1", "x"),
        lambda ats: ats.tag(entered.candidate_id, "x"),
        lambda ats: ats.attach(entered.application_id, "N-1", Attachment("x.pdf", b"x", "application/pdf")),
        lambda ats: ats.move(entered.application_id, "first"),
    ):
        with pytest.raises(ATSError) as problem:
            write(theirs)
        assert (problem.value.status, problem.value.permanent) == (404, True)
    assert theirs.find_candidates(email="taro@example.com") == []
    for id in ("", "x", "-1", "1e3", "９", "9" * 30):
        assert desk.ats.requisition(id) is None and desk.ats.candidate(id) is None
    with pytest.raises(ATSError, match="no stage"):
        desk.ats.move(entered.application_id, "nowhere")
    with pytest.raises(ValueError, match="name a candidate"):
        desk.ats.applications()


@ONE_DATABASE
def test_what_is_done_by_hand_owes_a_reading_and_happens_once(desk: Any) -> None:
    position = desk.position()
    desk.read()
    one, other = desk.yes(position), desk.yes(position, number=1)
    began = desk.work.clock.now()
    desk.press(f"/desk/people/{one}/stage", {"stage": "first"})
    desk.press(
        f"/desk/people/{one}/meetings",
        {"starts_at": "2026-11-24T10:00", "minutes": "45", "kind": "interview", "interviewer": "2"},
    )
    desk.press("/desk/meetings/1", {"status": "complete"})
    (meeting,) = desk.ats.interviews(since=began - timedelta(seconds=1))
    assert (meeting.application_id, meeting.status.value) == (str(one), "complete")
    assert meeting.starts_at is not None and meeting.starts_at.isoformat() == "2026-11-24T01:00:00+00:00"
    reads = [job.payload["ats_id"] for job in desk.all(Job, col(Job.kind) == "read_application")]
    assert reads == [str(one)] * 3

    desk.enclose(one)
    stays = desk.one(DeskApplication, col(DeskApplication.id) == other).person_id
    gone = desk.one(DeskApplication, col(DeskApplication.id) == one).person_id
    assert desk.press(f"/desk/people/{one}/merge", {"into": str(stays)}).status_code == 303
    assert desk.press(f"/desk/people/{one}/merge", {"into": str(stays)}).status_code in (303, 400, 404)
    (meeting,) = desk.ats.interviews(application_ids=[str(other)])
    assert meeting.status.value == "complete", "what was held stays held"
    file = desk.one(DeskFile)
    assert file.application_id == other
    assert desk.client().get(f"/desk/files/{file.key}").data == b"%PDF-1.4 small"
    merged = desk.ats.candidate(str(stays))
    assert set(merged.emails) == {"taro0.takasaki@example.com", "taro1.takasaki@example.com"}
    changes = {(change.kind, change.id, change.new_id) for change in desk.ats.people_changed(began)}
    assert (EventKind.CANDIDATE_MERGED, str(gone), str(stays)) in changes
    assert [found.id for found in desk.ats.find_candidates(email="TARO0.takasaki@example.com")] == [str(stays)]
    assert [found.id for found in desk.ats.find_candidates(name="太郎 髙﨑")] == [str(stays)]

    assert desk.press(f"/desk/people/{other}/remove").status_code == 303
    assert desk.ats.candidate(str(stays)) is None and desk.ats.find_candidates(name="髙﨑 太郎") == []
    with desk.work.reading() as db:
        assert set(db.exec(select(DeskPerson.email_hash))) == {""}, "nothing is left to look anybody up by"
