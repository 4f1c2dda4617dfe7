"""Sending once: marked first, then sent, then settled by what the server said (R1, R5, R7).

The transaction that marks a mail `sending` with its Message-ID is also the one that asks whether it may leave at all:
commitment, people's rules, position. Whoever finds a mail already `sending` has found a crash or a slow colleague; it
becomes `unknown` and is never sent again.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, func, select

from plugin.alignment.commitment import lock
from plugin.alignment.covers import covers
from plugin.alignment.scores import stored_score
from plugin.connections import policy_of
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.desk.cases import why_held
from plugin.events import record
from plugin.identity import identities
from plugin.pipeline.kept_rate import under_review
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Mail,
    Profile,
    Requisition,
    Scout,
)
from plugin.scouting import letters, lookalikes, post
from plugin.scouting.batches import may_leave
from plugin.scouting.compiler import COMMITTED
from plugin.scouting.known_there import learn_from_ats
from plugin.scouting.legal import LetterRefused
from plugin.scouting.load import forecast
from plugin.scouting.may_write import LEFT, may_write_to
from plugin.scouting.media import ABOUT_MAIL, MAIL
from plugin.scouting.pacing import next_moment, take_turn
from plugin.scouting.rehearsal import rehearse
from plugin.scouting.replacing import owe_replacement
from plugin.scouting.settling import Attempt, finish_batch, mark_unknown, recruiter_of, settle, settle_unknown
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Erased
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim, NotYet, Park, hold

__all__ = ["send_mail", "send_scout", "settle_unknown", "why_not"]

LOOK_AGAIN_AFTER = timedelta(hours=1)
"""How old the look into the ATS may be when a letter leaves."""

PAUSE = timedelta(minutes=5)
WAITS = {"paused": "paused by a person", "under_review": "the manager's promises wait for a review"}
LOAD_PAUSE = timedelta(hours=1)
"""When a letter that waits for room in the manager's weeks is weighed again."""

ABOUT_THEIR_DATA = ("data_confirm", "data_answer")
"""Kinds of mail that answer what somebody asked about their own data."""


def send_scout(work: Work, claim: Claim) -> None:
    """Send one scout, or find out that it may not leave. Payload: `scout_id`.

    Raises `NotYet` for recall window, quiet hours, pace and temporary refusals, `Park` when the mail server refuses us
    rather than the mail, `ATSError` when the ATS can't be asked.
    """
    scout_id: int = claim.payload["scout_id"]
    _must_be_configured(work)
    _look_again(work, scout_id)
    attempt = _mark_scout(work, claim, scout_id)
    if attempt is not None:
        settle(work, attempt, work.smtp.deliver(attempt.raw, attempt.envelope_from, attempt.to))


def send_mail(work: Work, claim: Claim) -> None:
    """Send a queued mail to staff, or to a candidate who has written to us. Payload: `mail_id`. Raises as `send_scout`."""
    _must_be_configured(work)
    attempt = _mark_mail(work, claim, claim.payload["mail_id"])
    if attempt is not None:
        settle(work, attempt, work.smtp.deliver(attempt.raw, attempt.envelope_from, attempt.to))


# Marking: everything that must hold is asked here, under the requisition's lock, in one transaction.


def _mark_scout(work: Work, claim: Claim, scout_id: int) -> Attempt | None:
    with work.writing() as session:
        hold(session, claim)
        found = session.get(Scout, scout_id)
        if found is None:
            return None
        # Undo, supersession, release, recall and `sending` of one requisition happen one by one.
        requisition = lock(session, found.requisition_id)
        scout = session.get_one(Scout, scout_id, populate_existing=True, with_for_update=NO_KEY_UPDATE)
        mail = session.get(Mail, scout.mail_id, with_for_update=NO_KEY_UPDATE) if scout.mail_id is not None else None
        if scout.state == "sending" and mail is not None:
            mark_unknown(session, mail, "the sender ended before the server's answer was known")
            return None
        if scout.state != "queued" or scout.medium != MAIL:
            return None  # not released, or a person carries it elsewhere
        connection = session.get_one(Connection, scout.connection_id, populate_existing=True)
        batch = session.get_one(Batch, scout.batch_id, populate_existing=True)
        _wait(session, work, requisition, connection, batch, scout)
        why = why_not(session, work, scout)
        if why:
            _leave_out(session, scout, why)
            finish_batch(session, batch)
            if scout.state == "excluded":
                owe_replacement(session, scout)
            return None
        _wait_for_the_manager(session, requisition, connection, scout)
        return _mark(session, work, claim, connection, batch, scout, mail)


def _wait(
    session: Session, work: Work, requisition: Requisition, connection: Connection, batch: Batch, scout: Scout
) -> None:
    """Raise `NotYet` for what passes by itself."""
    now, policy = now_of(session), policy_of(connection)
    if batch.recall_until is not None and now < batch.recall_until:
        raise NotYet(batch.recall_until, "the recall window is open")
    waits = what_passes(session, requisition, connection, batch)
    if waits:
        raise NotYet(now + PAUSE, WAITS[waits])
    if policy.quiet_hours:
        person = identities(session, work.vault, scout.employer_id, [scout.profile_id]).get(scout.profile_id)
        allowed = next_moment(now, policy, person.zone if person is not None else "")
        if allowed > now:
            raise NotYet(allowed, "quiet hours")


def _wait_for_the_manager(session: Session, requisition: Requisition, connection: Connection, scout: Scout) -> None:
    """Raise `NotYet` while the manager could not keep what this letter would promise."""
    if not has_room(session, requisition, scout):
        raise NotYet(
            next_moment(now_of(session) + LOAD_PAUSE, policy_of(connection)), "the manager's next weeks are full"
        )


def what_passes(session: Session, requisition: Requisition, connection: Connection, batch: Batch) -> str:
    """What holds the letters of a batch back for now, by whatever medium: paused, under_review; "" when nothing does."""
    if may_leave(requisition, connection) == ["paused"]:
        return "paused"
    if batch.commitment_id is not None and under_review(session, connection, requisition.manager_id or 0):
        return "under_review"
    return ""


def has_room(session: Session, requisition: Requisition, scout: Scout) -> bool:
    """Whether the manager could keep what this letter would promise."""
    if scout.commitment_id is None:
        return True
    there = forecast(session, requisition, holding=True)
    return there is None or there.room >= 1


def why_not(session: Session, work: Work, scout: Scout) -> tuple[str, str] | None:
    """R1 and R5 in the marking transaction: (state, reason) when this letter may not leave, None when it may.

    Call it under the requisition's lock (`alignment.commitment.lock`), in the transaction that marks the letter as
    leaving, by whatever medium it leaves.
    """
    now = now_of(session)
    requisition = session.get_one(Requisition, scout.requisition_id)
    connection = session.get_one(Connection, scout.connection_id)
    obstacles = may_leave(requisition, connection)
    if obstacles:
        return "stopped", obstacles[0]
    owed = scout.arm == COMMITTED or scout.experiment_id is not None  # both arms of an experiment are owed the meeting
    if owed:
        uncovered = _uncovered(session, requisition, connection, scout)
        if uncovered:
            return "stopped", uncovered
    profile = session.exec(
        select(Profile)
        .where(col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id)
        .execution_options(populate_existing=True)
    ).first()
    if profile is None:
        return "excluded", "gone"
    codes = may_write_to(
        session,
        work.vault,
        connection=connection,
        requisition=requisition,
        profile=profile,
        now=now,
        revision=scout.profile_revision,
        scout_id=scout.key,
        promised=owed,
    )
    if scout.medium != MAIL:
        codes = [code for code in codes if code not in ABOUT_MAIL]
    return ("excluded", ",".join(codes)) if codes else None


def _uncovered(session: Session, requisition: Requisition, connection: Connection, scout: Scout) -> str:
    """R1: why no commitment in force covers this letter; "" when one does."""
    if scout.commitment_id is None:
        return "no_commitment"
    commitment = session.get(Commitment, scout.commitment_id, populate_existing=True, with_for_update=NO_KEY_UPDATE)
    calibration = session.get(Calibration, scout.calibration_id, populate_existing=True)
    if commitment is None or calibration is None:
        return "no_commitment"
    score = stored_score(session, calibration, scout.profile_id, likely=scout.score)
    mailed = session.exec(
        select(func.count())
        .select_from(Scout)
        .where(col(Scout.commitment_id) == commitment.key, col(Scout.state).in_(LEFT), col(Scout.id) != scout.key)
    ).one()
    refusal = covers(
        commitment,
        requisition=requisition,
        calibration=calibration,
        profile_id=scout.profile_id,
        score=score,
        mailed=mailed,
        now=now_of(session),
        last_days=policy_of(connection).last_days,
    )
    return refusal.value if refusal is not None else ""


def _mark(
    session: Session, work: Work, claim: Claim, connection: Connection, batch: Batch, scout: Scout, mail: Mail | None
) -> Attempt | None:
    policy, now = policy_of(connection), now_of(session)
    try:
        written = letters.write(session, work.vault, work.settings, scout)
    except LetterRefused as refused:
        _leave_out(session, scout, ("stopped", refused.code))
        _askrecruiter_of(session, scout, refused)
        finish_batch(session, batch)
        return None
    turn = take_turn(session, work.vault, connection, policy, written.to, job=claim.id)
    if turn is not None:
        raise NotYet(turn.at, turn.why)
    if written.test_run:
        rehearse(session, work.vault, connection, batch, scout, written)
        return None
    # One Message-ID for all attempts of one scout: only one of them can be accepted.
    message_id = mail.message_id if mail is not None else post.message_id_of(scout.reply_token, policy)
    raw = written.message(policy, message_id, session).as_bytes()
    if mail is None:
        mail = Mail(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            kind="scout",
            name=post.mail_name(connection, f"scout:{scout.key}"),
            message_id=message_id,
            person=scout.profile_id,
            sealed_to=b"",
            scout_id=scout.key,
            created_at=now,
        )
    mail.to_hash = work.vault.hash_email(scout.employer_id, written.to)
    mail.sealed_to = work.vault.seal_for(
        session, scout.employer_id, mail.person, {"to": written.to, "from": written.envelope_from}
    )
    mail.sealed = work.vault.seal_for(session, scout.employer_id, mail.person, raw.decode("ascii"))
    mail.language, mail.commitment_id, mail.answer = scout.language, scout.commitment_id, ""
    mail.state, mail.attempts, mail.attempted_at = "sending", mail.attempts + 1, now
    session.add(mail)
    session.flush()
    scout.state, scout.mail_id, scout.reason = "sending", mail.key, ""
    session.add(scout)
    if batch.state == "released":
        batch.state = "sending"
        session.add(batch)
    return Attempt(mail.key, mail.attempts, raw, written.envelope_from, written.to)


def _mark_mail(work: Work, claim: Claim, mail_id: int) -> Attempt | None:
    with work.writing() as session:
        hold(session, claim)
        mail = session.get(Mail, mail_id, with_for_update=NO_KEY_UPDATE)
        if mail is None:
            return None
        if mail.state == "sending":
            mark_unknown(session, mail, "the sender ended before the server's answer was known")
            return None
        if mail.state != "queued":
            return None
        try:
            raw = post.raw_of(session, work.vault, mail)
            envelope_from, to = post.envelope_of(session, work.vault, mail)
        except Erased:
            mail.state, mail.answer = "held", "erased"
            session.add(mail)
            return None
        answers = mail.kind in ABOUT_THEIR_DATA  # it answers their own request, whatever they said of letters
        if (
            mail.person
            and not answers
            and mail.kind not in post.ABOUT_SOMEBODY
            and is_suppressed(session, work.vault, employer_id=mail.employer_id, address_hash=mail.to_hash)
        ):
            mail.state, mail.answer = "held", "suppressed"
            session.add(mail)
            return None
        if mail.kind in post.ABOUT_SOMEBODY and (why := why_held(session, work.vault, mail)):
            mail.state, mail.answer = "held", why
            session.add(mail)
            return None
        mail.state, mail.attempts, mail.attempted_at = "sending", mail.attempts + 1, now_of(session)
        session.add(mail)
        return Attempt(mail_id, mail.attempts, raw, envelope_from, to)


def _leave_out(session: Session, scout: Scout, why: tuple[str, str]) -> None:
    scout.state, scout.reason = why
    session.add(scout)
    session.flush()
    record(session, scout.employer_id, "scout", scout.key, scout.state, actor="clock", because=scout.reason)
    if scout.mail_id is not None:
        mail = session.get_one(Mail, scout.mail_id)
        mail.state, mail.answer = "held", scout.reason
        session.add(mail)


def _askrecruiter_of(session: Session, scout: Scout, refused: LetterRefused) -> None:
    open_task(
        session,
        employer_id=scout.employer_id,
        connection_id=scout.connection_id,
        kind="letter_refused",
        name=f"{scout.batch_id}:{refused.code}",  # one task a batch: the same words stand in every letter of it
        owner_id=recruiter_of(session, scout),
        requisition_id=scout.requisition_id,
        subject="batch",
        subject_id=scout.batch_id,
        due=now_of(session),
        facts={"code": refused.code},
    )


def _must_be_configured(work: Work) -> None:
    if not work.smtp.configured:
        raise Park("No mail server is set: set KAKUYAKU_SMTP_URL (see `kakuyaku settings`), then retry this job.")


def _look_again(work: Work, scout_id: int) -> None:
    """Ask the ATS about this person once more when the batch was drafted a while ago. Outside any transaction."""
    with work.reading() as session:
        scout = session.get(Scout, scout_id)
        if scout is None or scout.state != "queued":
            return
        batch = session.get_one(Batch, scout.batch_id)
        connection = session.get_one(Connection, scout.connection_id)
        if work.clock.now() - batch.created_at < LOOK_AGAIN_AFTER:
            return
        if batch.recall_until is not None and work.clock.now() < batch.recall_until:
            return
        people = identities(session, work.vault, scout.employer_id, [scout.profile_id])
    there = learn_from_ats(work, connection, {id: person.email for id, person in people.items()})
    lookalikes.learn(work, connection, scout.requisition_id, [scout.profile_id], known=there)
