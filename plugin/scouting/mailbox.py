"""Polling mailboxes: each new mail becomes a Delivery of the connection it belongs to, once.

The mark (UIDVALIDITY and last UID) moves in the transaction that stores the mail, so a crash reads it again at worst,
and what comes twice is known by its bytes. Receive time is the server's own (INTERNALDATE): the promise's clock starts
when the mail arrived, not when we looked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Connection, Employer, Job, Mailbox, Sweep
from plugin.scouting.inbox import Fetched, Inbox, MailboxDown
from plugin.scouting.mailboxes import Source, answers_a_letter, opened, source_of
from plugin.scouting.matching import connection_of
from plugin.scouting.mime import parse
from plugin.settings import Settings
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.deliveries import MAIL, accept
from plugin.work.jobs import Claim, NotYet, owe
from plugin.work.leases import held

log = structlog.get_logger()

LONGEST_PAUSE = 120.0
"""Most seconds between two tries of a mailbox that can't be read: answers wait there."""
TOLD_AFTER = 5
"""Tries in a row that fail before a person is told."""

OVERLAP = timedelta(days=3)
"""How far back a renumbered mailbox is read again."""


def poll(work: Work, claim: Claim) -> None:
    """Take in what is new in a mailbox. Payload: `mailbox`, its row's id; without it the installation's own is read.

    Nothing happens when there is none (any more) or another poll is at it. Raises `NotYet` when the mailbox can't be
    read: it is tried again for ever, more slowly, and a person is told.
    """
    with work.reading() as session:
        source = source_of(session, work.vault, work.settings, claim.payload.get("mailbox", 0))
    if source is None:
        return
    try:
        with held(work, claim.employer_id, source.mark, work.settings.lease_seconds):
            _poll(work, source)
    except NotYet:
        return  # another worker is reading this mailbox; the next slot comes within seconds
    except MailboxDown as error:
        _note(work, source, str(error), tell=claim.attempts >= TOLD_AFTER)
        wait = min(work.settings.imap_poll_seconds * 2.0 ** min(claim.attempts - 1, 8), LONGEST_PAUSE)
        raise NotYet(work.clock.now() + timedelta(seconds=wait), str(error)) from error


def owe_polls(session: Session, settings: Settings, slot: str) -> None:
    """Owe one look into every mailbox, but for those whose one job still waits. Does not commit.

    While a mailbox can't be read, its job waits longer and longer instead of many piling up.
    """
    waiting = set(_waiting(session))
    first = session.exec(select(Employer.id).order_by(col(Employer.id)).limit(1)).first()
    if settings.imap_url and first is not None and 0 not in waiting:
        owe(session, "poll_mailbox", slot, employer_id=first, payload={"slot": slot})
    for row in session.exec(select(Mailbox).where(col(Mailbox.enabled)).order_by(col(Mailbox.id))):
        if row.key not in waiting:
            _owe(session, row.employer_id, row.connection_id, row.key, slot)


def owe_poll_now(session: Session, source: Source) -> None:
    """Owe a look into a mailbox at once: its server says that a mail has come. Does not commit."""
    now = now_of(session)
    id = _waiting(session).get(source.id)
    if id is not None:
        session.execute(update(Job).where(col(Job.id) == id, col(Job.lease_until).is_(None)).values(due=now))
        return
    if source.id:
        _owe(session, source.connection.employer_id, source.connection.key, source.id, now.isoformat())
        return
    first = session.exec(select(Employer.id).order_by(col(Employer.id)).limit(1)).one()
    owe(session, "poll_mailbox", f"told:{now.isoformat()}", employer_id=first or 0, payload={"slot": "told"})


def _owe(session: Session, employer_id: int, connection_id: int, mailbox: int, slot: str) -> None:
    owe(
        session,
        "poll_mailbox",
        f"{mailbox}:{slot}",
        employer_id=employer_id,
        connection_id=connection_id,
        payload={"mailbox": mailbox, "slot": slot},
    )


def _waiting(session: Session) -> dict[int, int]:
    """The owed polls: mailbox (0: the installation's) to job."""
    jobs = session.exec(select(Job).where(col(Job.state) == "owed", col(Job.kind) == "poll_mailbox")).all()
    return {job.payload.get("mailbox", 0): job.key for job in jobs}


def _poll(work: Work, source: Source) -> None:
    with work.reading() as session:
        mark = _mark(session, source)
    with opened(work, source) as inbox:
        read_to = _read_to(mark, inbox)
        # Where nothing was read yet, asked before searching: what arrives in between is the next poll's.
        start = inbox.newest() if read_to is None else read_to
        uids, since = _wanted(inbox, mark, source)
        for uid in uids:
            if source.personal and not _is_ours(work, source, inbox, uid):
                continue
            for mail in inbox.fetch([uid]):
                if since is None or mail.received_at >= since:
                    _take(work, source, inbox.uid_validity, mail)
        with work.writing() as session:
            _move(session, source, inbox.uid_validity, max([start, *uids]))


def _is_ours(work: Work, source: Source, inbox: Inbox, uid: int) -> bool:
    about = inbox.about(uid)
    if about is None:
        return False
    with work.reading() as session:
        return answers_a_letter(session, source.connection, parse(about.raw), source.place.user)


def _wanted(inbox: Inbox, mark: Sweep | None, source: Source) -> tuple[list[int], datetime | None]:
    """Which mails to read, and from when on. Connecting starts at now: what lay there before is nobody's answer."""
    if mark is not None and mark.mark:
        validity, _, last = mark.mark.partition(":")
        if int(validity) == inbox.uid_validity:
            return inbox.after(int(last)), None
        since = (mark.last_run_at or source.since) - OVERLAP
    else:
        since = source.since
    return inbox.since((since - timedelta(days=1)).date()), since


def _read_to(mark: Sweep | None, inbox: Inbox) -> int | None:
    if mark is None or not mark.mark:
        return None
    validity, _, last = mark.mark.partition(":")
    return int(last) if int(validity) == inbox.uid_validity else None


def _take(work: Work, source: Source, validity: int, fetched: Fetched) -> None:
    mail = parse(fetched.raw)
    with work.writing() as session:
        owner = source.own or connection_of(session, mail.recipients, [*mail.in_reply_to, *mail.references])
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
        _move(session, source, validity, fetched.uid)


def _mark(session: Session, source: Source) -> Sweep | None:
    return session.exec(select(Sweep).where(col(Sweep.name) == source.mark).order_by(col(Sweep.id))).first()


def _move(session: Session, source: Source, validity: int, uid: int) -> None:
    now = now_of(session)
    mark = _mark(session, source) or _new_mark(source, now)
    mark.mark, mark.last_run_at, mark.error = f"{validity}:{uid}", now, ""
    session.add(mark)


def _new_mark(source: Source, now: datetime) -> Sweep:
    """The mark of the installation's own mailbox lives with the oldest connection."""
    there = source.connection
    return Sweep(employer_id=there.employer_id, connection_id=there.key, name=source.mark, created_at=now)


def _note(work: Work, source: Source, error: str, *, tell: bool) -> None:
    with work.writing() as session:
        mark = _mark(session, source) or _new_mark(source, now_of(session))
        mark.error = error
        session.add(mark)
        if tell:
            today = now_of(session).date().isoformat()
            told = (
                [source.own]
                if source.own is not None
                else session.exec(select(Connection).where(col(Connection.state) == "active")).all()
            )
            for connection in told:
                open_task(
                    session,
                    employer_id=connection.employer_id,
                    connection_id=connection.key,
                    kind="mailbox_unread",
                    name=f"{connection.key}:{source.id}:{today}" if source.id else f"{connection.key}:{today}",
                    subject="connection",
                    subject_id=connection.key,
                    due=now_of(session),
                )
