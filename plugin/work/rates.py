"""When a vendor may be called again: one row a limit, shared by every process."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Connection, RateLimit

VENDOR = "vendor"
"""The row a worker writes when a vendor says 429 or Retry-After: nobody calls it before that."""


def may_call(session: Session, connection: Connection, name: str, interval: timedelta) -> datetime | None:
    """Take the next turn under the limit `name` (one call an `interval`): None when it is now, else when to ask again.

    Call it inside a writing transaction; the turn is taken when that commits.
    """
    row = _locked(session, connection.employer_id, connection.key, name)
    now = now_of(session)
    if row.next_allowed_at > now:
        return row.next_allowed_at
    row.next_allowed_at = now + interval
    session.add(row)
    return None


def hold_off(session: Session, employer_id: int, connection_id: int, until: datetime, name: str = VENDOR) -> None:
    """Let nobody call before `until`; an earlier word never shortens a later one."""
    row = _locked(session, employer_id, connection_id, name)
    row.next_allowed_at = max(row.next_allowed_at, until)
    session.add(row)


def held_off_until(session: Session, connection_id: int) -> datetime | None:
    """When this connection's vendor may be called again, None when it may be now."""
    until = session.execute(
        select(func.max(RateLimit.next_allowed_at)).where(
            col(RateLimit.connection_id) == connection_id, col(RateLimit.name).in_((VENDOR, "writes"))
        )
    ).scalar_one_or_none()
    return until if until is not None and until > now_of(session) else None


def _locked(session: Session, employer_id: int, connection_id: int, name: str) -> RateLimit:
    now = now_of(session)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(RateLimit)
        .values(employer_id=employer_id, connection_id=connection_id, name=name, next_allowed_at=now, created_at=now)
        .on_conflict_do_nothing(index_elements=["connection_id", "name"])
    )
    return session.exec(
        select(RateLimit)
        .where(col(RateLimit.connection_id) == connection_id, col(RateLimit.name) == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
