"""Inbound bytes: kept as they came, sealed, then read (R6: they ring, the truth is read from the ATS)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import bindparam, inspect, sql, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors.records import Event, EventKind, Request
from plugin.database import now_of
from plugin.rows import Connection, Delivery, Job
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import Claim, Owed, Park, owe, owe_many

WEBHOOK, MAIL = "webhook", "mail"
READERS = {WEBHOOK: "read_delivery", MAIL: "read_mail"}
"""The job that reads what came in at each door."""

DELIVERY_DAYS = 30


def seal(vault: Vault, headers: Mapping[str, str], body: bytes) -> tuple[bytes, bytes, bytes]:
    """Seal a delivery under a key of its own: (sealed key, sealed headers, sealed body)."""
    key = Fernet.generate_key()
    own = Fernet(key)
    return vault.seal(key), own.encrypt(json.dumps(dict(headers)).encode()), own.encrypt(body)


def body_hash(vault: Vault, employer_id: int, body: bytes) -> str:
    """What tells a repeated body: a keyed hash, so that it says nothing of the people in it."""
    return vault.hash(employer_id, "delivery:" + hashlib.sha256(body).hexdigest())


def accept(
    session: Session,
    vault: Vault,
    *,
    connection: Connection,
    door: str,
    headers: Mapping[str, str],
    body: bytes,
    event_key: str = "",
    received_at: datetime | None = None,
    days: int = DELIVERY_DAYS,
) -> Delivery | None:
    """Store a delivery and owe the job that reads it; None for one that came before. Does not commit.

    The same body, or the vendor's own id of an event, is stored once a connection and door.
    """
    one = Sealed(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        door=door,
        body_hash=body_hash(vault, connection.employer_id, body),
        event_key=event_key,
        sealed=seal(vault, headers, body),
        received_at=received_at or now_of(session),
        days=days,
    )
    (key,) = accept_sealed(session, [one])
    return None if key is None else session.get_one(Delivery, key)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What arrived at a door: verified, sealed already, so that nobody waits for its sealing while it is stored."""

    employer_id: int
    connection_id: int
    door: str
    body_hash: str
    event_key: str
    sealed: tuple[bytes, bytes, bytes]
    received_at: datetime
    days: int


def accept_sealed(session: Session, arrived: Sequence[Sealed]) -> list[int | None]:
    """Store what arrived and owe the jobs that read it: each one's id, None for what came before. Does not commit.

    A fixed number of statements, however many arrived together: on PostgreSQL each is a way there and back.
    """
    now = now_of(session)
    known = _known_events(session, arrived)
    new: dict[tuple[int, str, str], Sealed] = {}
    for one in arrived:
        event = (one.connection_id, one.door, one.event_key)
        if event not in known:
            new.setdefault((one.connection_id, one.door, one.body_hash), one)
            if one.event_key:
                known.add(event)
    if not new:
        return [None] * len(arrived)
    rows = [
        {
            "employer_id": one.employer_id,
            "connection_id": one.connection_id,
            "door": one.door,
            "event_key": one.event_key,
            "body_hash": one.body_hash,
            "sealed_key": one.sealed[0],
            "sealed_headers": one.sealed[1],
            "sealed_body": one.sealed[2],
            "received_at": one.received_at,
            "expires_at": now + timedelta(days=one.days),
            "created_at": now,
        }
        # Always in the same order: two transactions with the same deliveries wait for each other, and never in a ring.
        for _, one in sorted(new.items())
    ]
    stored_there = session.connection().execute(_STORE[session.get_bind().dialect.name], rows)
    stored = {id(new[found[1], found[2], found[3]]): int(found[0]) for found in stored_there}
    owe_many(
        session,
        [
            Owed(
                READERS[one.door],
                str(stored[id(one)]),
                one.employer_id,
                one.connection_id,
                {"delivery_id": stored[id(one)]},
            )
            for one in new.values()
            if id(one) in stored
        ],
    )
    return [stored.get(id(one)) for one in arrived]


def _known_events(session: Session, arrived: Sequence[Sealed]) -> set[tuple[int, str, str]]:
    """The vendor's ids among these that came before."""
    keys = [one.event_key for one in arrived if one.event_key]
    if not keys:
        return set()
    connections = sorted({one.connection_id for one in arrived})
    found = session.connection().execute(_SAME_EVENTS, {"connections": connections, "keys": keys})
    return {(row[0], row[1], row[2]) for row in found}


_TABLE = inspect(Delivery).local_table

# Built once: building them anew costs a millisecond a webhook, a third of what one may take.
_SAME_EVENTS = sql.select(_TABLE.c.connection_id, _TABLE.c.door, _TABLE.c.event_key).where(
    _TABLE.c.connection_id.in_(bindparam("connections", expanding=True)),
    _TABLE.c.event_key.in_(bindparam("keys", expanding=True)),
)
_STORE = {
    dialect.__name__.rsplit(".", 1)[1]: dialect.insert(_TABLE)
    .on_conflict_do_nothing(index_elements=["connection_id", "door", "body_hash"])
    .returning(_TABLE.c.id, _TABLE.c.connection_id, _TABLE.c.door, _TABLE.c.body_hash)
    for dialect in (postgresql, sqlite)
}


def open_delivery(vault: Vault, delivery: Delivery) -> tuple[dict[str, str], bytes]:
    """The headers (lower-case names) and the raw body of a delivery. Raises `Park` once its bytes are dropped."""
    if delivery.sealed_key is None or delivery.sealed_headers is None or delivery.sealed_body is None:
        raise Park(f"the bytes of delivery {delivery.id} are dropped; the next sweep reads the ATS anyway")
    own = Fernet(vault.open(delivery.sealed_key))
    headers: dict[str, str] = json.loads(own.decrypt(delivery.sealed_headers))
    return headers, own.decrypt(delivery.sealed_body)


def read_delivery(work: Work, claim: Claim) -> None:
    """Owe a read of everything a webhook rang for."""
    with work.reading() as session:
        delivery = session.get_one(Delivery, claim.payload["delivery_id"])
        connection = session.get_one(Connection, delivery.connection_id)
    headers, body = open_delivery(work.vault, delivery)
    events = work.ats(connection).parse(
        Request(method="POST", path=f"/webhooks/{connection.url_key}", headers=headers, body=body)
    )
    round_ = claim.payload.get("round", 0)
    with work.finishing(claim) as session:
        named = [(event, f"delivery:{delivery.id}:{place}:{round_}") for place, event in enumerate(events)]
        owe_reads(session, connection, named)


def owe_reads(session: Session, connection: Connection, named: Sequence[tuple[Event, str]]) -> None:
    """Owe the jobs that read what events are about; an event's name makes twice once. Nothing for a ping."""
    owe_many(session, [_read_of(connection, event, name) for event, name in named if event.kind in _JOBS])


def _read_of(connection: Connection, event: Event, name: str) -> Owed:
    job = _JOBS[event.kind]
    payload = {"ats_id": event.id}
    if job == "read_person":
        payload |= {"kind": event.kind.value, "new_id": event.new_id}
    return Owed(job, f"{connection.key}:{event.id}:{name}", connection.employer_id, connection.key, payload)


_JOBS = {
    EventKind.REQUISITION: "read_requisition",
    EventKind.REQUISITION_DELETED: "read_requisition",
    EventKind.CANDIDATE: "read_person",
    EventKind.CANDIDATE_MERGED: "read_person",
    EventKind.CANDIDATE_DELETED: "read_person",
    EventKind.APPLICATION: "read_application",
}


def replay(session: Session, delivery_id: int) -> bool:
    """Owe the reading of a delivery once more; False when there is no such delivery. Twice asked is twice read."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        return False
    kind = READERS[delivery.door]
    rounds = len(session.exec(select(Job.id).where(col(Job.dedupe).startswith(f"{kind}:replay:{delivery_id}:"))).all())
    owe(
        session,
        kind,
        f"replay:{delivery_id}:{rounds + 1}",
        employer_id=delivery.employer_id,
        connection_id=delivery.connection_id,
        payload={"delivery_id": delivery_id, "round": rounds + 1},
    )
    return True


def drop_expired(session: Session) -> int:
    """Drop the bytes of deliveries past their expiry; the row stays, so that a late duplicate is still known."""
    found = session.execute(
        update(Delivery)
        .where(col(Delivery.expires_at) <= now_of(session), col(Delivery.sealed_key).is_not(None))
        .values(sealed_key=None, sealed_headers=None, sealed_body=None)
        .returning(col(Delivery.id))
    )
    return len(found.all())
