"""The ledger of promises as a chain: every event of an employer, in the order it was sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Row, at


class LedgerLink(Row, table=True):
    """One event's place in its employer's chain. `digest` (hex) covers the event and the digest before it.

    Written by `pipeline.chain` alone; the database refuses to change or delete it, and the event.
    """

    __table_args__ = (UniqueConstraint("employer_id", "number"), UniqueConstraint("event_id"))

    number: int
    event_id: int = Field(foreign_key="event.id")
    digest: str


class LedgerHead(Row, table=True):
    """The end of an employer's chain; locked to append. `looked_to`: events up to this id need not be looked for again."""

    __table_args__ = (UniqueConstraint("employer_id"),)

    number: int = 0
    digest: str = ""
    looked_to: int = Field(default=0, sa_type=BigId)


class KeepingReview(Row, table=True):
    """A named person looked at a manager's kept promises and lets them promise again (E19)."""

    connection_id: int = Field(foreign_key="connection.id")
    staff_id: int = Field(foreign_key="staff.id", index=True)
    by: str
    kept: int
    counted: int
    reviewed_at: datetime = at(nullable=False)
