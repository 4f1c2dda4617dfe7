"""Who is who on a requisition: its hiring manager (the ATS's first active one unless a person said otherwise)."""

from __future__ import annotations

from sqlmodel import Session, col, select

from connectors import records
from plugin.alignment import commitment as commitments
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Calibration, Connection, Promise, Requisition, Staff
from plugin.tasks import close_task, open_task
from plugin.work.jobs import owe


def take_in(session: Session, connection: Connection, requisition: Requisition, found: records.HiringTeam) -> None:
    """Store a hiring team as just read, and follow a change of manager."""
    managers = [_staff(session, connection, user) for user in found.managers]
    recruiters = [_staff(session, connection, user) for user in found.recruiters]
    recruiter = next((staff for staff in recruiters if staff.active), None)
    if recruiter is not None:
        requisition.recruiter_id = recruiter.key
        session.add(requisition)
    chosen = session.get(Staff, requisition.manager_id) if requisition.manager_set_by else None
    if chosen is None or not chosen.active:
        chosen = next((staff for staff in managers if staff.active), None)
    change_manager(session, connection, requisition, chosen, actor="ats")


def change_manager(
    session: Session, connection: Connection, requisition: Requisition, manager: Staff | None, *, actor: str
) -> bool:
    """Make somebody the hiring manager; False when they are already.

    What the one before committed to goes stale: unsent letters stop. Promises owed need a successor or an owner; the
    new manager is asked for a decision of their own.
    """
    before = requisition.manager_id
    after = manager.key if manager is not None else None
    if before == after:
        return False
    if before is not None:
        commitments.go_stale(session, requisition, "manager_changed", actor=actor)
        _ask_for_succession(session, connection, requisition, before)
    requisition.manager_id = after
    session.add(requisition)
    session.flush()
    record(session, requisition.employer_id, "requisition", requisition.key, "manager", actor=actor, manager=after)
    if manager is not None:
        close_task(session, requisition.employer_id, "no_manager", f"requisition:{requisition.key}", by=actor)
    calibration = session.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
    if manager is not None and calibration is not None and calibration.state == "done":
        owe(
            session,
            "nudge",
            f"{calibration.key}:{manager.key}",
            employer_id=requisition.employer_id,
            connection_id=connection.key,
            payload={"calibration_id": calibration.key},
        )
    return True


def _staff(session: Session, connection: Connection, user: records.User) -> Staff:
    staff = session.exec(
        select(Staff).where(col(Staff.connection_id) == connection.key, col(Staff.ats_id) == user.id)
    ).first()
    if staff is None:
        staff = Staff(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            ats_id=user.id,
            name=user.name,
            email=user.email,
            active=user.active,
            created_at=now_of(session),
        )
    else:
        staff.name, staff.email, staff.active = user.name, user.email, user.active
    session.add(staff)
    session.flush()
    return staff


def _ask_for_succession(session: Session, connection: Connection, requisition: Requisition, left: int) -> None:
    owed = session.exec(
        select(Promise).where(
            col(Promise.requisition_id) == requisition.key,
            col(Promise.manager_id) == left,
            col(Promise.successor_id).is_(None),
            col(Promise.state).in_(("owed", "scheduled")),
        )
    ).all()
    for promise in owed:
        open_task(
            session,
            employer_id=requisition.employer_id,
            connection_id=connection.key,
            kind="succession",
            name=f"promise:{promise.key}:{left}",
            owner_id=requisition.recruiter_id,
            requisition_id=requisition.key,
            subject="promise",
            subject_id=promise.key,
            due=promise.due_at,
        )
