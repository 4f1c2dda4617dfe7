"""Whose answer a mail is: by the token in its address, then by References with the same sender, else a person says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.rows import Connection, Mail, Profile, Scout, SyntheticYes
from plugin.scouting.mime import Incoming
from plugin.scouting.post import mail_of_token
from plugin.sealing import Vault

How = Literal["token", "references", "sender", "none"]

_TOKEN = re.compile(r"\+([a-z2-7]{16,64})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """Which scout and which mail of ours this answers. `certain` is false where a person must confirm.

    `same_sender`: it came from the address we wrote to.
    """

    how: How = "none"
    certain: bool = False
    scout: Scout | None = None
    mail: Mail | None = None
    same_sender: bool = False


def tokens_in(addresses: Iterable[str]) -> list[str]:
    """The tokens in plus addresses, lower case: mail programs may change the case."""
    return list(dict.fromkeys(found.lower() for address in addresses for found in _TOKEN.findall(address)))


def match(
    session: Session, vault: Vault, connection: Connection, mail: Incoming, *, envelope: Iterable[str] = ()
) -> Match:
    """Find what a mail answers within one connection (R11). `envelope`: recipients the mail server was given."""
    sender = vault.hash_email(connection.employer_id, mail.from_address)
    tokens = tokens_in([*envelope, *mail.recipients])
    for token in tokens:
        scout = session.exec(
            select(Scout).where(col(Scout.connection_id) == connection.key, col(Scout.reply_token) == token)
        ).first()
        letter = letter_of(session, scout) if scout else mail_of_token(session, connection, token)
        scout = scout or _scout_of(session, connection, letter)
        if scout is not None or letter is not None:
            same = letter is not None and letter.to_hash == sender
            # Only a letter's own address is known to nobody but its reader; staff and others are matched by hand. One
            # mail to the addresses of several letters answers nobody knows which of them.
            certain = scout is not None and not _answers_another(session, connection, scout, tokens)
            return Match("token", certain, scout, letter, same)
    letter = _referred(session, connection, [*mail.in_reply_to, *reversed(mail.references)])
    if letter is not None:
        same = bool(sender) and letter.to_hash == sender
        scout = _scout_of(session, connection, letter)
        return Match("references", same and scout is not None, scout, letter, same)
    scout = _latest_to(session, connection, sender)
    if scout is not None:
        return Match("sender", False, scout, letter_of(session, scout), True)
    return Match()


def _answers_another(session: Session, connection: Connection, scout: Scout, tokens: list[str]) -> bool:
    if len(tokens) < 2:
        return False
    others = select(Scout.id).where(
        col(Scout.connection_id) == connection.key,
        col(Scout.reply_token).in_(tokens),
        col(Scout.id) != scout.key,
    )
    return session.exec(others).first() is not None


def letter_of(session: Session, scout: Scout) -> Mail | None:
    """The mail a scout went out as."""
    if scout.mail_id is not None:
        found = session.get(Mail, scout.mail_id)
        if found is not None:
            return found
    return session.exec(
        select(Mail)
        .where(col(Mail.connection_id) == scout.connection_id, col(Mail.scout_id) == scout.key)
        .order_by(col(Mail.id).desc())
    ).first()


def mail_of_id(session: Session, connection: Connection, message_id: str) -> Mail | None:
    """The mail of ours with this Message-ID, given with or without angle brackets."""
    bare = message_id.strip().strip("<>")
    if not bare:
        return None
    return session.exec(
        select(Mail).where(col(Mail.connection_id) == connection.key, col(Mail.message_id).in_([f"<{bare}>", bare]))
    ).first()


def connection_of(session: Session, addresses: Iterable[str], message_ids: Iterable[str] = ()) -> Connection | None:
    """Whose mail this is where one mailbox serves several connections: by token, by what it answers, by address.

    Our Message-IDs can't be guessed and belong to one connection; an address may serve several.

    None when nothing says so and there is more than one connection.
    """
    addresses = [address.lower() for address in addresses]
    tokens = tokens_in(addresses)
    if tokens:
        scout = session.exec(select(Scout).where(col(Scout.reply_token).in_(tokens))).first()
        if scout is not None:
            return session.get(Connection, scout.connection_id)
        starts = [func.lower(col(Mail.message_id)).startswith(f"<{token}@") for token in tokens]
        mail = session.exec(select(Mail).where(or_(*starts))).first()
        if mail is not None:
            return session.get(Connection, mail.connection_id)
        check = session.exec(select(SyntheticYes).where(col(SyntheticYes.token).in_(tokens))).first()
        if check is not None:
            return session.get(Connection, check.connection_id)
    ids = [wrapped for one in message_ids for wrapped in (f"<{one}>", one)]
    mail = session.exec(select(Mail).where(col(Mail.message_id).in_(ids))).first() if ids else None
    if mail is not None:
        return session.get(Connection, mail.connection_id)
    connections = session.exec(select(Connection).order_by(col(Connection.id))).all()
    bare = {re.sub(r"\+[^@]*@", "@", address) for address in addresses}
    for connection in connections:
        policy = policy_of(connection)
        if {policy.from_address.lower(), policy.bounce_address.lower()} & bare - {""}:
            return connection
    return connections[0] if len(connections) == 1 else None


def _referred(session: Session, connection: Connection, ids: list[str]) -> Mail | None:
    return next((mail for id in ids[:50] if (mail := mail_of_id(session, connection, id)) is not None), None)


def _scout_of(session: Session, connection: Connection, mail: Mail | None) -> Scout | None:
    """The scout behind a mail of ours: its own, or the only one its reader ever got."""
    if mail is None:
        return None
    if mail.scout_id is not None:
        return session.get(Scout, mail.scout_id)
    if not mail.person:
        return None
    scouts = session.exec(
        select(Scout).where(
            col(Scout.connection_id) == connection.key,
            col(Scout.profile_id) == mail.person,
            col(Scout.state).in_(["sent", "unknown"]),
        )
    ).all()
    return scouts[0] if len(scouts) == 1 else None


def _latest_to(session: Session, connection: Connection, sender: str) -> Scout | None:
    if not sender:
        return None
    persons = select(Profile.profile_id).where(
        col(Profile.employer_id) == connection.employer_id, col(Profile.email_hash) == sender
    )
    letters = select(Mail.scout_id).where(
        col(Mail.connection_id) == connection.key, col(Mail.to_hash) == sender, col(Mail.scout_id).is_not(None)
    )
    return session.exec(
        select(Scout)
        .where(
            col(Scout.connection_id) == connection.key,
            col(Scout.state).in_(["sent", "unknown", "sending"]),
            or_(col(Scout.profile_id).in_(persons), col(Scout.id).in_(letters)),
        )
        .order_by(col(Scout.id).desc())
    ).first()
