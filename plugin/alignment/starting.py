"""When a calibration starts: when what is asked differs from the requisition's current one, or a person asks.

The key is (requirement hash, guidance hash) against the current calibration, so that going back to an earlier text is a
new one. Score versions and the store are recorded, not keys: upgrades and new profiles start nothing.
"""

from __future__ import annotations

import secrets

from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.alignment import guidance, requirement
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Calibration, Connection, RequirementRow, Requisition
from plugin.work.jobs import INTERACTIVE, NORMAL, owe

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: can be read out on the telephone


def keep_current(
    session: Session, connection: Connection, requisition: Requisition, *, asked_by: str = ""
) -> Calibration | None:
    """Start a calibration if one is due and return it; None when the current one stands, or there is nothing to go by.

    `asked_by` is the person who wants it run anew, whatever changed. What was committed on the one before ends: stale
    where the requirement or the guidance changed, superseded where it is merely run again. Does not commit.
    """
    actor = asked_by or "ats"
    changed = overtake(session, requisition, actor=actor)
    if requisition.state == "skipped" or requisition.paused or connection.state != "active":
        return None
    if not requisition.description:
        requisition.state, requisition.state_reason = "waiting", "no_description"
        session.add(requisition)
        return None
    asked = requirement.asked_now(session, requisition)
    if not asked.parses:
        requisition.state, requisition.state_reason = "waiting", "nothing_parsed"
        session.add(requisition)
        return None
    note = guidance.current(session, requisition.key)
    guidance_hash = note.hash if note is not None else ""
    current = session.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
    if current is not None and not changed and not asked_by:
        if requisition.state != "waiting":
            return None
        if requisition.state_reason != "nothing_parsed":
            requisition.state = "calibrated" if current.state == "done" else "calibrating"
            session.add(requisition)
            return None
        # In between it asked for nothing, which ended what was committed: going back is a new one.
    if current is not None and not changed and (live := commitments.live(session, requisition.key)) is not None:
        commitments.end(session, live, "superseded", actor=actor, reason="calibrated_again")
    now = now_of(session)
    stored = RequirementRow(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        hash=asked.hash,
        parser_version=asked.parser_version,
        text=requisition.description,
        parsed=asked.to_json(),
        created_at=now,
    )
    session.add(stored)
    session.flush()
    calibration = Calibration(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        requirement_id=stored.key,
        guidance_id=note.key if note is not None else None,
        manager_id=requisition.manager_id,
        short_id=_short_id(session, requisition.employer_id),
        requirement_hash=asked.hash,
        guidance_hash=guidance_hash,
        asked_by=asked_by,
        before_publish=requisition.status == "draft",
        created_at=now,
    )
    session.add(calibration)
    session.flush()
    requisition.calibration_id = calibration.key
    requisition.state, requisition.state_reason = "calibrating", ""
    session.add(requisition)
    record(
        session,
        requisition.employer_id,
        "calibration",
        calibration.key,
        "started",
        actor=actor,
        requisition=requisition.key,
        changed=changed,
        requirement_hash=asked.hash,
        guidance_hash=guidance_hash,
    )
    owe(
        session,
        "calibrate",
        str(calibration.key),
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        payload={"calibration_id": calibration.key},
        lane=INTERACTIVE if asked_by else NORMAL,
    )
    return calibration


def overtake(session: Session, requisition: Requisition, *, actor: str = "ats") -> list[str]:
    """Say in what the requisition asks other than its current calibration did, and end what was committed on that (R3).

    Paused and skipped ones too: no letter may leave on a text that has changed, whenever it is resumed.
    """
    if not requisition.description:
        return []
    commitments.lock(session, requisition.key)
    requirement.settle_overrides(session, requisition)
    if requisition.calibration_id is None:
        return []
    current = session.get_one(Calibration, requisition.calibration_id)
    row = session.get_one(RequirementRow, current.requirement_id)
    then, asked = requirement.asked_then(session, row), requirement.asked_now(session, requisition)
    changed = requirement.changed_fields(then, asked)
    note = guidance.current(session, requisition.key)
    if (note.hash if note is not None else "") != current.guidance_hash:
        changed.append("guidance")
    if changed:
        commitments.go_stale(session, requisition, "changed:" + ",".join(changed), actor=actor)
    return changed


def _short_id(session: Session, employer_id: int) -> str:
    """A short id nobody of this employer's calibrations has: it stands in the ATS beside the decision."""
    while True:
        made = "C" + "".join(secrets.choice(_LETTERS) for _ in range(6))
        taken = session.exec(
            select(Calibration.id).where(col(Calibration.employer_id) == employer_id, col(Calibration.short_id) == made)
        ).first()
        if taken is None:
            return made
