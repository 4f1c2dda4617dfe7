"""応募意思: the separate, recorded event that turns a yes into an application. A person records it; nothing guesses it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from connectors.base import Connector
from connectors.records import ApplicationStatus, EntryKind
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.pipeline.notes import person_subject
from plugin.pipeline.writes import write_once
from plugin.rows import Connection, Entry, Requisition
from plugin.work.context import Work
from plugin.work.jobs import Claim, Park, owe

_CASUAL = ("カジュアル", "casual")


def record_intent(session: Session, entry: Entry, by: str) -> None:
    """Record that the candidate wants to apply, and owe the entry's move on in the ATS. Twice is once. Does not commit.

    `by` is who heard it (`staff:<id>`) or `candidate`. Raises ValueError before the entry stands in the ATS.
    """
    if entry.state != "entered":
        raise ValueError("the person isn't in the ATS yet; record the application once they are")
    if entry.intent_at is not None:
        return
    entry.intent_at = now_of(session)
    session.add(entry)
    record(session, entry.employer_id, "entry", entry.key, "intent", actor=by)
    if entry.kind != EntryKind.APPLICATION:
        owe(
            session,
            "move_entry",
            str(entry.key),
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            payload={"entry_id": entry.key},
        )


def move_entry(work: Work, claim: Claim) -> None:
    """Move an entry whose 応募意思 was recorded on: a prospect into the pipeline, a casual meeting to the next stage.

    Somebody who has moved it further meanwhile, or ended it, is left alone.
    """
    with work.reading() as session:
        entry = session.get_one(Entry, claim.payload["entry_id"])
        connection = session.get_one(Connection, entry.connection_id)
        requisition = session.get_one(Requisition, entry.requisition_id)
        subject = person_subject(session, work.vault, entry)
    if entry.intent_at is None or not entry.ats_application_id:
        return
    ats = work.ats(connection)

    def move(ref: str) -> dict[str, Any]:
        stage_id = _target(ats, connection, requisition, entry)
        if stage_id:
            ats.move(entry.ats_application_id, stage_id)
        return {"stage_id": stage_id}

    write_once(work, connection, f"move:{entry.key}", move, subject=subject)


def _target(ats: Connector, connection: Connection, requisition: Requisition, entry: Entry) -> str:
    """The stage to move to, "" when there is nothing of ours to move."""
    standing = ats.applications(candidate_id=entry.ats_candidate_id, requisition_id=requisition.ats_id)
    mine = next((one for one in standing if one.id == entry.ats_application_id), None)
    if mine is None or mine.status is not ApplicationStatus.ACTIVE:
        return ""
    stages = sorted(ats.stages(requisition.ats_id), key=lambda stage: stage.order)
    if not stages:
        raise Park(f"requisition {requisition.ats_id} has no stages in the ATS; add some, or move the person by hand")
    if mine.prospect:
        wanted = policy_of(connection).entry_stage.casefold()
        return next((stage.id for stage in stages if stage.name.casefold() == wanted), stages[0].id)
    at = next((number for number, stage in enumerate(stages) if stage.name == mine.stage), None)
    if at is None or not any(word in mine.stage.casefold() for word in _CASUAL):
        return ""
    return stages[at + 1].id if at + 1 < len(stages) else ""
