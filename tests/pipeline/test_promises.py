"""The promise clock: reminders, a task before it breaks, a fresh read, and a date that never moves later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ATSError
from connectors.records import ApplicationStatus, Interview, InterviewStatus
from plugin.pipeline import ledger
from plugin.pipeline.apologies import CannotApologise, draft_apology, send_apology
from plugin.pipeline.ledger import NotAllowed
from plugin.rows import Promise, Scout, Staff
from plugin.work.jobs import owe


@pytest.fixture
def database_kind() -> str:
    """SQLite is enough here: entries, people and writes run on both, and nothing below asks the database for more."""
    return "sqlite"


def entered(world: Any, **scout: Any) -> tuple[Scout, Promise]:
    made = world.scout(**scout)
    world.yes(made)
    world.work_all()
    promise = world.promise(made)
    assert promise is not None
    return made, promise


def meeting(world: Any, scout: Scout, at: datetime, **change: Any) -> Interview:
    """A meeting stands in the ATS (one at most per application here)."""
    application = world.entry(scout).ats_application_id
    made = replace(
        Interview(
            "i1",
            application,
            InterviewStatus.SCHEDULED,
            at,
            at + timedelta(hours=1),
            (world.manager.ats_id,),
            "一次面接",
        ),
        **change,
    )
    world.ats.meetings = [one for one in world.ats.meetings if one.application_id != application] + [made]
    return made


def sweep(world: Any, scout: Scout) -> None:
    """The sweep owes a read of the application."""
    with world.work.writing() as session:
        owe(
            session,
            "read_application",
            f"test:{scout.key}:{world.clock.now().isoformat()}",
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            payload={"ats_id": world.entry(scout).ats_application_id},
        )
    world.work_all()


def change(world: Any, promise: Promise, what: Any, **facts: Any) -> None:
    with world.work.writing() as session:
        means = [world.work.vault] if what in (ledger.choose_later, ledger.waive) else []
        what(session, *means, session.get_one(Promise, promise.key), **facts)


def test_a_meeting_in_the_ats_schedules_and_then_keeps_the_promise(world: Any) -> None:
    scout, promise = entered(world)
    at = promise.due_at - timedelta(days=2)
    meeting(world, scout, at)
    sweep(world, scout)
    assert (world.promise(scout).state, world.promise(scout).interview_at) == ("scheduled", at)
    world.clock.move_to(at + timedelta(minutes=1))
    sweep(world, scout)
    kept = world.promise(scout)
    assert (kept.state, kept.kept_at) == ("kept", at)
    assert [event.what for event in world.events("promise")] == ["made", "scheduled", "kept"]
    world.clock.move_to(promise.due_at + timedelta(days=1))
    world.tick()
    assert world.promise(scout).state == "kept" and world.tasks("apology") == []


def test_a_cancelled_meeting_is_owed_again(world: Any) -> None:
    scout, promise = entered(world)
    meeting(world, scout, promise.due_at - timedelta(days=2))
    sweep(world, scout)
    world.ats.meetings = []
    sweep(world, scout)
    assert (world.promise(scout).state, world.promise(scout).interview_id) == ("owed", "")


def test_reminders_go_out_once_each_and_not_for_what_is_arranged(world: Any) -> None:
    scout, promise = entered(world)
    arranged, _ = entered(world)
    meeting(world, arranged, promise.due_at - timedelta(hours=2))
    sweep(world, arranged)
    for _ in range(2):
        for hours in range(0, 24 * 11, 8):
            at = promise.received_at + timedelta(hours=hours)
            if at < promise.due_at:
                world.clock.move_to(at)
                world.tick()
    mails = world.mails("reminder")
    assert len(mails) == 6, "three times, to the manager and the recruiter"
    assert {mail.staff_id for mail in mails} == {world.manager.key, world.recruiter.key}
    assert "山田 1郎様に2026年11月30日(月)までの面接をお約束" in world.text_of(mails[0])
    assert not any("2郎" in world.text_of(mail) for mail in mails)
    assert world.promise(scout).reminded == ["half_time", "day_before", "morning_of"]


def test_after_an_outage_one_reminder_says_it_all(world: Any) -> None:
    _, promise = entered(world)
    world.clock.move_to(promise.due_at - timedelta(hours=3))
    world.tick()
    assert [mail.name.split(":")[4] for mail in world.mails("reminder")] == ["morning_of"] * 2


def test_one_application_that_is_refused_keeps_no_other_promise_unread(world: Any, monkeypatch: Any) -> None:
    (hidden_scout, _), (scout, promise) = entered(world), entered(world)
    shown, hidden_application = world.ats.interviews, world.entry(hidden_scout).ats_application_id

    def interviews(*, application_ids: Any = (), since: Any = None) -> Any:
        if hidden_application in application_ids:
            raise ATSError("it doesn't say under which id", permanent=True)
        return shown(application_ids=application_ids, since=since)

    monkeypatch.setattr(world.ats, "interviews", interviews)
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert (world.promise(hidden_scout).state, world.promise(scout).state) == ("owed", "broken")
    assert len(world.tasks("promises_unread")) == 1


def test_one_that_is_refused_keeps_none_open_that_never_got_in(world: Any, monkeypatch: Any) -> None:
    def interviews(*, application_ids: Any = (), since: Any = None) -> Any:
        raise ATSError("it shows none", permanent=True)

    monkeypatch.setattr(world.ats, "interviews", interviews)
    (hidden_scout, _), (scout, promise) = entered(world), entered(world)
    with world.work.writing() as session:
        entry = session.merge(world.entry(scout))
        entry.ats_application_id, entry.state = "", "deciding"
        session.add(entry)
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert (world.promise(hidden_scout).state, world.promise(scout).state) == ("owed", "broken")
    assert len(world.tasks("promises_unread")) == 1


def test_it_breaks_only_after_its_date_a_task_and_a_fresh_read(world: Any) -> None:
    scout, promise = entered(world)
    world.clock.move_to(promise.due_at - timedelta(seconds=20))
    world.tick()
    sweep(world, scout)
    assert world.promise(scout).state == "owed", "the last seconds still count"
    with pytest.raises(NotAllowed, match="before its date"):
        change(world, promise, ledger.break_promise)
    [task] = world.tasks("promise_soon")
    assert task.owner_id == world.recruiter.key and task.due == promise.due_at
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.ats.unreachable = True
    world.tick()
    assert world.promise(scout).state == "owed", "nothing breaks unread"
    assert [task.kind for task in world.tasks("promises_unread")] == ["promises_unread"]
    world.ats.unreachable = False
    world.ats.reads.clear()
    world.clock.move(timedelta(minutes=1))
    world.tick()
    assert world.promise(scout).state == "broken" and "interviews" in world.ats.reads
    assert world.tasks("promise_soon") == []
    [apology] = world.tasks("apology")
    assert apology.owner_id == world.recruiter.key
    assert world.mails("apology") == [], "an apology never sends itself"


def test_the_fresh_read_finds_the_meeting_no_sweep_had_seen(world: Any) -> None:
    scout, promise = entered(world)
    meeting(world, scout, promise.due_at - timedelta(minutes=1), status=InterviewStatus.COMPLETE)
    world.clock.move_to(promise.due_at + timedelta(days=1))
    world.tick()
    assert world.promise(scout).state == "kept"


def test_moved_past_the_date_by_us_is_a_task_and_then_broken(world: Any) -> None:
    scout, promise = entered(world)
    meeting(world, scout, promise.due_at + timedelta(days=2))
    sweep(world, scout)
    assert world.promise(scout).state == "owed"
    assert [task.facts["interview"] for task in world.tasks("promise_late")] == ["i1"]
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert world.promise(scout).state == "broken"


def test_a_held_yes_breaks_too_and_the_rows_say_it_was_us(world: Any) -> None:
    world.set_status("draft")
    scout = world.scout()
    world.yes(scout)
    promise = world.promise(scout)
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    world.tick()
    assert (world.promise(scout).state, world.promise(scout).cause) == ("broken", "recruiter")
    assert world.entry(scout).state == "holding", "the yes itself isn't lost"


def test_the_candidates_own_later_day_becomes_due(world: Any) -> None:
    scout, promise = entered(world)
    later = promise.due_date + timedelta(days=3)
    offered = [promise.due_at - timedelta(days=1)]
    change(world, promise, ledger.choose_later, to=later, offered=offered, because="travelling", by="staff:2")
    moved = world.promise(scout)
    assert (moved.due_date, moved.state, moved.moved_because) == (later, "scheduled", "candidate_chose")
    with world.work.reading() as session:
        assert ledger.words_of(session, world.work.vault, moved) == "travelling"
    world.work_all()
    world.work_all()
    assert [("2026年12月3日" in note) for _, _, note in world.ats.notes] == [False, True]
    told = world.text_of(world.mails("candidate_receipt")[-1])
    assert "期日を2026年12月3日(木)に改め" in told and "%(" not in told and len(world.mails("candidate_receipt")) == 2
    world.clock.move_to(promise.due_at + timedelta(hours=1))
    world.tick()
    assert world.promise(scout).state == "scheduled"
    sweep(world, scout)
    assert world.promise(scout).state == "scheduled", "stays scheduled until kept or broken"
    meeting(world, scout, moved.due_at - timedelta(hours=3))
    world.clock.move_to(moved.due_at + timedelta(seconds=1))
    world.tick()
    assert world.promise(scout).state == "kept"


def test_an_old_meeting_on_an_application_of_years_ago_keeps_no_promise(world: Any) -> None:
    scout, _promise = entered(world)
    meeting(world, scout, world.clock.now() - timedelta(days=700), status=InterviewStatus.COMPLETE)
    sweep(world, scout)
    assert world.promise(scout).state == "owed"


def test_a_moved_promise_with_no_meeting_yet_is_reminded_of_and_has_a_task_before_it_breaks(world: Any) -> None:
    scout, promise = entered(world)
    later = promise.due_date + timedelta(days=4)
    offered = [promise.due_at - timedelta(days=1)]
    change(world, promise, ledger.choose_later, to=later, offered=offered, because="travelling", by="staff:2")
    moved = world.promise(scout)
    world.clock.move_to(moved.due_at - timedelta(hours=6))
    before = len(world.mails("reminder"))
    world.tick()
    assert len(world.mails("reminder")) > before
    assert [task.due for task in world.tasks("promise_soon")] == [moved.due_at]


@pytest.mark.parametrize(
    ("days", "offered", "because", "words"),
    [
        (3, [], "travelling", "none of the times"),
        (3, [48], "travelling", "none of the times"),
        (0, [-24], "travelling", "only a later day"),
        (-2, [-24], "travelling", "only a later day"),
        (3, [-24], " ", "why"),
    ],
)
def test_no_other_way_leads_to_a_later_day(world: Any, days: int, offered: list[int], because: str, words: str) -> None:
    _, promise = entered(world)
    slots = [promise.due_at + timedelta(hours=hours) for hours in offered]
    to = promise.due_date + timedelta(days=days)
    with pytest.raises(NotAllowed, match=words):
        change(world, promise, ledger.choose_later, to=to, offered=slots, because=because, by="staff:2")


def test_a_date_that_has_passed_is_not_moved(world: Any) -> None:
    _, promise = entered(world)
    world.clock.move_to(promise.due_at + timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="passed"):
        change(
            world,
            promise,
            ledger.choose_later,
            to=promise.due_date + timedelta(days=9),
            offered=[promise.due_at - timedelta(days=1)],
            because="x",
            by="staff:2",
        )


def test_a_manager_who_left_needs_a_successor_who_then_keeps_it(world: Any) -> None:
    scout, promise = entered(world)
    with world.work.writing() as session:
        gone = session.get_one(Staff, world.manager.key)
        gone.active = False
        session.add(gone)
        successor = Staff(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            ats_id="4000000103",
            name="高橋 直子",
            email="naoko.takahashi@example.com",
            created_at=world.clock.now(),
        )
        session.add(successor)
    world.tick()
    assert [task.kind for task in world.tasks("succession")] == ["succession"]
    change(world, promise, ledger.name_successor, staff=successor, by="staff:2")
    assert world.tasks("succession") == []
    at = promise.due_at - timedelta(days=1)
    meeting(world, scout, at)
    world.clock.move_to(at + timedelta(minutes=1))
    sweep(world, scout)
    assert world.promise(scout).state == "owed", "the one who left is nobody's successor"
    meeting(world, scout, at, interviewer_ids=("4000000103",))
    sweep(world, scout)
    assert world.promise(scout).state == "kept"


def test_a_meeting_deleted_after_it_counted_asks_a_person(world: Any) -> None:
    scout, promise = entered(world)
    at = promise.due_at - timedelta(days=1)
    meeting(world, scout, at)
    world.clock.move_to(at + timedelta(minutes=1))
    sweep(world, scout)
    world.ats.meetings = []
    world.clock.move(timedelta(minutes=1))
    sweep(world, scout)
    assert world.promise(scout).state == "kept"
    assert [task.kind for task in world.tasks("promise_doubt")] == ["promise_doubt"]


def test_a_rejection_in_the_ats_leaves_the_promise_owed_and_asks(world: Any) -> None:
    scout, _ = entered(world)
    id = world.entry(scout).ats_application_id
    world.ats.standing[id] = replace(world.ats.standing[id], status=ApplicationStatus.REJECTED)
    sweep(world, scout)
    assert world.promise(scout).state == "owed"
    assert [task.kind for task in world.tasks("promise_on_rejected")] == ["promise_on_rejected"]


def test_waived_is_the_candidates_word_with_a_reason(world: Any) -> None:
    scout, promise = entered(world)
    with pytest.raises(NotAllowed):
        change(world, promise, ledger.waive, by="staff:2", because="")
    change(world, promise, ledger.waive, by="staff:2", because="took another offer")
    world.clock.move_to(promise.due_at + timedelta(days=1))
    world.tick()
    assert (world.promise(scout).state, world.promise(scout).cause) == ("waived", "candidate")
    with pytest.raises(NotAllowed, match="waived already"):
        change(world, promise, ledger.break_promise)


def test_the_apology_is_drafted_with_new_dates_and_sent_by_a_person_once(world: Any) -> None:
    scout, promise = entered(world)
    with world.work.reading() as session, pytest.raises(CannotApologise):
        draft_apology(session, world.work.vault, world.connection, promise)
    world.clock.move_to(promise.due_at + timedelta(hours=10))
    world.tick()
    with world.work.writing() as session:
        row = session.get_one(Promise, promise.key)
        draft = draft_apology(session, world.work.vault, world.connection, row)
        for words in ("山田様", "2026年11月30日(月)まで", "お守りすることができませんでした", "・2026年12月2日(水)"):
            assert words in draft.text
        assert "%(" not in draft.text
        send_apology(session, world.work.vault, world.connection, row, draft, by="staff:2")
        assert send_apology(session, world.work.vault, world.connection, row, draft, by="staff:2") is None
        ledger.state_cause(session, row, cause="manager", by="staff:2")
    assert len(world.mails("apology")) == 1 and world.tasks("apology") == []
    assert world.promise(scout).cause == "manager"


def test_the_clock_of_one_employer_touches_no_others(new_world: Any) -> None:
    first, second = new_world(), new_world()
    (scout, promise), (other, _) = entered(first), entered(second)
    first.clock.move_to(promise.due_at + timedelta(seconds=1))
    before = len(second.tasks())
    first.tick()
    assert (first.promise(scout).state, second.promise(other).state) == ("broken", "owed")
    assert second.promise(other).reminded == [] and len(second.tasks()) == before


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hours"), st.integers(1, 60)),
        st.tuples(st.just("meet"), st.integers(-48, 400)),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("sweep"), st.just(0)),
        st.tuples(st.just("tick"), st.just(0)),
        st.tuples(st.just("yes"), st.integers(0, 200)),
        st.tuples(st.just("undo"), st.just(0)),
        st.tuples(st.just("status"), st.sampled_from(["open", "closed", "draft"])),
        st.tuples(st.just("later"), st.integers(-5, 20)),
        st.tuples(st.just("closures"), st.integers(1, 10)),
    ),
    max_size=12,
)


@settings(max_examples=15)
@given(steps=STEPS)
def test_a_date_told_never_moves_later(new_world: Any, clock: Any, steps: list[tuple[str, Any]]) -> None:
    world = new_world(reply_deadline=(clock.now() + timedelta(days=90)).date())
    scout, promise = entered(world)
    told: date = promise.due_date
    for step, value in steps:
        before = world.promise(scout)
        if step == "hours":
            clock.move(timedelta(hours=value))
        elif step == "meet":
            meeting(world, scout, clock.now() + timedelta(hours=value))
        elif step == "cancel":
            world.ats.meetings = []
        elif step == "sweep":
            sweep(world, scout)
        elif step == "tick":
            world.tick()
        elif step == "yes":
            world.yes(scout, at=clock.now() - timedelta(hours=value))
            world.work_all()
        elif step == "status":
            world.set_status(value)
            world.work_all()
        elif step == "later":
            chosen = before.due_date + timedelta(days=value)
            slot = before.received_at + (before.due_at - before.received_at) / 2
            try:
                change(world, promise, ledger.choose_later, to=chosen, offered=[slot], because="theirs", by="staff:1")
                told = chosen
            except NotAllowed:
                pass
        else:
            with world.work.writing() as session:
                row = session.get_one(type(world.connection), world.connection.key)
                commitment = session.get_one(type(world.commitment), world.commitment.key)
                today = clock.now().date()
                closed = [(today + timedelta(days=n)).isoformat() for n in range(value if step == "closures" else 0)]
                row.policy = {**row.policy, "closures": closed}
                commitment.state = "undone"
                session.add(row)
                session.add(commitment)
        after = world.promise(scout)
        assert after.due_date == told and after.day_zero == promise.day_zero
        if after.state == "broken" and before.state != "broken":
            kinds = {task.kind for task in world.tasks(state="done")}
            assert "promise_soon" in kinds and clock.now() > after.due_at
        if before.state in ("kept", "broken", "waived"):
            assert after.state == before.state, "what is settled stays settled"
    assert len(world.ats.standing) == 1 and world.ats.moves == []
    assert all(one.status is ApplicationStatus.ACTIVE for one in world.ats.standing.values())
