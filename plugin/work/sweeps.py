"""Sweeps heal what never rang: per connection, over a window that overlaps the last one (R6).

What was seen before costs nothing: the jobs owed are keyed by the state that was seen. One list that fails doesn't stop
the others; its window stays open until it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.records import Event, EventKind
from plugin.database import now_of
from plugin.rows import Connection, Entry, Promise, Sweep
from plugin.work import rates
from plugin.work.context import Work
from plugin.work.deliveries import owe_read
from plugin.work.jobs import Claim

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""A vendor's clock and ours differ, and a list may be a little behind."""

Found = list[tuple[Event, str]]
"""What may have changed, each with the name of the state it was seen in."""


def sweep_connection(work: Work, claim: Claim) -> None:
    """Read every list of one connection since its last sweep, and owe a read of what changed."""
    with work.reading() as session:
        connection = session.get_one(Connection, claim.connection_id)
        ours = _our_applications(session, connection)
    if connection.state != "active":
        return
    ats = work.ats(connection)
    parts: dict[str, tuple[str, Callable[[datetime], Found]]] = {
        "requisitions": ("requisitions", lambda since: _requisitions(ats, since)),
        "people": ("people_changed", lambda since: _people(ats, since)),
        "interviews": ("interviews", lambda since: _interviews(ats, since, ours)),
    }
    for name, (method, read) in parts.items():
        if ats.supports(method):
            _sweep(work, connection, name, read)


def _sweep(work: Work, connection: Connection, name: str, read: Callable[[datetime], Found]) -> None:
    with work.reading() as session:
        started = now_of(session)
        row = _row(session, connection, name)
        read_to = row.read_to if row is not None else None
    since = (read_to or connection.cut_off or connection.created_at) - OVERLAP
    try:
        found = read(since)
    except ATSError as error:
        log.warning("sweep_failed", connection=connection.key, list=name, status=error.status)
        with work.writing() as session:
            if error.status == 429 or error.retry_after:
                until = now_of(session) + timedelta(seconds=error.retry_after or 30.0)
                rates.hold_off(session, connection.employer_id, connection.key, until)
            _remember(session, connection, name, read_to, str(error))
        return
    with work.writing() as session:
        for event, state in found:
            owe_read(session, connection, event, f"sweep:{state}")
        _remember(session, connection, name, started, "")


def _requisitions(ats: Connector, since: datetime) -> Found:
    return [
        (Event(EventKind.REQUISITION, found.id), f"{found.updated_at.isoformat()}:{found.status.value}")
        for found in ats.requisitions(since)
    ]


def _people(ats: Connector, since: datetime) -> Found:
    return [(Event(found.kind, found.id, found.new_id), found.at.isoformat()) for found in ats.people_changed(since)]


def _interviews(ats: Connector, since: datetime, ours: dict[str, str]) -> Found:
    """Interviews changed on applications of ours; and those of open promises, because a vanished one lists nowhere."""
    found: Found = [(Event(EventKind.APPLICATION, id), f"promise:{slot}") for id, slot in ours.items() if slot]
    for interview in ats.interviews(since=since):
        if interview.application_id in ours:
            state = f"{interview.id}:{interview.status.value}:{interview.starts_at}:{interview.updated_at}"
            found.append((Event(EventKind.APPLICATION, interview.application_id), state))
    return found


def _our_applications(session: Session, connection: Connection) -> dict[str, str]:
    """Applications we made, each with the hour if a promise on it is open (read anew every hour), else ""."""
    hour = now_of(session).strftime("%Y-%m-%dT%H")
    rows = session.exec(
        select(Entry.ats_application_id, Promise.state)
        .join(Promise, col(Promise.entry_id) == col(Entry.id), isouter=True)
        .where(col(Entry.connection_id) == connection.key, col(Entry.ats_application_id) != "")
    )
    return {id: hour if state in ("owed", "scheduled") else "" for id, state in rows}


def _row(session: Session, connection: Connection, name: str) -> Sweep | None:
    return session.exec(
        select(Sweep).where(col(Sweep.connection_id) == connection.key, col(Sweep.name) == name)
    ).first()


def _remember(session: Session, connection: Connection, name: str, read_to: datetime | None, error: str) -> None:
    row = _row(session, connection, name)
    if row is None:
        row = Sweep(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            name=name,
            created_at=now_of(session),
        )
    row.read_to, row.error, row.last_run_at = read_to, error[:2000], now_of(session)
    session.add(row)
