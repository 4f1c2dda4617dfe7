"""What became of a promise, read from the ATS: an interview of the promised kind, with the promised person, in time.

Most ATSs ring for no interview, so these reads are owed by the sweep, by an entry just made, and by the promise clock
before it lets anything break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.records import Application, ApplicationStatus, Event, EventKind, Interview, InterviewStatus
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline import ledger
from plugin.pipeline.owners import keeper_id, keeper_of, owner_id
from plugin.rows import Calibration, Commitment, Connection, Entry, Promise, Requisition, Scout, Staff
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.deliveries import owe_reads
from plugin.work.jobs import Claim

_CASUAL = ("カジュアル", "casual")
AT_ONCE = 50
"""Applications whose interviews are asked for in one call."""


@dataclass(frozen=True)
class Terms:
    """What an interview must be to keep a promise."""

    kind: str  # interview or casual
    interviewer_id: str  # the ATS's id of whoever has to keep it; "" when that person is unknown to the ATS
    due_at: datetime
    since: datetime | None = None  # when the letter left: a meeting of an earlier candidacy keeps nothing


@dataclass(frozen=True)
class Reading:
    """What the interviews say: kept, scheduled or owed; `late` is one arranged after the date promised."""

    state: str
    interview: Interview | None = None
    took_place_at: datetime | None = None
    late: Interview | None = None


def read(terms: Terms, interviews: Sequence[Interview], now: datetime) -> Reading:
    """Judge a promise by the interviews of its application.

    Kept: complete, or its start passed and it wasn't cancelled, of the promised kind, with the promised interviewer,
    starting after the letter left and by the due date. An interview without a name, or without a panel, is taken as the promised one: the ATS
    says nothing else.
    """
    fitting = [one for one in interviews if _fits(terms, one)]
    began = [(at, one) for one in fitting if (at := _took_place(one, now)) is not None and at <= terms.due_at]
    began = [(at, one) for at, one in began if terms.since is None or at >= terms.since]
    if began:
        at, one = min(began, key=lambda pair: pair[0])
        return Reading("kept", one, at)
    coming = [
        (one.starts_at, one) for one in fitting if one.status is InterviewStatus.SCHEDULED and one.starts_at is not None
    ]
    coming.sort(key=lambda pair: pair[0])
    for at, one in coming:
        if now < at <= terms.due_at:
            return Reading("scheduled", one)
    return Reading("owed", late=next((one for at, one in coming if at > terms.due_at), None))


def _fits(terms: Terms, interview: Interview) -> bool:
    if interview.status in (InterviewStatus.CANCELLED, InterviewStatus.TO_BE_SCHEDULED):
        return False
    if interview.interviewer_ids and terms.interviewer_id not in interview.interviewer_ids:
        return False
    casual = any(word in interview.name.casefold() for word in _CASUAL)
    return not interview.name or casual == (terms.kind == "casual")


def _took_place(interview: Interview, now: datetime) -> datetime | None:
    began = interview.starts_at or (
        (interview.ends_at or interview.updated_at) if interview.status is InterviewStatus.COMPLETE else None
    )
    if began is None:
        return None
    return began if interview.status is InterviewStatus.COMPLETE or began <= now else None


def terms_of(session: Session, promise: Promise) -> Terms:
    """What keeps this promise now: its letter's kind, and the recorded successor, else the committed interviewer."""
    commitment = session.get_one(Commitment, promise.commitment_id)
    staff = session.get(Staff, keeper_id(session, promise))
    scout = session.get_one(Scout, promise.scout_id)
    left = scout.sent_at or scout.created_at
    return Terms(commitment.kind, staff.ats_id if staff is not None else "", promise.due_at, left)


def settle(session: Session, promise: Promise, interviews: Sequence[Interview]) -> None:
    """Bring a promise in line with a fresh read; break it only when its date has passed and nothing kept it."""
    if promise.state not in ledger.OPEN:
        return
    now = now_of(session)
    found = read(terms_of(session, promise), interviews, now)
    if found.interview is not None and found.took_place_at is not None:
        ledger.keep(session, promise, found.interview, found.took_place_at)
        return
    if now > promise.due_at:
        ledger.break_promise(session, promise, cause=_cause(session, promise))
        return
    if found.interview is not None:
        ledger.schedule(session, promise, found.interview)
        return
    ledger.unschedule(session, promise)
    if found.late is not None:
        requisition = session.get_one(Requisition, promise.requisition_id)
        open_task(
            session,
            employer_id=promise.employer_id,
            connection_id=promise.connection_id,
            kind="promise_late",
            name=f"{promise.key}:{found.late.id}",
            owner_id=owner_id(session, requisition),
            requisition_id=promise.requisition_id,
            subject="promise",
            subject_id=promise.key,
            due=promise.due_at,
            facts={"interview": found.late.id},
        )


def _cause(session: Session, promise: Promise) -> str:
    """Only what the rows prove: a yes that never got into the ATS was held up by us. The rest a person states."""
    entry = session.get(Entry, promise.entry_id) if promise.entry_id is not None else None
    return "recruiter" if entry is not None and entry.state != "entered" else ""


def fresh_interviews(ats: Connector, applications: Sequence[str]) -> dict[str, list[Interview]]:
    """Read the interviews of many applications; every one asked for is in the answer.

    Raises `ATSError` for an ATS that shows none: nothing breaks by silence, a person says what became of a promise.
    """
    if applications and not ats.supports("interviews"):
        raise ATSError(f"{ats.title or ats.name} shows no interviews", permanent=True)
    found: dict[str, list[Interview]] = {id: [] for id in applications}
    for start in range(0, len(applications), AT_ONCE):
        for one in ats.interviews(application_ids=list(applications[start : start + AT_ONCE])):
            found.setdefault(one.application_id, []).append(one)
    return found


def read_application(work: Work, claim: Claim) -> None:
    """Read one application of ours and its interviews, and bring its promise in line. Others are none of our business.

    One that a decision is made on has its requisition read instead.
    """
    if _decided_there(work, claim):
        return
    with work.reading() as session:
        entry = session.exec(
            select(Entry).where(
                col(Entry.employer_id) == claim.employer_id,
                col(Entry.connection_id) == claim.connection_id,
                col(Entry.ats_application_id) == claim.payload["ats_id"],
            )
        ).first()
        if entry is None:
            return
        connection = session.get_one(Connection, entry.connection_id)
        requisition = session.get_one(Requisition, entry.requisition_id)
    ats = work.ats(connection)
    standing = ats.applications(candidate_id=entry.ats_candidate_id, requisition_id=requisition.ats_id)
    interviews = _interviews_of(ats, entry.ats_application_id)
    with work.finishing(claim) as session:
        promise = session.exec(
            select(Promise).where(col(Promise.scout_id) == entry.scout_id).with_for_update(key_share=True)
        ).first()
        if promise is None:
            return
        if interviews is not None:
            settle(session, promise, interviews)
            _ask_about_doubt(session, promise, interviews)
        _ask_about_end(session, promise, entry, standing)


def _interviews_of(ats: Connector, application_id: str) -> list[Interview] | None:
    """None where the ATS shows no interviews at all: the promise clock asks a person once the date has passed."""
    try:
        return fresh_interviews(ats, [application_id])[application_id]
    except ATSError as error:
        if not error.permanent:
            raise
        return None


def _decided_there(work: Work, claim: Claim) -> bool:
    """Owe a reading of the requisition that is decided on this application; False when it is nothing of the kind."""
    with work.reading() as session:
        asked = session.exec(
            select(Requisition)
            .join(Calibration, col(Calibration.requisition_id) == col(Requisition.id))
            .where(
                col(Calibration.employer_id) == claim.employer_id,
                col(Calibration.decision_place) == claim.payload["ats_id"],
                col(Requisition.connection_id) == claim.connection_id,
            )
        ).first()
        if asked is None:
            return False
        connection = session.get_one(Connection, asked.connection_id)
    with work.finishing(claim) as session:
        owe_reads(session, connection, [(Event(EventKind.REQUISITION, asked.ats_id), f"application:{claim.id}")])
    return True


def _ask_about_end(session: Session, promise: Promise, entry: Entry, standing: Sequence[Application]) -> None:
    """Somebody ended the application in the ATS while a promise is owed on it: a person must look."""
    mine = next((one for one in standing if one.id == entry.ats_application_id), None)
    if promise.state in ledger.OPEN and mine is not None and mine.status is ApplicationStatus.REJECTED:
        _ask(session, promise, "promise_on_rejected", str(promise.key))


def _ask_about_doubt(session: Session, promise: Promise, interviews: Sequence[Interview]) -> None:
    """A meeting that counted as kept was cancelled or deleted afterwards: the ledger stands, a person looks."""
    if promise.state != "kept" or not promise.interview_id:
        return
    same = next((one for one in interviews if one.id == promise.interview_id), None)
    if same is None or same.status is InterviewStatus.CANCELLED:
        _ask(session, promise, "promise_doubt", f"{promise.key}:{promise.interview_id}")


def _ask(session: Session, promise: Promise, kind: str, name: str) -> None:
    requisition = session.get_one(Requisition, promise.requisition_id)
    open_task(
        session,
        employer_id=promise.employer_id,
        connection_id=promise.connection_id,
        kind=kind,
        name=name,
        owner_id=owner_id(session, requisition),
        requisition_id=promise.requisition_id,
        subject="promise",
        subject_id=promise.key,
        due=promise.due_at if promise.state in ledger.OPEN else None,
    )


def application_gone(session: Session, promise: Promise) -> None:
    """The person was deleted in the ATS while a promise is owed: a person decides what that means."""
    record(session, promise.employer_id, "promise", promise.key, "person_deleted", actor="ats")
    _ask(session, promise, "promise_on_deleted", str(promise.key))


def successor_needed(session: Session, promise: Promise) -> bool:
    """Whether whoever has to keep an open promise has left."""
    return promise.state in ledger.OPEN and keeper_of(session, promise) is None
