"""What is left of a person outside their own rows: inbound bytes, answers nobody could place, notices to colleagues.

Text under a person's key is gone with that key (`people.delete_profiles`). This finds the rest: it is sealed under
other keys, and must go with the person too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from plugin.desk import people as desk_people
from plugin.identity import chunks, profiles_of
from plugin.mentions import Marks
from plugin.rows import (
    AtsWrite,
    Delivery,
    Entry,
    Job,
    Mail,
    PersonKey,
    Promise,
    Question,
    Reply,
    Restriction,
    Scout,
    Task,
    Verdict,
)

_LEFT = ("sent", "bounced", "refused", "unknown", "held")


def drop_traces(session: Session, employer_id: int, profile_ids: Sequence[str]) -> None:
    """Drop what quotes or names these people elsewhere. Call it while their rows still stand; does not commit."""
    for chunk in chunks(profile_ids):
        profiles = list(profiles_of(session, employer_id, chunk))
        persons = [*chunk, *(f"mail:{row.email_hash}" for row in profiles if row.email_hash)]
        session.execute(
            delete(PersonKey).where(col(PersonKey.employer_id) == employer_id, col(PersonKey.person).in_(persons))
        )
        replies = session.exec(
            select(Reply.delivery_id).where(
                col(Reply.employer_id) == employer_id,
                col(Reply.person).in_(persons),
                col(Reply.delivery_id).is_not(None),
            )
        ).all()
        entries = session.exec(
            select(Entry).where(col(Entry.employer_id) == employer_id, col(Entry.profile_id).in_(chunk))
        ).all()
        rung = {("read_person", row.ats_candidate_id) for row in profiles}
        rung |= {("read_person", entry.ats_candidate_id) for entry in entries}
        rung |= {("read_application", entry.ats_application_id) for entry in entries}
        bells = _bells(session, employer_id, sorted(pair for pair in rung if pair[1]))
        _drop_bytes(session, employer_id, {id for id in replies if id is not None} | bells)
        # A manager's own words about somebody go; that there was a verdict, and which, stays.
        session.execute(
            update(Verdict)
            .where(col(Verdict.employer_id) == employer_id, col(Verdict.profile_id).in_(chunk))
            .values(reason="")
        )
        _drop_notices(session, employer_id, entries)
        desk_people.forget(
            session, employer_id, chunk, [(entry.connection_id, entry.ats_candidate_id) for entry in entries]
        )
    if profile_ids:
        # Answers shown for minutes may list them: whoever looks at one asks again.
        session.execute(delete(Question).where(col(Question.employer_id) == employer_id))


def drop_words(session: Session, employer_id: int, profile_id: str, marks: Marks) -> None:
    """Take a person out of words that lie open: what servers and vendors said, tasks' facts, colleagues' remarks.

    Also the keys of senders whose answers belong to this person's letters. Call it while their rows still stand.
    """
    scouts = select(Scout.id).where(col(Scout.employer_id) == employer_id, col(Scout.profile_id) == profile_id)
    senders = session.exec(
        select(Reply.person).where(
            col(Reply.employer_id) == employer_id,
            col(Reply.scout_id).in_(scouts),
            col(Reply.person).startswith("mail:"),
        )
    ).all()
    deliveries = session.exec(
        select(Reply.delivery_id).where(
            col(Reply.employer_id) == employer_id, col(Reply.scout_id).in_(scouts), col(Reply.delivery_id).is_not(None)
        )
    ).all()
    session.execute(
        delete(PersonKey).where(col(PersonKey.employer_id) == employer_id, col(PersonKey.person).in_(list(senders)))
    )
    _drop_bytes(session, employer_id, {id for id in deliveries if id is not None})
    for table, column in _OPEN_WORDS:
        rows = session.exec(select(table).where(col(table.employer_id) == employer_id, col(column) != "")).all()
        for row in rows:
            if marks.stand_in(getattr(row, column.key)):
                setattr(row, column.key, "")
                session.add(row)
    for task in session.exec(select(Task).where(col(Task.employer_id) == employer_id)).all():
        if task.facts and marks.stand_in(json.dumps(task.facts, ensure_ascii=False)):
            task.facts = {key: value for key, value in task.facts.items() if not marks.stand_in(str(value))}
            session.add(task)
    session.flush()


_OPEN_WORDS: tuple[tuple[Any, Any], ...] = (
    (Job, Job.error),
    (AtsWrite, AtsWrite.error),
    (Mail, Mail.answer),
    (Verdict, Verdict.reason),
    (Restriction, Restriction.reason),
)
"""Columns of words that aren't ours and lie unsealed."""


def _bells(session: Session, employer_id: int, rung: Iterable[tuple[str, str]]) -> set[int]:
    """The webhooks that rang for these candidates and applications, found by the jobs they owed."""
    found: set[int] = set()
    for kind, ats_id in rung:
        keys = session.exec(
            select(Job.dedupe).where(
                col(Job.employer_id) == employer_id,
                col(Job.kind) == kind,
                col(Job.dedupe).contains(f":{ats_id}:delivery:", autoescape=True),
            )
        )
        found |= {int(key.partition(":delivery:")[2].partition(":")[0]) for key in keys}
    return found


def _drop_bytes(session: Session, employer_id: int, deliveries: set[int]) -> None:
    # The row stays, with its keyed hash: a late duplicate is still known.
    if deliveries:
        session.execute(
            update(Delivery)
            .where(col(Delivery.employer_id) == employer_id, col(Delivery.id).in_(sorted(deliveries)))
            .values(sealed_key=None, sealed_headers=None, sealed_body=None)
        )


def _drop_notices(session: Session, employer_id: int, entries: Sequence[Entry]) -> None:
    """Notices to colleagues name the candidate; those that have left are not needed any more."""
    starts = [f"{employer_id}:yes:{entry.key}:" for entry in entries]
    promises = session.exec(select(Promise.id).where(col(Promise.entry_id).in_([entry.key for entry in entries]))).all()
    starts += [f"{employer_id}:reminder:{id}:" for id in promises]
    if starts:
        session.execute(
            update(Mail)
            .where(
                col(Mail.employer_id) == employer_id,
                col(Mail.staff_id).is_not(None),
                col(Mail.state).in_(_LEFT),
                or_(*(col(Mail.name).startswith(start, autoescape=True) for start in starts)),
            )
            .values(sealed=None)
        )
