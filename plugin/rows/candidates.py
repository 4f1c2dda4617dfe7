"""What stands behind a candidate's page: times to meet, what they chose, what they asked for, what was handed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Json, Row, at


class MeetingTime(Row, table=True):
    """A time a manager gave for meeting people of one requisition. `gone_at`: taken back."""

    __table_args__ = (UniqueConstraint("requisition_id", "starts_at"),)

    requisition_id: int = Field(foreign_key="requisition.id")
    staff_id: int = Field(foreign_key="staff.id", index=True)
    starts_at: datetime = at(nullable=False)
    minutes: int
    gone_at: datetime | None = at()


class Availability(Row, table=True):
    """Where a manager's free times for one requisition can be read: an ICS feed, or a scheduling page that is only linked.

    `sealed_feed` is the feed's address (whoever has it reads a calendar). `busy` holds pairs of ISO times in UTC and
    nothing else of the calendar. `error`: a code, "" while the feed reads well.
    """

    __table_args__ = (UniqueConstraint("requisition_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="requisition.id")
    staff_id: int = Field(foreign_key="staff.id")
    sealed_feed: bytes | None = None
    scheduling_url: str = ""
    busy: list[Any] = Field(default_factory=list, sa_type=Json)
    read_at: datetime | None = at()
    error: str = ""


class SlotChoice(Row, table=True):
    """The time a candidate chose to meet; one per scout, `sequence` counts its changes.

    `source`: given, feed or proposed. `sealed_wishes`: what they said besides, JSON under the person's key.
    """

    __table_args__ = (UniqueConstraint("scout_id"), Index("ix_slotchoice_staff", "staff_id", "starts_at"))

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="requisition.id")
    scout_id: int = Field(foreign_key="scout.id")
    entry_id: int = Field(foreign_key="entry.id")
    staff_id: int = Field(foreign_key="staff.id")
    starts_at: datetime | None = at()
    minutes: int = 0
    source: str = ""
    sequence: int = 0
    chosen_at: datetime | None = at()
    sealed_wishes: bytes | None = None
    wishes_at: datetime | None = at()


class DataRequest(Row, table=True):
    """Somebody asked for their data to be shown, put right, used no more or erased.

    `kind`: disclosure, correction, suspension, erasure. `state`: confirming (a mail to their known address asks whether
    it was them), open, done, lapsed. `person_hash` is keyed and outlives the person.
    """

    __table_args__ = (Index("ix_datarequest_state", "employer_id", "state"),)

    connection_id: int = Field(foreign_key="connection.id")
    scout_id: int | None = Field(default=None, foreign_key="scout.id")
    profile_id: str = Field(index=True)
    person_hash: str
    kind: str
    state: str
    confirm_digest: str = Field(default="", index=True)
    sealed_words: bytes | None = None
    asked_at: datetime = at(nullable=False)
    confirm_until: datetime | None = at()
    due: datetime | None = at()
    done_at: datetime | None = at()
    done_by: str = ""


class ProvisionRecord(Row, table=True):
    """A person's data was handed to somebody else: what APPI art. 29 has us keep, for three years.

    `person_hash` is keyed and outlives the person; `sealed_name` lies under their key. `items` and `basis` are codes.
    """

    __table_args__ = (UniqueConstraint("entry_id", "recipient"),)

    connection_id: int = Field(foreign_key="connection.id")
    entry_id: int = Field(foreign_key="entry.id")
    profile_id: str = Field(index=True)
    person_hash: str
    sealed_name: bytes | None = None
    recipient: str  # the company it went to, by name
    items: list[Any] = Field(default_factory=list, sa_type=Json)
    basis: str
    basis_at: datetime | None = at()
    given_at: datetime = at(nullable=False)
    keep_until: datetime = at(nullable=False, index=True)
