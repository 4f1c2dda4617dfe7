"""How a requisition stands, as its pages show it: read in a few queries, one or fifty requisitions alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import func
from sqlmodel import Session, col, select

from plugin.alignment import commitment as commitments
from plugin.alignment import no_line
from plugin.alignment.diagnosis import Diagnosis, diagnose
from plugin.alignment.mails import still_bound_said
from plugin.alignment.terms import say_line, say_terms, terms_of
from plugin.doors.page import translate as _
from plugin.doors.page import work, zone
from plugin.i18n import say_time
from plugin.pipeline import revocation
from plugin.rows import Batch, Calibration, Commitment, Connection, GuidanceNote, Promise, Requisition, Scout, Staff
from plugin.scouting.may_write import LEFT

DECLINED = ("nobody_fits", "requirement_wrong", "no_capacity", "headcount_open", "other")
"""Why a manager does not commit, as they choose."""


@dataclass(frozen=True, slots=True)
class Line:
    """One requisition in the list."""

    requisition: Requisition
    manager: str
    state: str
    tone: str
    calibration: Calibration | None
    commitment: Commitment | None
    promised: str
    batch: Batch | None
    owed: int
    kept: int
    broken: int
    next_due: datetime | None


def listed(db: Session, rows: Sequence[Requisition]) -> list[Line]:
    """The list's lines, in the order of `rows`."""
    ids = [row.key for row in rows]
    calibrations = _by_key(db, Calibration, [row.calibration_id for row in rows])
    staff = _by_key(db, Staff, [row.manager_id for row in rows])
    newest: dict[int, Commitment] = {}
    for one in db.exec(select(Commitment).where(col(Commitment.requisition_id).in_(ids)).order_by(col(Commitment.id))):
        newest[one.requisition_id] = one
    batches: dict[int, Batch] = {}
    for batch in db.exec(select(Batch).where(col(Batch.requisition_id).in_(ids)).order_by(col(Batch.id))):
        batches[batch.requisition_id] = batch
    counts: dict[tuple[int, str], tuple[int, datetime]] = {
        (requisition_id, state): (count, due)
        for requisition_id, state, count, due in db.execute(
            select(Promise.requisition_id, Promise.state, func.count(), func.min(Promise.due_at))
            .where(col(Promise.requisition_id).in_(ids))
            .group_by(col(Promise.requisition_id), col(Promise.state))
        )
    }
    lines = []
    for row in rows:
        calibration = calibrations.get(row.calibration_id or 0)
        last = newest.get(row.key)
        of_another = last is not None and last.calibration_id != row.calibration_id
        commitment = None if last is None or (of_another and last.state not in commitments.LIVE) else last
        manager = staff.get(row.manager_id or 0)
        state, tone = state_of(row, commitment)
        open_ones = [counts[row.key, name] for name in ("owed", "scheduled") if (row.key, name) in counts]
        lines.append(
            Line(
                requisition=row,
                manager=manager.name if manager is not None else "",
                state=state,
                tone=tone,
                calibration=calibration,
                commitment=commitment,
                promised=say_line(commitment.line, commitment.inclusive, g.locale) if commitment is not None else "",
                batch=batches.get(row.key),
                owed=sum(count for count, _due in open_ones),
                kept=counts.get((row.key, "kept"), (0, None))[0],
                broken=counts.get((row.key, "broken"), (0, None))[0],
                next_due=min((due for _count, due in open_ones), default=None),
            )
        )
    return lines


def of(db: Session, requisition: Requisition) -> dict[str, Any]:
    """What every page of one requisition shows around its own matter."""
    connection = db.get_one(Connection, requisition.connection_id)
    commitment = commitment_shown(db, requisition)
    manager = db.get(Staff, requisition.manager_id) if requisition.manager_id else None
    recruiter = db.get(Staff, requisition.recruiter_id) if requisition.recruiter_id else None
    state, tone = state_of(requisition, commitment)
    batch = db.exec(
        select(Batch).where(col(Batch.requisition_id) == requisition.key).order_by(col(Batch.id).desc())
    ).first()
    return {
        "requisition": requisition,
        "connection": connection,
        "manager": manager,
        "recruiter": recruiter,
        "commitment": commitment,
        "terms": terms_shown(commitment) if commitment is not None else [],
        "commitment_state": commitment_state(commitment, connection) if commitment is not None else None,
        "diagnosis": diagnosis_of(db, commitment),
        "gap_said": no_line.said,
        "state": state,
        "tone": tone,
        "batch": batch,
        "stamp": stamp(db, requisition),
        "colleagues": db.exec(
            select(Staff)
            .where(col(Staff.connection_id) == connection.key, col(Staff.active).is_(True))
            .order_by(col(Staff.name))
        ).all(),
        "declined_because": declined_because(db, commitment),
        "mailed": mailed(db, commitment) if commitment is not None else 0,
        "bound": still_bound(db, ended(db, requisition)),
        "undo_reasons": undo_reasons(),
    }


def ended(db: Session, requisition: Requisition) -> list[Commitment]:
    """Commitments that are over: what left under them may still bind."""
    return list(
        db.exec(
            select(Commitment).where(
                col(Commitment.requisition_id) == requisition.key,
                col(Commitment.in_force_at).is_not(None),
                col(Commitment.ended_at).is_not(None),
            )
        )
    )


def still_bound(db: Session, rows: Sequence[Commitment]) -> list[str]:
    """Who is still owed under commitments that are over, a sentence each."""
    return [
        line
        for row in rows
        if row.ended_at is not None
        for line in still_bound_said(revocation.still_bound(db, row), g.locale)
    ]


def undo_reasons() -> dict[str, str]:
    return {
        "role_changed": _("The position has changed"),
        "headcount_gone": _("The headcount is gone or on hold"),
        "line_wrong": _("The line was set wrong"),
        "no_time": _("I can't meet them in time"),
        "handed_over": _("Somebody else takes it over"),
        "other": _("Another reason"),
    }


def terms_shown(commitment: Commitment) -> list[tuple[str, str]]:
    return say_terms(terms_of(commitment), g.locale)


def mailed(db: Session, commitment: Commitment) -> int:
    """How many were written to under a commitment: what is being sent or may have been counts."""
    return db.exec(
        select(func.count())
        .select_from(Scout)
        .where(col(Scout.commitment_id) == commitment.key, col(Scout.state).in_(LEFT))
    ).one()


def commitment_shown(db: Session, requisition: Requisition) -> Commitment | None:
    """The live commitment, else the last one of the current calibration, however it ended."""
    live = commitments.live(db, requisition.key)
    if live is not None or requisition.calibration_id is None:
        return live
    return db.exec(
        select(Commitment)
        .where(col(Commitment.calibration_id) == requisition.calibration_id)
        .order_by(col(Commitment.id).desc())
    ).first()


@dataclass(frozen=True, slots=True)
class Shown:
    """A commitment's state in words. `until`: when its grace period ends; None while the receipt is on its way."""

    title: str
    text: str
    tone: str
    until: datetime | None = None
    can_undo: bool = False


def commitment_state(commitment: Commitment, connection: Connection) -> Shown:
    """Say how a commitment stands."""
    until = commitments.grace_ends_at(commitment, connection)
    undo = commitment.state in commitments.LIVE
    if commitment.state == "in_force":
        when = commitment.in_force_at
        since = say_time(when, zone(), g.locale) if when is not None else ""
        how = (
            _("Decided by the hiring manager's own link.")
            if commitment.strength == "verified"
            else _("Entered in the ATS, whose decision fields only hiring managers can edit.")
        )
        return Shown(_("In force since %(when)s", when=since), how, "good", None, undo)
    texts = {
        "grace": (
            _("Receipt sent, not in force yet"),
            _("Entered in the ATS. It takes effect by itself when the time to undo it is over."),
            "wait",
        ),
        "proposed": (
            _("Waits for the hiring manager's confirmation"),
            _("Entered in the ATS, which does not say by whom. The link in the hiring manager's mailbox confirms it."),
            "wait",
        ),
        "declined": (
            _("No commitment"),
            _("The hiring manager decided not to commit. Only letters without a promise may be sent."),
            "off",
        ),
        "undone": (_("Undone"), _("No further letter carries the promise. Letters that have left still bind."), "off"),
        "superseded": (_("Replaced by a newer decision"), _("Letters that have left still bind."), "off"),
        "stale": (
            _("No longer in force"),
            _("The description, the criteria or the hiring manager changed. Letters that have left still bind."),
            "bad",
        ),
        "refused": (_("Not in force"), _("The decision could not be tied to the hiring manager."), "bad"),
    }
    title, text, tone = texts[commitment.state]
    return Shown(title, text, tone, until if commitment.state == "grace" else None, undo)


def state_of(requisition: Requisition, commitment: Commitment | None) -> tuple[str, str]:
    """A requisition's state in a few words, and its tone."""
    if requisition.state == "skipped":
        return _("Skipped: %(why)s", why=reason(requisition.state_reason)), "off"
    if requisition.paused:
        return _("Paused"), "off"
    if requisition.state == "waiting":
        return _("Waits: %(why)s", why=reason(requisition.state_reason or "no_description")), "wait"
    if requisition.state == "calibrating":
        return _("Being calibrated"), "wait"
    if commitment is None or commitment.state in ("superseded", "refused"):
        return _("Waits for a decision"), "wait"
    texts = {
        "proposed": (_("Waits for confirmation"), "wait"),
        "grace": (_("In force shortly"), "wait"),
        "in_force": (_("Commitment in force"), "good"),
        "declined": (_("No commitment"), "off"),
        "undone": (_("Commitment undone"), "off"),
        "stale": (_("Needs a new decision"), "bad"),
    }
    return texts[commitment.state]


def reason(code: str) -> str:
    """Why a requisition waits or is skipped; unknown codes and people's own words come back as they are."""
    texts = {
        "no_description": _("it has no description yet"),
        "nothing_parsed": _("its description names neither a role nor a skill"),
        "template": _("it is a template"),
        "evergreen": _("it collects people for no particular role"),
        "before_cut_off": _("it is older than the connection"),
        "closed": _("it is closed"),
        "gone": _("it is gone from the ATS"),
        "by_person": _("a colleague said so"),
    }
    return texts.get(code, code)


def stamp(db: Session, requisition: Requisition) -> str:
    """Changes whenever something changes that the requisition's pages show."""
    commitment = commitment_shown(db, requisition)
    calibration = db.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
    batches = db.execute(
        select(func.count(), func.max(Batch.id)).where(col(Batch.requisition_id) == requisition.key)
    ).one()
    note = db.exec(select(func.max(GuidanceNote.id)).where(col(GuidanceNote.requisition_id) == requisition.key)).one()
    parts = (
        requisition.state,
        requisition.status,
        requisition.calibration_id,
        calibration.state if calibration is not None else "",
        (commitment.key, commitment.state, commitment.receipt_accepted_at) if commitment is not None else "",
        tuple(batches),
        note,
    )
    return "|".join(map(str, parts))


def declined_reasons() -> dict[str, str]:
    return {
        "nobody_fits": _("Nobody on the shortlist is strong enough"),
        "requirement_wrong": _("The description or the criteria ask for the wrong things"),
        "no_capacity": _("There is no time to meet people at present"),
        "headcount_open": _("The headcount is not settled"),
        "other": _("Another reason"),
    }


def declined_because(db: Session, commitment: Commitment | None) -> str:
    """The reason of a declined commitment in words, with what the manager added."""
    if commitment is None or commitment.state != "declined":
        return ""
    parts = (declined_reasons().get(commitment.end_reason, ""), revocation.reason_words(db, work().vault, commitment))
    return ": ".join(part for part in parts if part)


def diagnosis_of(db: Session, commitment: Commitment | None) -> Diagnosis | None:
    """Why nobody committed, for a declined one."""
    if commitment is None or commitment.state != "declined":
        return None
    return diagnose(db, db.get_one(Calibration, commitment.calibration_id), commitment.manager_id)


def _by_key(db: Session, table: Any, ids: Sequence[int | None]) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.key: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
