"""The books of one desk, as `connectors.desk` is given them: records out, each write once by a key of its own."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, select

from connectors.base import ATSError
from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    EventKind,
    HiringTeam,
    Interview,
    InterviewStatus,
    JobPosting,
    Page,
    PersonChange,
    Requisition,
    RequisitionStatus,
    Stage,
    User,
)
from plugin.database import Database
from plugin.desk import people
from plugin.desk.keeping import Keeping
from plugin.desk.stages import names, stages
from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskColleague,
    DeskInterview,
    DeskPerson,
    DeskRequisition,
)
from plugin.sealing import Vault

ON_A_PAGE = 100
Moving = TypeVar("Moving", DeskRequisition, DeskPerson)


class DeskBooks(Keeping):
    """What the plugin keeps for one desk (`connectors.desk.Books`); the writing side stands in `keeping`."""

    def __init__(self, database: Database, vault: Vault, connection: Connection, staff_url: str) -> None:
        super().__init__(database, vault, connection)
        self._locale = Policy.model_validate(connection.policy).locale
        self._staff_url = staff_url

    def recruiters(self) -> int:
        with self.database.reading() as session:
            return len(
                session.exec(
                    select(DeskColleague.id).where(
                        col(DeskColleague.connection_id) == self.connection.key,
                        col(DeskColleague.recruits).is_(True),
                        col(DeskColleague.active).is_(True),
                    )
                ).all()
            )

    # Positions.

    def requisitions_page(self, since: datetime | None, cursor: str) -> Page[Requisition]:
        with self.database.reading() as session:
            rows, following = self._moved(session, DeskRequisition, since, cursor)
            return Page(tuple(self._requisition(row) for row in rows if row.deleted_at is None), following)

    def requisition(self, id: str) -> Requisition | None:
        with self.database.reading() as session:
            row = self.mine(session, DeskRequisition, id)
            return self._requisition(row) if row is not None and row.deleted_at is None else None

    def _requisition(self, row: DeskRequisition) -> Requisition:
        return Requisition(
            id=str(row.key),
            title=row.title,
            status=RequisitionStatus(row.status),
            notes="",
            confidential=row.confidential,
            is_template=False,
            created_at=row.created_at,
            updated_at=row.updated_at,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            requisition_code=f"D-{row.key}",
            url=f"{self._staff_url}/desk/positions/{row.key}",
        )

    def postings(self, requisition_id: str) -> list[JobPosting]:
        with self.database.reading() as session:
            row = self.mine(session, DeskRequisition, requisition_id)
        if row is None or row.deleted_at is not None:
            return []
        return [
            JobPosting(
                id=f"text-{row.key}",
                requisition_id=requisition_id,
                title=row.title,
                content=_as_posted(row.text),
                live=row.status == "open",
                internal=False,
                language="",
                updated_at=row.text_at,
            )
        ]

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        with self.database.reading() as session:
            row = self.mine(session, DeskRequisition, requisition_id)
            if row is None:
                return HiringTeam()
            manager = session.get_one(DeskColleague, row.manager_id)
            recruiter = session.get_one(DeskColleague, row.recruiter_id)
        return HiringTeam(managers=(_user(manager),), recruiters=(_user(recruiter),))

    def stages(self, requisition_id: str) -> list[Stage]:
        return stages(self._locale)

    # People.

    def people_page(self, since: datetime, cursor: str) -> Page[PersonChange]:
        with self.database.reading() as session:
            rows, following = self._moved(session, DeskPerson, since, cursor)
        return Page(tuple(_change(row) for row in rows), following)

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        cursor = ""
        while True:
            with self.database.reading() as session:
                rows, cursor = self._moved(session, DeskPerson, since, cursor)
                known = [(row, people.opened(session, self.vault, row)) for row in rows]
            yield from (people.as_candidate(row, contact) for row, contact in known if contact is not None)
            if not cursor:
                return

    def candidate(self, id: str) -> Candidate | None:
        with self.database.reading() as session:
            row = self.mine(session, DeskPerson, id)
            contact = people.opened(session, self.vault, row) if row is not None else None
            return people.as_candidate(row, contact) if row is not None and contact is not None else None

    def find_candidates(self, email: str, name: str) -> list[Candidate]:
        with self.database.reading() as session:
            found = people.find(session, self.vault, self.connection, email=email, name=name)
            return [people.as_candidate(row, contact) for row, contact in found]

    def applications(self, candidate_id: str, requisition_id: str) -> list[Application]:
        with self.database.reading() as session:
            query = (
                select(DeskApplication)
                .join(DeskPerson, col(DeskPerson.id) == col(DeskApplication.person_id))
                .where(col(DeskApplication.connection_id) == self.connection.key, col(DeskPerson.deleted_at).is_(None))
            )
            if candidate_id:
                query = query.where(col(DeskApplication.person_id) == _number(candidate_id))
            if requisition_id:
                query = query.where(col(DeskApplication.requisition_id) == _number(requisition_id))
            rows = session.exec(query.order_by(col(DeskApplication.id))).all()
        called = names(self._locale)
        return [
            Application(
                id=str(row.key),
                candidate_id=str(row.person_id),
                requisition_id=str(row.requisition_id),
                status=ApplicationStatus(row.status),
                stage=called.get(row.stage, ""),
                prospect=row.prospect,
                rejected_at=row.rejected_at,
                last_activity_at=row.updated_at,
            )
            for row in rows
        ]

    def interviews(self, application_ids: Sequence[str], since: datetime | None) -> list[Interview]:
        with self.database.reading() as session:
            query = select(DeskInterview).where(col(DeskInterview.connection_id) == self.connection.key)
            if application_ids:
                query = query.where(col(DeskInterview.application_id).in_([_number(id) for id in application_ids]))
            if since is not None:
                query = query.where(col(DeskInterview.updated_at) >= since)
            rows = session.exec(query.order_by(col(DeskInterview.id))).all()
        return [_interview(row, self._locale) for row in rows]

    # Lists.

    def _moved(
        self,
        session: Session,
        table: type[Moving],
        since: datetime | None,
        cursor: str,
    ) -> tuple[list[Moving], str]:
        """A page of rows by when they last changed, and the cursor of the next: the last row's moment and id."""
        query = select(table).where(col(table.connection_id) == self.connection.key)
        if since is not None:
            query = query.where(col(table.updated_at) >= since)
        if cursor:
            at, id = _place(cursor)
            query = query.where((col(table.updated_at) > at) | ((col(table.updated_at) == at) & (col(table.id) > id)))
        found = session.exec(query.order_by(col(table.updated_at), col(table.id)).limit(ON_A_PAGE + 1)).all()
        rows = list(found[:ON_A_PAGE])
        more = len(found) > ON_A_PAGE
        return rows, f"{rows[-1].updated_at.isoformat()} {rows[-1].key}" if more else ""


def _place(cursor: str) -> tuple[datetime, int]:
    at, _, id = cursor.rpartition(" ")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return moment, int(id)
    except ValueError:
        raise ATSError("this is no cursor of ours; the list starts anew", permanent=True) from None


def _number(id: str) -> int:
    """A row's id; -1 for what is none, which nothing has."""
    return int(id) if id.isascii() and id.isdigit() and len(id) < 19 else -1


def _user(row: DeskColleague) -> User:
    return User(id=str(row.key), name=row.name, email=row.email, active=row.active)


def _change(row: DeskPerson) -> PersonChange:
    if row.merged_into is not None:
        return PersonChange(EventKind.CANDIDATE_MERGED, str(row.key), row.updated_at, str(row.merged_into))
    kind = EventKind.CANDIDATE if row.deleted_at is None else EventKind.CANDIDATE_DELETED
    return PersonChange(kind, str(row.key), row.updated_at)


def _interview(row: DeskInterview, locale: str) -> Interview:
    _ = phrases(locale)
    return Interview(
        id=str(row.key),
        application_id=str(row.application_id),
        status=InterviewStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.starts_at + timedelta(minutes=row.minutes),
        interviewer_ids=(str(row.interviewer_id),) if row.interviewer_id is not None else (),
        name=_("Casual meeting") if row.kind == "casual" else _("Interview"),
        updated_at=row.updated_at,
    )


def _as_posted(text: str) -> str:
    """The description as a posting holds it: HTML only where the text would be mistaken for some."""
    return text if "<" not in text and "&" not in text else "<br>".join(map(html.escape, text.split("\n")))
