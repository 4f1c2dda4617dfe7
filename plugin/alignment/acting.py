"""What a link in the manager's own mailbox does: decide, decline, confirm, undo (R2 `verified`).

Each takes the token of a POST, uses it up, and refuses where the link is not (any more) the current manager's on the
current calibration. The caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from plugin.alignment import commitment as commitments
from plugin.alignment import mails
from plugin.alignment.links import LinkRefused, look_at, use_link
from plugin.alignment.starting import overtake
from plugin.alignment.terms import Terms, default_terms, problems
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline import revocation
from plugin.rows import ActingLink, Calibration, Commitment, Connection, Requisition, Staff
from plugin.sealing import Vault
from plugin.work.context import Work

FRESH_LINK_EVERY = timedelta(minutes=1)
"""How often the public page may have a fresh link mailed."""


class WrongTerms(Exception):
    """The terms can't be committed to; `codes` are for `terms.problem_text`. The link stays good."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


def decide_by_link(session: Session, work: Work, token: str, terms: Terms) -> Commitment:
    """The manager commits: in force at once, with a receipt. Raises `LinkRefused`, `WrongTerms`."""
    link, connection, requisition, calibration, manager = _deciding(session, token)
    today = now_of(session).astimezone(ZoneInfo(terms.zone)).date()
    wrong = problems(terms, calibration, today)
    if wrong:
        raise WrongTerms(wrong)
    return commitments.decide(
        session,
        work,
        connection=connection,
        requisition=requisition,
        calibration=calibration,
        manager=manager,
        terms=terms,
        how="acting_link",
        by=session.get_one(Staff, link.staff_id),
    )


def decline_by_link(session: Session, vault: Vault, token: str, reason: str, words: str = "") -> Commitment:
    """The manager does not commit: `reason` is a code, `words` their own. Raises `LinkRefused`."""
    _link, connection, requisition, calibration, manager = _deciding(session, token)
    commitment = commitments.decline(
        session,
        connection=connection,
        requisition=requisition,
        calibration=calibration,
        manager=manager,
        terms=default_terms(connection, calibration, manager, now_of(session)),
        how="acting_link",
        by=manager,
        reason=reason,
    )
    revocation.keep_reason(session, vault, commitment, words)
    return commitment


def confirm_by_link(session: Session, work: Work, token: str) -> Commitment:
    """The manager confirms what was entered in the ATS: verified now, in force at once. Raises `LinkRefused`."""
    link = use_link(session, token, "confirm")
    commitment = session.get_one(Commitment, link.subject_id)
    requisition = commitments.lock(session, commitment.requisition_id)
    session.refresh(commitment)
    if link.staff_id != commitment.manager_id or requisition.manager_id != link.staff_id:
        raise LinkRefused("not_yours")
    if commitment.state != "proposed" or requisition.calibration_id != commitment.calibration_id:
        raise LinkRefused("overtaken")
    if overtake(session, requisition):
        raise LinkRefused("overtaken")
    today = now_of(session).astimezone(ZoneInfo(commitment.zone)).date()
    if commitment.reply_deadline <= today:
        raise LinkRefused("overtaken")
    connection = session.get_one(Connection, requisition.connection_id)
    manager = session.get_one(Staff, link.staff_id)
    commitment.strength, commitment.by_staff_id = "verified", manager.key
    session.add(commitment)
    record(session, commitment.employer_id, "commitment", commitment.key, "confirmed", actor=f"staff:{manager.key}")
    commitments.take_effect(session, commitment, actor=f"staff:{manager.key}")
    commitment.receipt_mail_id = mails.receipt(session, work, connection, requisition, manager, commitment)
    session.add(commitment)
    commitments.tell_ats(session, connection, requisition, commitment)
    return commitment


def undo_by_link(session: Session, vault: Vault, token: str, reason: str = "", words: str = "") -> Commitment:
    """The manager takes it back; works at any time, also after the manager of the requisition has changed.

    Raises `LinkRefused`, and `revocation.ReasonNeeded` (the link stays good) where letters have left and no reason is
    given. What had ended already stays as it ended.
    """
    look = look_at(session, token)
    if look.state == "good" and look.purpose == "undo" and reason not in revocation.REASONS:
        commitment = session.get_one(Commitment, look.subject_id)
        if commitment.state in commitments.LIVE and revocation.has_left(session, commitment):
            raise revocation.ReasonNeeded("letters have left under this commitment; say why it is taken back")
    link = use_link(session, token, "undo")
    commitment = session.get_one(Commitment, link.subject_id)
    if link.staff_id != commitment.manager_id:
        raise LinkRefused("not_yours")
    commitments.undo(session, vault, commitment, f"staff:{link.staff_id}", reason, words)
    return commitment


def ask_for_link(session: Session, work: Work, calibration: Calibration) -> bool:
    """Mail a fresh acting link to the manager's own address, because somebody pressed the button of the page in the ATS.

    Whoever presses learns nothing and can do nothing. False when one was mailed a moment ago, when there is nobody to
    mail it to, or when the calibration has been overtaken.
    """
    requisition = session.get_one(Requisition, calibration.requisition_id)
    if requisition.calibration_id != calibration.id or requisition.manager_id is None:
        return False
    if mails.asked_lately(session, calibration, FRESH_LINK_EVERY):
        return False
    connection = session.get_one(Connection, requisition.connection_id)
    manager = session.get_one(Staff, requisition.manager_id)
    return mails.acting_link(session, work, connection, requisition, calibration, manager) is not None


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who may decide what by a link that is still good."""

    connection: Connection
    requisition: Requisition
    calibration: Calibration
    manager: Staff

    @property
    def actor(self) -> str:
        """As events name the manager."""
        return f"staff:{self.manager.key}"


def while_deciding(session: Session, token: str) -> Deciding:
    """Whose link to decide this is, without using it up: for what a manager does before deciding (R2).

    Raises `LinkRefused` where it could not decide: used, expired, overtaken, no longer this manager's.
    """
    look = look_at(session, token)
    if look.state != "good" or look.purpose != "decide":
        raise LinkRefused("unknown" if look.state == "good" else look.state)
    calibration = session.get_one(Calibration, look.subject_id)
    requisition = session.get_one(Requisition, calibration.requisition_id)
    if requisition.employer_id != look.employer_id or requisition.connection_id != look.connection_id:
        raise LinkRefused("not_yours")
    if requisition.calibration_id != calibration.id or calibration.state != "done":
        raise LinkRefused("overtaken")
    manager = session.get_one(Staff, look.staff_id)
    if requisition.manager_id != manager.id or not manager.active:
        raise LinkRefused("not_yours")
    return Deciding(session.get_one(Connection, look.connection_id), requisition, calibration, manager)


def _deciding(session: Session, token: str) -> tuple[ActingLink, Connection, Requisition, Calibration, Staff]:
    link = use_link(session, token, "decide")
    calibration = session.get_one(Calibration, link.subject_id)
    requisition = commitments.lock(session, calibration.requisition_id)
    if requisition.employer_id != link.employer_id or requisition.connection_id != link.connection_id:
        raise LinkRefused("not_yours")
    if requisition.calibration_id != calibration.id or calibration.state != "done" or overtake(session, requisition):
        raise LinkRefused("overtaken")
    if requisition.manager_id != link.staff_id:
        raise LinkRefused("not_yours")
    manager = session.get_one(Staff, link.staff_id)
    if not manager.active:
        raise LinkRefused("not_yours")
    return link, session.get_one(Connection, link.connection_id), requisition, calibration, manager
