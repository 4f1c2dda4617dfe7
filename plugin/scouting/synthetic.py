"""A yes nobody gave: sent through a connection's own mail to see where a real one would land (M6).

It carries a token of its own where a scout's reply token stands. Whoever reads it writes down what was understood and
nothing else: no reply, no entry, no promise, no event. Afterwards its rows are gone, and one that comes in later still
is known by its mark and dropped.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from email.message import EmailMessage

from sqlalchemy import delete
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.rows import Connection, Delivery, Job, SyntheticYes
from plugin.scouting.matching import tokens_in
from plugin.scouting.mime import Incoming
from plugin.scouting.post import build, come_back, message_id_of, new_token
from plugin.scouting.reading import read
from plugin.sealing import Vault
from plugin.work.deliveries import READERS

MARK = "X-Kakuyaku-Check"
_WORDS = {
    "ja": (
        "Re: ご案内",
        "これは kakuyaku の動作確認のための送信です。\n\nご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。\n",
    ),
    "en": ("Re: our letter", "This is a check made by kakuyaku.\n\nThank you. Yes, I would be glad to talk.\n"),
}


def begin(session: Session, vault: Vault, connection: Connection, language: str) -> tuple[SyntheticYes, EmailMessage]:
    """Make the place a synthetic yes will be recognised by, and the mail that goes there. Does not commit.

    Raises ValueError without a sender address: replies come to its plus addresses.
    """
    policy = policy_of(connection)
    if not policy.from_address:
        raise ValueError("the connection has no sender address; set one with `kakuyaku connect`")
    row = SyntheticYes(
        employer_id=connection.employer_id,
        connection_id=connection.key,
        token=new_token(),
        created_at=now_of(session),
    )
    session.add(row)
    session.flush()
    subject, text = _WORDS.get(language, _WORDS["en"])
    mail = build(
        policy,
        message_id=message_id_of(new_token(), policy),
        to=come_back(policy.from_address, row.token),
        subject=subject,
        text=text,
        now=now_of(session),
        headers={MARK: _mark(vault, connection, row.token)},
    )
    return row, mail


def is_synthetic(session: Session, connection: Connection, addresses: Iterable[str]) -> bool:
    """Whether one of these addresses is where a check of this connection is awaited."""
    return _row(session, connection, tokens_in(addresses)) is not None


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
    row = _row(session, connection, tokens)
    if row is None:
        # One whose check has ended: nobody waits for it, and nobody is to decide what it means.
        marked = mail.header(MARK)
        return any(hmac.compare_digest(_mark(vault, connection, token), marked) for token in tokens)
    reading = read(mail)
    row.landed_at, row.delivery_id = now_of(session), delivery.key
    row.found = {
        "received_at": delivery.received_at.isoformat(),
        "intent": reading.intent.kind,
        "doubtful": reading.intent.doubtful,
        "because": reading.intent.because,
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


def _row(session: Session, connection: Connection, tokens: list[str]) -> SyntheticYes | None:
    if not tokens:
        return None
    return session.exec(
        select(SyntheticYes).where(
            col(SyntheticYes.connection_id) == connection.key, col(SyntheticYes.token).in_(tokens)
        )
    ).first()


def _mark(vault: Vault, connection: Connection, token: str) -> str:
    return vault.hash(connection.employer_id, f"synthetic:{token}")
