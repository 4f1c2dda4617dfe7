"""What a yes becomes: an entry in the ATS (or the holding lane) and a promise with a clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Json, Row, at


class Entry(Row, table=True):
    """What we create in the ATS for a yes: exactly one per scout, or meanwhile one place with owner and clock (R4).

    `state`: owed, holding (requisition not open), deciding (a person must), entered, closed. `intent_at`: 応募意思, the
    separate event that moves the entry on. `kind` as `connectors.records.EntryKind`.
    """

    __table_args__ = (UniqueConstraint("scout_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    scout_id: int = Field(foreign_key="scout.id")
    reply_id: int | None = Field(default=None, foreign_key="reply.id")
    profile_id: str
    kind: str
    state: str = "owed"
    because: str = ""  # a code
    sealed_words: bytes | None = None  # the ATS's or a colleague's words on it, under the person's key
    owner_id: int | None = Field(default=None, foreign_key="staff.id")
    ats_candidate_id: str = ""
    ats_application_id: str = ""
    held_until: datetime | None = at()
    entered_at: datetime | None = at()
    intent_at: datetime | None = at()


class Promise(Row, table=True):
    """A debt: a scout that carried a commitment, and a yes by its reply deadline.

    `state`: owed, scheduled, kept, broken, waived. `due_date` in `zone`, end of that day is `due_at`; a date told to a
    person never moves later except by the candidate's own choice (`moved_because`). `computed`: day zero, days
    counted, holidays named.
    """

    __table_args__ = (UniqueConstraint("scout_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    scout_id: int = Field(foreign_key="scout.id")
    commitment_id: int = Field(foreign_key="commitment.id")
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
    manager_id: int = Field(foreign_key="staff.id")
    successor_id: int | None = Field(default=None, foreign_key="staff.id")
    received_at: datetime = at(nullable=False)
    day_zero: date
    due_date: date
    due_at: datetime = at(nullable=False, index=True)
    zone: str
    computed: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    state: str = "owed"
    cause: str = ""  # manager, recruiter, candidate
    moved_because: str = ""  # a code; the candidate's words lie in `sealed_words`
    sealed_words: bytes | None = None  # why moved or waived, in short, under the person's key
    interview_id: str = ""
    interview_at: datetime | None = at()
    kept_at: datetime | None = at()
    reminded: list[str] = Field(default_factory=list, sa_type=Json)
