"""Inbound bytes: kept as they came, sealed, then read (R6: they ring, the truth is read from the ATS)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import bindparam, text, update
from sqlmodel import Session, col, select

from connectors.records import Event, EventKind, Request
from plugin.database import now_of
from plugin.rows import Connection, Delivery, Job, UtcDateTime
from plugin.rows.base import Json
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import NORMAL, Claim, Park, owe

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
    return accept_sealed(
        session,
        seal(vault, headers, body),
        employer_id=connection.employer_id,
        connection_id=connection.key,
        door=door,
        body_hash=body_hash(vault, connection.employer_id, body),
        event_key=event_key,
        received_at=received_at,
        days=days,
    )


def accept_sealed(
    session: Session,
    sealed: tuple[bytes, bytes, bytes],
    *,
    employer_id: int,
    connection_id: int,
    door: str,
    body_hash: str,
    event_key: str = "",
    received_at: datetime | None = None,
    days: int = DELIVERY_DAYS,
) -> Delivery | None:
    """Store what `seal` sealed already: the door seals before it waits for its turn to write."""
    now = now_of(session)
    run = session.connection().execute
    if event_key and run(_SAME_EVENT, {"connection_id": connection_id, "door": door, "event_key": event_key}).first():
        return None
    values: dict[str, Any] = {
        "employer_id": employer_id,
        "connection_id": connection_id,
        "door": door,
        "event_key": event_key,
        "body_hash": body_hash,
        "sealed_key": sealed[0],
        "sealed_headers": sealed[1],
        "sealed_body": sealed[2],
        "received_at": received_at or now,
        "expires_at": now + timedelta(days=days),
        "created_at": now,
    }
    key = run(_STORE, values).scalar_one_or_none()
    if key is None:
        return None
    kind = READERS[door]
    run(
        _OWE,
        {
            "employer_id": employer_id,
            "connection_id": connection_id,
            "kind": kind,
            "dedupe": f"{kind}:{key}",
            "lane": NORMAL,
            "payload": {"delivery_id": key},
            "now": now,
        },
    )
    return Delivery(id=key, **values)


# Written out because building them anew costs a millisecond a webhook, a third of what one may take.
_SAME_EVENT = text(
    "SELECT 1 FROM delivery WHERE connection_id = :connection_id AND door = :door AND event_key = :event_key LIMIT 1"
)
_TIMES = [bindparam(name, type_=UtcDateTime()) for name in ("received_at", "expires_at", "created_at")]
_STORE = text(
    "INSERT INTO delivery (employer_id, connection_id, door, event_key, body_hash, sealed_key, sealed_headers,"
    " sealed_body, received_at, expires_at, created_at) VALUES (:employer_id, :connection_id, :door, :event_key,"
    " :body_hash, :sealed_key, :sealed_headers, :sealed_body, :received_at, :expires_at, :created_at)"
    " ON CONFLICT (connection_id, door, body_hash) DO NOTHING RETURNING id"
).bindparams(*_TIMES)
_OWE = text(
    "INSERT INTO job (employer_id, connection_id, kind, dedupe, lane, payload, state, due, attempts, failures, error,"
    " created_at) VALUES (:employer_id, :connection_id, :kind, :dedupe, :lane, :payload, 'owed', :now, 0, 0, '', :now)"
    " ON CONFLICT (dedupe) DO NOTHING"
).bindparams(bindparam("payload", type_=Json()), bindparam("now", type_=UtcDateTime()))


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
        for place, event in enumerate(events):
            owe_read(session, connection, event, f"delivery:{delivery.id}:{place}:{round_}")


def owe_read(session: Session, connection: Connection, event: Event, name: str) -> None:
    """Owe the job that reads what an event is about; `name` makes twice once. Nothing for a ping or an unknown kind."""
    job = _JOBS.get(event.kind)
    if job is None:
        return
    payload = {"ats_id": event.id}
    if job == "read_person":
        payload |= {"kind": event.kind.value, "new_id": event.new_id}
    owe(
        session,
        job,
        f"{connection.key}:{event.id}:{name}",
        employer_id=connection.employer_id,
        connection_id=connection.key,
        payload=payload,
    )


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
