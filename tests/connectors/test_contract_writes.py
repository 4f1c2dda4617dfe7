"""The contract of writing: each thing once, a decision as it stands, what a manager set never written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors import calibration
from connectors.base import Connector
from connectors.records import ApplicationStatus, Attachment, Choice, EventKind, NewEntry, ShortlistPost

PDF = Attachment("職務経歴書.pdf", b"%PDF-1.4 a small one", "application/pdf", "other")


def standing_notes(side: Any, id: str, ref: str) -> int:
    return sum(ref in note for note in side.there.there(id).notes)


def entries(side: Any, id: str, email: str) -> list[Any]:
    return [one for one in side.there.there(id).entries if email in one.emails]


def test_a_shortlist_posted_twice_is_one(side: Any) -> None:
    if not side.can("post_shortlist"):
        return
    id = side.requisition()
    post = ShortlistPost("K-1", "S-1001", "候補者リスト\n1. A-01  82点\n2. A-02  76点")
    note = side.ats.post_shortlist(id, post)
    stands, writes = standing_notes(side, id, "S-1001"), side.there.writes()
    assert note and stands >= 1, "a manager sees it"
    assert side.ats.post_shortlist(id, post) == note
    assert side.connect().post_shortlist(id, post) == note
    assert (standing_notes(side, id, "S-1001"), side.there.writes()) == (stands, writes)
    side.ats.post_shortlist(id, replace(post, ref="S-10012", calibration="K-2"))
    assert standing_notes(side, id, "S-10012") >= 1, "S-1001 is not S-10012"


def test_a_message_is_seen_and_decides_nothing(side: Any) -> None:
    if not side.can("post_message"):
        return
    id = side.requisition()
    if side.ats.supports("read_decision"):
        side.ask(id, "K-1")
    before = side.ats.read_decision(id) if side.ats.supports("read_decision") else None
    for _ in range(2):
        side.ats.post_message(id, "判断を確認しました：75点以上")
    assert standing_notes(side, id, "判断を確認しました：75点以上") == 1
    assert before is None or side.ats.read_decision(id) == before


def test_a_decision_is_read_echoed_and_undone(side: Any) -> None:
    if not side.can("read_decision", "post_approval_request"):
        assert side.kind.approval.strength == "acting_link"
        return
    id = side.requisition()
    assert side.ats.read_decision(id).choice is Choice.PENDING, "nobody was asked"
    place = side.ask(id, "K-1")
    assert side.there.there(id).asked == "K-1"
    asked = side.ats.read_decision(id)
    assert (asked.calibration, asked.choice, asked.actor) == ("K-1", Choice.PENDING, None)
    since = len(side.door.rung)

    side.clock_moves()
    side.there.decide(id, "approve", "75")
    decided = side.ats.read_decision(id)
    assert (decided.calibration, decided.choice) == ("K-1", Choice.APPROVED)
    assert "75" in decided.line
    if side.kind.approval.strength == "verified":
        assert decided.actor is not None and decided.actor.id == side.there.manager.id
        assert decided.actor.email in ("", side.there.manager.email)
    else:
        assert decided.actor is None, "only an ATS that says who acted names an actor"
    heard_of(side, id, place, since)

    writes = side.there.writes()
    assert side.ask(id, "K-1") == place
    assert side.ats.read_decision(id) == decided and side.there.writes() == writes, "an echo writes nothing"

    side.clock_moves()
    side.there.decide(id, "pending")
    assert side.ats.read_decision(id).choice is Choice.PENDING, "what was taken back stands no more"
    side.clock_moves()
    side.there.decide(id, "decline")
    assert side.ats.read_decision(id).choice is Choice.DECLINED


def heard_of(side: Any, id: str, place: str, since: int) -> None:
    """A decision rings with the requisition or the place it is made on, or it is polled."""
    if side.kind.decisions_polled:
        return
    assert side.ats.supports("verify") or not place
    if not side.ats.supports("verify"):
        assert id in {one.id for one in side.ats.requisitions(side.clock.now() - side.a_minute)}
        return
    wanted = (EventKind.APPLICATION, place) if place else (EventKind.REQUISITION, id)
    side.heard(
        lambda rung: any(
            (event.kind, event.id) == wanted for one in rung[since:] for event in side.ats.parse(one.request)
        )
    )


def test_a_new_calibration_asks_anew(side: Any) -> None:
    if not side.can("read_decision", "post_approval_request"):
        return
    id = side.requisition()
    side.ask(id, "K-1")
    side.clock_moves()
    side.there.decide(id, "approve", "75")
    decided = side.ats.read_decision(id)
    side.clock_moves()
    side.ask(id, "K-2", seen=decided)
    anew = side.ats.read_decision(id)
    assert (anew.calibration, anew.choice) == ("K-2", Choice.PENDING), "no earlier approval passes for a new one"
    assert side.there.there(id).asked == "K-2"
    side.clock_moves()
    side.there.decide(id, "approve", "80")
    again = side.ats.read_decision(id)
    assert (again.calibration, again.choice) == ("K-2", Choice.APPROVED) and "80" in again.line


def test_a_decision_made_between_our_read_and_our_write_is_kept(side: Any) -> None:
    if not side.can("read_decision", "post_approval_request"):
        return
    id = side.requisition()
    side.ask(id, "K-1")
    seen = side.ats.read_decision(id)
    side.clock_moves()
    side.there.decide(id, "approve", "75")
    writes = side.there.writes()
    side.ask(id, "K-2", seen=seen)
    kept = side.ats.read_decision(id)
    assert (kept.calibration, kept.choice) == ("K-1", Choice.APPROVED) and "75" in kept.line
    assert side.there.writes() == writes, "an edit made meanwhile is written over by nothing"


def test_somebody_elses_decision_is_told_from_the_managers(side: Any) -> None:
    if not side.can("read_decision", "post_approval_request") or side.kind.approval.strength != "verified":
        return
    id = side.requisition()
    side.ask(id, "K-1")
    side.clock_moves()
    try:
        side.there.decide(id, "approve", "75", by=side.there.other_manager.id)
    except PermissionError:
        return  # this ATS lets none but the manager answer
    stands = side.ats.read_decision(id)
    assert stands.choice is Choice.PENDING or stands.actor.id == side.there.other_manager.id


def test_calibration_people_are_shown_to_nobody(side: Any) -> None:
    if not side.can("post_approval_request"):
        return
    began = side.clock.now() - side.a_minute
    id = side.requisition()
    place = side.ask(id, "K-1")
    if side.ats.supports("post_shortlist"):
        side.ats.post_shortlist(id, ShortlistPost("K-1", "S-1", "1. A-01"))
    if side.can("applications"):
        assert side.ats.applications(requisition_id=id) == []
    if side.can("candidates"):
        assert not [one for one in side.ats.candidates(None) if made_up(one.first_name, one.emails, one.tags)]
    if side.can("past_candidates"):
        people = side.ats.past_candidates(None).people
        assert not [one for one in people if made_up(one.candidate.first_name, one.candidate.emails, ())]
    if side.can("find_candidates"):
        options = side.there.connection()["options"]
        assert side.ats.find_candidates(email=calibration.address(options, id)) == []
    if place and side.can("people_page"):
        made = side.there.world.applications.get(place)
        assert made is None or made.person_id not in {change.id for change in side.ats.people_changed(began)}
    assert side.there.there(id).entries == (), "tagged, so that reports leave them out"


def made_up(first_name: str, emails: tuple[str, ...], tags: tuple[str, ...]) -> bool:
    return first_name == calibration.FIRST_NAME or calibration.is_ours({}, emails, tags)


def test_a_yes_is_one_person_and_one_application(side: Any) -> None:
    if not side.can("add_entry"):
        return
    id = side.requisition()
    entry = side.entry(id)
    first = side.ats.add_entry(entry)
    writes = side.there.writes()
    assert not first.found and first.candidate_id and first.application_id
    for again in (entry, replace(entry, candidate_id=first.candidate_id), replace(entry, email=entry.email.upper())):
        second = side.ats.add_entry(again)
        assert (second.candidate_id, second.application_id, second.found) == (
            first.candidate_id,
            first.application_id,
            True,
        )
    assert side.there.writes() == writes
    (stands,) = entries(side, id, entry.email)
    assert (stands.application_id, stands.person_id) == (first.application_id, first.candidate_id)
    if side.can("applications"):
        (mine,) = side.ats.applications(candidate_id=first.candidate_id, requisition_id=id)
        assert (mine.id, mine.status, mine.requisition_id) == (first.application_id, ApplicationStatus.ACTIVE, id)
        assert first.application_id in {one.id for one in side.ats.applications(requisition_id=id)}


def test_somebody_the_ats_knows_is_not_made_again(side: Any) -> None:
    if not side.can("add_entry", "find_candidates"):
        return
    first, second = side.requisition(), side.requisition()
    entry = side.entry(first)
    known = side.ats.add_entry(entry)
    entered = side.ats.add_entry(replace(entry, requisition_id=second, ref="K-again"))
    assert entered.application_id != known.application_id
    if known.candidate_id != known.application_id:  # where a candidate is one application, there is nobody else to find
        assert entered.candidate_id == known.candidate_id
        listed = side.there.add_person("次郎", "見本", f"jiro{first}@example.com")
        assert side.ats.add_entry(side.entry(first, email=f"jiro{first}@example.com")).candidate_id == listed
    assert [len(entries(side, id, entry.email)) for id in (first, second)] == [1, 1]


def test_who_was_merged_meanwhile_is_found_by_address(side: Any) -> None:
    if not side.can("add_entry", "find_candidates"):
        return
    id = side.requisition()
    entry = side.entry(id)
    entered = side.ats.add_entry(entry)
    if entered.candidate_id == entered.application_id:
        return  # a candidate is one application: nobody can be merged
    other = side.there.add_person("花子", "見本", f"other{id}@example.com")
    side.there.merge_people(entered.candidate_id, other)
    again = side.ats.add_entry(replace(entry, candidate_id=entered.candidate_id))
    assert (again.candidate_id, again.found) == (other, True)
    assert len(entries(side, id, entry.email)) == 1


def test_notes_tags_and_files_stand_once(side: Any) -> None:
    if not side.can("add_entry"):
        return
    id = side.requisition()
    entry: NewEntry = side.entry(id)
    entered = side.ats.add_entry(entry)
    for _ in range(2):
        if side.can("note"):
            side.ats.note(entered.candidate_id, "N-77", "面接のお約束：5営業日以内")
        if side.can("tag"):
            side.ats.tag(entered.candidate_id, "面接確約")
        if side.can("attach"):
            side.ats.attach(entered.application_id, "N-77", PDF)
    writes = side.there.writes()
    ways: tuple[tuple[str, Callable[[Connector], Any]], ...] = (
        ("note", lambda ats: ats.note(entered.candidate_id, "N-77", "面接のお約束：5営業日以内")),
        ("tag", lambda ats: ats.tag(entered.candidate_id, "面接確約")),
        ("attach", lambda ats: ats.attach(entered.application_id, "N-77", PDF)),
    )
    for method, again in ways:
        if side.ats.supports(method):
            again(side.connect())
    assert side.there.writes() == writes
    (stands,) = entries(side, id, entry.email)
    assert sum("N-77" in note and "5営業日" in note for note in stands.notes) == side.ats.supports("note")
    assert stands.tags.count("面接確約") == side.ats.supports("tag")
    assert sum("職務経歴書" in name for name in stands.files) == side.ats.supports("attach")


def test_a_move_is_made_once(side: Any) -> None:
    if not side.can("add_entry", "move", "stages"):
        return
    id = side.requisition()
    entry = side.entry(id)
    entered = side.ats.add_entry(entry)
    target = side.ats.stages(id)[1]
    side.ats.move(entered.application_id, target.id)
    assert entries(side, id, entry.email)[0].stage == target.name
    if side.can("applications"):
        (mine,) = side.ats.applications(candidate_id=entered.candidate_id, requisition_id=id)
        assert mine.stage in (target.name, target.id)
    writes = side.there.writes()
    side.ats.move(entered.application_id, target.id)
    assert side.there.writes() == writes


@pytest.mark.parametrize("stage", [0, 1])
def test_a_yes_enters_where_it_was_told_to(side: Any, stage: int) -> None:
    if not side.can("add_entry", "stages"):
        return
    id = side.requisition()
    wanted = side.ats.stages(id)[stage]
    entry = side.entry(id, stage_id=wanted.id)
    side.ats.add_entry(entry)
    assert entries(side, id, entry.email)[0].stage == wanted.name
