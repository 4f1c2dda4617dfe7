"""The desk's own books: requisitions, people, pipeline and letters of recommendation, for who has no ATS with an API.

To the rest of the service they are an ATS like any other, read through `connectors.desk`. What is said of a person lies
under that person's key (`person`: a profile id, or "desk:<token>" for somebody who has no profile), so that an erasure
reaches it here, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Json, Row, at


class DeskColleague(Row, table=True):
    """Somebody who hires or recruits, entered by hand: at an agency the manager is the client's. `email` in lower case.

    Business data. The id is the colleague's `ats_id` everywhere else.
    """

    __table_args__ = (UniqueConstraint("connection_id", "email"),)

    connection_id: int = Field(foreign_key="connection.id")
    email: str
    name: str
    recruits: bool = False
    active: bool = True


class DeskRequisition(Row, table=True):
    """A position of the desk's own. `text` is its description as pasted or read from a file (`source`: paste, file).

    `to_*`: who a letter of recommendation goes to; empty, the hiring manager.
    """

    __table_args__ = (Index("ix_deskrequisition_moved", "connection_id", "updated_at"),)

    connection_id: int = Field(foreign_key="connection.id")
    title: str
    text: str
    status: str = "open"  # draft, open, closed
    confidential: bool = False
    source: str = "paste"
    manager_id: int = Field(foreign_key="deskcolleague.id")
    recruiter_id: int = Field(foreign_key="deskcolleague.id")
    to_company: str = ""
    to_name: str = ""
    to_address: str = ""
    text_at: datetime = at(nullable=False)
    updated_at: datetime = at(nullable=False)
    opened_at: datetime | None = at()
    closed_at: datetime | None = at()
    deleted_at: datetime | None = at()


class DeskPerson(Row, table=True):
    """Somebody who said yes. `sealed`: names, addresses, telephone numbers, employer and title as JSON under their key."""

    __table_args__ = (
        Index("ix_deskperson_email", "connection_id", "email_hash"),
        Index("ix_deskperson_name", "connection_id", "name_hash"),
        Index("ix_deskperson_moved", "connection_id", "updated_at"),
        Index("ix_deskperson_person", "employer_id", "person"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    person: str
    sealed: bytes | None = None
    email_hash: str = ""
    name_hash: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=Json)
    do_not_contact: bool = False
    updated_at: datetime = at(nullable=False)
    deleted_at: datetime | None = at()
    merged_into: int | None = Field(default=None, sa_type=BigId)


class DeskApplication(Row, table=True):
    """One person in one position's pipeline. `stage` as `plugin.desk.stages` names them, "" for a prospect."""

    __table_args__ = (
        UniqueConstraint("requisition_id", "person_id"),
        Index("ix_deskapplication_person", "person_id"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="deskrequisition.id")
    person_id: int = Field(foreign_key="deskperson.id")
    stage: str = ""
    status: str = "active"  # active, rejected, hired
    prospect: bool = False
    source: str = ""
    rejected_at: datetime | None = at()
    updated_at: datetime = at(nullable=False)


class DeskNote(Row, table=True):
    """A note on a position (masked: the shortlist, a message) or on a person. `name` makes twice once.

    `sealed` is JSON text, under the person's key where it is on a person, else under the installation's.
    """

    __table_args__ = (
        UniqueConstraint("connection_id", "name"),
        Index("ix_desknote_requisition", "requisition_id"),
        Index("ix_desknote_person", "person_id"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    name: str
    kind: str  # shortlist, message, note
    requisition_id: int | None = Field(default=None, foreign_key="deskrequisition.id")
    person_id: int | None = Field(default=None, foreign_key="deskperson.id")
    sealed: bytes
    updated_at: datetime = at(nullable=False)


class DeskFile(Row, table=True):
    """A file on an application. Name (JSON) and bytes lie under the person's key."""

    __table_args__ = (UniqueConstraint("application_id", "ref"),)

    connection_id: int = Field(foreign_key="connection.id")
    application_id: int = Field(foreign_key="deskapplication.id")
    ref: str
    kind: str = "other"
    media_type: str
    size: int
    sealed_name: bytes
    sealed: bytes


class DeskInterview(Row, table=True):
    """A meeting on an application, recorded by hand. `kind`: interview or casual; `status`: scheduled, complete, cancelled."""

    __table_args__ = (Index("ix_deskinterview_moved", "connection_id", "updated_at"),)

    connection_id: int = Field(foreign_key="connection.id")
    application_id: int = Field(foreign_key="deskapplication.id", index=True)
    kind: str
    status: str = "scheduled"
    starts_at: datetime = at(nullable=False)
    minutes: int
    interviewer_id: int | None = Field(default=None, foreign_key="deskcolleague.id")
    updated_at: datetime = at(nullable=False)


class DeskHandOff(Row, table=True):
    """A letter of recommendation (推薦状) that was sent. The same letter to the same reader is sent once (`digest`).

    `items`: what of the person it held, as `plugin.provision.ITEMS` names it; `sealed` its text as JSON under their key.
    """

    __table_args__ = (UniqueConstraint("application_id", "digest"),)

    connection_id: int = Field(foreign_key="connection.id")
    application_id: int = Field(foreign_key="deskapplication.id")
    entry_id: int = Field(foreign_key="entry.id")
    digest: str
    language: str
    items: list[Any] = Field(default_factory=list, sa_type=Json)
    sealed: bytes
    mail_id: int | None = Field(default=None, sa_type=BigId)
    by: str
