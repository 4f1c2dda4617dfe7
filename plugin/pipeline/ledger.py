"""The ledger of promises (確約台帳): every way a promise comes to be and changes, each with its event.

States: owed → scheduled → kept, or broken, or waived. The due date is written twice at most: when the promise is made,
and when the candidate themselves chose a later day although meetings inside it were offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from connectors.records import Interview
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline.calendar import due_date, end_of_day
from plugin.pipeline.notes import owe_notes
from plugin.pipeline.owners import done_with, owner_id
from plugin.rows import Commitment, Connection, Entry, Promise, Requisition, Scout, Staff
from plugin.sealing import Erased, Vault
from plugin.tasks import open_task

OPEN = ("owed", "scheduled")
LEFT = ("sending", "sent", "unknown")
"""States of a scout whose letter has left, or may have."""
CAME_BACK = ("bounced", "not_delivered")
"""Reasons of a `refused` scout that was reported lost on its way; whoever answers it has it all the same."""


class NotAllowed(Exception):
    """This change of a promise isn't one of ours to make. The message says why and what to do instead."""


def promise_for(
    session: Session, connection: Connection, scout: Scout, entry: Entry, received_at: datetime
) -> tuple[Promise | None, bool]:
    """The promise a yes makes, and whether it is new: a letter that left with a commitment binds until its reply deadline.

    It binds on that letter's terms whatever became of the commitment or the requisition since (R3). A yes after the
    deadline makes none; a second yes changes nothing.
    """
    found = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
    if found is not None:
        return found, False
    commitment = session.get(Commitment, scout.commitment_id) if scout.commitment_id is not None else None
    left = scout.state in LEFT or scout.sent_at is not None or scout.reason in CAME_BACK
    # Above the line in an experiment, without the promise in the letter: owed inside all the same.
    inside = scout.arm != "committed" and scout.experiment_id is not None
    if commitment is None or not (scout.arm == "committed" or inside) or not left:
        return None, False
    deadline = scout.reply_deadline or commitment.reply_deadline
    if received_at.astimezone(ZoneInfo(commitment.zone)).date() > deadline:
        return None, False
    due = due_date(received_at, commitment.days, commitment.zone, policy_of(connection).closures)
    promise = Promise(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        commitment_id=commitment.key,
        entry_id=entry.key,
        manager_id=commitment.manager_id,
        received_at=received_at,
        day_zero=due.day_zero,
        due_date=due.date,
        due_at=due.due_at,
        zone=commitment.zone,
        computed={
            "days": commitment.days,
            "skipped": [[day.isoformat(), name] for day, name in due.skipped],
            **({"inside": True} if inside else {}),
        },
        created_at=now_of(session),
    )
    session.add(promise)
    session.flush()
    _record(
        session,
        promise,
        "made",
        "candidate",
        person=scout.profile_id,
        scout=scout.key,
        requisition=scout.requisition_id,
        manager=commitment.manager_id,
        commitment=commitment.key,
        line=commitment.line,
        calibration=commitment.calibration_id,
        entry=entry.key,
        received=received_at.isoformat(),
        day_zero=due.day_zero.isoformat(),
        zone=commitment.zone,
        days=commitment.days,
        skipped=promise.computed["skipped"],
        due=due.date.isoformat(),
    )
    return promise, True


def schedule(session: Session, promise: Promise, interview: Interview) -> None:
    """A meeting that would keep the promise stands in the ATS."""
    _require_open(promise)
    if (promise.state, promise.interview_id, promise.interview_at) != ("scheduled", interview.id, interview.starts_at):
        promise.state, promise.interview_id, promise.interview_at = "scheduled", interview.id, interview.starts_at
        session.add(promise)
        _record(session, promise, "scheduled", "ats", interview=interview.id)
        done_with(session, promise.employer_id, "book_meeting", "promise", promise.key, by="ats")


def unschedule(session: Session, promise: Promise) -> None:
    """No meeting stands that would keep the promise. One moved by the candidate's choice stays scheduled."""
    _require_open(promise)
    if not promise.interview_id and promise.state == "owed":
        return
    gone = promise.interview_id
    promise.interview_id, promise.interview_at = "", None
    if not promise.moved_because:
        promise.state = "owed"
    session.add(promise)
    if gone:
        _record(session, promise, "unscheduled", "ats", interview=gone)


def keep(session: Session, promise: Promise, interview: Interview, took_place_at: datetime) -> None:
    """The meeting took place in time."""
    _require_open(promise)
    if took_place_at > promise.due_at:
        raise NotAllowed("the meeting took place after the date promised")
    promise.state, promise.kept_at = "kept", took_place_at
    promise.interview_id, promise.interview_at = interview.id, interview.starts_at
    session.add(promise)
    _record(session, promise, "kept", "ats", interview=interview.id)
    for kind in ("promise_soon", "promise_late", "succession"):
        done_with(session, promise.employer_id, kind, "promise", promise.key, by="clock")


def say_held(session: Session, promise: Promise, took_place_at: datetime, *, by: str) -> None:
    """A person says that the meeting took place in time, where the ATS could not be asked."""
    _require_open(promise)
    if took_place_at > now_of(session):
        raise NotAllowed("the meeting has not taken place yet")
    if took_place_at > promise.due_at:
        raise NotAllowed("the meeting took place after the date promised")
    promise.state, promise.kept_at, promise.interview_id = "kept", took_place_at, ""
    session.add(promise)
    _record(session, promise, "kept", by, said_by_hand=True)
    for kind in ("promise_soon", "promise_late", "succession"):
        done_with(session, promise.employer_id, kind, "promise", promise.key, by=by)


def break_promise(session: Session, promise: Promise, *, cause: str = "") -> None:
    """The date has passed, and a fresh read showed no meeting. An apology waits for a person; nothing sends itself."""
    _require_open(promise)
    if now_of(session) <= promise.due_at:
        raise NotAllowed("a promise can't be broken before its date has passed")
    promise.state, promise.cause = "broken", cause
    session.add(promise)
    _record(session, promise, "broken", "clock", cause=cause)
    for kind in ("promise_soon", "promise_late", "succession"):
        done_with(session, promise.employer_id, kind, "promise", promise.key, by="clock")
    requisition = session.get_one(Requisition, promise.requisition_id)
    open_task(
        session,
        employer_id=promise.employer_id,
        connection_id=promise.connection_id,
        kind="apology",
        name=str(promise.key),
        owner_id=owner_id(session, requisition),
        requisition_id=promise.requisition_id,
        subject="promise",
        subject_id=promise.key,
        facts={"due": promise.due_date.isoformat()},
    )


def waive(session: Session, vault: Vault, promise: Promise, *, by: str, because: str) -> None:
    """The candidate no longer wants the meeting. `by` is who recorded that, `because` their words in short."""
    _require_open(promise)
    if not because.strip():
        raise NotAllowed("say why the candidate waived the promise; only they can")
    promise.state, promise.cause = "waived", "candidate"
    _keep_words(session, vault, promise, because)
    _record(session, promise, "waived", by)
    for kind in ("promise_soon", "promise_late", "succession"):
        done_with(session, promise.employer_id, kind, "promise", promise.key, by=by)


def choose_later(
    session: Session, vault: Vault, promise: Promise, *, to: date, offered: Sequence[datetime], because: str, by: str
) -> None:
    """The candidate chose a later day though meetings inside the promise were offered: that day becomes due.

    Raises `NotAllowed` for an earlier day, after the date has passed, without a reason, or when none of the `offered`
    times lies between the yes and the due date: then it is not the candidate's choice.
    """
    _require_open(promise)
    now = now_of(session)
    if now > promise.due_at:
        raise NotAllowed("the date promised has passed; it can't be moved any more")
    if to <= promise.due_date:
        raise NotAllowed("only a later day needs recording; an earlier one keeps the promise anyway")
    if not because.strip():
        raise NotAllowed("write down why the candidate chose a later day")
    inside = [slot for slot in offered if promise.received_at <= slot <= promise.due_at]
    if not inside:
        raise NotAllowed(
            "none of the times offered lies inside the promise; offer one first, a date told never moves later otherwise"
        )
    before, promise.due_date = promise.due_date, to
    promise.due_at = end_of_day(to, promise.zone)
    promise.moved_because, promise.state, promise.reminded = "candidate_chose", "scheduled", []
    _keep_words(session, vault, promise, because)
    done_with(session, promise.employer_id, "promise_soon", "promise", promise.key, by=by)
    entry = session.get(Entry, promise.entry_id) if promise.entry_id is not None else None
    if entry is not None:
        owe_notes(session, entry, f"due:{to.isoformat()}")  # a note in the ATS, and word to the candidate
    _record(
        session,
        promise,
        "moved",
        by,
        before=before.isoformat(),
        due=to.isoformat(),
        offered=[slot.isoformat() for slot in inside],
    )


def name_successor(session: Session, promise: Promise, staff: Staff, *, by: str) -> None:
    """Record who keeps the promise in place of the manager who gave it."""
    _require_open(promise)
    if staff.connection_id != promise.connection_id or not staff.active:
        raise NotAllowed("the successor must be an active colleague of the same ATS account")
    promise.successor_id = staff.key
    session.add(promise)
    done_with(session, promise.employer_id, "succession", "promise", promise.key, by=by)
    _record(session, promise, "succeeded", by, successor=staff.key)


def state_cause(session: Session, promise: Promise, *, cause: str, by: str) -> None:
    """Record whose doing a broken promise was: manager, recruiter or candidate. The clock alone doesn't know."""
    if promise.state != "broken":
        raise NotAllowed("only a broken promise has a cause")
    if cause not in ("manager", "recruiter", "candidate"):
        raise NotAllowed("the cause is manager, recruiter or candidate")
    promise.cause = cause
    session.add(promise)
    _record(session, promise, "cause", by, cause=cause)


def words_of(session: Session, vault: Vault, promise: Promise) -> str:
    """Why the candidate moved or waived it, as recorded; "" where nothing was, or the person was erased."""
    if promise.sealed_words is None:
        return ""
    try:
        return str(vault.open_for(session, promise.employer_id, _person(session, promise), promise.sealed_words))
    except Erased:
        return ""


def _keep_words(session: Session, vault: Vault, promise: Promise, words: str) -> None:
    # Somebody's own words may name people: they lie under the person's key, never in the chain.
    promise.sealed_words = vault.seal_for(session, promise.employer_id, _person(session, promise), words.strip()[:500])
    session.add(promise)


def _person(session: Session, promise: Promise) -> str:
    return session.get_one(Scout, promise.scout_id).profile_id


def _require_open(promise: Promise) -> None:
    if promise.state not in OPEN:
        raise NotAllowed(f"this promise is {promise.state} already")


def _record(session: Session, promise: Promise, what: str, actor: str, **facts: object) -> None:
    record(session, promise.employer_id, "promise", promise.key, what, actor=actor, **facts)
