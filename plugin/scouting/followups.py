"""At most one follow-up a letter: the same promise restated from its row, with the same reply deadline.

It is a second mail of the same scout, sent under the same rules as the first (R1, R5, R7), and only to somebody who has
been silent: after any answer, refusal, bounce or entry there is none. Off unless the connection sets a number of days.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from plugin.alignment.commitment import lock
from plugin.connections import policy_of
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.events import record
from plugin.identity import identities
from plugin.pipeline.kept_rate import under_review
from plugin.rows import Connection, Entry, Mail, Reply, Requisition, Scout
from plugin.scouting import letters, post
from plugin.scouting.batches import may_leave
from plugin.scouting.compiler import FOLLOW_UP
from plugin.scouting.known_there import learn_from_ats
from plugin.scouting.legal import LetterRefused
from plugin.scouting.pacing import next_moment, take_turn
from plugin.scouting.sending import why_not
from plugin.scouting.settling import Attempt, mark_unknown, settle
from plugin.work.context import Work
from plugin.work.jobs import BULK, Claim, NotYet, Park, hold, owe

MOST_AT_ONCE = 500
PAUSE = timedelta(minutes=5)


def owe_follow_ups(work: Work) -> None:
    """Owe the follow-up of every letter that has waited long enough for an answer. A tick's duty; twice is once."""
    with work.writing() as session:
        now = now_of(session)
        for connection in session.exec(select(Connection).where(col(Connection.state) == "active")):
            policy = policy_of(connection)
            days = policy.follow_up_after_days
            if not days or policy.test_address:  # a test run uses up nobody's one follow-up
                continue
            silent = session.exec(
                select(Scout)
                .where(
                    col(Scout.connection_id) == connection.key,
                    col(Scout.state) == "sent",
                    col(Scout.medium) == "mail",
                    col(Scout.followed_up_at).is_(None),
                    col(Scout.sent_at) <= now - timedelta(days=days),
                    col(Scout.id).not_in(select(Reply.scout_id).where(col(Reply.scout_id).is_not(None))),
                )
                .order_by(col(Scout.sent_at))
                .limit(MOST_AT_ONCE)
            ).all()
            for scout in silent:
                owe(
                    session,
                    "send_follow_up",
                    str(scout.key),  # one job for good: two could take each other's mail for a crash
                    employer_id=scout.employer_id,
                    connection_id=scout.connection_id,
                    payload={"scout_id": scout.key},
                    lane=BULK,
                )


def send_follow_up(work: Work, claim: Claim) -> None:
    """Send one follow-up, or find out that there is to be none. Payload: `scout_id`. Raises as `sending.send_scout`."""
    if not work.smtp.configured:
        raise Park("No mail server is set: set KAKUYAKU_SMTP_URL (see `kakuyaku settings`), then retry this job.")
    scout_id: int = claim.payload["scout_id"]
    _ask_the_ats(work, scout_id)
    attempt = _mark(work, claim, scout_id)
    if attempt is not None:
        settle(work, attempt, work.smtp.deliver(attempt.raw, attempt.envelope_from, attempt.to))


def _ask_the_ats(work: Work, scout_id: int) -> None:
    """Learn what the ATS knows of this person by now; outside any transaction."""
    with work.reading() as session:
        scout = session.get(Scout, scout_id)
        if scout is None or scout.state != "sent":
            return
        connection = session.get_one(Connection, scout.connection_id)
        people = identities(session, work.vault, scout.employer_id, [scout.profile_id])
    learn_from_ats(work, connection, {id: person.email for id, person in people.items()})


def _mark(work: Work, claim: Claim, scout_id: int) -> Attempt | None:
    """Ask everything once more and mark the mail `sending`, in one transaction under the requisition's lock."""
    with work.writing() as session:
        hold(session, claim)
        found = session.get(Scout, scout_id)
        if found is None:
            return None
        requisition = lock(session, found.requisition_id)
        scout = session.get_one(Scout, scout_id, populate_existing=True, with_for_update=NO_KEY_UPDATE)
        connection = session.get_one(Connection, scout.connection_id, populate_existing=True)
        mail = post.mail_named(session, connection, name_of(scout))
        if mail is not None and mail.state == "sending":
            mark_unknown(session, mail, "the sender ended before the server's answer was known")
            return None
        if mail is not None and mail.state != "queued":
            return None
        because = _because(session, work, connection, scout)
        if not because:
            _wait(session, work, requisition, connection, scout)
            try:
                return _ready(session, work, connection, scout, mail)
            except LetterRefused as refused:
                because = refused.code
        _drop(session, scout, mail, because)
        return None


def name_of(scout: Scout) -> str:
    """The name that makes a second follow-up the first."""
    return f"follow_up:{scout.key}"


def _because(session: Session, work: Work, connection: Connection, scout: Scout) -> str:
    """Why there is to be no follow-up; "" when there may be one."""
    if not policy_of(connection).follow_up_after_days:
        return "switched_off"
    if scout.state != "sent":
        return "not_sent"
    first = session.get(Mail, scout.mail_id) if scout.mail_id is not None else None
    if first is None or first.state != "sent":
        return "not_sent"
    for row in (Reply, Entry):
        if session.exec(select(row.id).where(col(row.scout_id) == scout.key)).first() is not None:
            return "answered"
    if may_leave(session.get_one(Requisition, scout.requisition_id), connection) == ["paused"]:
        return ""  # a pause passes; `_wait` waits for it
    why = why_not(session, work, scout)
    return why[1] if why is not None else ""


def _wait(session: Session, work: Work, requisition: Requisition, connection: Connection, scout: Scout) -> None:
    """Raise `NotYet` for what passes by itself."""
    now = now_of(session)
    if may_leave(requisition, connection) == ["paused"]:
        raise NotYet(now + PAUSE, "paused by a person")
    if scout.commitment_id is not None and under_review(session, connection, requisition.manager_id or 0):
        raise NotYet(now + PAUSE, "the manager's promises wait for a review")
    person = identities(session, work.vault, scout.employer_id, [scout.profile_id]).get(scout.profile_id)
    allowed = next_moment(now, policy_of(connection), person.zone if person is not None else "")
    if allowed > now:
        raise NotYet(allowed, "quiet hours")


def _ready(session: Session, work: Work, connection: Connection, scout: Scout, mail: Mail | None) -> Attempt:
    """Write the follow-up and mark it. Raises `LetterRefused`, `NotYet` for the mailbox's pace."""
    policy, now = policy_of(connection), now_of(session)
    written = letters.write(session, work.vault, work.settings, scout, occasion=FOLLOW_UP)
    turn = take_turn(session, work.vault, connection, policy, written.to)
    if turn is not None:
        raise NotYet(turn.at, turn.why)
    if mail is None:
        mail = Mail(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            kind="follow_up",
            name=post.mail_name(connection, name_of(scout)),
            message_id=post.message_id_of(post.new_token(), policy),
            person=scout.profile_id,
            sealed_to=b"",
            scout_id=scout.key,
            created_at=now,
        )
    # Its own way back: a bounce of the follow-up says nothing of the first letter.
    envelope_from = post.come_back(post.bounce_box(policy), post.token_of(mail.message_id))
    raw = written.message(policy, mail.message_id, session).as_bytes()
    mail.to_hash = work.vault.hash_email(scout.employer_id, written.to)
    mail.sealed_to = work.vault.seal_for(
        session, scout.employer_id, mail.person, {"to": written.to, "from": envelope_from}
    )
    mail.sealed = work.vault.seal_for(session, scout.employer_id, mail.person, raw.decode("ascii"))
    mail.language, mail.commitment_id, mail.answer = scout.language, scout.commitment_id, ""
    mail.state, mail.attempts, mail.attempted_at = "sending", mail.attempts + 1, now
    session.add(mail)
    session.flush()
    scout.followed_up_at = now
    session.add(scout)
    record(session, scout.employer_id, "scout", scout.key, "followed_up", actor="clock", mail=mail.key)
    return Attempt(mail.key, mail.attempts, raw, envelope_from, written.to)


def _drop(session: Session, scout: Scout, mail: Mail | None, because: str) -> None:
    """There is to be none: say so once, and don't ask again."""
    if mail is not None:
        mail.state, mail.answer = "held", because
        session.add(mail)
    scout.followed_up_at = now_of(session)
    session.add(scout)
    record(session, scout.employer_id, "scout", scout.key, "not_followed_up", actor="clock", because=because)
