"""Who here looks after something: its recruiter, its manager, or whoever is left, in the language they read."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.rows import Commitment, Connection, Promise, Requisition, Staff, Task


def active(session: Session, staff_id: int | None) -> Staff | None:
    """A colleague who is still here."""
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    return staff if staff is not None and staff.active else None


def recruiter_of(session: Session, requisition: Requisition) -> Staff | None:
    """Who owns what happens on a requisition: its recruiter, else a colleague who recruits for others, else its manager.

    A colleague who recruits can open what waits; the manager can't. A confidential requisition goes past other
    recruiters, who may not see it. Last comes the first colleague we know.
    """
    found = active(session, requisition.recruiter_id)
    if found is None and not requisition.confidential:
        found = _who_recruits(session, requisition.connection_id)
    found = found or active(session, requisition.manager_id)
    if found is not None:
        return found
    return session.exec(
        select(Staff)
        .where(col(Staff.connection_id) == requisition.connection_id, col(Staff.active).is_(True))
        .order_by(col(Staff.id))
    ).first()


def _who_recruits(session: Session, connection_id: int) -> Staff | None:
    """The colleague who recruits for the newest requisition of an account and is still here."""
    return session.exec(
        select(Staff)
        .join(Requisition, col(Requisition.recruiter_id) == col(Staff.id))
        .where(
            col(Requisition.connection_id) == connection_id,
            col(Staff.connection_id) == connection_id,
            col(Staff.active).is_(True),
        )
        .order_by(col(Requisition.id).desc())
        .limit(1)
    ).first()


def owner_id(session: Session, requisition: Requisition) -> int | None:
    found = recruiter_of(session, requisition)
    return found.key if found is not None else None


def keeper_id(session: Session, promise: Promise) -> int:
    """Who has to keep a promise: the recorded successor, else the interviewer it names, else the manager who gave it."""
    commitment = session.get_one(Commitment, promise.commitment_id)
    return promise.successor_id or commitment.interviewer_id or promise.manager_id


def keeper_of(session: Session, promise: Promise) -> Staff | None:
    """That person, None when they have left."""
    return active(session, keeper_id(session, promise))


def locale_of(staff: Staff | None, connection: Connection) -> str:
    return (staff.locale if staff is not None else None) or policy_of(connection).locale


def done_with(session: Session, employer_id: int, kind: str, subject: str, subject_id: int, *, by: str) -> None:
    """Close every open task of one kind about one thing."""
    tasks = session.exec(
        select(Task).where(
            col(Task.employer_id) == employer_id,
            col(Task.kind) == kind,
            col(Task.subject) == subject,
            col(Task.subject_id) == subject_id,
            col(Task.state) == "open",
        )
    )
    for task in tasks:
        task.state, task.done_by, task.done_at = "done", by, now_of(session)
        session.add(task)
