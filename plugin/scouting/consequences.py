"""What a reply sets off: an entry for a yes, a task with owner and clock for what a person must do, never another letter
to who said stop. Nobody is rejected or taken out by a rule (R9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.identity import identity_of
from plugin.pipeline.calendar import due_date
from plugin.pipeline.entries import accept_yes
from plugin.pipeline.notes import owe_notes
from plugin.pipeline.owners import done_with, owner_id
from plugin.rows import Commitment, Connection, Entry, Mail, Profile, Reply, ReplyFile, Requisition, Scout
from plugin.scouting import data_requests, reminders_later
from plugin.scouting.circumstances import AGAINST, Weighed
from plugin.scouting.suppression import silence, suppress
from plugin.sealing import Erased, Vault
from plugin.tasks import open_task

FOLLOW_UP = {
    "question": "question",
    "later": "later",
    "withdraw": "withdraw",
    "reschedule": "reschedule",
    "referral": "referral",
    "via_agent": "via_agent",
}
"""Intents that leave a person something to do: the kind of task."""


def act(session: Session, vault: Vault, connection: Connection, reply: Reply, scout: Scout | None, *, by: str) -> None:
    """Do what a decided reply asks for."""
    if reply.intent == "interested" and scout is not None:
        entry = accept_yes(
            session,
            vault,
            connection=connection,
            scout=scout,
            reply_id=reply.key,
            received_at=reply.received_at,
            now=now_of(session),
        )
        _files_follow(session, reply, entry)
        if reply.topic:
            _open(session, connection, reply, scout, "question", facts={"intent": "question", "topic": reply.topic})
        return
    if scout is not None:
        _files_follow(session, reply, _entry_of(session, scout))
    kind = FOLLOW_UP.get(reply.intent, "")
    facts: dict[str, Any] = {"intent": reply.intent}
    if reply.intent in AGAINST:
        # Nobody is rejected or taken out by a rule (R9): with an entry there, a person hears of it.
        kind = "withdraw" if scout is not None and _has_entry(session, scout) else ""
    if kind == "question":
        facts["topic"] = reply.topic
    if kind == "later" and reply.later_on is not None and scout is not None:
        reminders_later.owe_reminder(session, connection, reply)
        return
    if kind:
        _open(session, connection, reply, scout, kind, facts=facts)


def take_back(session: Session, connection: Connection, reply: Reply, *, by: str) -> None:
    """Withdraw what a person's decision set off, and ask again. Only for decisions that left tasks alone behind."""
    for kind in {*FOLLOW_UP.values(), "withdraw"}:
        done_with(session, reply.employer_id, kind, "reply", reply.key, by=by)
    scout = session.get(Scout, reply.scout_id) if reply.scout_id is not None else None
    # The first asking's task is done; a task of its own name asks anew.
    _open(session, connection, reply, scout, "triage", facts={"because": "taken_back"}, again=now_of(session))


def ask(session: Session, connection: Connection, reply: Reply, scout: Scout | None, weighed: Weighed) -> None:
    """Put a reply before a person, with the clock that a yes would start running visibly."""
    intent = weighed.intent
    kind = "contradiction" if intent.because == "condition" else "triage"
    facts: dict[str, Any] = {"intent": intent.kind, "because": intent.because}
    if weighed.compared is not None:
        facts |= {"condition": weighed.compared.verdict, "about": list(weighed.compared.topics)}
    _open(session, connection, reply, scout, kind, facts=facts)


def ask_about_data(session: Session, connection: Connection, reply: Reply, scout: Scout | None) -> None:
    """Somebody asks for their data to be shown, corrected or deleted: a task with its deadline.

    個人情報保護法 33–35条: without delay; `Policy.data_request_days` says how long that is here.
    """
    policy = policy_of(connection)
    due = due_date(reply.received_at, policy.data_request_days, policy.zone, policy.closures).due_at
    _open(session, connection, reply, scout, "data_request", facts={"intent": reply.intent}, due=due)


def begin_request(session: Session, vault: Vault, reply: Reply, scout: Scout, kind: str, *, by: str) -> bool:
    """Begin a data request somebody made by mail as if on their own page; False for somebody unknown or erased.

    `kind` as `data_requests.KINDS`. The task that asked for it is done: the request has its own. Does not commit.
    """
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    if profile is None:
        return False
    try:
        data_requests.ask(session, vault, scout, profile, identity_of(session, vault, profile), kind)
    except (Erased, data_requests.CannotAsk):
        return False
    record(session, reply.employer_id, "reply", reply.key, "data_request_begun", actor=by, kind=kind)
    done_with(session, reply.employer_id, "data_request", "reply", reply.key, by=by)
    return True


def _open(
    session: Session,
    connection: Connection,
    reply: Reply,
    scout: Scout | None,
    kind: str,
    *,
    facts: dict[str, Any],
    due: datetime | None = None,
    again: datetime | None = None,
) -> None:
    requisition = session.get(Requisition, scout.requisition_id) if scout is not None else None
    open_task(
        session,
        employer_id=reply.employer_id,
        connection_id=connection.key,
        kind=kind,
        name=task_name(reply) + (f":{again.isoformat()}" if again is not None else ""),
        owner_id=owner_id(session, requisition) if requisition is not None else None,
        requisition_id=requisition.key if requisition is not None else None,
        subject="reply",
        subject_id=reply.key,
        due=due or _clock(session, connection, reply, scout),
        facts=facts,
    )


def _clock(session: Session, connection: Connection, reply: Reply, scout: Scout | None) -> datetime:
    """When it is too late: the day the promise would be due if this is a yes, else the next business day's end."""
    policy = policy_of(connection)
    commitment = (
        session.get(Commitment, scout.commitment_id) if scout is not None and scout.commitment_id is not None else None
    )
    if commitment is not None and reply.intent in ("interested", "unclear", "question"):
        return due_date(reply.received_at, commitment.days, commitment.zone, policy.closures).due_at
    return due_date(reply.received_at, 1, policy.zone, policy.closures).due_at


def task_name(reply: Reply) -> str:
    return f"reply:{reply.key}"


def _has_entry(session: Session, scout: Scout) -> bool:
    entry = _entry_of(session, scout)
    return entry is not None and entry.state != "closed"


def _entry_of(session: Session, scout: Scout) -> Entry | None:
    return session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).first()


def _files_follow(session: Session, reply: Reply, entry: Entry | None) -> None:
    """Files that come with a later word belong to the entry, too."""
    if entry is None or entry.state != "entered":
        return
    session.flush()
    if session.exec(select(ReplyFile.id).where(col(ReplyFile.reply_id) == reply.key)).first() is not None:
        owe_notes(session, entry, f"reply:{reply.key}")


def never_again(
    session: Session,
    vault: Vault,
    connection: Connection,
    sender: str,
    letter: Mail | None,
    scout: Scout | None,
    *,
    reply: Reply | None = None,
) -> None:
    """Suppress who asked for it: the address that wrote and the one we wrote to. For good (R5)."""
    hashes = {vault.hash_email(connection.employer_id, sender)} if sender else set()
    if letter is not None and letter.staff_id is None and letter.to_hash:
        hashes.add(letter.to_hash)
    if reply is not None and reply.sealed_full is not None:
        try:
            full = vault.open_for(session, connection.employer_id, reply.person, reply.sealed_full)
        except Erased:
            full = {}  # the person was erased meanwhile; the hash of the address we wrote to is still known
        hashes.add(vault.hash_email(connection.employer_id, str(full.get("from", ""))))
    for digest in sorted(hashes - {""}):
        suppress(session, vault, employer_id=connection.employer_id, address_hash=digest, reason="opt_out")
    if scout is not None:
        silence(session, vault, employer_id=connection.employer_id, profile_id=scout.profile_id)
        record(session, connection.employer_id, "scout", scout.key, "opted_out", actor="candidate", by="reply")
