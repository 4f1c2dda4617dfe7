"""Replies: what came back is matched, read, and acted on once, or put before a person with an owner and a clock (R4).

`read_mail` is the job a mail's arrival owes. `decide_reply` is a person's word on the triage page, `log_reply` an answer
by phone, LINE or another medium; all three end in `consequences.act`. An opt-out counts at once, however it was matched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.events import record
from plugin.rows import Connection, Delivery, Reply, Scout
from plugin.scouting import bounces
from plugin.scouting.consequences import AGAINST, act, ask, never_again, task_name
from plugin.scouting.intent import INTENTS, Intent
from plugin.scouting.matching import Match, letter_of, match, tokens_in
from plugin.scouting.mime import Incoming, parse
from plugin.scouting.post import come_back, raw_of
from plugin.scouting.quoting import Ours
from plugin.scouting.reading import Reading, read
from plugin.scouting.suppression import is_suppressed
from plugin.scouting.withholding import withhold_links
from plugin.sealing import Erased, Vault
from plugin.tasks import close_task
from plugin.work.context import Work
from plugin.work.deliveries import open_delivery
from plugin.work.jobs import Claim

MEDIA = ("mail", "phone", "line", "other")
DECIDABLE = tuple(intent for intent in INTENTS if intent not in ("bounce", "auto_reply", "unclear"))
"""What a person may decide a reply to be."""


class CannotDecide(ValueError):
    """A decision on a reply that can't be carried out. The message says why and what to do."""


def read_mail(work: Work, claim: Claim) -> None:
    """Read one mail that came in. A second run finds its own reply and changes nothing. Raises `Park` without bytes."""
    with work.reading() as session:
        delivery = session.get_one(Delivery, claim.payload["delivery_id"])
    headers, body = open_delivery(work.vault, delivery)
    mail = parse(body)
    with work.finishing(claim) as session:
        take_in(session, work.vault, delivery, headers, mail)


def take_in(
    session: Session, vault: Vault, delivery: Delivery, headers: Mapping[str, str], mail: Incoming
) -> Reply | None:
    """Write a mail down as a reply and act on it; None for reports and for a mail that came before. Does not commit."""
    # One mail of a connection at a time, so that the same mail by two doors is seen to be the same
    # (SQLite writes one at a time anyway; NO KEY UPDATE leaves others free to refer to the row).
    connection = session.exec(
        select(Connection).where(col(Connection.id) == delivery.connection_id).with_for_update(key_share=True)
    ).one()
    if session.exec(select(Reply.id).where(col(Reply.delivery_id) == delivery.key)).first() is not None:
        return None
    envelope = tuple(address for address in (headers.get("x-kakuyaku-recipient", "").lower(),) if address)
    found = match(session, vault, connection, mail, envelope=envelope)
    reading = read(mail, ours_of(session, vault, connection, found), our_subject="")
    digest = _same_mail(vault, connection, mail, reading)
    if digest and _came_before(session, connection, digest):
        return None
    if reading.nature.kind in ("bounce", "complaint"):
        return _report(session, vault, connection, mail, reading, envelope, delivery, digest)
    if (
        found.how == "none"
        and reading.nature.kind == "auto_reply"
        and reading.nature.sure
        and not reading.intent.opt_out
    ):
        return None  # a machine's answer to nothing of ours
    # By its sender alone a mail answers nothing for certain: they may have written of their own accord.
    if found.how in ("token", "references") and (reading.nature.kind == "human" or not reading.nature.sure):
        bounces.settle_as_sent(session, found.mail)
    intent = _with_circumstances(session, vault, connection, found, reading.intent, delivery.received_at)
    reply = _store(session, vault, connection, found, reading, intent, delivery, digest, mail)
    if reading.intent.opt_out:
        never_again(session, vault, connection, mail.from_address, found.mail, found.scout)
    if reply.state == "decided":
        act(session, vault, connection, reply, found.scout, by="rules")
    elif reply.state == "triage":
        ask(session, connection, reply, found.scout, intent)
    return reply


def decide_reply(
    session: Session, vault: Vault, reply: Reply, intent: str, by: str, *, scout: Scout | None = None
) -> Reply:
    """Carry out what a person (`staff:<id>`) says a reply means; the same word twice changes nothing. Does not commit.

    `scout` names whose answer it is where nobody knew. The promise's clock runs from the receipt, not from now. Raises
    `CannotDecide` for an unknown intent, a yes without a person, or another word than a colleague's earlier one.
    """
    if intent not in DECIDABLE:
        raise CannotDecide(f"{intent!r} is nothing a reply can be decided to be; choose one of {', '.join(DECIDABLE)}")
    session.refresh(reply, with_for_update=NO_KEY_UPDATE)
    if reply.decided_by:
        if reply.intent == intent:
            return reply
        raise CannotDecide(
            "a colleague has decided this reply already; log a new answer if the person changed their mind"
        )
    if scout is not None and scout.connection_id == reply.connection_id:
        reply.scout_id, reply.matched = scout.key, "by_hand"
    elif scout is not None:
        raise CannotDecide("that scout belongs to another connection")
    elif reply.matched in ("sender", "references"):
        reply.matched = "by_hand"
    answered = session.get(Scout, reply.scout_id) if reply.scout_id is not None else None
    if answered is None and intent == "interested":
        raise CannotDecide("nobody knows whose yes this is; choose the person it came from first")
    connection = session.get_one(Connection, reply.connection_id)
    before = reply.intent
    reply.intent, reply.state, reply.decided_by, reply.triage_because = intent, "decided", by, ""
    session.add(reply)
    for kind in ("triage", "contradiction"):
        close_task(session, reply.employer_id, kind, task_name(reply), by=by)
    record(session, reply.employer_id, "reply", reply.key, "decided", actor=by, intent=intent, read_as=before)
    act(session, vault, connection, reply, answered, by=by)
    if intent == "opt_out":
        never_again(
            session, vault, connection, "", letter_of(session, answered) if answered else None, answered, reply=reply
        )
    return reply


def log_reply(
    session: Session,
    vault: Vault,
    scout: Scout,
    medium: str,
    text: str,
    intent: str,
    by: str,
    received_at: datetime,
) -> Reply:
    """Log an answer that came by another medium (`MEDIA`) and act on it as on a mail; twice is once. Does not commit.

    Raises `CannotDecide` for an unknown medium or intent, or a time of receipt that is still to come.
    """
    if medium not in MEDIA:
        raise CannotDecide(f"{medium!r} is no medium; choose one of {', '.join(MEDIA)}")
    if intent not in DECIDABLE:
        raise CannotDecide(f"{intent!r} is nothing a reply can be; choose one of {', '.join(DECIDABLE)}")
    if received_at > now_of(session):
        raise CannotDecide("the answer can't have come in the future; check the date and time")
    connection = session.exec(
        select(Connection).where(col(Connection.id) == scout.connection_id).with_for_update(key_share=True)
    ).one()
    same = hashlib.sha256(f"{scout.key}\0{medium}\0{received_at.isoformat()}\0{intent}\0{text}".encode()).hexdigest()
    digest = vault.hash(connection.employer_id, f"logged:{same}")
    before = _came_before(session, connection, digest)
    if before is not None:
        return before
    reply = Reply(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        scout_id=scout.key,
        medium=medium,
        matched="by_hand",
        intent=intent,
        state="decided",
        person=scout.profile_id,
        sealed_text=vault.seal_for(session, connection.employer_id, scout.profile_id, text),
        decided_by=by,
        received_at=received_at,
        message_id_hash=digest,
        created_at=now_of(session),
    )
    session.add(reply)
    session.flush()
    record(session, reply.employer_id, "reply", reply.key, "logged", actor=by, intent=intent, medium=medium)
    bounces.settle_as_sent(session, letter_of(session, scout))
    act(session, vault, connection, reply, scout, by=by)
    if intent == "opt_out":
        never_again(session, vault, connection, "", letter_of(session, scout), scout, reply=reply)
    return reply


def ours_of(session: Session, vault: Vault, connection: Connection, found: Match) -> Ours:
    """What we know of the mail being answered: addresses and names of ours, and its text while it can be read."""
    policy = policy_of(connection)
    addresses = {policy.from_address, policy.bounce_address}
    if found.scout is not None and policy.from_address:
        addresses.add(come_back(policy.from_address, found.scout.reply_token))
    names = {policy.from_name, policy.company_ja, policy.company_en, policy.legal.sender}
    text = ""
    if found.mail is not None and found.mail.sealed is not None:
        try:
            text = parse(raw_of(session, vault, found.mail)).text
        except Erased:
            text = ""  # the person was erased; their answer is read without our letter beside it
    return Ours(
        frozenset(address.lower() for address in addresses if address), frozenset(name for name in names if name), text
    )


# Reading.


def _with_circumstances(
    session: Session, vault: Vault, connection: Connection, found: Match, intent: Intent, received_at: datetime
) -> Intent:
    """Make an intent doubtful where who wrote, or what they said before or since, asks for a person."""

    def doubt(because: str) -> Intent:
        return Intent(intent.kind, intent.words, True, because, intent.opt_out, intent.condition, intent.asks)

    if intent.kind == "auto_reply":
        return intent
    if found.how == "token" and found.scout is None:
        return doubt("staff")
    if not found.certain and intent.kind != "opt_out":
        staff = found.mail is not None and found.mail.staff_id is not None
        return doubt(
            {"sender": "by_sender", "references": "staff" if staff else "other_sender"}.get(found.how, "no_match")
        )
    if intent.doubtful or intent.kind != "interested" or found.scout is None:
        return intent
    later = session.exec(
        select(Reply.id).where(
            col(Reply.scout_id) == found.scout.key,
            col(Reply.received_at) > received_at,
            col(Reply.intent).in_(AGAINST),
        )
    ).first()
    if later is not None:
        return doubt("said_no_since")
    stopped = session.exec(
        select(Reply.id).where(
            col(Reply.scout_id) == found.scout.key,
            col(Reply.intent) == "opt_out",
        )
    ).first()
    if stopped is not None:
        return doubt("after_opt_out")
    if (
        found.mail is not None
        and found.mail.to_hash
        and found.mail.state == "bounced"
        and is_suppressed(session, vault, employer_id=connection.employer_id, address_hash=found.mail.to_hash)
    ):
        return doubt("bounced_before")
    return intent


def _store(
    session: Session,
    vault: Vault,
    connection: Connection,
    found: Match,
    reading: Reading,
    intent: Intent,
    delivery: Delivery,
    digest: str,
    mail: Incoming,
) -> Reply:
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
    )
    return reply


def _report(
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


def _same_mail(vault: Vault, connection: Connection, mail: Incoming, reading: Reading) -> str:
    """What tells the same mail at another door, whatever headers it gathered on the way.

    The words belong to it: a mail program that gives two answers one Message-ID must not lose the second.
    """
    said = hashlib.sha256(" ".join(reading.cut.full.split()).encode("utf-8", "replace")).hexdigest()
    id = mail.message_id or f"{mail.date.isoformat() if mail.date else ''}|{mail.subject}"
    return vault.hash(connection.employer_id, f"mail:{connection.key}\0{id}\0{mail.from_address}\0{said}")


def _came_before(session: Session, connection: Connection, digest: str) -> Reply | None:
    return session.exec(
        select(Reply).where(col(Reply.connection_id) == connection.key, col(Reply.message_id_hash) == digest)
    ).first()
