"""Who is left alone and why, who brought whom, who may be whom, and how fast a mailbox writes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Json, Row, at


class OffLimits(Row, table=True):
    """A company nobody of which is written to. Companies are no personal data: their names stand as they are.

    `number` is the 法人番号 (13 digits) or "". `folded`: the name as names are compared (`scouting.companies.folded`);
    a company stands here once and is changed by the next list. Ended ones stay, with who ended them.
    """

    __tablename__ = "offlimits"
    __table_args__ = (UniqueConstraint("employer_id", "folded"),)

    name: str
    folded: str
    number: str = ""
    aliases: list[str] = Field(default_factory=list, sa_type=Json)
    owner: str
    reason: str = ""
    starts_on: date
    expires_on: date | None = None  # the first day they may be written to again
    entered_by: str = ""
    ended_at: datetime | None = at()
    ended_by: str = ""


class Introduction(Row, table=True):
    """Who brought a person, and until when that counts: an agency, a colleague, or we ourselves to a client.

    `kind`: agency, colleague, own. `connection_id` and `requisition_id` say to whom an own one was made. `by` is the
    organisation or colleague. `consent_how`: a code, how the person agreed to be introduced with the company named.
    """

    __table_args__ = (
        Index("ix_introduction_profile", "employer_id", "profile_id"),
        UniqueConstraint("entry_id"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int | None = Field(default=None, foreign_key="requisition.id")
    profile_id: str
    kind: str
    by: str
    introduced_at: datetime = at(nullable=False)
    expires_at: datetime = at(nullable=False)
    consent_at: datetime | None = at()
    consent_how: str = ""
    acknowledged_at: datetime | None = at()
    acknowledged_by: str = ""
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
    recorded_by: str = ""
    ended_at: datetime | None = at()
    ended_by: str = ""


class Lookalike(Row, table=True):
    """Two records that may be one person. While `state` is open neither is written to; a person says same or different.

    `other`: `profile:<id>` in the store, `ats:<connection>:<id>` in an ATS. `why`: phone, name, known_id, address.
    """

    __table_args__ = (
        UniqueConstraint("employer_id", "profile_id", "other"),
        Index("ix_lookalike_other", "employer_id", "other"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    profile_id: str
    other: str
    why: str
    state: str = "open"  # open, same, different
    decided_by: str = ""
    decided_at: datetime | None = at()


class SendingPace(Row, table=True):
    """How far one mailbox of ours is in its day: to everybody (`domain` ""), or to one domain (its keyed hash).

    `sender` is our own address in lower case. `days`: on how many days it has written since it last rested; `day` is
    the last of them, in the connection's zone, and `count` that day's letters.
    """

    __tablename__ = "sendingpace"
    __table_args__ = (UniqueConstraint("employer_id", "sender", "domain"),)

    sender: str
    domain: str = ""
    next_at: datetime = at(nullable=False)
    day: date | None = None
    count: int = 0
    days: int = 0
