"""The desk as the other side of a story: what its pages do, done by the functions behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Session, col, select

from connectors.desk import Desk
from connectors.sandbox.kit import Colleague, EntryThere, There
from plugin.desk import colleagues, people, pipeline, positions
from plugin.desk.stages import names
from plugin.policy import Policy
from plugin.rows import (
    Connection,
    DeskApplication,
    DeskColleague,
    DeskInterview,
    DeskNote,
    DeskPerson,
    DeskRequisition,
)
from plugin.work.context import Work

BY = "staff:desk"


class DeskThere:
    """A desk with people at it. It knows its connection once webhooks would be pointed at it."""

    name: ClassVar[str] = Desk.name
    title: ClassVar[str] = Desk.title
    can_decide: ClassVar[bool] = False
    rings_at_all: ClassVar[bool] = False

    def __init__(self, work: Work) -> None:
        self.work, self.url = work, work.settings.public_url
        # Entered with the first position; until then nobody has a number here.
        self.manager = Colleague("", "鈴木 健一", "kenichi.suzuki@example.com", "manager")
        self.other_manager = Colleague("", "高橋 直人", "naoto.takahashi@example.com", "manager")
        self.recruiter = Colleague("", "佐藤 美咲", "misaki.sato@example.com", "recruiter")
        self._url_key = ""

    def connection(self) -> dict[str, dict[str, str]]:
        options = {"recruiter_name": self.recruiter.name, "recruiter_address": self.recruiter.email}
        return {"credentials": {}, "options": options}

    def point_webhooks(self, url: str, secret: str) -> None:
        """Nothing rings here; the address says whose desk this is."""
        self._url_key = url.rpartition("/")[2]

    def _connection(self, session: Session) -> Connection:
        return session.exec(select(Connection).where(col(Connection.url_key) == self._url_key)).one()

    # The positions' pages.

    def create_requisition(
        self,
        *,
        title: str,
        description: str = "",
        status: str = "open",
        confidential: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> str:
        with self.work.writing() as session:
            connection = self._connection(session)
            for one, recruits in ((self.recruiter, True), (self.manager, False), (self.other_manager, False)):
                row = colleagues.enter(session, connection, one.name, one.email, recruits=recruits)
                one.id = str(row.key)
            given = self._position(title, description, confidential, status == "draft")
            return str(positions.enter(session, connection, given, BY).key)

    def _position(self, title: str, text: str, confidential: bool, draft: bool) -> positions.Position:
        return positions.Position(
            title=title,
            text=text,
            manager_name=self.manager.name,
            manager_address=self.manager.email,
            recruiter_id=int(self.recruiter.id),
            confidential=confidential,
            draft=draft,
        )

    def edit_requisition(self, requisition_id: str, *, title: str = "", description: str = "") -> None:
        with self.work.writing() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            given = self._position(title or row.title, description or row.text, row.confidential, row.status == "draft")
            positions.change(session, self._connection(session), row, given, BY)

    def close_requisition(self, requisition_id: str) -> None:
        self._set_status(requisition_id, "closed")

    def reopen_requisition(self, requisition_id: str) -> None:
        self._set_status(requisition_id, "open")

    def _set_status(self, requisition_id: str, status: str) -> None:
        with self.work.writing() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            positions.set_status(session, self._connection(session), row, status, BY)

    def delete_requisition(self, requisition_id: str) -> None:
        with self.work.writing() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            positions.remove(session, self._connection(session), row, BY)

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        raise NotImplementedError("the desk has no place for a decision; the manager decides by the acting link")

    # The pipeline's page.

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        with self.work.writing() as session:
            contact = people.Contact(first_name, last_name, emails=(email,), **more)
            return str(people.enter(session, self.work.vault, self._connection(session), contact).key)

    def merge_people(self, old: str, into: str) -> None:
        with self.work.writing() as session:
            gone, stays = (session.get_one(DeskPerson, int(id)) for id in (old, into))
            people.merge(session, self.work.vault, gone, stays)

    def delete_person(self, person_id: str) -> None:
        with self.work.writing() as session:
            people.remove(session, session.get_one(DeskPerson, int(person_id)))

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        with self.work.writing() as session:
            made = pipeline.plan(
                session,
                self._connection(session),
                session.get_one(DeskApplication, int(application_id)),
                kind="interview",
                starts_at=starts_at,
                minutes=60,
                interviewer=session.get_one(DeskColleague, int(by or self.manager.id)),
                by=BY,
            )
            return str(made.key)

    def set_interview(self, interview_id: str, status: str) -> None:
        with self.work.writing() as session:
            meeting = session.get_one(DeskInterview, int(interview_id))
            pipeline.set_meeting(session, self._connection(session), meeting, status, BY)

    # Looking.

    def there(self, requisition_id: str) -> There:
        vault = self.work.vault
        with self.work.reading() as session:
            row = session.get_one(DeskRequisition, int(requisition_id))
            called = names(Policy.model_validate(self._connection(session).policy).locale)
            entries = tuple(
                EntryThere(
                    application_id=str(one.application.key),
                    person_id=str(one.person.key),
                    stage=called[one.application.stage],
                    status=one.application.status,
                    emails=one.contact.emails if one.contact is not None else (),
                    notes=tuple(text for _note, text in pipeline.notes(session, vault, one.person)),
                    tags=tuple(one.person.tags),
                    files=tuple(name for _file, name in pipeline.files(session, vault, one)),
                )
                for one in pipeline.standing(session, vault, row.key)
            )
            return There(notes=tuple(text for _note, text in positions.notes(session, vault, row)), entries=entries)

    def writes(self) -> dict[str, int]:
        """How many rows were written into the books, per kind."""
        with self.work.reading() as session:
            connection = self._connection(session).key
            counted: dict[str, int] = {}
            for table, kind in ((DeskNote, "notes"), (DeskApplication, "applications"), (DeskPerson, "candidates")):
                rows = session.exec(select(table.id).where(col(table.connection_id) == connection)).all()
                counted[kind] = len(rows)
            return counted

    def misbehave(self, kind: str, **how: Any) -> None:
        raise NotImplementedError("the desk is rows of our own: there is no wire to misbehave on")

    def behave(self) -> None:
        """Nothing was arranged."""

    def close(self) -> None:
        """The installation it lives in is closed by whoever opened it."""
