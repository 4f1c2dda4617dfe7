"""Working conditions as the law wants them told to whoever is invited to a job (職業安定法 Art. 5-3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import Json, Row


class WorkingConditions(Row, table=True):
    """What a colleague stated of one requisition's conditions, whole, at one time; the newest version holds.

    `stated` holds only what was typed here (`plugin.scouting.conditions.Conditions` without what is empty); what the
    description says is read from there each time. `by` as events name actors. Never overwritten: a version is what a
    candidate may have been shown.
    """

    __table_args__ = (UniqueConstraint("requisition_id", "version"),)

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    version: int
    stated: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    by: str
    as_of: date
