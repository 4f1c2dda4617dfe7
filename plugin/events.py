"""What happened, written once and never changed: ids and digests only, no personal text."""

from __future__ import annotations

from sqlmodel import Session

from plugin.database import now_of
from plugin.rows import Event


def record(
    session: Session, employer_id: int, subject: str, subject_id: int, what: str, *, actor: str, **facts: object
) -> None:
    """Append one event. `actor`: `staff:<id>`, `ats`, `candidate`, `clock`, `admin:<name>`."""
    session.add(
        Event(
            employer_id=employer_id,
            subject=subject,
            subject_id=subject_id,
            what=what,
            actor=actor,
            facts=facts,
            created_at=now_of(session),
        )
    )
