"""The ledger's chain: every event gets a number and a digest over itself and the digest before it.

Events are written wherever something happens; `seal` follows and links them, one writer at a time per employer, so that
no transaction waits for another to write an event. Digests are HMACs under a key of the installation: whoever can write
the database but has no key can't make a chain that verifies. Events hold ids and digests only, so that an erasure leaves
the chain as it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from plugin.database import NO_KEY_UPDATE, now_of
from plugin.rows import Event, LedgerHead, LedgerLink
from plugin.sealing import Vault

OVERLAP = 10_000
"""Ids looked through again: a transaction that took an id early may commit late."""
AT_ONCE = 5_000
SOON = timedelta(minutes=15)
"""How long an event may wait for its link before a verification says so."""


@dataclass(frozen=True, slots=True)
class Break:
    """The place where the ledger doesn't hold: which number or row, and what is wrong with it."""

    where: str
    what: str


def digest_of(vault: Vault, before: str, event: Event) -> str:
    """HMAC-SHA256 (hex) over the digest before and everything an event says."""
    said = [
        event.id,
        event.employer_id,
        event.subject,
        event.subject_id,
        event.what,
        event.actor,
        event.facts,
        event.created_at.isoformat(timespec="microseconds"),
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(vault.ledger_key, f"{before}\n{text}".encode(), hashlib.sha256).hexdigest()


def seal(session: Session, vault: Vault, employer_id: int) -> int:
    """Link every event of an employer that isn't yet, in the order of their ids; return how many. Does not commit."""
    head = _head(session, employer_id)
    linked = 0
    while events := _waiting(session, employer_id, head):
        links = []
        for event in events:
            head.number, head.digest = head.number + 1, digest_of(vault, head.digest, event)
            links.append(
                LedgerLink(
                    employer_id=employer_id,
                    number=head.number,
                    event_id=event.key,
                    digest=head.digest,
                    created_at=now_of(session),
                )
            )
        session.add_all(links)
        head.looked_to = max(head.looked_to, events[-1].key - OVERLAP)
        session.add(head)
        session.flush()
        linked += len(links)
    return linked


def verify(session: Session, vault: Vault, employer_id: int) -> list[Break]:
    """Recompute the whole chain; the breaks found, in order. A broken link makes those after it no breaks of their own."""
    found: list[Break] = []
    expected, before = 1, ""
    for link, event in _links(session, employer_id):
        if link.number != expected:
            found.append(Break(f"number {expected}", "this link is missing: somebody deleted it"))
            expected = link.number
        if event is None:
            found.append(Break(f"number {link.number}", f"its event {link.event_id} is missing"))
        elif digest_of(vault, before, event) != link.digest:
            found.append(Break(f"number {link.number}", f"event {event.key} isn't what was sealed, or not here"))
        expected, before = link.number + 1, link.digest
    head = session.exec(select(LedgerHead).where(col(LedgerHead.employer_id) == employer_id)).first()
    if head is not None and (head.number, head.digest) != (expected - 1, before):
        found.append(Break(f"number {head.number}", f"the chain ends at {expected - 1}: links at its end are missing"))
    late = session.exec(
        select(func.count())
        .select_from(Event)
        .outerjoin(LedgerLink, col(LedgerLink.event_id) == col(Event.id))
        .where(
            col(Event.employer_id) == employer_id,
            col(LedgerLink.id).is_(None),
            col(Event.created_at) < now_of(session) - SOON,
        )
    ).one()
    if late:
        found.append(Break("the end", f"{late} events wait for their link; is a worker running?"))
    return found


def length(session: Session, employer_id: int) -> int:
    """How many links the chain has."""
    head = session.exec(select(LedgerHead).where(col(LedgerHead.employer_id) == employer_id)).first()
    return head.number if head is not None else 0


def _links(session: Session, employer_id: int) -> Iterator[tuple[LedgerLink, Event | None]]:
    number = 0
    while True:
        rows = session.execute(
            select(LedgerLink, Event)
            .outerjoin(Event, col(Event.id) == col(LedgerLink.event_id))
            .where(col(LedgerLink.employer_id) == employer_id, col(LedgerLink.number) > number)
            .order_by(col(LedgerLink.number))
            .limit(AT_ONCE)
            .execution_options(populate_existing=True)
        ).all()
        yield from ((link, event) for link, event in rows)
        if len(rows) < AT_ONCE:
            return
        number = rows[-1][0].number
        session.expunge_all()  # a year of events needs no more memory than a page of them


def _waiting(session: Session, employer_id: int, head: LedgerHead) -> list[Event]:
    return list(
        session.exec(
            select(Event)
            .outerjoin(LedgerLink, col(LedgerLink.event_id) == col(Event.id))
            .where(col(Event.employer_id) == employer_id, col(Event.id) > head.looked_to, col(LedgerLink.id).is_(None))
            .order_by(col(Event.id))
            .limit(AT_ONCE)
        )
    )


def _head(session: Session, employer_id: int) -> LedgerHead:
    """The employer's head, locked."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(LedgerHead)
        .values(employer_id=employer_id, number=0, digest="", looked_to=0, created_at=now_of(session))
        .on_conflict_do_nothing(index_elements=["employer_id"])
    )
    return session.exec(
        select(LedgerHead)
        .where(col(LedgerHead.employer_id) == employer_id)
        .with_for_update(**NO_KEY_UPDATE)
        .execution_options(populate_existing=True)
    ).one()
