"""R4: a yes is never lost and never twice. R9: nothing here rejects or advances anybody."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from connectors.base import ATSError
from connectors.records import Application, ApplicationStatus, Candidate
from plugin.pipeline.entries import accept_yes, decide_duplicate, record_intent
from plugin.pipeline.holding import close_entry, enter_anyway
from plugin.rows import Entry, Job, Profile, Promise, Scout
from plugin.work.handlers import HANDLERS
from plugin.work.worker import Worker
from ranking.values import Dimension, EvidenceRow, Quote, Scored


def test_a_yes_stands_in_the_ats_with_note_tag_and_file(world: Any, shortlisted: Any) -> None:
    scout = world.scout()
    shortlisted(world, scout)
    world.yes(scout)
    world.work_all()
    entry, ats = world.entry(scout), world.ats
    assert (entry.state, len(ats.people), len(ats.standing)) == ("entered", 1, 1)
    person = ats.people[entry.ats_candidate_id]
    assert (person.last_name, person.first_name) == ("山田", "1郎")
    [(candidate, _ref, note)] = ats.notes
    assert candidate == person.id
    for words in (
        "82点",
        "75点以上",
        "2026年11月30日",
        "開発部長",
        "Python: 該当 「Pythonで開発」",
        "ぜひ一度お話を",
        "C-1",
        "勤労感謝の日",
    ):
        assert words in note, words
    assert ats.tags == [(person.id, "面接確約")]
    [(application, _, sheet)] = ats.files
    assert application == entry.ats_application_id and "ぜひ一度お話を" in sheet.content.decode()
    assert world.open_jobs() == []


def test_somebody_above_the_line_but_not_shown_has_evidence_too(world: Any) -> None:
    scout, changed = world.scout(), world.scout()
    row = EvidenceRow("go", "Go言語", "Go", "met", 20, 20, profile=Quote("Goで3年", 0, 5))
    desk = world.work.judge(scout.employer_id)
    desk.judged[scout.profile_id] = Scored(scout.profile_id, 1, scout.score, (Dimension("must", 20, 20, (row,)),))
    desk.judged[changed.profile_id] = Scored(changed.profile_id, 2, 12, (Dimension("must", 20, 20, (row,)),))
    for one in (scout, changed):
        world.yes(one)
    world.work_all()
    notes = {candidate: body for candidate, _, body in world.ats.notes}
    assert "Go言語: 該当 「Goで3年」" in notes[world.entry(scout).ats_candidate_id]
    other = notes[world.entry(changed).ats_candidate_id]
    assert "Go言語" not in other and "プロフィールが更新" in other, "evidence of another number is not shown"


def test_the_candidate_hears_the_date_and_never_score_or_line(world: Any, shortlisted: Any) -> None:
    scout = world.scout()
    shortlisted(world, scout)
    world.yes(scout)
    world.work_all()
    [mail] = world.mails("candidate_receipt")
    text = world.text_of(mail)
    for words in (
        "山田様",
        "2026年11月30日(月)まで",
        "面接の実施をお約束するもので、採用をお約束するものではありません",
        "開発部長",
        "東京都千代田区",
    ):
        assert words in text, words
    for secret in ("82", "75", "点", "C-1", "A-01", "%("):
        assert secret not in text, secret
    assert mail.person == scout.profile_id and mail.commitment_id == world.commitment.key


def test_manager_and_recruiter_hear_once_each(world: Any) -> None:
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    world.yes(scout)
    world.work_all()
    told = world.mails("recruiter_notice")
    assert {mail.staff_id for mail in told} == {world.manager.key, world.recruiter.key} and len(told) == 2
    assert "2026年11月30日(月)までに開発部長との面接" in world.text_of(told[0])


def test_a_yes_after_the_reply_deadline_makes_an_entry_and_an_honest_receipt(world: Any, in_tokyo: Any) -> None:
    on_time, late = world.scout(), world.scout()
    world.yes(on_time, at=in_tokyo(2026, 12, 4, 23, 59, 59))
    world.yes(late, at=in_tokyo(2026, 12, 5, 0, 0, 0))
    world.work_all()
    assert world.promise(on_time).due_date.isoformat() == "2026-12-11"
    assert world.promise(late) is None and world.entry(late).state == "entered"
    texts = [world.text_of(mail) for mail in world.mails("candidate_receipt")]
    assert ["お約束の内容" in text for text in texts] == [True, False]
    assert "期限を過ぎていた" in texts[1]


def test_a_letter_that_left_binds_though_the_commitment_was_undone_and_the_requisition_closed(world: Any) -> None:
    scout = world.scout()
    with world.work.writing() as session:
        commitment = session.get_one(type(world.commitment), world.commitment.key)
        commitment.state = "undone"
        session.add(commitment)
    world.set_status("closed")
    world.yes(scout)
    assert world.promise(scout) is not None
    assert world.entry(scout).state == "holding"


@pytest.mark.parametrize("state", ["drafted", "queued", "stopped", "excluded", "refused"])
def test_a_letter_that_never_left_promised_nothing(world: Any, state: str) -> None:
    scout = world.scout(state=state)
    world.yes(scout)
    world.work_all()
    assert world.promise(scout) is None and world.entry(scout).state == "entered"


@pytest.mark.parametrize("state", ["sending", "unknown", "bounced"])
def test_a_letter_that_may_have_left_binds_whoever_answers_it_has_it(world: Any, state: str) -> None:
    scout = world.scout(state=state)
    world.yes(scout)
    assert world.promise(scout) is not None


@pytest.mark.parametrize("reason", ["bounced", "not_delivered"])
def test_whoever_answers_a_letter_reported_lost_has_it(world: Any, reason: str) -> None:
    scout = world.scout(state="refused")
    with world.work.writing() as session:
        row = session.get_one(Scout, scout.key)
        row.reason = reason
        session.add(row)
    world.yes(scout)
    assert world.promise(scout) is not None


def test_a_standard_letter_promises_nothing(world: Any) -> None:
    scout = world.scout(committed=False)
    world.yes(scout)
    world.work_all()
    assert world.promise(scout) is None
    [receipt] = world.mails("candidate_receipt")
    text = world.text_of(receipt)
    assert "約束" not in text and "期限" not in text
    assert world.ats.tags[0][1] == "スカウト返信あり"


def test_a_yes_understood_later_but_received_in_time_still_makes_the_promise(world: Any, in_tokyo: Any) -> None:
    scout = world.scout()
    world.yes(scout, at=in_tokyo(2026, 12, 5, 9))
    world.work_all()
    assert world.promise(scout) is None
    world.yes(scout, at=in_tokyo(2026, 12, 3, 9))
    world.work_all()
    assert world.promise(scout).due_date.isoformat() == "2026-12-10"
    assert len(world.ats.standing) == 1
    assert [("お約束の内容" in world.text_of(mail)) for mail in world.mails("candidate_receipt")] == [False, True]
    assert "2026年12月10日" in world.ats.notes[-1][2]


def test_a_requisition_not_open_holds_the_yes_with_owner_and_clock_and_opening_moves_it(world: Any) -> None:
    world.set_status("draft")
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    entry = world.entry(scout)
    assert (entry.state, entry.owner_id) == ("holding", world.recruiter.key)
    assert entry.held_until == world.promise(scout).due_at
    [task] = world.tasks("holding")
    assert task.owner_id == world.recruiter.key and task.due == entry.held_until
    [letter] = world.mails("holding")
    assert "募集開始前の受付" in world.text_of(letter) and "2026年11月30日" in world.text_of(letter)
    assert world.ats.standing == {}
    world.set_status("open")
    world.work_all()
    assert world.entry(scout).state == "entered" and len(world.ats.standing) == 1
    assert world.tasks("holding") == []


def test_a_closing_the_ats_knew_first_holds_the_yes(world: Any) -> None:
    world.set_status("closed", in_ats_only=True)
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    assert (world.entry(scout).state, world.ats.standing) == ("holding", {})
    world.tick()
    assert [event.what for event in world.events("entry")] == ["yes", "held"], "our stale row doesn't let it go"
    world.set_status("closed")
    world.set_status("open")
    world.work_all()
    assert world.entry(scout).state == "entered"


def test_closing_asks_a_person_and_only_a_person_ends_it(world: Any) -> None:
    world.set_status("draft")
    promised, plain = world.scout(), world.scout(committed=False)
    world.yes(promised)
    world.yes(plain)
    world.set_status("closed")
    world.work_all()
    assert len(world.tasks("holding_closed")) == 2 and len(world.tasks("promise_on_closed")) == 1
    with world.work.writing() as session:
        entry = session.get_one(Entry, world.entry(plain).key)
        with pytest.raises(ValueError, match="why"):
            close_entry(session, entry, by="staff:1", because=" ")
        close_entry(session, entry, by="staff:1", because="told by telephone", vault=world.work.vault)
        owed = session.get_one(Entry, world.entry(promised).key)
        with pytest.raises(ValueError, match="owed"):
            close_entry(session, owed, by="staff:1", because="told")
        enter_anyway(session, owed, by="staff:1")
    world.work_all()
    assert (world.entry(promised).state, world.entry(plain).state) == ("entered", "closed")
    assert (world.entry(plain).because, world.said(world.entry(plain))) == ("closed_by_hand", "told by telephone")
    world.yes(plain)
    assert [task.kind for task in world.tasks("yes_again")] == ["yes_again"]


def _stranger(world: Any, **facts: Any) -> Candidate:
    person = Candidate(**{"id": "900", "first_name": "1郎", "last_name": "山田", **facts})
    world.ats.people[person.id] = person
    return person


def test_blanks_around_an_address_make_nobody_else(world: Any) -> None:
    first = world.scout(email="hanako@example.com")
    world.yes(first)
    world.work_all()
    second = world.scout(email=" hanako@example.com ")
    world.yes(second)
    world.work_all()
    assert len(world.ats.people) == 1
    assert world.entry(first).ats_candidate_id == world.entry(second).ats_candidate_id


def test_the_same_address_is_the_same_person(world: Any) -> None:
    scout = world.scout()
    _stranger(world, emails=(f"person1.{world.connection.key}@example.com",), last_name="旧姓")
    world.yes(scout)
    world.work_all()
    assert world.entry(scout).ats_candidate_id == "900" and len(world.ats.people) == 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, "name"),
        ({"first_name": "山田", "last_name": "1郎"}, "name"),
        ({"company": "例示商事"}, "name"),
        ({"first_name": "太郎", "last_name": "山田", "phones": ("+81 90-0000-0001",)}, "phone"),
    ],
)
def test_a_possible_match_stops_for_a_person(world: Any, facts: dict[str, Any], why: str) -> None:
    scout = world.scout(phone="090-0000-0001")
    _stranger(world, **facts)
    world.yes(scout)
    world.work_all()
    entry = world.entry(scout)
    assert (entry.state, entry.because, entry.owner_id) == ("deciding", "possible_duplicate", world.recruiter.key)
    [task] = world.tasks("possible_duplicate")
    assert task.facts["candidates"] == [["900", why]] and task.due == entry.held_until
    assert world.ats.standing == {}
    with world.work.writing() as session:
        decide_duplicate(session, session.get_one(Entry, entry.key), by="staff:2", candidate_id="900")
    world.work_all()
    assert world.entry(scout).ats_candidate_id == "900" and len(world.ats.people) == 1
    assert world.tasks("possible_duplicate") == []


def test_a_namesake_elsewhere_is_somebody_else_and_a_person_may_say_so_too(world: Any) -> None:
    first, second = world.scout(), world.scout(name="田中 実")
    _stranger(world, company="架空物産")
    world.yes(first)
    world.work_all()
    assert world.entry(first).state == "entered" and len(world.ats.people) == 2
    _stranger(world, id="901", first_name="実", last_name="田中")
    world.yes(second)
    world.work_all()
    assert world.entry(second).state == "deciding"
    with world.work.writing() as session:
        decide_duplicate(session, session.get_one(Entry, world.entry(second).key), by="staff:2")
    world.work_all()
    assert world.entry(second).state == "entered" and world.entry(second).ats_candidate_id != "901"


def test_somebody_rejected_there_before_is_a_persons_decision(world: Any) -> None:
    scout = world.scout()
    person = _stranger(world, emails=(f"person1.{world.connection.key}@example.com",))
    world.ats.standing["77"] = Application("77", person.id, "4001", ApplicationStatus.REJECTED)
    world.yes(scout)
    world.work_all()
    [task] = world.tasks("possible_duplicate")
    assert task.facts["candidates"] == [["900", "finished_here"]]
    assert world.ats.standing["77"].status is ApplicationStatus.REJECTED


def test_what_the_ats_refuses_waits_for_a_person_with_its_words(world: Any) -> None:
    world.ats.script = ["refuse"]
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    entry = world.entry(scout)
    assert (entry.state, entry.because) == ("deciding", "refused")
    [task] = world.tasks("entry_stuck")
    assert world.said(entry) == "this is not allowed" and task.owner_id == world.recruiter.key
    with world.work.writing() as session:
        decide_duplicate(session, session.get_one(Entry, entry.key), by="staff:2")
    world.work_all()
    assert world.entry(scout).state == "entered" and len(world.ats.standing) == 1


def test_somebody_who_said_stop_after_the_yes_gets_no_more_mail(world: Any) -> None:
    from plugin.scouting.suppression import suppress

    scout = world.scout()
    world.yes(scout)
    with world.work.writing() as session:
        suppress(
            session,
            world.work.vault,
            employer_id=scout.employer_id,
            address=f"person1.{world.connection.key}@example.com",
        )
    world.work_all()
    assert world.entry(scout).state == "entered" and world.mails("candidate_receipt") == []
    assert len(world.mails("recruiter_notice")) == 2


def test_two_yeses_at_the_same_moment_make_one_entry(world: Any) -> None:
    scout = world.scout()
    replies = [world.reply(scout) for _ in range(4)]
    start = threading.Barrier(4)
    found: list[int] = []

    def take(reply: Any) -> None:
        start.wait(5)
        with world.work.writing() as session:
            entry = accept_yes(
                session,
                world.work.vault,
                connection=world.connection,
                scout=session.get_one(Scout, scout.key),
                reply_id=reply.key,
                received_at=reply.received_at,
                now=world.clock.now(),
            )
            found.append(entry.key)

    threads = [threading.Thread(target=take, args=(reply,)) for reply in replies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    world.work_all()
    assert len(world.ats.standing) == 1
    with world.work.reading() as session:
        assert len(session.exec(select(Promise)).all()) == 1


@pytest.mark.parametrize(
    ("kind", "before", "after"), [("prospect", "", "応募書類確認"), ("casual", "カジュアル面談", "一次面接")]
)
def test_only_a_recorded_intent_moves_an_entry_on(new_world: Any, kind: str, before: str, after: str) -> None:
    stage = "カジュアル面談" if kind == "casual" else ""
    world = new_world(entry_kind=kind, entry_stage=stage)
    scout = world.scout()
    world.yes(scout)
    world.work_all()
    id = world.entry(scout).ats_application_id
    assert world.ats.standing[id].stage == before and world.ats.moves == []
    for _ in range(2):
        with world.work.writing() as session:
            record_intent(session, session.get_one(Entry, world.entry(scout).key), "staff:2")
        world.work_all()
    assert world.ats.standing[id].stage == after and len(world.ats.moves) == 1
    assert [event.what for event in world.events("entry")].count("intent") == 1


def test_an_intent_moves_nobody_whom_people_have_moved_or_ended(new_world: Any) -> None:
    world = new_world(entry_kind="casual", entry_stage="カジュアル面談")
    scouts = [world.scout(), world.scout()]
    for scout in scouts:
        world.yes(scout)
    world.work_all()
    moved, ended = (world.entry(scout).ats_application_id for scout in scouts)
    world.ats.standing[moved] = replace(world.ats.standing[moved], stage="一次面接")
    world.ats.standing[ended] = replace(world.ats.standing[ended], status=ApplicationStatus.REJECTED)
    with world.work.writing() as session:
        for scout in scouts:
            record_intent(session, session.get_one(Entry, world.entry(scout).key), "staff:2")
    world.work_all()
    assert world.ats.moves == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("yes"), st.integers(0, 1)),
        st.tuples(st.just("status"), st.sampled_from(["open", "draft", "closed"])),
        st.tuples(st.just("ats_only"), st.sampled_from(["open", "closed"])),
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("fail"), st.sampled_from(["drop", "late", "lost", "limit", "surprise"])),
        st.tuples(st.just("tick"), st.just(0)),
        st.tuples(st.just("hours"), st.integers(1, 30)),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=15)
@given(steps=STEPS)
def test_never_lost_never_twice_nobody_moved(new_world: Any, clock: Any, steps: list[tuple[str, Any]]) -> None:
    world = new_world(reply_deadline=(clock.now() + timedelta(days=60)).date())
    scouts = [world.scout(), world.scout(committed=False)]
    said: set[int] = set()
    told: dict[int, Any] = {}
    for step, value in steps:
        if step == "yes":
            world.yes(scouts[value])
            said.add(value)
        elif step == "status":
            world.set_status(value)
        elif step == "ats_only":
            world.set_status(value, in_ats_only=True)
        elif step == "fail":
            world.ats.script.append(value)
        elif step == "work":
            world.work_all()
        elif step == "tick":
            world.tick()
        else:
            world.clock.move(timedelta(hours=value))
        for number in said:
            _has_a_place(world, scouts[number])
            promise = world.promise(scouts[number])
            if promise is not None:
                assert told.setdefault(number, promise.due_at) == promise.due_at
        assert len(world.ats.standing) <= len(said)
    world.ats.script.clear()
    world.set_status("closed")
    world.set_status("open")
    world.work_all()
    world.clock.move(timedelta(seconds=5))
    world.ats.settle()
    assert len(world.ats.standing) == len(world.ats.people) == len(said)
    assert len(world.ats.notes) == len(said)
    assert world.ats.moves == []
    assert all(one.status is ApplicationStatus.ACTIVE for one in world.ats.standing.values())
    for number in said:
        assert world.entry(scouts[number]).state == "entered"
        assert (world.promise(scouts[number]) is not None) == (number == 0)


def _has_a_place(world: Any, scout: Scout) -> None:
    """A yes is in the ATS, on its way (a job is owed), or with a person (owner, clock, open task)."""
    entry = world.entry(scout)
    if entry.state in ("holding", "deciding"):
        assert entry.owner_id is not None and entry.held_until is not None
        about = [task for task in world.tasks() if (task.subject, task.subject_id) == ("entry", entry.key)]
        assert about and all(task.owner_id == entry.owner_id and task.due is not None for task in about)
    elif entry.state == "owed":
        with world.work.reading() as session:
            jobs = session.exec(select(Job).where(col(Job.kind) == "add_entry", col(Job.state) == "owed")).all()
        assert any(job.payload["entry_id"] == entry.key for job in jobs)
    else:
        assert entry.state == "entered"


def test_somebody_known_by_number_is_not_made_twice_when_the_answer_is_lost(world: Any) -> None:
    """The look that found them is not repeated after an unknown outcome: what it found must be kept."""
    scout = world.scout(phone="090-1111-2222")
    known = _stranger(world, emails=("private@example.net",), phones=("09011112222",))
    with world.work.writing() as session:
        profile = session.exec(select(Profile).where(col(Profile.profile_id) == scout.profile_id)).one()
        profile.ats_candidate_id = known.id
        session.add(profile)
    world.ats.script = ["lost"]
    world.yes(scout)
    world.work_all()
    assert list(world.ats.people) == [known.id]
    assert [one.candidate_id for one in world.ats.standing.values()] == [known.id]
    assert world.entry(scout).ats_candidate_id == known.id


@pytest.mark.parametrize("fault", ["forbidden", "outage", "surprise"])
def test_a_yes_that_cannot_be_entered_for_good_has_an_owner_and_a_clock(world: Any, fault: str) -> None:
    scout = world.scout()

    def broken(id: str) -> Any:
        if fault == "surprise":
            raise KeyError("status")
        raise ATSError("no", status=403 if fault == "forbidden" else 503, permanent=fault == "forbidden")

    world.ats.requisition = broken
    world.yes(scout)
    worker = Worker(world.work, {**HANDLERS, **world.handlers})
    for _ in range(65):
        worker.run_due()
        world.clock.move(timedelta(minutes=31))
    entry = world.entry(scout)
    assert entry.state == "deciding" and entry.owner_id == world.recruiter.key and entry.held_until is not None
    [task] = world.tasks("entry_stuck")
    assert task.due == entry.held_until


def test_the_same_application_number_at_two_accounts_is_read_for_both(new_world: Any) -> None:
    worlds = [new_world(), new_world()]
    for world in worlds:
        world.yes(world.scout())
        world.work_all()
    read = []
    with worlds[0].work.reading() as session:
        read = session.exec(select(Job.connection_id).where(col(Job.kind) == "read_application")).all()
    assert sorted(read) == [world.connection.key for world in worlds]
