"""A yes nobody gave: sent through a connection's own mail to see where a real one would land (M6).

It carries a token of its own where a scout's reply token stands. Whoever reads it writes down what was understood and
where it would go, and nothing else: no reply, no entry, no promise, no event. Afterwards its rows are gone.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Connection, Delivery, Job, SyntheticYes
from plugin.scouting.matching import tokens_in
from plugin.scouting.mime import Incoming
from plugin.scouting.post import new_token
from plugin.scouting.reading import read
from plugin.sealing import Vault
from plugin.work.deliveries import READERS


def begin(session: Session, connection: Connection) -> SyntheticYes:
    """Make the place a synthetic yes will be recognised by."""
    row = SyntheticYes(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        token=new_token(),
        created_at=now_of(session),
    )
    session.add(row)
    session.flush()
    return row


def land(
    session: Session,
    vault: Vault,
    connection: Connection,
    delivery: Delivery,
    mail: Incoming,
    envelope: Iterable[str] = (),
) -> bool:
    """Note what was understood of a mail that is a synthetic yes of this connection; False for every other mail."""
    tokens = tokens_in([*envelope, *mail.recipients])
    if not tokens:
        return False
    row = session.exec(
        select(SyntheticYes).where(
            col(SyntheticYes.connection_id) == connection.key, col(SyntheticYes.token).in_(tokens)
        )
    ).first()
    if row is None:
        return False
    reading = read(mail)
    row.landed_at, row.delivery_id = now_of(session), delivery.key
    row.found = {
        "received_at": delivery.received_at.isoformat(),
        "matched": "token",
        "intent": reading.intent.kind,
        "doubtful": reading.intent.doubtful,
        "because": reading.intent.because,
        "nature": reading.nature.kind,
    }
    session.add(row)
    return True


def end(session: Session, row_id: int) -> None:
    """Take a synthetic yes and everything it left out of the database."""
    row = session.get(SyntheticYes, row_id)
    if row is None:
        return
    if row.delivery_id is not None:
        session.execute(
            delete(Job).where(col(Job.dedupe) == f"{READERS['mail']}:{row.delivery_id}", col(Job.state) == "done")
        )
        session.execute(delete(Delivery).where(col(Delivery.id) == row.delivery_id))
    session.delete(row)
