"""A connection at rest: nothing leaves through it until somebody lets it go on. Yeses are taken all the same."""

from __future__ import annotations

from sqlmodel import Session

from plugin.events import record
from plugin.rows import Connection

PAUSED, ACTIVE = "paused", "active"


def pause(session: Session, connection: Connection, *, by: str) -> bool:
    """Let no letter leave; False when it rests already. What waits goes on by itself afterwards. Does not commit."""
    return _set(session, connection, PAUSED, by)


def resume(session: Session, connection: Connection, *, by: str) -> bool:
    """Let letters leave again; False when they do."""
    return _set(session, connection, ACTIVE, by)


def _set(session: Session, connection: Connection, state: str, by: str) -> bool:
    row = session.get_one(Connection, connection.key, populate_existing=True)
    if row.state == state:
        return False
    row.state = state
    session.add(row)
    record(session, row.employer_id, "connection", row.key, state, actor=by)
    return True
