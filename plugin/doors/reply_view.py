"""A reply as the triage page shows it: their words with those that decided marked, the condition beside the facts, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.doors.visitors import visitor
from plugin.rows import Commitment, Reply, ReplyFile, Requisition, Scout, Task
from plugin.scouting.circumstances import requirements_of
from plugin.scouting.conditions_met import compare, conditions_of
from plugin.scouting.deciding import may_take_back
from plugin.scouting.marking import marked
from plugin.scouting.stated import facts_about
from plugin.sealing import Erased


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a reply. `preview` holds no banned facts; `fate` is where it goes, `tone` how good that is."""

    name: str
    size: int
    fate: str
    tone: str
    preview: str
    removed: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a condition asks, beside what the description states of it."""

    label: str
    stated: str
    quote: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply with what a person needs to decide it."""

    reply: Reply
    text: str
    pieces: tuple[tuple[str, bool], ...]
    full: str
    sender: str
    subject: str
    words: tuple[str, ...]
    condition: str
    asked: tuple[Asked, ...]
    files: tuple[File, ...]
    scout: Scout | None
    requisition: Requisition | None
    commitment: Commitment | None
    due: datetime | None
    may_take_back: bool


def may_see(one: Shown) -> bool:
    """A confidential requisition's replies are for who recruits for it alone."""
    return one.requisition is None or visitor().sees_names(one.requisition)


def shown_of(db: Session, rows: Sequence[Reply]) -> list[Shown]:
    """Replies with their scouts, requisitions, files and clocks, in a few queries; texts opened one by one."""
    scouts = _by_id(db, Scout, [row.scout_id for row in rows])
    requisitions = _by_id(db, Requisition, [scout.requisition_id for scout in scouts.values()])
    commitments = _by_id(db, Commitment, [scout.commitment_id for scout in scouts.values()])
    ids = [row.key for row in rows]
    open_tasks = select(Task.subject_id, Task.due).where(
        col(Task.connection_id) == visitor().connection.key,
        col(Task.subject) == "reply",
        col(Task.subject_id).in_(ids),
        col(Task.state) == "open",
    )
    dues = {row.subject_id: row.due for row in db.execute(open_tasks)}
    files: dict[int, list[ReplyFile]] = {}
    for file in db.exec(select(ReplyFile).where(col(ReplyFile.reply_id).in_(ids)).order_by(col(ReplyFile.place))):
        files.setdefault(file.reply_id, []).append(file)
    now = page.work().clock.now()
    return [
        _shown(
            db,
            row,
            scouts.get(row.scout_id or 0),
            requisitions,
            commitments,
            files.get(row.key, []),
            dues.get(row.key),
            now,
        )
        for row in rows
    ]


def _shown(
    db: Session,
    row: Reply,
    scout: Scout | None,
    requisitions: dict[int, Requisition],
    commitments: dict[int, Commitment],
    files: Sequence[ReplyFile],
    due: datetime | None,
    now: datetime,
) -> Shown:
    full = _open(db, row, row.sealed_full)
    more = full if isinstance(full, dict) else {}
    found = _open(db, row, row.sealed_words)
    words = tuple(found) if isinstance(found, list) else ()
    text = str(_open(db, row, row.sealed_text) or "")
    condition = str(more.get("condition", ""))
    return Shown(
        reply=row,
        text=text,
        pieces=tuple(marked(text, (*words, condition) if row.condition else words)),
        full=str(more.get("text", "")),
        sender=" ".join(
            part for part in (more.get("name", ""), f"<{more['from']}>" if more.get("from") else "") if part
        ),
        subject=str(more.get("subject", "")),
        words=words,
        condition=condition,
        asked=_asked(db, scout, text, condition) if scout is not None and row.condition else (),
        files=tuple(_file(db, row, file) for file in files),
        scout=scout,
        requisition=requisitions.get(scout.requisition_id) if scout is not None else None,
        commitment=commitments.get(scout.commitment_id or 0) if scout is not None else None,
        due=due,
        may_take_back=may_take_back(row, now),
    )


def _asked(db: Session, scout: Scout, text: str, condition: str) -> tuple[Asked, ...]:
    requirement = requirements_of(db, scout)[-1]
    compared = compare(conditions_of(text, condition), requirement)
    facts = {fact.topic: fact for fact in facts_about(requirement, compared.topics, page.locale())}
    verdicts = {
        "met": (_("meets the condition"), "good"),
        "contradicted": (_("contradicts the condition"), "bad"),
        "unknown": (_("does not settle it"), "wait"),
    }
    shown = []
    for point in compared.points:
        fact = facts.get(point.topic)
        verdict, tone = verdicts[point.verdict]
        label = fact.label if fact is not None else _("Something else")
        shown.append(Asked(label, fact.value if fact else "", fact.quote if fact else "", verdict, tone))
    return tuple(shown)


def refused(code: str) -> str:
    """Why a file is not taken over."""
    texts = {
        "empty": _("empty"),
        "too_large": _("larger than 10 MB; ask for a smaller one"),
        "picture": _("a picture: photographs are not taken over"),
        "program": _("something that can run: not taken over"),
        "macro": _("holds macros: ask for a PDF"),
        "encrypted": _("locked with a password: ask for one without"),
        "unknown_type": _("a kind of file that is not taken over: ask for a PDF"),
        "too_many": _("more files than are taken over"),
    }
    return texts.get(code, code)


def _file(db: Session, reply: Reply, row: ReplyFile) -> File:
    name = str(_open(db, reply, row.sealed_name) or _("(no name)"))
    if row.refused:
        fate, tone = refused(row.refused), "bad"
    elif row.attached_at is not None:
        fate, tone = _("stands in the ATS"), "good"
    else:
        fate, tone = _("goes into the ATS with a yes"), "wait"
    preview = str(_open(db, reply, row.sealed_preview) or "")
    return File(name, row.size, fate, tone, preview, row.removed)


def _open(db: Session, reply: Reply, sealed: bytes | None) -> Any:
    if sealed is None:
        return None
    try:
        return page.work().vault.open_for(db, reply.employer_id, reply.person, sealed)
    except Erased:
        return None


def _by_id(db: Session, table: Any, ids: Any) -> dict[int, Any]:
    wanted = sorted({id for id in ids if id is not None})
    return {row.id: row for row in db.exec(select(table).where(col(table.id).in_(wanted)))} if wanted else {}
