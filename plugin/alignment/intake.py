"""A requisition as it stands in the ATS, read and remembered; what its changes set off.

A doorbell says only that something may have changed (R6). Everything is read anew, under one lease per requisition so
that readings come in order; ten doorbells for one change read ten times and write once.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlmodel import Session, col, select

from connectors import records
from connectors.base import Connector
from plugin.alignment import commitment as commitments
from plugin.alignment import decision as decisions
from plugin.alignment import guidance, picking, team
from plugin.alignment.description import Description, choose, is_evergreen
from plugin.alignment.starting import keep_current, overtake
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline.holding import requisition_closed, requisition_opened
from plugin.rows import Calibration, Connection, Requisition
from plugin.work.context import Work
from plugin.work.jobs import Claim
from plugin.work.leases import held

log = structlog.get_logger(__name__)

CALLS_IN_A_READING = 12
"""Most requests one reading makes: bounds how long its lease must hold."""

GUIDANCE_FIELD = "screening_guidance"


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the ATS says of one requisition, read at one moment; nothing of it stored yet."""

    requisition: records.Requisition
    description: Description | None
    team: records.HiringTeam
    decision: records.Decision | None
    guidance: str


def read_requisition(work: Work, claim: Claim) -> None:
    """Read a requisition from the ATS and do what its changes mean. Payload: ats_id."""
    ats_id = str(claim.payload["ats_id"])
    with work.reading() as session:
        connection = session.get_one(Connection, claim.connection_id)
    seconds = max(work.settings.lease_seconds, CALLS_IN_A_READING * work.settings.ats_timeout_seconds)
    with held(work, connection.employer_id, f"{connection.key}:reading:{ats_id}", seconds):
        reading = _read(work.ats(connection), connection, ats_id)
        with work.finishing(claim) as session:
            connection = session.get_one(Connection, connection.key)
            if reading is None:
                _gone(session, connection, ats_id)
            else:
                take_in(session, work, connection, reading)


def _read(ats: Connector, connection: Connection, ats_id: str) -> Reading | None:
    found = ats.requisition(ats_id)
    if found is None:
        return None
    postings = ats.postings(ats_id) if ats.supports("postings") else []
    people = ats.hiring_team(ats_id) if ats.supports("hiring_team") else records.HiringTeam()
    stands = ats.read_decision(ats_id) if ats.supports("read_decision") else None
    field = connection.options.get("guidance_field") or GUIDANCE_FIELD
    return Reading(found, choose(found, postings), people, stands, found.fields.get(field) or "")


def take_in(session: Session, work: Work, connection: Connection, reading: Reading) -> Requisition:
    """Store a reading and do what its changes mean; the same reading again changes nothing. Does not commit."""
    found = reading.requisition
    row = requisition_row(session, connection, found.id)
    before = row.status if row is not None else ""
    if row is None:
        row = Requisition(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            ats_id=found.id,
            title=found.title,
            status=found.status.value,
            created_at=now_of(session),
        )
        session.add(row)
        session.flush()
        record(session, row.employer_id, "requisition", row.key, "first_read", actor="ats", status=row.status)
    else:
        row = commitments.lock(session, row.key)
    row.title, row.status, row.url = found.title, found.status.value, found.url
    row.confidential, row.is_template = found.confidential, found.is_template
    row.opened_at, row.closed_at, row.ats_updated_at = found.opened_at, found.closed_at, found.updated_at
    row.read_at = now_of(session)
    if reading.description is not None:
        # A text that was taken down is still what was asked: the last one known stands.
        row.description, row.description_source = reading.description.text, reading.description.source
    session.add(row)
    team.take_in(session, connection, row, reading.team)
    guidance.read_from_ats(session, row, reading.guidance)
    if before and before != row.status:
        _status_changed(session, row, before)
    why = reason_to_skip(connection, row, found)
    if why:
        if row.calibration_id is None:
            row.state, row.state_reason = "skipped", why
            session.add(row)
        else:
            overtake(session, row)  # no new shortlist; but what was promised rests on the text all the same (R3)
    else:
        if row.state == "skipped":
            row.state, row.state_reason = "waiting", ""
        keep_current(session, connection, row)
    if reading.decision is not None:
        calibration = session.get(Calibration, row.calibration_id) if row.calibration_id else None
        what = decisions.observe(session, work, connection, row, calibration, reading.decision)
        if what != "echo":
            log.info("decision_fields_read", connection=connection.key, requisition=row.key, what=what)
        if not why:
            picking.observe(session, connection, row, calibration, reading.decision)
    return row


def reason_to_skip(connection: Connection, row: Requisition, found: records.Requisition) -> str:
    """Why a requisition is not calibrated, as a code; "" when it is. Picking it by hand overrules all but closing."""
    if row.skipped_by:
        return row.state_reason or "by_person"
    if found.status is records.RequisitionStatus.CLOSED:
        return "closed"
    if row.picked:
        return ""
    if found.is_template:
        return "template"
    if is_evergreen(found):
        return "evergreen"
    if connection.cut_off is not None and found.created_at < connection.cut_off:
        return "before_cut_off"
    return ""


def requisition_row(session: Session, connection: Connection, ats_id: str) -> Requisition | None:
    return session.exec(
        select(Requisition).where(col(Requisition.connection_id) == connection.key, col(Requisition.ats_id) == ats_id)
    ).first()


def _status_changed(session: Session, row: Requisition, before: str) -> None:
    calibration = session.get(Calibration, row.calibration_id) if row.calibration_id else None
    posted = calibration is not None and calibration.posted_at is not None
    record(
        session,
        row.employer_id,
        "requisition",
        row.key,
        f"status_{row.status}",
        actor="ats",
        before=before,
        shortlist_posted=posted,
    )
    if row.status == "open":
        from plugin.scouting.replacing import prepare_again

        requisition_opened(session, row)
        prepare_again(session, row)
    elif row.status == "closed":
        from plugin.scouting.batches import stop_unsent

        stop_unsent(session, row.key, "requisition_closed")
        requisition_closed(session, row)


def _gone(session: Session, connection: Connection, ats_id: str) -> None:
    """The requisition was deleted, or hidden from us: as good as closed, and nothing is promised on it any more."""
    row = requisition_row(session, connection, ats_id)
    if row is None or row.state_reason == "gone":
        return
    row = commitments.lock(session, row.key)
    commitments.go_stale(session, row, "requisition_gone")
    before, row.status, row.state_reason = row.status, "closed", "gone"
    session.add(row)
    if before != "closed":
        _status_changed(session, row, before)
