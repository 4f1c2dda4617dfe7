"""One writer at a time (R7): a lease on a name, held by one worker over all processes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors.pace import before_waiting
from plugin.database import Database, now_of
from plugin.rows import Lease
from plugin.work.context import Work
from plugin.work.jobs import NotYet

LOOK_AGAIN = timedelta(seconds=0.5)
"""How soon to ask again for a lease that somebody holds: they mostly give it back long before it ends."""

_KEPT = "kept:"


@contextmanager
def held(work: Work, employer_id: int, name: str, seconds: float) -> Iterator[str]:
    """Hold the lease `name` for at most `seconds`, or raise `NotYet` while another holds it.

    The lease of a holder that died ends by itself; so `seconds` must be longer than everything done under it, all
    time-outs together; waits for a turn at the vendor are added to it. Yields the holder's token. Opens its own short transactions: call it outside any.
    """
    with held_in(work.database, employer_id, name, seconds) as token:
        yield token


@contextmanager
def held_in(database: Database, employer_id: int, name: str, seconds: float) -> Iterator[str]:
    """The same where there is no `Work`: a connector's token is minted by whoever needs it."""
    token = secrets.token_hex(8)
    with database.writing() as session:
        now = now_of(session)
        until = now + timedelta(seconds=seconds)
        dialect = sqlite if database.is_sqlite else postgresql
        taken = session.execute(
            dialect.insert(Lease)
            .values(employer_id=employer_id, name=name, holder=token, until=until, created_at=now)
            .on_conflict_do_nothing(index_elements=["employer_id", "name"])
            .returning(col(Lease.id))
        ).scalar_one_or_none()
        if taken is None:
            taken = session.execute(
                update(Lease)
                .where(col(Lease.employer_id) == employer_id, col(Lease.name) == name, col(Lease.until) <= now)
                .values(holder=token, until=until)
                .returning(col(Lease.id))
            ).scalar_one_or_none()
        if taken is None:
            found = session.exec(
                select(Lease).where(col(Lease.employer_id) == employer_id, col(Lease.name) == name)
            ).first()
            if found is None:  # given back in this very moment
                raise NotYet(now, "somebody else was writing there")
            kept = found.holder.startswith(_KEPT)  # nobody gives it back before it ends
            until = found.until if kept else min(found.until, now + LOOK_AGAIN)
            raise NotYet(until, "what was written there is settling" if kept else "somebody else is writing there")
    try:
        with before_waiting(lambda wait: _stay(database, token, wait + seconds)):
            yield token
    finally:
        with database.writing() as session:
            session.execute(
                delete(Lease).where(
                    col(Lease.employer_id) == employer_id, col(Lease.name) == name, col(Lease.holder) == token
                )
            )


def _stay(database: Database, token: str, seconds: float) -> None:
    """Hold a lease that much longer from now. Raises `NotYet` where it has run out and is another's."""
    with database.writing() as session:
        until = now_of(session) + timedelta(seconds=seconds)
        mine = update(Lease).where(col(Lease.holder) == token).values(until=until).returning(col(Lease.id))
        if session.execute(mine).scalar_one_or_none() is None:
            raise NotYet(now_of(session), "our turn came too late: somebody else is writing there")


def still_held(session: Session, token: str) -> bool:
    """Whether the lease held under `token` is still ours: it may have run out, and another may have taken it."""
    return session.exec(select(Lease.id).where(col(Lease.holder) == token)).first() is not None


def keep_until(session: Session, token: str, until: datetime) -> None:
    """Let a lease held under `token` end by itself at `until`, instead of being given back with its block."""
    session.execute(update(Lease).where(col(Lease.holder) == token).values(holder=_KEPT + token, until=until))
