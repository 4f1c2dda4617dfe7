"""What a person must do: opened once per name, with an owner and a clock, closed by a person or by the facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Task


def open_task(
    session: Session,
    *,
    employer_id: int,
    connection_id: int,
    kind: str,
    name: str,
    owner_id: int | None = None,
    requisition_id: int | None = None,
    subject: str = "",
    subject_id: int | None = None,
    due: datetime | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Open a task unless one of this name is there already (open or done): twice is once."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "employer_id": employer_id,
        "connection_id": connection_id,
        "kind": kind,
        "name": f"{kind}:{name}",
        "state": "open",
        "owner_id": owner_id,
        "requisition_id": requisition_id,
        "subject": subject,
        "subject_id": subject_id,
        "due": due,
        "facts": facts or {},
        "done_by": "",
        "created_at": now_of(session),
    }
    session.execute(
        dialect.insert(Task).values(**values).on_conflict_do_nothing(index_elements=["employer_id", "name"])
    )


def close_task(session: Session, employer_id: int, kind: str, name: str, *, by: str) -> None:
    """Close an open task by its name; nothing when it is closed or was never opened."""
    task = session.exec(
        select(Task).where(
            col(Task.employer_id) == employer_id, col(Task.name) == f"{kind}:{name}", col(Task.state) == "open"
        )
    ).first()
    if task is not None:
        task.state, task.done_by, task.done_at = "done", by, now_of(session)
        session.add(task)
