"""The manager's promise from proposal to its end. A row's terms never change; a change of mind is a new row (R2).

What takes effect and when: an acting link, or an ATS that names the manager, at once (`verified`). An edit in the ATS
by nobody knows whom is `recorded`: a proposal to be confirmed from the manager's mailbox, or, where an administrator
has attested who can edit the fields, in force after a grace period that starts when the mail server takes the receipt.
`acting` holds what a link does, `decision` what an edit in the ATS means.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from connectors.records import Choice
from plugin.alignment import mails
from plugin.alignment.covers import Refusal, above, covers
from plugin.alignment.fields import says_the_same
from plugin.alignment.telling import close_questions, nobody_to_ask, tell_ats
from plugin.alignment.terms import Terms
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline import revocation
from plugin.rows import Calibration, Commitment, Connection, Mail, Promise, Requisition, Staff
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import Claim, NotYet, owe

__all__ = [
    "LIVE",
    "Refusal",
    "above",
    "commitment_due",
    "covers",
    "decide",
    "decline",
    "end",
    "go_stale",
    "grace_ends_at",
    "in_force",
    "live",
    "lock",
    "on_receipt_accepted",
    "on_receipt_bounced",
    "on_receipt_unknown",
    "take_effect",
    "tell_ats",
    "terms_digest",
    "undo",
]

LIVE = ("proposed", "grace", "in_force")


def lock(session: Session, requisition_id: int) -> Requisition:
    """Hold a requisition's row until commit: decisions, undo and `sending` of one requisition happen one by one.

    (SQLite has one writer at a time anyway.)
    """
    return session.exec(
        select(Requisition)
        .where(col(Requisition.id) == requisition_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def in_force(session: Session, requisition_id: int) -> Commitment | None:
    """The commitment in force of a requisition; there is at most one."""
    found = live(session, requisition_id)
    return found if found is not None and found.state == "in_force" else None


def live(session: Session, requisition_id: int) -> Commitment | None:
    """The commitment that is proposed, in its grace period or in force; there is at most one."""
    return session.exec(
        select(Commitment)
        .where(col(Commitment.requisition_id) == requisition_id, col(Commitment.state).in_(LIVE))
        .order_by(col(Commitment.id).desc())
        .execution_options(populate_existing=True)
    ).first()


def decide(
    session: Session,
    work: Work,
    *,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    terms: Terms,
    how: str,
    by: Staff | None,
    raw: dict[str, Any] | None = None,
) -> Commitment:
    """Record an approval. `how`: acting_link, ats_actor or ats_field; `by` is who acted, None where nobody says.

    Whatever was live before is superseded. Where the actor is known and isn't the manager the row is `refused` and
    nothing else changes. `terms` must be free of `terms.problems`; does not commit.
    """
    verified = how in ("acting_link", "ats_actor")
    if (verified and by is None) or (not verified and by is not None):
        raise ValueError(f"{how} with{'out' if by is None else ''} an actor")
    lock(session, requisition.key)
    now = now_of(session)
    commitment = Commitment(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        calibration_id=calibration.key,
        manager_id=manager.key,
        **{**asdict(terms), "exclusions": list(terms.exclusions)},
        requirement_hash=calibration.requirement_hash,
        guidance_hash=calibration.guidance_hash,
        score_version=calibration.score_version,
        strength="verified" if verified else "recorded",
        how=how,
        by_staff_id=by.key if by else None,
        raw=raw or {},
        state="proposed",
        proposed_at=now,
        created_at=now,
    )
    actor = f"staff:{by.key}" if by else "ats"
    if by is not None and by.key != manager.key:
        commitment.state, commitment.ended_at, commitment.end_reason = "refused", now, "not_the_manager"
        session.add(commitment)
        session.flush()
        _note(session, commitment, "refused", actor, reason="not_the_manager")
        return commitment
    _end_live(session, requisition, "superseded", actor, "decided_again")
    close_questions(session, requisition, by=actor)
    session.add(commitment)
    session.flush()
    _note(
        session,
        commitment,
        "proposed",
        actor,
        how=how,
        line=terms.line,
        calibration=calibration.key,
        terms=terms_digest(commitment),
    )
    if verified:
        take_effect(session, commitment, actor=actor)
        if commitment.state != "in_force":
            return commitment
        commitment.receipt_mail_id = mails.receipt(session, work, connection, requisition, manager, commitment)
    elif connection.attested_by and manager.email:
        commitment.state = "grace"
        commitment.receipt_mail_id = mails.receipt(session, work, connection, requisition, manager, commitment)
    elif manager.email:
        mails.confirmation(session, work, connection, requisition, manager, commitment)
    else:
        nobody_to_ask(session, connection, requisition, commitment, "manager_without_address")
    session.add(commitment)
    tell_ats(session, connection, requisition, commitment)
    return commitment


def decline(
    session: Session,
    *,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    terms: Terms,
    how: str,
    by: Staff | None,
    reason: str = "",
) -> Commitment:
    """Record that the manager does not commit: an explicit state, standard letters only. Ends what was live."""
    lock(session, requisition.key)
    now = now_of(session)
    actor = f"staff:{by.key}" if by else "ats"
    _end_live(session, requisition, "superseded", actor, "declined")
    close_questions(session, requisition, by=actor)
    commitment = Commitment(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        calibration_id=calibration.key,
        manager_id=manager.key,
        **{**asdict(terms), "exclusions": list(terms.exclusions)},
        requirement_hash=calibration.requirement_hash,
        guidance_hash=calibration.guidance_hash,
        score_version=calibration.score_version,
        strength="verified" if by is not None else "recorded",
        how=how,
        by_staff_id=by.key if by else None,
        state="declined",
        proposed_at=now,
        ended_at=now,
        end_reason=reason,
        created_at=now,
    )
    session.add(commitment)
    session.flush()
    _note(session, commitment, "declined", actor)
    tell_ats(session, connection, requisition, commitment)
    return commitment


def take_effect(session: Session, commitment: Commitment, *, actor: str) -> None:
    """Put a live commitment in force and owe its batch; nothing when it is in force already.

    One that no longer fits its requisition (new text, new calibration, new manager) goes stale instead.
    """
    requisition = lock(session, commitment.requisition_id)
    if commitment.state == "in_force":
        return
    if commitment.state not in ("proposed", "grace"):
        raise ValueError(f"commitment {commitment.id} is {commitment.state}: it can't take effect")
    # `starting` ends commitments by this module, so the way back is taken only when it is walked.
    from plugin.alignment.starting import overtake

    if overtake(session, requisition):
        session.refresh(commitment)
        if commitment.state not in ("proposed", "grace"):
            return
    if requisition.calibration_id != commitment.calibration_id or requisition.manager_id != commitment.manager_id:
        end(session, commitment, "stale", actor=actor, reason="overtaken")
        return
    commitment.state, commitment.in_force_at = "in_force", now_of(session)
    session.add(commitment)
    _note(session, commitment, "in_force", actor, strength=commitment.strength)
    connection_id = requisition.connection_id
    owe(
        session,
        "prepare_batch",
        str(commitment.key),
        employer_id=commitment.employer_id,
        connection_id=connection_id,
        payload={"commitment_id": commitment.key},
    )


def undo(session: Session, vault: Vault, commitment: Commitment, by: str, reason: str = "", words: str = "") -> bool:
    """End a live commitment at any time and stop its unsent mail; False when it had ended already.

    Letters that have left still bind: manager and recruiter are mailed who is still owed. `by` is an actor as in
    `events.record`, `reason` one of `revocation.REASONS`, needed once a letter has left (raises `ReasonNeeded`);
    `words` are the manager's own.
    """
    requisition = lock(session, commitment.requisition_id)
    session.refresh(commitment)
    if commitment.state not in LIVE:
        return False
    if reason not in revocation.REASONS:
        if revocation.has_left(session, commitment):
            raise revocation.ReasonNeeded("letters have left under this commitment; say why it is taken back")
        reason = "undone"
    revocation.keep_reason(session, vault, commitment, words)
    end(session, commitment, "undone", actor=by, reason=reason)
    bound = revocation.still_bound(session, commitment)
    if not bound.nothing:
        mails.revoked(session, vault, requisition, commitment, bound)
    return True


def end(session: Session, commitment: Commitment, state: str, *, actor: str, reason: str) -> None:
    """End a live commitment as `undone`, `superseded`, `stale` or `refused`, and stop what has not been sent."""
    # scouting.sending asks this module what covers a letter, so the way back is taken only when it is walked.
    from plugin.scouting.batches import stop_unsent

    commitment.state, commitment.ended_at, commitment.end_reason = state, now_of(session), reason
    session.add(commitment)
    session.flush()
    stop_unsent(session, commitment.requisition_id, f"commitment_{state}", commitment.key)
    already = session.exec(
        select(Promise.id).where(
            col(Promise.commitment_id) == commitment.key, col(Promise.state).in_(("owed", "scheduled"))
        )
    ).all()
    _note(session, commitment, state, actor, reason=reason, still_owed=list(already))
    if state in ("undone", "stale"):
        requisition = session.get_one(Requisition, commitment.requisition_id)
        tell_ats(session, session.get_one(Connection, requisition.connection_id), requisition, commitment)


def _end_live(session: Session, requisition: Requisition, state: str, actor: str, reason: str) -> None:
    while (found := live(session, requisition.key)) is not None:
        end(session, found, state, actor=actor, reason=reason)


def go_stale(session: Session, requisition: Requisition, reason: str, *, actor: str = "ats") -> None:
    """End whatever is live because what it rests on changed: requirement, guidance, manager (R3).

    Standard letters drafted on the old basis stop as well.
    """
    from plugin.scouting.batches import stop_unsent

    lock(session, requisition.key)
    _end_live(session, requisition, "stale", actor, reason)
    stop_unsent(session, requisition.key, "requirement_changed" if reason.startswith("changed:") else reason)


# Receipts and the grace period.


def on_receipt_accepted(session: Session, mail: Mail) -> None:
    """The manager's mail server took the receipt: the grace period starts now. Twice is once."""
    commitment = _of_receipt(session, mail)
    if commitment is None or commitment.state != "grace" or commitment.receipt_accepted_at is not None:
        return
    connection = session.get_one(Connection, mail.connection_id)
    commitment.receipt_accepted_at = mail.accepted_at or now_of(session)
    session.add(commitment)
    owe(
        session,
        "commitment_due",
        str(commitment.key),
        employer_id=commitment.employer_id,
        connection_id=connection.key,
        payload={"commitment_id": commitment.key},
        due=grace_ends_at(commitment, connection),
    )


def on_receipt_bounced(session: Session, mail: Mail) -> None:
    """A receipt came back or was refused: a recorded edit then never takes effect, nor stays in effect.

    What the manager verified by an own act stands: it needed no receipt.
    """
    commitment = _of_receipt(session, mail)
    if commitment is None or commitment.strength != "recorded":
        return
    if commitment.state in ("grace", "in_force"):
        lock(session, commitment.requisition_id)
        session.refresh(commitment)
        if commitment.state not in ("grace", "in_force"):
            return
        end(session, commitment, "refused", actor="clock", reason="receipt_bounced")
        connection = session.get_one(Connection, mail.connection_id)
        requisition = session.get_one(Requisition, commitment.requisition_id)
        nobody_to_ask(session, connection, requisition, commitment, "receipt_bounced")
        tell_ats(session, connection, requisition, commitment)


def on_receipt_unknown(session: Session, mail: Mail) -> None:
    """Nobody but a colleague says that the receipt arrived: what was entered in the ATS waits for the manager's own act."""
    commitment = _of_receipt(session, mail)
    if commitment is None or commitment.state != "grace":
        return
    requisition = lock(session, commitment.requisition_id)
    commitment.state = "proposed"
    session.add(commitment)
    _note(session, commitment, "receipt_unknown", "clock")
    connection = session.get_one(Connection, mail.connection_id)
    nobody_to_ask(session, connection, requisition, commitment, "receipt_unknown")
    tell_ats(session, connection, requisition, commitment)


def grace_ends_at(commitment: Commitment, connection: Connection) -> datetime | None:
    """When a commitment in its grace period takes effect; None until the receipt is accepted."""
    if commitment.receipt_accepted_at is None:
        return None
    return commitment.receipt_accepted_at + timedelta(seconds=policy_of(connection).grace_seconds)


def commitment_due(work: Work, claim: Claim) -> None:
    """Put a recorded edit in force when its grace period is over and the ATS still says the same.

    Payload: commitment_id. What was undone, superseded or bounced meanwhile stays ended.
    """
    with work.reading() as session:
        commitment = session.get_one(Commitment, claim.payload["commitment_id"])
        requisition = session.get_one(Requisition, commitment.requisition_id)
        connection = session.get_one(Connection, requisition.connection_id)
        calibration = session.get_one(Calibration, commitment.calibration_id)
    due = grace_ends_at(commitment, connection)
    if commitment.state != "grace" or due is None:
        return
    if work.clock.now() < due:
        raise NotYet(due)
    stands = work.ats(connection).read_decision(requisition.ats_id)
    with work.finishing(claim) as session:
        lock(session, requisition.key)
        commitment = session.get_one(Commitment, commitment.key, populate_existing=True)
        if commitment.state != "grace":
            return
        if not connection.attested_by:
            commitment.state = "proposed"
            session.add(commitment)
            manager = session.get_one(Staff, commitment.manager_id)
            mails.confirmation(session, work, connection, requisition, manager, commitment)
        elif stands is None:
            end(session, commitment, "stale", actor="ats", reason="requisition_gone")
        elif (
            stands.choice is Choice.APPROVED
            and stands.calibration == calibration.short_id
            and says_the_same(stands, commitment, connection, calibration)
        ):
            take_effect(session, commitment, actor="ats")
            tell_ats(session, connection, requisition, commitment)
        else:
            # Somebody changed it and the doorbell has not rung yet: what stands there now is read as a new decision.
            end(session, commitment, "superseded", actor="ats", reason="changed_in_grace")
            owe(
                session,
                "read_requisition",
                f"after_grace:{commitment.key}",
                employer_id=requisition.employer_id,
                connection_id=connection.key,
                payload={"ats_id": requisition.ats_id},
            )


def terms_digest(commitment: Commitment) -> str:
    """SHA-256 (hex) over everything a commitment promises and to whom: what the ledger holds it to (E22)."""
    said = {name: getattr(commitment, name) for name in (*Terms.__dataclass_fields__, *_BOUND)}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


_BOUND = ("requisition_id", "calibration_id", "manager_id", "requirement_hash", "guidance_hash", "score_version")


def _of_receipt(session: Session, mail: Mail) -> Commitment | None:
    if mail.kind != "receipt" or mail.commitment_id is None:
        return None
    commitment = session.get(Commitment, mail.commitment_id, populate_existing=True)
    # An older receipt of the same commitment (there is none today) must not restart anything.
    return commitment if commitment is not None and commitment.receipt_mail_id in (None, mail.id) else None


def _note(session: Session, commitment: Commitment, what: str, actor: str, **facts: object) -> None:
    record(session, commitment.employer_id, "commitment", commitment.key, what, actor=actor, **facts)
