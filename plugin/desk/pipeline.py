"""What the desk's pages do to people in a pipeline: move, close, plan and hold meetings. All of it by a person's hand (R9).

Each owes a reading of the application, as an ATS's bell would: a meeting that took place keeps a promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from connectors.records import Event, EventKind
from plugin.database import now_of
from plugin.desk import people
from plugin.desk.stages import ORDER
from plugin.events import record
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskColleague,
    DeskFile,
    DeskHandOff,
    DeskInterview,
    DeskNote,
    DeskPerson,
    DeskRequisition,
    Mail,
)
from plugin.sealing import Vault
from plugin.work.deliveries import owe_reads

MEETING_KINDS = ("interview", "casual")
MEETING_STATES = ("scheduled", "complete", "cancelled")
ENDS = ("active", "rejected", "hired")


@dataclass(frozen=True, slots=True)
class Standing:
    """One person in a pipeline, as their card shows them. `contact` is None once they are deleted or erased."""

    application: DeskApplication
    person: DeskPerson
    contact: people.Contact | None
    meetings: tuple[tuple[DeskInterview, str], ...]  # with whom
    letters: tuple[tuple[DeskHandOff, str], ...]  # with the state of its mail

    @property
    def name(self) -> str:
        return f"{self.contact.last_name} {self.contact.first_name}".strip(" -") if self.contact is not None else ""


def standing(session: Session, vault: Vault, requisition_id: int) -> list[Standing]:
    """Everybody in a position's pipeline, the oldest entry first."""
    rows = session.exec(
        select(DeskApplication, DeskPerson)
        .join(DeskPerson, col(DeskPerson.id) == col(DeskApplication.person_id))
        .where(col(DeskApplication.requisition_id) == requisition_id)
        .order_by(col(DeskApplication.id))
    ).all()
    return [
        _standing(session, vault, application, person) for application, person in rows if person.merged_into is None
    ]


def counted(session: Session, requisition_ids: list[int]) -> dict[int, int]:
    """How many people are in each position's pipeline whose candidacy is not closed."""
    rows = session.execute(
        select(DeskApplication.requisition_id, func.count())
        .join(DeskPerson, col(DeskPerson.id) == col(DeskApplication.person_id))
        .where(
            col(DeskApplication.requisition_id).in_(requisition_ids),
            col(DeskApplication.status) == "active",
            col(DeskPerson.deleted_at).is_(None),
        )
        .group_by(col(DeskApplication.requisition_id))
    )
    return {row[0]: row[1] for row in rows}


def one(session: Session, vault: Vault, application: DeskApplication) -> Standing:
    return _standing(session, vault, application, session.get_one(DeskPerson, application.person_id))


def _standing(session: Session, vault: Vault, application: DeskApplication, person: DeskPerson) -> Standing:
    meetings = session.exec(
        select(DeskInterview)
        .where(col(DeskInterview.application_id) == application.key)
        .order_by(col(DeskInterview.starts_at))
    ).all()
    letters = session.exec(
        select(DeskHandOff).where(col(DeskHandOff.application_id) == application.key).order_by(col(DeskHandOff.id))
    ).all()
    with_whom = {row.key: row.name for row in _colleagues(session, [one.interviewer_id for one in meetings])}
    mails = {
        row.key: row.state
        for row in session.exec(select(Mail).where(col(Mail.id).in_([one.mail_id for one in letters])))
    }
    return Standing(
        application,
        person,
        people.opened(session, vault, person),
        tuple((meeting, with_whom.get(meeting.interviewer_id or 0, "")) for meeting in meetings),
        tuple((letter, mails.get(letter.mail_id or 0, "")) for letter in letters),
    )


def notes(session: Session, vault: Vault, person: DeskPerson) -> list[tuple[DeskNote, str]]:
    """What was written on a person, the newest first; nothing once they are erased."""
    if people.opened(session, vault, person) is None:
        return []
    rows = session.exec(select(DeskNote).where(col(DeskNote.person_id) == person.key).order_by(col(DeskNote.id).desc()))
    return [(row, str(vault.open_for(session, person.employer_id, person.person, row.sealed))) for row in rows]


def files(session: Session, vault: Vault, standing: Standing) -> list[tuple[DeskFile, str]]:
    """The files of an application with their names; nothing once the person is erased."""
    if standing.contact is None:
        return []
    rows = session.exec(
        select(DeskFile).where(col(DeskFile.application_id) == standing.application.key).order_by(col(DeskFile.id))
    )
    person = standing.person
    return [(row, str(vault.open_for(session, person.employer_id, person.person, row.sealed_name))) for row in rows]


def content_of(session: Session, vault: Vault, person: DeskPerson, file: DeskFile) -> bytes:
    """A file's bytes. Raises `sealing.Erased` once the person's key is gone."""
    return vault.person(session, person.employer_id, person.person, create=False).decrypt(file.sealed)


def told(session: Session, vault: Vault, employer_id: int, person: str) -> list[dict[str, Any]]:
    """Where somebody stands on their employer's desks, for who asks what is held of them. `person`: whose key it lies under."""
    rows = session.exec(
        select(DeskApplication, DeskPerson, DeskRequisition)
        .join(DeskPerson, col(DeskPerson.id) == col(DeskApplication.person_id))
        .join(DeskRequisition, col(DeskRequisition.id) == col(DeskApplication.requisition_id))
        .where(col(DeskPerson.employer_id) == employer_id, col(DeskPerson.person) == person)
        .order_by(col(DeskApplication.id))
    ).all()
    found = []
    for application, owner, position in rows:
        here = _standing(session, vault, application, owner)
        found.append(
            {
                "position": position.title,
                "since": application.created_at,
                "state": application.status,
                "stage": application.stage,
                "meetings": [
                    {"kind": one.kind, "state": one.status, "starts_at": one.starts_at, "minutes": one.minutes}
                    for one, _whom in here.meetings
                ],
                "files": [{"name": name} for _file, name in files(session, vault, here)],
            }
        )
    return found


# By hand.


def move(session: Session, connection: Connection, application: DeskApplication, stage: str, by: str) -> None:
    """Put somebody into a stage. Raises ValueError for one that isn't there."""
    if stage not in ORDER:
        raise ValueError(stage)
    application.stage, application.prospect = stage, False
    _changed(session, connection, application, "moved", by, stage=stage)


def end(session: Session, connection: Connection, application: DeskApplication, status: str, by: str) -> None:
    """Close somebody's candidacy (`rejected`, `hired`) or open it again (`active`)."""
    if status not in ENDS:
        raise ValueError(status)
    application.status = status
    application.rejected_at = now_of(session) if status == "rejected" else None
    _changed(session, connection, application, f"status_{status}", by)


def plan(
    session: Session,
    connection: Connection,
    application: DeskApplication,
    *,
    kind: str,
    starts_at: datetime,
    minutes: int,
    interviewer: DeskColleague | None,
    by: str,
) -> DeskInterview:
    """Record a meeting that was agreed on. Raises ValueError for an unknown kind or an odd length."""
    if kind not in MEETING_KINDS or not 5 <= minutes <= 480:
        raise ValueError(kind)
    now = now_of(session)
    row = DeskInterview(
        employer_id=application.employer_id,
        connection_id=connection.key,
        application_id=application.key,
        kind=kind,
        starts_at=starts_at,
        minutes=minutes,
        interviewer_id=interviewer.key if interviewer is not None else None,
        updated_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _changed(session, connection, application, "meeting_planned", by, meeting=row.key)
    return row


def set_meeting(session: Session, connection: Connection, meeting: DeskInterview, status: str, by: str) -> None:
    """Say that a meeting took place or was called off, or take that back. Raises ValueError for anything else."""
    if status not in MEETING_STATES:
        raise ValueError(status)
    meeting.status, meeting.updated_at = status, now_of(session)
    session.add(meeting)
    application = session.get_one(DeskApplication, meeting.application_id)
    _changed(session, connection, application, f"meeting_{status}", by, meeting=meeting.key)


def owe_person(session: Session, connection: Connection, kind: EventKind, person: DeskPerson) -> None:
    """Owe the reading of a person who was merged or removed."""
    new = str(person.merged_into) if person.merged_into is not None else ""
    event = Event(kind, str(person.key), new)
    owe_reads(session, connection, [(event, f"desk:{person.updated_at.isoformat()}")])


def _changed(
    session: Session, connection: Connection, application: DeskApplication, what: str, by: str, **facts: object
) -> None:
    application.updated_at = now_of(session)
    session.add(application)
    session.flush()
    record(session, application.employer_id, "desk_application", application.key, what, actor=by, **facts)
    event = Event(EventKind.APPLICATION, str(application.key))
    owe_reads(session, connection, [(event, f"desk:{what}:{application.updated_at.isoformat()}")])


def _colleagues(session: Session, ids: list[int | None]) -> list[DeskColleague]:
    wanted = [id for id in ids if id is not None]
    return list(session.exec(select(DeskColleague).where(col(DeskColleague.id).in_(wanted)))) if wanted else []
