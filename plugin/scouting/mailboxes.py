"""Which mailboxes are read: the installation's own, those of connections, and colleagues' own.

Of a colleague's own mailbox nothing is taken, nor even fetched, but what answers a letter of ours: a first look sees
only from whom a mail is, to whom, and what it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, func, select

from plugin.rows import Connection, Mailbox, Scout, Staff
from plugin.scouting.inbox import Inbox, MailboxDown, Place, SignInRefused, open_inbox, read_imap_url
from plugin.scouting.matching import mail_of_id, tokens_in
from plugin.scouting.mime import Incoming
from plugin.scouting.post import mail_of_token
from plugin.scouting.synthetic import is_synthetic
from plugin.scouting.xoauth2 import Grant, NoToken, Tokens, grant_of
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.context import Work

KINDS = ("shared", "recruiter")
AUTHS = ("password", "xoauth2")


@dataclass(frozen=True, slots=True)
class Source:
    """A mailbox with what is needed to read it. `mark`: the name of its `Sweep`, which lives with `connection`.

    `own`: the connection everything in it belongs to; None for the installation's, which may serve several. `since`:
    what lay there before is nobody's answer.
    """

    id: int  # of its row; 0 for the installation's
    place: Place
    mark: str
    connection: Connection
    own: Connection | None
    since: datetime
    personal: bool = False
    password: str = field(default="", repr=False)
    grant: Grant | None = None


def source_of(session: Session, vault: Vault, settings: Settings, id: int = 0) -> Source | None:
    """The mailbox of that row, or (0) the installation's; None when there is none, or none that is to be read.

    Raises `WrongSetting` where the settings can't be used.
    """
    if id:
        row = session.get(Mailbox, id)
        return of_row(session, vault, settings, row) if row is not None and row.enabled else None
    first = session.exec(select(Connection).order_by(col(Connection.id)).limit(1)).first()
    if not settings.imap_url or first is None:
        return None
    place = read_imap_url(settings.imap_url)
    grant = grant_of(settings) if settings.imap_auth == "xoauth2" else None
    password = settings.imap_password.get_secret_value()
    return Source(0, place, place.name, first, None, first.created_at, password=password, grant=grant)


def sources(session: Session, vault: Vault, settings: Settings) -> list[Source]:
    """Every mailbox that is to be read."""
    ids = [0, *session.exec(select(Mailbox.id).where(col(Mailbox.enabled)).order_by(col(Mailbox.id))).all()]
    found = [source_of(session, vault, settings, id) for id in ids if id is not None]
    return [one for one in found if one is not None]


def of_row(session: Session, vault: Vault, settings: Settings, row: Mailbox) -> Source:
    """A row's mailbox, stored or about to be. Raises `WrongSetting`."""
    connection = session.get_one(Connection, row.connection_id)
    secret = vault.open(row.sealed_secret).decode() if row.sealed_secret else ""
    grant = (
        grant_of(settings, refresh_token=secret, employer_id=row.employer_id if secret else None)
        if row.auth == "xoauth2"
        else None
    )
    return Source(
        row.key,
        read_imap_url(row.url, "the mailbox's address"),
        f"mailbox:{row.key}",
        connection,
        connection,
        row.created_at,
        personal=row.kind == "recruiter",
        password=secret if grant is None else "",
        grant=grant,
    )


@contextmanager
def opened(work: Work, source: Source) -> Iterator[Inbox]:
    """Sign in and open a mailbox. A token the server refuses is replaced, once. Raises `MailboxDown`."""
    timeout = work.settings.smtp_timeout_seconds
    with ExitStack() as stack:
        if source.grant is None:
            inbox = stack.enter_context(open_inbox(source.place, timeout=timeout, password=source.password))
        else:
            inbox = _with_token(work, source, source.grant, stack, timeout)
        yield inbox


def _with_token(work: Work, source: Source, grant: Grant, stack: ExitStack, timeout: float) -> Inbox:
    tokens = Tokens(work.database, work.vault, work.settings)
    try:
        token = tokens.bearer(grant)
        try:
            return stack.enter_context(open_inbox(source.place, timeout=timeout, token=token))
        except SignInRefused:
            fresh = tokens.renewed(grant, refused=token)
        return stack.enter_context(open_inbox(source.place, timeout=timeout, token=fresh))
    except NoToken as error:
        raise MailboxDown(str(error)) from error


def answers_a_letter(session: Session, connection: Connection, about: Incoming, own_address: str) -> bool:
    """Whether a mail in a colleague's own mailbox answers a letter of this connection to a person outside.

    What colleagues write themselves (a copy of their own answer) is nobody's reply.
    """
    if is_synthetic(session, connection, about.recipients):
        return True
    sender = about.from_address.casefold()
    if not sender or sender == own_address.casefold() or _is_staff(session, connection, sender):
        return False
    for token in tokens_in(about.recipients):
        scout = session.exec(
            select(Scout.id).where(col(Scout.connection_id) == connection.key, col(Scout.reply_token) == token)
        ).first()
        letter = mail_of_token(session, connection, token)
        if scout is not None or (letter is not None and letter.staff_id is None):
            return True
    for id in [*about.in_reply_to, *about.references][:50]:
        letter = mail_of_id(session, connection, id)
        if letter is not None and letter.staff_id is None:
            return True
    return False


def _is_staff(session: Session, connection: Connection, address: str) -> bool:
    same = func.lower(col(Staff.email)) == address
    return session.exec(select(Staff.id).where(col(Staff.connection_id) == connection.key, same)).first() is not None
