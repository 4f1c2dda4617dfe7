"""A mail written down: one row a reply, its words sealed under the writer's key, and what tells it from its copies."""

from __future__ import annotations

import hashlib

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.rows import Connection, Delivery, Reply
from plugin.scouting import bounces
from plugin.scouting.circumstances import Weighed, condition_code
from plugin.scouting.matching import Match, tokens_in
from plugin.scouting.mime import Incoming
from plugin.scouting.reading import Reading
from plugin.scouting.withholding import withhold_links
from plugin.sealing import Vault


def write_down(
    session: Session,
    vault: Vault,
    connection: Connection,
    found: Match,
    reading: Reading,
    weighed: Weighed,
    delivery: Delivery,
    digest: str,
    mail: Incoming,
) -> Reply:
    """Store what came in and how it was understood. Does not commit."""
    intent = weighed.intent
    sender = vault.hash_email(connection.employer_id, mail.from_address)
    person = found.scout.profile_id if found.scout is not None else f"mail:{sender}"
    full = {
        "from": mail.from_address,
        "name": mail.from_name,
        "subject": withhold_links(mail.subject),
        "text": withhold_links(reading.cut.full),
        "attachments": [[one.name, one.type, one.size] for one in mail.attachments],
        "condition": withhold_links(intent.condition),
    }
    state = "handled" if intent.kind == "auto_reply" else ("triage" if intent.doubtful else "decided")
    employer_id = connection.employer_id
    reply = Reply(
        employer_id=employer_id,
        connection_id=connection.key,
        delivery_id=delivery.key,
        scout_id=found.scout.key if found.scout is not None else None,
        medium="mail",
        matched=found.how,
        intent=intent.kind,
        topic=intent.topic,
        reason=intent.reason,
        later_on=intent.when,
        condition=condition_code(weighed.compared),
        wants_erasure=intent.erasure,
        state=state,
        triage_because=intent.because if state == "triage" else "",
        person=person,
        sealed_text=vault.seal_for(session, employer_id, person, withhold_links(reading.cut.own)),
        sealed_full=vault.seal_for(session, employer_id, person, full),
        sealed_words=vault.seal_for(session, employer_id, person, [withhold_links(words) for words in intent.words]),
        received_at=delivery.received_at,
        message_id_hash=digest,
        created_at=now_of(session),
    )
    session.add(reply)
    session.flush()
    record(
        session,
        employer_id,
        "reply",
        reply.key,
        "read",
        actor="candidate",
        intent=intent.kind,
        state=state,
        because=intent.because,
        matched=found.how,
        same_sender=found.same_sender,
        **({"condition": weighed.compared.verdict, "about": weighed.compared.topics} if weighed.compared else {}),
    )
    return reply


def report(
    session: Session,
    vault: Vault,
    connection: Connection,
    mail: Incoming,
    reading: Reading,
    envelope: tuple[str, ...],
    delivery: Delivery,
    digest: str,
) -> Reply | None:
    """A bounce or a complaint. One that is about no mail of ours leaves nothing."""
    report = bounces.read_report(mail)
    letter, scout = bounces.find_returned(session, vault, connection, mail, report, envelope)
    if letter is None and reading.nature.kind == "complaint":
        letter = bounces.named_in(session, connection, mail)
    if letter is None:
        return None
    if reading.nature.kind == "complaint":
        bounces.complain(session, vault, connection, letter, scout)
    else:
        bounces.take_back(session, vault, connection, letter, scout, report)
    if scout is None:
        return None
    reply = Reply(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        delivery_id=delivery.key,
        scout_id=scout.key,
        matched="token" if tokens_in([*envelope, *mail.recipients]) else "references",
        intent="opt_out" if reading.nature.kind == "complaint" else "bounce",
        state="handled",
        person=scout.profile_id,
        received_at=delivery.received_at,
        message_id_hash=digest,
        created_at=now_of(session),
    )
    session.add(reply)
    session.flush()
    return reply


def same_mail(vault: Vault, connection: Connection, mail: Incoming, reading: Reading) -> str:
    """What tells the same mail at another door, whatever headers it gathered on the way.

    The words belong to it: a mail program that gives two answers one Message-ID must not lose the second.
    """
    said = hashlib.sha256(" ".join(reading.cut.full.split()).encode("utf-8", "replace")).hexdigest()
    id = mail.message_id or f"{mail.date.isoformat() if mail.date else ''}|{mail.subject}"
    return vault.hash(connection.employer_id, f"mail:{connection.key}\0{id}\0{mail.from_address}\0{said}")


def came_before(session: Session, connection: Connection, digest: str) -> Reply | None:
    return session.exec(
        select(Reply).where(col(Reply.connection_id) == connection.key, col(Reply.message_id_hash) == digest)
    ).first()
