"""The manager's own words about whom they look for (選考の観点), with their author. The newest is in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import GuidanceNote, Requisition
from plugin.tasks import open_task
from ranking.guidance import read_guidance
from ranking.proposals import units_from_json, with_units
from ranking.refusals import refusal_of
from ranking.values import Guidance

MOST = 4_000
"""Characters that are read, as on our own pages: an ATS field may hold a book, and every page would read it anew."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One point of the criteria as people read it. `how` it counts; refused ones carry reason, law and rewrite.

    `polarity` is refused, hr (a lawful exception is claimed) or one of `ranking.values.GuidanceUnit`.
    """

    polarity: str
    how: str
    what: str
    quote: str
    reason: str = ""
    law: str = ""
    rewrite: str = ""


def echo(guidance: Guidance | None, locale: str) -> tuple[Understood, ...]:
    """What was understood, point by point in the order of the text; refused points with what could be said instead."""
    return tuple(_points(guidance, locale)) if guidance is not None else ()


def _points(guidance: Guidance, locale: str) -> Iterator[Understood]:
    _ = phrases(locale)
    ja = locale == "ja"
    how = {
        "must": _("must"),
        "prefer": _("welcome"),
        "relax": _("counts less"),
        "avoid": _("counts against, where the profile says it"),
        "loose": _("used loosely, by likeness, within a few points"),
        "unused": _("understood, but nothing the score can count"),
    }
    for unit in guidance.units:
        words = unit.quote.words
        if not unit.refused:
            label = unit.skill.label_ja if ja else unit.skill.label_en
            said = how[unit.polarity]
            if unit.proposed_by:
                said = _("%(how)s, proposed by %(model)s", how=said, model=unit.proposed_by)
            yield Understood(unit.polarity, said, label, words)
            continue
        refusal = refusal_of(unit.refused, words, lawful=unit.ask_hr)
        reason, law = (refusal.reason_ja, refusal.law_ja) if ja else (refusal.reason_en, refusal.law_en)
        if unit.ask_hr:
            yield Understood("hr", _("for HR, not for ranking"), "", words, refusal.hr_ja if ja else refusal.hr_en, law)
        else:
            rewrite = refusal.rewrite_ja if ja else refusal.rewrite_en
            yield Understood("refused", _("refused, never used"), "", words, reason, law, rewrite)


def current(session: Session, requisition_id: int) -> GuidanceNote | None:
    return session.exec(
        select(GuidanceNote)
        .where(col(GuidanceNote.requisition_id) == requisition_id, col(GuidanceNote.replaced_at).is_(None))
        .order_by(col(GuidanceNote.id).desc())
    ).first()


def understood(note: GuidanceNote | None) -> Guidance | None:
    """A note as the judgement reads it, with what a language model proposed and verified; None for none."""
    if note is None or not note.text.strip():
        return None
    return with_units(read_guidance(note.text), units_from_json(note.proposed))


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
    _ask_hr(session, requisition, note)
    return True


def _ask_hr(session: Session, requisition: Requisition, note: GuidanceNote) -> None:
    """Open a task where a lawful exception is claimed: whether it holds is HR's to say, never the ranking's."""
    codes = sorted({unit.refused for unit in read_guidance(note.text).units if unit.ask_hr})
    if codes:
        open_task(
            session,
            employer_id=requisition.employer_id,
            connection_id=requisition.connection_id,
            kind="guidance_exception",
            name=f"guidance:{note.key}",
            owner_id=requisition.recruiter_id,
            requisition_id=requisition.key,
            subject="requisition",
            subject_id=requisition.key,
            facts={"codes": codes},
        )


def read_from_ats(session: Session, requisition: Requisition, text: str) -> bool:
    """Take over the ATS's field when it has changed since it was last read: what was written here since stays."""
    text = text.strip()[:MOST].strip()
    last = session.exec(
        select(GuidanceNote)
        .where(col(GuidanceNote.requisition_id) == requisition.key, col(GuidanceNote.source) == "ats")
        .order_by(col(GuidanceNote.id).desc())
    ).first()
    if (last.text if last else "") == text:
        return False
    return write(session, requisition, text, author="ats", source="ats")


def hash_of(text: str) -> str:
    """The hash that decides whether guidance differs; "" for none."""
    return Guidance(text.strip()).hash if text.strip() else ""
