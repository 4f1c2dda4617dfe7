"""Polling the mailbox: each new mail becomes a Delivery of the connection it belongs to, once.

The mark (UIDVALIDITY and last UID) moves in the transaction that stores the mail, so a crash reads it again at worst,
and what comes twice is known by its bytes. Receive time is the server's own (INTERNALDATE): the promise's clock starts
when the mail arrived, not when we looked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Connection, Sweep
from plugin.scouting.inbox import Fetched, Inbox, Mailbox, MailboxDown, open_inbox, read_imap_url
from plugin.scouting.matching import connection_of
from plugin.scouting.mime import parse
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.deliveries import MAIL, accept
from plugin.work.jobs import Claim, NotYet
from plugin.work.leases import held

log = structlog.get_logger()

LONGEST_PAUSE = 120.0
"""Most seconds between two tries of a mailbox that can't be read: answers wait there."""
TOLD_AFTER = 5
"""Tries in a row that fail before a person is told."""

OVERLAP = timedelta(days=3)
"""How far back a renumbered mailbox is read again."""


def poll(work: Work, claim: Claim) -> None:
    """Take in what is new in the mailbox of `settings.imap_url`; nothing when none is set or another poll is at it.

    Raises `NotYet` when the mailbox can't be read: it is tried again for ever, more slowly, and a person is told.
    """
    if not work.settings.imap_url:
        return
    mailbox = read_imap_url(work.settings.imap_url)
    try:
        with held(work, claim.employer_id, mailbox.name, work.settings.lease_seconds):
            _poll(work, mailbox)
    except NotYet:
        return  # another worker is reading this mailbox; the next slot comes within seconds
    except MailboxDown as error:
        _note(work, mailbox, str(error), tell=claim.attempts >= TOLD_AFTER)
        wait = min(work.settings.imap_poll_seconds * 2.0 ** min(claim.attempts - 1, 8), LONGEST_PAUSE)
        raise NotYet(work.clock.now() + timedelta(seconds=wait), str(error)) from error


def _poll(work: Work, mailbox: Mailbox) -> None:
    with work.reading() as session:
        mark = _mark(session, mailbox)
        first = session.exec(select(Connection).order_by(col(Connection.id)).limit(1)).first()
    if first is None:
        return
    with open_inbox(work.settings, mailbox) as inbox:
        read_to = _read_to(mark, inbox)
        # Where nothing was read yet, asked before searching: what arrives in between is the next poll's.
        start = inbox.newest() if read_to is None else read_to
        uids, since = _wanted(inbox, mark, first)
        for mail in inbox.fetch(uids):
            if since is None or mail.received_at >= since:
                _take(work, mailbox, first, inbox.uid_validity, mail)
        with work.writing() as session:
            _move(session, mailbox, first, inbox.uid_validity, max([start, *uids]))


def _wanted(inbox: Inbox, mark: Sweep | None, first: Connection) -> tuple[list[int], datetime | None]:
    """Which mails to read, and from when on. Connecting starts at now: what lay there before is nobody's answer."""
    if mark is not None and mark.mark:
        validity, _, last = mark.mark.partition(":")
        if int(validity) == inbox.uid_validity:
            return inbox.after(int(last)), None
        since = (mark.last_run_at or first.created_at) - OVERLAP
    else:
        since = first.created_at
    return inbox.since((since - timedelta(days=1)).date()), since


def _read_to(mark: Sweep | None, inbox: Inbox) -> int | None:
    if mark is None or not mark.mark:
        return None
    validity, _, last = mark.mark.partition(":")
    return int(last) if int(validity) == inbox.uid_validity else None


def _take(work: Work, mailbox: Mailbox, first: Connection, validity: int, fetched: Fetched) -> None:
    mail = parse(fetched.raw)
    with work.writing() as session:
        owner = connection_of(session, mail.recipients, [*mail.in_reply_to, *mail.references])
        if owner is None:
            # R11: guessing an employer would show one's mail to another. It stays in the mailbox, for people to read.
            log.warning("mail_of_no_connection", uid=fetched.uid)
        else:
            accept(
                session,
                work.vault,
                connection=owner,
                door=MAIL,
                headers={},
                body=fetched.raw,
                received_at=min(fetched.received_at, now_of(session)),
                days=work.settings.delivery_days,
            )
        _move(session, mailbox, first, validity, fetched.uid)


def _mark(session: Session, mailbox: Mailbox) -> Sweep | None:
    return session.exec(select(Sweep).where(col(Sweep.name) == mailbox.name).order_by(col(Sweep.id))).first()


def _move(session: Session, mailbox: Mailbox, first: Connection, validity: int, uid: int) -> None:
    now = now_of(session)
    mark = _mark(session, mailbox)
    if mark is None:
        # The mailbox is the installation's; its mark lives with the oldest connection.
        mark = Sweep(employer_id=first.employer_id, connection_id=first.key, name=mailbox.name, created_at=now)
    mark.mark, mark.last_run_at, mark.error = f"{validity}:{uid}", now, ""
    session.add(mark)


def _note(work: Work, mailbox: Mailbox, error: str, *, tell: bool) -> None:
    with work.writing() as session:
        mark = _mark(session, mailbox)
        if mark is not None:
            mark.error = error
            session.add(mark)
        if tell:
            today = now_of(session).date().isoformat()
            for connection in session.exec(select(Connection).where(col(Connection.state) == "active")):
                open_task(
                    session,
                    employer_id=connection.employer_id,
                    connection_id=connection.key,
                    kind="mailbox_unread",
                    name=f"{connection.key}:{today}",
                    subject="connection",
                    subject_id=connection.key,
                    due=now_of(session),
                )
