"""What people do to a requisition on our pages. Each act names who did it; none commits.

`by` is an actor as in `events.record`: `staff:<id>` or `admin:<name>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.alignment import guidance, requirement, team
from plugin.alignment.starting import keep_current
from plugin.database import now_of
from plugin.events import record
from plugin.rows import (
    Calibration,
    Connection,
    Override,
    Requisition,
    ShortlistEntry,
    Staff,
    Verdict,
)
from plugin.work.jobs import owe
from ranking.guidance import read_guidance
from ranking.values import Guidance


class NeedsReason(ValueError):
    """This act needs a reason (and a person) to go with it."""


class NotTheRecruiter(ValueError):
    """Who recruits can't be made the hiring manager by hand: only the ATS's own hiring team says so."""


def set_guidance(
    session: Session, connection: Connection, requisition: Requisition, text: str, author: str
) -> Guidance:
    """Put the manager's words in force and recalibrate if they differ; return what was understood, refusals included."""
    if guidance.write(session, requisition, text, author=author, source="page"):
        keep_current(session, connection, requisition)
    return read_guidance(text)


def set_override(
    session: Session, connection: Connection, requisition: Requisition, field: str, value: Any, by: str
) -> Override:
    """Set a field of the requirement by hand; raises `requirement.WrongOverride`. Recalibrates if it differs."""
    (override,) = set_overrides(session, requisition, {field: value}, by)
    keep_current(session, connection, requisition)
    return override


def set_overrides(session: Session, requisition: Requisition, values: Mapping[str, Any], by: str) -> list[Override]:
    """Set several fields by hand as one act; the caller recalibrates. Raises `requirement.WrongOverride`, then sets none."""
    checked = {field: requirement.checked_value(field, value) for field, value in values.items()}
    now = now_of(session)
    text_values = requirement.plain_values(requirement.parsed(requisition.description))
    for former in requirement.overrides_of(session, requisition.key):
        if former.field in checked:
            former.ended_at = now
            session.add(former)
    overrides = [
        Override(
            employer_id=requisition.employer_id,
            requisition_id=requisition.key,
            field=field,
            value=value,
            text_value=text_values[field],
            by=by,
            created_at=now,
        )
        for field, value in checked.items()
    ]
    session.add_all(overrides)
    session.flush()
    for override in overrides:
        record(session, requisition.employer_id, "override", override.key, "set", actor=by, field=override.field)
    return overrides


def end_override(
    session: Session, connection: Connection, requisition: Requisition, override: Override, by: str
) -> None:
    """Let the text speak for itself again."""
    if override.requisition_id != requisition.id:
        raise ValueError("the override belongs to another requisition")
    if override.ended_at is None:
        close_override(session, override, by)
        keep_current(session, connection, requisition)


def close_override(session: Session, override: Override, by: str) -> None:
    """End an override; the caller recalibrates."""
    override.ended_at = now_of(session)
    session.add(override)
    session.flush()
    record(session, override.employer_id, "override", override.key, "ended", actor=by)


def ask_again(session: Session, connection: Connection, requisition: Requisition, by: str) -> Calibration | None:
    """Run the calibration anew although nothing changed; what was committed on the one before ends."""
    return keep_current(session, connection, requisition, asked_by=by)


def skip(session: Session, requisition: Requisition, by: str, reason: str) -> None:
    """Leave a requisition out, by a named person and for a reason. Ends what is live."""
    if not reason.strip():
        raise NeedsReason("say why this requisition is skipped")
    commitments.go_stale(session, requisition, "skipped", actor=by)
    requisition.state, requisition.state_reason = "skipped", reason.strip()[:500]
    requisition.skipped_by, requisition.picked = by, False
    session.add(requisition)
    record(session, requisition.employer_id, "requisition", requisition.key, "skipped", actor=by)


def pick(session: Session, connection: Connection, requisition: Requisition, by: str) -> Calibration | None:
    """Take a requisition in although a rule would skip it (older than the cut-off, a template, evergreen)."""
    requisition.picked, requisition.skipped_by = True, None
    requisition.state, requisition.state_reason = "waiting", ""
    session.add(requisition)
    record(session, requisition.employer_id, "requisition", requisition.key, "picked", actor=by)
    _read_anew(session, connection, requisition)
    return keep_current(session, connection, requisition)


def pause(session: Session, requisition: Requisition, by: str) -> None:
    """Stop everything that is ours on a requisition; what has left still binds."""
    requisition.paused = True
    session.add(requisition)
    record(session, requisition.employer_id, "requisition", requisition.key, "paused", actor=by)


def resume(session: Session, connection: Connection, requisition: Requisition, by: str) -> None:
    requisition.paused = False
    session.add(requisition)
    record(session, requisition.employer_id, "requisition", requisition.key, "resumed", actor=by)
    _read_anew(session, connection, requisition)
    keep_current(session, connection, requisition)


def set_manager(session: Session, connection: Connection, requisition: Requisition, staff: Staff, by: str) -> None:
    """Name the hiring manager by hand: the ATS's order no longer decides.

    Raises `NotTheRecruiter` for oneself and for the requisition's recruiter: the acting link would go to their own
    mailbox, and the promise would be theirs (R2).
    """
    if staff.connection_id != requisition.connection_id:
        raise ValueError("this colleague belongs to another connection")
    if by == f"staff:{staff.key}" or staff.key == requisition.recruiter_id:
        raise NotTheRecruiter("a recruiter can't be named hiring manager by hand")
    requisition.manager_set_by = by
    session.add(requisition)
    team.change_manager(session, connection, requisition, staff, actor=by)


def approve_headcount(session: Session, requisition: Requisition, by: str) -> None:
    """Record that the headcount is approved (枠承認済) although the ATS has the requisition as a draft."""
    requisition.headcount_approved_by, requisition.headcount_approved_at = by, now_of(session)
    session.add(requisition)
    record(session, requisition.employer_id, "requisition", requisition.key, "headcount_approved", actor=by)


def give_verdict(
    session: Session, calibration: Calibration, staff: Staff, profile_id: str, match: bool, reason: str = ""
) -> Verdict:
    """Say of one of the 20 whether they match what the manager had in mind; a no needs a reason (it is the useful one).

    It changes no score and removes nobody. Saying it again replaces it.
    """
    if not match and not reason.strip():
        raise NeedsReason("say why this person does not match")
    shown = session.exec(
        select(ShortlistEntry.id).where(
            col(ShortlistEntry.calibration_id) == calibration.key, col(ShortlistEntry.profile_id) == profile_id
        )
    ).first()
    if shown is None:
        raise ValueError("this person is not on the shortlist")
    verdict = session.exec(
        select(Verdict).where(
            col(Verdict.calibration_id) == calibration.key,
            col(Verdict.staff_id) == staff.key,
            col(Verdict.profile_id) == profile_id,
        )
    ).first() or Verdict(
        employer_id=calibration.employer_id,
        calibration_id=calibration.key,
        staff_id=staff.key,
        profile_id=profile_id,
        match=match,
        created_at=now_of(session),
    )
    verdict.match, verdict.reason = match, reason.strip()[:500]
    session.add(verdict)
    record(
        session,
        calibration.employer_id,
        "calibration",
        calibration.key,
        "verdict",
        actor=f"staff:{staff.key}",
        match=match,
    )
    return verdict


def _read_anew(session: Session, connection: Connection, requisition: Requisition) -> None:
    owe(
        session,
        "read_requisition",
        f"by_hand:{requisition.key}:{now_of(session).isoformat()}",
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        payload={"ats_id": requisition.ats_id},
    )
