"""What became of a mail: sent, refused, to be tried again, or unknown for good (R7).

A definite refusal is known not to have left and may be tried again with the same Message-ID, after everything was asked
again. A lost answer is never resolved by sending: a bounce, a reply or a person settles it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select

from plugin.alignment.commitment import on_receipt_accepted, on_receipt_bounced, on_receipt_unknown
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.events import record
from plugin.rows import Batch, Mail, Requisition, Scout
from plugin.scouting.outbox import Delivered, Outcome, Refused, Unknown, says_unknown_user
from plugin.scouting.post import ABOUT_SOMEBODY
from plugin.scouting.replacing import owe_replacement
from plugin.scouting.suppression import suppress
from plugin.tasks import close_task, open_task
from plugin.work.context import Work
from plugin.work.jobs import BULK, NORMAL, NotYet, Park, back_off, owe

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 40
"""Definite temporary refusals before a mail is given up: most of a day."""


PATIENCE = (0.1, 0.3, 1.0, 3.0)
"""Seconds between attempts to write down an outcome while the database is away or chose us to end a deadlock."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mail marked `sending`; `number` fences its outcome."""

    mail_id: int
    number: int
    raw: bytes
    envelope_from: str
    to: str


def settle(work: Work, attempt: Attempt, outcome: Outcome) -> None:
    """Write down what the server said, whoever holds the job by now; then raise what the job must still hear.

    An answer we have heard must not be forgotten because the database was busy: that would leave the mail unknown.
    """
    for wait in (*PATIENCE, None):
        try:
            _settle(work, attempt, outcome)
            return
        except OperationalError as error:
            if wait is None:
                raise
            log.warning("mail_outcome_waits", mail=attempt.mail_id, error=type(error.orig).__name__)
            time.sleep(wait)


def _settle(work: Work, attempt: Attempt, outcome: Outcome) -> None:
    again: Exception | None = None
    with work.writing() as session:
        mail = session.get_one(Mail, attempt.mail_id, with_for_update=NO_KEY_UPDATE)
        if mail.attempts != attempt.number or mail.state not in ("sending", "unknown"):
            log.info("mail_outcome_late", mail=attempt.mail_id, state=mail.state)
            return
        lost = (
            mail.state == "unknown"
        )  # our lease ran out meanwhile: another took the job, found `sending` and ended it
        mail.answer = outcome.answer
        session.add(mail)
        if isinstance(outcome, Delivered):
            _sent(session, mail)
        elif isinstance(outcome, Refused):
            again = _refused(session, work, mail, outcome)
            if lost and again is not None:
                _owe_again(session, mail)
                again = None
        else:
            mark_unknown(session, mail, outcome.answer)
        if lost and not isinstance(outcome, Unknown):
            close_task(session, mail.employer_id, "unknown_mail", str(mail.key), by="clock")
    log.info("mail_attempted", mail=attempt.mail_id, attempt=attempt.number, outcome=type(outcome).__name__)
    if again is not None:
        raise again


def _sent(session: Session, mail: Mail) -> None:
    now = now_of(session)
    mail.state, mail.accepted_at = "sent", now
    session.add(mail)
    scout = _scout_state(session, mail, "sent", None)
    if scout is not None:
        scout.sent_at = now
        session.add(scout)
        record(
            session, scout.employer_id, "scout", scout.key, "sent", actor="clock", commitment=scout.commitment_id, mail=mail.key
        )  # fmt: skip
    if mail.kind == "receipt":
        on_receipt_accepted(session, mail)


def _refused(session: Session, work: Work, mail: Mail, refused: Refused) -> Exception | None:
    """The mail has definitely not left: again later, a person's turn, or never."""
    if refused.ours_to_mend:
        _back_to_queue(session, mail)
        return Park(
            f"The mail server refused us, not the recipient: {refused.code} {refused.answer}."
            " Check KAKUYAKU_SMTP_URL, KAKUYAKU_SMTP_PASSWORD and the sender address, then retry this job."
        )
    if refused.transient and mail.attempts < MOST_ATTEMPTS:
        _back_to_queue(session, mail)
        return NotYet(now_of(session) + back_off(mail.attempts - 1), f"{refused.code} {refused.answer}")
    mail.state = "refused"
    session.add(mail)
    refused_scout = _scout_state(session, mail, "refused", f"smtp_{refused.code}")
    if refused_scout is not None:
        owe_replacement(session, refused_scout)
    record(session, mail.employer_id, "mail", mail.key, "refused", actor="clock", code=refused.code)
    if mail.person and mail.kind not in ABOUT_SOMEBODY and says_unknown_user(refused):
        suppress(session, work.vault, employer_id=mail.employer_id, address_hash=mail.to_hash, reason="bounce")
    if mail.kind == "receipt":
        on_receipt_bounced(session, mail)
    elif not mail.scout_id:
        open_task(
            session,
            employer_id=mail.employer_id,
            connection_id=mail.connection_id,
            kind="mail_refused",
            name=str(mail.key),
            owner_id=None,
            subject="mail",
            subject_id=mail.key,
            due=now_of(session),
            facts={"kind": mail.kind, "code": refused.code},
        )
    return None


def _back_to_queue(session: Session, mail: Mail) -> None:
    mail.state = "queued"
    session.add(mail)
    _scout_state(session, mail, "queued", None)


_OF_SCOUTS = {"scout": "send_scout", "follow_up": "send_follow_up"}
"""Mails that are asked everything again before another attempt, and who asks."""


def _owe_again(session: Session, mail: Mail) -> None:
    """Owe the sending of a mail anew whose job has been ended by another."""
    scout = mail.kind in _OF_SCOUTS
    owe(
        session,
        _OF_SCOUTS.get(mail.kind, "send_mail"),
        f"{mail.scout_id if scout else mail.key}:after:{mail.attempts}",
        employer_id=mail.employer_id,
        connection_id=mail.connection_id,
        payload={"scout_id": mail.scout_id} if scout else {"mail_id": mail.key},
        due=now_of(session) + back_off(mail.attempts - 1),
        lane=BULK if scout else NORMAL,
    )


def mark_unknown(session: Session, mail: Mail, why: str) -> None:
    """Nobody knows whether it left: it counts as left, and a bounce, a reply or a person settles it."""
    if mail.state == "unknown":
        return
    mail.state, mail.answer = "unknown", why[:500]
    session.add(mail)
    scout = _scout_state(session, mail, "unknown", "answer_lost")
    record(session, mail.employer_id, "mail", mail.key, "unknown", actor="clock", kind=mail.kind)
    open_task(
        session,
        employer_id=mail.employer_id,
        connection_id=mail.connection_id,
        kind="unknown_mail",
        name=str(mail.key),
        owner_id=recruiter_of(session, scout),
        requisition_id=scout.requisition_id if scout is not None else None,
        subject="mail",
        subject_id=mail.key,
        due=now_of(session) + timedelta(days=1),
        facts={"kind": mail.kind},
    )


def _scout_state(session: Session, mail: Mail, state: str, reason: str | None) -> Scout | None:
    """Let a mail's scout follow it; None for a mail that is no scout."""
    if mail.scout_id is None or mail.kind != "scout":
        return None  # what becomes of a follow-up changes nothing about the letter it follows
    scout = session.get_one(Scout, mail.scout_id, populate_existing=True)
    scout.state = state
    if reason is not None:
        scout.reason = reason
    session.add(scout)
    session.flush()
    if state != "queued":
        finish_batch(session, session.get_one(Batch, scout.batch_id))
    return scout


def settle_unknown(session: Session, mail: Mail, *, delivered: bool, by: str) -> bool:
    """Say what became of a mail whose answer was lost: a bounce, a reply or a person knows. False when it is known already.

    `by` as events name actors. The mail is not sent again either way. Does not commit.
    """
    session.refresh(mail)
    if mail.state != "unknown":
        return False
    if delivered and mail.kind == "receipt" and by.startswith("staff:"):
        # R2: only the mail server's acceptance starts the grace period. A colleague's word for it takes nothing into effect.
        mail.state = "sent"
        session.add(mail)
        on_receipt_unknown(session, mail)
    elif delivered:
        _sent(session, mail)
    else:
        mail.state = "bounced"
        session.add(mail)
        _scout_state(session, mail, "refused", "not_delivered")
        if mail.kind == "receipt":
            on_receipt_bounced(session, mail)
    close_task(session, mail.employer_id, "unknown_mail", str(mail.key), by=by)
    record(session, mail.employer_id, "mail", mail.key, "settled", actor=by, delivered=delivered)
    return True


def finish_batch(session: Session, batch: Batch) -> None:
    """A batch nothing of which waits any more is finished."""
    waiting = session.exec(
        select(func.count())
        .select_from(Scout)
        .where(col(Scout.batch_id) == batch.key, col(Scout.state).in_(("drafted", "queued", "sending")))
    ).one()
    if not waiting and batch.state in ("released", "sending"):
        batch.state = "finished"
        session.add(batch)


def recruiter_of(session: Session, scout: Scout | None) -> int | None:
    return session.get_one(Requisition, scout.requisition_id).recruiter_id if scout is not None else None
