"""What came in and what is owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Json, Row, at


class Delivery(Row, table=True):
    """Inbound bytes as they came, sealed under a key of their own, dropped at expiry. Twice is once.

    `door`: webhook or mail. `event_key`: the vendor's id of it. `body_hash`: SHA-256 of the raw body (of what tells it from
    others, `Connector.fingerprint`), keyed.
    """

    __table_args__ = (
        UniqueConstraint("connection_id", "door", "body_hash"),
        Index("ix_delivery_event_key", "connection_id", "door", "event_key"),
    )

    connection_id: int = Field(foreign_key="connection.id", index=True)
    door: str
    event_key: str = ""
    body_hash: str
    sealed_key: bytes | None = None
    sealed_headers: bytes | None = None
    sealed_body: bytes | None = None
    received_at: datetime = at(nullable=False)
    expires_at: datetime = at(nullable=False, index=True)


class Job(Row, table=True):
    """A piece of owed work. `attempts` is the fencing token: a worker whose lease ran out cannot finish.

    `state`: owed, done, parked. `lane` 0 is interactive, 1 normal, 2 bulk. `dedupe` is unique while the row lives.
    """

    __table_args__ = (Index("ix_job_claim", "state", "lane", "due"),)

    connection_id: int | None = Field(default=None, foreign_key="connection.id", index=True)
    kind: str
    dedupe: str = Field(unique=True)
    lane: int = 1
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    state: str = "owed"
    due: datetime = at(nullable=False)
    lease_until: datetime | None = at()
    attempts: int = 0
    failures: int = 0
    error: str = ""
    finished_at: datetime | None = at()


class Lease(Row, table=True):
    """One writer at a time per subject (R7). `name` says of what: `person:<digest>`, `requisition:<id>`."""

    __table_args__ = (UniqueConstraint("employer_id", "name"),)

    name: str
    holder: str
    until: datetime = at(nullable=False)


class RateLimit(Row, table=True):
    """When a vendor may be called again, shared by every process."""

    __table_args__ = (UniqueConstraint("connection_id", "name"),)

    connection_id: int = Field(foreign_key="connection.id")
    name: str
    next_allowed_at: datetime = at(nullable=False)


class Sweep(Row, table=True):
    """How far a sweep has read. The window overlaps; what comes twice is recognised.

    `cursor`: the page a list under way goes on with, "" between two lists. `list_since`, `list_started_at`: what that
    list asked for, and when.
    """

    __table_args__ = (UniqueConstraint("connection_id", "name"),)

    connection_id: int = Field(foreign_key="connection.id")
    name: str  # requisitions, people, interviews, mailbox:<folder>
    read_to: datetime | None = at()
    mark: str = ""  # IMAP: uidvalidity:last uid
    cursor: str = ""
    list_since: datetime | None = at()
    list_started_at: datetime | None = at()
    last_run_at: datetime | None = at()
    error: str = ""


class AtsWrite(Row, table=True):
    """One change in a customer's ATS, written once (R7). Committed as `attempting` before the attempt.

    `state`: owed, attempting, done, failed. `settle_until`: no look before this after an unknown outcome.
    """

    __table_args__ = (UniqueConstraint("employer_id", "name"),)

    connection_id: int = Field(foreign_key="connection.id")
    name: str  # the key: post_shortlist:<calibration>, add_entry:<scout>, note:<entry> …
    ref: str  # short visible reference, the look's key
    state: str = "owed"
    attempts: int = 0
    attempted_at: datetime | None = at()
    settle_until: datetime | None = at()
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    error: str = ""
    job_id: int | None = Field(default=None, sa_type=BigId)
