"""The manager's own words about whom they look for (選考の観点), with their author. The newest is in force."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.rows import GuidanceNote, Requisition
from ranking.guidance import read_guidance
from ranking.values import Guidance


def current(session: Session, requisition_id: int) -> GuidanceNote | None:
    return session.exec(
        select(GuidanceNote)
        .where(col(GuidanceNote.requisition_id) == requisition_id, col(GuidanceNote.replaced_at).is_(None))
        .order_by(col(GuidanceNote.id).desc())
    ).first()


def understood(note: GuidanceNote | None) -> Guidance | None:
    """A note as the judgement reads it; None for none."""
    return read_guidance(note.text) if note is not None and note.text.strip() else None


def write(session: Session, requisition: Requisition, text: str, *, author: str, source: str) -> bool:
    """Put a text in force unless it is already; False when nothing changed. An empty text takes guidance away."""
    before = current(session, requisition.key)
    text = text.strip()
    if (before.text if before else "") == text:
        return False
    now = now_of(session)
    if before is not None:
        before.replaced_at = now
        session.add(before)
    note = GuidanceNote(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        text=text,
        hash=hash_of(text),
        author=author,
        source=source,
        created_at=now,
    )
    session.add(note)
    session.flush()
    record(session, requisition.employer_id, "guidance", note.key, "written", actor=author, hash=note.hash)
    return True


def read_from_ats(session: Session, requisition: Requisition, text: str) -> bool:
    """Take over the ATS's field when it has changed since it was last read: what was written here since stays."""
    last = session.exec(
        select(GuidanceNote)
        .where(col(GuidanceNote.requisition_id) == requisition.key, col(GuidanceNote.source) == "ats")
        .order_by(col(GuidanceNote.id).desc())
    ).first()
    if (last.text if last else "") == text.strip():
        return False
    return write(session, requisition, text, author="ats", source="ats")


def hash_of(text: str) -> str:
    """The hash that decides whether guidance differs; "" for none."""
    return Guidance(text.strip()).hash if text.strip() else ""
