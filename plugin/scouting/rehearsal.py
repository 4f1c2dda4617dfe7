"""A test run: every letter goes to one address of our own, and nobody has been written to by it.

What left for the test address is a mail of its own. The letter stays a draft: it uses up nothing of the commitment's
people, forbids no later letter (R5), and its links and address for replies lead to nobody's answers.
"""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.rows import Batch, Connection, Mail, Scout
from plugin.scouting import post
from plugin.scouting.letters import Written
from plugin.sealing import Vault
from plugin.work.jobs import owe

REASON = "test_run"


def rehearse(
    session: Session, vault: Vault, connection: Connection, batch: Batch, scout: Scout, written: Written
) -> None:
    """Queue a letter for the test address, and let the draft wait for release again. Does not commit."""
    policy, now = policy_of(connection), now_of(session)
    token = post.new_token()
    message_id = post.message_id_of(token, policy)
    raw = written.message(policy, message_id, session).as_bytes()
    mail = Mail(
        employer_id=scout.employer_id,
        connection_id=scout.connection_id,
        kind="test_run",
        name=post.mail_name(connection, f"test_run:{scout.key}:{token}"),
        message_id=message_id,
        person=scout.profile_id,
        to_hash=vault.hash_email(scout.employer_id, written.to),
        sealed_to=vault.seal_for(
            session,
            scout.employer_id,
            scout.profile_id,
            {"to": written.to, "from": post.come_back(post.bounce_box(policy), token)},
        ),
        sealed=vault.seal_for(session, scout.employer_id, scout.profile_id, raw.decode("ascii")),
        language=scout.language,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    owe(
        session,
        "send_mail",
        str(mail.key),
        employer_id=mail.employer_id,
        connection_id=mail.connection_id,
        payload={"mail_id": mail.key},
    )
    scout.state, scout.reason = "drafted", REASON
    session.add(scout)
    record(session, scout.employer_id, "scout", scout.key, "rehearsed", actor="clock", mail=mail.key)
    session.flush()
    queued = session.exec(
        select(func.count()).select_from(Scout).where(col(Scout.batch_id) == batch.key, col(Scout.state) == "queued")
    ).one()
    if not queued:
        batch.state, batch.recall_until = "drafted", None
        session.add(batch)
