"""The holding lane (募集開始前の受付): a yes on a requisition that isn't open has an owner and a clock, and is never lost.

Opening moves it on by itself. Closing is for a person: nothing here rejects anybody (R9). The candidate hears at once,
and honestly, where things stand; a promise runs on meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline import answers
from plugin.pipeline.calendar import due_date
from plugin.pipeline.ledger import OPEN
from plugin.pipeline.owners import done_with, owner_id
from plugin.rows import Connection, Entry, Promise, Requisition, Task
from plugin.scouting import attachments
from plugin.sealing import Erased, Vault
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe

DAYS = 5
"""Business days after which somebody should have dealt with a held entry that carries no promise."""


def hold(
    session: Session, vault: Vault, connection: Connection, requisition: Requisition, entry: Entry, *, status: str
) -> None:
    """Put an entry into the lane: owner, clock, a task, and an honest letter to the candidate. `status`: draft or closed."""
    now = now_of(session)
    promise = promise_of(session, entry)
    entry.state, entry.because = "holding", f"requisition_{status}"
    entry.owner_id = owner_id(session, requisition)
    entry.held_until = held_until(connection, promise, now)
    session.add(entry)
    owe_end_of_clock(session, entry)
    attachments.keep_bytes(session, entry.scout_id, entry.held_until)
    record(session, entry.employer_id, "entry", entry.key, "held", actor="ats", because=entry.because)
    _open_task(session, entry, kind="holding" if status == "draft" else "holding_closed", now=now)
    answers.tell_held(session, vault, connection, entry, promise, status=status)


def held_until(connection: Connection, promise: Promise | None, now: datetime) -> datetime:
    """The lane's clock: the promise's own, else five business days."""
    if promise is not None and promise.state in OPEN:
        return promise.due_at
    policy = policy_of(connection)
    return due_date(now, DAYS, policy.zone, policy.closures).due_at


def requisition_opened(session: Session, requisition: Requisition) -> None:
    """Owe the move of everyone held. Call it in the transaction that stores the new status; does not commit."""
    if _held(session, requisition):
        stamp = now_of(session).isoformat()
        owe(
            session,
            "release_holding",
            f"{requisition.key}:{stamp}",
            employer_id=requisition.employer_id,
            connection_id=requisition.connection_id,
            payload={"requisition_id": requisition.key},
        )


def requisition_closed(session: Session, requisition: Requisition) -> None:
    """Ask a person about everyone held, and about promises still owed here: a letter that has left binds."""
    now = now_of(session)
    for entry in _held(session, requisition):
        if entry.because != "requisition_closed":
            entry.because = "requisition_closed"
            session.add(entry)
            _open_task(session, entry, kind="holding_closed", now=now)
    owed = session.exec(
        select(Promise).where(col(Promise.requisition_id) == requisition.key, col(Promise.state).in_(OPEN))
    )
    for promise in owed:
        open_task(
            session,
            employer_id=promise.employer_id,
            connection_id=promise.connection_id,
            kind="promise_on_closed",
            name=str(promise.key),
            owner_id=owner_id(session, requisition),
            requisition_id=requisition.key,
            subject="promise",
            subject_id=promise.key,
            due=promise.due_at,
        )


def release_holding(work: Work, claim: Claim) -> None:
    """Move everyone held on a requisition that is open now into the ATS. Running it twice moves nobody twice."""
    with work.finishing(claim) as session:
        requisition = session.get_one(Requisition, claim.payload["requisition_id"])
        if requisition.status == "open":
            for entry in _held(session, requisition):
                let_go(session, entry, actor="ats")


def let_go(session: Session, entry: Entry, *, actor: str, because: str = "") -> None:
    """Take an entry out of the lane (or off the decision page) and owe its way into the ATS."""
    entry.state, entry.because, entry.held_until, entry.sealed_words = "owed", because, None, None
    session.add(entry)
    no_more_to_decide(session, entry, by=actor)
    record(session, entry.employer_id, "entry", entry.key, "released", actor=actor, because=because)
    owe_entry(session, entry)


def enter_anyway(session: Session, entry: Entry, *, by: str) -> None:
    """A person decided that a held yes goes into the ATS although the requisition isn't open there."""
    if entry.state == "holding":
        let_go(session, entry, actor=by, because="anyway")


def owe_end_of_clock(session: Session, entry: Entry) -> None:
    """When the clock of a waiting yes runs out, somebody is told: nothing is ever closed or entered by silence."""
    if entry.held_until is None:
        return
    owe(
        session,
        "holding_over",
        f"{entry.key}:{entry.held_until.isoformat()}",
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        payload={"entry_id": entry.key, "until": entry.held_until.isoformat()},
        due=entry.held_until,
    )


def holding_over(work: Work, claim: Claim) -> None:
    """The clock of a waiting yes has run out: whoever owns it and the manager have a task each, overdue from now."""
    with work.finishing(claim) as session:
        entry = session.exec(
            select(Entry).where(col(Entry.id) == claim.payload["entry_id"]).with_for_update(key_share=True)
        ).one()
        until = entry.held_until.isoformat() if entry.held_until is not None else ""
        if entry.state not in ("holding", "deciding") or until != claim.payload["until"]:
            return
        requisition = session.get_one(Requisition, entry.requisition_id)
        owners = {owner_id(session, requisition), requisition.manager_id}
        told: list[int | None] = [*sorted(id for id in owners if id is not None)]
        for owner in told or [None]:
            open_task(
                session,
                employer_id=entry.employer_id,
                connection_id=entry.connection_id,
                kind="holding_over",
                name=f"{entry.key}:{until}:{owner}",
                owner_id=owner,
                requisition_id=entry.requisition_id,
                subject="entry",
                subject_id=entry.key,
                due=entry.held_until,
            )
        record(session, entry.employer_id, "entry", entry.key, "clock_ended", actor="clock", because=entry.because)


def sealed(session: Session, vault: Vault, entry: Entry, words: str) -> bytes | None:
    """Words about a person, under their key; None where there are none or the person was erased."""
    if not words.strip():
        return None
    try:
        return vault.seal_for(session, entry.employer_id, entry.profile_id, words.strip())
    except Erased:
        return None


def words_of(session: Session, vault: Vault, entry: Entry) -> str:
    """What the ATS or a colleague said of a waiting or closed yes; "" once the person was erased."""
    if entry.sealed_words is None:
        return ""
    try:
        return str(vault.open_for(session, entry.employer_id, entry.profile_id, entry.sealed_words))
    except Erased:
        return ""


def close_entry(session: Session, entry: Entry, *, by: str, because: str, vault: Vault | None = None) -> None:
    """A person closed a held yes, having answered the candidate themselves. Refused while a promise is owed.

    `because` is kept sealed under the candidate's key where a vault is given, and nowhere else: it may name them.
    Raises ValueError without a reason, or while a promise on it is open: keep it, or record that the candidate waived it.
    """
    if entry.state not in ("holding", "deciding"):
        raise ValueError("only an entry that waits for a person can be closed here")
    if not because.strip():
        raise ValueError("write down why, and that the candidate has been told")
    promise = promise_of(session, entry)
    if promise is not None and promise.state in OPEN:
        raise ValueError("a promise is still owed to this person: keep it, or record that they waived it")
    entry.state, entry.because, entry.held_until = "closed", "closed_by_hand", None
    entry.sealed_words = sealed(session, vault, entry, because) if vault is not None else None
    session.add(entry)
    no_more_to_decide(session, entry, by=by)
    record(session, entry.employer_id, "entry", entry.key, "closed", actor=by)


def heal(session: Session, employer_id: int, connection_id: int | None) -> None:
    """Owe the move of everyone still held on a requisition that is open: an opening that rang while nobody listened.

    Only where the requisition was read since: an entry may be held because the ATS knew of a closing before our row did.
    """
    query = (
        select(Requisition)
        .join(Entry, col(Entry.requisition_id) == col(Requisition.id))
        .join(Task, and_(col(Task.subject) == "entry", col(Task.subject_id) == col(Entry.id)))
        .where(
            col(Entry.employer_id) == employer_id,
            col(Entry.state) == "holding",
            col(Requisition.status) == "open",
            col(Task.employer_id) == employer_id,
            col(Task.kind).in_(("holding", "holding_closed")),
            col(Task.state) == "open",
            col(Requisition.read_at) >= col(Task.created_at),
        )
    )
    if connection_id is not None:
        query = query.where(col(Entry.connection_id) == connection_id)
    for requisition in {row.key: row for row in session.exec(query)}.values():
        requisition_opened(session, requisition)


def no_more_to_decide(session: Session, entry: Entry, *, by: str) -> None:
    """Close every task that asked what to do with an entry."""
    for kind in ("holding", "holding_closed", "holding_over", "possible_duplicate", "entry_stuck", "yes_again"):
        done_with(session, entry.employer_id, kind, "entry", entry.key, by=by)


def promise_of(session: Session, entry: Entry) -> Promise | None:
    return session.exec(select(Promise).where(col(Promise.scout_id) == entry.scout_id)).first()


def owe_entry(session: Session, entry: Entry) -> None:
    """Owe `add_entry`. The time stands in the key: an entry may be held, let go and held again."""
    owe(
        session,
        "add_entry",
        f"{entry.key}:{now_of(session).isoformat()}",
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        payload={"entry_id": entry.key},
        lane=0,  # a candidate shall not wait: the entry is due within a minute
    )


def _held(session: Session, requisition: Requisition) -> list[Entry]:
    # Locked, so that two openings at once (PostgreSQL) let each entry go once.
    query = (
        select(Entry)
        .where(col(Entry.requisition_id) == requisition.key, col(Entry.state) == "holding")
        .order_by(col(Entry.id))
    )
    return list(session.exec(query.with_for_update(key_share=True)))


def _open_task(session: Session, entry: Entry, *, kind: str, now: datetime) -> None:
    open_task(
        session,
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        kind=kind,
        name=f"{entry.key}:{now.isoformat()}",
        owner_id=entry.owner_id,
        requisition_id=entry.requisition_id,
        subject="entry",
        subject_id=entry.key,
        due=entry.held_until,
    )
