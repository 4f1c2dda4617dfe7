"""Telling people how a decision fared: in our own field of the ATS, and as a task where nobody can be asked."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.alignment import mails, no_line
from plugin.alignment.terms import say_duration, say_line
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.i18n import phrases
from plugin.rows import Calibration, Commitment, Connection, Requisition, Staff, Task
from plugin.tasks import open_task
from plugin.work.jobs import owe


def tell_ats(session: Session, connection: Connection, requisition: Requisition, commitment: Commitment) -> None:
    """Owe a message in our own field of the ATS that says how the decision fared; decision fields stay as they are."""
    policy = policy_of(connection)
    if requisition.confidential and not policy.confidential_posts:
        return
    owe(
        session,
        "post_message",
        f"commitment:{commitment.key}:{commitment.state}",
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        payload={
            "requisition_id": requisition.key,
            "key": f"commitment:{commitment.key}:{commitment.state}",
            "text": _state_text(session, connection, commitment),
        },
    )


def _state_text(session: Session, connection: Connection, commitment: Commitment) -> str:
    manager = session.get_one(Staff, commitment.manager_id)
    locale = mails.locale_of(manager, connection)
    _ = phrases(locale)
    line = say_line(commitment.line, commitment.inclusive, locale)
    if commitment.state == "in_force":
        return _("In force: %(line)s, within %(days)s business days.", line=line, days=commitment.days)
    if commitment.state == "grace":
        return _(
            "Recorded: %(line)s, within %(days)s business days. It takes effect %(time)s after the receipt has reached"
            " the hiring manager's mailbox, unless it is undone.",
            line=line,
            days=commitment.days,
            time=say_duration(policy_of(connection).grace_seconds, locale),
        )
    if commitment.state == "declined":
        calibration = session.get_one(Calibration, commitment.calibration_id)
        found = no_line.gap(session, calibration, commitment.manager_id, inclusive=commitment.inclusive)
        recorded = _("Recorded: no commitment. Only standard letters without a promise may be sent.")
        lines = no_line.said(found, locale)
        return " ".join(
            dict.fromkeys([recorded, lines[0], lines[-1]])
        )  # a short field: what stands in the way, what next
    if commitment.state == "undone":
        return _("Undone: no further letter carries the promise. Letters that have left still bind.")
    if commitment.state == "stale":
        return _(
            "No longer in force: the description, the criteria or the hiring manager changed. Letters that have left"
            " still bind."
        )
    if commitment.state == "refused":
        return _("Not in force: the receipt did not reach the hiring manager. Please decide by the link in the mail.")
    if not manager.email:
        return _("Not in force: the hiring manager has no mail address in this ATS, so nobody can confirm it.")
    return _("Recorded as a proposal. It takes effect when the hiring manager confirms it by the link in the mail.")


def nobody_to_ask(
    session: Session, connection: Connection, requisition: Requisition, commitment: Commitment, why: str
) -> None:
    """Open a task for the recruiter: the manager's act is needed and no mail reaches them."""
    open_task(
        session,
        employer_id=requisition.employer_id,
        connection_id=connection.key,
        kind="manager_unreachable",
        name=f"commitment:{commitment.key}",
        owner_id=requisition.recruiter_id,
        requisition_id=requisition.key,
        subject="commitment",
        subject_id=commitment.key,
        facts={"why": why},
    )


_ANSWERED_BY_A_DECISION = ("unreadable_decision", "decision_for_earlier_shortlist", "manager_unreachable")


def close_questions(session: Session, requisition: Requisition, *, by: str) -> None:
    """Close what was open only because there was no readable decision yet."""
    tasks = session.exec(
        select(Task).where(
            col(Task.employer_id) == requisition.employer_id,
            col(Task.requisition_id) == requisition.key,
            col(Task.kind).in_(_ANSWERED_BY_A_DECISION),
            col(Task.state) == "open",
        )
    )
    for task in tasks:
        task.state, task.done_by, task.done_at = "done", by, now_of(session)
        session.add(task)
