"""A person's word on a reply: deciding what waited, logging what came another way, taking a decision back in time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from plugin.database import NO_KEY_UPDATE, now_of
from plugin.events import record
from plugin.pipeline.owners import done_with
from plugin.rows import Connection, Reply, Scout
from plugin.scouting import bounces
from plugin.scouting.consequences import act, never_again, take_back
from plugin.scouting.intent import INTENTS, REASONS, TOPICS
from plugin.scouting.matching import letter_of
from plugin.scouting.written_down import came_before
from plugin.sealing import Vault

MEDIA = ("mail", "page", "phone", "line", "bizreach", "linkedin", "wantedly", "other")
"""How an answer may have come. `mail` and `page` (the candidate's own) come by themselves, the others are logged."""
DECIDABLE = tuple(intent for intent in INTENTS if intent not in ("bounce", "auto_reply", "unclear"))
"""What a person may decide a reply to be."""
TAKE_BACK_WITHIN = timedelta(minutes=10)
FINAL = ("interested", "opt_out")
"""Decisions that act at once: a yes is on its way into the ATS, and who said stop is never written to again."""


class CannotDecide(ValueError):
    """A decision on a reply that can't be carried out. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What stands beside a decision: of a question its topic, of a refusal the reason, of "later" the day."""

    topic: str = ""
    reason: str = ""
    later_on: date | None = None


def decide_reply(
    session: Session,
    vault: Vault,
    reply: Reply,
    intent: str,
    by: str,
    *,
    scout: Scout | None = None,
    detail: Detail | None = None,
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
    _detail(reply, intent, detail)
    reply.intent, reply.state, reply.decided_by, reply.triage_because = intent, "decided", by, ""
    reply.decided_at = now_of(session)
    session.add(reply)
    for kind in ("triage", "contradiction"):
        done_with(session, reply.employer_id, kind, "reply", reply.key, by=by)
    record(session, reply.employer_id, "reply", reply.key, "decided", actor=by, intent=intent, read_as=before)
    act(session, vault, connection, reply, answered, by=by)
    if intent == "opt_out":
        letter = letter_of(session, answered) if answered is not None else None
        never_again(session, vault, connection, "", letter, answered, reply=reply)
    return reply


def may_take_back(reply: Reply, now: datetime) -> bool:
    """Whether a colleague's decision can still be taken back: soon after, and where nothing has left."""
    return (
        reply.state == "decided"
        and reply.decided_by.startswith("staff:")
        and reply.intent not in FINAL
        and reply.medium == "mail"
        and reply.decided_at is not None
        and now - reply.decided_at <= TAKE_BACK_WITHIN
    )


def take_back_decision(session: Session, reply: Reply, by: str) -> None:
    """Put a decided reply before people again, as if nobody had decided. Does not commit.

    Raises `CannotDecide` later than `TAKE_BACK_WITHIN`, and for a yes or an opt-out: those act at once.
    """
    session.refresh(reply, with_for_update=NO_KEY_UPDATE)
    if not may_take_back(reply, now_of(session)):
        raise CannotDecide("this decision can't be taken back any more; log a new answer instead")
    take_back(session, session.get_one(Connection, reply.connection_id), reply, by=by)
    record(session, reply.employer_id, "reply", reply.key, "decision_taken_back", actor=by, was=reply.intent)
    reply.state, reply.decided_by, reply.decided_at, reply.triage_because = "triage", "", None, "taken_back"
    session.add(reply)


def log_reply(
    session: Session,
    vault: Vault,
    scout: Scout,
    medium: str,
    text: str,
    intent: str,
    by: str,
    received_at: datetime,
    *,
    detail: Detail | None = None,
) -> Reply:
    """Log an answer that came by another medium (`MEDIA`) and act on it as on a mail; twice is once. Does not commit.

    `by` is who logged it (`staff:<id>`), or `candidate` for the candidate's own page. Raises `CannotDecide` for an
    unknown medium or intent, or a time of receipt that is still to come.
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
    before = came_before(session, connection, digest)
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
        decided_at=now_of(session),
        received_at=received_at,
        message_id_hash=digest,
        created_at=now_of(session),
    )
    _detail(reply, intent, detail)
    session.add(reply)
    session.flush()
    record(session, reply.employer_id, "reply", reply.key, "logged", actor=by, intent=intent, medium=medium)
    bounces.settle_as_sent(session, letter_of(session, scout))
    act(session, vault, connection, reply, scout, by=by)
    if intent == "opt_out":
        never_again(session, vault, connection, "", letter_of(session, scout), scout, reply=reply)
    return reply


def _detail(reply: Reply, intent: str, detail: Detail | None) -> None:
    """Keep what a person added, and what was read only where it belongs to what they decided."""
    given = detail or Detail()
    reply.topic = given.topic if given.topic in TOPICS else reply.topic
    reply.reason = (given.reason if given.reason in REASONS else reply.reason) if intent == "declined" else ""
    reply.later_on = (given.later_on or reply.later_on) if intent == "later" else None
    if intent not in ("question", "interested"):
        reply.topic = ""
