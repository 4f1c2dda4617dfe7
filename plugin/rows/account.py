"""Who uses us: employers, their connections, secrets, staff, and the links staff act through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from plugin.rows.base import BigId, Json, Row, UtcDateTime, at


class Employer(SQLModel, table=True):
    """Who owns connections. Nothing crosses between employers except an explicitly shared `pool` (R11)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    mode: str = "in_house"  # in_house, agency, operator
    pool: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def key(self) -> int:
        if self.id is None:
            raise ValueError("Employer has not been stored yet")
        return self.id


class Connection(Row, table=True):
    """One ATS account. `url_key` stands in its webhook URL. `policy` holds `plugin.policy.Policy` as JSON.

    `cut_off`: requisitions older than this are not calibrated unless picked. `state`: active or paused.
    """

    url_key: str = Field(unique=True)
    ats: str
    name: str
    state: str = "active"
    cut_off: datetime | None = at()
    options: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    attested_by: str | None = None  # R2: who stated that only hiring managers can edit the decision fields
    attested_at: datetime | None = at()


class Secret(Row, table=True):
    """One secret of a connection, sealed. Several of one name live while it is rotated; newest first.

    Names: `webhook`, `mail_door`, `client_id`, `client_secret`, `sub`, `chat_webhook`, `smtp_password`, `imap_password`.
    """

    connection_id: int = Field(foreign_key="connection.id", index=True)
    name: str
    sealed: bytes
    retired_at: datetime | None = at()


class AccessToken(Row, table=True):
    """The one ATS token of a connection (Greenhouse: minting one revokes the last), sealed, minted under its lock."""

    connection_id: int = Field(foreign_key="connection.id", unique=True)
    sealed: bytes | None = None


class Staff(Row, table=True):
    """A colleague known from the ATS: hiring manager or recruiter. Business data, not a candidate's."""

    __table_args__ = (UniqueConstraint("connection_id", "ats_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    ats_id: str
    name: str
    email: str
    active: bool = True
    locale: str | None = None
    title: str | None = None


class ActingLink(Row, table=True):
    """A link that acts (R2): delivered to its owner's own mailbox, bound to one purpose and subject, one use.

    Only a digest of the token is kept. `purpose`: decide, confirm, undo. `subject_id`: calibration or commitment.
    """

    connection_id: int = Field(foreign_key="connection.id")
    staff_id: int = Field(foreign_key="staff.id")
    purpose: str
    subject_id: int = Field(sa_type=BigId)
    token_digest: str = Field(unique=True)
    expires_at: datetime = at(nullable=False)
    used_at: datetime | None = at()


class SignIn(Row, table=True):
    """A page link mailed to a member of staff: opens a session. Digest only, short-lived, one use."""

    connection_id: int = Field(foreign_key="connection.id")
    staff_id: int = Field(foreign_key="staff.id")
    token_digest: str = Field(unique=True)
    expires_at: datetime = at(nullable=False)
    used_at: datetime | None = at()
