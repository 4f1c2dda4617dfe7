"""Names a letter may not let slip, and experiments with what letters carry."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Row, at


class ClientName(Row, table=True):
    """One spelling by which a requisition's employer could be recognised. `requisition_id` None: of the whole connection.

    `kind`: legal, alias, product, department, domain. `folded` is what is compared (`scouting.leaks.folded`).
    """

    __tablename__ = "clientname"
    __table_args__ = (
        UniqueConstraint("connection_id", "requisition_id", "folded"),
        Index("ix_clientname_connection", "connection_id", "requisition_id"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int | None = Field(default=None, foreign_key="requisition.id")
    kind: str
    name: str
    folded: str
    by: str


class Experiment(Row, table=True):
    """Letters with and without the promise, compared. Its rule is written down before the first letter and never changed.

    `state`: running, ended (its rule was reached), stopped (by a person, before that: there is no result). Shares are
    between 0 and 1. `measure`: meeting or reply. Its rule is `per_arm` letters or the day `until`, never both.
    """

    __table_args__ = (Index("ix_experiment_connection", "connection_id", "state"),)

    connection_id: int = Field(foreign_key="connection.id")
    state: str = "running"
    measure: str
    expected_standard: float
    expected_committed: float
    needed: int  # letters an arm, by the formula, for a power of 80 % at 5 %
    per_arm: int | None = None
    until: date | None = None
    window_days: int
    started_by: str
    ended_at: datetime | None = at()
    ended_by: str = ""
